#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "plan/intervals.h"
#include "plan/load_curve.h"
#include "plan/nested.h"
#include "plan/value.h"

namespace fw::plan {
namespace {

using Random = std::mt19937_64;

double between(Random& random, double low, double high) { return std::uniform_real_distribution(low, high)(random); }
std::size_t number(Random& random, std::size_t low, std::size_t high) { return std::uniform_int_distribution(low, high)(random); }

Value random_value(Random& random, bool whole) {
  std::vector<Item> items(number(random, 0, 5));
  for (auto& item : items) {
    item.units = whole ? static_cast<double>(number(random, 1, 9)) : between(random, 0.1, 9);
    item.usd = item.units * between(random, 0.0, 3);
  }
  return knapsack(items);
}

TEST(LoadCurve, buys_what_no_other_number_of_units_beats) {
  Random random(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<double> load(number(random, 1, 60));
    for (auto& each : load) each = between(random, 0, 1) < 0.2 ? 0 : between(random, 0, 50);
    const std::size_t per_window = number(random, 1, 7);
    const LoadCurve curve(load, per_window);
    const double unit_usd = between(random, 0, 1.2) * static_cast<double>(curve.windows().size()), overflow_usd = between(random, 0.1, 2);
    const auto cost = [&](double units) {
      double usd = unit_usd * units;
      for (const double each : curve.windows()) usd += overflow_usd * std::max(each - units, 0.0);
      return usd;
    };
    const double bought = cost(cheapest_units(curve, unit_usd, overflow_usd));
    EXPECT_LE(bought, cost(0) + 1e-9);
    for (const double each : curve.windows()) EXPECT_LE(bought, cost(each) + 1e-9);
  }
}

TEST(LoadCurve, of_a_longer_window_hides_bursts) {
  const std::vector<double> load = {0, 4, 0, 4};
  EXPECT_DOUBLE_EQ(LoadCurve(load, 1).overflow(2), 0.5);
  EXPECT_DOUBLE_EQ(LoadCurve(load, 2).overflow(2), 0);
  EXPECT_DOUBLE_EQ(LoadCurve(load, 1).quantile(0.5), 0);
  EXPECT_DOUBLE_EQ(LoadCurve(load, 1).quantile(1), 4);
}

TEST(Value, of_a_knapsack_is_filled_by_density) {
  const auto value = knapsack({{2, 2}, {1, 5}, {4, 2}, {1, 0}});
  EXPECT_DOUBLE_EQ(value.at(1), 5);
  EXPECT_DOUBLE_EQ(value.at(2), 6);
  EXPECT_DOUBLE_EQ(value.at(100), 9);
  EXPECT_DOUBLE_EQ(value.demand(0.6), 3);
  EXPECT_DOUBLE_EQ(value.profit(0.6), 5 - 0.6 + 2 - 1.2);
}

TEST(Value, sums_windows_and_splits_units) {
  Random random(2);
  for (int round = 0; round < 200; ++round) {
    const std::vector<Value> parts = {random_value(random, false), random_value(random, false), random_value(random, false)};
    const double units = between(random, 0, 30);
    EXPECT_NEAR(sum(parts).at(units), parts[0].at(units) + parts[1].at(units) + parts[2].at(units), 1e-9);
    const double price = between(random, 0, 3);
    EXPECT_NEAR(split(parts).profit(price), parts[0].profit(price) + parts[1].profit(price) + parts[2].profit(price), 1e-9);
  }
}

TEST(Value, of_lumps_lies_above_every_allowed_number_and_touches_the_corners) {
  Random random(3);
  for (int round = 0; round < 300; ++round) {
    const auto value = random_value(random, false);
    const Lumps lumps{static_cast<double>(number(random, 0, 6)), static_cast<double>(number(random, 1, 4))};
    const auto hull = value.hull(lumps);
    const double price = between(random, 0, 3);
    double best = 0;
    for (double units = std::max(lumps.minimum, lumps.increment - (lumps.minimum > 0 ? lumps.increment : 0)); units < 60; units += lumps.increment) {
      EXPECT_GE(hull.at(units), value.at(units) - 1e-9);
      best = std::max(best, value.at(units) - price * units);
    }
    EXPECT_NEAR(hull.profit(price), best, 1e-9);
    EXPECT_EQ(lumps.up(lumps.down(7.5)), lumps.down(7.5));
  }
}

// The worth that a dual price leaves, and whether no term is worth more than it costs: together they prove an optimum.
void expect_optimal(const std::vector<Value>& slots, const std::vector<IntervalTerm>& terms, const IntervalPlan& plan) {
  double bound = 0, worth = 0;
  std::vector<double> held(slots.size());
  for (std::size_t i = 0; i < slots.size(); ++i) bound += slots[i].profit(plan.slot_usd[i]);
  for (const auto& each : plan.held)
    for (auto i = each.from; i < each.until; ++i) held[i] += each.units;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    EXPECT_LE(plan.used[i], held[i] + 1e-9);
    worth += slots[i].at(plan.used[i]);
  }
  EXPECT_NEAR(worth, plan.worth_usd, 1e-9 * std::max(1.0, worth));
  EXPECT_NEAR(worth - plan.usd, bound, 1e-9 * std::max(1.0, worth));
  for (const auto& term : terms)
    for (const auto from : term.starts) {
      double sum_usd = 0;
      for (auto i = from; i < std::min(from + term.slots, slots.size()); ++i) sum_usd += plan.slot_usd[i];
      EXPECT_LE(sum_usd, interval_usd(term, from, slots.size()) + 1e-9);
    }
}

std::vector<std::size_t> every(std::size_t count, std::size_t step) {
  std::vector<std::size_t> made;
  for (std::size_t i = 0; i < count; i += step) made.push_back(i);
  return made;
}

TEST(Intervals, with_free_starts_are_proved_optimal_by_their_own_prices) {
  Random random(4);
  for (int round = 0; round < 300; ++round) {
    std::vector<Value> slots(number(random, 1, 60));
    for (auto& slot : slots) slot = random_value(random, round % 2 == 0);
    std::vector<IntervalTerm> terms;
    for (std::size_t length : {std::size_t{1}, number(random, 2, 9), number(random, 5, 40)})
      terms.push_back({between(random, 0.2, 1.2) * static_cast<double>(length), length, every(slots.size(), number(random, 1, 4))});
    const auto plan = plan_intervals(slots, terms);
    expect_optimal(slots, terms, plan);
    if (round % 2 == 0)
      for (const auto& each : plan.held) EXPECT_NEAR(each.units, std::round(each.units), 1e-9);
  }
}

TEST(Nested, is_the_flow_of_aligned_terms_to_a_billionth) {
  Random random(5);
  for (int round = 0; round < 200; ++round) {
    const std::size_t per_short = number(random, 2, 6), per_long = number(random, 2, 4);
    std::vector<Value> slots(per_short * per_long * number(random, 1, 3));
    for (auto& slot : slots) slot = random_value(random, false);
    const double slot_usd = between(random, 0.5, 2);
    const NestedTerms nested{slot_usd, slot_usd * between(random, 0.3, 1) * static_cast<double>(per_short),
                             slot_usd * between(random, 0.2, 0.8) * static_cast<double>(per_short * per_long), per_short, per_long};
    const auto plan = plan_nested(slots, nested);
    const std::vector<IntervalTerm> terms = {{slot_usd, 1, every(slots.size(), 1)},
                                             {*nested.short_usd, per_short, every(slots.size(), per_short)},
                                             {*nested.long_usd, per_short * per_long, every(slots.size(), per_short * per_long)}};
    const auto flow = plan_intervals(slots, terms);
    EXPECT_NEAR(plan.saved_usd - plan.usd, flow.worth_usd - flow.usd, 1e-9 * std::max(1.0, flow.worth_usd));
    // Free starts can only be better.
    auto free = terms;
    free[1].starts = free[2].starts = every(slots.size(), 1);
    for (auto& term : free) std::erase_if(term.starts, [&](std::size_t from) { return from + term.slots > slots.size(); });
    const auto freely = plan_intervals(slots, free);
    EXPECT_GE(freely.worth_usd - freely.usd, plan.saved_usd - plan.usd - 1e-9);
  }
}

TEST(Nested, without_a_term_does_without_it) {
  const std::vector<Value> slots = {knapsack({{3, 6}}), knapsack({{1, 2}})};
  const auto plan = plan_nested(slots, {.slot_usd = std::nullopt, .short_usd = 3, .long_usd = std::nullopt, .short_slots = 2, .long_shorts = 1});
  EXPECT_DOUBLE_EQ(plan.short_units[0], 1);
  EXPECT_DOUBLE_EQ(plan.usd, 3);
  EXPECT_DOUBLE_EQ(plan.saved_usd, 4);
}

}  // namespace
}  // namespace fw::plan
