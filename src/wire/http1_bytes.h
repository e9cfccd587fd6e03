// Character classes of HTTP/1 and the one fast search its parsers share. Private to the room.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace fw::wire::bytes {

enum : std::uint8_t { tchar = 1, target = 2, value = 4, label = 8 };

inline constexpr std::array<std::uint8_t, 256> classes = [] {
  std::array<std::uint8_t, 256> table{};
  for (unsigned c = 0; c < 256; ++c) {
    const bool alnum = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    std::uint8_t bits = 0;
    const bool mark =
        c != 0 && c < 0x80 && std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
    if (alnum || mark) bits |= tchar;
    if (alnum || c == '-' || c == '_') bits |= label;          // of a host name, and '_' as it is used
    if (c > 0x20 && c < 0x7f) bits |= target;                  // visible ASCII; '#' is looked for apart
    if ((c >= 0x20 && c != 0x7f) || c == '\t') bits |= value;  // VCHAR, obs-text, SP, HTAB
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

inline std::uint64_t word(const char* at) {
  std::uint64_t w;
  std::memcpy(&w, at, sizeof w);
  return w;
}

// Eight ASCII letters at once to lower case; every other byte stays.
inline std::uint64_t lower(std::uint64_t w) {
  constexpr std::uint64_t ones = 0x0101010101010101;
  const std::uint64_t low = w & (0x7f * ones);
  const std::uint64_t from_a = low + (0x80 - 'A') * ones;    // high bit: at least 'A'
  const std::uint64_t beyond_z = low + (0x7f - 'Z') * ones;  // high bit: beyond 'Z'
  return w | ((from_a ^ beyond_z) & ~w & (0x80 * ones)) >> 2;
}

// `text` of any case against `small`, which is lower case and of the same size.
inline bool equal_lower(std::string_view text, std::string_view small) {
  const std::size_t n = small.size();
  if (n < 8) {
    for (std::size_t i = 0; i < n; ++i)
      if (lower(text[i]) != static_cast<unsigned char>(small[i])) return false;
    return true;
  }
  for (std::size_t i = 0; i + 8 < n; i += 8)
    if (lower(word(text.data() + i)) != word(small.data() + i)) return false;
  return lower(word(text.data() + n - 8)) == word(small.data() + n - 8);
}

// The first byte in [at, end) that is no token character.
inline const char* token_end(const char* at, const char* end) {
#ifdef __SSE2__
  // Sixteen at a time as long as they are letters, digits and '-', which names are made of.
  const auto within = [](__m128i v, char first, char count) {
    const __m128i from = _mm_sub_epi8(v, _mm_set1_epi8(first));
    return _mm_cmpeq_epi8(_mm_min_epu8(from, _mm_set1_epi8(static_cast<char>(count - 1))), from);
  };
  while (end - at >= 16) {
    const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i letter = within(_mm_or_si128(v, _mm_set1_epi8(0x20)), 'a', 26);
    const __m128i other = _mm_or_si128(within(v, '0', 10), _mm_cmpeq_epi8(v, _mm_set1_epi8('-')));
    const auto common = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(letter, other)));
    at += std::countr_one(common);
    if (common != 0xffff) break;
  }
#endif
  while (at != end && is_tchar(*at)) ++at;
  return at;
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
