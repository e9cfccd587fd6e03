#include "health/board.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

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

TEST_F(BoardTest, forgives_a_deployment_with_time_alone) {
  for (std::uint32_t i = 0; i < 8; ++i) fails(cloud::FailureKind::server_error, i);
  const auto error = [this](std::int64_t after_s) {
    return board.service(0, kSmall, 0, now.plus_ms(after_s * 1'000)).error / 65'536.0;
  };
  EXPECT_GT(error(0), 0.6);
  EXPECT_NEAR(error(72), 0.25, 0.03);
  EXPECT_LT(error(300), 0.02);
}

TEST_F(BoardTest, does_not_count_what_is_the_requests_own_doing) {
  for (int i = 0; i < 1'000; ++i) {
    pass(1);
    fails(cloud::FailureKind::invalid_request, 3);
    fails(cloud::FailureKind::context_length, 4);
    fails(cloud::FailureKind::content_filter, 5);
    fails(cloud::FailureKind::too_large, 6);
    board.observe(seen(What::cancelled_by_caller));
  }
  pass(20);
  EXPECT_EQ(service().breaker, BreakerState::closed);
  EXPECT_NEAR(service().error, ErrorRate::kPrior * 65'536, 2);
}

TEST_F(BoardTest, counts_refusals_of_valid_requests) {
  auto o = seen(What::failed);
  o.kind = cloud::FailureKind::invalid_request;
  o.known_good = true;
  for (int i = 0; i < 5; ++i) board.observe(o);
  EXPECT_GT(service().error, 30'000);
}

TEST_F(BoardTest, counts_a_stream_that_breaks_as_failed_once) {
  for (int i = 0; i < 200; ++i) {
    pass(100);
    first_token(300);
    auto o = seen(What::failed);
    o.kind = cloud::FailureKind::truncated;
    o.first_token_us = 300'000;
    o.tenant = static_cast<std::uint32_t>(i % 5);
    if (i % 10 == 0) board.observe(o);
  }
  EXPECT_EQ(service().breaker, BreakerState::closed);
  EXPECT_NEAR(service().error, 6'554, 2'000);
}

TEST_F(BoardTest, tells_the_least_of_a_deployments_and_its_accounts_headroom) {
  board.note_limit(0, {Limit::Kind::tokens, 100'000, 80'000, 60'000}, now);
  board.note_limit(0, {Limit::Kind::requests, 100, 90, 60'000}, now);
  EXPECT_EQ(service().headroom_tokens, 80'000);
  board.note_provider_limit(0, {Limit::Kind::tokens, 100'000, 50'000, 60'000}, now);
  EXPECT_EQ(service().headroom_tokens, 50'000);
  EXPECT_EQ(service().headroom_requests, 90);
  EXPECT_EQ(board.service(1, kSmall, 0, now).headroom_tokens, -1);
}

TEST_F(BoardTest, reserves_at_the_start_and_gives_back_at_the_end_once) {
  board.note_limit(0, {Limit::Kind::tokens, 100'000, 50'000, 3'600'000}, now);
  board.note_limit(0, {Limit::Kind::requests, 100, 50, 3'600'000}, now);
  now.ns += 1;
  auto ticket = board.begin(0, 8'000, true, now);
  EXPECT_EQ(service().headroom_tokens, 42'000);
  EXPECT_EQ(service().headroom_requests, 49);
  auto o = seen(What::served);
  o.used_tokens = 1'000;
  board.observe(o, ticket);
  EXPECT_EQ(service().headroom_tokens, 49'000);
  board.finish(ticket, 0, now);
  EXPECT_EQ(service().headroom_tokens, 49'000);
  board.note_elsewhere(0, 5, 9'000, now);  // another core
  EXPECT_EQ(service().headroom_tokens, 40'000);
  EXPECT_EQ(service().headroom_requests, 44);
}

TEST_F(BoardTest, gives_back_all_that_was_never_sent) {
  board.note_limit(0, {Limit::Kind::tokens, 100'000, 50'000, 3'600'000}, now);
  now.ns += 1;
  auto ticket = board.begin(0, 8'000, true, now);
  auto o = seen(What::failed);
  o.kind = cloud::FailureKind::unreachable;
  board.observe(o, ticket);
  EXPECT_EQ(service().headroom_tokens, 50'000);
}

TEST_F(BoardTest, counts_a_stream_without_a_first_token_at_its_end) {
  for (std::uint32_t i = 0; i < 8; ++i) fails(cloud::FailureKind::server_error, i);
  const auto before = service().error;
  for (int i = 0; i < 20; ++i) pass(100), board.observe(seen(What::served));
  EXPECT_LT(service().error, before / 2);
  EXPECT_EQ(service().first_token_ms, 0U);
}

TEST_F(BoardTest, tells_a_pools_utilisation_for_a_minute) {
  board.note_limit(0, {Limit::Kind::utilisation, 1'000, 750, 0}, now);
  EXPECT_NEAR(service().utilisation, 49'152, 2);
  pass(Board::kUtilisationKeptMs + 10);
  EXPECT_EQ(service().utilisation, 0);
}

TEST_F(BoardTest, takes_a_429_for_lost_headroom) {
  first_token(500);
  auto o = seen(What::failed);
  o.kind = cloud::FailureKind::rate_limited;
  o.retry_after_ms = 5'000;
  board.observe(o);
  EXPECT_TRUE(service().throttled);
  EXPECT_EQ(board.throttled_until(0), now.plus_ms(5'000));
  EXPECT_LT(service().error, 1'000);
  EXPECT_EQ(service().breaker, BreakerState::closed);
  pass(5'000);
  EXPECT_FALSE(service().throttled);
}

TEST_F(BoardTest, a_429_that_says_how_long_to_wait_cuts_nothing_and_is_no_error) {
  std::vector<Ticket> tickets;
  for (int i = 0; i < 20; ++i) tickets.push_back(board.begin(0, 100, false, now));
  auto o = seen(What::failed);
  o.stream = false;
  o.kind = cloud::FailureKind::rate_limited;
  o.status = 429;
  o.retry_after_ms = 2'000;
  for (auto& t : tickets) board.observe(o, t);
  for (int i = 0; i < 10; ++i) {
    pass(2'001);
    EXPECT_FALSE(service().throttled);
    auto t = board.begin(0, 100, false, now);
    o.at = now;
    board.observe(o, t);
    EXPECT_TRUE(service().throttled);
  }
  EXPECT_EQ(service().free_slots, -1);
  EXPECT_NEAR(service().error, ErrorRate::kPrior * 65'536, 2);
  EXPECT_EQ(service().breaker, BreakerState::closed);
}

TEST_F(BoardTest, a_refused_request_that_was_larger_than_what_was_left_is_no_false_429) {
  for (int i = 0; i < 20; ++i) {
    pass(2'000);
    auto ticket = board.begin(0, 50'000, false, now);
    board.note_limit(0, {Limit::Kind::tokens, 100'000, 40'000, 60'000}, now);
    auto o = seen(What::failed);
    o.stream = false;
    o.kind = cloud::FailureKind::rate_limited;
    o.status = 429;
    board.observe(o, ticket);
  }
  EXPECT_EQ(service().breaker, BreakerState::closed);
  EXPECT_NEAR(service().error, ErrorRate::kPrior * 65'536, 2);
}

TEST_F(BoardTest, opens_on_429s_while_the_quota_has_room) {
  for (int i = 0; i < 9; ++i) {
    pass(1'500);
    board.note_limit(0, {Limit::Kind::requests, 1'000, 950, 60'000}, now);
    fails(cloud::FailureKind::rate_limited, static_cast<std::uint32_t>(i));
  }
  EXPECT_EQ(service().breaker, BreakerState::open);
  EXPECT_EQ(board.opened(0).why, Why::false_throttling);
}

TEST_F(BoardTest, sees_a_stall_by_what_does_not_come) {
  for (int i = 0; i < 100; ++i) pass(100), first_token(400);
  std::vector<Ticket> waiting;
  for (int i = 0; i < 10; ++i) waiting.push_back(board.begin(0, 100, true, now));
  pass(4'900);
  EXPECT_EQ(service().breaker, BreakerState::closed);
  pass(200);
  EXPECT_EQ(service().breaker, BreakerState::open);
  EXPECT_EQ(board.opened(0).why, Why::stall);
}

TEST_F(BoardTest, takes_whole_answers_and_long_streams_for_no_stall) {
  std::vector<Ticket> waiting;
  for (int i = 0; i < 10; ++i) waiting.push_back(board.begin(0, 100, false, now));
  for (int i = 0; i < 10; ++i) waiting.push_back(board.begin(0, 100, true, now)), first_token(500);
  pass(600'000);
  EXPECT_EQ(service().breaker, BreakerState::closed);
}

TEST_F(BoardTest, lets_one_probe_through_and_then_the_traffic_gradually) {
  std::vector<Ticket> before;
  for (int i = 0; i < 100; ++i) before.push_back(board.begin(0, 0, false, now));
  for (auto& t : before) board.finish(t, 0, now);
  for (std::uint32_t i = 0; i < 9; ++i) fails(cloud::FailureKind::server_error, i);
  ASSERT_EQ(service().breaker, BreakerState::open);
  now = board.opened(0).until;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(board.may_probe(0, now)) << i;
    auto probe = board.begin(0, 0, true, now);
    EXPECT_TRUE(probe.probe);
    EXPECT_FALSE(board.may_probe(0, now));
    EXPECT_FALSE(board.begin(0, 0, true, now).probe);  // the last resort may still ask
    pass(100);
    auto o = seen(What::first_token);
    o.duration_ms = 100;
    o.first_token_us = 100'000;
    board.observe(o, probe);  // its stream goes on
  }
  const auto s = service();
  EXPECT_EQ(s.breaker, BreakerState::closed);
  EXPECT_LT(s.error, 15'000);
  EXPECT_GE(s.free_slots, 0);
  EXPECT_LE(s.free_slots, 2);
  pass(Slots::kEndsMs + 1);
  EXPECT_EQ(service().free_slots, -1);
}

TEST_F(BoardTest, lets_the_next_probe_go_when_the_caller_of_one_left) {
  for (std::uint32_t i = 0; i < 9; ++i) fails(cloud::FailureKind::server_error, i);
  now = board.opened(0).until;
  auto probe = board.begin(0, 0, true, now);
  board.observe(seen(What::cancelled_by_caller), probe);
  EXPECT_EQ(service().breaker, BreakerState::probing);
  EXPECT_TRUE(board.may_probe(0, now));
}

TEST_F(BoardTest, lets_a_request_look_at_a_place_that_was_left_alone) {
  const auto later = [this](std::int64_t ms) { return now.plus_ms(ms); };
  EXPECT_FALSE(board.may_look(0, later(60'000))) << "nobody left it: it was never tried";
  for (int i = 0; i < 50; ++i) pass(100), first_token(500);
  auto ordinary = board.begin(0, 0, true, now);
  EXPECT_FALSE(ordinary.look);
  EXPECT_FALSE(board.may_look(0, later(Board::kLookMs - 1)));
  EXPECT_TRUE(board.may_look(0, later(Board::kLookMs)));

  const auto look = [this](What what, std::uint32_t ms) {
    auto ticket = board.begin(0, 0, true, now);
    EXPECT_TRUE(ticket.look);
    EXPECT_FALSE(board.may_look(0, now)) << "one at a time";
    auto o = seen(what);
    o.first_token_us = ms * 1'000;
    o.duration_ms = ms;
    board.observe(o, ticket);
  };
  pass(Board::kLookMs);
  look(What::first_token, 5'000);  // ten times its usual
  EXPECT_FALSE(board.may_look(0, later(Board::kLookAgainMs - 1)));
  pass(Board::kLookAgainMs);
  look(What::first_token, 500);
  EXPECT_FALSE(board.may_look(0, later(Board::kLookOnMs - 1)));
  pass(Board::kLookOnMs);
  look(What::cancelled_by_caller, 0);  // tells nothing
  EXPECT_TRUE(board.may_look(0, later(Board::kLookOnMs)));
}

TEST_F(BoardTest, leaves_a_place_with_an_open_breaker_to_its_probes) {
  first_token(500);
  for (std::uint32_t i = 0; i < 9; ++i) fails(cloud::FailureKind::server_error, i);
  ASSERT_EQ(service().breaker, BreakerState::open);
  EXPECT_FALSE(board.may_look(0, now.plus_ms(10 * Board::kLookMs)));
}

TEST_F(BoardTest, takes_a_503_that_nobody_else_meets_for_no_congestion) {
  for (int i = 0; i < 400; ++i) pass(10), first_token(500);
  fails(cloud::FailureKind::overloaded);
  EXPECT_EQ(service().free_slots, -1) << "its slots were cut for one of 400";
  for (int i = 0; i < 40; ++i) pass(10), fails(cloud::FailureKind::overloaded, static_cast<std::uint32_t>(i)), first_token(500);
  EXPECT_GE(service().free_slots, 0) << "half of its attempts fail, and nothing was cut";
}

TEST_F(BoardTest, who_was_outrun_was_at_least_as_slow_as_it_ran) {
  const auto outrun = [this](std::uint32_t ms) {
    auto ticket = board.begin(0, 100, true, now);
    pass(ms);
    auto o = seen(What::outrun);
    o.duration_ms = ms;
    board.observe(o, ticket);
    EXPECT_FALSE(ticket.open);
  };
  for (int i = 0; i < 50; ++i) pass(10), first_token(1'000);
  const auto before = service();
  for (int i = 0; i < 50; ++i) outrun(10);
  EXPECT_EQ(service().first_token_ms, before.first_token_ms) << "it might have been faster than usual";
  for (int i = 0; i < 50; ++i) outrun(3'000);
  EXPECT_GE(service().first_token_ms, 2'800u);
  EXPECT_LE(service().first_token_ms, 3'300u);
  EXPECT_LE(service().error, ErrorRate::kPrior * 65'536 + 2) << "it only fades";
  EXPECT_EQ(service().breaker, BreakerState::closed);
}

TEST_F(BoardTest, inherits_what_a_deployment_was_known_for) {
  for (int i = 0; i < 50; ++i) pass(100), first_token(3'000);
  for (std::uint32_t i = 0; i < 9; ++i) fails(cloud::FailureKind::server_error, i);
  auto running = board.begin(0, 0, true, now);
  Board next(kProviders, 2, 1);
  next.inherit(1, board, 0);
  const auto s = next.service(1, kSmall, 2'000, now);
  EXPECT_EQ(s.miss, service().miss);
  EXPECT_EQ(s.error, service().error);
  EXPECT_EQ(s.breaker, BreakerState::open);
  EXPECT_EQ(next.opened(1).failed, 9U);
  board.finish(running, 0, now);
  EXPECT_TRUE(next.may_probe(1, board.opened(0).until));
  EXPECT_EQ(next.service(0, kSmall, 2'000, now).samples, 0U);
}

// Two cores: each sees its own attempts at once and the other's in batches, late and out of order.
TEST(Boards, of_two_cores_agree_though_news_come_late) {
  std::array<Board, 2> boards{Board(kProviders, 2, 1), Board(kProviders, 2, 1)};
  std::array<std::vector<Observation>, 2> mail;
  MonoTime now{1'000'000'000};
  for (int i = 0; i < 4'000; ++i) {
    now = now.plus_ms(5);
    Observation o;
    o.at = now;
    o.tenant = static_cast<std::uint32_t>(i % 7);
    o.duration_ms = 30;
    const bool sick = i > 3'000;
    o.what = sick ? What::failed : What::first_token;
    o.kind = sick ? cloud::FailureKind::server_error : cloud::FailureKind::none;
    o.stream = true;
    o.first_token_us = sick ? 0 : 400'000 + static_cast<std::uint32_t>(i % 100) * 1'000;
    const auto own = static_cast<std::size_t>(i % 2);
    boards[own].observe(o);
    mail[1 - own].push_back(o);
    if (i == 2'999) {
      const auto a = boards[0].service(0, kSmall, 450, now);
      const auto b = boards[1].service(0, kSmall, 450, now);
      EXPECT_NEAR(a.miss, b.miss, 700);
      EXPECT_NEAR(a.error, b.error, 10);
      EXPECT_NEAR(a.first_token_ms, b.first_token_ms, 3);
    }
    if (i % 20 != 19) continue;
    for (std::size_t b = 0; b < 2; ++b) {
      for (const auto& m : mail[b]) boards[b].observe(m);
      mail[b].clear();
    }
  }
  for (auto& b : boards) EXPECT_NE(b.service(0, kSmall, 450, now).breaker, BreakerState::closed);
}

TEST(Boards, with_the_same_calls_tell_the_same) {
  std::array<Board, 2> boards{Board(kProviders, 2, 9), Board(kProviders, 2, 9)};
  std::uint64_t random = 1;
  MonoTime now{1};
  for (int i = 0; i < 20'000; ++i) {
    random = random * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
    now.ns += static_cast<std::int64_t>(random >> 40);
    Observation o;
    o.at = now;
    o.what = static_cast<What>(random >> 33 & 3);
    o.kind = static_cast<cloud::FailureKind>((random >> 48) % cloud::kFailureKinds);
    o.size = static_cast<SizeClass>((random >> 20) % kSizeClasses);
    o.tenant = static_cast<std::uint32_t>(random >> 60);
    o.deployment = static_cast<std::uint16_t>(random >> 30 & 1);
    o.first_token_us = static_cast<std::uint32_t>(random >> 44);
    std::array<Service, 2> s;
    for (std::size_t b = 0; b < 2; ++b) {
      boards[b].observe(o);
      s[b] = boards[b].service(o.deployment, o.size, 500, now);
    }
    ASSERT_EQ(s[0].miss, s[1].miss);
    ASSERT_EQ(s[0].error, s[1].error);
    ASSERT_EQ(s[0].breaker, s[1].breaker);
    ASSERT_EQ(boards[0].opened(0).until, boards[1].opened(0).until);
  }
}

}  // namespace
}  // namespace fw::health
