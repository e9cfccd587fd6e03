#include "health/quota.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "health/board.h"

namespace fw::health {
namespace {

constexpr MonoTime kNow{5'000'000'000};

TEST(Quota, is_unknown_before_anything_was_said) {
  Quota q;
  q.reserve(10);
  EXPECT_EQ(q.left(kNow), -1);
}

TEST(Quota, fills_evenly_until_the_reset_and_less_what_we_took) {
  Quota q;
  q.note(1'000, 400, 6'000, kNow);
  EXPECT_EQ(q.left(kNow), 400);
  EXPECT_EQ(q.left(kNow.plus_ms(3'000)), 700);
  q.reserve(300);
  EXPECT_EQ(q.left(kNow.plus_ms(3'000)), 400);
  EXPECT_EQ(q.left(kNow.plus_ms(6'000)), 700);
  EXPECT_EQ(q.left(kNow.plus_ms(24'000)), 1'000);  // then as if the limit were per minute
}

TEST(Quota, grows_as_per_minute_after_its_reset) {
  Quota q;
  q.note(1'000, 400, 6'000, kNow);
  q.reserve(1'000);
  EXPECT_EQ(q.left(kNow.plus_ms(6'000)), 0);
  EXPECT_EQ(q.left(kNow.plus_ms(12'000)), 100);
}

TEST(Quota, of_nothing_left_is_stale_after_its_reset) {
  Quota q;
  q.note(1'000, 0, 6'000, kNow);
  EXPECT_EQ(q.left(kNow), 0);
  EXPECT_EQ(q.left(kNow.plus_ms(6'000)), 1'000);
  EXPECT_EQ(q.left(kNow.plus_ms(Quota::kKeptMs + 1)), -1);
}

TEST(Quota, of_nothing_is_tried_again_after_its_reset) {
  Quota q;
  q.note(0, 0, 6'000, kNow);
  EXPECT_EQ(q.left(kNow.plus_ms(5'999)), 0);
  EXPECT_EQ(q.left(kNow.plus_ms(6'000)), -1);
}

TEST(Quota, takes_wild_numbers) {
  Quota q;
  q.note(-5, -9, -1, kNow);
  EXPECT_EQ(q.left(kNow), 0);
  q.note(100, INT64_MAX, INT64_MAX, kNow);
  EXPECT_EQ(q.left(kNow), 100);
  q.note(100, 0, INT64_MAX, kNow);
  EXPECT_EQ(q.left(kNow.plus_ms(Quota::kKeptMs)), 100);
}

TEST(Quota, gets_back_what_was_reserved_since_it_was_heard_of) {
  Quota q;
  q.note(1'000, 500, 3'600'000, kNow);
  q.reserve(400);
  q.give_back(300, kNow.plus_ms(1));
  EXPECT_EQ(q.left(kNow), 400);
  q.give_back(300, kNow.plus_ms(-1));  // the news count it already
  EXPECT_EQ(q.left(kNow), 400);
}

TEST(Quota, that_refuses_with_room_is_shared_with_somebody) {
  Quota q;
  q.note(1'000, 800, 60'000, kNow);
  q.refused(kNow);
  EXPECT_EQ(q.left(kNow), 0);
  q.note(1'000, 800, 60'000, kNow);
  EXPECT_EQ(q.left(kNow), 560);
  q.note(1'000, 800, 60'000, kNow.plus_ms(30'000));
  EXPECT_EQ(q.left(kNow.plus_ms(30'000)), 800);
  q.note(1'000, 20, 60'000, kNow.plus_ms(31'000));
  q.refused(kNow.plus_ms(31'000));  // no room: as expected
  q.note(1'000, 800, 60'000, kNow.plus_ms(31'000));
  EXPECT_EQ(q.left(kNow.plus_ms(31'000)), 800);
}

TEST(Throttle, waits_as_asked_up_to_a_minute) {
  Throttle t;
  EXPECT_FALSE(t.running(kNow));
  t.refused(kNow, 3'000, kNow);
  EXPECT_TRUE(t.running(kNow.plus_ms(2'999)));
  EXPECT_FALSE(t.running(kNow.plus_ms(3'000)));
  t.refused(kNow, 86'400'000, kNow);
  EXPECT_FALSE(t.running(kNow.plus_ms(Throttle::kMaxMs)));
}

TEST(Throttle, doubles_where_no_time_was_said_and_waiting_did_not_help) {
  Throttle t;
  auto now = kNow;
  for (const std::int64_t wait : {1'000, 2'000, 4'000, 8'000, 16'000, 30'000, 30'000}) {
    EXPECT_EQ(t.refused(now, 0, now), wait > 1'000);
    EXPECT_FALSE(t.refused(now.plus_ms(-50), 0, now.plus_ms(10)));  // was under way
    EXPECT_EQ(t.until().ms_since(now), wait);
    now = t.until();
  }
  t.served(now);
  EXPECT_FALSE(t.refused(now, 0, now));
  EXPECT_EQ(t.until().ms_since(now), 1'000);
}

TEST(Slots, are_unknown_until_a_place_refuses_and_never_below_one) {
  Slots s;
  for (int i = 0; i < 40; ++i) s.begin();
  EXPECT_EQ(s.free(kNow), -1);
  s.congested(kNow, kNow);
  EXPECT_EQ(s.free(kNow), 0);
  for (int i = 0; i < 40; ++i) s.finish();
  EXPECT_EQ(s.free(kNow), 28);
  s.congested(kNow.plus_ms(-1), kNow);  // was under way when it was cut
  EXPECT_EQ(s.free(kNow), 28);
  for (int i = 1; i < 20; ++i) s.congested(kNow.plus_ms(i), kNow.plus_ms(i));
  EXPECT_EQ(s.free(kNow), 1);
  s.finish();
  EXPECT_EQ(s.in_flight(), 0);
}

// A place that bears 20 at a time and refuses more.
TEST(Slots, find_what_a_place_bears) {
  Slots s;
  auto now = kNow;
  int refused = 0;
  int served = 0;
  for (int round = 0; round < 500; ++round) {
    int begun = 0;
    while (begun < 60 && s.free(now) != 0) s.begin(), ++begun;
    now = now.plus_ms(500);
    for (int i = 0; i < begun; ++i) {
      i < 20 ? s.served(now) : s.congested(now.plus_ms(-500), now);
      s.finish();
    }
    served += std::min(begun, 20);
    refused += std::max(0, begun - 20);
  }
  EXPECT_GT(served, 500 * 20 * 80 / 100);
  EXPECT_LT(refused, served / 20);
}

TEST(Slots, double_each_round_after_a_recovery) {
  Slots s;
  for (int i = 0; i < 64; ++i) s.begin();
  for (int i = 0; i < 64; ++i) s.finish();
  s.restart(kNow);
  for (const int borne : {2, 4, 8, 16, 32}) {
    EXPECT_EQ(s.free(kNow), borne);
    for (int i = 0; i < borne; ++i) s.begin();
    for (int i = 0; i < borne; ++i) s.served(kNow), s.finish();
  }
  EXPECT_EQ(s.free(kNow), -1);
}

TEST(Slots, end_a_minute_after_the_last_cut) {
  Slots s;
  for (int i = 0; i < 10; ++i) s.begin();
  s.congested(kNow, kNow);
  EXPECT_GE(s.free(kNow.plus_ms(Slots::kEndsMs)), 0);
  EXPECT_EQ(s.free(kNow.plus_ms(Slots::kEndsMs + 1)), -1);
}

// A place of 1,000 tokens a second that lets 5,000 come at once, refuses what it lacks and says for how long.
TEST(LearnedQuota, leaves_what_flows_in_after_a_few_refusals) {
  LearnedQuota q;
  double level = 5'000;
  int refused = 0;
  int late = 0;
  double sent = 0;
  MonoTime now = kNow;
  MonoTime until;
  for (int i = 0; i < 60 * 20; ++i) {  // 20 requests of 200 tokens a second, four times what it bears
    now = now.plus_ms(50);
    level = std::min(5'000.0, level + 50);
    const auto left = q.left(now);
    if (now < until || (left >= 0 && left < 200)) continue;
    q.reserve(200);
    if (level >= 200) {
      level -= 200;
      sent += i >= 20 * 20 ? 200 : 0;
      continue;
    }
    ++refused;
    late += i >= 20 * 20 ? 1 : 0;
    until = now.plus_ms(static_cast<std::int64_t>(200 - level));
    q.refused(200, now, until, now);
  }
  EXPECT_GT(sent, 40'000 * 0.95) << "of 40 s";
  EXPECT_LT(late, 40) << "one in twenty of what is borne, for a rise to be seen; without it 200";
  EXPECT_GT(refused, 1);
}

TEST(LearnedQuota, is_forgotten_a_minute_after_the_last_refusal) {
  LearnedQuota q;
  EXPECT_EQ(q.left(kNow), -1);
  q.refused(100, kNow, kNow.plus_ms(100), kNow);
  EXPECT_EQ(q.left(kNow), -1) << "one point tells no rate";
  const auto later = kNow.plus_ms(10'000);
  q.reserve(1'000), q.reserve(100);
  q.refused(100, later, later.plus_ms(100), later);
  EXPECT_EQ(q.left(later.plus_ms(100)), 100);
  EXPECT_NEAR(static_cast<double>(q.left(later.plus_ms(10'100))), 1'150, 2);
  EXPECT_GE(q.left(later.plus_ms(LearnedQuota::kKeptMs)), 0);
  EXPECT_EQ(q.left(later.plus_ms(LearnedQuota::kKeptMs + 1)), -1);
}

TEST(LearnedQuota, learns_nothing_from_those_sent_before_the_wait_was_over) {
  LearnedQuota q;
  q.refused(100, kNow, kNow.plus_ms(100), kNow);
  for (int i = 0; i < 5; ++i) {
    q.reserve(100);
    q.refused(100, kNow, kNow.plus_ms(5'000), kNow.plus_ms(i));
  }
  EXPECT_EQ(q.left(kNow.plus_ms(6'000)), -1);
}

// A quota of 600 requests a minute that says what remains, and two gateways that do not know of each other.
TEST(SharedQuota, two_boards_live_on_one) {
  constexpr std::array<std::uint16_t, 1> kProvider{0};
  std::array<Board, 2> boards{Board(kProvider, 1, 1), Board(kProvider, 1, 2)};
  std::mt19937_64 random(1);
  double level = 600;
  std::array<int, 2> served{};
  int refused = 0;
  int held = 0;
  MonoTime now = kNow;
  for (int i = 0; i < 40 * 600; ++i) {  // 40 requests a second for ten minutes, four times what there is
    now = now.plus_ms(25);
    level = std::min(600.0, level + 10 * 0.025);
    const auto who = random() % 2;
    auto& board = boards[who];
    const auto s = board.service(0, SizeClass::tokens_1k, 0, now);
    if (s.throttled || s.headroom_requests == 0 || s.breaker == BreakerState::open) {
      ++held;
      continue;
    }
    auto ticket = board.begin(0, 100, false, now);
    Observation o;
    o.at = now.plus_ms(20);
    o.duration_ms = 20;
    o.status = 200;
    if (level >= 1) {
      level -= 1;
      ++served[who];
      board.note_limit(0,
                       {Limit::Kind::requests, 600, static_cast<std::int64_t>(level),
                        static_cast<std::int64_t>((600 - level) * 100)},
                       o.at);
    } else {
      ++refused;
      o.what = What::failed;
      o.kind = cloud::FailureKind::rate_limited;
      o.status = 429;
    }
    board.observe(o, ticket);
  }
  const int all = served[0] + served[1];
  EXPECT_GT(all, (6'000 + 600) * 85 / 100);
  EXPECT_LT(refused, all / 10);
  EXPECT_GT(std::min(served[0], served[1]), all / 4);
  EXPECT_GT(held, 10'000);
  EXPECT_EQ(boards[0].opened(0).why, Why::none);
}

}  // namespace
}  // namespace fw::health
