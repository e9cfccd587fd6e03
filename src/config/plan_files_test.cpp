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
            "3:34 [2].kind: replicas; pay_as_you_go or provisioned\n");
  EXPECT_NE(said(load_supply("").problems), "");
  EXPECT_NE(said(load_supply("[]").problems), "");
  EXPECT_NE(said(load_supply("- {model: m, cloud: azure, colour: red}").problems).find("colour"), std::string::npos);
}

TEST(PlanFiles, offers_of_a_family_have_the_same_terms) {
  const std::string unit = "unit: {tokens_per_minute: 1}, family: f, terms: ";
  EXPECT_EQ(said(load_supply("- {model: a, cloud: azure, " + unit + "{hour: 1}}\n- {model: b, cloud: azure, " + unit + "{hour: 2}}\n").problems),
            "2:66 [1].family: other terms or another cloud than 'a/azure/global/provisioned'; the same in a family\n");
}

TEST(PlanFiles, rules_say_what_they_can_and_refuse_what_is_not_planned_yet) {
  const auto loaded = load_plan_rules("classes: {chat: {residency: [eu], critical: true, first_token_ms: 300}}\nplaces: {berlin: {delay_ms: {eu: 20, us: 400}}}\nmax_share: {azure: 0.6}\n");
  ASSERT_EQ(said(loaded.problems), "");
  EXPECT_EQ(loaded.rules.classes.at("chat").residency, std::vector<std::string>{"eu"});
  EXPECT_EQ(loaded.rules.delay_ms.at("berlin").at("us"), 400);
  EXPECT_EQ(loaded.rules.max_share.at("azure"), 0.6);
  EXPECT_EQ(said(load_plan_rules("").problems), "");
  EXPECT_NE(said(load_plan_rules("hhi_max: 0.5\n").problems).find("hhi_max"), std::string::npos);
  EXPECT_EQ(said(load_plan_rules("max_share: {azure: 1.5}\n").problems), "1:20 max_share.azure: '1.5'; a share from 0 to 1\n");
}

}  // namespace
}  // namespace fw::config
