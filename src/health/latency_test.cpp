#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <random>

#include "health/board.h"

namespace fw::health {
namespace {

constexpr std::array<std::uint16_t, 1> kProvider{0};
constexpr double kSigma = 0.35;
constexpr double kP95 = 1.778;  // e^(1.645 sigma)

struct Stream {
  explicit Stream(std::uint64_t seed) : random(seed) {}
  std::mt19937_64 random;
  Board board{kProvider, 1, 1};
  MonoTime now{1};

  void run(double rate, double for_s, double median_ms, SizeClass size = SizeClass::tokens_8k) {
    const auto end = now.plus_ms(static_cast<std::int64_t>(for_s * 1e3));
    for (;;) {
      now.ns += static_cast<std::int64_t>(std::exponential_distribution<>(rate)(random) * 1e9);
      if (now >= end) break;
      Observation o;
      o.at = now;
      o.what = What::first_token;
      o.stream = true;
      o.size = size;
      o.first_token_us = static_cast<std::uint32_t>(median_ms * 1e3 * std::exp(std::normal_distribution<>(0, kSigma)(random)));
      board.observe(o);
    }
    now = end;
  }
  double at(double share, SizeClass size = SizeClass::tokens_8k) const { return board.first_token_ms(0, size, share, now); }
  bool right(double share, double truth) const { return std::abs(at(share) - truth) <= 0.2 * truth; }
};

class Latency : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(rates, Latency, testing::Values(5, 50, 500));

TEST_P(Latency, follows_a_slow_down_and_a_recovery_within_a_minute) {
  constexpr int kSeeds = 20;
  const double rate = GetParam();
  int medians = 0;
  int tails = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    Stream s(seed);
    s.run(rate, rate > 100 ? 60 : 300, 500);
    s.run(rate, 60, 3'000);
    medians += s.right(0.5, 3'000);
    tails += s.right(0.95, 3'000 * kP95);
    s.run(rate, 60, 500);
    medians += s.right(0.5, 500);
    tails += s.right(0.95, 500 * kP95);
  }
  EXPECT_EQ(medians, 2 * kSeeds);
  EXPECT_GE(tails, 2 * kSeeds * 95 / 100);
}

TEST(LatencyAtLowRates, follows_by_samples) {
  for (const double rate : {0.02, 0.2, 1.0}) {
    Stream s(1);
    s.run(rate, 300 / rate, 500);
    EXPECT_NEAR(s.at(0.5), 500, 125) << rate;
    s.run(rate, 60 / rate, 3'000);
    EXPECT_NEAR(s.at(0.5), 3'000, 750) << rate;
    s.run(rate, 150 / rate, 500);
    EXPECT_NEAR(s.at(0.95), 500 * kP95, 250) << rate;
  }
}

TEST(LatencyLeftAlone, is_forgotten_in_minutes_and_the_prior_returns) {
  Stream s(1);
  s.run(50, 60, 6'000);
  const auto miss = [&s](std::int64_t after_s) {
    return s.board.service(0, SizeClass::tokens_8k, 2'000, s.now.plus_ms(after_s * 1'000)).miss / 65'536.0;
  };
  EXPECT_GT(miss(0), 0.99);
  EXPECT_GT(miss(12), 0.95);
  EXPECT_NEAR(miss(72), 0.38, 0.05);
  EXPECT_LT(miss(300), 0.04);
  EXPECT_NEAR(miss(3'600), Board::kPriorMiss, 0.001);
}

TEST(LatencyLeftAlone, believes_the_first_answers_after_a_pause) {
  Stream s(1);
  s.run(50, 60, 6'000);
  s.now = s.now.plus_ms(120'000);
  s.run(1, 8, 500);
  const auto after = s.board.service(0, SizeClass::tokens_8k, 2'000, s.now);
  EXPECT_LT(after.miss, 0.3 * 65'536);
}

TEST(LatencyOfASize, is_borrowed_from_its_neighbours_until_it_has_its_own) {
  Stream s(1);
  s.run(10, 60, 1'000, SizeClass::tokens_1k);
  const auto borrowed = s.at(0.5, SizeClass::tokens_32k);
  EXPECT_GT(borrowed, 1'300);  // longer prompts take longer
  EXPECT_LT(borrowed, 2'200);
  s.run(10, 30, 4'000, SizeClass::tokens_32k);
  EXPECT_NEAR(s.at(0.5, SizeClass::tokens_32k), 4'000, 600);
  EXPECT_NEAR(s.at(0.5, SizeClass::tokens_128k), 7'300, 1'500);  // the nearest one tells
}

TEST(LatencyOfASize, of_whole_answers_is_split_as_the_streams_or_usually) {
  Stream s(1);
  Observation o;
  o.output_tokens = 100;
  o.duration_ms = 4'000;  // usual: 800 ms and 12 ms a token, 2 s
  for (int i = 0; i < 50; ++i) {
    s.now = s.now.plus_ms(200);
    o.at = s.now;
    s.board.observe(o);
  }
  const auto f = s.board.service(0, SizeClass::tokens_1k, 2'000, s.now);
  EXPECT_NEAR(f.first_token_ms, 1'600, 160);
  EXPECT_NEAR(f.per_token_us, 24'000, 2'400);
  for (int i = 0; i < 200; ++i) {
    s.now = s.now.plus_ms(200);
    o.at = s.now;
    o.duration_ms = 24'000;
    s.board.observe(o);
  }
  const auto slow = s.board.service(0, SizeClass::tokens_1k, 2'000, s.now);
  EXPECT_NEAR(slow.first_token_ms * 1e3 + slow.per_token_us * 100.0, 24e6, 4e6);
  EXPECT_GT(slow.miss, 60'000);
}

TEST(LatencyPerToken, is_what_streams_take_after_the_first) {
  Stream s(1);
  Observation o;
  o.stream = true;
  o.first_token_us = 500'000;
  o.output_tokens = 101;
  o.duration_ms = 2'500;
  o.at = s.now;
  s.board.observe(o);
  EXPECT_NEAR(s.board.service(0, SizeClass::tokens_1k, 0, s.now).per_token_us, 20'000, 1'300);
}

TEST(LatencyFacts, are_kept_for_ten_milliseconds_per_slo) {
  Stream s(1);
  s.run(50, 10, 1'000);
  const auto before = s.board.service(0, SizeClass::tokens_8k, 2'000, s.now);
  EXPECT_GT(s.board.service(0, SizeClass::tokens_8k, 500, s.now).miss, 60'000);
  Observation o;
  o.at = s.now;
  o.what = What::first_token;
  o.size = SizeClass::tokens_8k;
  o.first_token_us = 9'000'000;
  for (int i = 0; i < 50; ++i) s.board.observe(o);
  EXPECT_EQ(s.board.service(0, SizeClass::tokens_8k, 2'000, s.now.plus_ms(9)).miss, before.miss);
  EXPECT_GT(s.board.service(0, SizeClass::tokens_8k, 2'000, s.now.plus_ms(10)).miss, before.miss + 5'000);
}

TEST(LatencyFacts, take_any_number_without_harm) {
  Stream s(1);
  for (const auto us : {0U, 1U, 255U, 256U, 2'047U, 2'048U, 268'435'455U, 268'435'456U, UINT32_MAX}) {
    Observation o;
    o.at = s.now;
    o.what = What::first_token;
    o.first_token_us = us;
    o.duration_ms = UINT32_MAX;
    o.output_tokens = UINT32_MAX;
    s.board.observe(o);
    o.what = What::served;
    s.board.observe(o);
  }
  EXPECT_LE(s.at(1, SizeClass::tokens_1k), 300'000);
  EXPECT_LT(s.board.service(0, SizeClass::tokens_1k, UINT32_MAX, s.now).miss, 65'536 * Board::kPriorMiss);
}

}  // namespace
}  // namespace fw::health
