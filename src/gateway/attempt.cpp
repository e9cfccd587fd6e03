#include "gateway/attempt.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "dialect/answer.h"
#include "wire/json.h"

namespace fw::gateway {
namespace {

using cloud::FailureKind;
using net::Broke;

const Deployment& deployment_of(const Exchange& x) { return x.core.snapshot().deployments()[x.attempts.back().deployment]; }
const Provider& provider_of(const Exchange& x) { return x.core.snapshot().providers()[x.attempts.back().provider]; }

FailureKind kind_of(Broke what) {
  switch (what) {
    case Broke::resolve:
    case Broke::connect:
      return FailureKind::unreachable;
    case Broke::tls:
      return FailureKind::tls;
    case Broke::deadline:
      return FailureKind::timed_out;
    case Broke::malformed:
      return FailureKind::malformed;
    case Broke::lost:
    case Broke::client_gone:
      return FailureKind::truncated;
  }
  return FailureKind::server_error;
}

void begin_attempt(Exchange& x, std::uint16_t deployment) {
  const auto& d = x.core.snapshot().deployments()[deployment];
  auto& a = x.attempts.emplace_back();
  std::string id(x.request_id.view());
  id.push_back('-');
  id.append(std::to_string(x.attempts.size()));
  a.attempt_id = std::string_view(id);
  a.deployment = deployment;
  a.provider = d.provider;
  a.start = x.core.loop().wall();
  x.attempt_start = x.core.loop().now();
  a.dialect_out = dialect::dialect_of(x.operation);
  a.tier = x.tier.view();
}

// Writes head and body; what does not fit the socket goes out by itself.
net::Io write_request(Exchange& x, net::ClientConn& conn) {
  const auto& d = deployment_of(x);
  const auto& p = provider_of(x);
  auto& head = x.core.fields;
  if (x.asked->response_id.empty()) {
    head.assign(d.heads[static_cast<std::size_t>(x.operation)]);
  } else {
    head = p.adapter->request_head(p.site, cloud::Call{x.operation, d.model, x.asked->response_id, x.asked->query});
  }
  head.append(x.asked->forwarded.lines);
  for (const auto& [name, value] : x.asked->forwarded.further)
    if (std::ranges::find(p.forward_headers, name) != p.forward_headers.end())
      head.append(name).append(": ").append(value).append("\r\n");
  std::array<std::string_view, dialect::Pieces::kCapacity + 1> all;
  std::size_t count = 1;
  std::size_t bytes = 0;
  if (x.asked->response_id.empty()) {
    const auto body = dialect::splice_request(x.operation, x.asked->facts, x.asked->body, d.model_json);
    for (const auto piece : body) all[count++] = piece;
    bytes = body.bytes();
  }
  const bool has_body = x.operation != Operation::responses_get && x.operation != Operation::responses_delete;
  if (has_body) fmt::format_to(std::back_inserter(head), "content-length: {}\r\n", bytes);
  head.append("\r\n");
  all[0] = head;
  return conn.stream().send(std::span(all).first(count));
}

// A cloud's words may quote what we sent it.
std::string without_credentials(std::string text, const std::string& secret) {
  if (secret.size() < 4) return text;
  for (auto at = text.find(secret); at != text.npos; at = text.find(secret, at)) text.replace(at, secret.size(), "***");
  return text;
}

MonoTime first_byte_deadline(Exchange& x) {
  const auto& t = deployment_of(x).timeouts;
  const auto now = x.core.loop().now();
  return std::min(now.plus_ms(t.first_byte_ms), now.plus_ms(t.total_ms));
}

net::Task<Outcome> read_refusal(Exchange& x, net::ClientConn& conn) {
  const auto limit = x.core.snapshot().config().limits.error_body_bytes;
  const auto deadline = first_byte_deadline(x);
  cloud::Answer answer;
  answer.status = conn.head().status;
  // The fields' views end with the first suspension, so what the failure map reads is kept.
  std::vector<std::pair<std::string, std::string>> kept;
  for (const auto& f : conn.head().fields)
    if (f.id != wire::HeaderId::other) kept.emplace_back(f.name, f.value);
  std::string body;
  for (;;) {
    const auto part = conn.body();
    if (part.kind == net::ClientConn::Body::Kind::blocked) {
      if (co_await conn.stream().readable(deadline, x.listener()) == net::Wake::ready) continue;
      break;
    }
    if (part.kind != net::ClientConn::Body::Kind::bytes) break;
    body.append(part.bytes.substr(0, limit - std::min(limit, body.size())));
    if (body.size() >= limit) break;
  }
  std::vector<wire::HeaderField> fields;
  for (const auto& [name, value] : kept) fields.push_back({name, value, wire::header_id(name)});
  const auto& p = provider_of(x);
  answer.fields = fields;
  answer.body = body;
  answer.content_type = wire::field_value(answer.fields, wire::HeaderId::content_type);
  Outcome out;
  out.verdict = p.adapter->classify(answer, x.core.loop().wall());
  const auto& settings = x.core.snapshot().config().providers[x.attempt().provider].settings;
  out.verdict.message = without_credentials(std::move(out.verdict.message), settings.api_key);
  // Only what is the client's own doing is told in the cloud's words and with its status.
  if (answer.status >= 400 && answer.status < 500 && !wire::json_check(body, 128))
    out.own_words = without_credentials(std::move(body), settings.api_key);
  auto& a = x.attempt();
  a.outcome = out.verdict.kind;
  const auto& d = deployment_of(x);
  const ledger::Settling how{d.price ? &*d.price : nullptr, x.tier};
  switch (out.verdict.billing) {
    case cloud::Billing::refused_unbilled:
      ledger::settle_unbilled(a, ledger::AttemptState::refused_unbilled, ledger::Basis::none);
      break;
    case cloud::Billing::billed:
      ledger::settle_estimated(a, x.reserved, 0, how);
      break;
    case cloud::Billing::ambiguous:
      ledger::settle_ambiguous(a, x.reserved, how);
      break;
  }
  x.core.mark_account(a.provider, out.verdict.mark);
  co_return out;
}

}  // namespace

Outcome fail(Exchange& x, FailureKind kind, std::string message, bool sent) {
  auto& a = x.attempt();
  a.outcome = kind;
  const auto& d = deployment_of(x);
  const ledger::Settling how{d.price ? &*d.price : nullptr, x.tier};
  if (sent) {
    ledger::settle_ambiguous(a, x.reserved, how);
  } else {
    ledger::settle_unbilled(a, ledger::AttemptState::not_sent, ledger::Basis::none);
  }
  Outcome out;
  out.verdict.kind = kind;
  out.verdict.elsewhere = true;
  out.verdict.billing = sent ? cloud::Billing::ambiguous : cloud::Billing::refused_unbilled;
  out.verdict.message = std::move(message);
  return out;
}

net::Task<Outcome> send(Exchange& x, net::Lease& lease, std::uint16_t deployment, bool fresh) {
  begin_attempt(x, deployment);
  const auto& d = deployment_of(x);
  auto& pool = x.core.pool(d.provider);
  if (!fresh) lease = pool.take_idle();
  if (!lease) {
    auto opened = co_await pool.open(x.core.loop().now().plus_ms(d.timeouts.connect_ms));
    if (!opened) co_return fail(x, kind_of(opened.error().what), std::move(opened.error().text), false);
    lease = std::move(*opened);
  }
  const auto written = write_request(x, *lease);
  const auto deadline = first_byte_deadline(x);
  if (written.kind == net::Io::Kind::blocked) {
    const auto wake = co_await lease->stream().drained(deadline, x.listener());
    if (wake == net::Wake::gone && !keep_reading(x)) {
      settle(x, {}, {}, 0);
      co_return Outcome{.kind = Outcome::Kind::client_left};
    }
    if (wake == net::Wake::deadline) co_return fail(x, FailureKind::timed_out, "the request could not be written in time", true);
  }
  auto head = co_await lease->read_head(wire::Method::post, deadline, x.listener());
  if (!head && head.error().what == Broke::client_gone) {
    if (!keep_reading(x)) {
      settle(x, {}, {}, 0);
      co_return Outcome{.kind = Outcome::Kind::client_left};
    }
    head = co_await lease->read_head(wire::Method::post, deadline, nullptr);
  }
  if (!head) {
    auto out = fail(x, kind_of(head.error().what), std::move(head.error().text), true);
    out.stale = lease->reused() && !lease->answered() && head.error().what == Broke::lost;
    co_return out;
  }
  auto& a = x.attempt();
  a.status = static_cast<std::int16_t>(lease->head().status);
  a.upstream_request_id = provider_of(x).adapter->request_id(lease->head().fields);
  if (a.status >= 200 && a.status < 300) {
    if (const auto coding = lease->head().get(wire::HeaderId::content_encoding);
        !coding.empty() && !wire::equal_ignoring_case(coding, "identity"))
      co_return fail(x, FailureKind::malformed, "the answer is compressed, which was not asked for", true);
    co_return Outcome{.kind = Outcome::Kind::answering};
  }
  if (a.status < 400)
    co_return fail(x, FailureKind::malformed,
                   fmt::format("status {}; redirects are not followed, they would carry the credentials elsewhere", a.status), true);
  co_return co_await read_refusal(x, *lease);
}

bool keep_reading(Exchange& x) {
  const auto& limits = x.core.snapshot().config().drain;
  const bool drain = deployment_of(x).on_cancel == cloud::OnCancel::drain &&
                     x.core.drains < limits.streams / static_cast<int>(x.core.shared().cores.size());
  x.client_left();
  if (drain && !std::exchange(x.drains, true)) ++x.core.drains;
  return drain;
}

void settle(Exchange& x, const dialect::Usage& usage, std::string_view tier_served, std::int64_t output_seen) {
  auto& a = x.attempt();
  const auto& d = deployment_of(x);
  if (!tier_served.empty()) a.tier = tier_served;
  const ledger::Settling how{d.price ? &*d.price : nullptr, a.tier};
  if (usage.reported) {
    auto counted = usage;
    counted.give_lifetime(d.price ? d.price->cache_lifetime : provider_of(x).adapter->cache_lifetime());
    return ledger::settle_reported(a, counted, how);
  }
  if (x.operation != Operation::chat && x.operation != Operation::responses && x.operation != Operation::embeddings)
    return ledger::settle_unbilled(a, ledger::AttemptState::settled_exact, ledger::Basis::none);
  if (x.left && d.on_cancel == cloud::OnCancel::unbilled)
    return ledger::settle_unbilled(a, ledger::AttemptState::settled_exact, ledger::Basis::cancel_unbilled);
  ledger::settle_estimated(a, x.reserved, output_seen, how);
}

void note_owner(Exchange& x, std::string_view response_id) {
  if (response_id.empty() || !x.stores) return;
  const Owner owner{x.attempt().deployment, x.key().tenant};
  const auto hash = response_id_hash(response_id);
  auto& home = x.core.home(hash);
  if (&home == &x.core) return x.core.owners.note(hash, owner);
  struct Note : net::Letter {
    Note(Core& c, std::uint64_t h, Owner o) : core(c), id_hash(h), owner(o) {}
    void run() override { core.owners.note(id_hash, owner); }
    Core& core;
    std::uint64_t id_hash;
    Owner owner;
  };
  // Nobody waits for it: whoever asks for this id later posts behind it.
  home.loop().post(std::make_unique<Note>(home, hash, owner), false);
}

}  // namespace fw::gateway
