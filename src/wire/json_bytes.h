// The search that reading and writing JSON share. Private to the room.
#pragma once

#include <bit>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace fw::wire::json_bytes {

inline bool is_plain(char c) {
  const auto u = static_cast<unsigned char>(c);
  return u >= 0x20 && u < 0x80 && c != '"' && c != '\\';
}

#ifdef __SSE2__
// All bits of a byte set where it is a quote, a backslash, a control or not ASCII: signed, the last
// two are both below 0x20.
inline __m128i special_mask(const char* at) {
  const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  const __m128i quote = _mm_cmpeq_epi8(v, _mm_set1_epi8('"'));
  const __m128i backslash = _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'));
  return _mm_or_si128(_mm_or_si128(quote, backslash), _mm_cmplt_epi8(v, _mm_set1_epi8(0x20)));
}
#endif

// The first byte in [at, end) that cannot simply stand in a JSON string.
inline const char* special(const char* at, const char* end) {
#ifdef __SSE2__
  while (end - at >= 16) {
    const int hits = _mm_movemask_epi8(special_mask(at));
    if (hits != 0) return at + std::countr_zero(static_cast<unsigned>(hits));
    at += 16;
    // A string that is longer than a few words is probably very long.
    while (end - at >= 64) {
      const __m128i low = _mm_or_si128(special_mask(at), special_mask(at + 16));
      const __m128i high = _mm_or_si128(special_mask(at + 32), special_mask(at + 48));
      if (_mm_movemask_epi8(_mm_or_si128(low, high)) != 0) break;
      at += 64;
    }
  }
#endif
  while (at != end && is_plain(*at)) ++at;
  return at;
}

}  // namespace fw::wire::json_bytes
