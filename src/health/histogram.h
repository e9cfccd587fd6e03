// Durations in logarithmic buckets, the old ones fading.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/clock.h"

namespace fw::health {

// e^(-gap / seconds); 1 for a gap of nothing or less.
double faded(std::int64_t gap_ns, double seconds);

// How an estimate forgets. Each new sample takes e^-min(gap/12 s, 1/30) off the older ones: at 2.5 samples a second
// and above a change is followed within a minute (99 % of what was known is gone), below that within 150
// samples. After a gap of more than 12 s no more than 30 samples count, and only 2 where the new one contradicts
// them: what was true of a place before it was left alone need not be true of it now.
class Forgetting {
 public:
  static constexpr double kSeconds = 12;
  static constexpr double kSamples = 30;
  static constexpr double kAfterGap = 30;
  static constexpr double kAfterSurprise = 2;
  static constexpr std::int64_t kGapNs = 12'000'000'000;

  bool gap(MonoTime at) const { return any_ && at.ns - last_.ns > kGapNs; }
  // Says that a sample came: the factor by which older weights shrink.
  double step(MonoTime at);
  // What is left of evidence of age now - the last sample: all for 12 s, then fading with 60 s.
  double left(MonoTime now) const { return any_ ? faded(now.ns - last_.ns - kGapNs, 60) : 1; }

 private:
  MonoTime last_;
  bool any_ = false;
};

// Eight buckets to the octave: an estimate is right to 6 %.
class Histogram {
 public:
  static constexpr std::size_t kBuckets = 144;
  using Weights = std::array<float, kBuckets>;

  // unit_bits: buckets are of value >> unit_bits, which should not pass 2^20.
  explicit Histogram(int unit_bits) : unit_bits_(unit_bits) {}

  void add(std::uint32_t value, MonoTime at);
  // What was until now shall count little against what comes: the place is left.
  void interrupted() { grain_ = std::max(grain_, mass_ / Forgetting::kAfterSurprise); }
  // Samples that count for something, at most `most`, fewer as time passes without new ones.
  double evidence(double most, MonoTime now) const;
  double mass() const { return mass_ / grain_; }
  // Adds to `sum` a weight of `evidence` in this shape, `shift` buckets up (8: twice as long).
  void spread(Weights& sum, double evidence, int shift) const;

  // Of a sum of shapes. The value below which `share` (0 to 1) of it lies; 0: it is empty.
  std::uint32_t quantile(const Weights& sum, double share) const;
  // The share of it (0 to 1) above a value; 0: it is empty.
  double above(const Weights& sum, std::uint32_t value) const;
  const Weights& shape() const { return weights_; }
  std::uint32_t median() const { return quantile(weights_, 0.5); }

 private:
  std::size_t bucket(std::uint32_t value) const;
  double edge(std::size_t bucket) const;  // its lower one, in the unit of values
  bool surprising(std::size_t bucket) const;

  Weights weights_{};
  double mass_ = 0;
  double grain_ = 1;  // weight of the next sample: growing it makes all older ones fade
  Forgetting forgetting_;
  int unit_bits_;
};

}  // namespace fw::health
