// A closed set of words, found by one look into a table that is made when compiling.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace fw::dialect::inner {

// Rows have a member `key`; keys differ and are not empty. Open addressing, at most half full.
template <class Row, std::size_t N>
class Names {
 public:
  consteval explicit Names(const std::array<Row, N>& rows) : rows_(rows) {
    static_assert(N < 255);
    for (std::size_t i = 0; i < N; ++i) {
      std::size_t slot = slot_of(rows_[i].key);
      while (slots_[slot] != 0) slot = (slot + 1) % kSlots;
      slots_[slot] = static_cast<std::uint8_t>(i + 1);
    }
  }

  // Null: not among them.
  constexpr const Row* find(std::string_view key) const {
    if (key.empty()) return nullptr;
    for (std::size_t slot = slot_of(key); slots_[slot] != 0; slot = (slot + 1) % kSlots)
      if (const Row& row = rows_[slots_[slot] - 1u]; row.key == key) return &row;
    return nullptr;
  }

 private:
  static consteval std::size_t slots_for() {
    std::size_t slots = 8;
    while (slots < 2 * N) slots *= 2;
    return slots * 2;
  }
  static constexpr std::size_t kSlots = slots_for();

  static constexpr std::size_t slot_of(std::string_view key) {
    const auto at = [key](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(key[i])); };
    const std::size_t last = key.size() - 1;
    return (at(0) * 7 + at(last) * 31 + at(last / 2) * 113 + key.size() * 59) % kSlots;
  }

  std::array<Row, N> rows_;
  std::array<std::uint8_t, kSlots> slots_{};
};

}  // namespace fw::dialect::inner
