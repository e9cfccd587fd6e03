#include "offer/price.h"

#include <gtest/gtest.h>

namespace fw::offer {
namespace {

PriceText example() {
  PriceText text;
  text.meters = {.input = "2.00", .cache_read = "0.50", .output = "8.00", .audio_in = {}, .audio_out = {},
                 .image = {}, .cache_write = {{"30m", "2.50"}}};
  text.long_context = LongContextText{.above = 272000, .meters = {}};
  text.long_context->meters.input = "4.00";
  text.tiers["flex"].meters.input = "1.00";
  return text;
}

TEST(Price, reads_the_form_of_the_config) {
  const auto sheet = read_price(example());
  ASSERT_TRUE(sheet);
  EXPECT_EQ(sheet->meters.input->per_million(), "2");
  EXPECT_EQ(sheet->meters.cache_write[static_cast<std::size_t>(dialect::CacheLifetime::m30)]->per_million(), "2.5");
  EXPECT_FALSE(sheet->meters.image);
  EXPECT_EQ(sheet->long_context->above, 272000);
  EXPECT_EQ(sheet->long_context->meters.input->per_million(), "4");
  EXPECT_FALSE(sheet->long_context->meters.output);
  ASSERT_NE(sheet->tier("flex"), nullptr);
  EXPECT_EQ(sheet->tier("flex")->meters.input->per_million(), "1");
  EXPECT_EQ(sheet->tier("priority"), nullptr);
}

TEST(Price, says_which_field_is_wrong) {
  PriceText text = example();
  text.tiers["flex"].meters.cache_write["30m"] = "1,25";
  const auto sheet = read_price(text);
  ASSERT_FALSE(sheet);
  EXPECT_EQ(sheet.error().param, "tiers.flex.cache_write.30m");
  EXPECT_EQ(sheet.error().origin, Origin::operator_);
  EXPECT_NE(sheet.error().message.find("1,25"), std::string::npos);
}

TEST(Price, refuses_an_unknown_lifetime_and_a_step_of_nothing) {
  PriceText text = example();
  text.meters.cache_write["2h"] = "1";
  EXPECT_EQ(read_price(text).error().param, "cache_write.2h");
  text = example();
  text.long_context->above = 0;
  EXPECT_EQ(read_price(text).error().param, "long_context.above");
}

TEST(Price, refuses_negative_prices_and_exponents) {
  for (const char* bad : {"-1", "1e3", "", " 1", "1.0000000001", "NaN"}) {
    PriceText text;
    text.meters.input = bad;
    const auto sheet = read_price(text);
    if (*bad == '\0') {
      EXPECT_FALSE(sheet->meters.input);  // not named, which is unknown and not free
    } else {
      EXPECT_FALSE(sheet) << bad;
    }
  }
}

TEST(Price, lays_named_meters_over_others_only) {
  Meters base = read_price(example())->meters;
  Meters over;
  over.input = TokenPrice::parse_per_million("9");
  base.lay_over(over);
  EXPECT_EQ(base.input->per_million(), "9");
  EXPECT_EQ(base.output->per_million(), "8");
}

}  // namespace
}  // namespace fw::offer
