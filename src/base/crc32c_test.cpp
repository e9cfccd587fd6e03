#include "base/crc32c.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace fw {
namespace {

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

// RFC 3720 appendix B.4 (there the sums stand byte by byte, lowest first).
TEST(Crc32c, gives_the_sums_of_rfc_3720) {
  EXPECT_EQ(crc32c(bytes(std::string(32, '\0'))), 0x8a9136aaU);
  EXPECT_EQ(crc32c(bytes(std::string(32, '\xff'))), 0x62a8ab43U);
  std::string up;
  for (int i = 0; i < 32; ++i) up += static_cast<char>(i);
  EXPECT_EQ(crc32c(bytes(up)), 0x46dd794eU);
  EXPECT_EQ(crc32c(bytes("123456789")), 0xe3069283U);
  EXPECT_EQ(crc32c({}), 0U);
}

TEST(Crc32c, is_the_same_by_table_and_by_processor_at_every_length_and_split) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += static_cast<char>(i * 37 + 11);
  for (std::size_t n = 0; n <= text.size(); ++n) {
    const auto whole = bytes(text).first(n);
    const auto sum = crc32c(whole, 7);
    EXPECT_EQ(crc32c_by_table(whole, 7), sum) << n;
    EXPECT_EQ(crc32c(whole.subspan(n / 3), crc32c(whole.first(n / 3), 7)), sum) << n;
  }
}

}  // namespace
}  // namespace fw
