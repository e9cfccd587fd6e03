// Whole numbers as few bytes: LEB128, seven bits a byte, lowest first; signed ones folded so that small ones of either
// sign are short (zigzag). As Protocol Buffers write them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fw {

inline constexpr std::size_t kVarintMax = 10;  // bytes

constexpr std::uint64_t zigzag(std::int64_t n) { return static_cast<std::uint64_t>(n) << 1 ^ static_cast<std::uint64_t>(n >> 63); }
constexpr std::int64_t unzigzag(std::uint64_t n) { return static_cast<std::int64_t>(n >> 1) ^ -static_cast<std::int64_t>(n & 1); }

// Behind the last byte written. Byte: char or std::byte.
template <class Byte>
constexpr Byte* put_varint(Byte* at, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) *at++ = static_cast<Byte>((value & 0x7f) | 0x80);
  *at++ = static_cast<Byte>(value);
  return at;
}

// Behind the last byte read; null where the bytes end before the number, or it does not fit.
template <class Byte>
constexpr const Byte* take_varint(const Byte* at, const Byte* end, std::uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; at != end && shift <= 63; shift += 7) {
    const auto b = static_cast<std::uint8_t>(*at++);
    if (shift == 63 && b > 1) return nullptr;
    value |= static_cast<std::uint64_t>(b & 0x7f) << shift;
    if (b < 0x80) return at;
  }
  return nullptr;
}

}  // namespace fw
