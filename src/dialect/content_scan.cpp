#include "dialect/content_scan.h"

#include <bit>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace fw::dialect {
namespace {

constexpr std::string_view kKey = "\"type\"";
constexpr std::size_t kWordBytesMax = 40;

struct Word {
  std::string_view text;
  Need need;
};
constexpr std::array<Word, 7> kWords{{{"image_url", Need::image},
                                      {"input_image", Need::image},
                                      {"input_audio", Need::audio_input},
                                      {"file", Need::file},
                                      {"input_file", Need::file},
                                      {"custom", Need::custom_tools},
                                      {"item_reference", Need::item_reference}}};

constexpr bool is_dated(std::string_view rest) { return rest.starts_with("_20"); }

void take(std::string_view word, ContentFacts& facts) {
  for (const auto& known : kWords)
    if (known.text == word) return set(facts.needs, known.need);
  for (std::size_t i = 0; i < kHostedTools.size(); ++i) {
    if (!word.starts_with(kHostedTools[i])) continue;
    const auto rest = word.substr(kHostedTools[i].size());
    if (!rest.empty() && !is_dated(rest)) continue;
    facts.hosted |= static_cast<std::uint16_t>(1u << i);
    return set(facts.needs, Need::hosted_tools);
  }
}

// Nearly all are of messages, text and schemas, and say nothing.
bool says_nothing(std::string_view word) {
  return word == "text" || word == "object" || word == "string" || word == "function" || word == "input_text" || word == "message";
}

// `at` is where a member's key may start.
void look(std::string_view body, std::size_t at, ContentFacts& facts) {
  if (body.substr(at, kKey.size()) != kKey) return;
  auto from = body.find_first_not_of(" \t\r\n", at + kKey.size());
  if (from == body.npos || body[from] != ':') return;
  from = body.find_first_not_of(" \t\r\n", from + 1);
  if (from == body.npos || body[from] != '"') return;
  const auto rest = body.substr(from + 1, kWordBytesMax);
  const auto end = rest.find('"');
  if (end == rest.npos) return;
  const auto word = rest.substr(0, end);
  if (!says_nothing(word)) take(word, facts);
}

}  // namespace

ContentFacts scan_content(std::string_view body) {
  ContentFacts facts;
  std::size_t at = 0;
#ifdef __SSE2__
  // The middle of the word is looked for, 64 bytes at a time: few texts say "ty" often.
  constexpr std::size_t kStep = 64;
  const auto first = _mm_set1_epi8('t');
  const auto second = _mm_set1_epi8('y');
  const auto found = [&](std::size_t from) {
    const auto load = [&body](std::size_t i) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(body.data() + i)); };
    return _mm_and_si128(_mm_cmpeq_epi8(load(from + 1), first), _mm_cmpeq_epi8(load(from + 2), second));
  };
  for (; at + kStep + 2 <= body.size(); at += kStep) {
    const __m128i parts[] = {found(at), found(at + 16), found(at + 32), found(at + 48)};
    if (_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(parts[0], parts[1]), _mm_or_si128(parts[2], parts[3]))) == 0) continue;
    for (std::size_t i = 0; i < 4; ++i)
      for (auto hits = static_cast<unsigned>(_mm_movemask_epi8(parts[i])); hits != 0; hits &= hits - 1)
        look(body, at + 16 * i + static_cast<std::size_t>(std::countr_zero(hits)), facts);
  }
#endif
  for (; at + kKey.size() <= body.size(); ++at)
    if (body[at] == '"') look(body, at, facts);
  return facts;
}

}  // namespace fw::dialect
