#include "fake/tokens.h"

#include <algorithm>
#include <string>

#include "wire/json.h"

namespace fw::fake {
namespace {

constexpr std::size_t kStepBytes = PrefixCache::kStep * kBytesPerToken;

// FNV-1a: of one byte after the other, so that the cut into texts does not matter.
constexpr std::uint64_t kBasis = 14695981039346656037ull;
constexpr std::uint64_t kPrime = 1099511628211ull;

}  // namespace

std::size_t said_bytes(std::string_view raw) {
  if (raw.find('\\') == std::string_view::npos) return raw.size();
  std::string plain;
  return wire::json_unescape(raw, plain) ? plain.size() : raw.size();
}

std::size_t dense_bytes(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return c != ' ' && c != '\t' && c != '\n' && c != '\r'; }));
}

PrefixCache::Count PrefixCache::look_up(std::span<const std::string_view> texts, std::int64_t prompt_tokens) {
  Count count;
  if (prompt_tokens < kLeast) return count;
  if (seen_.empty()) seen_.resize(kEntries);
  std::uint64_t hash = kBasis;
  std::size_t bytes = 0;
  std::int64_t steps = 0;
  bool all_known = true;
  for (const auto text : texts)
    for (const char c : text) {
      hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
      if (++bytes % kStepBytes != 0) continue;
      ++steps;
      if (steps * kStep < kLeast) continue;
      auto& place = seen_[hash % kEntries];
      all_known = all_known && place == hash;
      if (all_known) count.read = steps * kStep;
      place = hash;
    }
  if (steps * kStep >= kLeast) count.written = steps * kStep - count.read;
  return count;
}

}  // namespace fw::fake
