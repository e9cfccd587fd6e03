// The search that reading and writing JSON share. Private to the room.
#pragma once

#include <bit>
#include <cstdint>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace fw::wire::json_bytes {

inline bool is_plain(char c) {
  const auto u = static_cast<unsigned char>(c);
  return u >= 0x20 && u < 0x80 && c != '"' && c != '\\';
}

// The letter of a two-byte escape.
inline bool is_short_escape(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't': return true;
    default: return false;
  }
}

#ifdef __SSE2__
// One bit per byte: a quote, a backslash, a control or not ASCII. As signed numbers the last two
// are both below 0x20.
inline unsigned special_bits(const char* at) {
  const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  const __m128i quote = _mm_cmpeq_epi8(v, _mm_set1_epi8('"'));
  const __m128i backslash = _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'));
  const __m128i low = _mm_cmplt_epi8(v, _mm_set1_epi8(0x20));
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, backslash), low)));
}
#endif

// The first byte in [at, end) that cannot simply stand in a JSON string. Most strings are words,
// the rest is long: sixteen bytes are looked at, then 64 at a time with one branch.
inline const char* special(const char* at, const char* end) {
#ifdef __SSE2__
  if (end - at >= 16) {
    const unsigned hits = special_bits(at);
    if (hits != 0) return at + std::countr_zero(hits);
    at += 16;
    for (; end - at >= 64; at += 64) {
      const std::uint64_t low = special_bits(at) | std::uint64_t{special_bits(at + 16)} << 16;
      const std::uint64_t high = special_bits(at + 32) | std::uint64_t{special_bits(at + 48)} << 16;
      const std::uint64_t all = low | high << 32;
      if (all != 0) return at + std::countr_zero(all);
    }
    for (; end - at >= 16; at += 16) {
      const unsigned last = special_bits(at);
      if (last != 0) return at + std::countr_zero(last);
    }
  }
#endif
  while (at != end && is_plain(*at)) ++at;
  return at;
}

}  // namespace fw::wire::json_bytes
