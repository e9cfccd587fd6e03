// What the exit status of every command means.
#pragma once

namespace fw::cli {

enum Exit : int {
  kOk = 0,
  kFailed = 1,
  kUsage = 2,
  kConfigInvalid = 3,
  kNotReached = 4,  // the running gateway
  kDifferent = 5,   // a check found differences or damage
};

}  // namespace fw::cli
