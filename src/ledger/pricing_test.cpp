#include "ledger/pricing.h"

#include <gtest/gtest.h>

#include "ledger/reserve.h"

namespace fw::ledger {
namespace {

using dialect::CacheLifetime;
using dialect::Usage;

// design.md's example: 2 / 0.5 / 2.5 (30m) / 8, above 272,000 4 / 1 / 12.
offer::PriceSheet example() {
  offer::PriceText text;
  text.meters.input = "2.00";
  text.meters.cache_read = "0.50";
  text.meters.cache_write = {{"30m", "2.50"}};
  text.meters.output = "8.00";
  text.long_context.emplace();
  text.long_context->above = 272000;
  text.long_context->meters.input = "4.00";
  text.long_context->meters.cache_read = "1.00";
  text.long_context->meters.output = "12.00";
  text.tiers["flex"].meters.input = "1.00";
  text.tiers["flex"].meters.output = "4.00";
  text.tiers["priority"].meters.input = "3.50";
  text.tiers["priority"].meters.output = "14.00";
  text.tiers["priority"].long_context.emplace();
  text.tiers["priority"].long_context->above = 100;
  text.tiers["priority"].long_context->meters.input = "7.00";
  return *offer::read_price(text);
}

Usage used(std::int64_t input, std::int64_t output) {
  Usage usage;
  usage.reported = true;
  usage.input = input;
  usage.output = output;
  return usage;
}

std::string cost(const Usage& usage, std::string_view tier = {}) {
  const auto priced = price(usage, example(), tier);
  return priced ? priced->cost.usd() : "unknown: " + priced.error().what;
}

TEST(Pricing, multiplies_each_bucket_by_its_price) {
  Usage usage = used(1000, 100);
  usage.cache_read = 200;
  usage.cache_write[static_cast<std::size_t>(CacheLifetime::m30)] = 40;
  usage.reasoning = 10;
  // 2000 + 100 + 100 + 800 + 80 millionths of a dollar.
  EXPECT_EQ(cost(usage), "0.00308");
}

TEST(Pricing, keeps_the_base_price_at_271_999_input_tokens) { EXPECT_EQ(cost(used(271'999, 0)), "0.543998"); }

TEST(Pricing, keeps_the_base_price_at_272_000_input_tokens) {
  const auto priced = price(used(272'000, 0), example(), "");
  ASSERT_TRUE(priced);
  EXPECT_FALSE(priced->long_context);
  EXPECT_EQ(priced->cost.usd(), "0.544");
}

TEST(Pricing, reprices_the_whole_request_at_272_001_input_tokens) {
  const auto priced = price(used(272'001, 10), example(), "");
  ASSERT_TRUE(priced);
  EXPECT_TRUE(priced->long_context);
  EXPECT_EQ(priced->cost.usd(), "1.088124");  // 272001 x 4 + 10 x 12
}

TEST(Pricing, counts_every_kind_of_input_towards_the_step) {
  Usage usage = used(271'990, 0);
  usage.cache_read = 5;
  usage.cache_write[static_cast<std::size_t>(CacheLifetime::m30)] = 5;
  EXPECT_FALSE(price(usage, example(), "")->long_context);
  usage.cache_read = 6;
  EXPECT_TRUE(price(usage, example(), "")->long_context);
  // A meter the step does not name keeps its base price.
  EXPECT_EQ(cost(usage), "1.0879785");  // 271990 x 4 + 6 x 1 + 5 x 2.5
}

TEST(Pricing, takes_the_price_of_the_tier_and_the_rest_from_the_base) {
  Usage usage = used(1000, 1000);
  usage.cache_read = 1000;
  EXPECT_EQ(cost(usage, "flex"), "0.0055");      // 1 + 4 + 0.5
  EXPECT_EQ(cost(usage, "standard"), "0.0105");  // 2 + 8 + 0.5
  EXPECT_EQ(cost(usage, "default"), cost(usage, ""));
  EXPECT_EQ(cost(usage, "auto"), cost(usage, ""));
}

TEST(Pricing, reads_fast_as_priority) { EXPECT_EQ(cost(used(100, 0), "fast"), cost(used(100, 0), "priority")); }

TEST(Pricing, uses_the_step_of_the_tier_where_it_has_one) {
  EXPECT_EQ(cost(used(100, 0), "priority"), "0.00035");
  EXPECT_EQ(cost(used(101, 0), "priority"), "0.000707");
}

TEST(Pricing, applies_the_long_price_to_a_tier_without_a_step_of_its_own) {
  EXPECT_EQ(cost(used(272'001, 0), "flex"), "1.088004");
}

TEST(Pricing, does_not_guess_the_price_of_an_unknown_tier) {
  EXPECT_EQ(cost(used(1, 1), "scale"), "unknown: the tier 'scale' has no price");
}

TEST(Pricing, does_not_guess_the_price_of_an_unpriced_bucket) {
  Usage usage = used(1, 1);
  usage.audio_in = 1;
  EXPECT_EQ(cost(usage), "unknown: audio_in has no price");
  usage.audio_in = 0;
  usage.cache_write[static_cast<std::size_t>(CacheLifetime::h12)] = 1;
  EXPECT_EQ(cost(usage), "unknown: cache_write.12h has no price");
  usage.cache_write = {};
  usage.tool_calls = 1;
  EXPECT_EQ(cost(usage), "unknown: tool_calls has no price");
}

TEST(Pricing, needs_no_price_for_a_bucket_without_tokens) {
  EXPECT_EQ(cost(used(0, 0)), "0");
  const auto free = price(used(0, 0), offer::PriceSheet{}, "");
  ASSERT_TRUE(free);
  EXPECT_EQ(free->cost.usd(), "0");
  EXPECT_FALSE(price(used(1, 0), offer::PriceSheet{}, ""));
}

TEST(Pricing, tells_a_usage_of_zero_from_no_usage) {
  EXPECT_EQ(cost(Usage{}), "unknown: the usage was not reported");
}

TEST(Pricing, gives_a_bare_cache_write_the_default_lifetime) {
  Usage bare = used(0, 0);
  bare.cache_write[0] = 1000;
  EXPECT_EQ(cost(bare), "0.0025");
  offer::PriceSheet other = example();
  other.cache_lifetime = CacheLifetime::m5;
  EXPECT_EQ(price(bare, other, "").error().what, "cache_write.5m has no price");
}

TEST(Pricing, stays_exact_for_the_largest_counts) {
  EXPECT_EQ(cost(used(0, 1'000'000'000'000)), "8000000");
  const auto tiny = offer::read_price({.meters = {.input = "0.000000001", .cache_read = {}, .output = {},
                                                  .audio_in = {}, .audio_out = {}, .image = {}, .cache_write = {}},
                                       .long_context = {}, .tiers = {}});
  ASSERT_TRUE(tiny);
  EXPECT_EQ(price(used(1, 0), *tiny, "")->cost.usd(), "0.000000000000001");
}

TEST(Pricing, a_tier_and_a_step_of_the_offer_book_stand_for_themselves) {
  auto sheet = example();
  sheet.apart = true;
  Usage cached = used(10, 0);
  cached.cache_read = 1;
  EXPECT_EQ(price(cached, sheet, "")->cost.usd(), "0.0000205");
  EXPECT_EQ(price(cached, sheet, "flex").error().what, "cache_read has no price");
  // Nobody has said what flex costs above the step; the ordinary tier's long prices are not flex's.
  EXPECT_EQ(price(used(272'001, 0), sheet, "flex")->cost.usd(), "0.272001");
  sheet.tiers.front().long_context = offer::LongContext{272'000, {}};
  EXPECT_EQ(price(used(272'000, 0), sheet, "flex")->cost.usd(), "0.272");
  EXPECT_EQ(price(used(272'001, 0), sheet, "flex").error().what, "input has no price");
}

TEST(Pricing, says_which_row_the_price_comes_from) {
  auto sheet = example();
  EXPECT_EQ(price(used(1, 0), sheet, "")->row, "config");
  sheet.row = "m/openai/global/standard/2026-09-22";
  sheet.tiers.front().row = "m/openai/global/flex/2026-09-22";
  EXPECT_EQ(price(used(1, 0), sheet, "default")->row, "m/openai/global/standard/2026-09-22");
  EXPECT_EQ(price(used(1, 0), sheet, "flex")->row, "m/openai/global/flex/2026-09-22");
}

TEST(Settle, notes_the_row_of_the_price_and_none_where_no_price_is_known) {
  const auto sheet = example();
  AttemptRecord attempt;
  settle_reported(attempt, used(1, 1), {&sheet, ""});
  EXPECT_EQ(attempt.price_row, ShortText<120>("config"));
  attempt = {};
  settle_ambiguous(attempt, {.input_max = 5, .input_expected = 1, .output_max = 1}, {&sheet, ""});
  EXPECT_EQ(attempt.price_row, ShortText<120>("config"));
  attempt = {};
  settle_reported(attempt, used(1, 1), {nullptr, ""});
  EXPECT_TRUE(attempt.price_row.empty());
  EXPECT_EQ(attempt.basis, Basis::price_unknown);
}

// What is reserved must hold for whatever the cloud counts.
TEST(Bound, is_never_below_what_the_same_tokens_can_cost) {
  offer::PriceText text;
  text.meters = {.input = "2.00", .cache_read = "0.20", .output = "10.00", .audio_in = "", .audio_out = "", .image = "", .cache_write = {{"30m", "2.50"}}};
  text.long_context = offer::LongContextText{.above = 1000, .meters = {.input = "4.00", .cache_read = "0.40", .output = "15.00", .audio_in = "", .audio_out = "", .image = "", .cache_write = {{"30m", "5.00"}}}};
  const auto sheet = offer::read_price(text);
  ASSERT_TRUE(sheet) << sheet.error().message;
  for (const std::int64_t input : {1, 999, 1000, 1001, 5000})
    for (const std::int64_t output : {0, 7, 128'000}) {
      const auto bound = most({.input_max = input, .input_expected = 1, .output_max = output}, bound_price(*sheet, ""));
      ASSERT_TRUE(bound);
      for (int way = 0; way < 3; ++way) {
        dialect::Usage usage;
        usage.reported = true;
        (way == 0 ? usage.input : way == 1 ? usage.cache_read : usage.cache_write[0]) = input;
        usage.output = output;
        const auto cost = price(usage, *sheet, "");
        ASSERT_TRUE(cost) << cost.error().what;
        EXPECT_LE(cost->cost, *bound) << input << " " << output << " " << way;
      }
    }
  EXPECT_FALSE(most({.input_max = 1, .input_expected = 1, .output_max = 1}, bound_price(*sheet, "flex"))) << "the tier has no price";
}

}  // namespace
}  // namespace fw::ledger
