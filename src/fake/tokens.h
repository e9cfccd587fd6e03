// How a fake cloud counts tokens. No tokeniser: a stated rule that anybody can check by hand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace fw::fake {

// The rule. Prompt: 2, and 4 for every message or item, and for every text a quarter of its bytes as they
// stand in the JSON (rounded up), and 85 for every image. Answer: one for every event that carries content.
inline constexpr std::int64_t kTokensPerPrompt = 2;
inline constexpr std::int64_t kTokensPerMessage = 4;
inline constexpr std::int64_t kTokensPerImage = 85;
inline constexpr std::size_t kBytesPerToken = 4;

constexpr std::int64_t tokens_of(std::string_view text) {
  return static_cast<std::int64_t>((text.size() + kBytesPerToken - 1) / kBytesPerToken);
}

// Prompts seen before, by their beginnings: a prefix of 1,024 tokens or more counts as cached, in steps of
// 128 (OpenAI, prompt caching guide).
class PrefixCache {
 public:
  static constexpr std::int64_t kLeast = 1024;
  static constexpr std::int64_t kStep = 128;
  static constexpr std::size_t kEntries = 1u << 15;  // oldest are forgotten by being written over

  struct Count {
    std::int64_t read = 0;
    std::int64_t written = 0;
  };
  // The texts of a prompt in order, of `prompt_tokens` together. Remembers them.
  Count look_up(std::span<const std::string_view> texts, std::int64_t prompt_tokens);
  void clear() { seen_.clear(); }

 private:
  std::vector<std::uint64_t> seen_;  // a hash table without chains; made at first use
};

}  // namespace fw::fake
