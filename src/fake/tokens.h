// How a fake cloud counts tokens. No tokeniser: a stated rule that anybody can check by hand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace fw::fake {

// The rule, the same in every dialect. Prompt: 2, and for every text of a message, tool call and tool result 4
// and a quarter of its bytes (rounded up), and 85 for every image. Bytes are those of the text, not of its JSON
// spelling; of a call its name and arguments without blanks, of a result its JSON without blanks. A tool counts a
// quarter of its name, of its description and of its schema. Answer: one for every event that carries content.
inline constexpr std::int64_t kTokensPerPrompt = 2;
inline constexpr std::int64_t kTokensPerMessage = 4;
inline constexpr std::int64_t kTokensPerImage = 85;
inline constexpr std::size_t kBytesPerToken = 4;

constexpr std::int64_t tokens_of_bytes(std::size_t bytes) {
  return static_cast<std::int64_t>((bytes + kBytesPerToken - 1) / kBytesPerToken);
}
constexpr std::int64_t tokens_of(std::string_view text) { return tokens_of_bytes(text.size()); }
// The bytes of what an escaped JSON string says.
std::size_t said_bytes(std::string_view raw);
// The bytes that are no white space.
std::size_t dense_bytes(std::string_view text);

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
