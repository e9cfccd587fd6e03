// The chunked transfer coding taken off in place (RFC 9112 §7.1). Extensions and trailers are
// checked, limited and thrown away.
#pragma once

#include <cstddef>
#include <cstdint>

#include "wire/http1_fault.h"

namespace fw::wire {

class ChunkedDecoder {
 public:
  static constexpr int size_digits_max = 16;
  static constexpr std::uint32_t extension_bytes_max = 4096;  // in one message
  static constexpr std::uint32_t trailer_bytes_max = 8192;    // in one message

  struct Step {
    std::size_t payload = 0;   // bytes of body now at the front of `bytes`
    std::size_t consumed = 0;  // bytes of `bytes` looked at; < n only when done or faulty
    bool done = false;         // the message has ended; bytes[consumed..n) belong to the next one
    HttpFault fault = HttpFault::none;
  };

  // Takes n bytes at any split and moves the body bytes among them to the front of `bytes`. What
  // came before a fault is still payload. After `done` or a fault the decoder must be renewed.
  // With done and consumed < n the rest has stayed where it was: at bytes + consumed.
  Step decode(char* bytes, std::size_t n);

 private:
  enum class State : std::uint8_t {
    size_first,
    size,
    extension,
    extension_name,
    extension_value,
    extension_token,
    extension_quoted,
    extension_escaped,
    extension_over,
    size_lf,
    payload,
    payload_cr,
    payload_lf,
    trailer_start,
    trailer_name,
    trailer_value,
    trailer_lf,
    last_lf,
    done,
    failed
  };
  HttpFault take(char c);  // every byte that is not payload
  HttpFault take_size(char c);
  HttpFault take_extension(char c);
  State after_extension(char c) const;
  HttpFault take_trailer(char c);

  std::uint64_t left_ = 0;  // of the chunk
  std::uint32_t extension_bytes_ = 0;
  std::uint32_t trailer_bytes_ = 0;
  std::uint8_t digits_ = 0;
  State state_ = State::size_first;
};

}  // namespace fw::wire
