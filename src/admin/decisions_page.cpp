#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "admin/pages.h"
#include "dialect/content_scan.h"
#include "ledger/booked.h"
#include "route/pool.h"
#include "route/record.h"
#include "wire/json_write.h"

namespace fw::admin {
namespace {

using dialect::Need;
using route::Verdict;
using wire::JsonWriter;

void write_hosted_tools(JsonWriter& json, const route::Question& q) {
  if (has(q.needs, Need::web_search_options)) json.string("hosted_tool:web_search");
  for (std::size_t i = 0; i < dialect::kHostedTools.size(); ++i)
    if (q.hosted >> i & 1) json.string(fmt::format("hosted_tool:{}", dialect::kHostedTools[i]));
  // One that this version does not know by name.
  if (q.hosted == 0 && has(q.needs, Need::hosted_tools)) json.string("hosted_tool:unknown");
}

void write_needs(JsonWriter& json, const route::Question& q) {
  json.begin_object().member("dialect", dialect::name(dialect::dialect_of(q.operation))).member("operation", dialect::name(q.operation));
  json.member("stream", q.stream).key("features").begin_array().string("text");
  for (const auto& f : dialect::features())
    if ((f.of & q.needs).any() && f.name != "hosted_tool") json.string(f.name);
  write_hosted_tools(json, q);
  if (has(q.needs, Need::tools) && !has(q.needs, Need::parallel_tool_calls_off)) json.string("parallel_tools");
  json.end_array().key("parameters").begin_array();
  for (std::size_t i = 0; i < dialect::kNeeds; ++i)
    if (q.needs.test(i)) json.string(dialect::name(static_cast<Need>(i)));
  json.end_array().member("input_tokens", std::int64_t{q.input_tokens}).member("output_tokens", std::int64_t{q.output_tokens});
  json.key("reasoning_effort");
  if (q.effort == dialect::Effort::unsaid) json.null();
  else json.string(name(q.effort));
  json.key("max_output_tokens");
  if (q.output_limit < 0) json.null();
  else json.number(q.output_limit);
  json.end_object();
}

void write_names(JsonWriter& json, const dialect::Needs& needs) {
  json.begin_array();
  for (std::size_t i = 0; i < dialect::kNeeds; ++i)
    if (needs.test(i)) json.string(dialect::name(static_cast<Need>(i)));
  json.end_array();
}

std::string names(const dialect::Needs& needs) {
  std::string all;
  for (std::size_t i = 0; i < dialect::kNeeds; ++i)
    if (needs.test(i)) all.append(all.empty() ? "" : ", ").append(dialect::name(static_cast<Need>(i)));
  return all;
}

// Fields, and of those whose value counts what was said and what the place has.
std::string spelled(const route::Seen& s, const route::Question& q, const dialect::Needs& needs) {
  auto plain = needs;
  std::string told;
  if (has(needs, Need::reasoning_effort) && q.effort != dialect::Effort::unsaid) {
    plain.reset(static_cast<std::size_t>(Need::reasoning_effort));
    told = fmt::format("reasoning_effort {}", name(q.effort));
  }
  if (has(needs, Need::max_tokens) && s.output_tokens_max > 0 && q.output_limit > std::int64_t{s.output_tokens_max}) {
    plain.reset(static_cast<std::size_t>(Need::max_tokens));
    told += fmt::format("{}{} tokens of output (it gives {})", told.empty() ? "" : ", ", q.output_limit, s.output_tokens_max);
  }
  const auto rest = names(plain);
  return rest.empty() || told.empty() ? told + rest : told + ", " + rest;
}

// Why a candidate stands where it stands.
std::string reason(const route::Seen& s, const route::Ranked& r, const route::Question& q, const route::Policy& policy) {
  switch (r.verdict) {
    case Verdict::probe: return "it was left, and one harmless request looks whether it is well again";
    case Verdict::admissible: return "";
    case Verdict::lossy: return fmt::format("it would lose {}", spelled(s, q, s.dropped));
    case Verdict::share: return fmt::format("{} has {:.1f} % of the policy's requests, more than max_share", s.cloud, 100.0 * s.share / route::kWhole);
    case Verdict::throttled: return s.pool && s.utilisation == UINT16_MAX ? "the pool is full" : "its quota or its slots are used up for the moment";
    case Verdict::ejected: return "its breaker is open";
    case Verdict::marked: return "its account refused to serve a moment ago";
    case Verdict::doubtful:
      return s.too_long ? "the prompt is longer than it takes, as the offer book says: the last to be tried"
                        : fmt::format("it is known to refuse {}: the last to be tried", spelled(s, q, s.doubted));
    case Verdict::rule: return fmt::format("the policy {} leaves it out (only, never)", policy.rule < 0 ? policy.name : fmt::format("{}.rules[{}]", policy.name, policy.rule));
    case Verdict::operation: return "it does not serve this operation";
    case Verdict::pinned: return "the response leant on is stored elsewhere";
    case Verdict::residency: return fmt::format("it processes in {}, outside of {}", s.scope.empty() ? "an unknown scope" : s.scope, fmt::join(policy.residency, ", "));
    case Verdict::capability: return fmt::format("it cannot serve {}", spelled(s, q, s.refused));
    case Verdict::loss: return fmt::format("it would lose {}, which the policy wants kept", spelled(s, q, route::unmet(s, policy.lossy)));
    case Verdict::price: return "its price is unknown, and the policy refuses that";
  }
  return "";
}

std::string_view compatibility(const route::Seen& s) {
  if (!s.speaks || s.refused.any() || s.doubted.any() || s.too_long) return "impossible";
  if (s.dropped.any()) return "lossy";
  return s.mapped.any() ? "mapped" : "lossless";
}

// 10^-12 USD as plain decimals.
void write_pico(JsonWriter& json, std::string_view key, route::Pico amount) {
  json.key(key);
  if (amount < 0) json.null();
  else json.string(Money::of_units(Int128{amount} * 1'000).usd());
}

double percent(std::uint16_t share) { return 100.0 * share / route::kWhole; }

void write_service(JsonWriter& json, const route::Seen& s) {
  json.begin_object().key("miss_percent").real(percent(s.miss), 2).key("error_percent").real(percent(s.error), 2);
  json.key("first_token_ms");
  if (s.first_token_ms == 0) json.null();
  else json.number(s.first_token_ms);
  json.member("breaker", name(s.breaker)).member("throttled", s.throttled).key("headroom_tokens");
  if (s.headroom_tokens < 0) json.null();
  else json.number(s.headroom_tokens);
  json.end_object();
}

void write_pool(JsonWriter& json, const route::Seen& s) {
  if (!s.pool) {
    json.null();
    return;
  }
  json.begin_object().key("utilisation_percent").real(100.0 * s.utilisation / UINT16_MAX, 2).member("tokens", std::int64_t{s.pool_tokens});
  write_pico(json, "bid_usd", s.bid);
  json.end_object();
}

// The place that served, else the first choice; nothing: none could.
std::optional<std::uint16_t> place_of(const route::Decision& d, const std::vector<ExplainedAttempt>& attempts) {
  const auto served = std::ranges::find(attempts.rbegin(), attempts.rend(), cloud::name(cloud::FailureKind::none), &ExplainedAttempt::outcome);
  if (served != attempts.rend())
    for (std::size_t i = 0; i < d.seen.size(); ++i)
      if (d.seen[i].name == served->deployment) return static_cast<std::uint16_t>(i);
  return d.tried > 0 ? std::optional(d.ranked[0].place) : std::nullopt;
}

// What a pool could have served and another place did, and what that was expected to cost more.
void write_spill(JsonWriter& json, const route::Decision& d, const std::vector<ExplainedAttempt>& attempts) {
  const auto at = place_of(d, attempts);
  const auto spill = at ? route::spilled(d, *at) : std::nullopt;
  json.key("spill");
  if (!spill) {
    json.null();
    return;
  }
  const auto& pool = d.seen[spill->pool];
  const auto& other = d.seen[*at];
  json.begin_object().member("from", pool.name).member("to", other.name).member("why", name(spill->why));
  json.key("utilisation_percent").real(100.0 * pool.utilisation / UINT16_MAX, 2);
  write_pico(json, "bid_usd", pool.bid);
  json.key("more_usd");
  if (pool.cost < 0 || other.cost < 0) json.null();
  else json.string(Money::of_units(Int128{other.cost - pool.cost} * 1'000).usd());
  json.end_object();
}

void write_candidate(JsonWriter& json, const route::Decision& d, const route::Ranked& r, const route::Policy& policy) {
  const auto& s = d.seen[r.place];
  json.begin_object().member("deployment", s.name).member("provider", s.provider_name).member("cloud", s.cloud);
  json.member("scope", s.scope).member("admissible", route::may_serve(r.verdict)).member("verdict", name(r.verdict)).key("reason");
  const auto why = reason(s, r, d.question, policy);
  if (why.empty()) json.null();
  else json.string(why);
  json.key("price").begin_object();
  write_pico(json, "expected_usd", s.cost);
  json.member("warm_tokens", std::int64_t{s.warm_tokens});
  if (s.paid > 0) {
    json.key("paid_percent").real(percent(s.paid), 2);
    json.key("commitment_left_usd").string(Money::of_units(Int128{s.commitment_left} * 1'000'000'000).usd());
  }
  json.end_object().key("pool");
  write_pool(json, s);
  json.key("service");
  write_service(json, s);
  json.key("compatibility").begin_object().member("verdict", compatibility(s)).key("lost");
  write_names(json, s.dropped | s.refused | s.doubted);
  json.key("max_output_tokens");
  if (s.output_tokens_max == 0) json.null();
  else json.number(std::int64_t{s.output_tokens_max});
  json.end_object().key("score");
  if (route::may_serve(r.verdict)) json.number(r.score);
  else json.null();
  json.end_object();
}

}  // namespace

std::string explain_page(const route::Recorded& recorded, const std::optional<std::string>& tags, const std::vector<ExplainedAttempt>& attempts) {
  const auto& policy = recorded.policy;
  const auto& d = recorded.decision;
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("request_id", recorded.request_id).member("time", recorded.time);
  json.key("tags");
  if (tags) ledger::write_tags(json, *tags);
  else json.null();
  json.member("model", recorded.model).member("policy", policy.name).member("prefer", name(policy.prefer)).key("rule");
  if (policy.rule < 0) json.null();
  else json.number(policy.rule);
  json.key("pressure_percent").real(100.0 * d.question.pressure / UINT16_MAX, 2);
  json.key("needs");
  write_needs(json, d.question);
  json.key("chosen");
  if (d.tried > 0) json.string(d.seen[d.ranked[0].place].name);
  else json.null();
  write_spill(json, d, attempts);
  json.key("candidates").begin_array();
  for (const auto& r : d.ranked) write_candidate(json, d, r, policy);
  json.end_array().key("attempts").begin_array();
  for (const auto& a : attempts) {
    json.begin_object().member("attempt_id", a.attempt_id).member("deployment", a.deployment);
    json.member("purpose", a.purpose).member("outcome", a.outcome).member("status", std::int64_t{a.status}).key("first_token_ms");
    if (a.first_token_ms < 0) json.null();
    else json.number(a.first_token_ms);
    json.member("ended_ms", std::int64_t{a.ended_ms}).end_object();
  }
  json.end_array().end_object();
  return out;
}

std::string explain_page(const gateway::KeptDecision& kept, const std::optional<ledger::ExchangeRecord>& record, const gateway::Snapshot& snapshot) {
  std::vector<ExplainedAttempt> attempts;
  if (record)
    for (const auto& a : record->attempts)
      attempts.push_back({.attempt_id = std::string(a.attempt_id.view()), .purpose = std::string(ledger::name(a.purpose)), .deployment = snapshot.deployments()[a.deployment].name, .outcome = std::string(cloud::name(a.outcome)),
                          .status = a.status, .first_token_ms = a.first_token_ms, .ended_ms = a.ended_ms});
  const auto time = rfc3339(kept.time);
  return explain_page({.request_id = kept.request_id.view(), .time = time, .model = snapshot.models()[kept.model].name,
                       .policy = snapshot.policies()[kept.policy], .decision = kept.decision}, record ? std::optional(record->tags) : std::nullopt, attempts);
}

std::string decisions_page(const std::vector<gateway::KeptDecision>& decisions, const gateway::Snapshot& snapshot) {
  std::string out(R"({"data":[)");
  for (const auto& kept : decisions) {
    if (&kept != decisions.data()) out += ',';
    const auto time = rfc3339(kept.time);
    route::write_record({.request_id = kept.request_id.view(), .time = time, .model = snapshot.models()[kept.model].name,
                         .policy = snapshot.policies()[kept.policy], .decision = kept.decision}, out);
  }
  return out.append(R"(],"next":null})");
}

}  // namespace fw::admin
