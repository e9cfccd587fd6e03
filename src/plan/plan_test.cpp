#include <gtest/gtest.h>

#include <fmt/format.h>

#include "plan/oracle_testing.h"
#include "plan/plan.h"

namespace fw::plan {
namespace {

struct Made {
  std::unique_ptr<Instance> instance;
  Problem problem;
  Plan plan;
};

std::unique_ptr<Made> planned(std::uint64_t seed) {
  auto made = std::make_unique<Made>();
  made->instance = random_instance(seed);
  made->problem = compile(made->instance->demand, made->instance->offers, made->instance->rules);
  const auto found = solve(made->problem, {.rounds = 0, .dual_steps = 10});
  EXPECT_FALSE(infeasible(made->problem, found));
  made->plan = make_plan(made->problem, found);
  return made;
}

TEST(Plan, is_read_back_and_stands_up_to_its_check) {
  for (const std::uint64_t seed : {2u, 7u}) {
    SCOPED_TRACE(seed);
    const auto made = planned(seed);
    std::string fault;
    const auto text = "{" + plan_members(made->plan, made->problem) + "}";
    const auto read = read_plan(text, made->problem, fault);
    ASSERT_TRUE(read) << fault;
    EXPECT_EQ(plan_members(*read, made->problem).substr(0, 300), text.substr(1, 300));
    EXPECT_EQ(verify(*read, made->problem), std::vector<std::string>{});
    EXPECT_LE(made->plan.lower_bound, made->plan.cost);
  }
}

TEST(Plan, that_was_tampered_with_is_refused) {
  const auto made = planned(7);
  ASSERT_FALSE(made->plan.purchases.empty());
  const auto refused = [&](auto&& change) {
    auto plan = made->plan;
    change(plan);
    return !verify(plan, made->problem).empty();
  };
  const auto cent = *Money::parse_usd("0.01");
  EXPECT_FALSE(refused([](Plan&) {}));
  EXPECT_TRUE(refused([&](Plan& p) { p.cost = p.cost - cent; }));
  EXPECT_TRUE(refused([&](Plan& p) { p.lower_bound = p.cost; p.lower_bound += cent; }));
  EXPECT_TRUE(refused([&](Plan& p) { p.purchases[0].cost = p.purchases[0].cost - cent; p.cost = p.cost - cent; }));
  EXPECT_TRUE(refused([&](Plan& p) { p.purchases[0].units -= 1; }));
  EXPECT_TRUE(refused([&](Plan& p) { p.purchases.pop_back(); }));
  EXPECT_TRUE(refused([&](Plan& p) { p.deployed[0].units += 1'000; }));
  EXPECT_TRUE(refused([&](Plan& p) { p.placements[0].share /= 2; }));
  EXPECT_TRUE(refused([&](Plan& p) { p.placements[0].cost = p.placements[0].cost + cent; p.cost += cent; }));
  EXPECT_TRUE(refused([&](Plan& p) { for (auto& usd : p.multipliers.slot_usd[0]) usd *= 2; }));
  EXPECT_TRUE(refused([&](Plan& p) { for (auto& usd : p.multipliers.slot_usd[0]) usd *= 0.9; }));
  EXPECT_TRUE(refused([&](Plan& p) { p.mix.parts[0].first = 0.9; }));
  EXPECT_TRUE(refused([&](Plan& p) { p.from = {p.from.ns + 3'600'000'000'000}; }));
}

TEST(Plan, of_a_class_that_nobody_may_serve_names_the_conflict) {
  auto instance = random_instance(2);
  for (const auto& c : instance->demand.classes) instance->rules.classes[c.name].residency = {"jp"};
  const auto problem = compile(instance->demand, instance->offers, instance->rules);
  ASSERT_FALSE(problem.conflict.empty());
  EXPECT_EQ(problem.conflict[0], "class c0 of m0 under its residency: no offer is admitted");
}

TEST(Plan, keeps_an_unknown_price_out_and_says_so) {
  auto instance = random_instance(2);
  for (auto& each : instance->offers)
    if (each.kind == OfferKind::pay_as_you_go && each.name.ends_with("payg0")) each.output.reset();
  const auto problem = compile(instance->demand, instance->offers, instance->rules);
  ASSERT_FALSE(problem.left_out.empty());
  EXPECT_EQ(problem.left_out[0], "m0-payg0: its price of input or output is unknown");
}

}  // namespace
}  // namespace fw::plan
