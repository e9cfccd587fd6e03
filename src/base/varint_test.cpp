#include "base/varint.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace fw {

TEST(Varint, gives_every_number_back_in_the_fewest_bytes) {
  std::array<char, kVarintMax> bytes{};
  for (unsigned bits = 0; bits <= 64; ++bits) {
    const std::uint64_t n = bits == 0 ? 0 : std::numeric_limits<std::uint64_t>::max() >> (64 - bits);
    const char* const end = put_varint(bytes.data(), n);
    EXPECT_EQ(static_cast<std::size_t>(end - bytes.data()), bits == 0 ? 1 : (bits + 6) / 7) << bits;
    std::uint64_t read = 1;
    EXPECT_EQ(take_varint<char>(bytes.data(), end, read), end);
    EXPECT_EQ(read, n);
    for (const char* cut = bytes.data(); cut != end; ++cut) EXPECT_EQ(take_varint<char>(bytes.data(), cut, read), nullptr);
  }
}

TEST(Varint, of_small_numbers_of_either_sign_is_one_byte) {
  for (std::int64_t n = -64; n < 64; ++n) {
    EXPECT_LT(zigzag(n), 128u);
    EXPECT_EQ(unzigzag(zigzag(n)), n);
  }
  for (const auto n : {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) EXPECT_EQ(unzigzag(zigzag(n)), n);
}

TEST(Varint, that_does_not_fit_64_bits_is_none) {
  const std::array<unsigned char, 11> more{0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02, 0};
  std::uint64_t n = 0;
  EXPECT_EQ(take_varint<unsigned char>(more.data(), more.data() + more.size(), n), nullptr);
}

}  // namespace fw
