#include "gateway/attempt.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "gateway/look.h"
#include "gateway/sealed.h"
#include "gateway/settle.h"
#include "wire/json.h"

namespace fw::gateway {
namespace {

using cloud::FailureKind;
using net::Broke;

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
  x.running = {};
  x.running.open = true;
  x.running.deployment = deployment;
  x.running.provider = x.core.snapshot().deployments()[deployment].provider;
  x.running.start = x.core.loop().now();
  x.running.time = x.core.loop().wall();
}

std::string_view target_of(std::string_view head) {
  const auto begin = head.find(' ') + 1;
  return head.substr(begin, head.find(" HTTP/1.1", begin) - begin);
}

// The lines by which the provider's credential vouches for what is about to be sent.
void sign(Exchange& x, std::span<const std::string_view> body, std::string& head) {
  const auto& p = x.provider();
  const std::string_view line(head);
  const cloud::ToSign request{.method = line.substr(0, line.find(' ')),
                              .target = target_of(line),
                              .content_type = body.empty() ? "" : "application/json",
                              .body = body,
                              .now = x.core.loop().wall()};
  std::string lines;
  p.adapter->authorize(p.site, *x.asked->credential, request, lines);
  head.append(lines);
}

// Head and body as they go upstream. The pieces point into x.core.fields, `written` and the client's body.
struct Outgoing {
  std::array<std::string_view, dialect::Pieces::kCapacity + 1> all;
  std::size_t count = 1;
};

// The inner form, where nobody has needed it so far.
Result<void> read_inside(Exchange& x) {
  if (x.asked->inner) return {};
  x.asked->inner = x.core.take_inner();
  return dialect::inner::read_request(x.operation, x.asked->body, *x.asked->inner);
}

Result<Outgoing> encode(Exchange& x, std::string& written) {
  const auto& d = x.deployment();
  const auto& p = x.provider();
  const auto& face = x.face();
  auto& head = x.core.fields;
  Outgoing out;
  std::size_t bytes = 0;
  if (!x.asked->response_id.empty()) {
    head = p.adapter->request_head(p.site, cloud::Call{x.operation, face.upstream, false, d.model, x.asked->response_id, x.asked->query});
  } else if (const bool unread = has_body(x.operation) && sealed_elsewhere(x, x.running.deployment); face.translated || unread) {
    head.assign(x.stream ? face.stream_head : face.head);
    if (auto read = read_inside(x); !read) return std::unexpected(read.error());
    auto fates = face.fates;
    if (unread) fates.apply(dialect::Need::reasoning_items, dialect::Fate::dropped);
    const auto done = p.adapter->write_request(p.site, face.upstream, *x.asked->inner, {d.model_json, &fates}, written);
    if (!done) return std::unexpected(done.error());
    out.all[out.count++] = written;
    bytes = written.size();
  } else {
    head.assign(x.stream ? face.stream_head : face.head);
    const auto* const known = x.asked->facts.limit_key.empty() ? nullptr : d.features_at(x.time);
    const auto limit = known != nullptr ? known->asked_by(face.upstream).output_limit : dialect::LimitField::any;
    const auto body = dialect::splice_request(x.operation, x.asked->facts, x.asked->body, d.model_json, limit);
    for (const auto piece : body) out.all[out.count++] = piece;
    bytes = body.bytes();
  }
  if (p.sign_in) sign(x, std::span(out.all).subspan(1, out.count - 1), head);
  if (const auto field = p.adapter->sender_id_field(); !field.empty()) {
    x.append_attempt_id(x.running.number, head.append(field));
    head.append("\r\n");
  }
  head.append(x.asked->forwarded.lines);
  for (const auto& [name, value] : x.asked->forwarded.further)
    if (std::ranges::find(p.forward_headers, name) != p.forward_headers.end())
      head.append(name).append(": ").append(value).append("\r\n");
  const bool has_body = x.operation != Operation::responses_get && x.operation != Operation::responses_delete;
  if (has_body) head.append("content-length: ").append(fmt::format_int(bytes).c_str()).append("\r\n");
  head.append("\r\n");
  out.all[0] = head;
  return out;
}

// Writes head and body; what does not fit the socket goes out by itself. Kept out of the coroutine.
[[gnu::noinline]] Result<net::Io> write_request(Exchange& x, net::ClientConn& conn) {
  std::string written;
  const auto out = encode(x, written);
  if (!out) return std::unexpected(out.error());
  return conn.stream().send(std::span(out->all).first(out->count));
}

// The attempt's credential, where one is needed. What is missing is told as the attempt's failure.
[[gnu::noinline]] std::optional<End> take_credential(Exchange& x) {
  x.asked->dropped = dropped_at(x, x.model().places[x.asked->candidates.all[x.running.at].place]);
  x.asked->credential.reset();
  if (!x.provider().sign_in) return std::nullopt;
  const auto& signer = x.core.signers[x.running.provider];
  if (!signer.usable(x.core.loop().wall()))
    // Why is for the operator (GET /admin/v1/deployments): a token endpoint's words can name accounts and roles.
    return fail(x, FailureKind::sign_in, "there is no valid credential for this provider at the moment", false);
  x.asked->credential = signer.credential;
  return std::nullopt;
}

// A request that cannot be said in the deployment's dialect was not sent; the words are the client's.
End cannot_say(Exchange& x, Error error) {
  const auto end = fail(x, FailureKind::invalid_request, std::move(error.message), false);
  auto& failed = x.asked->failed.back();
  failed.status = static_cast<std::int16_t>(row(error.code).status);
  failed.verdict.param = error.param;
  return end;
}

// So much of a secret's beginning is as good as the whole: a cloud may have cut it short.
constexpr std::size_t kTellingBytes = 8;

void cover(std::string& text, std::string_view secret) {
  if (secret.size() < 4) return;
  const auto beginning = secret.substr(0, kTellingBytes);
  for (auto at = text.find(beginning); at != text.npos; at = text.find(beginning, at)) {
    const auto rest = std::string_view(text).substr(at);
    const auto same = static_cast<std::size_t>(std::ranges::mismatch(rest, secret).in1 - rest.begin());
    text.replace(at, same, "***");
  }
}

// Calls `with` with all that the cloud knows us by.
template <class With>
void each_credential(const Exchange& x, With with) {
  with(x.core.snapshot().config().providers[x.running.provider].settings.api_key);
  if (!x.asked->credential) return;
  const auto& c = *x.asked->credential;
  for (const auto* secret : {&c.bearer, &c.access_key_id, &c.secret_access_key, &c.session_token}) with(*secret);
}

// A cloud's words may quote what we sent it.
std::string without_credentials(const Exchange& x, std::string text) {
  each_credential(x, [&text](std::string_view secret) { cover(text, secret); });
  return text;
}

// A request's id as the cloud gives it; nothing where that is no id, or quotes a credential.
std::string_view told_id(const Exchange& x, std::string_view id) {
  if (std::ranges::any_of(id, [](char c) { return c <= ' ' || c > '~'; })) return {};
  each_credential(x, [&id](std::string_view secret) {
    if (secret.size() >= kTellingBytes && id.find(secret.substr(0, kTellingBytes)) != id.npos) id = {};
  });
  return id;
}

MonoTime first_byte_deadline(Exchange& x) {
  const auto& t = x.deployment().timeouts;
  const auto now = x.core.loop().now();
  return std::min(now.plus_ms(t.first_byte_ms), now.plus_ms(t.total_ms));
}

// A refusal as the failure map reads it. The head's fields end with the first suspension: they are kept.
struct Refusal {
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;
};

Refusal kept_refusal(const net::ClientConn& conn) {
  Refusal kept;
  for (const auto& f : conn.head().fields)
    if (f.id != wire::HeaderId::other) kept.fields.emplace_back(f.name, f.value);
  return kept;
}

void book_refusal(Exchange& x, ledger::AttemptRecord& a, const cloud::Verdict& verdict) {
  const ledger::Settling how{x.deployment().price_at(a.start), x.tier};
  switch (verdict.billing) {
    case cloud::Billing::refused_unbilled:
      return ledger::settle_unbilled(a, ledger::AttemptState::refused_unbilled, ledger::Basis::none);
    case cloud::Billing::billed:
      return ledger::settle_estimated(a, x.reserved, {}, how);
    case cloud::Billing::ambiguous:
      return ledger::settle_ambiguous(a, x.reserved, how);
  }
}

// True if the body has a member of that name somewhere.
bool says(std::string_view body, std::string_view word) {
  const auto member = fmt::format("\"{}\"", word);
  for (auto at = body.find(member); at != body.npos; at = body.find(member, at + 1)) {
    const auto next = body.find_first_not_of(" \t\r\n", at + member.size());
    if (next != body.npos && body[next] == ':') return true;
  }
  return false;
}

constexpr int kQuotedWords = 12;

// A refusal that names something of the request: a parameter of the API, or in its message a quoted
// word that the request says. Not the model: the name that was sent is ours.
bool explains_itself(const cloud::Verdict& verdict, std::string_view body) {
  const auto root = std::string_view(verdict.param).substr(0, verdict.param.find_first_of(".["));
  if (!root.empty() && root != "model" && (dialect::need_of(root) || says(body, root))) return true;
  std::string_view text(verdict.message);
  int looked = 0;  // each word may mean a walk through a large body, and clouds quote what clients say
  for (const char quote : {'\'', '"', '`'})
    for (auto open = text.find(quote); open != text.npos; open = text.find(quote, open + 1)) {
      const auto close = text.find(quote, open + 1);
      if (close == text.npos || ++looked > kQuotedWords) break;
      const auto word = text.substr(open + 1, close - open - 1);
      if (word != "model" && says(body, word.substr(0, word.find_first_of(".[")))) return true;
    }
  return false;
}

// A refusal that the request does not explain gets one second opinion elsewhere (design.md section 2).
void doubt(Exchange& x, cloud::Verdict& verdict) {
  const bool refused = verdict.kind == FailureKind::invalid_request || verdict.kind == FailureKind::not_found;
  if (verdict.elsewhere || !refused || !has_body(x.operation) || (x.running.status != 400 && x.running.status != 404)) return;
  if (x.doubted.deployment != ledger::kNoIndex) {
    learn_opinion(x, true);
    x.doubted = {};
    return;
  }
  if (explains_itself(verdict, x.asked->body)) return;
  x.doubted = {.deployment = x.running.deployment, .status = x.running.status, .kind = verdict.kind};
  verdict.elsewhere = true;
}

End judge_refusal(Exchange& x, Refusal refusal) {
  std::vector<wire::HeaderField> fields;
  for (const auto& [name, value] : refusal.fields) fields.push_back({name, value, wire::header_id(name)});
  cloud::Answer answer{.status = x.running.status, .content_type = {}, .fields = fields, .body = refusal.body};
  answer.content_type = wire::field_value(answer.fields, wire::HeaderId::content_type);
  Failed failed{.deployment = x.running.deployment, .status = x.running.status, .verdict = x.provider().adapter->classify(answer, x.core.loop().wall()), .own_words = {}};
  failed.verdict.message = without_credentials(x, std::move(failed.verdict.message));
  // Only what is the client's own doing is told in the cloud's words and with its status.
  if (answer.status < 500 && !x.face().translated && x.provider().adapter->refusals_pass() && !wire::json_check(refusal.body, 128))
    failed.own_words = without_credentials(x, std::move(refusal.body));
  x.core.mark_account(x.running.provider, failed.verdict.mark);
  if (failed.verdict.mark == cloud::Mark::credential_bad && x.asked->credential)
    x.core.credential_refused(x.running.provider, x.asked->credential);
  auto& booked = close_attempt(x, failed.verdict.kind);
  book_refusal(x, booked, failed.verdict);
  book(x, booked);
  learn(x, booked, failed.verdict.retry_after_ms);
  if (go_on_without_sealed(x, failed.verdict)) failed.verdict.elsewhere = true;
  else doubt(x, failed.verdict);
  x.asked->failed.push_back(std::move(failed));
  return End::failed;
}

net::Task<End> read_refusal(Exchange& x, net::ClientConn& conn) {
  const auto limit = x.core.snapshot().config().limits.error_body_bytes;
  const auto deadline = first_byte_deadline(x);
  auto refusal = kept_refusal(conn);
  for (;;) {
    const auto part = conn.body();
    if (part.kind == net::ClientConn::Body::Kind::blocked) {
      if (co_await conn.stream().readable(deadline, x.listener()) == net::Wake::ready) continue;
      break;
    }
    if (part.kind != net::ClientConn::Body::Kind::bytes) break;
    refusal.body.append(part.bytes.substr(0, limit - std::min(limit, refusal.body.size())));
    if (refusal.body.size() >= limit) break;
  }
  co_return judge_refusal(x, std::move(refusal));
}

// The quotas as the head tells them, which correct what this core has counted itself.
void note_limits(const Exchange& x, std::span<const wire::HeaderField> fields) {
  const auto said = x.provider().adapter->limits(fields, x.core.loop().wall());
  if (!said.any()) return;
  using enum health::Limit::Kind;
  const auto note = [&x](health::Limit::Kind kind, const cloud::StatedLimit& l) {
    x.core.senses.board.note_limit(x.running.deployment, {kind, l.limit, l.remaining, l.reset_ms}, x.core.loop().now());
  };
  if (said.requests) note(requests, *said.requests);
  if (said.tokens) note(tokens, *said.tokens);
  if (!said.utilisation) return;
  note(utilisation, {.limit = route::kWhole, .remaining = *said.utilisation, .reset_ms = 0});
  if (x.deployment().pool)
    x.core.tell_others(PoolNews{.tokens = 0, .utilisation = static_cast<std::int32_t>(std::min<std::uint32_t>(*said.utilisation, route::kWhole)), .deployment = x.running.deployment});
}

// The head is there: a success, or what else it is.
std::optional<End> judge_head(Exchange& x, const net::ClientConn& conn) {
  x.running.status = static_cast<std::int16_t>(conn.head().status);
  x.running.upstream_request_id = told_id(x, x.provider().adapter->request_id(conn.head().fields));
  note_limits(x, conn.head().fields);
  if (x.running.status >= 400) return std::nullopt;
  if (x.running.status >= 300)
    return fail(x, FailureKind::malformed,
                fmt::format("status {}; redirects are not followed, they would carry the credentials elsewhere", x.running.status), true);
  const auto coding = conn.head().get(wire::HeaderId::content_encoding);
  if (!coding.empty() && !wire::equal_ignoring_case(coding, "identity"))
    return fail(x, FailureKind::malformed, "the answer is compressed, which was not asked for", true);
  return End::answering;
}

End lost_before_head(Exchange& x, const net::ClientConn& conn, net::Failure failure) {
  x.asked->fresh = conn.reused() && !conn.answered() && failure.what == Broke::lost;
  return fail(x, kind_of(failure.what), std::move(failure.text), true);
}

End left_early(Exchange& x) {
  settle(x, {});
  return End::client_left;
}

void book_answer(Exchange& x, ledger::AttemptRecord& a, const Received& received) {
  const auto& d = x.deployment();
  if (!received.tier.empty()) a.tier = received.tier;
  const auto* const price = d.price_at(a.start);
  const ledger::Settling how{price, a.tier};
  if (received.usage.reported) {
    auto counted = received.usage;
    counted.give_lifetime(price ? price->cache_lifetime : x.provider().adapter->cache_lifetime());
    return ledger::settle_reported(a, counted, how);
  }
  if (!has_body(x.operation)) return ledger::settle_unbilled(a, ledger::AttemptState::settled_exact, ledger::Basis::none);
  if (x.left && d.on_cancel == cloud::OnCancel::unbilled)
    return ledger::settle_unbilled(a, ledger::AttemptState::settled_exact, ledger::Basis::cancel_unbilled);
  ledger::settle_estimated(a, x.reserved, {received.seen.tokens, received.seen.least}, how);
}

}  // namespace

End fail(Exchange& x, FailureKind kind, std::string message, bool sent) {
  Failed failed{.deployment = x.running.deployment, .status = x.running.status, .verdict = {}, .own_words = {}};
  failed.verdict.kind = kind;
  failed.verdict.elsewhere = true;
  failed.verdict.message = std::move(message);
  auto& a = close_attempt(x, kind);
  if (sent) {
    ledger::settle_ambiguous(a, x.reserved, {x.deployment().price_at(a.start), x.tier});
  } else {
    ledger::settle_unbilled(a, ledger::AttemptState::not_sent, ledger::Basis::none);
  }
  book(x, a);
  learn(x, a);
  if (x.asked) x.asked->failed.push_back(std::move(failed));
  return End::failed;
}

// The attempt's intent, before anything of it goes upstream. Nothing: it could not be written, and the attempt must not
// begin; else the record to wait for, 0 for none.
[[gnu::noinline]] std::optional<std::uint64_t> enter(Exchange& x) {
  const auto& config = x.core.snapshot().config();
  x.running.number = x.next_number();
  const auto sequence = x.core.books.intent(x);
  if (sequence) return config.durability == config::Durability::strict ? *sequence : 0;
  if (config.on_ledger_failure == config::OnLedgerFailure::serve_and_flag) return 0;
  x.running = {};
  if (x.spending) x.core.purse.settle(x.spending->held, Money());
  return std::nullopt;
}

// The most the attempt may cost, out of the key's budgets. False: not enough is left for it at this place.
net::Task<bool> afford(Exchange& x) {
  const auto most = x.deployment().most(x.reserved, route::tier_of(x.tier), x.running.time).value_or(Money());
  auto refusal = co_await x.core.purse.reserve(*x.keys, x.budgets(), most, x.spending->held);
  if (!refusal) co_return true;
  x.running = {};  // it was none
  x.asked->unaffordable = std::move(refusal);
  co_return false;
}

// Why the candidate at `at` is tried.
ledger::Purpose purpose_of(const Exchange& x, std::uint16_t at) {
  using enum ledger::Purpose;
  if (x.twin_of) return hedge;
  if (x.asked->fresh) return retry;
  if (x.doubted.deployment != ledger::kNoIndex) return second_opinion;
  if (!x.attempts.empty()) return fallback;
  return x.asked->candidates.all[at].verdict == route::Verdict::probe ? probe : first;
}

// `durability: strict`. False: syncing fails, and the attempt must not begin.
net::Task<bool> on_disk(Exchange& x, std::uint64_t sequence) {
  Synced synced(*x.core.books.lane(), sequence);
  const bool good = co_await synced || x.core.snapshot().config().on_ledger_failure == config::OnLedgerFailure::serve_and_flag;
  if (good) co_return true;
  auto& a = close_attempt(x, FailureKind::none);
  ledger::settle_unbilled(a, ledger::AttemptState::not_sent, ledger::Basis::none);
  book(x, a);
  co_return false;
}

net::Task<End> send(Exchange& x, net::Lease& lease, std::uint16_t at) {
  const auto& place = x.model().places[x.asked->candidates.all[at].place];
  begin_attempt(x, place.deployment);
  x.running.at = at;
  x.running.purpose = purpose_of(x, at);
  if (!x.budgets().empty() && has_body(x.operation) && !co_await afford(x)) co_return End::unaffordable;
  const auto written_at = enter(x);
  if (!written_at || (*written_at != 0 && !co_await on_disk(x, *written_at))) co_return End::unbooked;
  take_ticket(x);
  // Taken back first: an attempt that ends before it has a connection must not be repeated at the same place.
  const bool fresh = std::exchange(x.asked->fresh, false);
  if (const auto unsigned_end = take_credential(x)) co_return *unsigned_end;
  auto& pool = x.core.pool(place.provider);
  if (!fresh) lease = pool.take_idle();
  if (!lease) {
    auto opened = co_await pool.open(x.core.loop().now().plus_ms(x.deployment().timeouts.connect_ms));
    if (!opened) co_return fail(x, kind_of(opened.error().what), std::move(opened.error().text), false);
    lease = std::move(*opened);
  }
  auto written = write_request(x, *lease);
  if (!written) co_return cannot_say(x, std::move(written.error()));
  x.running.sent = true;
  const auto deadline = first_byte_deadline(x);
  if (written->kind == net::Io::Kind::blocked) {
    const auto wake = co_await lease->stream().drained(deadline, x.listener());
    if (wake == net::Wake::gone && !keep_reading(x)) co_return left_early(x);
    if (wake == net::Wake::deadline) co_return fail(x, FailureKind::timed_out, "the request could not be written in time", true);
  }
  for (;;) {
    auto head = co_await lease->read_head(wire::Method::post, deadline, x.listener());
    if (head) break;
    if (head.error().what != Broke::client_gone) co_return lost_before_head(x, *lease, std::move(head.error()));
    if (x.left || !keep_reading(x)) co_return left_early(x);
  }
  const auto judged = judge_head(x, *lease);
  if (judged) co_return *judged;
  co_return co_await read_refusal(x, *lease);
}

bool keep_reading(Exchange& x) {
  x.client_left();
  if (x.deployment().on_cancel == cloud::OnCancel::drain && !x.drains) x.drains = x.core.shared().drains.take();
  return x.drains;
}

void settle(Exchange& x, const Received& received) {
  auto& a = close_attempt(x, received.outcome);
  book_answer(x, a, received);
  book(x, a);
  learn(x, a);
}

void give_up(Exchange& x) {
  const auto& d = x.deployment();
  auto& a = close_attempt(x, x.left ? FailureKind::none : FailureKind::outrun);
  const ledger::Settling how{d.price_at(a.start), x.tier};
  if (!x.running.sent) {
    ledger::settle_unbilled(a, ledger::AttemptState::not_sent, ledger::Basis::none);
  } else if (d.on_cancel == cloud::OnCancel::unbilled) {
    ledger::settle_unbilled(a, ledger::AttemptState::settled_exact, ledger::Basis::cancel_unbilled);
  } else {
    // Where a cloud goes on without a reader and charges for it, the answer is thought to be as long as usual.
    ledger::settle_estimated(a, x.reserved, {d.on_cancel == cloud::OnCancel::drain ? x.expected_output : 0, 0}, how);
    if (a.cost_low) a.cost_low = Money();
  }
  book(x, a);
  learn(x, a);
}

void note_owner(Exchange& x, std::string_view response_id) {
  if (response_id.empty() || !x.stores || x.face().translated) return;
  note_maker(x, response_id_hash(response_id));
}

void note_maker(Exchange& x, std::uint64_t hash) {
  const Owner owner{x.running.deployment, x.key().tenant};
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
