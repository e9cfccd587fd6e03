#include "wire/hash.h"

#include <gtest/gtest.h>

#include <array>

namespace fw::wire {
namespace {

// RFC 4231 §4.2, §4.3, §4.7 (a key longer than a block).
TEST(Hash, hmac_gives_the_values_of_rfc_4231) {
  EXPECT_EQ(hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Hash, pieces_hash_as_the_whole) {
  constexpr std::array<std::string_view, 4> pieces{"one", "", "two", "three"};
  EXPECT_EQ(sha256(pieces), sha256("onetwothree"));
  EXPECT_EQ(hex(sha256(std::span<const std::string_view>())), hex(sha256("")));
}

// RFC 4648 §10.
TEST(Base64, reads_what_it_wrote) {
  for (std::string_view text : {"", "f", "fo", "foo", "foob", "fooba", "foobar"})
    EXPECT_EQ(base64_decode(base64(text)), text);
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  for (std::size_t from = 0; from < 4; ++from) EXPECT_EQ(base64_decode(base64(all.substr(from))), all.substr(from));
}

TEST(Base64, padding_may_be_missing_but_not_wrong) {
  EXPECT_EQ(base64_decode("Zg"), "f");
  EXPECT_EQ(base64_decode("Zm8"), "fo");
  for (std::string_view text : {"Z", "Zg=", "Zm8==", "Zm9v=", "=", "====", "Zg==Zg==", "Z===", "Zm9vY"})
    EXPECT_EQ(base64_decode(text), std::nullopt) << text;
}

TEST(Base64, refuses_other_bytes) {
  using namespace std::string_view_literals;
  for (std::string_view text : {"Zm\n8"sv, "Zm-_"sv, "Zm 8"sv, "Zm8\xc3"sv, "Zm\0v"sv})
    EXPECT_EQ(base64_decode(text), std::nullopt) << text;
}

}  // namespace
}  // namespace fw::wire
