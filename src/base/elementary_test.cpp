#include "base/elementary.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace fw {
namespace {

std::uint64_t mixed(std::uint64_t v) {
  v += 0x9e3779b97f4a7c15;
  v = (v ^ (v >> 30)) * 0xbf58476d1ce4e5b9;
  v = (v ^ (v >> 27)) * 0x94d049bb133111eb;
  return v ^ (v >> 31);
}
double between(std::uint64_t i, double low, double high) {
  return low + (high - low) * static_cast<double>(mixed(i) >> 11) / 9007199254740992.0;
}

TEST(Elementary, is_the_librarys_to_a_few_units_of_the_last_place) {
  constexpr double kNear = 1e-15;
  for (std::uint64_t i = 0; i < 200'000; ++i) {
    const double x = between(i, -700, 700);
    EXPECT_NEAR(elementary::exp(x) / std::exp(x), 1, kNear) << x;
    const double small = between(i, -0.04, 0.04);
    EXPECT_NEAR(elementary::exp(small) / std::exp(small), 1, kNear) << small;
    const double p = between(i, -1'000, 1'000);
    EXPECT_NEAR(elementary::exp2(p) / std::exp2(p), 1, kNear) << p;
    const double y = std::exp(between(i, -300, 300));
    EXPECT_NEAR(elementary::log(y), std::log(y), kNear * std::max(1.0, std::abs(std::log(y)))) << y;
    EXPECT_NEAR(elementary::log2(y), std::log2(y), kNear * std::max(1.0, std::abs(std::log2(y)))) << y;
    const double t = between(i, -3, 3);
    EXPECT_NEAR(elementary::cos_turn(t), std::cos(2 * std::numbers::pi * t), 4e-15) << t;
    EXPECT_NEAR(elementary::sin_turn(t), std::sin(2 * std::numbers::pi * t), 4e-15) << t;
  }
}

TEST(Elementary, whole_powers_and_quarters_are_exact) {
  EXPECT_EQ(elementary::exp(0), 1);
  EXPECT_EQ(elementary::exp2(10), 1'024);
  EXPECT_EQ(elementary::exp2(-3), 0.125);
  EXPECT_EQ(elementary::log(1), 0);
  EXPECT_EQ(elementary::log2(0x1p-1070), -1'070);
  EXPECT_EQ(elementary::cos_turn(0), 1);
  EXPECT_EQ(elementary::cos_turn(0.5), -1);
  EXPECT_EQ(elementary::sin_turn(0.25), 1);
  EXPECT_EQ(elementary::exp(-1e9), 0);
}

// The bits themselves: what another build, processor or library would have to give too.
TEST(Elementary, gives_these_bits_everywhere) {
  std::uint64_t digest = 0;
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    const double all[] = {elementary::exp(between(i, -40, 40)), elementary::exp2(between(i, -40, 40)), elementary::log(between(i, 1e-9, 1e9)),
                          elementary::log2(between(i, 1e-9, 1e9)), elementary::cos_turn(between(i, -2, 2)), elementary::sin_turn(between(i, -2, 2))};
    for (const double each : all) digest = mixed(digest ^ std::bit_cast<std::uint64_t>(each));
  }
  EXPECT_EQ(digest, 2314245034050719275u);
}

}  // namespace
}  // namespace fw
