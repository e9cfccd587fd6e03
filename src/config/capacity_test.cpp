// Pools and commitments: read exactly, and what contradicts itself is found.
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "config/load_testing.h"

namespace fw::config {
namespace {

using Lines = std::vector<std::string>;

constexpr std::int64_t kDay = 86'400'000'000'000;

// kGood with a second place for its model, which is a pool, and lines behind it (the first is line 9).
std::string with(std::string_view pool, std::string_view more = "") {
  std::string text(testing::kGood);
  constexpr std::string_view kPlace = "{ provider: one, model: gpt }";
  return text.replace(text.find(kPlace), kPlace.size(), fmt::format("{}, {{ provider: one, model: ptu, pool: {} }}", kPlace, pool)) + std::string(more);
}
Loaded loaded(std::string_view text) {
  auto sources = testing::sources(testing::kEnv);
  return load(text, sources);
}
std::string only_problem(std::string_view text, std::optional<WallTime> now = {}) {
  auto sources = testing::sources(testing::kEnv);
  sources.now = now;
  Lines lines;
  for (const auto& problem : load(text, sources).problems)
    if (problem.found.find("no price") == std::string::npos) lines.push_back(testing::line(problem));
  EXPECT_LE(lines.size(), 1u) << fmt::format("{}", fmt::join(lines, "\n"));
  return lines.empty() ? "" : lines.front();
}
bool has(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

TEST(Capacity, a_pool_is_read_exactly_and_its_tokens_cost_nothing) {
  const auto made = loaded(with("{ units: 100, tokens_per_minute_per_unit: 3400, weights: { cache_read: 0, output: 8 }, window_s: 10, usd_per_hour: 100.50, "
                                "bid: { usd_per_million: 1.75, from_percent: 90 } }"));
  ASSERT_TRUE(made.config) << testing::line(made.problems.at(0));
  const auto& deployment = made.config->models[0].deployments[1];
  const auto pool = routed(*deployment.pool);
  EXPECT_EQ(pool.tokens_per_minute, 340'000);
  EXPECT_EQ(pool.window_s, 10);
  EXPECT_EQ(pool.weights, (route::PoolWeights{.input = 1'000, .cache_read = 0, .output = 8'000}));
  EXPECT_EQ(pool.usd_per_hour, Money::parse_usd("100.50"));
  EXPECT_EQ(pool.bid, (route::Bid{.top = 1'750'000, .from = 58'982}));
  ASSERT_TRUE(deployment.price);
  auto meters = deployment.price->meters;
  for (const auto& meter : offer::meter_names())
    if (meter != "cache_write.default") EXPECT_EQ(*offer::find_meter(meters, meter), TokenPrice()) << meter;
  EXPECT_NE(deployment.price->tier("flex"), nullptr);
}

TEST(Capacity, what_a_pool_does_not_say_has_a_default) {
  const auto pool = routed(*loaded(with("{ tokens_per_minute: 90000, weights: { input: 0.5, output: 4 } }")).config->models[0].deployments[1].pool);
  EXPECT_EQ(pool.weights, (route::PoolWeights{.input = 500, .cache_read = 500, .output = 4'000}));
  EXPECT_EQ(pool.window_s, 60);
  EXPECT_FALSE(pool.usd_per_hour);
  EXPECT_EQ(pool.bid, route::Bid{});
}

TEST(Capacity, a_pool_that_contradicts_itself_is_found) {
  EXPECT_TRUE(has(only_problem(with("{ weights: { output: 8 } }")), "found a pool without a capacity, expected `tokens_per_minute`, or `units`"));
  EXPECT_TRUE(has(only_problem(with("{ weights: { output: 8 }, bid: { usd_per_million: 2 } }")), "a bid is a price of capacity"));
  EXPECT_TRUE(has(only_problem(with("{ tokens_per_minute: 0, weights: { output: 8 } }")), "models.m.deployments[1].pool.tokens_per_minute: found 0"));
  EXPECT_TRUE(has(only_problem(with("{ tokens_per_minute: 9000 }")), "weights"));
  EXPECT_TRUE(has(only_problem(with("{ tokens_per_minute: 9000, weights: { input: 1 } }")), "output"));
  EXPECT_TRUE(has(only_problem(with("{ tokens_per_minute: 9000, weights: { input: 0, output: 0 } }")), "weights that are all 0"));
  EXPECT_TRUE(has(only_problem(with("{ tokens_per_minute: 9000, weights: { output: -1 } }")), "found \"-1\""));
  EXPECT_TRUE(has(only_problem(with("{ units: 15, weights: { output: 8 } }")), "units whose tokens per minute are not said"));
  EXPECT_TRUE(has(only_problem(with("{ tokens_per_minute_per_unit: 15, weights: { output: 8 } }")), "tokens per unit of no units"));
  EXPECT_TRUE(has(only_problem(with("{ units: 15, tokens_per_minute: 9000, weights: { output: 8 } }")), "a capacity said twice"));
  EXPECT_TRUE(has(only_problem(with("{ tokens_per_minute: 9000, weights: { output: 8 }, bid: { usd_per_million: 0 } }")), "found a bid of 0"));
  EXPECT_TRUE(has(only_problem(with("{ tokens_per_minute: 9000, weights: { output: 8 }, bid: { from_percent: 50 } }")), "usd_per_million"));
  EXPECT_TRUE(has(only_problem(with("{ tokens_per_minute: 9000, weights: { output: 8 }, bid: { usd_per_million: 2, from_percent: 100 } }")), "from_percent: found 100"));
}

TEST(Capacity, a_pool_alone_or_with_a_price_is_warned_of) {
  std::string alone(testing::kGood);
  constexpr std::string_view kPlace = "{ provider: one, model: gpt }";
  alone.replace(alone.find(kPlace), kPlace.size(), "{ provider: one, model: gpt, pool: { tokens_per_minute: 9000, weights: { output: 8 } } }");
  EXPECT_TRUE(has(only_problem(alone), "warning models.m.deployments: found provisioned pools alone"));
  const auto priced = with("{ tokens_per_minute: 9000, weights: { output: 8 } }, price: { input: 1, output: 2 }");
  EXPECT_TRUE(has(only_problem(priced), "warning models.m.deployments[1].price: found a price per token beside a pool"));
  EXPECT_EQ(only_problem(with("{ tokens_per_minute: 9000, weights: { output: 8 } }, price: { input: 0, output: 0 }")), "");
}

TEST(Capacity, a_pace_without_a_budget_is_warned_of) {
  const auto file = std::string(testing::kGood) + "policies: { default: { pacing: soft } }\n";
  EXPECT_TRUE(has(only_problem(file), "warning policies.default.pacing: found a pace for budgets that no key under the policy has"));
  EXPECT_EQ(only_problem(file + "budgets: { team: { usd: 5, keys: [k] } }\n"), "");
  EXPECT_TRUE(loaded(file).config->policies[0].pacing == Pacing::soft && routed(loaded(file).config->policies[0]).pacing);
}

TEST(Capacity, a_commitment_is_read_exactly) {
  const auto made = loaded(std::string(testing::kGood) +
                           "commitments: { macc: { usd: 250000.25, clouds: openai, from: 2026-07-01, until: 2027-07-01T12:00:00Z, draw: soon, paid_percent: 50 } }\n");
  ASSERT_TRUE(made.config) << testing::line(made.problems.at(0));
  const auto terms = made.config->commitments.at(0).terms();
  EXPECT_EQ(terms.amount, *Money::parse_usd("250000.25"));
  EXPECT_EQ(terms.draw, ledger::Draw::soon);
  EXPECT_EQ(terms.paid, 32'767);
  EXPECT_EQ((terms.until.ns - terms.from.ns) * 2 / kDay, 731);
  EXPECT_TRUE(made.config->commitments[0].counts(made.config->providers[0]));
}

TEST(Capacity, a_commitment_that_nobody_draws_down_is_found) {
  const auto of = [](std::string_view fields) { return fmt::format("{}commitments: {{ macc: {{ usd: 100, {} }} }}\n", testing::kGood, fields); };
  EXPECT_TRUE(has(only_problem(of("from: 2026-01-01, until: 2027-01-01")), "found a commitment to nobody"));
  EXPECT_TRUE(has(only_problem(of("from: 2026-01-01, until: 2026-01-01, providers: one")), "is not after 2026-01-01"));
  EXPECT_TRUE(has(only_problem(of("from: 2026-01-01, until: 2027-01-01, providers: [onne]")), "did you mean one?"));
  EXPECT_TRUE(has(only_problem(of("from: 2026-01-01, until: 2027-01-01, clouds: [azzure]")), "the unknown cloud \"azzure\""));
  EXPECT_TRUE(has(only_problem(of("from: 2026-01-01, until: 2027-01-01, clouds: azure")), "warning commitments.macc: found a commitment that no provider draws down"));
  EXPECT_TRUE(has(only_problem(of("from: 1. January, until: 2027-01-01, providers: one")), "a day such as 2026-12-01"));
  EXPECT_TRUE(has(only_problem(of("from: 2025-01-01, until: 2026-01-01, providers: one"), WallTime{kDay * 20'800}), "which has passed"));
  EXPECT_TRUE(has(only_problem(std::string(testing::kGood) + "commitments:\n  a: { usd: 1, providers: one, from: 2026-01-01, until: 2027-01-01 }\n"
                                                             "  b: { usd: 1, clouds: openai, from: 2026-06-01, until: 2028-01-01 }\n"),
                  "in two commitments at one time, this and \"a\""));
}

}  // namespace fw::config
