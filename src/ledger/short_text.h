// A short text held in place, so that records stay flat and bounded.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace fw::ledger {

// Longer text is cut at the capacity.
template <std::size_t Capacity>
class ShortText {
  static_assert(Capacity <= 255);

 public:
  constexpr ShortText() = default;
  constexpr ShortText(std::string_view text)  // NOLINT: converts as a string would
      : size_(static_cast<std::uint8_t>(std::min(text.size(), Capacity))) {
    std::copy_n(text.data(), size_, chars_.data());
  }
  constexpr std::string_view view() const { return {chars_.data(), size_}; }
  constexpr operator std::string_view() const { return view(); }
  constexpr bool empty() const { return size_ == 0; }
  friend constexpr bool operator==(const ShortText& a, const ShortText& b) { return a.view() == b.view(); }

 private:
  std::uint8_t size_ = 0;
  std::array<char, Capacity> chars_{};
};

}  // namespace fw::ledger
