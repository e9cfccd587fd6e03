#include "dialect/effort.h"

#include <algorithm>
#include <array>

namespace fw::dialect {
namespace {

// In the order of Effort.
constexpr std::array<std::string_view, 9> kNames{"", "none", "minimal", "low", "medium", "high", "xhigh", "max", "other"};
constexpr auto kWords = std::span(kNames).subspan(1, 7);

}  // namespace

std::string_view name(Effort effort) { return kNames[static_cast<std::size_t>(effort)]; }

Effort effort_of(std::string_view word) {
  if (word.empty()) return Effort::unsaid;
  const auto found = std::ranges::find(kWords, word);
  return found == kWords.end() ? Effort::other : static_cast<Effort>(found - kWords.begin() + 1);
}

std::span<const std::string_view> effort_words() { return kWords; }

}  // namespace fw::dialect
