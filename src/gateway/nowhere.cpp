#include "gateway/exchange.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "dialect/effort.h"

namespace fw::gateway {
namespace {

using dialect::Need;
using route::Verdict;

dialect::Needs only(Need need) {
  dialect::Needs made;
  set(made, need);
  return made;
}

std::string elsewhere(const std::vector<std::string>& offers, std::string_view how) {
  constexpr std::size_t kMost = 5;
  if (offers.empty()) return "";
  const auto shown = std::span(offers).first(std::min(kMost, offers.size()));
  return fmt::format("; {} by {}{}", how, fmt::join(shown, ", "), offers.size() > kMost ? " and others" : "");
}

bool lacks(const route::Seen& s, const route::Ranked& r) { return r.verdict == Verdict::capability && s.refused.any(); }

// More output than any place gives: the limit, who gives the most, and who else would give enough.
Error too_much(const Exchange& x, const route::Decision& d) {
  const route::Seen* most = nullptr;
  for (const auto& r : d.ranked) {
    const auto& s = d.seen[r.place];
    if (lacks(s, r) && s.output_tokens_max > 0 && (most == nullptr || s.output_tokens_max > most->output_tokens_max)) most = &s;
  }
  const auto asked = d.question.output_limit;
  const auto field = x.operation == Operation::responses ? "max_output_tokens" : "max_completion_tokens";
  auto message = fmt::format("no deployment of '{}' that could serve gives {} tokens of output", x.model().name, asked);
  if (most != nullptr) message += fmt::format("; the most is {}, at '{}'; ask for no more, or leave {} out", most->output_tokens_max, most->name, field);
  const auto gives = [asked](const offer::Features& f) { return f.max_output_tokens && *f.max_output_tokens >= asked; };
  message += elsewhere(x.core.snapshot().offers_that(x.model_index, x.time, gives), "as much is offered");
  return client_error(Code::no_capable_deployment, std::move(message), field);
}

std::string words(dialect::Efforts efforts) {
  std::vector<std::string_view> all;
  for (const auto word : dialect::effort_words())
    if ((efforts & bit(dialect::effort_of(word))) != 0) all.push_back(word);
  return fmt::format("{}", fmt::join(all, ", "));
}

// An effort that no place takes: what they take, and who else takes it.
Error no_effort(const Exchange& x, const route::Decision& d) {
  const auto effort = d.question.effort;
  auto message = fmt::format("no deployment of '{}' that could serve takes the reasoning effort '{}'", x.model().name, name(effort));
  for (const auto& r : d.ranked) {
    const auto& s = d.seen[r.place];
    if (!lacks(s, r)) continue;
    const auto& deployment = x.core.snapshot().deployments()[s.deployment];
    const auto* const known = deployment.features_at(x.time);
    if (known == nullptr) continue;
    const auto taken = known->asked_by(deployment.face(x.operation).upstream).taken;
    if (taken != 0) message += fmt::format("; '{}' takes {}", s.name, words(taken));
  }
  const auto takes = [effort](const offer::Features& f) { return std::ranges::find(f.efforts, name(effort)) != f.efforts.end(); };
  message += elsewhere(x.core.snapshot().offers_that(x.model_index, x.time, takes), "it is offered");
  return client_error(Code::no_capable_deployment, std::move(message), x.operation == Operation::responses ? "reasoning.effort" : "reasoning_effort");
}

// What stands in the way at the place that lacks least.
Error lacking(const Exchange& x, const route::Decision& d) {
  dialect::Needs least;
  least.set();
  for (const auto& r : d.ranked)
    if (r.verdict == Verdict::capability || r.verdict == Verdict::loss)
      if (const auto unmet = route::unmet(d.seen[r.place], x.policy().lossy); unmet.count() < least.count()) least = unmet;
  const auto refused = [&](Need need) { return least == only(need) && std::ranges::any_of(d.ranked, [&](const auto& r) { return has(d.seen[r.place].refused, need); }); };
  if (refused(Need::max_tokens) && d.question.output_limit >= 0) return too_much(x, d);
  if (refused(Need::reasoning_effort) && d.question.effort != dialect::Effort::unsaid) return no_effort(x, d);
  const auto names = need_names(*x.asked, least);
  return client_error(Code::no_capable_deployment,
                      fmt::format("no deployment of '{}' can serve a request that says: {}; leave it out, or let the policy's `lossy` "
                                  "allow its loss where it is one", x.model().name, names), names.substr(0, names.find(',')));
}

}  // namespace

// Why no deployment may be tried: the price, what the request asks for, the policy's scopes, or the operation.
Error Exchange::nowhere(const route::Decision& decision) const {
  const auto any = [&decision](Verdict v) { return std::ranges::any_of(decision.ranked, [v](const auto& r) { return r.verdict == v; }); };
  if (pinned != ledger::kNoIndex)
    return client_error(Code::no_capable_deployment,
                        fmt::format("the response leant on is stored at a deployment that cannot serve model '{}' for this key", model().name));
  if (any(Verdict::price))
    return client_error(Code::price_unknown,
                        fmt::format("no deployment of '{}' that could serve has a known price, and the policy refuses what it cannot price "
                                    "(unknown_price); `fairway offers {}` shows what is known", model().name, model().name), "model");
  if (any(Verdict::rule) && !any(Verdict::capability) && !any(Verdict::loss))
    return client_error(Code::model_not_allowed,
                        fmt::format("the policy '{}' leaves out every deployment of '{}' that could serve this request (only, never)", policy().name, model().name), "model");
  if (any(Verdict::capability) || any(Verdict::loss)) return lacking(*this, decision);
  if (!any(Verdict::residency))
    return client_error(Code::no_capable_deployment, fmt::format("no deployment of '{}' serves {}", model().name, dialect::name(operation)), "model");
  std::string scopes;
  for (const auto& s : decision.seen) scopes += fmt::format("{}{}", scopes.empty() ? "" : ", ", s.scope);
  auto message = fmt::format("the policy '{}' allows processing in {} only (residency); '{}' is served in {}", policy().name,
                             fmt::join(policy().residency, ", "), model().name, scopes);
  if (const auto offers = core.snapshot().offers_within(model_index, policy().residency, time); !offers.empty())
    message += fmt::format("; it is offered there by {}", fmt::join(offers, ", "));
  return client_error(Code::residency_unsatisfiable, std::move(message), "model");
}

}  // namespace fw::gateway
