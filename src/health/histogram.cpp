#include "health/histogram.h"

#include <algorithm>
#include <bit>

#include "base/elementary.h"

namespace fw::health {
namespace {
constexpr std::uint32_t kUnitsMax = (1U << 20) - 1;
constexpr double kGrainMax = 1e9;

float of_octave(const Histogram::Weights& w, std::size_t i) {
  return ((w[i] + w[i + 1]) + (w[i + 2] + w[i + 3])) + ((w[i + 4] + w[i + 5]) + (w[i + 6] + w[i + 7]));
}

}  // namespace

double faded(std::int64_t gap_ns, double seconds) {
  return gap_ns <= 0 ? 1 : elementary::exp(-static_cast<double>(gap_ns) / (seconds * 1e9));
}

double Forgetting::step(MonoTime at) {
  const double gap = any_ ? static_cast<double>(std::max<std::int64_t>(0, at.ns - last_.ns)) / 1e9 : 0;
  last_ = any_ ? std::max(last_, at) : at;
  any_ = true;
  return gap == 0 ? 1 : elementary::exp(-std::min(gap / kSeconds, 1 / kSamples));
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

// Nearly all that is known lies half an octave or more to one side.
bool Histogram::surprising(std::size_t bucket) const {
  constexpr std::size_t kMargin = 4;
  double below = 0;
  double above = 0;
  for (std::size_t i = 0; i + kMargin < bucket; ++i) below += weights_[i];
  for (std::size_t i = bucket + kMargin + 1; i < kBuckets; ++i) above += weights_[i];
  return std::max(below, above) > 0.97 * mass_;
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
  // Those that are shifted out stay at the end.
  const auto up = static_cast<std::size_t>(std::max(0, shift));
  const auto down = static_cast<std::size_t>(std::max(0, -shift));
  for (std::size_t i = 0; i < down; ++i) sum.front() += weights_[i] * scale;
  for (std::size_t i = down; i < kBuckets - up; ++i) sum[i + up - down] += weights_[i] * scale;
  for (std::size_t i = kBuckets - up; i < kBuckets; ++i) sum.back() += weights_[i] * scale;
}

std::uint32_t Histogram::quantile(const Weights& sum, double share) const {
  float all = 0;
  for (std::size_t octave = 0; octave < kBuckets; octave += 8) all += of_octave(sum, octave);
  if (all <= 0) return 0;
  auto left = static_cast<float>(share) * all;
  std::size_t i = 0;
  for (; i + 8 < kBuckets; i += 8) {
    const auto octave = of_octave(sum, i);
    if (left <= octave) break;
    left -= octave;
  }
  while (i + 1 < kBuckets && (left > sum[i] || sum[i] <= 0)) left -= sum[i++];
  const auto inside = sum[i] > 0 ? std::clamp(left / sum[i], 0.0F, 1.0F) : 0;
  return static_cast<std::uint32_t>(edge(i) + (edge(i + 1) - edge(i)) * inside);
}

double Histogram::above(const Weights& sum, std::uint32_t value) const {
  const auto at = bucket(value);
  float all = 0;
  float higher = 0;
  for (std::size_t octave = 0; octave < kBuckets; octave += 8) {
    const auto weight = of_octave(sum, octave);
    all += weight;
    if (octave > at) higher += weight;
  }
  for (auto i = at + 1; i % 8 != 0; ++i) higher += sum[i];
  const double inside = (edge(at + 1) - value) / (edge(at + 1) - edge(at));
  return all <= 0 ? 0 : (higher + sum[at] * std::clamp(inside, 0.0, 1.0)) / all;
}

}  // namespace fw::health
