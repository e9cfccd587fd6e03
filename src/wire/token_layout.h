// How tools/pack_tokens.cpp lays the vocabulary out and token_table.cpp reads it: a header, slots, offsets, classes, bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace fw::wire {

struct TokenHeader {
  std::uint32_t tokens = 0;   // offsets: one more than these, into the bytes
  std::uint32_t classes = 0;  // first code point << 3 | class, ascending
};

inline constexpr unsigned kTokenSlotBits = 19;
inline constexpr unsigned kTokenRankBits = 18;
inline constexpr std::uint32_t kTokenSlots = 1u << kTokenSlotBits;
inline constexpr std::uint32_t kNoToken = ~std::uint32_t{0};

// Open addressing: a slot is a rank with bits of the hash above it, or kNoToken.
template <class T>
std::uint64_t token_word(const char* at) {
  T word;
  std::memcpy(&word, at, sizeof word);
  return word;
}
inline std::uint64_t token_mix(std::uint64_t hash, std::uint64_t word) {
  hash = (hash ^ word) * 0x9fb21c651e98df25u;
  return hash ^ (hash >> 32);
}
inline std::uint64_t token_hash(std::string_view bytes) {
  const char* const at = bytes.data();
  const std::size_t size = bytes.size();
  std::uint64_t hash = size * 0x9e3779b97f4a7c15u;
  if (size < 4) {
    for (std::size_t i = 0; i < size; ++i) hash ^= std::uint64_t{static_cast<unsigned char>(at[i])} << (8 * i);
    return token_mix(hash, 0);
  }
  if (size < 8) return token_mix(hash, token_word<std::uint32_t>(at) << 32 | token_word<std::uint32_t>(at + size - 4));
  for (std::size_t i = 0; i + 8 < size; i += 8) hash = token_mix(hash, token_word<std::uint64_t>(at + i));
  return token_mix(hash, token_word<std::uint64_t>(at + size - 8));
}
inline std::uint32_t token_slot(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> (64 - kTokenSlotBits)); }
inline std::uint32_t token_tag(std::uint64_t hash) { return static_cast<std::uint32_t>(hash) << kTokenRankBits; }

}  // namespace fw::wire
