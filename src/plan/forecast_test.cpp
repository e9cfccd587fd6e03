#include "plan/forecast.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/date.h"
#include "plan/demand_look.h"
#include "plan/weekly.h"

namespace fw::plan {
namespace {

constexpr std::size_t kWeek = 168;

// Hours of one class: a weekly wave that grows, with errors of a fixed order.
Demand waves(std::size_t hours, double growth, double noise) {
  std::vector<double> input(hours), none(hours), output(hours), requests(hours);
  std::uint64_t state = 1;
  for (std::size_t h = 0; h < hours; ++h) {
    state = state * 6'364'136'223'846'793'005ULL + 1'442'695'040'888'963'407ULL;
    const double error = noise * (static_cast<double>(state >> 40) / 8'388'608.0 - 1);
    const double level = 1e6 * (1.2 + std::sin(0.2618 * static_cast<double>(h)) + 0.3 * std::sin(0.0374 * static_cast<double>(h % kWeek)));
    input[h] = std::round(level * std::exp(growth * static_cast<double>(h) / kWeek) * (1 + error));
    output[h] = std::round(input[h] / 10);
    requests[h] = 10;
  }
  Demand demand;
  demand.from = *parse_date("2026-01-05");
  demand.step_s = 3'600;
  demand.steps = hours;
  demand.classes.push_back({"m", "chat", "", Series(input), Series(none), Series(output), Series(requests)});
  return demand;
}

double tokens(const Demand& demand) { return demand.classes[0].input.sum() + demand.classes[0].output.sum(); }

TEST(Forecast, of_a_growing_wave_goes_on_growing_and_beats_last_week) {
  const auto made = forecast(waves(20 * kWeek, 0.03, 0.02), {.weeks = 2});
  ASSERT_TRUE(made);
  EXPECT_NEAR(made->growth_per_week, std::expm1(0.03), 0.002);
  EXPECT_EQ(made->middle.steps, 2 * kWeek);
  EXPECT_EQ(rfc3339_text(made->middle.from), "2026-05-25T00:00:00Z");
  const auto truth = waves(22 * kWeek, 0.03, 0);
  double came = 0, said = 0;
  for (std::size_t h = 0; h < 2 * kWeek; ++h) came += truth.classes[0].input[20 * kWeek + h], said += made->middle.classes[0].input[h];
  EXPECT_NEAR(said / came, 1, 0.02);
  EXPECT_LT(made->backtest.ours.wape, made->backtest.last_week.wape);
  EXPECT_GT(made->backtest.ours.wape, 0.005);
  EXPECT_EQ(made->backtest.origins, 42u);
}

TEST(Forecast, covers_what_its_bands_promise) {
  const auto made = forecast(waves(30 * kWeek, 0, 0.3), {.weeks = 1});
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->backtest.bands);
  EXPECT_NEAR(made->backtest.ours.coverage, 0.9, 0.03);
  EXPECT_LT(made->backtest.ours.pinball, made->backtest.last_week.pinball);
  ASSERT_TRUE(made->backtest.week_coverage);
  EXPECT_GE(*made->backtest.week_coverage, 0.8);
}

TEST(Forecast, leaves_one_odd_week_out_and_holes_too) {
  auto demand = waves(8 * kWeek, 0, 0);
  const auto plain = forecast(demand, {.weeks = 1});
  std::vector<double> input(demand.steps);
  for (std::size_t h = 0; h < demand.steps; ++h) input[h] = demand.classes[0].input[h] * (h / kWeek == 5 ? 9 : 1);
  for (std::size_t h = 3 * kWeek; h < 3 * kWeek + 30; ++h) input[h] = 0;
  demand.classes[0].input = Series(input);
  demand.holes.push_back({demand.time(3 * kWeek), demand.time(3 * kWeek + 30)});
  const auto odd = forecast(demand, {.weeks = 1});
  ASSERT_TRUE(plain && odd);
  EXPECT_NEAR(tokens(odd->middle) / tokens(plain->middle), 1, 0.01);
}

TEST(Forecast, of_rare_requests_sums_to_what_a_week_asks_for) {
  auto demand = waves(8 * kWeek, 0, 0);
  std::vector<double> input(demand.steps);
  for (std::size_t h = 0; h < demand.steps; ++h) input[h] = h * 7 % 31 == 0 ? 310 : 0;
  demand.classes[0].input = Series(input);
  demand.classes[0].output = Series(std::vector<double>(demand.steps));
  const auto made = forecast(demand, {.weeks = 2});
  ASSERT_TRUE(made);
  EXPECT_NEAR(tokens(made->middle), 10.0 * 2 * kWeek, 600);
}

TEST(Forecast, of_a_class_that_asks_for_nothing_is_nothing) {
  auto demand = waves(3 * kWeek, 0, 0);
  const Series none(std::vector<double>(demand.steps));
  demand.classes.push_back({"m", "idle", "", none, none, none, none});
  const auto made = forecast(demand, {.weeks = 1});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->middle.classes[1].input.sum() + made->middle.classes[1].requests.sum(), 0);
  EXPECT_EQ(scenario(*made, 0).classes[1].output.sum(), 0);
}

TEST(Forecast, divides_an_hour_as_a_week_before) {
  Demand demand;
  demand.from = *parse_date("2026-01-05");
  demand.step_s = 60;
  demand.steps = 2 * kWeek * 60;
  std::vector<double> input(demand.steps), none(demand.steps), requests(demand.steps, 1.0);
  for (std::size_t m = 0; m < demand.steps; ++m) input[m] = m % 60 == 7 ? 600 : 10;
  demand.classes.push_back({"m", "chat", "", Series(input), Series(none), Series(none), Series(requests)});
  const auto made = forecast(demand, {.weeks = 1});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->middle.steps, kWeek * 60);
  EXPECT_EQ(made->middle.classes[0].at(60 * 30 + 7).input, 600);
  EXPECT_EQ(made->middle.classes[0].at(60 * 30 + 8).input, 10);
}

TEST(Forecast, of_days_stays_in_days) {
  Demand demand;
  demand.from = *parse_date("2026-01-05");
  demand.step_s = 86'400;
  demand.steps = 28;
  std::vector<double> input, none(28);
  for (std::size_t day = 0; day < 28; ++day) input.push_back(day % 7 < 5 ? 1'000 : 200);
  demand.classes.push_back({"m", "chat", "", Series(input), Series(none), Series(none), Series(none)});
  const auto made = forecast(demand, {.weeks = 1});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->middle.steps, 7u);
  EXPECT_EQ(made->middle.classes[0].at(4).input, 1'000);
  EXPECT_EQ(made->middle.classes[0].at(5).input, 200);
  EXPECT_EQ(made->backtest.ours.wape, 0);
}

TEST(Forecast, gives_the_same_scenarios_for_the_same_seed) {
  const auto demand = waves(10 * kWeek, 0, 0.2);
  const auto one = forecast(demand, {.weeks = 2, .seed = 5}), again = forecast(demand, {.weeks = 2, .seed = 5}), other = forecast(demand, {.weeks = 2, .seed = 6});
  ASSERT_TRUE(one && again && other);
  EXPECT_EQ(demand_csv(scenario(*one, 3)), demand_csv(scenario(*again, 3)));
  EXPECT_NE(demand_csv(scenario(*one, 3)), demand_csv(scenario(*other, 3)));
  EXPECT_NE(demand_csv(scenario(*one, 3)), demand_csv(scenario(*one, 4)));
  const auto band = token_band(*one, 100);
  EXPECT_LT(band.low, band.middle);
  EXPECT_GT(band.high, band.middle);
}

TEST(Forecast, moves_hours_of_a_scenario_by_errors_that_were_made) {
  const auto spread = [](double noise) {
    const auto made = forecast(waves(10 * kWeek, 0, noise), {.weeks = 1});
    const auto moved = scenario(*made, 0);
    double least = 1e9, most = 0;
    for (std::size_t h = 0; h < 24; ++h) {
      const double ratio = moved.classes[0].at(h).total() / made->middle.classes[0].at(h).total();
      least = std::min(least, ratio);
      most = std::max(most, ratio);
    }
    return most / least;
  };
  EXPECT_GT(spread(0.2), 1.2);
  EXPECT_LT(spread(0.2), 1.8);
  EXPECT_LT(spread(0), 1.001);
}

TEST(Forecast, needs_eight_days) {
  const auto made = forecast(waves(7 * 24, 0, 0), {.weeks = 1});
  ASSERT_FALSE(made);
  EXPECT_EQ(say(made.error()), "a history of 168 h; expected 8 days at least: a week to learn from and a day to hold it against");
  EXPECT_TRUE(forecast(waves(8 * 24, 0, 0), {.weeks = 1}));
}

TEST(Weekly, damps_its_growth) {
  std::vector<double> past;
  for (std::size_t h = 0; h < 6 * kWeek; ++h) past.push_back(100 * std::exp(0.05 * static_cast<double>(h / kWeek)));
  const Weekly weekly(past, past.size(), kWeek);
  EXPECT_NEAR(weekly.growth(), 0.05, 1e-9);
  const double first = std::log(weekly.at(0) / past.back()), far = std::log(weekly.at(51 * kWeek) / past.back());
  EXPECT_GT(first, 0.03);
  EXPECT_LT(first, 0.05 + 1e-9);
  EXPECT_LT(far, 0.5);
}

}  // namespace
}  // namespace fw::plan
