// One client's HTTP/1 connection: requests in, in order; answers out.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "net/stream.h"
#include "wire/http1.h"

namespace fw::net {

// Bytes that bodies of one core may hold together. A reservation that does not fit is refused.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::size_t bytes_max) : left_(bytes_max) {}
  bool take(std::size_t n) {
    if (n > left_) return false;
    left_ -= n;
    return true;
  }
  void give(std::size_t n) { left_ += n; }

 private:
  std::size_t left_;
};

struct ServerLimits {
  wire::HttpLimits http;
  std::int64_t request_ms = 30'000;     // for a whole head, and between two reads of a body
  std::int64_t keep_alive_ms = 75'000;  // between two requests
};

// What every listener of ours says when it refuses: the body of an error answer.
using ErrorBody = std::string (*)(const Error& error);

// A request's body: short-lived, and therefore apart from what lives as long as a stream.
using Bytes = std::basic_string<char, std::char_traits<char>, SlabAllocator<char>>;

class HttpConn {
 public:
  HttpConn(std::unique_ptr<Stream> stream, const ServerLimits& limits, MemoryBudget& memory, ErrorBody error_body);
  ~HttpConn();

  // Waits for the next request's head. False: the connection is over (a request that is no HTTP
  // was answered and the connection closed with due care).
  Task<bool> next();
  // Valid, like all its views, until this coroutine suspends.
  const wire::RequestHead& head() const;

  // The whole body. On an error answer it and close: the rest of the body was not read.
  Task<Result<Bytes>> body(std::size_t bytes_max);

  // A complete answer. `fields`: whole header lines, each ended by CRLF, without the framing ones.
  void answer(int status, std::string_view fields, std::string_view body);
  void answer(const Error& error, std::string_view fields = {});
  // A streamed answer: begin, any number of chunks, the last of them marked (it may be empty).
  // The head goes out with the first chunk, which must follow without a suspension in between.
  // To HTTP/1.0 the close is the end.
  void begin(int status, std::string_view fields);
  Io chunk(std::span<const std::string_view> pieces, bool last = false);

  // Lets the client go: its connection is closed at once, what is answered from now on is dropped.
  void abandon();
  bool abandoned() const { return stream_ == nullptr; }
  // Has header lines added to the answers this class gives by itself (to what is no HTTP).
  void on_refusal(void (*add_fields)(void* who, std::string& fields), void* who) {
    add_fields_ = add_fields;
    who_ = who;
  }

  // No further request on this connection.
  void close_after() { keep_alive_ = false; }
  bool closing() const { return !keep_alive_; }
  Stream& stream() { return *stream_; }
  // Nothing: it left, or has no IP address.
  std::optional<wire::IpAddress> peer() const { return stream_ ? stream_->peer() : std::nullopt; }
  Stream* stream_or_null() { return stream_.get(); }
  Loop& loop() { return loop_; }
  std::size_t bytes_sent() const { return bytes_sent_; }

 private:
  Task<bool> read_head();
  bool parse(std::string_view bytes);
  Task<void> linger();
  Result<bool> start_body(Bytes& body, wire::ChunkedDecoder& decoder, std::size_t bytes_max);
  Result<bool> take_body(Bytes& body, wire::ChunkedDecoder& decoder, std::size_t bytes_max, std::string_view bytes);
  void take_rest();
  void write_head(int status, std::string_view fields);
  void refuse(const Error& error);

  Loop& loop_;
  std::unique_ptr<Stream> stream_;
  void (*add_fields_)(void*, std::string&) = nullptr;
  void* who_ = nullptr;
  const ServerLimits& limits_;
  MemoryBudget& memory_;
  ErrorBody error_body_;
  std::string held_;           // bytes read that no request has taken yet
  std::string_view body_rest_; // body bytes that came with the head
  std::uint64_t content_length_ = 0;
  std::size_t scanned_ = 0;
  std::size_t bytes_sent_ = 0;
  std::size_t reserved_ = 0;   // of the memory budget
  wire::HttpFault fault_ = wire::HttpFault::none;
  wire::Parse parsed_ = wire::Parse::need_more;
  wire::Framing framing_ = wire::Framing::none;
  bool expects_ = false;       // 100 Continue
  bool keep_alive_ = true;
  bool body_read_ = true;      // nothing of the current request is left unread
  bool chunked_ = false;       // of the answer
  bool head_request_ = false;
  bool broken_off_ = false;
};

}  // namespace fw::net
