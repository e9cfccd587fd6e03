#include "health/pool_meter.h"

#include <gtest/gtest.h>

#include <array>

#include "health/board.h"

namespace fw::health {
namespace {

constexpr MonoTime kStart{1'000'000'000'000};
constexpr PoolSize kSize{.tokens_per_minute = 60'000, .window_ms = 60'000};

double percent(const PoolMeter& meter, MonoTime now) { return 100.0 * meter.utilisation(now) / 65'536; }

}  // namespace

TEST(PoolMeter, counts_what_it_was_given_in_the_window) {
  PoolMeter meter(kSize);
  EXPECT_EQ(meter.utilisation(kStart), 0);
  meter.take(15'000, kStart);
  EXPECT_NEAR(percent(meter, kStart), 25, 0.1);
  meter.take(15'000, kStart.plus_ms(20'000));
  EXPECT_NEAR(percent(meter, kStart.plus_ms(20'000)), 50, 0.1);
  EXPECT_NEAR(percent(meter, kStart.plus_ms(70'000)), 25, 0.1) << "the first has left the window";
  EXPECT_EQ(meter.taken(kStart.plus_ms(90'000)), 0);
}

TEST(PoolMeter, what_was_estimated_is_set_right) {
  PoolMeter meter(kSize);
  meter.take(30'000, kStart);
  meter.take(-10'000, kStart.plus_ms(5'000));
  EXPECT_EQ(meter.taken(kStart.plus_ms(5'000)), 20'000);
  meter.take(-40'000, kStart.plus_ms(6'000));
  EXPECT_EQ(meter.taken(kStart.plus_ms(6'000)), 0) << "never below nothing";
}

TEST(PoolMeter, at_a_steady_rate_it_tells_the_part_of_the_capacity) {
  PoolMeter meter(kSize);
  auto now = kStart;
  for (int i = 0; i < 2'000; ++i, now = now.plus_ms(100)) meter.take(70, now);  // 42,000 a minute
  EXPECT_NEAR(percent(meter, now), 70, 1);
}

TEST(PoolMeter, a_shorter_window_bears_shorter_bursts) {
  PoolMeter minute(kSize);
  PoolMeter second({.tokens_per_minute = 60'000, .window_ms = 1'000});
  minute.take(2'000, kStart);
  second.take(2'000, kStart);
  EXPECT_LT(percent(minute, kStart), 5);
  EXPECT_EQ(second.utilisation(kStart), PoolMeter::kFull);
  EXPECT_EQ(second.utilisation(kStart.plus_ms(1'100)), 0);
}

TEST(PoolMeter, what_the_cloud_says_counts_and_our_own_since_is_added) {
  PoolMeter meter(kSize);
  meter.take(6'000, kStart);  // 10 %
  meter.note(52'429, kStart.plus_ms(100));
  EXPECT_NEAR(percent(meter, kStart.plus_ms(100)), 80, 0.1) << "others give to it too";
  meter.take(6'000, kStart.plus_ms(200));
  EXPECT_NEAR(percent(meter, kStart.plus_ms(200)), 90, 0.1);
  meter.take(60'000, kStart.plus_ms(300));
  EXPECT_EQ(meter.utilisation(kStart.plus_ms(300)), PoolMeter::kFull);
  EXPECT_EQ(meter.utilisation(kStart.plus_ms(65'000)), 0) << "said too long ago, and our own has left the window";
}

TEST(PoolMeter, news_that_come_late_or_never_ending_change_nothing_else) {
  PoolMeter huge({.tokens_per_minute = INT64_MAX, .window_ms = 3'600'000});
  huge.take(INT64_MAX / 4, kStart);
  huge.take(INT64_MAX / 8, kStart.plus_ms(-10'000'000));
  EXPECT_NEAR(percent(huge, kStart), 25, 0.1) << "what left the window before it came is not counted";
  PoolMeter tiny({.tokens_per_minute = 1, .window_ms = 1});
  tiny.take(1'000'000'000, kStart);
  EXPECT_EQ(tiny.utilisation(kStart), PoolMeter::kFull);
}

TEST(PoolMeter, a_refusal_says_that_the_pool_is_full_and_limits_nothing_in_flight) {
  constexpr std::array<std::uint16_t, 2> kProviders{0, 1};
  Board board(kProviders, 2, 1);
  board.is_pool(0, kSize);
  board.take_from_pool(0, 45'000, kStart);
  EXPECT_NEAR(board.service(0, SizeClass::tokens_1k, 0, kStart).utilisation, 49'152, 60);
  auto ticket = board.begin(0, 100, false, kStart);
  Observation o{.at = kStart.plus_ms(10), .what = What::failed, .kind = cloud::FailureKind::rate_limited};
  o.retry_after_ms = 0;
  board.observe(o, ticket);
  const auto after = board.service(0, SizeClass::tokens_1k, 0, kStart.plus_ms(10));
  EXPECT_EQ(after.utilisation, PoolMeter::kFull);
  EXPECT_EQ(after.free_slots, -1) << "a quota that is known is no congestion";
  EXPECT_EQ(board.service(1, SizeClass::tokens_1k, 0, kStart.plus_ms(10)).utilisation, 0);
  EXPECT_LT(board.service(0, SizeClass::tokens_1k, 0, kStart.plus_ms(65'000)).utilisation, PoolMeter::kFull);
}

}  // namespace fw::health
