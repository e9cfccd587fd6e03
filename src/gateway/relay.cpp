// 5 of the trunk, for streams: events on their way to the client.
#include <algorithm>

#include "dialect/relay.h"
#include "gateway/attempt.h"
#include "gateway/relay_fields.h"
#include "gateway/sealed.h"

namespace fw::gateway {
namespace {

using cloud::FailureKind;
using BodyKind = net::ClientConn::Body::Kind;

constexpr std::int64_t kTailMs = 1'000;  // for the end of a transfer whose content is complete
constexpr std::size_t kPreambleMax = 64 * 1024;

// One streamed answer while it is relayed. It lives as long as the stream, so it is small.
struct Streaming {
  std::unique_ptr<dialect::StreamRelay> relay;
  std::unique_ptr<std::string> passed;  // the cloud's fields for the client; until the first byte
  std::unique_ptr<std::string> held;    // of a race: what came before its content
  MonoTime total;
  MonoTime first;
  MonoTime tail;       // once the content is complete
  bool noted = false;  // the response's owner
  bool slow = false;   // the client has not taken what it was sent
};

MonoTime after(const Exchange& x, std::int64_t ms, MonoTime total) { return std::min(x.core.loop().now().plus_ms(ms), total); }

Error broken_off(FailureKind kind, std::string_view why) {
  const auto code = kind == FailureKind::timed_out   ? Code::stream_timeout
                    : kind == FailureKind::truncated ? Code::stream_truncated
                                                     : Code::stream_failed;
  return {code, Origin::provider, Retry::never, std::string(why), {}, 0};
}

void book(Exchange& x, const Streaming& s, FailureKind outcome) {
  const auto& usage = s.relay->usage();
  settle(x, {.usage = usage, .tier = s.relay->service_tier(), .seen = usage.reported ? dialect::Seen() : s.relay->seen(), .outcome = outcome});
}

// While another attempt may answer as well, the announcement of an answer, or of none, decides nothing. True: it waits
// for content.
bool hold(const Exchange& x, Streaming& s) {
  if (!x.race || !s.relay->preamble()) return false;
  if (!s.held) s.held = std::make_unique<std::string>();
  if (s.held->size() > kPreambleMax) return false;
  for (const auto piece : x.core.pieces) s.held->append(piece);
  return true;
}

// Sends what the relay put out. False: the client is gone.
bool put_out(Exchange& x, Streaming& s, bool last) {
  if (!s.relay->started() || x.left) return true;
  if (!s.noted && !s.relay->response_id().empty()) {
    note_owner(x, s.relay->response_id());
    s.noted = true;
  }
  if (!x.committed) {
    if (hold(x, s)) return true;
    note_first_token(x);
    auto& fields = x.answer_fields();
    fields.append("content-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\n").append(*s.passed);
    x.commit(200);
    x.client.begin(200, fields);
    s.passed.reset();
  } else if (x.core.pieces.empty() && !last) {
    return true;
  }
  if (s.held) x.core.pieces.insert(x.core.pieces.begin(), *s.held);
  if (x.seals) note_sealed(x, x.core.pieces);
  const auto io = x.client.chunk(x.core.pieces, last);
  s.held.reset();
  s.slow = io.kind == net::Io::Kind::blocked;
  return io.kind != net::Io::Kind::failed;
}

// The client went away under us: on for the books (nothing), or the end.
std::optional<End> without_client(Exchange& x, Streaming& s) {
  if (!x.left && keep_reading(x)) {
    const auto seconds = std::int64_t{x.core.snapshot().config().drain.seconds};
    s.total = after(x, seconds * 1000, s.total);
    s.slow = false;
    return std::nullopt;
  }
  book(x, s, FailureKind::none);
  return End::client_left;
}

// What the client reads when a stream it has begun to read breaks off.
void end_broken(Exchange& x, Streaming& s, FailureKind kind, std::string_view why) {
  const auto error = broken_off(kind, why);
  x.say().outcome = row(error.code).text;
  const auto text = s.relay->render_error(error);
  const std::string_view piece = text;
  x.client.chunk(std::span(&piece, 1), true);
}

// The cloud stopped before the dialect's ending.
End broke(Exchange& x, Streaming& s, FailureKind kind, std::string_view why) {
  if (!x.committed && !x.left) return fail(x, kind, std::string(why), true);
  book(x, s, kind);
  if (x.left) return End::client_left;
  end_broken(x, s, kind, why);
  return End::served;
}

// The cloud told of a failure inside the stream.
End told_failure(Exchange& x, Streaming& s) {
  const auto& e = *s.relay->error();
  auto verdict = x.provider().adapter->classify_stream(e);
  if (verdict.kind == FailureKind::none) verdict.kind = FailureKind::server_error;
  x.core.mark_account(x.running.provider, verdict.mark);
  if (!x.committed && !x.left) {
    fail(x, verdict.kind, std::move(verdict.message), true);
    x.asked->failed.back().verdict.elsewhere = verdict.elsewhere || e.malformed;
    return End::failed;
  }
  book(x, s, verdict.kind);
  if (x.left) return End::client_left;
  if (e.relayed) {
    x.say().outcome = e.code.empty() ? row(Code::stream_failed).text : std::string_view(e.code);
    x.client.chunk({}, true);
  } else {
    end_broken(x, s, verdict.kind, e.message);
  }
  return End::served;
}

// All of the content is with the client.
End complete(Exchange& x, Streaming& s, bool ended_transfer) {
  book(x, s, FailureKind::none);
  x.core.marks.clear(x.running.provider);
  if (x.left) return End::client_left;
  if (!ended_transfer) x.client.chunk({}, true);
  return End::served;
}

// Feeds what came. Nothing: read on.
std::optional<End> take(Exchange& x, Streaming& s, const net::ClientConn& conn, std::string_view bytes) {
  x.core.pieces.clear();
  s.relay->feed(bytes, x.core.pieces);
  const bool over = s.relay->ended() && !s.relay->error() && conn.at_end();
  if (!put_out(x, s, over))
    if (const auto end = without_client(x, s)) return end;
  if (s.relay->error()) return told_failure(x, s);
  if (over) return complete(x, s, true);
  // Several responses may follow one another in one stream; the transfer's end comes at once or soon.
  if (s.relay->ended()) s.tail = after(x, kTailMs, s.total);
  return std::nullopt;
}

// The transfer ended, which some dialects say as their ending. Nothing: it was cut off.
std::optional<End> close(Exchange& x, Streaming& s) {
  x.core.pieces.clear();
  s.relay->close(x.core.pieces);
  const bool over = s.relay->ended() && !s.relay->error();
  if (!put_out(x, s, over))
    if (const auto end = without_client(x, s)) return end;
  if (s.relay->error()) return told_failure(x, s);
  if (!over) return std::nullopt;
  return complete(x, s, true);
}

// Kept out of the coroutine, as are the two after it: its frame lives as long as the stream.
// Reads and relays until there is nothing to read or the client has to catch up; or the end.
[[gnu::noinline]] std::optional<End> advance(Exchange& x, Streaming& s, net::ClientConn& conn) {
  while (!s.slow) {
    const auto part = conn.body();
    switch (part.kind) {
      case BodyKind::bytes:
        if (const auto end = take(x, s, conn, part.bytes)) return end;
        break;
      case BodyKind::blocked:
        return std::nullopt;
      case BodyKind::done:
        if (!s.relay->ended())
          if (const auto end = close(x, s)) return end;
        [[fallthrough]];
      case BodyKind::lost:
        if (s.relay->ended()) return complete(x, s, false);
        return broke(x, s, FailureKind::truncated, "the stream ended before it was complete");
      case BodyKind::malformed:
        return broke(x, s, FailureKind::malformed, "the stream is no valid HTTP");
    }
  }
  return std::nullopt;
}

[[gnu::noinline]] net::Wait next_wait(Exchange& x, const Streaming& s, net::ClientConn& conn) {
  const auto idle = after(x, x.deployment().timeouts.idle_ms, s.total);
  if (s.slow) return x.listener()->drained(idle, x.listener());
  if (s.relay->ended()) return conn.stream().readable(s.tail, x.listener());
  return conn.stream().readable(x.committed || x.left ? idle : s.first, x.listener());
}

// What a wait's end means. Nothing: read on.
[[gnu::noinline]] std::optional<End> woken(Exchange& x, Streaming& s, net::Wake wake) {
  if (s.slow) {
    s.slow = false;
    if (wake != net::Wake::ready || x.listener()->broken()) return without_client(x, s);
    return std::nullopt;
  }
  if (wake == net::Wake::gone) return without_client(x, s);
  if (wake == net::Wake::ready) return std::nullopt;
  if (s.relay->ended()) return complete(x, s, false);
  return broke(x, s, FailureKind::timed_out, "nothing came in time");
}

bool is_of_type(const net::ClientConn& conn, std::string_view wanted) {
  auto type = conn.head().get(wire::HeaderId::content_type);
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  return wire::equal_ignoring_case(type, wanted);
}

// How the answer comes to the client: as it is, or from another dialect. Null: not what was asked for.
std::unique_ptr<dialect::StreamRelay> relay_for(Exchange& x, const net::ClientConn& conn) {
  const dialect::RelayLimits limits{x.core.snapshot().config().limits.event_bytes};
  const auto& face = x.face();
  if (!face.translated) {
    if (!is_of_type(conn, "text/event-stream")) return nullptr;
    return dialect::make_relay(dialect::dialect_of(x.operation), x.strip_usage, limits);
  }
  const auto& provider = x.provider();
  auto decoder = provider.adapter->decoder(provider.site, face.upstream, limits);
  if (!is_of_type(conn, decoder->stream_type())) return nullptr;
  return dialect::make_translating_relay(std::move(decoder), renderer_for(x));
}

[[gnu::noinline]] bool begin(Exchange& x, Streaming& s, const net::ClientConn& conn) {
  s.relay = relay_for(x, conn);
  if (!s.relay) {
    fail(x, FailureKind::malformed, "a stream was asked for and something else came", true);
    return false;
  }
  const auto& timeouts = x.deployment().timeouts;
  std::string passed;
  append_passed_fields(conn, passed);
  s.passed = std::make_unique<std::string>(std::string_view(passed));  // no larger than it is
  s.total = x.running.start.plus_ms(timeouts.total_ms);
  s.first = after(x, timeouts.first_byte_ms, s.total);
  return true;
}

}  // namespace

net::Task<End> relay_stream(Exchange& x, net::ClientConn& conn, net::Lasting) {
  Streaming s;
  if (!begin(x, s, conn)) co_return End::failed;
  for (;;) {
    if (const auto end = advance(x, s, conn)) co_return *end;
    auto wait = next_wait(x, s, conn);
    const auto wake = co_await wait;
    if (const auto end = woken(x, s, wake)) co_return *end;
  }
}

}  // namespace fw::gateway
