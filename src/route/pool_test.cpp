#include "route/pool.h"

#include <gtest/gtest.h>

#include <random>

#include "health/pool_meter.h"

namespace fw::route {
namespace {

constexpr Pico kMilli = 1'000'000'000;  // 0.001 USD

Seen place(std::uint16_t deployment, Pico cost) {
  Seen s;
  s.deployment = s.provider = deployment;
  s.cost = cost;
  s.scope = "global";
  s.cloud = "compatible";
  return s;
}

// A pool at this utilisation and what the request takes of it, beside a place that is paid by the token.
Decision beside(double full, Pico bid, Pico cost) {
  Decision d{.question = {}, .seen = {place(0, 0), place(1, cost)}, .ranked = {}, .tried = 0, .reference = 0};
  d.seen[0].pool = true;
  d.seen[0].utilisation = static_cast<std::uint16_t>(full * UINT16_MAX);
  d.seen[0].bid = bid;
  return d;
}

std::uint16_t first(Decision& d, Prefer prefer = Prefer::balanced) {
  Policy policy;
  policy.prefer = prefer;
  decide(d, policy);
  return d.seen[d.ranked[0].place].deployment;
}

}  // namespace

TEST(Pool, tokens_count_as_the_cloud_weighs_them) {
  // clouds.md 7.3, gpt-5.2: 200 in and 20 out at weight 8 are 360 of 3,400 a unit and minute.
  const PoolWeights azure{.input = 1'000, .cache_read = 0, .output = 8'000};
  EXPECT_EQ(weighted(azure, 200, 0, 20), 360);
  EXPECT_EQ(weighted(azure, 20, 180, 20), 180) << "what is cached takes nothing";
  EXPECT_EQ(weighted({.input = 1'000, .cache_read = 100, .output = 4'000}, 0, 11, 0), 2) << "rounded up";
}

TEST(Pool, a_token_is_worth_nothing_in_slack_and_more_the_fuller_it_is) {
  const Bid bid{.top = 2'000'000, .from = 52'428};
  EXPECT_EQ(bid_price(bid, 0), 0);
  EXPECT_EQ(bid_price(bid, 52'428), 0);
  EXPECT_EQ(bid_price(bid, UINT16_MAX), 2'000'000);
  EXPECT_NEAR(static_cast<double>(bid_price(bid, 58'982)), 1'000'000, 1'000);
  for (std::uint32_t u = 1; u <= UINT16_MAX; ++u)
    ASSERT_LE(bid_price(bid, static_cast<std::uint16_t>(u - 1)), bid_price(bid, static_cast<std::uint16_t>(u)));
  EXPECT_EQ(bid_price({}, UINT16_MAX), 0);
  EXPECT_GT(bid_for({.top = 10'000'000'000, .from = 0}, UINT16_MAX, 1LL << 40), 0) << "no overflow";
}

TEST(Pool, with_slack_it_serves_before_whatever_is_paid_by_the_token) {
  for (const auto prefer : {Prefer::cost, Prefer::balanced, Prefer::cheapest}) {
    auto d = beside(0.5, 0, kMilli);
    EXPECT_EQ(first(d, prefer), 0);
    EXPECT_FALSE(spilled(d, 0));
  }
}

TEST(Pool, when_it_is_full_requests_go_elsewhere_and_are_told_to_have_spilled) {
  for (const auto prefer : {Prefer::cost, Prefer::balanced, Prefer::cheapest, Prefer::ordered}) {
    auto d = beside(1, 0, kMilli);
    EXPECT_EQ(first(d, prefer), 1);
    EXPECT_EQ(d.tried, 2) << "the pool is still there when nothing else is";
    const auto spill = spilled(d, 1);
    ASSERT_TRUE(spill);
    EXPECT_EQ(spill->why, WhySpilled::full);
    EXPECT_EQ(d.seen[spill->pool].deployment, 0);
  }
  auto unmarked = beside(1, 0, kMilli);
  unmarked.seen[0].pool = false;
  EXPECT_EQ(first(unmarked), 0) << "a utilisation alone was not weighed in older records";
}

TEST(Pool, a_request_that_is_cheap_elsewhere_leaves_room_for_one_that_is_dear) {
  auto cheap = beside(0.9, 3 * kMilli, 2 * kMilli);
  EXPECT_EQ(first(cheap), 1);
  EXPECT_EQ(spilled(cheap, 1)->why, WhySpilled::bid);
  auto dear = beside(0.9, 3 * kMilli, 5 * kMilli);
  EXPECT_EQ(first(dear), 0);
  EXPECT_EQ(dear.reference, 5 * kMilli) << "a bid is no price: lateness is measured by what is paid";
}

TEST(Pool, why_it_did_not_serve_is_told_apart) {
  auto late = beside(0.1, 0, kMilli);
  late.seen[0].miss = 60'000;
  EXPECT_EQ(first(late), 1);
  EXPECT_EQ(spilled(late, 1)->why, WhySpilled::service);
  auto sick = beside(0.1, 0, kMilli);
  sick.seen[0].breaker = health::BreakerState::open;
  EXPECT_EQ(first(sick), 1);
  EXPECT_EQ(spilled(sick, 1)->why, WhySpilled::service);
  auto sent = beside(0.1, 0, kMilli);
  EXPECT_EQ(first(sent), 0);
  EXPECT_EQ(spilled(sent, 1)->why, WhySpilled::refused) << "it was the first choice, and another place served";
  auto outside = beside(0.1, 0, kMilli);
  outside.seen[0].scope = "us";
  Policy policy;
  policy.residency = {"global"};
  decide(outside, policy);
  EXPECT_FALSE(spilled(outside, 1)) << "it could not have served";
}

// Ten requests a second, half of them with a cached prompt that the pool does not count, for a pool of half of what they
// take. What the pool saves in an hour, in USD: planner.md 0.2 expects more where dear requests come first.
double saved(const Bid& bid) {
  constexpr PoolWeights kWeights{.input = 1'000, .cache_read = 0, .output = 4'000};
  constexpr std::int64_t kTokensEach = 1'260;
  constexpr std::int64_t kMs = 100;
  health::PoolMeter meter({.tokens_per_minute = kTokensEach * 60'000 / kMs / 2, .window_ms = 60'000});
  std::mt19937_64 random(7);
  Pico sum = 0;
  MonoTime now{1'000'000'000'000};
  for (int i = 0; i < 36'000; ++i, now = now.plus_ms(kMs)) {
    const auto input = static_cast<std::int64_t>(random() % 3'200);
    const auto cached = random() % 2 == 0 ? input * 9 / 10 : 0;
    const auto output = static_cast<std::int64_t>(random() % 200);
    const auto tokens = weighted(kWeights, input - cached, cached, output);
    auto d = beside(0, 0, (input - cached) * 2'500'000 + cached * 1'250'000 + output * 10'000'000);
    d.seen[0].utilisation = meter.utilisation(now);
    d.seen[0].bid = bid_for(bid, d.seen[0].utilisation, tokens);
    if (first(d, Prefer::cheapest) != 0) continue;
    meter.take(tokens, now);
    sum += d.seen[1].cost;
  }
  return static_cast<double>(sum) / 1e12;
}

TEST(Pool, at_half_the_demand_a_bid_keeps_the_dear_requests_in_the_pool) {
  const auto first_come = saved({});
  EXPECT_GT(saved({.top = 4'000'000, .from = 58'982}), first_come * 1.15);
  EXPECT_NEAR(saved({.top = 2'500'000, .from = 58'982}), first_come, first_come * 0.01) << "at the price of the others it hardly bids";
}

TEST(Commitments, what_is_paid_already_does_not_count_and_ties_fall_to_the_cheaper) {
  Decision d{.question = {}, .seen = {place(0, 5 * kMilli), place(1, 2 * kMilli), place(2, 4 * kMilli)}, .ranked = {}, .tried = 0, .reference = 0};
  EXPECT_EQ(first(d), 1);
  d.seen[0].paid = d.seen[2].paid = UINT16_MAX;
  EXPECT_EQ(first(d), 2);
  EXPECT_EQ(d.reference, 2 * kMilli) << "lateness is measured by prices as they are";
  d.seen[2].paid = 0;
  d.seen[0].paid = 32'768;
  EXPECT_EQ(first(d), 1) << "half of 0.005 is more than 0.002";
}

}  // namespace fw::route
