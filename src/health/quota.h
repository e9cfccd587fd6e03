// What a place lets us send: its quotas, its Retry-After, and how much it bears at a time.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/clock.h"

namespace fw::health {

// One quota (requests or tokens), kept between the answers that tell of it. What remains grows evenly until it is full
// at the reset that was said, then as if the limit were per minute; what we reserve is taken off at once.
class Quota {
 public:
  static constexpr std::int64_t kKeptMs = 600'000;  // without news for so long nothing is known
  static constexpr std::int64_t kMinuteMs = 60'000;
  static constexpr double kRoom = 0.05;  // more than this share left is room
  static constexpr double kCut = 0.7;    // what a refusal with room leaves of our share
  static constexpr double kShareMin = 0.1;
  static constexpr double kShareGrowthPerSecond = 0.01;

  // Durations only; a reset of 0 or less is taken for a minute, none for more than ten.
  void note(std::int64_t limit, std::int64_t remaining, std::int64_t reset_ms, MonoTime now);
  // begun: nothing is given back for a reservation older than the latest news, which count it already.
  void reserve(std::int64_t amount) { level_ -= known_ ? static_cast<double>(amount) : 0; }
  void give_back(std::int64_t amount, MonoTime begun);
  // Refused although there is room: somebody else lives on this quota too. Less of it is ours for a while.
  void refused(MonoTime now);

  // Of a limit of nothing no more is known once its reset is over, so that it is tried again.
  bool known(MonoTime now) const { return known_ && now.ms_since(noted_) <= kKeptMs && (limit_ > 0 || now < reset_); }
  // What may be sent now, 0 or more; -1: unknown.
  std::int64_t left(MonoTime now) const;
  // What was said to be left, less what we took, whatever share of it is ours; of the limit, 0 to 1; -1: unknown.
  double share_stated(MonoTime now) const;

 private:
  double level(MonoTime now) const;
  double share(MonoTime now) const;

  double limit_ = 0;
  double level_ = 0;
  double withheld_ = 0;  // of what was said: for the others
  double per_ns_ = 0;
  double share_ = 1;
  MonoTime noted_;
  MonoTime at_;  // of level_
  MonoTime reset_;
  MonoTime cut_;
  bool known_ = false;
};

// A place that asked us to wait. Lost headroom, no sickness.
class Throttle {
 public:
  static constexpr std::int64_t kMaxMs = 60'000;       // no cloud makes us wait longer (as OpenAI's own clients)
  static constexpr std::int64_t kFirstMs = 1'000;      // where no time is given: doubled each time it did not help,
  static constexpr std::int64_t kGrownMaxMs = 30'000;  // up to this

  // True: this attempt began after an earlier wait was over, and nothing was served in between.
  bool refused(MonoTime start, std::uint32_t retry_after_ms, MonoTime now);
  void served(MonoTime start) {
    if (start >= since_) in_vain_ = 0;
  }
  bool running(MonoTime now) const { return now < until_; }
  MonoTime until() const { return until_; }

 private:
  MonoTime since_;
  MonoTime until_;
  std::uint32_t in_vain_ = 0;  // waits in a row after which nothing was served
};

// How many attempts a place bears at a time, where no header tells: additive growth, multiplicative cut
// when it refuses or times out, never below one. Unknown until it first refuses; after a breaker closed it starts
// at two and doubles with each round of served attempts up to what it bore before, for a minute at most, so that the
// traffic returns gradually.
class Slots {
 public:
  static constexpr double kCut = 0.7;
  static constexpr double kFirst = 2;
  static constexpr std::int64_t kRampMs = 60'000;

  void begin() { peak_ = std::max(peak_, ++in_flight_); }
  void finish() { in_flight_ -= in_flight_ > 0 ? 1 : 0; }
  void congested(MonoTime start, MonoTime now);
  void served(MonoTime now);
  void restart(MonoTime now);
  void forget_in_flight() { in_flight_ = 0; }

  std::int32_t in_flight() const { return in_flight_; }
  // -1: unknown.
  std::int32_t free(MonoTime now) const;

 private:
  double limit_ = -1;
  double slow_from_ = 0;  // growth doubles below, and is additive above
  bool ramp_ = false;
  MonoTime cut_;
  std::int32_t in_flight_ = 0;
  std::int32_t peak_ = 0;  // in flight since the last cut
};

}  // namespace fw::health
