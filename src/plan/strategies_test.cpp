#include "plan/strategies.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "plan/rolling.h"

namespace fw::plan {
namespace {

UnitMarket months() { return {.load_usd = 2, .terms = {{720, 0.75 * 2 * 720}, {8'760, 0.6 * 2 * 8'760}}, .day_slots = 24, .start_slots = 24, .month_slots = 720}; }

std::vector<double> waves(std::size_t days, double growth_per_day) {
  std::vector<double> made;
  for (std::size_t i = 0; i < days * 24; ++i) made.push_back((100 + 30 * std::sin(static_cast<double>(i) * 0.2618)) * std::exp(growth_per_day * static_cast<double>(i) / 24));
  return made;
}

TEST(Strategies, count_what_is_held_and_what_is_not) {
  const std::vector<double> units = {9, 9, 4, 4, 1, 1};
  const Load load{units, 2};
  const UnitMarket market{.load_usd = 3, .terms = {{2, 2.0}}, .day_slots = 2, .start_slots = 2, .month_slots = 2};
  EXPECT_DOUBLE_EQ(cost_of(market, load, {}), 3 * 10);
  EXPECT_DOUBLE_EQ(cost_of(market, load, {{0, 0, 2, 3}}), 3 * 2.0 + 3 * (1 + 1 + 1 + 1));
  // A term that ends behind the load is paid by the time inside.
  EXPECT_DOUBLE_EQ(cost_of(market, load, {{0, 3, 5, 1}}), 1.0 + 3 * (4 + 4 + 1));
  const auto held = periodic(market, load, 0, [](std::span<const double> last) { return last[0]; });
  ASSERT_EQ(held.size(), 2u);
  EXPECT_EQ(held[0].units, 9);
  EXPECT_EQ(held[1].units, 4);
}

TEST(Strategies, quantiles_coverage_and_queues_are_as_they_say) {
  EXPECT_DOUBLE_EQ(load_quantile({4, 1, 3, 2}, 0.5), 2.5);
  EXPECT_DOUBLE_EQ(load_quantile({4, 1, 3, 2}, 1), 4);
  EXPECT_DOUBLE_EQ(load_quantile({}, 0.5), 0);
  EXPECT_DOUBLE_EQ(covering_units({1, 1, 1, 5}, 0.5), 1);
  EXPECT_DOUBLE_EQ(covering_units({2, 2}, 1), 2);
  const std::vector<double> even(50, 3.0);
  EXPECT_LE(queue_units(even, 0.01), 3.0 + 1e-6);
  const std::vector<double> burst = {1, 1, 1, 10, 1, 1, 1, 1};
  EXPECT_GT(queue_units(burst, 0.01), queue_units(burst, 0.4));
}

TEST(Strategies, ski_rental_pays_at_most_twice_for_a_level_load) {
  const std::vector<double> level(24 * 90, 50.0);
  const UnitMarket market{.load_usd = 2, .terms = {{720, 0.5 * 2 * 720}}, .day_slots = 24, .start_slots = 24, .month_slots = 720};
  const Load load{level, 0};
  const double usd = cost_of(market, load, ski_rental(market, load));
  EXPECT_LT(usd, cost_of(market, load, {}));
  EXPECT_LE(usd, 2 * 0.5 * 2 * 50 * 24 * 90);
  EXPECT_TRUE(ski_rental(market, {std::span<const double>(level).first(24), 0}).empty());
}

TEST(Rolling, holds_what_a_growing_load_uses) {
  const auto growing = waves(400, 0.002);
  const Load load{growing, 24 * 60};
  const auto market = months();
  const double usd = cost_of(market, load, rolling(market, load));
  EXPECT_LT(usd, 0.75 * cost_of(market, load, {}));
  EXPECT_LE(usd, 1.001 * cost_of(market, load, quantile_ladder(market, load)));
}

TEST(Rolling, buys_nothing_above_a_level_that_fell) {
  auto units = waves(120, 0);
  for (std::size_t i = 24 * 68; i < units.size(); ++i) units[i] /= 4;
  const Load load{units, 24 * 75};
  for (const auto& each : rolling(months(), load)) EXPECT_LT(each.units, 33) << each.from;
}

TEST(Rolling, knows_the_past_only) {
  auto units = waves(200, 0.001);
  const auto market = months();
  const auto before = rolling(market, {units, 24 * 60});
  for (std::size_t i = 24 * 150; i < units.size(); ++i) units[i] *= 5;
  const auto after = rolling(market, {units, 24 * 60});
  for (const auto& each : before)
    if (each.from <= 24 * 90) EXPECT_TRUE(std::ranges::any_of(after, [&](const Holding& other) { return other.from == each.from && other.units == each.units && other.term == each.term; }));
}

}  // namespace
}  // namespace fw::plan
