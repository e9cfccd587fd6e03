// Rate limits as the clouds keep them: an allowance per minute that refills evenly.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"

namespace fw::fake {

class Allowance {
 public:
  // Full at first. per_minute at least 1.
  Allowance(std::int64_t per_minute, MonoTime now)
      : limit_(per_minute), level_(static_cast<double>(per_minute)), at_(now) {}

  // False: not so much is left; nothing was taken. More than the limit is never granted.
  bool take(std::int64_t amount, MonoTime now);
  std::int64_t limit() const { return limit_; }
  std::int64_t remaining(MonoTime now);
  // Until so much is there (the whole limit, if it is more).
  std::int64_t wait_ms(std::int64_t amount, MonoTime now);
  // Until it is full again.
  std::int64_t reset_ms(MonoTime now) { return wait_ms(limit_, now); }

 private:
  void refill(MonoTime now);
  std::int64_t limit_;
  double level_;
  MonoTime at_;
};

// OpenAI's spelling of a duration: "17ms", "1s", "8.64s", "6m0s", "1h0m0s".
std::string duration_text(std::int64_t ms);

}  // namespace fw::fake
