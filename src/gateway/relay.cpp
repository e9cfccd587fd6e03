// 5 of the trunk: an answer on its way to the client.
#include <fmt/format.h>

#include <algorithm>

#include "dialect/answer.h"
#include "dialect/relay.h"
#include "gateway/attempt.h"
#include "wire/json.h"

namespace fw::gateway {
namespace {

using cloud::FailureKind;
using BodyKind = net::ClientConn::Body::Kind;

constexpr std::int64_t kTailMs = 1'000;  // for the end of a transfer whose content is complete

const Deployment& deployment_of(const Exchange& x) { return x.core.snapshot().deployments()[x.attempts.back().deployment]; }

// What the client may see of the cloud's own fields.
constexpr bool passes(wire::HeaderId id) {
  using enum wire::HeaderId;
  switch (id) {
    case openai_processing_ms:
    case openai_version:
    case ratelimit_limit_requests:
    case ratelimit_limit_tokens:
    case ratelimit_remaining_requests:
    case ratelimit_remaining_tokens:
    case ratelimit_reset_requests:
    case ratelimit_reset_tokens:
    case x_ms_region:
      return true;
    default:
      return false;
  }
}

// The cloud's fields as lines, taken while the head's views live.
std::string passed_fields(const net::ClientConn& conn) {
  std::string lines;
  for (const auto& f : conn.head().fields)
    if (passes(f.id)) lines.append(wire::header_name(f.id)).append(": ").append(f.value).append("\r\n");
  return lines;
}

std::string_view media_of(const net::ClientConn& conn) {
  auto type = conn.head().get(wire::HeaderId::content_type);
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  return type;
}

void note_first_token(Exchange& x) {
  auto& a = x.attempt();
  const auto ms = static_cast<std::int32_t>(x.core.loop().now().ms_since(x.attempt_start));
  if (a.first_token_ms < 0) a.first_token_ms = ms;
  if (x.first_token_ms < 0) x.first_token_ms = static_cast<std::int32_t>(x.core.loop().now().ms_since(x.start));
}

MonoTime after(Exchange& x, std::int64_t ms, MonoTime total) { return std::min(x.core.loop().now().plus_ms(ms), total); }

Error broken_off(FailureKind kind, const std::string& why) {
  const auto code = kind == FailureKind::timed_out ? Code::stream_timeout
                    : kind == FailureKind::truncated ? Code::stream_truncated
                                                     : Code::stream_failed;
  return {code, Origin::provider, Retry::never, why, {}, 0};
}

// One streamed answer while it is relayed.
struct Streaming {
  std::unique_ptr<dialect::StreamRelay> relay;
  std::string passed;     // the cloud's fields for the client
  MonoTime total;
  bool draining = false;  // the client left; we read on for the books
  bool noted = false;     // the response's owner
};

// Sends what the relay put out. False: the client is gone.
bool put_out(Exchange& x, Streaming& s) {
  if (!s.relay->started() || s.draining) return true;
  if (!s.noted && !s.relay->response_id().empty()) {
    note_owner(x, s.relay->response_id());
    s.noted = true;
  }
  if (!x.committed) {
    note_first_token(x);
    auto& fields = x.answer_fields();
    fields.append("content-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\n").append(s.passed);
    x.commit(200);
    x.client.begin(200, fields);
    std::string().swap(s.passed);
  } else if (x.core.pieces.empty()) {
    return true;
  }
  return x.client.chunk(x.core.pieces, s.relay->ended()).kind != net::Io::Kind::failed;
}

// The client went away under us: on for the books, or the end.
bool go_on_without_client(Exchange& x, Streaming& s) {
  if (x.left) return false;
  if (!keep_reading(x)) return false;
  s.draining = true;
  s.total = std::min(s.total, x.core.loop().now().plus_ms(std::int64_t{x.core.snapshot().config().drain.seconds} * 1000));
  return true;
}

// Reads on after the content's end until the transfer's end, so that the connection can be kept.
net::Task<void> read_tail(net::ClientConn& conn, net::Loop& loop) {
  const auto deadline = loop.now().plus_ms(kTailMs);
  for (;;) {
    const auto part = conn.body();
    if (part.kind == BodyKind::bytes) continue;
    if (part.kind != BodyKind::blocked) co_return;
    if (co_await conn.stream().readable(deadline) == net::Wake::deadline) co_return;
  }
}

// What the client reads when a stream it has begun to read breaks off.
void end_broken(Exchange& x, Streaming& s, FailureKind kind, const std::string& why) {
  const auto error = broken_off(kind, why);
  x.outcome = row(error.code).text;
  const auto text = s.relay->render_error(error);
  const std::string_view piece = text;
  x.client.chunk(std::span(&piece, 1), true);
}

Outcome ended(Exchange& x, Streaming& s) {
  auto& a = x.attempt();
  settle(x, s.relay->usage(), s.relay->service_tier(), s.relay->events());
  if (const auto* e = s.relay->error()) {
    const auto& p = x.core.snapshot().providers()[a.provider];
    auto verdict = p.adapter->classify_stream(*e);
    a.outcome = verdict.kind == FailureKind::none ? FailureKind::server_error : verdict.kind;
    x.core.mark_account(a.provider, verdict.mark);
    if (!x.committed) {
      verdict.elsewhere = verdict.elsewhere || e->malformed;
      return {.kind = Outcome::Kind::failed, .verdict = std::move(verdict), .stale = false, .own_words = {}};
    }
    if (e->relayed) {
      x.outcome = std::string_view(e->code.empty() ? row(Code::stream_failed).text : e->code);
    } else {
      end_broken(x, s, a.outcome, e->message);
    }
    return {.kind = Outcome::Kind::served};
  }
  a.outcome = FailureKind::none;
  x.core.marks.clear(a.provider);
  return {.kind = x.left ? Outcome::Kind::client_left : Outcome::Kind::served};
}

// The cloud stopped before the dialect's ending.
Outcome broke(Exchange& x, Streaming& s, FailureKind kind, std::string why) {
  if (!x.committed && !x.left) return fail(x, kind, std::move(why), true);
  settle(x, s.relay->usage(), s.relay->service_tier(), s.relay->events());
  x.attempt().outcome = kind;
  if (x.left) return {.kind = Outcome::Kind::client_left};
  end_broken(x, s, kind, why);
  return {.kind = Outcome::Kind::served};
}

Outcome left_for_good(Exchange& x, Streaming& s) {
  settle(x, s.relay->usage(), s.relay->service_tier(), s.relay->events());
  return {.kind = Outcome::Kind::client_left};
}

}  // namespace

net::Task<Outcome> relay_stream(Exchange& x, net::ClientConn& conn) {
  if (!wire::equal_ignoring_case(media_of(conn), "text/event-stream"))
    co_return fail(x, FailureKind::malformed, "a stream was asked for and something else came", true);
  const auto& config = x.core.snapshot().config();
  const auto& timeouts = deployment_of(x).timeouts;
  Streaming s{.relay = dialect::make_relay(dialect::dialect_of(x.operation), x.strip_usage, {config.limits.event_bytes}),
              .passed = passed_fields(conn),
              .total = x.core.loop().now().plus_ms(timeouts.total_ms)};
  const auto first = after(x, timeouts.first_byte_ms, s.total);
  for (;;) {
    const auto part = conn.body();
    if (part.kind == BodyKind::bytes) {
      x.core.pieces.clear();
      s.relay->feed(part.bytes, x.core.pieces);
      if (!put_out(x, s) && !go_on_without_client(x, s)) co_return left_for_good(x, s);
      if (s.relay->ended()) {
        auto out = ended(x, s);
        if (!s.relay->error()) co_await read_tail(conn, x.core.loop());
        co_return out;
      }
      if (!s.draining && x.listener()->pending()) {
        const auto wake = co_await x.listener()->drained(after(x, timeouts.idle_ms, s.total), x.listener());
        if ((wake != net::Wake::ready || x.listener()->broken()) && !go_on_without_client(x, s)) co_return left_for_good(x, s);
      }
      continue;
    }
    if (part.kind == BodyKind::done || part.kind == BodyKind::lost)
      co_return broke(x, s, FailureKind::truncated, "the stream ended before it was complete");
    if (part.kind == BodyKind::malformed) co_return broke(x, s, FailureKind::malformed, "the stream is no valid HTTP");
    const auto deadline = x.committed || s.draining ? after(x, timeouts.idle_ms, s.total) : first;
    const auto wake = co_await conn.stream().readable(deadline, x.listener());
    if (wake == net::Wake::deadline) co_return broke(x, s, FailureKind::timed_out, "nothing came in time");
    if (wake == net::Wake::gone && !go_on_without_client(x, s)) co_return left_for_good(x, s);
  }
}

namespace {

// A whole answer that can still be taken back: it is looked at before the client gets its first byte.
Outcome deliver(Exchange& x, std::string_view body, std::string_view content_type, const std::string& passed) {
  auto& a = x.attempt();
  const bool deleted = x.operation == Operation::responses_delete;
  const auto read = dialect::read_answer(x.operation, body, 512);
  if (!read && !(deleted && body.empty())) return fail(x, FailureKind::malformed, read.error().message, true);
  const auto answer = read ? *read : dialect::WholeAnswer{};
  if (read && !answer.valid && x.operation != Operation::responses_delete)
    return fail(x, FailureKind::malformed, "the answer is not what this operation returns", true);
  settle(x, answer.usage, answer.service_tier, 0);
  a.outcome = FailureKind::none;
  note_first_token(x);
  x.core.marks.clear(a.provider);
  if (x.operation == Operation::responses) note_owner(x, answer.response_id);
  if (x.left) return {.kind = Outcome::Kind::client_left};
  auto& fields = x.answer_fields();
  fields.append("content-type: ").append(content_type.empty() ? "application/json" : content_type).append("\r\n").append(passed);
  const auto status = a.status;
  x.commit(status);
  x.client.answer(status, fields, body);
  return {.kind = Outcome::Kind::served};
}

// All of it came with the head: nothing is copied. The connection has then no more to say.
Outcome deliver_at_once(Exchange& x, net::ClientConn& conn, std::string_view body, std::string_view content_type,
                        const std::string& passed) {
  auto out = deliver(x, body, content_type, passed);
  conn.body();
  return out;
}

// The usage of an answer of which only the end was kept.
dialect::Usage usage_in_tail(const Exchange& x, std::string_view tail) {
  constexpr std::string_view kUsage = "\"usage\"";
  const auto at = tail.rfind(kUsage);
  if (at == tail.npos) return {};
  auto rest = tail.substr(at + kUsage.size());
  const auto open = rest.find('{');
  const auto close = rest.rfind('}');
  if (open == rest.npos || close == rest.npos) return {};
  // The object ends where the shortest valid one does.
  rest = rest.substr(open);
  for (auto end = rest.find('}'); end != rest.npos; end = rest.find('}', end + 1)) {
    const auto object = rest.substr(0, end + 1);
    if (wire::json_check(object, 16)) continue;
    return x.operation == Operation::embeddings ? dialect::read_embeddings_usage(object)
           : x.operation == Operation::chat     ? dialect::read_chat_usage(object)
                                                : dialect::read_responses_usage(object);
  }
  return {};
}

// An answer too large to be held back: it goes out as it comes, without its cost in the head.
net::Task<Outcome> relay_large(Exchange& x, net::ClientConn& conn, std::string held, std::string field_lines) {
  constexpr std::size_t kTailBytes = 4096;
  const auto& timeouts = deployment_of(x).timeouts;
  const auto total = x.core.loop().now().plus_ms(timeouts.total_ms);
  note_first_token(x);
  auto& fields = x.answer_fields();
  fields.append("content-type: ").append(field_lines);
  const auto status = x.attempt().status;
  x.commit(status);
  x.client.begin(status, fields);
  std::string tail;
  std::string_view piece = held;
  for (;;) {
    tail.append(piece.substr(piece.size() - std::min(piece.size(), kTailBytes)));
    tail.erase(0, tail.size() - std::min(tail.size(), kTailBytes));
    const auto io = x.client.chunk(std::span(&piece, 1));
    std::string().swap(held);
    if (io.kind != net::Io::Kind::ok && !x.left) {
      const auto wake = co_await x.listener()->drained(after(x, timeouts.idle_ms, total), x.listener());
      if ((wake != net::Wake::ready || x.listener()->broken()) && !keep_reading(x)) break;
    }
    auto part = conn.body();
    while (part.kind == BodyKind::blocked) {
      const auto wake = co_await conn.stream().readable(after(x, timeouts.idle_ms, total), x.listener());
      if (wake == net::Wake::deadline || (wake == net::Wake::gone && !keep_reading(x))) break;
      part = conn.body();
    }
    if (part.kind == BodyKind::bytes) {
      piece = part.bytes;
      continue;
    }
    settle(x, usage_in_tail(x, tail), {}, 0);
    if (part.kind == BodyKind::done) {
      x.client.chunk({}, true);
      x.attempt().outcome = FailureKind::none;
      co_return Outcome{.kind = x.left ? Outcome::Kind::client_left : Outcome::Kind::served};
    }
    break;
  }
  // The client must not take this for the whole: its transfer is left without an end.
  if (x.attempt().state == ledger::AttemptState::open) settle(x, {}, {}, 0);
  x.attempt().outcome = FailureKind::truncated;
  x.outcome = row(Code::stream_truncated).text;
  x.client.close_after();
  co_return Outcome{.kind = x.left ? Outcome::Kind::client_left : Outcome::Kind::served};
}

}  // namespace

net::Task<Outcome> relay_whole(Exchange& x, net::ClientConn& conn) {
  const auto limit = x.core.snapshot().config().limits.response_buffer_bytes;
  const auto& timeouts = deployment_of(x).timeouts;
  const auto total = x.core.loop().now().plus_ms(timeouts.total_ms);
  const auto type = std::string(conn.head().get(wire::HeaderId::content_type));
  const auto passed = passed_fields(conn);
  auto deadline = after(x, timeouts.first_byte_ms, total);
  std::string body;
  for (;;) {
    const auto part = conn.body();
    if (part.kind == BodyKind::blocked) {
      const auto wake = co_await conn.stream().readable(deadline, x.listener());
      if (wake == net::Wake::deadline) co_return fail(x, FailureKind::timed_out, "the answer was not complete in time", true);
      if (wake == net::Wake::gone && !keep_reading(x)) {
        settle(x, {}, {}, 0);
        co_return Outcome{.kind = Outcome::Kind::client_left};
      }
      continue;
    }
    if (part.kind == BodyKind::lost) co_return fail(x, FailureKind::truncated, "the answer ended before it was complete", true);
    if (part.kind == BodyKind::malformed) co_return fail(x, FailureKind::malformed, "the answer is no valid HTTP", true);
    if (part.kind == BodyKind::done) co_return deliver(x, body, type, passed);
    deadline = after(x, timeouts.idle_ms, total);
    if (body.empty() && part.bytes.size() == conn.head().content_length && conn.head().framing == wire::Framing::length)
      co_return deliver_at_once(x, conn, part.bytes, type, passed);
    body.append(part.bytes);
    if (body.size() > limit) co_return co_await relay_large(x, conn, std::move(body), type + "\r\n" + passed);
  }
}

}  // namespace fw::gateway
