#include "config/plan_files.h"

#include <gtest/gtest.h>

namespace fw::config {
namespace {

std::string said(const std::vector<Problem>& problems) {
  std::string all;
  for (const auto& each : problems) all += std::to_string(each.line) + ":" + std::to_string(each.column) + " " + each.path + ": " + each.found + "; " + each.expected + "\n";
  return all;
}

constexpr const char* kOffers = R"(
- {model: m, cloud: openai, scope: global, usd_per_million: {input: "2.00", cache_read: "0.20", output: "8"}, quota: {tokens_per_minute: 1000000}}
- model: m
  cloud: azure
  scope: eu/sweden-central
  kind: provisioned
  unit: {tokens_per_minute: 1200, weights: {input: 1, cache_read: 0, output: 6}, window_s: 60}
  minimum: 15
  increment: 5
  family: ptu
  terms: {hour: "1.00", month: "260", year: "2652"}
)";

TEST(PlanFiles, offers_have_prices_quotas_units_and_terms) {
  const auto loaded = load_supply(kOffers);
  ASSERT_EQ(said(loaded.problems), "");
  ASSERT_EQ(loaded.offers.size(), 2u);
  EXPECT_EQ(loaded.offers[0].name, "m/openai/global/standard");
  EXPECT_EQ(loaded.offers[0].tokens_per_minute_max, 1e6);
  EXPECT_EQ(loaded.offers[0].cache_read->per_million(), "0.2");
  const auto& ptu = loaded.offers[1];
  EXPECT_EQ(ptu.kind, plan::OfferKind::provisioned);
  EXPECT_EQ(ptu.weights.output, 6);
  EXPECT_EQ(ptu.minimum, 15);
  EXPECT_EQ(ptu.terms.year->usd(), "2652");
}

TEST(PlanFiles, what_is_wrong_with_offers_is_told_with_its_place) {
  EXPECT_EQ(said(load_supply("- {model: m, cloud: azur, usd_per_million: {input: -2, outptu: 8}}\n- {model: m, cloud: azure, unit: {tokens_per_minute: 0, weights: {input: 0, output: 0}}, terms: {week: 3, month: x}}\n- {model: m, cloud: azure, kind: replicas}\n").problems),
            "1:21 [0].cloud: 'azur'; one of openai, azure, bedrock, vertex, oracle, compatible, anthropic\n"
            "1:52 [0].usd_per_million.input: '-2'; USD per million tokens, at most nine decimals\n"
            "1:64 [0].usd_per_million.outptu: 'outptu'; one of input, cache_read, cache_write.default, cache_write.5m, cache_write.30m, cache_write.1h, cache_write.12h, output, audio_in, audio_out, image\n"
            "2:54 [1].unit.tokens_per_minute: '0'; a number above 0\n"
            "2:66 [1].unit.weights: no weight for input and none for output; one of them above 0\n"
            "2:104 [1].terms.week: 'week'; hour, month or year\n"
            "2:114 [1].terms.month: 'x'; USD per unit and term\n"
            "3:3 [2].replica: nothing; replica: {tokens_per_minute, weights, boot_s}\n");
  EXPECT_NE(said(load_supply("").problems), "");
  EXPECT_NE(said(load_supply("[]").problems), "");
  EXPECT_NE(said(load_supply("- {model: m, cloud: azure, colour: red}").problems).find("colour"), std::string::npos);
}

TEST(PlanFiles, offers_of_a_family_have_the_same_terms) {
  const std::string unit = "unit: {tokens_per_minute: 1}, family: f, terms: ";
  EXPECT_EQ(said(load_supply("- {model: a, cloud: azure, " + unit + "{hour: 1}}\n- {model: b, cloud: azure, " + unit + "{hour: 2}}\n").problems),
            "2:66 [1].family: other terms, another kind or another cloud than 'a/azure/global/provisioned'; the same in a family\n");
}

TEST(PlanFiles, replicas_have_steps_a_boot_and_a_price_to_be_there) {
  const auto loaded = load_supply("- {model: m, cloud: azure, scope: eu, kind: replicas, replica: {tokens_per_minute: 9000, weights: {output: 4}, boot_s: 300}, step: 8, open_usd_per_month: 500, terms: {hour: 3}}\n");
  ASSERT_EQ(said(loaded.problems), "");
  const auto& offer = loaded.offers[0];
  EXPECT_EQ(offer.kind, plan::OfferKind::replicas);
  EXPECT_EQ(offer.name, "m/azure/eu/replicas");
  EXPECT_EQ(offer.minimum, 8);
  EXPECT_EQ(offer.increment, 8);
  EXPECT_EQ(offer.boot_s, 300);
  EXPECT_EQ(offer.open_usd.usd(), "500");
  EXPECT_EQ(said(load_supply("- {model: m, cloud: azure, unit: {tokens_per_minute: 1}, step: 2}\n").problems), "1:64 [0].step: a field of replicas; kind: replicas\n");
  EXPECT_EQ(said(load_supply("- {model: m, cloud: azure, replica: {tokens_per_minute: 1}, minimum: 2, open_usd_per_month: -1}\n").problems),
            "1:70 [0].minimum: a field of provisioned units; replica and step\n1:93 [0].open_usd_per_month: '-1'; USD for a month\n");
}

TEST(PlanFiles, rules_say_what_they_can_and_refuse_what_is_not_planned_yet) {
  const auto loaded = load_plan_rules(
      "classes: {chat: {residency: [eu], critical: true, first_token_ms: 300}}\nplaces: {berlin: {delay_ms: {eu: 20, us: 400}, growth_per_year: 0.3}}\nmax_share: {azure: 0.6}\n"
      "second_source: 0.2\nhhi_max: 0.5\nn_minus_1: {served: 0.9}\nbudget: {usd: 1000, per: month}\ncontracts: [{cloud: bedrock, commit_usd: 500, from: 2026-01-01, until: 2027-01-01}]\n");
  ASSERT_EQ(said(loaded.problems), "");
  EXPECT_EQ(loaded.rules.classes.at("chat").residency, std::vector<std::string>{"eu"});
  EXPECT_TRUE(loaded.rules.classes.at("chat").critical);
  EXPECT_EQ(loaded.rules.delay_ms.at("berlin").at("us"), 400);
  EXPECT_EQ(loaded.rules.growth_per_year.at("berlin"), 0.3);
  EXPECT_EQ(loaded.rules.max_share.at("azure"), 0.6);
  EXPECT_EQ(loaded.rules.second_source, 0.2);
  EXPECT_EQ(loaded.rules.hhi_max, 0.5);
  EXPECT_EQ(loaded.rules.n_minus_1, 0.9);
  EXPECT_EQ(loaded.rules.budget->usd.usd(), "1000");
  EXPECT_EQ(loaded.rules.contracts.at(0).commit.usd(), "500");
  EXPECT_EQ(said(load_plan_rules("").problems), "");
  EXPECT_NE(said(load_plan_rules("cvar: {alpha: 0.5}\n").problems).find("cvar"), std::string::npos);
  EXPECT_EQ(said(load_plan_rules("max_share: {azure: 1.5}\n").problems), "1:20 max_share.azure: '1.5'; a share from 0 to 1, or 0% to 100%\n");
  EXPECT_EQ(load_plan_rules("max_share: {azure: 60%}\nsecond_source: 20%\n").rules.max_share.at("azure"), 0.6);
  const auto percent = load_plan_rules("max_share: {azure: 60}\n").problems;
  ASSERT_EQ(percent.size(), 1u);
  EXPECT_EQ(percent[0].hint, "Write 60% if percent is meant, as in `max_share` of a policy.");
}

TEST(PlanFiles, what_is_wrong_with_rules_is_told_with_its_place) {
  EXPECT_EQ(said(load_plan_rules("second_source: 0.6\nhhi_max: 0\nn_minus_1: {served: 2}\nbudget: {usd: -1, per: week}\ncontracts: [{cloud: azur, commit_usd: 1, from: 2026-01-02, until: 2026-01-01}]\n").problems),
            "1:16 second_source: '0.6'; a share from 0 to 0.5, or 0% to 50%\n"
            "2:10 hhi_max: '0'; a sum of squared shares, above 0 and at most 1\n"
            "3:21 n_minus_1.served: '2'; a share from 0 to 1, or 0% to 100%\n"
            "4:15 budget.usd: '-1'; USD\n"
            "4:24 budget.per: 'week'; one of hour, day, month, year\n"
            "5:21 contracts[0].cloud: 'azur'; one of openai, azure, bedrock, vertex, oracle, compatible, anthropic\n"
            "5:67 contracts[0].until: '2026-01-01'; a time after `from`\n");
}

}  // namespace
}  // namespace fw::config
