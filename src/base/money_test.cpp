#include "base/money.h"

#include <gtest/gtest.h>

namespace fw {

TEST(Money, prints_what_it_parsed_without_trailing_zeros) {
  for (const auto* text : {"0", "1", "0.5", "12.25", "0.000000000000001", "-3.75"})
    EXPECT_EQ(Money::parse_usd(text)->usd(), text);
  EXPECT_EQ(Money::parse_usd("1.500")->usd(), "1.5");
}

TEST(Money, refuses_what_is_not_a_plain_decimal) {
  for (const auto* text : {"", ".", "1.", ".5", "1e3", "+1", " 1", "1,5", "0x1", "0.0000000000000001"})
    EXPECT_FALSE(Money::parse_usd(text)) << text;
}

TEST(TokenPrice, is_exact_per_token) {
  const auto price = *TokenPrice::parse_per_million("0.125");
  EXPECT_EQ((price * 1).usd(), "0.000000125");
  EXPECT_EQ((price * 1'000'000).usd(), "0.125");
  EXPECT_EQ(price.per_million(), "0.125");
  EXPECT_FALSE(TokenPrice::parse_per_million("-1"));
  EXPECT_FALSE(TokenPrice::parse_per_million("0.0000000001"));
}

}  // namespace fw
