#include "route/decision.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace fw::route {
namespace {

Seen place(std::uint16_t deployment, Pico cost = 1'000, std::string_view scope = "global") {
  Seen s;
  s.deployment = s.provider = deployment;
  s.cost = cost;
  s.scope = scope;
  s.cloud = "compatible";
  return s;
}

Decision over(std::vector<Seen> seen) { return {.question = {}, .seen = std::move(seen), .ranked = {}, .tried = 0, .reference = 0}; }

std::vector<int> order(const Decision& d) {
  std::vector<int> out;
  for (std::size_t i = 0; i < d.tried; ++i) out.push_back(d.seen[d.ranked[i].place].deployment);
  return out;
}

Verdict verdict_of(const Decision& d, std::uint16_t deployment) {
  return std::ranges::find_if(d.ranked, [&](const auto& r) { return d.seen[r.place].deployment == deployment; })->verdict;
}

using Order = std::vector<int>;

}  // namespace

TEST(Scope, admits_itself_and_what_lies_below) {
  EXPECT_TRUE(within("eu", "eu"));
  EXPECT_TRUE(within("eu/sweden-central", "eu"));
  EXPECT_FALSE(within("eu", "eu/sweden-central"));
  EXPECT_FALSE(within("eunomia", "eu"));
  EXPECT_FALSE(within("global", "eu"));
  EXPECT_FALSE(within("on-premises", "global"));
}

TEST(Decide, equals_keep_the_order_of_the_configuration) {
  auto d = over({place(7), place(8), place(9)});
  decide(d, {});
  EXPECT_EQ(order(d), (Order{7, 8, 9}));
}

TEST(Decide, the_cheaper_serves_where_the_service_is_the_same) {
  auto d = over({place(0, 1'100), place(1, 1'000)});
  decide(d, {});
  EXPECT_EQ(order(d), (Order{1, 0}));
}

TEST(Decide, a_pool_that_is_paid_already_does_not_make_lateness_cheap) {
  auto d = over({place(0, 0), place(1, 1'000'000'000), place(2, 1'050'000'000)});
  d.seen[0].miss = 65'535;
  d.seen[1].miss = 6'554;
  decide(d, {});
  EXPECT_EQ(order(d), (Order{2, 1, 0})) << "a certain miss weighs twice the lowest price that is paid";
  EXPECT_EQ(d.reference, 1'000'000'000);
}

TEST(Decide, residency_filters_before_anything_else) {
  auto d = over({place(0, 1, "global"), place(1, 900, "eu/france"), place(2, 800, "on-premises"), place(3, 1, "")});
  d.seen[0].refused.set();
  Policy policy;
  policy.residency = {"eu", "on-premises"};
  decide(d, policy);
  EXPECT_EQ(order(d), (Order{2, 1}));
  EXPECT_EQ(verdict_of(d, 0), Verdict::residency);
  EXPECT_EQ(verdict_of(d, 3), Verdict::residency);
}

TEST(Decide, a_likely_miss_weighs_more_under_speed_and_less_under_cost) {
  auto d = over({place(0, 1'000'000), place(1, 1'500'000)});
  d.seen[0].miss = 40'000;  // 61 %
  for (const auto& [prefer, first] : {std::pair{Prefer::cost, 0}, {Prefer::balanced, 1}, {Prefer::speed, 1}, {Prefer::cheapest, 0}}) {
    Policy policy;
    policy.prefer = prefer;
    decide(d, policy);
    EXPECT_EQ(order(d).front(), first) << name(prefer);
  }
}

TEST(Decide, a_place_that_fails_often_is_passed_over) {
  auto d = over({place(0, 1'000'000), place(1, 1'200'000)});
  d.seen[0].error = 20'000;
  decide(d, {});
  EXPECT_EQ(order(d), (Order{1, 0}));
}

TEST(Decide, an_unknown_price_never_looks_cheap) {
  auto d = over({place(0, kUnknownCost), place(1, 5'000)});
  decide(d, {});
  EXPECT_EQ(order(d), (Order{0, 1}));  // as dear as the dearest, so the configuration's order
  d.seen.push_back(place(2, 4'000));
  decide(d, {});
  EXPECT_EQ(order(d), (Order{2, 0, 1}));
  Policy strict;
  strict.refuse_unknown_price = true;
  decide(d, strict);
  EXPECT_EQ(order(d), (Order{2, 1}));
  EXPECT_EQ(verdict_of(d, 0), Verdict::price);
}

TEST(Decide, what_is_lost_ranks_behind_and_only_as_the_policy_allows) {
  auto d = over({place(0, 1), place(1, 900)});
  set(d.seen[0].dropped, dialect::Need::user);
  decide(d, {});
  EXPECT_EQ(order(d), (Order{1, 0}));
  EXPECT_EQ(verdict_of(d, 0), Verdict::lossy);
  set(d.seen[0].dropped, dialect::Need::json_schema);
  decide(d, {});
  EXPECT_EQ(order(d), (Order{1}));
  EXPECT_EQ(verdict_of(d, 0), Verdict::loss);
}

TEST(Decide, the_sick_are_tried_last_and_the_last_one_is_never_ejected) {
  auto d = over({place(0, 1), place(1, 900), place(2, 1), place(3, 1)});
  d.seen[0].breaker = health::BreakerState::open;
  d.seen[2].throttled = true;
  d.seen[3].marked = true;
  decide(d, {});
  EXPECT_EQ(order(d), (Order{1, 2, 0, 3}));
  d.seen = {d.seen[0]};
  decide(d, {});
  EXPECT_EQ(order(d), (Order{0}));
}

TEST(Decide, a_harmless_request_is_the_probe_and_no_other) {
  auto d = over({place(0), place(1)});
  d.seen[1].breaker = health::BreakerState::probing;
  d.seen[1].may_probe = true;
  decide(d, {});
  EXPECT_EQ(order(d), (Order{0, 1}));
  d.question.harmless = true;
  decide(d, {});
  EXPECT_EQ(order(d), (Order{1, 0}));
}

TEST(Decide, a_harmless_request_looks_at_a_better_place_that_was_left) {
  auto left = place(0, 1'000);  // cheaper, and it was slow when it was last asked
  left.miss = 50'000;
  left.may_probe = true;
  auto d = over({left, place(1, 1'200), place(2, 1'300)});
  d.seen[2].may_probe = true;   // would not be the best if it were well
  decide(d, {});
  EXPECT_EQ(order(d), (Order{1, 2, 0})) << "this request is not harmless";
  d.question.harmless = true;
  decide(d, {});
  EXPECT_EQ(order(d), (Order{0, 1, 2}));
  EXPECT_EQ(verdict_of(d, 0), Verdict::probe);
  EXPECT_EQ(verdict_of(d, 2), Verdict::admissible);
  d.seen[0].may_probe = false;
  decide(d, {});
  EXPECT_EQ(order(d), (Order{1, 2, 0})) << "it was looked at a moment ago";
}

TEST(Decide, policies_that_do_not_go_by_service_look_nowhere) {
  auto left = place(1, 1'000);
  left.may_probe = true;
  left.first_token_ms = 900;
  auto well = place(0, 1'200);
  well.first_token_ms = 300;
  auto d = over({well, left});
  d.question.harmless = true;
  for (const auto prefer : {Prefer::ordered, Prefer::fastest}) {
    Policy policy;
    policy.prefer = prefer;
    decide(d, policy);
    EXPECT_EQ(order(d), (Order{0, 1})) << name(prefer);
  }
}

TEST(Decide, a_quota_without_room_is_lost_headroom) {
  auto d = over({place(0, 1), place(1, 2)});
  d.question.reserve_tokens = 500;
  d.seen[0].headroom_tokens = 499;
  decide(d, {});
  EXPECT_EQ(order(d), (Order{1, 0}));
  EXPECT_EQ(verdict_of(d, 0), Verdict::throttled);
}

TEST(Decide, a_cloud_over_its_share_waits_behind_the_others) {
  auto d = over({place(0, 1), place(1, 900)});
  d.seen[0].cloud = "openai";
  d.seen[0].share = 45'000;
  Policy policy;
  policy.max_share = {{"openai", 39'321}};
  decide(d, policy);
  EXPECT_EQ(order(d), (Order{1, 0}));
}

TEST(Decide, weights_are_drawn_from_the_seed_in_their_proportion) {
  auto d = over({place(0), place(1), place(2)});
  d.seen[0].weight = 6;
  d.seen[1].weight = 3;
  Policy policy;
  policy.prefer = Prefer::weighted;
  std::array<int, 3> first{};
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    d.question.seed = seed * 0x9e3779b97f4a7c15;
    decide(d, policy);
    ++first[static_cast<std::size_t>(order(d).front())];
    const auto again = d.ranked;
    decide(d, policy);
    ASSERT_EQ(d.ranked, again);
  }
  EXPECT_NEAR(first[0], 12'000, 300);
  EXPECT_NEAR(first[1], 6'000, 300);
}

TEST(Decide, only_and_never_name_clouds_providers_or_deployments) {
  auto d = over({place(0, 1), place(1, 2), place(2, 3)});
  d.seen[0].cloud = "openai";
  d.seen[1].cloud = "azure";
  d.seen[1].provider_name = "azure-sweden";
  d.seen[2].cloud = "bedrock";
  d.seen[2].name = "sol-ohio";
  Policy policy;
  policy.only = {.clouds = {"openai"}, .providers = {"azure-sweden"}, .deployments = {}};
  decide(d, policy);
  EXPECT_EQ(order(d), (Order{0, 1}));
  EXPECT_EQ(verdict_of(d, 2), Verdict::rule);
  policy.only = {};
  policy.never = {.clouds = {"openai"}, .providers = {}, .deployments = {"sol-ohio"}};
  decide(d, policy);
  EXPECT_EQ(order(d), Order{1});
  d.question.pinned = 2;
  decide(d, policy);
  EXPECT_EQ(order(d), Order{2}) << "what leans on stored state can go nowhere else";
}

TEST(Decide, the_first_rule_that_is_for_a_request_changes_the_policy_and_no_other) {
  Policy policy;
  policy.rules = {{.when = {.models = {"other"}, .operations = {}, .tiers = {}, .features = {}, .stream = {}}, .prefer = Prefer::cheapest, .first_token_ms = {}, .lossy = {}, .only = {}, .never = {}},
                  {.when = {.models = {}, .operations = {dialect::Operation::chat}, .tiers = {}, .features = dialect::feature_of("vision")->of, .stream = true}, .prefer = Prefer::speed, .first_token_ms = 500, .lossy = {}, .only = {}, .never = {}},
                  {.when = {.models = {}, .operations = {}, .tiers = {Tier::flex}, .features = {}, .input_tokens_above = 1'000, .stream = {}}, .prefer = {}, .first_token_ms = {}, .lossy = Lossy::allow, .only = {}, .never = {}}};
  Question q;
  q.model = "m";
  EXPECT_FALSE(rule_for(policy, q));
  set(q.needs, dialect::Need::image);
  EXPECT_FALSE(rule_for(policy, q)) << "not a stream";
  q.stream = true;
  ASSERT_EQ(rule_for(policy, q), 1u);
  const auto made = ruled(policy, 1);
  EXPECT_EQ(made.prefer, Prefer::speed);
  EXPECT_EQ(made.first_token_ms, 500u);
  EXPECT_EQ(made.lossy, Lossy::hints);
  EXPECT_EQ(made.rule, 1);
  q.stream = false;
  q.tier = Tier::flex;
  q.input_tokens = 1'000;
  EXPECT_FALSE(rule_for(policy, q)) << "strictly above";
  q.input_tokens = 1'001;
  EXPECT_EQ(rule_for(policy, q), 2u);
}

TEST(Decide, what_evidence_says_is_refused_is_tried_last) {
  auto d = over({place(0, 1), place(1, 900), place(2, 800)});
  set(d.seen[0].doubted, dialect::Need::background);
  d.seen[2].breaker = health::BreakerState::open;
  decide(d, {});
  EXPECT_EQ(order(d), (Order{1, 2, 0}));
  EXPECT_EQ(verdict_of(d, 0), Verdict::doubtful);
}

TEST(Decide, is_the_same_again_and_never_lets_an_inadmissible_place_be_tried) {
  std::mt19937_64 random(7);
  const std::array<std::string_view, 5> scopes{"global", "eu", "us", "eu/france", "on-premises"};
  for (int round = 0; round < 20'000; ++round) {
    Decision d;
    const auto n = random() % 16 + 1;
    for (std::uint64_t i = 0; i < n; ++i) {
      auto s = place(static_cast<std::uint16_t>(i), static_cast<Pico>(random() % 1'000'000'000) - 1, scopes[random() % scopes.size()]);
      s.miss = static_cast<std::uint16_t>(random());
      s.error = static_cast<std::uint16_t>(random());
      s.breaker = static_cast<health::BreakerState>(random() % 3);
      s.throttled = random() % 4 == 0;
      s.marked = random() % 8 == 0;
      s.speaks = random() % 8 != 0;
      if (random() % 4 == 0) s.dropped.set(random() % dialect::kNeeds);
      if (random() % 8 == 0) s.refused.set(random() % dialect::kNeeds);
      d.seen.push_back(s);
    }
    d.question.seed = random();
    d.question.harmless = random() % 2 == 0;
    Policy policy;
    policy.prefer = static_cast<Prefer>(random() % 7);
    policy.residency = {"eu"};
    decide(d, policy);
    auto again = d;
    decide(again, policy);
    ASSERT_EQ(d.ranked, again.ranked);
    ASSERT_EQ(d.ranked.size(), n);
    for (std::size_t i = 0; i < d.tried; ++i) {
      const auto& s = d.seen[d.ranked[i].place];
      ASSERT_TRUE(within(s.scope, "eu") && s.speaks && s.refused.none());
    }
  }
}

}  // namespace fw::route
