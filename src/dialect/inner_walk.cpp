#include "dialect/inner_walk.h"

namespace fw::dialect::inner {

#ifdef __SSE2__
namespace {

// One bit per byte that opens or closes something: a quote, a bracket or a brace. With the bit 0x20
// set a bracket is a brace.
unsigned marks(const char* at) {
  const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  const __m128i folded = _mm_or_si128(v, _mm_set1_epi8(0x20));
  const __m128i braces = _mm_or_si128(_mm_cmpeq_epi8(folded, _mm_set1_epi8('{')), _mm_cmpeq_epi8(folded, _mm_set1_epi8('}')));
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(braces, _mm_cmpeq_epi8(v, _mm_set1_epi8('"')))));
}

}  // namespace
#endif

// One bracket is open.
void Walk::nested() {
  std::size_t depth = 1;
  while (at_ != end_ && depth != 0) {
#ifdef __SSE2__
    if (end_ - at_ >= 16) {
      const unsigned hits = marks(at_);
      at_ += hits == 0 ? 16 : std::countr_zero(hits);
      if (hits == 0) continue;
    }
#endif
    const char c = *at_++;
    if (c == '"')
      string();
    else if (c == '{' || c == '[')
      ++depth;
    else if (c == '}' || c == ']')
      --depth;
  }
}

Raw member_of(Raw object, std::string_view key) {
  if (!is_object(object)) return {};
  Walk walk(object);
  walk.open();
  for (std::string_view found; walk.key(found);) {
    const Raw value = walk.take();
    if (found == key) return value;
  }
  return {};
}

}  // namespace fw::dialect::inner
