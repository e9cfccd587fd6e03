#include "base/elementary.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

// No product is joined with a sum, whatever the processor could do.
#pragma STDC FP_CONTRACT OFF

namespace fw::elementary {
namespace {

constexpr double kLn2High = 0x1.62e42fefa38p-1;  // so many zeros at the end that a product with an exponent is exact
constexpr double kLn2Low = 0x1.ef35793c7673p-45;
constexpr double kLog2E = 0x1.71547652b82fep+0;
constexpr double kPi = 0x1.921fb54442d18p+1;
constexpr double kSqrt2 = 0x1.6a09e667f3bcdp+0;
constexpr std::uint64_t kMantissa = (std::uint64_t{1} << 52) - 1;
constexpr std::int64_t kBias = 1'023;

// e^r for |r| up to ln(2) / 2. Even and odd powers apart: half as many steps wait for each other.
double exp_small(double r) {
  const double z = r * r;
  constexpr double kShort = 1.0 / 16;  // up to here the ninth power is nothing
  if (z <= kShort * kShort) {
    const double even = 1 + z * (1.0 / 2 + z * (1.0 / 24 + z * (1.0 / 720 + z * (1.0 / 40'320))));
    const double odd = 1 + z * (1.0 / 6 + z * (1.0 / 120 + z * (1.0 / 5'040 + z * (1.0 / 362'880))));
    return even + r * odd;
  }
  const double even = 1 + z * (1.0 / 2 + z * (1.0 / 24 + z * (1.0 / 720 + z * (1.0 / 40'320 + z * (1.0 / 3'628'800 + z * (1.0 / 479'001'600))))));
  const double odd = 1 + z * (1.0 / 6 + z * (1.0 / 120 + z * (1.0 / 5'040 + z * (1.0 / 362'880 + z * (1.0 / 39'916'800 + z * (1.0 / 6'227'020'800))))));
  return even + r * odd;
}

double power_of_2(std::int64_t n) { return std::bit_cast<double>(static_cast<std::uint64_t>(n + kBias) << 52); }

// A number as m * 2^exponent, m from sqrt(1/2) to sqrt(2); and the logarithm of m.
struct Split {
  double exponent = 0;
  double log = 0;
};

Split split(double x) {
  std::int64_t shift = 0;
  if (x < std::numeric_limits<double>::min()) {
    x *= power_of_2(54);
    shift = -54;
  }
  const auto bits = std::bit_cast<std::uint64_t>(x);
  auto exponent = static_cast<std::int64_t>(bits >> 52) - kBias + shift;
  double m = std::bit_cast<double>((bits & kMantissa) | (static_cast<std::uint64_t>(kBias) << 52));
  if (m > kSqrt2) m /= 2, ++exponent;
  const double s = (m - 1) / (m + 1);
  const double z = s * s;
  const double w = z * z;
  const double even = w * (1.0 / 5 + w * (1.0 / 9 + w * (1.0 / 13 + w * (1.0 / 17 + w * (1.0 / 21 + w * (1.0 / 25))))));
  const double odd = z * (1.0 / 3 + w * (1.0 / 7 + w * (1.0 / 11 + w * (1.0 / 15 + w * (1.0 / 19 + w * (1.0 / 23))))));
  return {static_cast<double>(exponent), 2 * s + 2 * s * (odd + even)};
}

// cos and sin of an angle up to pi / 4.
double cos_small(double y) {
  const double z = y * y;
  return 1 - z * (1.0 / 2 - z * (1.0 / 24 - z * (1.0 / 720 - z * (1.0 / 40'320 - z * (1.0 / 3'628'800 - z * (1.0 / 479'001'600 - z * (1.0 / 87'178'291'200.0)))))));
}
double sin_small(double y) {
  const double z = y * y;
  return y * (1 - z * (1.0 / 6 - z * (1.0 / 120 - z * (1.0 / 5'040 - z * (1.0 / 362'880 - z * (1.0 / 39'916'800 - z * (1.0 / 6'227'020'800 - z * (1.0 / 1'307'674'368'000.0))))))));
}

}  // namespace

double exp(double x) {
  if (x < -708) return 0;
  if (x > 709) return std::numeric_limits<double>::max();
  constexpr double kWhole = 0.34;  // less than half of ln(2): no power of 2 to take out
  if (x > -kWhole && x < kWhole) return exp_small(x);
  const double k = std::floor(x * kLog2E + 0.5);
  const double r = (x - k * kLn2High) - k * kLn2Low;
  return exp_small(r) * power_of_2(static_cast<std::int64_t>(k));
}

double exp2(double x) {
  if (x < -1'022) return 0;
  if (x >= 1'023.5) return std::numeric_limits<double>::max();
  const double k = std::floor(x + 0.5);
  const double part = x - k;
  return exp_small(part * kLn2High + part * kLn2Low) * power_of_2(static_cast<std::int64_t>(k));
}

double log(double x) {
  const auto [exponent, rest] = split(x);
  return exponent * kLn2High + (exponent * kLn2Low + rest);
}

double log2(double x) {
  const auto [exponent, rest] = split(x);
  return exponent + rest * kLog2E;
}

double cos_turn(double turns) {
  double r = std::abs(turns - std::floor(turns + 0.5));  // 0 to 1/2
  const bool behind = r > 0.25;
  if (behind) r = 0.5 - r;
  const double value = r > 0.125 ? sin_small(2 * kPi * (0.25 - r)) : cos_small(2 * kPi * r);
  return behind ? -value : value;
}

double sin_turn(double turns) { return cos_turn(turns - 0.25); }

}  // namespace fw::elementary
