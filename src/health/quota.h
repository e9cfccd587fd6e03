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

// A quota of tokens that no head tells, learned from the waits that refusals name: at the end of a wait it holds what was
// refused. Between two such points as much flowed in as was sent, and as it holds more.
class LearnedQuota {
 public:
  static constexpr std::int64_t kKeptMs = 60'000;   // after a refusal; then it is tried without
  static constexpr std::int64_t kShortMs = 1'000;   // too short to tell a rate
  static constexpr double kLatest = 0.3;            // of the rate: how much the latest point counts
  static constexpr double kMore = 1.05;             // so much more is tried than was seen, else a rise would stay unseen

  // A request of `asked` tokens, counted by reserve(), begun at `start`, may come again at `until`.
  void refused(std::int64_t asked, MonoTime start, MonoTime until, MonoTime now);
  void reserve(std::int64_t amount) { sent_ += static_cast<double>(amount); }
  void give_back(std::int64_t amount, MonoTime begun) { sent_ -= begun > noted_ ? static_cast<double>(amount) : 0; }
  // What may be sent now, 0 or more; -1: unknown.
  std::int64_t left(MonoTime now) const;

 private:
  double held_ = 0;    // at `from_`
  double sent_ = 0;    // since `noted_`
  double per_ns_ = 0;  // 0: unknown
  MonoTime from_;      // the latest wait's end
  MonoTime noted_;     // its beginning
  // The same of the point that the next rate is counted from.
  double window_held_ = 0;
  double window_sent_ = 0;  // until `noted_`
  MonoTime window_from_;
  bool any_ = false;
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
// when it refuses or times out, never below one. Unknown until it first refuses and again a minute after it last did.
// After a breaker closed it starts at two and doubles with each round of served attempts up to what it bore before, for a
// minute at most, so that the traffic returns gradually.
class Slots {
 public:
  static constexpr double kCut = 0.7;
  static constexpr double kFirst = 2;
  static constexpr std::int64_t kEndsMs = 60'000;

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
  bool ended(MonoTime now) const { return now.ms_since(cut_) > kEndsMs; }

  double limit_ = -1;
  double slow_from_ = 0;  // growth doubles below, and is additive above
  bool ramp_ = false;
  MonoTime cut_;
  std::int32_t in_flight_ = 0;
  std::int32_t peak_ = 0;  // in flight since the last cut
};

}  // namespace fw::health
