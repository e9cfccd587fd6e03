#include "gateway/exchange.h"

#include <fmt/format.h>

#include <algorithm>

#include "dialect/error.h"
#include "gateway/ask.h"
#include "gateway/attempt.h"
#include "gateway/failures.h"
#include "gateway/settle.h"

namespace fw::gateway {
namespace {

bool has_body(Operation operation) {
  return operation == Operation::chat || operation == Operation::responses || operation == Operation::embeddings;
}

// Requests that lean on stored state go where it lies, if it is this tenant's.
net::Task<Result<void>> pin(Exchange& x, std::string_view response_id, Code code) {
  const auto hash = response_id_hash(response_id);
  auto& home = x.core.home(hash);
  auto question = ask<std::optional<Owner>>(x.core.loop(), home.loop(), [&home, hash] { return home.owners.find(hash); });
  const auto owner = co_await question;
  if (!owner || owner->tenant != x.key().tenant)
    co_return std::unexpected(client_error(code, "there is no such response; stored responses are known to the tenant that made them",
                                           has_body(x.operation) ? "previous_response_id" : ""));
  x.pinned = owner->deployment;
  const auto model = x.core.snapshot().deployments()[owner->deployment].of_model;
  if (x.model_index == ledger::kNoIndex) x.model_index = model;
  co_return Result<void>{};
}

// Until one deployment's answer is on its way to the client, or there is none left to try.
net::Task<void> try_candidates(Exchange& x, const route::Candidates& candidates) {
  const auto& places = x.core.snapshot().models()[x.model_index].places;
  const auto attempts_max = x.core.snapshot().config().retries.attempts;
  Failures failures;
  bool fresh = false;
  for (std::uint16_t i = 0; i < candidates.tried;) {
    const bool again = !x.attempts.empty();
    const bool spent = attempts_max > 0 && static_cast<int>(x.attempts.size()) >= attempts_max;
    if (again && (spent || (!fresh && !x.core.retries.take()))) {
      if (!spent) ++x.core.counts.retries_refused;
      failures.stopped = spent ? "retries.attempts is reached" : "the retry budget is spent";
      break;
    }
    const bool paid = again && !fresh;
    net::Lease lease;
    auto out = co_await send(x, lease, places[candidates.all[i].place].deployment, std::exchange(fresh, false));
    if (out.kind == Outcome::Kind::answering) {
      if (x.stream) {
        out = co_await relay_stream(x, *lease);
      } else {
        out = co_await relay_whole(x, *lease);
      }
    }
    end_attempt(x);
    if (out.kind == Outcome::Kind::served && paid) x.core.retries.give_back();
    if (out.kind != Outcome::Kind::failed || x.left) co_return;
    fresh = out.stale;
    const bool elsewhere = out.verdict.elsewhere;
    failures.add(x.attempt().deployment, std::move(out));
    if (!elsewhere) break;
    if (!fresh) ++i;
  }
  answer_failures(x, failures);
}

}  // namespace

// The six steps. 2 reserve and 6 settle stand in Exchange: its destructor settles on every exit.
net::Task<void> exchange(Core& core, net::HttpConn& client, Route route) {
  Exchange x(core, client, route.operation);
  if (const auto admitted = x.admit(route); !admitted) co_return x.refuse(admitted.error());
  auto body = co_await client.body(core.snapshot().config().limits.body_bytes);
  if (const auto parsed = x.parse(std::move(body)); !parsed) co_return x.refuse(parsed.error());
  const auto leans_on = has_body(x.operation) ? x.asked->facts.previous_response_id : std::string_view(x.asked->response_id);
  if (!leans_on.empty()) {
    const auto missing = has_body(x.operation) ? Code::previous_response_not_found : Code::response_not_found;
    const auto pinned = co_await pin(x, leans_on, missing);
    if (!pinned) co_return x.refuse(pinned.error());
  }
  const auto candidates = x.choose();
  if (!candidates) co_return x.refuse(candidates.error());
  core.retries.request();
  co_await try_candidates(x, *candidates);
}

Exchange::Exchange(Core& c, net::HttpConn& conn, Operation op)
    : core(c), client(conn), operation(op), start(c.loop().now()), time(c.loop().wall()) {
  ++core.counts.exchanges_open;
  std::string id("req_");
  core.append_unique_id(id);
  request_id = std::string_view(id);
}

Result<void> Exchange::admit(const Route& route) {
  const auto& head = client.head();
  client_request_id = head.get(wire::HeaderId::x_client_request_id).substr(0, 128);
  const auto presented = presented_key(head);
  if (!presented) return std::unexpected(presented.error());
  const auto found = core.snapshot().key(*presented);
  if (!found) return std::unexpected(client_error(Code::invalid_api_key, "the API key is not known here; check that it is a key of this gateway, not of a cloud"));
  key_index = *found;
  holds_permit = core.shared().exchanges.take();
  if (!holds_permit)
    return std::unexpected(Error{Code::overloaded, Origin::gateway, Retry::after_delay,
                                 "too many exchanges are running (limits.exchanges); try again", {}, 1000});
  holds_key_permit = core.shared().keys[key_index]->take();
  if (!holds_key_permit)
    return std::unexpected(Error{Code::rate_limit_exceeded, Origin::gateway, Retry::after_delay,
                                 fmt::format("this key may run {} exchanges at once (limits.concurrent_exchanges); wait for one to end", key().concurrent_max),
                                 {}, 1000});
  if (has_body(operation))
    if (auto refused = refuse_media(head)) return std::unexpected(*refused);
  if (has_body(operation) && head.framing == wire::Framing::none)
    return std::unexpected(client_error(Code::length_required, "the request has no body; send JSON with a Content-Length"));
  asked = std::make_unique<Asked>();
  asked->forwarded = forwarded_fields(head, core.snapshot());
  asked->response_id = route.id;
  if (!route.id.empty()) asked->query = head.query;
  return {};
}

Result<void> Exchange::parse(Result<std::string> body) {
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

Result<route::Candidates> Exchange::choose() const {
  const auto& model = core.snapshot().models()[model_index];
  const route::Needs needs{operation, key().residency};
  auto candidates = route::choose(needs, model.places, core.marks, core.loop().now());
  if (pinned != ledger::kNoIndex) {
    const auto end = candidates.all.begin() + candidates.tried;
    const auto it = std::find_if(candidates.all.begin(), end, [&](const auto& c) { return model.places[c.place].deployment == pinned; });
    if (it == end)
      return std::unexpected(client_error(Code::no_capable_deployment,
                                          fmt::format("the response leant on is stored at a deployment that cannot serve model '{}' for this key", model.name)));
    candidates.all[0] = *it;
    candidates.count = candidates.tried = 1;
  }
  if (candidates.tried > 0) return candidates;
  const bool residency = std::any_of(candidates.all.begin(), candidates.all.begin() + candidates.count,
                                     [](const auto& c) { return c.verdict == route::Verdict::residency; });
  if (!residency)
    return std::unexpected(client_error(Code::no_capable_deployment,
                                        fmt::format("no deployment of '{}' serves {}", model.name, dialect::name(operation)), "model"));
  std::string scopes;
  for (const auto& p : model.places) scopes += fmt::format("{}{}", scopes.empty() ? "" : ", ", p.scope);
  return std::unexpected(client_error(Code::residency_unsatisfiable,
                                      fmt::format("the policy allows processing in {} only; '{}' is served in {}",
                                                  fmt::join(key().residency, ", "), model.name, scopes), "model"));
}

}  // namespace fw::gateway
