#include "route/expected.h"

#include <gtest/gtest.h>

#include "ledger/pricing.h"

namespace fw::route {
namespace {

offer::PriceSheet sheet() {
  offer::PriceText text;
  text.meters.input = "2.00";
  text.meters.cache_read = "0.20";
  text.meters.cache_write["30m"] = "2.50";
  text.meters.output = "10.00";
  text.long_context = offer::LongContextText{.above = 272'000, .meters = {}};
  text.long_context->meters.input = "4.00";
  text.long_context->meters.output = "15.00";
  text.tiers["flex"].meters.input = "1.00";
  return *offer::read_price(text);
}

constexpr Pico kMicroUsd = 1'000'000;

}  // namespace

// market.md section 3.3: 50 k tokens of which 45 k are cached cost $0.019 where the cache is warm and
// $0.125 where all of it has to be written.
TEST(Expected, a_cold_cloud_has_to_be_paid_for) {
  const auto price = quick_prices(sheet())[0];
  EXPECT_EQ(expected_cost(price, 50'000, 45'000, 0), 19'000 * kMicroUsd);
  EXPECT_EQ(expected_cost(price, 50'000, 0, 0), 125'000 * kMicroUsd);
}

TEST(Expected, the_step_holds_for_the_whole_request_strictly_above_it) {
  const auto price = quick_prices(sheet())[0];
  EXPECT_EQ(expected_cost(price, 272'000, 272'000, 100), (Pico{272'000} * 200 + 100 * 10'000) * 1'000);
  EXPECT_EQ(expected_cost(price, 272'001, 1, 100), (Pico{272'000} * 4'000 + 200 + 100 * 15'000) * 1'000);
}

TEST(Expected, a_tier_the_sheet_does_not_know_has_no_price) {
  const auto prices = quick_prices(sheet());
  EXPECT_EQ(expected_cost(prices[static_cast<std::size_t>(Tier::flex)], 100, 0, 10), (100 * 1'000 + 10 * 10'000) * Pico{1'000});
  EXPECT_EQ(expected_cost(prices[static_cast<std::size_t>(Tier::priority)], 100, 0, 10), kUnknownCost);
  EXPECT_EQ(expected_cost(QuickPrice{}, 100, 0, 10), kUnknownCost);
}

// As the ledger books it: what nobody has said of a tier or above a step is unknown, not the base price.
TEST(Expected, a_tier_and_a_step_of_the_offer_book_stand_for_themselves) {
  auto book = sheet();
  book.apart = true;
  const auto prices = quick_prices(book);
  EXPECT_EQ(expected_cost(prices[static_cast<std::size_t>(Tier::flex)], 100, 0, 0), 100 * Pico{1'000'000});
  EXPECT_EQ(expected_cost(prices[static_cast<std::size_t>(Tier::flex)], 100, 0, 10), kUnknownCost);
  book.long_context->meters = {};
  EXPECT_EQ(expected_cost(quick_prices(book)[0], 272'000, 272'000, 0), 272'000 * Pico{200'000});
  EXPECT_EQ(expected_cost(quick_prices(book)[0], 272'001, 272'001, 0), kUnknownCost);
}

// The quick integers and the ledger's exact amounts are the same for what both can say.
TEST(Expected, agrees_with_what_the_ledger_books) {
  const auto price = quick_prices(sheet())[0];
  for (const std::int64_t input : {0, 1, 999, 271'999, 272'000, 272'001}) {
    dialect::Usage usage;
    usage.input = input;
    usage.output = 77;
    usage.reported = true;
    const auto booked = ledger::price(usage, sheet(), "");
    ASSERT_TRUE(booked);
    const auto warm_one = expected_cost(price, static_cast<std::uint32_t>(input), input > 0 ? 1 : 0, 77);
    const auto cached_less = input > 0 ? (input > 272'000 ? 4'000'000 - 200'000 : 2'000'000 - 200'000) : 0;
    EXPECT_EQ(Int128{warm_one + cached_less} * 1'000, booked->cost.units()) << input;
  }
}

TEST(Usual, follows_what_is_counted) {
  Usual usual;
  EXPECT_EQ(usual.input_tokens(4'096), 1'024u);
  for (int i = 0; i < 400; ++i) usual.learn(4'096, 2'048, 50);
  EXPECT_NEAR(usual.input_tokens(4'096), 2'048, 25);
  EXPECT_NEAR(usual.output_tokens(1'000), 50, 2);
  EXPECT_EQ(usual.output_tokens(10), 10u);
}

}  // namespace fw::route
