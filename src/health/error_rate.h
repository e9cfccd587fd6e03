// How often attempts at a place fail.
#pragma once

#include <algorithm>

#include "base/clock.h"
#include "health/histogram.h"

namespace fw::health {

// P(an attempt fails), starting from a prior and returning to it with 60 s when nobody tries: a place that
// was left because of its failures is thought of better with time alone, so that traffic comes back.
class ErrorRate {
 public:
  static constexpr double kPrior = 0.01;
  static constexpr double kPriorSamples = 4;

  void add(bool failed, MonoTime at);
  // A stream that was counted as served broke later.
  void take_back_served() { good_ = good_ < 1 ? 0 : good_ - 1; }
  // It was tried and serves again: of what was before little counts.
  void recovered() { good_ = std::min(good_, 4.0), bad_ = std::min(bad_, 1.0); }
  double share(MonoTime now) const;

 private:
  double good_ = 0;
  double bad_ = 0;
  Forgetting forgetting_;
};

}  // namespace fw::health
