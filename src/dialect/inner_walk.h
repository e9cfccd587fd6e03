// A walk through JSON that is known to be valid: it descends where it is told to and passes over the
// rest, so no byte is looked at twice. A text that is not valid gives wrong values, never a read
// outside of it and never a walk without end.
#pragma once

#include <bit>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "dialect/inner.h"

namespace fw::dialect::inner {

// By the first byte of a token; a Raw that is empty or null says nothing.
inline bool is_null(Raw token) { return token.empty() || token.front() == 'n'; }
inline bool is_string(Raw token) { return !token.empty() && token.front() == '"'; }
inline bool is_object(Raw token) { return !token.empty() && token.front() == '{'; }
inline bool is_array(Raw token) { return !token.empty() && token.front() == '['; }

// A string token without its quotes, still escaped.
inline std::string_view inside(Raw token) {
  return token.size() >= 2 && token.front() == '"' ? token.substr(1, token.size() - 2) : std::string_view();
}

class Walk {
 public:
  explicit Walk(std::string_view text) : at_(text.data()), end_(at_ + text.size()) { space(); }

  // Of the value under the cursor; 0 at the end.
  char peek() const { return at_ == end_ ? '\0' : *at_; }
  // Into the object or array under the cursor.
  void open() {
    if (at_ != end_) ++at_;
  }
  // To the next member of the open object: its key, raw, and the cursor on its value. False: the
  // object is over and passed.
  bool key(std::string_view& key);
  // Whether that key is spelt with a backslash.
  bool key_escaped() const { return escaped_; }
  // To the next element of the open array; likewise.
  bool element() { return next(']'); }
  // Passes the value under the cursor.
  Raw take();
  const char* mark() const { return at_; }
  Raw since(const char* mark) const { return {mark, static_cast<std::size_t>(at_ - mark)}; }

 private:
  void space() {
    if (at_ != end_ && static_cast<unsigned char>(*at_) > ' ') return;
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }
  bool next(char closing);
  void string();
  void nested();

  const char* at_;
  const char* end_;
  bool escaped_ = false;  // the last string that was passed has a backslash
};

// The value of the object's first member of that name, which must be spelt without escapes.
Raw member_of(Raw object, std::string_view key);

// Walking must cost little more than looking: these are inline.

#ifdef __SSE2__
// All ones in each byte that is a quote or a backslash.
inline __m128i quotes_and_escapes(const char* at) {
  const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  return _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')), _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
}
#endif

// The cursor is after the opening quote. Most strings are words, the rest is long: sixteen bytes are
// looked at, then 64 at a time with one branch.
inline void Walk::string() {
  escaped_ = false;
#ifdef __SSE2__
  while (end_ - at_ >= 16) {
    auto hits = static_cast<unsigned>(_mm_movemask_epi8(quotes_and_escapes(at_)));
    if (hits == 0) {
      for (at_ += 16; end_ - at_ >= 64; at_ += 64) {
        const __m128i low = _mm_or_si128(quotes_and_escapes(at_), quotes_and_escapes(at_ + 16));
        const __m128i high = _mm_or_si128(quotes_and_escapes(at_ + 32), quotes_and_escapes(at_ + 48));
        if (_mm_movemask_epi8(_mm_or_si128(low, high)) != 0) break;
      }
      continue;
    }
    int step = 16;
    while (hits != 0) {
      const int hit = std::countr_zero(hits);
      if (at_[hit] == '"') {
        at_ += hit + 1;
        return;
      }
      escaped_ = true;
      if (hit == 15) step = 17;
      hits &= ~(3u << hit);  // the byte after a backslash is not looked at
    }
    at_ = end_ - at_ >= step ? at_ + step : end_;
  }
#endif
  while (at_ != end_ && *at_ != '"') {
    const bool escape = *at_ == '\\';
    escaped_ |= escape;
    at_ += escape && end_ - at_ > 1 ? 2 : 1;
  }
  if (at_ != end_) ++at_;
}

inline bool Walk::next(char closing) {
  space();
  if (at_ != end_ && *at_ == ',') {
    ++at_;
    space();
  }
  if (at_ == end_) return false;
  if (*at_ != closing) return true;
  ++at_;
  return false;
}

inline bool Walk::key(std::string_view& key) {
  if (!next('}')) return false;
  if (*at_ != '"') {
    at_ = end_;
    return false;
  }
  const char* const start = ++at_;
  string();
  key = {start, static_cast<std::size_t>(at_ - start) - (at_ > start ? 1 : 0)};
  space();
  if (at_ != end_) ++at_;  // the colon
  space();
  return at_ != end_;
}

inline Raw Walk::take() {
  const char* const start = at_;
  if (at_ == end_) return {};
  ++at_;
  if (*start == '"') {
    string();
  } else if (*start == '{' || *start == '[') {
    nested();
  } else {
    while (at_ != end_ && *at_ != ',' && *at_ != '}' && *at_ != ']' && static_cast<unsigned char>(*at_) > ' ') ++at_;
  }
  return {start, static_cast<std::size_t>(at_ - start)};
}

}  // namespace fw::dialect::inner
