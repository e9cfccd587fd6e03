#include "health/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace fw::health {
namespace {
constexpr std::uint32_t kUnitsMax = (1U << 20) - 1;
constexpr double kGrainMax = 1e9;
}  // namespace

double faded(std::int64_t gap_ns, double seconds) {
  return gap_ns <= 0 ? 1 : std::exp(-static_cast<double>(gap_ns) / (seconds * 1e9));
}

double Forgetting::step(MonoTime at) {
  const double gap = any_ ? static_cast<double>(std::max<std::int64_t>(0, at.ns - last_.ns)) / 1e9 : 0;
  last_ = any_ ? std::max(last_, at) : at;
  any_ = true;
  return gap == 0 ? 1 : std::exp(-std::min(gap / kSeconds, 1 / kSamples));
}

std::size_t Histogram::bucket(std::uint32_t value) const {
  const auto units = std::min(value >> unit_bits_, kUnitsMax);
  if (units < 8) return units;
  const auto octave = static_cast<std::uint32_t>(std::bit_width(units)) - 4;
  return (octave + 1) * 8 + ((units >> octave) & 7);
}

double Histogram::edge(std::size_t bucket) const {
  const auto units = bucket < 8 ? bucket : (8 + bucket % 8) << (bucket / 8 - 1);
  return static_cast<double>(units << unit_bits_);
}

bool Histogram::surprising(std::size_t bucket) const {
  double below = 0;
  for (std::size_t i = 0; i < bucket; ++i) below += weights_[i];
  return below > 0.95 * mass_ || below + weights_[bucket] < 0.05 * mass_;
}

void Histogram::add(std::uint32_t value, MonoTime at) {
  const auto at_bucket = bucket(value);
  if (forgetting_.gap(at)) {
    const double most = surprising(at_bucket) ? Forgetting::kAfterSurprise : Forgetting::kAfterGap;
    grain_ = std::max(grain_, mass_ / most);
  }
  grain_ /= forgetting_.step(at);
  if (grain_ > kGrainMax) {
    mass_ = 0;
    for (auto& w : weights_) mass_ += w = static_cast<float>(w / grain_);
    grain_ = 1;
  }
  weights_[at_bucket] += static_cast<float>(grain_);
  mass_ += grain_;
}

double Histogram::evidence(double most, MonoTime now) const { return std::min(mass(), most) * forgetting_.left(now); }

void Histogram::spread(Weights& sum, double evidence, int shift) const {
  const auto scale = static_cast<float>(evidence / mass_);
  constexpr int kLast = static_cast<int>(kBuckets) - 1;
  for (int i = 0; i <= kLast; ++i)
    sum[static_cast<std::size_t>(std::clamp(i + shift, 0, kLast))] += weights_[static_cast<std::size_t>(i)] * scale;
}

std::uint32_t Histogram::quantile(const Weights& sum, double share) const {
  double all = 0;
  for (const auto w : sum) all += w;
  if (all <= 0) return 0;
  double left = share * all;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    if (left > sum[i]) {
      left -= sum[i];
      continue;
    }
    if (sum[i] <= 0) continue;
    return static_cast<std::uint32_t>(edge(i) + (edge(i + 1) - edge(i)) * left / sum[i]);
  }
  return static_cast<std::uint32_t>(edge(kBuckets - 1));
}

double Histogram::above(const Weights& sum, std::uint32_t value) const {
  const auto at = bucket(value);
  double weight = 0;
  for (std::size_t i = at + 1; i < kBuckets; ++i) weight += sum[i];
  const double inside = (edge(at + 1) - value) / (edge(at + 1) - edge(at));
  return weight + sum[at] * std::clamp(inside, 0.0, 1.0);
}

}  // namespace fw::health
