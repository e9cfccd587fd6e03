#include "net/http_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace fw::net {
namespace {

constexpr std::size_t kFieldsMax = 256;
constexpr std::int64_t kLingerMs = 2'000;
constexpr std::size_t kLingerBytes = std::size_t{64} << 20;  // a client that sends on after a refusal
constexpr std::size_t kHeldKeptBytes = 4096;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// Space for the fields of the head being looked at: one per thread, as views of it end at the next suspension.
thread_local std::array<wire::HeaderField, kFieldsMax> field_store;
thread_local wire::RequestHead current_head;
thread_local std::string head_text;

Error too_large(std::string_view found, std::size_t bytes_max) {
  return client_error(Code::request_too_large,
                      fmt::format("the body has {} bytes; the limit is {} (limits.body_bytes)", found, bytes_max));
}

Error no_memory() {
  return {Code::overloaded, Origin::gateway, Retry::after_delay,
          "the memory for request bodies is in use (limits.memory_bytes); try again", {}, 1000};
}

}  // namespace

HttpConn::HttpConn(std::unique_ptr<Stream> stream, const ServerLimits& limits, MemoryBudget& memory,
                   ErrorBody error_body)
    : loop_(stream->loop()), stream_(std::move(stream)), limits_(limits), memory_(memory), error_body_(error_body) {}

HttpConn::~HttpConn() { memory_.give(reserved_); }

const wire::RequestHead& HttpConn::head() const { return current_head; }

bool HttpConn::parse(std::string_view bytes) {
  parsed_ = wire::parse_request(bytes, limits_.http, field_store, current_head, fault_);
  if (parsed_ != wire::Parse::done) return false;
  body_rest_ = bytes.substr(current_head.size);
  return true;
}

// True once a whole head is parsed; false at the end of the connection or with fault_ set.
Task<bool> HttpConn::read_head() {
  scanned_ = 0;
  parsed_ = wire::Parse::need_more;
  fault_ = wire::HttpFault::none;
  if (!held_.empty() && wire::head_may_be_complete(held_, limits_.http, scanned_)) {
    if (parse(held_)) co_return true;
    if (parsed_ == wire::Parse::failed) co_return false;
  }
  auto deadline = loop().now().plus_ms(held_.empty() ? limits_.keep_alive_ms : limits_.request_ms);
  for (;;) {
    const auto io = stream_->read(loop().scratch());
    if (io.kind == Io::Kind::blocked) {
      if (co_await stream_->readable(deadline) == Wake::deadline) {
        broken_off_ = !held_.empty();
        co_return false;
      }
      continue;
    }
    if (io.kind != Io::Kind::ok) co_return false;
    const std::string_view bytes(loop().scratch().data(), io.n);
    if (held_.empty()) {
      if (parse(bytes)) co_return true;
      if (parsed_ == wire::Parse::failed) co_return false;
      held_ = bytes;
      scanned_ = 0;
      wire::head_may_be_complete(held_, limits_.http, scanned_);
      deadline = loop().now().plus_ms(limits_.request_ms);
      continue;
    }
    held_.append(bytes);
    if (!wire::head_may_be_complete(held_, limits_.http, scanned_)) continue;
    if (parse(held_)) co_return true;
    if (parsed_ == wire::Parse::failed) co_return false;
  }
}

void HttpConn::abandon() {
  keep_alive_ = false;
  stream_.reset();
}

void HttpConn::refuse(const Error& error) {
  keep_alive_ = false;
  std::string fields;
  if (add_fields_) add_fields_(who_, fields);
  answer(error, fields);
}

Task<bool> HttpConn::next() {
  memory_.give(std::exchange(reserved_, 0));
  if (!stream_) co_return false;
  if (!keep_alive_ || !body_read_) {
    co_await linger();
    co_return false;
  }
  if (stream_->pending()) {
    const auto wake = co_await stream_->drained(loop().now().plus_ms(limits_.request_ms));
    if (wake == Wake::deadline || stream_->broken()) co_return false;
  }
  if (!co_await read_head()) {
    if (parsed_ == wire::Parse::failed) {
      refuse(client_error(wire::code(fault_), std::string(wire::say(fault_))));
      co_await linger();
    } else if (broken_off_) {
      refuse(client_error(Code::request_timeout,
                          fmt::format("the request's header was not complete within {} ms", limits_.request_ms)));
      co_await linger();
    }
    co_return false;
  }
  keep_alive_ = current_head.keep_alive;
  head_request_ = current_head.method == wire::Method::head;
  chunked_ = current_head.minor >= 1;
  framing_ = current_head.framing;
  content_length_ = current_head.content_length;
  expects_ = current_head.expect_continue;
  body_read_ = framing_ == wire::Framing::none;
  bytes_sent_ = 0;
  if (body_read_) take_rest();
  co_return true;
}

// What came behind this request belongs to the next one. The head's views stay valid: they are
// in the thread's scratch buffer, or in held_, which is then kept until the body was taken.
void HttpConn::take_rest() {
  const auto rest = body_rest_;
  body_rest_ = {};
  if (rest.data() >= held_.data() && rest.data() <= held_.data() + held_.size() && !held_.empty()) {
    // The head lies in held_: move it out of harm's way for as long as the scratch lives.
    thread_local std::string last_head;
    auto tail = std::string(rest);
    last_head.swap(held_);
    held_ = std::move(tail);
    if (last_head.capacity() > kHeldKeptBytes * 64) last_head.shrink_to_fit();
  } else {
    held_.assign(rest);
  }
  if (held_.empty() && held_.capacity() > kHeldKeptBytes) std::string().swap(held_);
}

// Takes what belongs to the body from `bytes`; true once it is whole.
Result<bool> HttpConn::take_body(Bytes& body, wire::ChunkedDecoder& decoder, std::size_t bytes_max, std::string_view bytes) {
  if (framing_ == wire::Framing::length) {
    const auto n = std::min(bytes.size(), static_cast<std::size_t>(content_length_) - body.size());
    body.append(bytes.substr(0, n));
    if (body.size() < content_length_) return false;
    body_rest_ = bytes.substr(n);
    return true;
  }
  const auto step = decoder.decode(const_cast<char*>(bytes.data()), bytes.size());  // our own buffer
  if (step.fault != wire::HttpFault::none)
    return std::unexpected(client_error(wire::code(step.fault), std::string(wire::say(step.fault))));
  if (body.size() + step.payload > bytes_max) return std::unexpected(too_large("more than the limit's", bytes_max));
  if (!memory_.take(step.payload)) return std::unexpected(no_memory());
  reserved_ += step.payload;
  body.append(bytes.substr(0, step.payload));
  if (step.done) body_rest_ = bytes.substr(step.consumed);
  return step.done;
}

// What came with the head. False: more must be read.
Result<bool> HttpConn::start_body(Bytes& body, wire::ChunkedDecoder& decoder, std::size_t bytes_max) {
  if (framing_ == wire::Framing::length) {
    if (content_length_ > bytes_max) return std::unexpected(too_large(fmt::format("{}", content_length_), bytes_max));
    const auto length = static_cast<std::size_t>(content_length_);
    if (!memory_.take(length)) return std::unexpected(no_memory());
    reserved_ += length;
    body.reserve(length);
  }
  const bool expects = expects_ && body_rest_.empty();
  const auto whole = take_body(body, decoder, bytes_max, body_rest_);
  if (!whole || *whole) return whole;
  std::string().swap(held_);  // its bytes are in the body now
  body_rest_ = {};
  if (expects) stream_->send(kContinue);
  return false;
}

Task<Result<Bytes>> HttpConn::body(std::size_t bytes_max) {
  Bytes body;
  if (body_read_) co_return body;
  wire::ChunkedDecoder decoder;
  auto whole = start_body(body, decoder, bytes_max);
  while (whole && !*whole) {
    const auto io = stream_->read(loop().scratch());
    if (io.kind == Io::Kind::ok) {
      whole = take_body(body, decoder, bytes_max, {loop().scratch().data(), io.n});
    } else if (io.kind != Io::Kind::blocked) {
      whole = std::unexpected(client_error(Code::malformed_request, "the connection ended before the body did"));
    } else if (co_await stream_->readable(loop().now().plus_ms(limits_.request_ms)) == Wake::deadline) {
      whole = std::unexpected(client_error(
          Code::request_timeout, fmt::format("no more of the body came within {} ms", limits_.request_ms)));
    }
  }
  if (!whole) co_return std::unexpected(whole.error());
  body_read_ = true;
  take_rest();
  co_return body;
}

void HttpConn::write_head(int status, std::string_view fields) {
  head_text.clear();
  wire::HeadWriter(head_text).response(status);
  head_text.append(fields);
  if (!body_read_) keep_alive_ = false;
  if (!keep_alive_) head_text.append("connection: close\r\n");
}

void HttpConn::answer(int status, std::string_view fields, std::string_view body) {
  if (!stream_) return;
  write_head(status, fields);
  if (status >= 200 && status != 204) fmt::format_to(std::back_inserter(head_text), "content-length: {}\r\n", body.size());
  head_text.append("\r\n");
  const std::array<std::string_view, 2> pieces{head_text, head_request_ ? std::string_view{} : body};
  bytes_sent_ += head_text.size() + pieces[1].size();
  stream_->send(pieces);
}

void HttpConn::answer(const Error& error, std::string_view fields) {
  std::string lines("content-type: application/json\r\n");
  lines.append(fields);
  if (error.retry_after_ms > 0)
    fmt::format_to(std::back_inserter(lines), "retry-after: {}\r\nretry-after-ms: {}\r\n",
                   (error.retry_after_ms + 999) / 1000, error.retry_after_ms);
  answer(row(error.code).status, lines, error_body_(error));
}

void HttpConn::begin(int status, std::string_view fields) {
  if (!chunked_) keep_alive_ = false;
  write_head(status, fields);
  if (chunked_) head_text.append("transfer-encoding: chunked\r\n");
  head_text.append("\r\n");
}

Io HttpConn::chunk(std::span<const std::string_view> pieces, bool last) {
  if (!stream_) return {Io::Kind::ok, 0, 0};
  constexpr std::size_t kPieces = 60;
  std::array<std::string_view, kPieces + 3> all;
  std::size_t count = 0;
  std::size_t bytes = 0;
  char space[20];
  Io io{Io::Kind::ok, 0, 0};
  if (bytes_sent_ == 0) all[count++] = head_text;
  if (!head_request_) {
    for (const auto p : pieces) bytes += p.size();
    if (chunked_ && bytes > 0) all[count++] = wire::chunk_start(bytes, space);
    for (const auto p : pieces) {
      if (count == kPieces) io = stream_->send(std::span(all).first(std::exchange(count, 0)));
      all[count++] = p;
    }
    if (chunked_ && bytes > 0) all[count++] = wire::chunk_end;
    if (chunked_ && last) all[count++] = wire::last_chunk;
  }
  bytes_sent_ += bytes + (bytes_sent_ == 0 ? head_text.size() : 0);
  if (count == 0) return io;
  return stream_->send(std::span(all).first(count));
}

// A refused client may still be sending: closing at once would reset the connection and lose our answer.
Task<void> HttpConn::linger() {
  // What was answered is the client's, however slowly it reads.
  if (stream_->pending()) (void)co_await stream_->drained(loop().now().plus_ms(limits_.request_ms));
  const auto deadline = loop().now().plus_ms(kLingerMs);
  if (stream_->broken() || stream_->pending()) co_return;
  stream_->shut();
  std::size_t dropped = 0;
  while (dropped < kLingerBytes) {
    const auto io = stream_->read(loop().scratch());
    if (io.kind == Io::Kind::blocked) {
      if (co_await stream_->readable(deadline) == Wake::deadline) co_return;
      continue;
    }
    if (io.kind != Io::Kind::ok) co_return;
    dropped += io.n;
  }
}

}  // namespace fw::net
