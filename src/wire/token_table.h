// The vocabulary o200k_base as it lies in the program (o200k/README.md). Nothing is built when the program starts.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace fw::wire {

inline constexpr std::uint32_t kTokens = 199'998;
inline constexpr std::size_t kTokenBytesMax = 128;

// The rank of these bytes, 0 to kTokens - 1, where they are a token.
std::optional<std::uint32_t> token_rank(std::string_view bytes);
// The bytes of a rank.
std::string_view token_bytes(std::uint32_t rank);

// What a pre-tokenizer asks of a character.
enum class CharClass : std::uint8_t { other, upper, lower, letter, mark, number, space };
CharClass char_class(char32_t character);

}  // namespace fw::wire
