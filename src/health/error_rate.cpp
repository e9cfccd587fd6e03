#include "health/error_rate.h"

#include <algorithm>

namespace fw::health {

void ErrorRate::add(bool failed, MonoTime at) {
  double keep = 1;
  if (const double all = good_ + bad_; forgetting_.gap(at) && all > 0) {
    const bool surprise = failed ? bad_ < 0.05 * all : good_ < 0.05 * all;
    keep = std::min(1.0, (surprise ? Forgetting::kAfterSurprise : Forgetting::kAfterGap) / all);
  }
  keep *= forgetting_.step(at);
  good_ = good_ * keep + (failed ? 0 : 1);
  bad_ = bad_ * keep + (failed ? 1 : 0);
}

double ErrorRate::share(MonoTime now) const {
  const double raw = (bad_ + kPrior * kPriorSamples) / (good_ + bad_ + kPriorSamples);
  return kPrior + (raw - kPrior) * forgetting_.left(now);
}

}  // namespace fw::health
