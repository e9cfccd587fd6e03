#include "regret.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace fw::plan {
namespace {

const std::string kData = std::string(FAIRWAY_SOURCE_DIR) + "/bench/plan/data/";

// No rule of thumb is cheaper, and so much more than the bound is allowed.
void expect_regret(const std::string& name, const UnitMarket& market, const Load& load, double most) {
  SCOPED_TRACE(name);
  const double bound = clairvoyant_usd(market, load);
  const auto all = outcomes(market, load);
  EXPECT_LE(all[0].usd, most * bound);
  EXPECT_GE(all[0].usd, bound * (1 - 1e-9));
  for (const auto& each : all) EXPECT_LE(all[0].usd, each.usd * (1 + 1e-12)) << each.name;
}

// Three prices of one region and of all together; the rest is `bench/plan/run regret`.
TEST(Regret, of_months_and_years_is_below_that_of_every_rule_of_thumb) {
  const auto trace = read_trace(kData + "shavedice.csv");
  const auto all = pooled(trace);
  const std::span<const double> region = trace.loads[3];
  for (const auto& [month, year] : {std::pair{0.75, 0.60}, {1.0, 0.85}, {0.50, 0.35}}) {
    const UnitMarket market{.load_usd = 1, .terms = {{720, month * 720}, {8'760, year * 8'760}}, .day_slots = 24, .start_slots = 24, .month_slots = 720};
    expect_regret("pooled", market, {all, 8'760}, 1.01);
    expect_regret("region4", market, {region, 8'760}, 1.02);
  }
}

TEST(Regret, of_days_is_below_that_of_every_rule_of_thumb) {
  const auto trace = read_trace(kData + "servegen.csv");
  const UnitMarket market{.load_usd = 1, .terms = {{144, 0.75 * 144}}, .day_slots = 144, .start_slots = 1, .month_slots = 30 * 144};
  for (std::size_t c = 0; c < trace.loads.size(); ++c) expect_regret(trace.names[c], market, {trace.loads[c], 7 * 144}, trace.names[c] == "m-large" ? 1.06 : 1.05);
}

}  // namespace
}  // namespace fw::plan
