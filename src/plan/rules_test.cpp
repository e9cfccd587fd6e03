#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include <fmt/format.h>

#include "base/date.h"
#include "plan/conflict.h"
#include "plan/oracle_testing.h"
#include "plan/outage.h"
#include "plan/plan.h"
#include "plan/regions.h"

namespace fw::plan {
namespace {

constexpr double kWithin = 0.005;  // of a search

std::uint64_t rounds(std::uint64_t fewest) {
  const char* wanted = std::getenv("FAIRWAY_PLAN_CASES");
  return wanted ? std::strtoull(wanted, nullptr, 10) : fewest;
}

std::optional<Plan> planned(const Instance& instance) {
  const auto problem = compile(instance.demand, instance.offers, instance.rules);
  if (!problem.conflict.empty()) return std::nullopt;
  const auto found = solve(problem, {});
  if (infeasible(problem, found)) return std::nullopt;
  return make_plan(problem, found);
}

double usd(Money money) { return static_cast<double>(money.units()) / 1e15; }

// A random instance with rules of two kinds.
std::unique_ptr<Instance> ruled_instance(std::uint64_t seed) {
  auto instance = random_instance(seed);
  instance->rules.max_share.clear();
  const auto problem = compile(instance->demand, instance->offers, instance->rules);
  const double cost = solve(problem, {.rounds = 0, .dual_steps = 1}).usd();
  add_rule(*instance, kRuleKinds[seed % std::size(kRuleKinds)], seed, cost);
  return instance;
}

// One model at two places, regions of three clouds that hold replicas by the month, and now and then one who sells tokens.
std::unique_ptr<Instance> operator_instance(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto real = [&](double low, double high) { return std::uniform_real_distribution(low, high)(random); };
  const auto number = [&](std::int64_t low, std::int64_t high) { return std::uniform_int_distribution(low, high)(random); };
  auto made = std::make_unique<Instance>();
  auto& demand = made->demand;
  demand.from = *parse_rfc3339("2026-11-22T00:00:00Z");
  demand.step_s = 3'600;
  demand.steps = static_cast<std::size_t>(number(3, 8));
  const char* names[] = {"eu", "us"};
  for (const char* name : names) {
    DemandClass each{"m", name, name, {}, {}, {}, {}};
    std::vector<double> input, output;
    for (std::size_t i = 0; i < demand.steps; ++i) input.push_back(std::round(real(0, 60'000) * 60)), output.push_back(std::round(input.back() * 0.1));
    each.input = Series(input);
    each.cached = each.requests = Series(std::vector<double>(demand.steps));
    each.output = Series(output);
    demand.classes.push_back(each);
  }
  const char* scopes[] = {"eu", "us", "jp"};
  const char* clouds[] = {"azure", "bedrock", "vertex"};
  for (int r = 0; r < 3; ++r) {
    Offer offer{.name = fmt::format("r{}", r), .model = "m", .cloud = clouds[r], .scope = scopes[r], .tier = "standard", .kind = OfferKind::replicas, .from = {}, .until = {}, .input = {}, .cache_read = {},
                .output = {}, .tokens_per_minute_max = {}, .requests_per_minute_max = {}, .unit_tokens_per_minute = real(10'000, 30'000), .weights = {1, 0.1, 3}, .family = {}, .terms = {}};
    offer.minimum = offer.increment = number(1, 2);
    offer.terms.month = Money::of_units(static_cast<Int128>(std::llround(real(500, 1'500))) * 1'000'000'000'000'000);
    offer.open_usd = Money::of_units(static_cast<Int128>(std::llround(real(0, 3'000))) * 1'000'000'000'000'000);
    made->offers.push_back(offer);
  }
  if (real(0, 1) < 0.5)
    made->offers.push_back({.name = "tokens", .model = "m", .cloud = "openai", .scope = "us", .tier = "standard", .from = {}, .until = {}, .input = TokenPrice::parse_per_million(fmt::format("{:.4f}", real(0.5, 2))),
                            .cache_read = TokenPrice::parse_per_million("0.1"), .output = TokenPrice::parse_per_million("5"), .tokens_per_minute_max = {}, .requests_per_minute_max = {}, .weights = {}, .family = {}, .terms = {}});
  made->rules.classes["eu"].first_token_ms = 100;
  if (real(0, 1) < 0.4) made->rules.classes["eu"].residency = {"eu"};
  made->rules.delay_ms["eu"] = {{"eu", 10}, {"us", real(50, 150)}, {"jp", 200}};
  made->rules.growth_per_year["us"] = real(0, 1);
  return made;
}

// Every number of replicas in every region, held for the whole span.
double by_brute_force(const Problem& problem) {
  double best = std::numeric_limits<double>::infinity();
  std::vector<double> most, units(problem.pools.size());
  for (const auto& pool : problem.pools) {
    most.push_back(0);
    for (std::size_t slot = 0; slot < problem.slots; ++slot) most.back() = std::max(most.back(), most_units(problem, pool, slot));
  }
  const auto nothing = no_prices(problem);
  Placer placer(problem, nothing);
  for (bool more = true; more;) {
    double usd = 0;
    for (std::size_t p = 0; p < units.size(); ++p) {
      usd += units[p] * interval_usd(problem.families[problem.pools[p].family].terms[0], 0, problem.slots);
      if (units[p] > 0) usd += problem.pools[p].open_usd;
    }
    for (const auto& group : problem.groups)
      for (std::size_t step = 0; step < problem.demand->steps; ++step) usd += placer.place(group, step, units);
    best = std::min(best, usd);
    more = false;
    for (std::size_t p = 0; p < units.size() && !more; ++p) {
      more = units[p] < most[p];
      units[p] = more ? problem.pools[p].lumps.up(units[p] + 1) : 0;
    }
  }
  return best;
}

TEST(Operator, hosts_where_brute_force_does) {
  for (std::uint64_t seed = 1; seed <= std::max<std::uint64_t>(rounds(100), 100); ++seed) {
    SCOPED_TRACE(seed);
    const auto instance = operator_instance(seed);
    const auto problem = compile(instance->demand, instance->offers, instance->rules);
    ASSERT_TRUE(problem.conflict.empty());
    const auto found = solve(problem, {});
    const double best = by_brute_force(problem);
    EXPECT_NEAR(found.usd(), best, 1e-6 * best);
    EXPECT_LE(found.lower_bound_usd, best * (1 + 1e-9));
    EXPECT_EQ(verify(make_plan(problem, found), problem), std::vector<std::string>{});
  }
}

TEST(Operator, is_told_what_each_region_saves) {
  const auto instance = operator_instance(4);
  const auto problem = compile(instance->demand, instance->offers, instance->rules);
  const auto plan = make_plan(problem, solve(problem, {}));
  double share = 0;
  for (const auto& region : regions(problem, instance->rules, instance->demand, plan, [] { return true; })) {
    share += region.share;
    if (region.replicas_most == 0) {
      EXPECT_EQ(region.without, plan.cost);
      continue;
    }
    auto offers = instance->offers;
    std::erase_if(offers, [&](const Offer& each) { return each.cloud == region.cloud; });
    const auto other = compile(instance->demand, offers, instance->rules);
    if (!region.without) continue;
    EXPECT_NEAR(usd(*region.without), by_brute_force(other), 1e-4 * usd(plan.cost));
    EXPECT_GE(*region.without, plan.cost);
  }
  EXPECT_GT(share, 0.2);
}

TEST(Rules, prices_ten_times_as_high_cost_ten_times_as_much) {
  for (std::uint64_t seed = 1; seed <= rounds(2); ++seed) {
    SCOPED_TRACE(seed);
    auto instance = ruled_instance(seed);
    const auto plan = planned(*instance);
    const auto tenfold = [](Money& money) { money = money * 10; };
    for (auto& each : instance->offers) {
      for (auto* price : {&each.input, &each.cache_read, &each.output})
        if (*price) *price = TokenPrice::parse_per_million(Money::of_units((**price * 10'000'000).units()).usd());
      for (auto* term : {&each.terms.hour, &each.terms.month, &each.terms.year})
        if (*term) tenfold(**term);
      tenfold(each.open_usd);
    }
    if (instance->rules.budget) tenfold(instance->rules.budget->usd);
    for (auto& each : instance->rules.contracts) tenfold(each.commit);
    const auto dearer = planned(*instance);
    ASSERT_EQ(plan.has_value(), dearer.has_value());
    if (plan) EXPECT_NEAR(usd(dearer->cost), 10 * usd(plan->cost), 1e-4 * usd(dearer->cost));
  }
}

TEST(Rules, an_other_offer_never_costs_more_and_a_tighter_rule_never_less) {
  for (std::uint64_t seed = 1; seed <= rounds(2); ++seed) {
    SCOPED_TRACE(seed);
    auto instance = ruled_instance(seed);
    const auto plan = planned(*instance);
    if (!plan) continue;
    auto more = *instance;
    more.offers.push_back(more.offers.front());
    more.offers.back().name += "-again";
    more.offers.back().input = TokenPrice::parse_per_million("0.9");
    const auto cheaper = planned(more);
    ASSERT_TRUE(cheaper);
    EXPECT_LE(usd(cheaper->cost), usd(plan->cost) * (1 + kWithin));
    auto tighter = *instance;
    tighter.rules.hhi_max = 0.6;
    tighter.rules.n_minus_1 = std::max(tighter.rules.n_minus_1.value_or(0), 0.5);
    if (const auto dearer = planned(tighter)) EXPECT_GE(usd(dearer->cost), usd(plan->cost) * (1 - kWithin));
  }
}

TEST(Rules, the_order_of_offers_decides_nothing) {
  std::mt19937_64 random(3);
  for (std::uint64_t seed = 1; seed <= rounds(2); ++seed) {
    SCOPED_TRACE(seed);
    auto instance = ruled_instance(seed);
    const auto plan = planned(*instance);
    std::ranges::shuffle(instance->offers, random);
    const auto again = planned(*instance);
    ASSERT_EQ(plan.has_value(), again.has_value());
    if (!plan) continue;
    EXPECT_EQ(plan->cost, again->cost);
    EXPECT_EQ(plan->lower_bound, again->lower_bound);
    ASSERT_EQ(plan->placements.size(), again->placements.size());
    ASSERT_EQ(plan->purchases.size(), again->purchases.size());
  }
}

TEST(Rules, of_a_conflict_the_smallest_set_and_the_cheapest_way_out_are_named) {
  auto instance = operator_instance(1);
  std::erase_if(instance->offers, [](const Offer& each) { return each.name == "tokens"; });
  instance->rules.classes["eu"] = {{"eu"}, std::nullopt, false};
  instance->rules.classes["us"].residency = {"us"};
  instance->rules.max_share["azure"] = 0.05;
  instance->rules.hhi_max = 0.9;
  const auto why = explain_conflict(instance->demand, instance->offers, instance->rules);
  EXPECT_EQ(why.conflict, (std::vector<std::string>{"classes.eu.residency = eu", "max_share.azure = 0.05"}));
  EXPECT_NE(why.relaxation.find(" USD."), std::string::npos) << why.relaxation;
}

TEST(Rules, a_budget_nobody_could_keep_is_raised_to_what_it_takes) {
  auto instance = operator_instance(2);
  const auto plan = planned(*instance);
  ASSERT_TRUE(plan);
  instance->rules.budget = BudgetRule{*Money::parse_usd("0.01"), "year"};
  const auto why = explain_conflict(instance->demand, instance->offers, instance->rules);
  EXPECT_EQ(why.conflict, std::vector<std::string>{"budget = 0.01 per year"});
  ASSERT_TRUE(why.relaxation.starts_with("Raise budget.usd from 0.01 to ")) << why.relaxation;
  EXPECT_NEAR(std::strtod(why.relaxation.c_str() + 30, nullptr), usd(plan->cost), 0.02 * usd(plan->cost));
}

TEST(Rules, a_plan_that_breaks_one_is_refused) {
  for (const auto kind : {RuleKind::outages, RuleKind::second_source, RuleKind::hhi, RuleKind::budget, RuleKind::contracts, RuleKind::replicas}) {
    SCOPED_TRACE(static_cast<int>(kind));
    bool refused = false;
    for (std::uint64_t seed = 1; seed <= 12 && !refused; ++seed) {
      auto instance = random_instance(seed);
      instance->rules.max_share.clear();
      const auto without = compile(instance->demand, instance->offers, instance->rules);
      if (!without.conflict.empty()) continue;
      auto ruled = *instance;
      add_rule(ruled, kind, seed, 0.6 * solve(without, {.rounds = 0, .dual_steps = 1}).usd());
      // The same offers, then the same plan held against the rule.
      auto free = ruled;
      free.rules = instance->rules;
      const auto problem = compile(free.demand, free.offers, free.rules);
      const auto plan = make_plan(problem, solve(problem, {.rounds = 0, .dual_steps = 1}));
      ASSERT_EQ(verify(plan, problem), std::vector<std::string>{});
      const auto held = compile(ruled.demand, ruled.offers, ruled.rules);
      auto made = make_plan(held, solve(held, {.rounds = 0, .dual_steps = 1}));
      if (kind == RuleKind::replicas) {
        const auto opened = std::ranges::find(made.purchases, "open", &Purchase::term);
        if (opened == made.purchases.end()) continue;
        made.cost = made.cost - opened->cost;
        made.purchases.erase(opened);
      } else {
        made.deployed = plan.deployed;
        made.purchases = plan.purchases;
        made.placements = plan.placements;
        made.mix.parts = {{1.0, no_prices(held)}};
        made.cost = plan.cost;
        made.tail = plan.tail;
        for (auto& each : made.contracts) each.unspent = Money{};
      }
      refused = !verify(made, held).empty();
    }
    EXPECT_TRUE(refused);
  }
}

TEST(Outages, are_served_by_what_is_elsewhere) {
  const auto instance = operator_instance(5);
  const auto plan = planned(*instance);
  ASSERT_TRUE(plan);
  const auto results = outage_results(instance->demand, instance->offers, instance->rules, plan->deployed);
  ASSERT_FALSE(results.empty());
  for (const auto& each : results) {
    EXPECT_LE(each.served_least, each.served + 1e-9);
    EXPECT_GE(each.served_least, 0);
  }
  EXPECT_TRUE(says_outages("{" + outage_member(results) + "}", results));
  auto other = results;
  other[0].served = 0.123;
  EXPECT_FALSE(says_outages("{" + outage_member(results) + "}", other));
}

}  // namespace
}  // namespace fw::plan
