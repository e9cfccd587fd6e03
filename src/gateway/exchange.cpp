#include "gateway/exchange.h"

#include <fmt/format.h>

#include <algorithm>

#include "dialect/error.h"
#include "gateway/ask.h"
#include "gateway/attempt.h"
#include "gateway/failures.h"
#include "gateway/hedge.h"
#include "gateway/look.h"
#include "gateway/sealed.h"
#include "gateway/tags.h"

namespace fw::gateway {
namespace {

// The functions below are kept out of the coroutine on purpose: what they need for a moment would
// otherwise lie in its frame for as long as a stream is open.

// 1 and 2: the body, and what it says.
[[gnu::noinline]] net::Task<bool> receive(Exchange& x) {
  auto body = co_await x.client.body(x.core.snapshot().config().limits.body_bytes);
  const auto parsed = x.parse(std::move(body));
  co_return parsed || x.refuse(parsed.error());
}

bool pin_to(Exchange& x, const std::optional<Owner>& owner) {
  if (!owner || owner->tenant != x.key().tenant) {
    const bool leaning = has_body(x.operation);
    return x.refuse(client_error(leaning ? Code::previous_response_not_found : Code::response_not_found,
                                 "there is no such response; stored responses are known to the tenant that made them",
                                 leaning ? "previous_response_id" : ""));
  }
  x.pinned = owner->deployment;
  const auto model = x.core.snapshot().deployments()[owner->deployment].of_model;
  if (x.model_index == ledger::kNoIndex) x.model_index = model;
  return true;
}

// Requests that lean on stored state go where it lies, if it is this tenant's.
[[gnu::noinline]] net::Task<bool> pin(Exchange& x) {
  const auto hash = response_id_hash(x.leans_on());
  auto& home = x.core.home(hash);
  auto question = ask<std::optional<Owner>>(x.core.loop(), home.loop(), [&home, hash] { return home.owners.find(hash); });
  const auto owner = co_await question;
  co_return pin_to(x, owner);
}

[[gnu::noinline]] bool begin(Exchange& x, const Route& route) {
  const auto admitted = x.admit(route);
  return admitted || x.refuse(admitted.error());
}

// 2 as well: the request and its tokens, out of the key's rates.
[[gnu::noinline]] net::Task<bool> pace(Exchange& x) {
  const auto tokens = static_cast<std::int64_t>(x.expected_input) + x.expected_output;
  const auto refusal = co_await x.core.purse.admit(*x.keys, x.key(), tokens, x.spending->paced);
  co_return !refusal || x.refuse(*refusal);
}

[[gnu::noinline]] bool decide(Exchange& x) {
  const auto chosen = x.choose();
  return chosen || x.refuse(chosen.error());
}

// What the end of an attempt means for what comes next. True: try at `at`.
[[gnu::noinline]] bool go_on(Exchange& x, End end, std::uint16_t& at) {
  const bool tried = end != End::unbooked && end != End::unaffordable;
  if ((end == End::served || !tried) && std::exchange(x.paid, false)) x.core.retries.give_back();
  if (end == End::unbooked)
    return x.refuse(Error{Code::ledger_unavailable, Origin::gateway, Retry::after_delay,
                          "the books cannot be written at the moment, and nothing is sent without them (on_ledger_failure); try again later", {}, 1000});
  // Another place may be cheaper.
  if (end == End::unaffordable) return ++at < x.asked->candidates.count;
  if (end == End::served && x.doubted.deployment != ledger::kNoIndex) learn_opinion(x, false);
  if (end != End::failed || x.left) return false;
  if (x.asked->fresh) return true;
  ++at;
  return x.asked->failed.back().verdict.elsewhere;
}

}  // namespace

std::string need_names(const Asked& asked, const dialect::Needs& needs) {
  constexpr std::size_t kNameBytes = 64;
  constexpr std::size_t kNamesBytes = 1'000;  // fields can be as many as a client likes
  std::string names;
  bool full = false;
  const auto add = [&names, &full](std::string_view name) {
    if (full) return;
    full = names.size() + name.size() > kNamesBytes;
    names.append(names.empty() ? "" : ", ");
    // They go into a header line, whatever the client called them.
    for (const char c : full ? std::string_view("and-more") : name.substr(0, kNameBytes)) names += c > ' ' && c < 0x7f && c != ',' ? c : '?';
  };
  for (std::size_t i = 0; i < dialect::kNeeds; ++i) {
    const auto need = static_cast<dialect::Need>(i);
    if (!has(needs, need)) continue;
    // Fields nobody here knows are told by their own names.
    if (need != dialect::Need::unknown_field || !asked.inner) add(name(need));
    else
      for (const auto& member : asked.inner->others) add(member.key);
  }
  return names;
}

bool has_body(Operation operation) {
  return operation == Operation::chat || operation == Operation::responses || operation == Operation::embeddings;
}

// The six steps. 6 settle stands in the destructor of Exchange: it happens on every exit.
net::Task<void> exchange(Core& core, net::HttpConn& client, Route route, net::Lasting) {
  Exchange x(core, client, route.operation);
  if (!begin(x, route) || !co_await receive(x)) co_return;      // 1 parse, 2 reserve
  if (!x.leans_on().empty() && !co_await pin(x)) co_return;
  if (says_sealed(x)) co_await find_sealer(x);
  if (!decide(x)) co_return;                                    // 3 choose
  if (!x.key().rates.empty() && !co_await pace(x)) co_return;
  auto end = End::failed;
  for (std::uint16_t at = 0; x.may_try(at);) {
    if (may_hedge(x, at)) {
      end = co_await hedged(x, at);                             // 4 and 5, at two places if the first is slow
    } else {
      net::Lease lease;
      end = co_await send(x, lease, at);                        // 4 encode, send, classify
      if (end == End::answering) {
        if (x.stream) {
          end = co_await relay_stream(x, *lease);               // 5 decode, render, write
        } else {
          end = co_await relay_whole(x, *lease);
        }
      }
    }
    if (!go_on(x, end, at)) break;
  }
  if (end == End::unaffordable) x.refuse(*x.asked->unaffordable);
  if (end == End::failed) answer_failures(x);
}

Exchange::Exchange(Core& c, net::HttpConn& conn, Operation op)
    : core(c), client(conn), keys(c.keep_keys()), operation(op), start(c.loop().now()), time(c.loop().wall()) {
  ++core.counts.exchanges_open;
  std::string id("req_");
  core.append_unique_id(id);
  request_id = std::string_view(id);
}

Exchange::Exchange(Exchange* of)
    : core(of->core), client(of->client), keys(of->keys), operation(of->operation), twin_of(of), stream(of->stream), strip_usage(of->strip_usage), seals(of->seals), key_index(of->key_index),
      policy_index(of->policy_index), model_index(of->model_index), start(of->start), time(of->time), request_id(of->request_id), tier(of->tier),
      reserved(of->reserved), prompt(of->prompt), shape(of->shape), expected_input(of->expected_input), expected_output(of->expected_output) {
  if (!of->spending) return;
  spending = std::make_unique<Spending>();
  spending->budgets = of->spending->budgets;
}

Result<void> Exchange::admit(const Route& route) {
  const auto& head = client.head();
  if (const auto id = head.get(wire::HeaderId::x_client_request_id); !id.empty()) say().client_request_id = id.substr(0, 128);
  const auto presented = presented_key(head);
  if (!presented) return std::unexpected(presented.error());
  const auto found = keys->find(*presented, time);
  if (!found) return std::unexpected(client_error(Code::invalid_api_key, "the API key is not known here; check that it is a key of this gateway, not of a cloud"));
  key_index = *found;
  policy_index = key().policy;
  if (key().conditional)
    if (auto refused = refuse_use(key(), operation, client, time)) return std::unexpected(std::move(*refused));
  if (!key().budgets.empty() || !key().rates.empty()) spending = std::make_unique<Spending>();
  if (auto tagged = take_tags(*this, head); !tagged) return tagged;
  holds_permit = core.shared().exchanges.take();
  if (!holds_permit)
    return std::unexpected(Error{Code::overloaded, Origin::gateway, Retry::after_delay,
                                 "too many exchanges are running (limits.exchanges); try again", {}, 1000});
  holds_key_permit = key().permits->take();
  if (!holds_key_permit)
    return std::unexpected(Error{Code::rate_limit_exceeded, Origin::gateway, Retry::after_delay,
                                 fmt::format("this key may run {} exchanges at once (limits.concurrent_exchanges); wait for one to end", key().concurrent_max),
                                 {}, 1000});
  if (auto* const permits = core.shared().tenants[key().tenant].get()) {
    holds_tenant_permit = permits->take();
    if (!holds_tenant_permit)
      return std::unexpected(Error{Code::rate_limit_exceeded, Origin::gateway, Retry::after_delay,
                                   fmt::format("the tenant {} may run {} exchanges at once (limits.concurrent_exchanges); wait for one to end",
                                               core.snapshot().tenants()[key().tenant], core.snapshot().tenant_concurrent_max(key().tenant)), {}, 1000});
  }
  if (has_body(operation))
    if (auto refused = refuse_media(head)) return std::unexpected(*refused);
  if (has_body(operation) && head.framing == wire::Framing::none)
    return std::unexpected(client_error(Code::length_required, "the request has no body; send JSON with a Content-Length"));
  asked = std::make_unique<Asked>();
  asked->forwarded = forwarded_fields(head, core.snapshot());
  asked->session = session_hash(head);
  asked->response_id = route.id;
  if (!route.id.empty()) asked->query = head.query;
  return {};
}

Result<void> Exchange::parse(Result<net::Bytes> body) {
  if (!body) return std::unexpected(body.error());
  if (!has_body(operation)) {
    stream = operation == Operation::responses_get && asked->query.find("stream=true") != std::string::npos;
    return {};
  }
  asked->body = std::move(*body);
  const auto& snapshot = core.snapshot();
  const auto facts = dialect::scan_request(operation, asked->body, static_cast<int>(snapshot.config().limits.json_depth));
  if (!facts) return std::unexpected(facts.error());
  asked->facts = *facts;
  stream = facts->stream;
  strip_usage = !facts->wants_usage;
  stores = operation == Operation::responses && facts->store.value_or(true);
  tier = facts->service_tier;
  const auto limit = operation == Operation::embeddings ? std::optional<std::int64_t>(0) : facts->output_limit;
  reserved = ledger::reserve(asked->body.size(), limit, facts->n);  // 2
  if (!facts->metadata.empty())
    if (auto tagged = take_tags(*this, facts->metadata); !tagged) return tagged;
  const auto model = snapshot.model(facts->model);
  if (!model) {
    const auto near = snapshot.nearest_models(facts->model, key());
    auto message = fmt::format("the model '{}' does not exist here", facts->model.substr(0, 128));
    if (!near.empty()) message += fmt::format("; did you mean {}?", fmt::join(near, ", "));
    return std::unexpected(client_error(Code::model_not_found, std::move(message), "model"));
  }
  model_index = *model;
  if (!key().may_use(*model))
    return std::unexpected(client_error(Code::model_not_allowed,
                                        fmt::format("this key may not use the model '{}'; GET /v1/models lists what it may use", facts->model), "model"));
  return {};
}

std::string_view Exchange::leans_on() const {
  return has_body(operation) ? asked->facts.previous_response_id : std::string_view(asked->response_id);
}

Result<void> Exchange::look_inside() {
  auto& needs = asked->needs;
  needs = asked->facts.needs | asked->facts.content.needs;
  asked->hosted = asked->facts.content.hosted;
  const auto& places = model().places;
  if (std::ranges::none_of(places, [this](const auto& p) { return p.translates(operation); })) return {};
  asked->inner = core.take_inner();
  auto read = dialect::inner::read_request(operation, asked->body, *asked->inner);
  if (read) {
    needs |= asked->inner->needs;
    return {};
  }
  asked->inner.reset();
  // A cloud that speaks the client's dialect may still make sense of it.
  set(needs, dialect::Need::unknown_content);
  const bool passes = std::ranges::any_of(places, [this](const auto& p) { return p.serves(operation) && !p.translates(operation); });
  return passes ? Result<void>{} : std::unexpected(std::move(read.error()));
}

Result<void> Exchange::choose() {
  if (auto looked = look_inside(); !looked) return looked;
  if (asked->sealed.said) set(asked->needs, dialect::Need::encrypted_reasoning);
  seals = operation == Operation::responses && has(asked->needs, dialect::Need::encrypted_reasoning);
  auto& kept = core.senses.decisions.add();
  kept.request_id = request_id;
  kept.time = time;
  kept.model = model_index;
  kept.tenant = key().tenant;
  auto& decision = kept.decision;
  look(*this, decision);
  kept.policy = policy_index;
  route::decide(decision, policy());
  core.books.decided(*this, decision);
  note_pool(*this, decision);
  core.retries.request();
  auto& candidates = asked->candidates;
  for (; candidates.count < decision.tried; ++candidates.count) {
    const auto& r = decision.ranked[candidates.count];
    candidates.all[candidates.count] = {r.place, r.verdict};
  }
  if (candidates.count > 0) return {};
  return std::unexpected(nowhere(decision));
}

bool Exchange::may_try(std::uint16_t at) {
  if (at >= asked->candidates.count) return false;
  if (attempts.empty()) return true;
  const auto most = core.snapshot().config().retries.attempts;
  if (most > 0 && static_cast<int>(attempts.size()) >= most) {
    asked->stopped = "retries.attempts is reached";
    return false;
  }
  // A dead kept connection is no retry: the place has not seen the request.
  paid = !asked->fresh && core.retries.take();
  if (paid || asked->fresh) return true;
  ++core.counts.retries_refused;
  asked->stopped = "the retry budget is spent (retries.budget_percent, retries.burst)";
  return false;
}

}  // namespace fw::gateway
