#include "plan/report.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "plan/band.h"
#include "plan/entry.h"
#include "plan/oracle_testing.h"

namespace fw::plan {
namespace {

struct Solved {
  std::unique_ptr<Instance> instance;
  Problem problem;
  Solution solution;
  Plan plan;
};

std::unique_ptr<Solved> solved(std::uint64_t seed) {
  auto made = std::make_unique<Solved>();
  made->instance = random_instance(seed);
  made->problem = compile(made->instance->demand, made->instance->offers, made->instance->rules);
  made->solution = solve(made->problem, {.rounds = 1, .dual_steps = 40});
  made->plan = make_plan(made->problem, made->solution);
  return made;
}

TEST(Report, escapes_what_others_named) {
  EXPECT_EQ(escaped("<script>&\"'"), "&lt;script&gt;&amp;&quot;'");
  EXPECT_EQ(escaped(std::string_view("a\0b\x1b", 4)), "a\xEF\xBF\xBD" "b\xEF\xBF\xBD");
  EXPECT_EQ(escaped("\xff"), "\xEF\xBF\xBD");
}

TEST(Report, shows_baselines_bound_and_tables_of_the_plan) {
  const auto made = solved(7);
  const std::string json = R"({"baselines":{"pay_as_you_go_usd":"12345.5","peak_usd":"23456"},"n_minus_1":[{"cloud":"<azure>","served":"0.97"}]})";
  const auto page = report_html({made->problem, made->plan, json, Money::parse_usd("1"), Money::parse_usd("2"), {"a line"}, {"a <note>"}});
  for (const auto* part : {"pay as you go</text>", "12345.50</text>", "units for the busiest step</text>", "no plan below", "&lt;azure&gt;</td>", "0.97</td>", "When a cloud is gone", "cost 1.00 to 2.00 USD in 90 % of scenarios", "a &lt;note&gt;"})
    EXPECT_NE(page.find(part), page.npos) << part;
  const auto without = report_html({made->problem, made->plan, "{}", {}, {}, {}, {}});
  EXPECT_EQ(without.find("When a cloud is gone"), without.npos);
  EXPECT_EQ(without.find("scenarios"), without.npos);
}

TEST(EntryPrices, are_whole_for_what_the_plan_uses) {
  for (const std::uint64_t seed : {2u, 7u}) {
    SCOPED_TRACE(seed);
    const auto made = solved(seed);
    const auto prices = entry_prices(made->problem, made->plan.multipliers);
    ASSERT_FALSE(prices.empty());
    for (const auto& each : prices) {
      ASSERT_TRUE(each.ratio);
      EXPECT_GE(*each.ratio, 0);
      EXPECT_LE(*each.ratio, 1);
    }
    for (const auto& bought : made->plan.purchases) {
      const auto at = std::ranges::find_if(prices, [&](const EntryPrice& each) { return each.offer == bought.offer && each.term == bought.term; });
      ASSERT_NE(at, prices.end());
      EXPECT_GT(*at->ratio, 0.97) << bought.offer << " " << bought.term;
    }
  }
}

}  // namespace
}  // namespace fw::plan
