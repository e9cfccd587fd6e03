// How much a request lets a model think before it answers.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace fw::dialect {

// As `reasoning_effort` (chat) and `reasoning.effort` (responses) spell it (openai 7.57.0 `ReasoningEffort`).
enum class Effort : std::uint8_t { unsaid, none, minimal, low, medium, high, xhigh, max, other };

// "none", …, "max"; "" for unsaid, "other" for a word that this version does not know.
std::string_view name(Effort effort);
// Of the word between the quotes; empty: unsaid.
Effort effort_of(std::string_view word);
// The words that can be told apart, from the least effort to the most.
std::span<const std::string_view> effort_words();

// A set of them: bit n is the Effort n. Nothing is ever said of `unsaid` and `other`.
using Efforts = std::uint16_t;
constexpr Efforts bit(Effort effort) {
  return effort == Effort::unsaid || effort == Effort::other ? Efforts{0} : static_cast<Efforts>(1u << static_cast<unsigned>(effort));
}
inline constexpr Efforts kAllEfforts = 0xFE;

}  // namespace fw::dialect
