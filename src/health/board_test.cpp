#include "health/board.h"

#include <gtest/gtest.h>

#include <array>

namespace fw::health {
namespace {

constexpr std::array<std::uint16_t, 2> kProviders{0, 1};
constexpr SizeClass kSmall = SizeClass::tokens_1k;

struct BoardTest : testing::Test {
  Board board{kProviders, 2, 1};
  MonoTime now{1'000'000'000};

  void pass(std::int64_t ms) { now = now.plus_ms(ms); }
  Observation seen(What what) const {
    Observation o;
    o.at = now;
    o.what = what;
    o.stream = true;
    return o;
  }
  void first_token(std::uint32_t ms) {
    auto o = seen(What::first_token);
    o.first_token_us = ms * 1'000;
    board.observe(o);
  }
  void fails(cloud::FailureKind kind, std::uint32_t tenant = 0) {
    auto o = seen(What::failed);
    o.kind = kind;
    o.tenant = tenant;
    board.observe(o);
  }
  Service service(std::uint32_t slo_ms = 2'000) { return board.service(0, kSmall, slo_ms, now); }
};

TEST_F(BoardTest, knows_nothing_of_an_unmeasured_deployment_but_the_prior) {
  const auto s = service();
  EXPECT_NEAR(s.miss, Board::kPriorMiss * 65'536, 2);
  EXPECT_NEAR(s.error, ErrorRate::kPrior * 65'536, 2);
  EXPECT_EQ(s.first_token_ms, 0U);
  EXPECT_EQ(s.per_token_us, 0U);
  EXPECT_EQ(s.headroom_tokens, -1);
  EXPECT_EQ(s.headroom_requests, -1);
  EXPECT_EQ(s.free_slots, -1);
  EXPECT_EQ(s.breaker, BreakerState::closed);
  EXPECT_FALSE(s.throttled);
}

TEST_F(BoardTest, learns_the_first_token_of_a_size) {
  for (int i = 0; i < 100; ++i) {
    pass(100);
    first_token(i % 10 == 0 ? 3'000 : 500);
  }
  pass(10);
  const auto s = service();
  EXPECT_NEAR(s.first_token_ms, 500, 50);
  EXPECT_NEAR(s.miss, 6'554, 2'000);
  EXPECT_GE(s.samples, 15U);
}

TEST_F(BoardTest, opens_after_nine_failures_and_says_why) {
  for (int i = 0; i < 8; ++i) fails(cloud::FailureKind::server_error);
  EXPECT_EQ(service().breaker, BreakerState::closed);
  fails(cloud::FailureKind::timed_out);
  EXPECT_EQ(service().breaker, BreakerState::open);
  EXPECT_EQ(explain(board.opened(0)), "9 of 9 attempts failed, the latest with timed_out");
  EXPECT_FALSE(board.may_probe(0, now));
}

}  // namespace
}  // namespace fw::health
