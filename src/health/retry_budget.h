// How many attempts beyond the first may be made, so that an outage of everything is not
// multiplied while a failover that works is never refused (docs/decisions/0004).
#pragma once

#include <algorithm>
#include <cstdint>

namespace fw::health {

// Every request pays in `percent` of a token, up to `burst`; a further attempt takes one and gives
// it back if it succeeds. Counts in hundredths of a token. One per core.
class RetryBudget {
 public:
  RetryBudget(int percent, int burst) : percent_(percent), full_(std::int64_t{burst} * 100), left_(full_) {}
  void request() { left_ = std::min(left_ + percent_, full_); }
  bool take() {
    if (left_ < 100) return false;
    left_ -= 100;
    return true;
  }
  void give_back() { left_ = std::min(left_ + 100, full_); }

 private:
  std::int64_t percent_;
  std::int64_t full_;
  std::int64_t left_;
};

}  // namespace fw::health
