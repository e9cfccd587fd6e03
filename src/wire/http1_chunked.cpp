#include "wire/http1_chunked.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "wire/http1_bytes.h"

namespace fw::wire {
namespace {

constexpr std::uint64_t kSizeMax = std::numeric_limits<std::int64_t>::max();

}  // namespace

ChunkedDecoder::Step ChunkedDecoder::decode(char* bytes, std::size_t n) {
  Step step;
  while (step.consumed < n) {
    if (state_ == State::payload) {
      const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, n - step.consumed));
      if (step.payload != step.consumed) std::memmove(bytes + step.payload, bytes + step.consumed, size);
      step.payload += size;
      step.consumed += size;
      left_ -= size;
      if (left_ == 0) state_ = State::payload_cr;
      continue;
    }
    step.fault = take(bytes[step.consumed]);
    if (step.fault != HttpFault::none) {
      state_ = State::failed;
      return step;
    }
    ++step.consumed;
    if (state_ == State::done) {
      step.done = true;
      return step;
    }
  }
  return step;
}

HttpFault ChunkedDecoder::take(char c) {
  switch (state_) {
    case State::size_first:
    case State::size: return take_size(c);
    case State::extension:
    case State::extension_name:
    case State::extension_value:
    case State::extension_token:
    case State::extension_quoted:
    case State::extension_escaped:
    case State::extension_over: return take_extension(c);
    case State::size_lf:
      if (c != '\n') return HttpFault::bare_cr;
      state_ = left_ == 0 ? State::trailer_start : State::payload;
      return HttpFault::none;
    case State::payload_cr:
      if (c != '\r') return HttpFault::chunk_end_missing;
      state_ = State::payload_lf;
      return HttpFault::none;
    case State::payload_lf:
      if (c != '\n') return HttpFault::chunk_end_missing;
      state_ = State::size_first;
      return HttpFault::none;
    case State::last_lf:
      if (c != '\n') return HttpFault::bare_cr;
      state_ = State::done;
      return HttpFault::none;
    case State::trailer_start:
    case State::trailer_name:
    case State::trailer_value:
    case State::trailer_lf: return take_trailer(c);
    case State::payload:
    case State::done:
    case State::failed: break;
  }
  return HttpFault::chunk_size_invalid;  // used after its end
}

HttpFault ChunkedDecoder::take_size(char c) {
  const int digit = bytes::hex_digit(c);
  if (digit >= 0) {
    if (state_ == State::size_first) {
      left_ = 0;
      digits_ = 0;
      state_ = State::size;
    }
    if (++digits_ > size_digits_max || left_ > kSizeMax >> 4) return HttpFault::chunk_size_overflow;
    left_ = left_ << 4 | static_cast<std::uint64_t>(digit);
    return HttpFault::none;
  }
  if (state_ == State::size_first)
    return c == '\r' || c == '\n' || c == ';' ? HttpFault::chunk_size_missing : HttpFault::chunk_size_invalid;
  if (c == '\n') return HttpFault::bare_lf;
  if (c != '\r' && c != ';') return HttpFault::chunk_size_invalid;
  state_ = c == '\r' ? State::size_lf : State::extension;
  return HttpFault::none;
}

// ;name=token;name="quoted \\" string";name, without white space around '=' and ';' (RFC 9112 §7.1.1).
// `failed` for a byte that cannot stand here.
ChunkedDecoder::State ChunkedDecoder::after_extension(char c) const {
  const bool token = bytes::is_tchar(c);
  switch (state_) {
    case State::extension: return token ? State::extension_name : State::failed;
    case State::extension_value:
      if (c == '"') return State::extension_quoted;
      return token ? State::extension_token : State::failed;
    case State::extension_quoted:
      if (c == '"') return State::extension_over;
      if (c == '\\') return State::extension_escaped;
      return bytes::is(c, bytes::value) ? State::extension_quoted : State::failed;
    case State::extension_escaped: return bytes::is(c, bytes::value) ? State::extension_quoted : State::failed;
    default: break;
  }
  if (token && state_ != State::extension_over) return state_;
  if (c == '=' && state_ == State::extension_name) return State::extension_value;
  if (c == ';') return State::extension;
  return c == '\r' ? State::size_lf : State::failed;
}

HttpFault ChunkedDecoder::take_extension(char c) {
  const State next = after_extension(c);
  if (next == State::failed) return c == '\n' ? HttpFault::bare_lf : HttpFault::chunk_extension_invalid;
  state_ = next;
  return ++extension_bytes_ > extension_bytes_max ? HttpFault::chunk_extensions_too_long : HttpFault::none;
}

HttpFault ChunkedDecoder::take_trailer(char c) {
  if (state_ == State::trailer_lf) {
    if (c != '\n') return HttpFault::bare_cr;
    state_ = State::trailer_start;
    return HttpFault::none;
  }
  if (c == '\n') return HttpFault::bare_lf;
  if (state_ == State::trailer_start && c == '\r') {
    state_ = State::last_lf;
    return HttpFault::none;
  }
  if (++trailer_bytes_ > trailer_bytes_max) return HttpFault::trailers_too_long;
  if (state_ == State::trailer_value) {
    if (c == '\r')
      state_ = State::trailer_lf;
    else if (!bytes::is(c, bytes::value))
      return HttpFault::trailer_invalid;
    return HttpFault::none;
  }
  if (state_ == State::trailer_name && c == ':') {
    state_ = State::trailer_value;
    return HttpFault::none;
  }
  state_ = State::trailer_name;
  return bytes::is_tchar(c) ? HttpFault::none : HttpFault::trailer_invalid;
}

}  // namespace fw::wire
