// Answers on their way out: time passes, faults strike, clients leave.
#include <sys/socket.h>

#include <fmt/format.h>

#include <iterator>

#include "fake/exchange.h"

namespace fw::fake {
namespace {

constexpr std::int64_t kSlowClientMs = 600'000;  // one that does not read for so long is given up
constexpr std::int64_t kStallMs = 600'000;
constexpr std::int64_t kBeforeResetMs = 20;  // so that what was sent before is read before
constexpr std::size_t kBatchBytes = 16u << 10;
constexpr std::string_view kJson = "application/json";

bool strikes(const Exchange& x, FaultKind kind) { return x.fault && x.fault->kind == kind; }

bool left(net::HttpConn& conn) { return conn.stream().broken() || conn.stream().hung_up(); }

RateView view(Allowance& a, MonoTime now) { return {a.limit(), a.remaining(now), a.reset_ms(now)}; }

}  // namespace

void note_gone(Exchange& x) {
  if (x.entry->client_gone) return;
  x.entry->client_gone = true;
  x.entry->gone_after_ms = x.core.loop.now().ms_since(x.begun);
}

net::Task<bool> pause(Exchange& x, MonoTime until) {
  auto& stream = x.conn.stream();
  while (x.core.loop.now() < until) {
    if (left(x.conn)) {
      note_gone(x);
      co_return false;
    }
    // Bytes of a further request make the stream readable for good: then only time is waited for.
    if (stream.may_read())
      co_await x.core.loop.sleep_until(until);
    else
      (void)co_await stream.readable(until, &stream);
  }
  if (left(x.conn)) {
    note_gone(x);
    co_return false;
  }
  co_return true;
}

void arm_reset(net::HttpConn& conn) {
  const linger now{1, 0};
  const int fd = static_cast<net::SocketStream&>(conn.stream()).fd();
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

std::string answer_lines(Exchange& x, std::string_view content_type) {
  auto& core = x.core;
  const auto now = core.loop.now();
  AnswerFacts facts{
      .request_id = x.id, .model = x.model, .region = core.options.region, .took_ms = now.ms_since(x.begun)};
  facts.limited = core.manner.tells_limits() && x.place && has_body(x.place->endpoint);
  if (facts.limited) {
    facts.requests = view(core.requests_left, now);
    facts.tokens = view(core.tokens_left, now);
  }
  std::string lines;
  lines.reserve(512);
  add_line(lines, "content-type", content_type);
  core.manner.add_lines(lines, facts);
  lines += x.more_lines;
  if (x.fault)
    for (const auto& [name, value] : x.fault->headers) add_line(lines, name, value);
  return lines;
}

After deliver_refusal(Exchange& x, const Refusal& refusal) {
  const auto spoken = x.core.manner.refuse(refusal, x.request.path);
  auto lines = answer_lines(x, spoken.content_type);
  lines += spoken.lines;
  if (refusal.retry_after_ms >= 0) x.core.manner.add_retry_lines(lines, refusal.retry_after_ms);
  x.entry->status = spoken.status;
  const bool own_body = x.fault && !x.fault->body.empty();
  x.conn.answer(spoken.status, lines, own_body ? x.fault->body : spoken.body);
  return After::keep;
}

net::Task<bool> drip(Exchange& x, std::string raw) {
  const auto step = static_cast<std::size_t>(x.fault->bytes.value_or(1));
  const auto ms = x.fault->ms.value_or(10);
  for (std::size_t at = 0; at < raw.size(); at += step) {
    x.conn.stream().send(std::string_view(raw).substr(at, step));
    auto pausing = pause(x, x.core.loop.now().plus_ms(ms));
    if (!co_await pausing) co_return false;
  }
  co_return true;
}

namespace {

std::string raw_head(Exchange& x, int status, std::string_view content_type) {
  std::string raw;
  wire::HeadWriter(raw).response(status);
  raw += answer_lines(x, content_type);
  return raw;
}

// Half of a body, then what the fault says.
net::Task<After> break_off_body(Exchange& x, std::string raw, std::size_t half) {
  const auto kind = x.fault->kind;
  x.conn.stream().send(std::string_view(raw).substr(0, half));
  if (kind == FaultKind::stall) {
    auto stalling = pause(x, x.core.loop.now().plus_ms(x.fault->ms.value_or(kStallMs)));
    if (!co_await stalling) co_return After::cut;
    x.conn.stream().send(std::string_view(raw).substr(half));
    co_return After::cut;
  }
  if (kind == FaultKind::reset) {
    co_await x.core.loop.sleep_until(x.core.loop.now().plus_ms(kBeforeResetMs));
    arm_reset(x.conn);
  }
  co_return After::cut;
}

// Faults that leave a body, but not as it should be. Nothing: it goes out as it is.
net::Task<std::optional<After>> spoil_body(Exchange& x, int status, std::string& body) {
  const auto kind = x.fault->kind;
  if (kind == FaultKind::half) {
    body.resize(body.size() / 2);
    co_return std::nullopt;
  }
  const bool breaks = kind == FaultKind::reset || kind == FaultKind::stall || kind == FaultKind::truncate;
  if (!breaks && kind != FaultKind::wrong_length && kind != FaultKind::drip) co_return std::nullopt;
  const auto promised =
      static_cast<std::int64_t>(body.size()) + (kind == FaultKind::wrong_length ? x.fault->bytes.value_or(64) : 0);
  auto raw = raw_head(x, status, kJson);
  fmt::format_to(std::back_inserter(raw), "content-length: {}\r\n\r\n", promised);
  const auto half = raw.size() + body.size() / 2;
  raw += body;
  if (breaks) {
    auto breaking = break_off_body(x, std::move(raw), half);
    co_return co_await breaking;
  }
  if (kind == FaultKind::drip) {
    auto dripping = drip(x, std::move(raw));
    if (!co_await dripping) co_return After::cut;
    co_return After::keep;
  }
  x.conn.stream().send(raw);
  co_return After::cut;
}

}  // namespace

namespace {

// Tokens of an answer in one piece whose client left: as many as a stream would have carried until then.
std::int64_t generated_by_now(const Exchange& x) {
  const auto ns = x.core.loop.now().ns - x.begun.ns - x.core.first_token_ns();
  return ns <= 0 || x.core.event_ns() == 0 ? 0 : ns / x.core.event_ns();
}

}  // namespace

net::Task<After> deliver_body(Exchange& x, int status, std::string body, std::int64_t tokens) {
  const auto until = MonoTime{x.begun.ns + x.core.first_token_ns() + tokens * x.core.event_ns()};
  auto pausing = pause(x, until);
  if (!co_await pausing) {
    auto& usage = x.entry->usage;
    usage.output = std::min(usage.output, generated_by_now(x));
    usage.reasoning = std::min(usage.reasoning, usage.output);  // thought first
    co_return After::cut;
  }
  x.entry->status = status;
  if (x.fault) {
    auto spoiling = spoil_body(x, status, body);
    const auto after = co_await spoiling;
    if (after) co_return *after;
  }
  x.conn.answer(status, answer_lines(x, kJson), body);
  co_return After::keep;
}

namespace {

// A stream under way: what has been made and not yet sent, and when the next event is due.
class Delivery {
 public:
  Delivery(Exchange& x, EventSource& events) : x_(x), events_(events) {}

  net::Task<After> run() {
    due_ = MonoTime{x_.begun.ns + x_.core.first_token_ns()};
    auto going = go_on();
    co_return co_await going;
  }

 private:
  net::Task<After> go_on() {
    for (;;) {
      if (struck()) {
        auto striking = strike();
        co_return co_await striking;
      }
      if (due_ > x_.core.loop.now()) {
        auto waiting = wait_for_due();
        if (!co_await waiting) co_return After::cut;
      }
      const auto from = batch_.size();
      if (!make_event()) break;
      if (to_be_spoilt()) spoil_from(from);
      if (batch_.size() < kBatchBytes) continue;
      auto flushing = flush();
      if (!co_await flushing) co_return After::cut;
    }
    send(true);
    co_return x_.conn.stream().broken() ? After::cut : After::keep;
  }

  bool make_event() {
    const auto step = events_.next(batch_);
    if (step == EventSource::Step::over) return false;
    ++x_.entry->events_sent;
    x_.entry->usage = events_.so_far();
    if (step == EventSource::Step::content) due_.ns += x_.core.event_ns();
    return true;
  }

  bool to_be_spoilt() const {
    return strikes(x_, FaultKind::corrupt) && x_.entry->events_sent == x_.fault->after.value_or(kAfterUsual) + 1;
  }
  void spoil_from(std::size_t at) {
    auto event = batch_.substr(at);
    batch_.resize(at);
    events_.spoil(event);
    batch_ += event;
  }

  // The fault's moment has come.
  bool struck() const {
    if (!x_.fault) return false;
    const auto kind = x_.fault->kind;
    const bool always_inside = kind == FaultKind::truncate || kind == FaultKind::error_event;
    const bool may_be_inside = kind == FaultKind::reset || (kind == FaultKind::stall && !stalled_);
    if (!always_inside && !(may_be_inside && x_.fault->after)) return false;
    return x_.entry->events_sent >= x_.fault->after.value_or(kAfterUsual);
  }

  void send(bool last) {
    if (!begun_) {
      x_.entry->status = 200;
      x_.conn.begin(200, answer_lines(x_, events_.content_type()));
      begun_ = true;
    }
    const std::string_view piece = batch_;
    x_.conn.chunk(std::span(&piece, 1), last);
    batch_.clear();
  }

  // False: the client is gone.
  net::Task<bool> flush() {
    if (!batch_.empty()) send(false);
    auto& stream = x_.conn.stream();
    if (stream.pending()) {
      const auto wake = co_await stream.drained(x_.core.loop.now().plus_ms(kSlowClientMs), &stream);
      if (wake != net::Wake::ready || left(x_.conn)) {
        note_gone(x_);
        co_return false;
      }
    }
    if (stream.broken()) note_gone(x_);
    co_return !stream.broken();
  }

  net::Task<bool> wait_for_due() {
    auto flushing = flush();
    if (!co_await flushing) co_return false;
    auto pausing = pause(x_, due_);
    co_return co_await pausing;
  }

  net::Task<After> strike() {
    const auto kind = x_.fault->kind;
    if (kind == FaultKind::error_event) {
      events_.append_error(batch_, *x_.fault);
      ++x_.entry->events_sent;
      send(true);
      co_return After::keep;
    }
    if (kind == FaultKind::truncate && x_.fault->clean.value_or(true)) {
      send(true);
      co_return After::keep;
    }
    if (!batch_.empty() || !begun_) send(false);
    if (kind == FaultKind::stall) {
      auto stalling = pause(x_, x_.core.loop.now().plus_ms(x_.fault->ms.value_or(kStallMs)));
      if (!co_await stalling) co_return After::cut;
      stalled_ = true;
      due_ = x_.core.loop.now();
      auto going_on = go_on();
      co_return co_await going_on;
    }
    co_await x_.core.loop.sleep_until(x_.core.loop.now().plus_ms(kBeforeResetMs));
    if (kind == FaultKind::reset) arm_reset(x_.conn);
    co_return After::cut;
  }

  static constexpr std::int64_t kAfterUsual = 3;
  Exchange& x_;
  EventSource& events_;
  std::string batch_;
  MonoTime due_;
  bool begun_ = false;
  bool stalled_ = false;
};

// The whole stream as it would stand on the wire, for dripping.
std::string raw_stream(Exchange& x, EventSource& events) {
  auto raw = raw_head(x, 200, events.content_type());
  raw += "transfer-encoding: chunked\r\n\r\n";
  std::string event;
  char space[20];
  while (events.next(event) != EventSource::Step::over) {
    raw.append(wire::chunk_start(event.size(), space)).append(event).append(wire::chunk_end);
    event.clear();
    ++x.entry->events_sent;
  }
  x.entry->usage = events.so_far();
  return raw.append(wire::last_chunk);
}

}  // namespace

net::Task<After> deliver_events(Exchange& x, std::unique_ptr<EventSource> events) {
  x.entry->stream = true;
  x.entry->usage = events->so_far();
  if (strikes(x, FaultKind::drip)) {
    x.entry->status = 200;
    auto dripping = drip(x, raw_stream(x, *events));
    if (!co_await dripping) co_return After::cut;
    co_return After::keep;
  }
  Delivery delivery(x, *events);
  auto running = delivery.run();
  co_return co_await running;
}

}  // namespace fw::fake
