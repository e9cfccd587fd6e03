#include "plan/what_if.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "plan/oracle_testing.h"

namespace fw::plan {
namespace {

struct Planned {
  std::unique_ptr<Instance> instance;
  Problem problem;
  Plan plan;
  WhatIfAnswer ask(std::string_view text) const {
    const auto change = read_what_if(text, instance->demand, instance->offers);
    EXPECT_TRUE(change) << change.error();
    return what_if({instance->demand, instance->offers, instance->rules}, problem, plan, *change);
  }
};

std::unique_ptr<Planned> planned(std::uint64_t seed) {
  auto made = std::make_unique<Planned>();
  made->instance = random_instance(seed);
  made->problem = compile(made->instance->demand, made->instance->offers, made->instance->rules);
  const auto found = solve(made->problem, {.rounds = 1, .dual_steps = 40});
  made->plan = make_plan(made->problem, found);
  return made;
}

double usd(Money money) { return static_cast<double>(money.units()) * 1e-15; }

TEST(WhatIf, says_what_is_wrong_with_a_change) {
  const auto made = planned(2);
  const auto& demand = made->instance->demand;
  const auto& offers = made->instance->offers;
  const auto said = [&](std::string_view text) {
    const auto read = read_what_if(text, demand, offers);
    return read ? std::string("nothing") : read.error();
  };
  for (const auto* text : {"", "price", "price * 0.9", "quota * many", "leaves", "growth 1.3", "price * x-1", "leaves a b", "price * xnan", "growth x1.3,"}) EXPECT_NE(said(text), "nothing") << text;
  EXPECT_NE(said("price nobody x0.9").find("unknown name 'nobody'"), std::string::npos);
  EXPECT_NE(said("price * wheel 3").find("input, cache_read, output, hour, month, year"), std::string::npos);
  EXPECT_EQ(said("price * x0.9, growth x1.3"), "nothing");
  EXPECT_EQ(said("quota " + offers.front().name + " none"), "nothing");
}

TEST(WhatIf, scaled_prices_scale_the_cost_and_the_bound) {
  for (const std::uint64_t seed : {2u, 7u, 11u}) {
    SCOPED_TRACE(seed);
    const auto made = planned(seed);
    const auto same = made->ask("price * x1"), half = made->ask("price * x0.5");
    ASSERT_TRUE(same.planned && half.planned);
    EXPECT_LE(same.cost, made->plan.cost + Money::of_units(1'000'000'000));
    EXPECT_NEAR(usd(half.cost), usd(same.cost) / 2, 1e-6 * usd(same.cost));
    EXPECT_GE(usd(same.lower_bound), usd(made->plan.lower_bound) * (1 - 1e-6));
    EXPECT_LE(half.lower_bound, half.cost);
  }
}

TEST(WhatIf, is_near_a_plan_made_anew_and_its_bound_holds_for_it) {
  int asked = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const auto made = planned(seed);
    const auto& offers = made->instance->offers;
    for (const auto& text : {"price " + offers.front().name + " x0.8", std::string("growth x1.4"), "leaves " + offers.back().cloud, std::string("price * x1.2, growth x0.7")}) {
      SCOPED_TRACE(fmt::format("{} {}", seed, text));
      const auto answer = made->ask(text);
      if (!answer.planned) continue;
      ++asked;
      EXPECT_LE(usd(answer.lower_bound), usd(answer.cost) * (1 + 1e-9));
      if (answer.kept) {
        EXPECT_GE(usd(*answer.kept), usd(answer.lower_bound) * (1 - 1e-9));
      }
    }
  }
  EXPECT_GT(asked, 30);
}

}  // namespace
}  // namespace fw::plan
