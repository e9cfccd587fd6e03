#include "route/pacer.h"

#include <gtest/gtest.h>

#include "route/decision.h"

namespace fw::route {
namespace {

constexpr std::int64_t kWindowS = 30 * 86'400;
constexpr std::int64_t kEachS = 100;
constexpr Pico kDear = 2'000'000;
constexpr Pico kCheap = 1'000'000;

// A month of requests, one in a hundred seconds, with a place that is dear and fast and one that is cheap and late. What was
// spent of the limit at the end, and when the limit was passed.
struct Month {
  double spent = 0;
  double passed_at = 1;
};
Month month(double limit_of_dear, bool paced, double peak = 1) {
  Decision d{.question = {}, .seen = {}, .ranked = {}, .tried = 0, .reference = 0};
  for (const auto cost : {kDear, kCheap}) {
    Seen s;
    s.scope = "global";
    s.deployment = static_cast<std::uint16_t>(d.seen.size());
    s.cost = cost;
    s.miss = cost == kCheap ? 60'000 : 1'000;
    d.seen.push_back(s);
  }
  Pacer pacer;
  const double limit = limit_of_dear * static_cast<double>(kDear) * kWindowS / kEachS;
  double spent = 0;
  Month out;
  for (std::int64_t at = 0; at < kWindowS; at += kEachS) {
    pacer.observe({.window = 1, .spent = static_cast<std::int64_t>(spent / limit * 65'536), .elapsed = at * 65'536 / kWindowS});
    d.question.pressure = paced ? pacer.pressure() : 0;
    decide(d, {});
    const bool day = at / 43'200 % 2 == 0;
    spent += static_cast<double>(d.seen[d.ranked[0].place].cost) * (day ? peak : 2 - peak);
    if (spent > limit && out.passed_at == 1) out.passed_at = static_cast<double>(at) / kWindowS;
  }
  out.spent = spent / limit;
  return out;
}

}  // namespace

TEST(Pacer, a_budget_that_would_be_gone_early_lasts_its_window) {
  EXPECT_NEAR(month(0.75, false).passed_at, 0.75, 0.01);
  const auto paced = month(0.75, true);
  EXPECT_GT(paced.passed_at, 0.97);
  EXPECT_NEAR(paced.spent, 1, 0.03) << "what there is is spent on service";
}

TEST(Pacer, days_and_nights_do_not_upset_it) {
  const auto paced = month(0.75, true, 1.6);
  EXPECT_NEAR(paced.spent, 1, 0.03);
}

TEST(Pacer, a_budget_that_lasts_is_left_alone) {
  EXPECT_NEAR(month(1.2, true).spent, 1 / 1.2, 1e-6);
  EXPECT_NEAR(month(1.2, true).spent, month(1.2, false).spent, 1e-6);
}

TEST(Pacer, what_the_cheapest_cannot_save_is_not_promised) {
  EXPECT_GT(month(0.4, true).spent, 1.2) << "half of what the dear one costs is still more than 0.4 of it";
}

TEST(Pacer, begins_anew_with_each_window_and_is_the_same_for_the_same_spending) {
  Pacer pacer;
  Pacer again;
  for (int i = 0; i < 100; ++i)
    for (auto* p : {&pacer, &again}) p->observe({.window = 7, .spent = 40'000, .elapsed = i * 100});
  EXPECT_GT(pacer.pressure(), 60'000);
  EXPECT_EQ(pacer.pressure(), again.pressure());
  pacer.observe({.window = 8, .spent = 0, .elapsed = 0});
  EXPECT_EQ(pacer.pressure(), 0);
}

}  // namespace fw::route
