// The comparison in small: what must hold on every day, and that our choice is worth having.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "chooser.h"
#include "town.h"

namespace fw::routing {
namespace {

constexpr double kShort = 1'400;  // seconds: three incidents

struct Compared : testing::Test {
  Shape shape = read_shape(std::string(FAIRWAY_SOURCE_DIR) + "/bench/routing/data/servegen_m_large.csv");
  std::vector<Asked> asked = draw(shape, 0.5, 1, kShort);
  Tally of(std::string_view policy) { return run(policy, {.shape = shape, .asked = asked, .seed = 1, .weather = {}}).value(); }
};

TEST_F(Compared, every_request_is_decided_and_nobody_asks_where_it_is_forbidden) {
  ASSERT_GT(asked.size(), 5'000u);
  for (const auto policy : policy_names()) {
    const auto t = of(policy);
    EXPECT_EQ(t.requests, asked.size()) << policy;
    EXPECT_GE(t.attempts, t.served) << policy;
    EXPECT_GE(t.missed, t.requests - t.served) << policy;
    EXPECT_EQ(t.forbidden, 0u) << policy;
  }
}

TEST_F(Compared, we_are_late_less_often_than_random_and_cheapest_with_fallback) {
  const auto ours = of("fairway balanced");
  EXPECT_LE(ours.missed, of("random").missed);
  EXPECT_LE(ours.missed, of("cheapest").missed);
  EXPECT_LT(of("fairway speed").missed, ours.missed);
  EXPECT_LT(ours.cost_usd, of("random").cost_usd);
}

TEST_F(Compared, nobody_is_late_less_often_than_the_clairvoyant) {
  const auto bound = of("clairvoyant").missed;
  for (const auto policy : policy_names()) EXPECT_GE(of(policy).missed, bound) << policy;
}

TEST_F(Compared, the_same_seed_gives_the_same_day) {
  const auto a = of("fairway balanced");
  const auto b = of("fairway balanced");
  EXPECT_EQ(a.missed, b.missed);
  EXPECT_EQ(a.attempts, b.attempts);
  EXPECT_DOUBLE_EQ(a.cost_usd, b.cost_usd);
}

TEST(Incidents, all_eight_come_once_and_leave_time_to_recover) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::map<plan::sim::Trouble, int> times;
    double end = 0;
    for (const auto& i : incidents(seed)) {
      ++times[i.what];
      EXPECT_GT(i.from_s, end + 100);
      EXPECT_LT(i.places.front(), kMayServe);
      end = i.to_s;
    }
    EXPECT_EQ(times.size(), plan::sim::kTroubles) << "seed " << seed;
    EXPECT_LT(end, kSeconds);
  }
}

}  // namespace
}  // namespace fw::routing
