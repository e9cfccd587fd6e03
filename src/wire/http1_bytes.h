// Character classes of HTTP/1 and the one fast search its parsers share. Private to the room.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace fw::wire::bytes {

enum : std::uint8_t { tchar = 1, target = 2, value = 4 };

inline constexpr std::array<std::uint8_t, 256> classes = [] {
  std::array<std::uint8_t, 256> table{};
  for (unsigned c = 0; c < 256; ++c) {
    const bool alnum = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    std::uint8_t bits = 0;
    const bool mark = c != 0 && c < 0x80 &&
                      std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
    if (alnum || mark) bits |= tchar;
    if (c > 0x20 && c < 0x7f) bits |= target;                        // visible ASCII; '#' is looked for apart
    if ((c >= 0x20 && c != 0x7f) || c == '\t') bits |= value;        // VCHAR, obs-text, SP, HTAB
    table[c] = bits;
  }
  return table;
}();

inline bool is(char c, std::uint8_t bits) { return (classes[static_cast<unsigned char>(c)] & bits) != 0; }
inline bool is_tchar(char c) { return is(c, tchar); }
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

inline int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

inline unsigned char lower(char c) {
  const auto u = static_cast<unsigned char>(c);
  return u >= 'A' && u <= 'Z' ? static_cast<unsigned char>(u + 32) : u;
}

// `text` of any case against `small`, which is lower case and of the same size.
inline bool equal_lower(std::string_view text, std::string_view small) {
  for (std::size_t i = 0; i < small.size(); ++i)
    if (lower(text[i]) != static_cast<unsigned char>(small[i])) return false;
  return true;
}

// The first byte in [at, end) that a field value may not hold: CR, LF or another control.
inline const char* value_end(const char* at, const char* end) {
#ifdef __SSE2__
  const __m128i below = _mm_set1_epi8(0x1f);
  const __m128i tab = _mm_set1_epi8('\t');
  const __m128i del = _mm_set1_epi8(0x7f);
  while (end - at >= 16) {
    const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i control = _mm_andnot_si128(_mm_cmpeq_epi8(v, tab), _mm_cmpeq_epi8(_mm_min_epu8(v, below), v));
    const int hits = _mm_movemask_epi8(_mm_or_si128(control, _mm_cmpeq_epi8(v, del)));
    if (hits != 0) return at + std::countr_zero(static_cast<unsigned>(hits));
    at += 16;
  }
#endif
  while (at != end && is(*at, value)) ++at;
  return at;
}

}  // namespace fw::wire::bytes
