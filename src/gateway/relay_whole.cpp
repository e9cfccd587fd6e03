// 5 of the trunk, for answers in one piece.
#include <fmt/format.h>

#include <algorithm>

#include "dialect/answer.h"
#include "gateway/attempt.h"
#include "gateway/hedge.h"
#include "gateway/look.h"
#include "gateway/relay_fields.h"
#include "gateway/sealed.h"
#include "wire/json.h"

namespace fw::gateway {
namespace {

using cloud::FailureKind;
using BodyKind = net::ClientConn::Body::Kind;

constexpr int kAnswerDepthMax = 512;
constexpr std::size_t kTailBytes = 4096;
constexpr std::size_t kFieldBytes = 256;  // the header lines of most answers
constexpr std::size_t kIdBytes = 48;      // with what a renderer puts before it

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

MonoTime after(const Exchange& x, std::int64_t ms, MonoTime total) { return std::min(x.core.loop().now().plus_ms(ms), total); }

// What an answer says, where the cloud did not count it.
dialect::Seen seen_in(const Exchange& x, const dialect::Usage& usage, std::string_view body) {
  if (usage.reported) return {};
  const auto& provider = x.provider();
  const dialect::RelayLimits limits{x.core.snapshot().config().limits.event_bytes};
  const auto decoder = provider.adapter->decoder(provider.site, x.face().upstream, limits);
  return decoder ? dialect::seen_in(*decoder, body, kAnswerDepthMax) : dialect::Seen();
}

// An answer in another dialect than the client's.
End deliver_translated(Exchange& x, std::string_view body) {
  const dialect::RelayLimits limits{x.core.snapshot().config().limits.event_bytes};
  const auto& provider = x.provider();
  const auto decoder = provider.adapter->decoder(provider.site, x.face().upstream, limits);
  const auto renderer = renderer_for(x);
  const auto answer = dialect::translate_answer(*decoder, *renderer, body, kAnswerDepthMax);
  if (!answer) return fail(x, FailureKind::malformed, answer.error().message, true);
  const auto status = x.running.status;
  note_first_token(x);
  if (const std::string_view piece = answer->body; x.seals) note_sealed(x, {&piece, 1});
  settle(x, {.usage = answer->usage, .tier = answer->service_tier, .seen = seen_in(x, answer->usage, body)});
  x.core.marks.clear(x.running.provider);
  if (x.left) return End::client_left;
  auto& fields = x.answer_fields();
  fields.append("content-type: application/json\r\n");
  x.commit(status);
  x.client.answer(status, fields, answer->body);
  return End::served;
}

// A whole answer can still be taken back: it is looked at before the client gets its first byte.
End deliver(Exchange& x, std::string_view body, const std::string& field_lines) {
  if (x.face().translated) return deliver_translated(x, body);
  const bool deleted = x.operation == Operation::responses_delete;
  const auto read = dialect::read_answer(x.operation, body, kAnswerDepthMax);
  if (!read && !(deleted && body.empty())) return fail(x, FailureKind::malformed, read.error().message, true);
  const auto answer = read ? *read : dialect::WholeAnswer{};
  if (!answer.valid && !deleted) return fail(x, FailureKind::malformed, "the answer is not what this operation returns", true);
  const auto status = x.running.status;
  note_first_token(x);
  if (x.operation == Operation::responses) note_owner(x, answer.response_id);
  if (x.seals) note_sealed(x, {&body, 1});
  settle(x, {.usage = answer.usage, .tier = answer.service_tier, .seen = seen_in(x, answer.usage, body)});
  x.core.marks.clear(x.running.provider);
  if (x.left) return End::client_left;
  auto& fields = x.answer_fields();
  fields.append(field_lines);
  x.commit(status);
  x.client.answer(status, fields, body);
  return End::served;
}

// The usage of an answer of which only the end was kept.
dialect::Usage usage_in_tail(Operation operation, std::string_view tail) {
  constexpr std::string_view kUsage = "\"usage\"";
  const auto at = tail.rfind(kUsage);
  if (at == tail.npos) return {};
  const auto rest = tail.substr(std::min(tail.size(), tail.find('{', at)));
  // The object ends where the shortest valid one does.
  for (auto end = rest.find('}'); end != rest.npos; end = rest.find('}', end + 1)) {
    const auto object = rest.substr(0, end + 1);
    if (wire::json_check(object, 16)) continue;
    return dialect::read_usage(operation, object);
  }
  return {};
}

// The client must not take this for the whole: its transfer is left without an end.
End cut_off(Exchange& x, std::string_view tail) {
  settle(x, {.usage = usage_in_tail(x.operation, tail), .outcome = FailureKind::truncated});
  x.say().outcome = row(Code::stream_truncated).text;
  x.client.close_after();
  return x.left ? End::client_left : End::served;
}

// An answer too large to be held back: it goes out as it comes, without its cost in the head.
net::Task<End> relay_large(Exchange& x, net::ClientConn& conn, std::string held, std::string field_lines) {
  const auto idle_ms = x.deployment().timeouts.idle_ms;
  const auto total = x.running.start.plus_ms(x.deployment().timeouts.total_ms);
  note_first_token(x);
  auto& fields = x.answer_fields();
  fields.append(field_lines);
  x.commit(x.running.status);
  x.client.begin(x.running.status, fields);
  std::string tail;
  std::string_view piece = held;
  for (;;) {
    tail.append(piece.substr(piece.size() - std::min(piece.size(), kTailBytes)));
    tail.erase(0, tail.size() - std::min(tail.size(), kTailBytes));
    const auto io = x.client.chunk(std::span(&piece, 1));
    std::string().swap(held);
    if (io.kind != net::Io::Kind::ok && !x.left) {
      const auto wake = co_await x.listener()->drained(after(x, idle_ms, total), x.listener());
      const bool taken = wake == net::Wake::ready && !x.listener()->broken();
      if (!taken && !keep_reading(x)) co_return cut_off(x, tail);
    }
    auto part = conn.body();
    while (part.kind == BodyKind::blocked) {
      const auto wake = co_await conn.stream().readable(after(x, idle_ms, total), x.listener());
      if (wake == net::Wake::deadline || (wake == net::Wake::gone && !keep_reading(x))) co_return cut_off(x, tail);
      part = conn.body();
    }
    piece = part.bytes;
    if (part.kind == BodyKind::bytes) continue;
    if (part.kind != BodyKind::done) co_return cut_off(x, tail);
    settle(x, {.usage = usage_in_tail(x.operation, tail)});
    x.client.chunk({}, true);
    co_return x.left ? End::client_left : End::served;
  }
}

}  // namespace

void append_passed_fields(const net::ClientConn& conn, std::string& lines) {
  for (const auto& f : conn.head().fields)
    if (passes(f.id)) lines.append(wire::header_name(f.id)).append(": ").append(f.value).append("\r\n");
}

std::unique_ptr<dialect::AnswerRenderer> renderer_for(Exchange& x) {
  dialect::RenderOptions options;
  options.id.reserve(kIdBytes);
  x.core.append_unique_id(options.id);
  options.model = x.deployment().model;
  options.created = x.core.loop().wall().seconds();
  options.stream = x.stream;
  options.include_usage = !x.strip_usage;
  return dialect::make_renderer(dialect::dialect_of(x.operation), *x.asked->inner, std::move(options));
}

void note_first_token(Exchange& x) {
  if (x.race) win(x);
  const auto now = x.core.loop().now();
  if (x.running.first_token_ms < 0) {
    x.running.first_token_ms = static_cast<std::int32_t>(now.ms_since(x.running.start));
    learn_first_token(x);
  }
  if (x.first_token_ms < 0) x.first_token_ms = static_cast<std::int32_t>(now.ms_since(x.start));
}

net::Task<End> relay_whole(Exchange& x, net::ClientConn& conn) {
  const auto limit = x.core.snapshot().config().limits.response_buffer_bytes;
  const auto& timeouts = x.deployment().timeouts;
  const auto total = x.running.start.plus_ms(timeouts.total_ms);
  const auto type = conn.head().get(wire::HeaderId::content_type);
  std::string fields;
  fields.reserve(kFieldBytes);
  fields.append("content-type: ").append(type.empty() ? "application/json" : type).append("\r\n");
  append_passed_fields(conn, fields);
  auto deadline = after(x, timeouts.first_byte_ms, total);
  std::string body;
  for (;;) {
    const auto part = conn.body();
    if (part.kind == BodyKind::blocked) {
      const auto wake = co_await conn.stream().readable(deadline, x.listener());
      if (wake == net::Wake::deadline) co_return fail(x, FailureKind::timed_out, "the answer was not complete in time", true);
      if (wake == net::Wake::ready || keep_reading(x)) continue;
      settle(x, {});
      co_return End::client_left;
    }
    if (part.kind == BodyKind::lost) co_return fail(x, FailureKind::truncated, "the answer ended before it was complete", true);
    if (part.kind == BodyKind::malformed) co_return fail(x, FailureKind::malformed, "the answer is no valid HTTP", true);
    if (part.kind == BodyKind::done) co_return deliver(x, body, fields);
    deadline = after(x, timeouts.idle_ms, total);
    // All of it came with the head: nothing is copied, and the connection has then no more to say.
    if (body.empty() && conn.framing() == wire::Framing::length && part.bytes.size() == conn.content_length()) {
      const auto end = deliver(x, part.bytes, fields);
      conn.body();
      co_return end;
    }
    body.append(part.bytes);
    if (body.size() > limit && x.face().translated)
      co_return fail(x, FailureKind::malformed, "the answer is longer than limits.response_buffer_bytes and has to be translated as a whole", true);
    if (body.size() > limit) co_return co_await relay_large(x, conn, std::move(body), std::move(fields));
  }
}

}  // namespace fw::gateway
