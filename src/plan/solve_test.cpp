#include <gtest/gtest.h>

#include <cstdlib>

#include <fmt/format.h>

#include "plan/oracle_testing.h"
#include "plan/plan.h"
#include "plan/solve.h"

namespace fw::plan {
namespace {

constexpr double kWithin = 0.005;
constexpr double kWithinRuled = 0.01;  // the worst seen was 0.86 %
constexpr double kSolver = 0.015;
constexpr double kPolygon = 2e-4;  // by which the solver's circle is too great
constexpr double kWithinCapped = 0.01;  // share caps and lumps together are not searched as well yet

std::uint64_t rounds() {
  const char* wanted = std::getenv("FAIRWAY_PLAN_CASES");
  return wanted ? std::strtoull(wanted, nullptr, 10) : 5;
}

std::uint64_t first_seed() {
  const char* wanted = std::getenv("FAIRWAY_PLAN_FIRST");
  return wanted ? std::strtoull(wanted, nullptr, 10) : 1;
}

struct Compared {
  std::size_t solved = 0, infeasible = 0, close = 0;
};

// Our plan beside the solver's optimum: feasible where that is, its check passed, not too dear, its bound not above.
void compare(const Instance& instance, const std::string& name, double within, Compared& all) {
  SCOPED_TRACE(name);
  const auto problem = compile(instance.demand, instance.offers, instance.rules);
  if (!problem.conflict.empty()) return;
  const auto found = solve(problem, {});
  const auto answer = cbc_answer(milp_text(problem), testing::TempDir() + fmt::format("plan-{}.lp", name));
  const auto why = infeasible(problem, found);
  if (std::getenv("FAIRWAY_PLAN_SAY"))
    fmt::print("{} plan {:.6f} bound {:.6f} milp {:.6f} over {:.3f}% gap {:.3f}% {}{}\n", name, found.usd(), found.lower_bound_usd, answer.usd.value_or(-1),
               answer.usd ? 100 * (found.usd() / *answer.usd - 1) : -1, 100 * (1 - found.lower_bound_usd / found.usd()), why ? "infeasible " + why->conflict[0] : "feasible", answer.infeasible ? ", the solver's infeasible" : "");
  if (answer.infeasible) {
    ++all.infeasible;
    EXPECT_TRUE(why);
  }
  if (!why) {
    EXPECT_EQ(verify(make_plan(problem, found), problem), std::vector<std::string>{});
  }
  if (!answer.usd) return;
  ++all.solved;
  EXPECT_FALSE(why);
  EXPECT_LE(found.usd(), *answer.usd * (1 + within));
  if (found.usd() <= *answer.usd * (1 + kWithin)) ++all.close;
  // The solver stops within 0.01 %, takes a circle for a polygon, and was seen to miss a checked plan by 0.6 %.
  EXPECT_GE(found.usd(), *answer.usd * (1 - kSolver));
  EXPECT_LE(found.lower_bound_usd, *answer.usd * (1 + (instance.rules.hhi_max ? kPolygon : 1e-7)));
}

TEST(Solve, is_within_half_a_percent_of_the_milp_optimum_and_its_bound_is_never_above) {
  Compared all;
  for (std::uint64_t seed = first_seed(); seed < first_seed() + rounds(); ++seed) {
    const auto instance = random_instance(seed);
    compare(*instance, fmt::format("{}", seed), instance->rules.max_share.empty() ? kWithin : kWithinCapped, all);
  }
  EXPECT_GE(all.solved * 10, rounds() * 6);
}

TEST(Solve, keeps_every_kind_of_rule_near_the_milp_optimum) {
  Compared all;
  const auto seeds = (rounds() + 1) / 2;
  for (std::uint64_t seed = first_seed(); seed < first_seed() + seeds; ++seed)
    for (const auto kind : kRuleKinds) {
      const auto instance = random_instance(seed);
      instance->rules.max_share.clear();
      const auto problem = compile(instance->demand, instance->offers, instance->rules);
      if (!problem.conflict.empty()) continue;
      add_rule(*instance, kind, seed, solve(problem, {.rounds = 0, .dual_steps = 1}).usd());
      compare(*instance, fmt::format("{}-{}", seed, static_cast<int>(kind)), kWithinRuled, all);
    }
  EXPECT_GE(all.solved * 10, seeds * std::size(kRuleKinds) * 5);
  EXPECT_GE(all.close * 20, all.solved * 19);
}

}  // namespace
}  // namespace fw::plan
