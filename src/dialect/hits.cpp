#include <cstring>

#include "dialect/event_relay.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace fw::dialect {
namespace {

constexpr std::string_view kUsage = R"("usage")";
constexpr std::string_view kError = R"("error")";
constexpr std::string_view kFinish = R"("finish_reason")";
constexpr std::string_view kDelta = R"("delta")";
constexpr std::string_view kSequence = R"("sequence_number")";

std::string_view skip_space(std::string_view text) {
  const auto at = text.find_first_not_of(" \t\r\n");
  return at == std::string_view::npos ? std::string_view() : text.substr(at);
}

// The value behind a key, or nothing if no colon follows it.
std::string_view value_after(std::string_view text) {
  text = skip_space(text);
  return text.starts_with(':') ? skip_space(text.substr(1)) : std::string_view();
}

bool has_value(std::string_view after_key) {
  const auto value = value_after(after_key);
  return !value.empty() && value.front() != 'n';
}

// Calls `visit` with the rest of the text at each quote that one of four letters follows, until it
// says true. Words are told apart there: within JSON strings a quote has a backslash before it, so
// nearly every hit is a key.
template <char A, char B, char C, char D, class Visit>
void each_quoted(std::string_view text, Visit visit) {
  std::size_t i = 0;
#ifdef __SSE2__
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i a = _mm_set1_epi8(A);
  const __m128i b = _mm_set1_epi8(B);
  const __m128i c = _mm_set1_epi8(C);
  const __m128i d = _mm_set1_epi8(D);
  for (; i + 17 <= text.size(); i += 16) {
    const __m128i here = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + i));
    const __m128i next = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + i + 1));
    const __m128i letter =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(next, a), _mm_cmpeq_epi8(next, b)), _mm_or_si128(_mm_cmpeq_epi8(next, c), _mm_cmpeq_epi8(next, d)));
    auto mask = static_cast<unsigned>(_mm_movemask_epi8(_mm_and_si128(_mm_cmpeq_epi8(here, quote), letter)));
    for (; mask != 0; mask &= mask - 1)
      if (visit(text.substr(i + static_cast<unsigned>(__builtin_ctz(mask))))) return;
  }
#endif
  for (; i + 1 < text.size(); ++i) {
    const char next = text[i + 1];
    if (text[i] == '"' && (next == A || next == B || next == C || next == D) && visit(text.substr(i))) return;
  }
}

}  // namespace

Hits look_for_hits(std::string_view event_data) {
  Hits hits;
  each_quoted<'u', 'e', 'f', 'd'>(event_data, [&hits](std::string_view rest) {
    if (rest.starts_with(kFinish)) {
      hits.finish |= has_value(rest.substr(kFinish.size()));
    } else if (rest.starts_with(kUsage)) {
      hits.usage |= has_value(rest.substr(kUsage.size()));
    } else if (rest.starts_with(kError)) {
      hits.error = true;
    } else if (hits.delta.empty() && rest.starts_with(kDelta)) {
      hits.delta = rest;
    }
    return false;
  });
  return hits;
}

std::int64_t sequence_number_of(std::string_view event_data) {
  std::int64_t number = -1;
  each_quoted<'s', 's', 's', 's'>(event_data, [&number](std::string_view rest) {
    if (!rest.starts_with(kSequence)) return false;
    const auto value = value_after(rest.substr(kSequence.size()));
    std::int64_t read = 0;
    std::size_t digits = 0;
    for (; digits < value.size() && digits < 18 && value[digits] >= '0' && value[digits] <= '9'; ++digits)
      read = read * 10 + (value[digits] - '0');
    if (digits != 0) number = read;
    return true;
  });
  return number;
}

}  // namespace fw::dialect
