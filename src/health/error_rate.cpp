#include "health/error_rate.h"

#include <algorithm>

namespace fw::health {

void ErrorRate::add(bool failed, MonoTime at) {
  const double left = forgetting_.left(at);
  double keep = forgetting_.step(at);
  if (left < 1) keep *= left * std::min(1.0, Forgetting::kAfterGap / (good_ + bad_));
  good_ = good_ * keep + (failed ? 0 : 1);
  bad_ = bad_ * keep + (failed ? 1 : 0);
}

double ErrorRate::share(MonoTime now) const {
  const double raw = (bad_ + kPrior * kPriorSamples) / (good_ + bad_ + kPriorSamples);
  return kPrior + (raw - kPrior) * forgetting_.left(now);
}

}  // namespace fw::health
