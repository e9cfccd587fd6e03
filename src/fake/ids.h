// Fresh ids in the looks of the clouds. Not secret, not for security: from a seed and a counter.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace fw::fake {

class IdMint {
 public:
  explicit IdMint(std::uint64_t seed) : state_(seed) {}

  std::uint64_t number() {  // SplitMix64
    state_ += 0x9E3779B97F4A7C15ull;
    auto z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }

  // `prefix` and `digits` hex digits.
  std::string hex(std::string_view prefix, std::size_t digits) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string id;
    const auto size = prefix.size() + digits;
    // libstdc++ 12 may hand over a larger size than was asked for, so it is not looked at.
    id.resize_and_overwrite(size, [&](char* out, std::size_t) {
      out += prefix.copy(out, prefix.size());
      for (std::size_t i = 0; i < digits;) {
        auto bits = number();
        for (const auto end = std::min(digits, i + 16); i < end; ++i, bits >>= 4) *out++ = kDigits[bits & 15];
      }
      return size;
    });
    return id;
  }

 private:
  std::uint64_t state_;
};

}  // namespace fw::fake
