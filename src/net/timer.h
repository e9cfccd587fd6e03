// One hashed timer wheel per core: O(1) to arm and to cancel, granularity 4 ms.
#pragma once

#include <array>
#include <cstdint>

#include "base/clock.h"

namespace fw::net {

// An intrusive entry. Fires at most once per arming, never early, at most one tick late
// (plus the time until the loop runs).
struct Timer {
  Timer* prev = nullptr;
  Timer* next = nullptr;
  MonoTime at{};
  std::uint32_t slot = 0;
  void (*fire)(Timer*) = nullptr;

  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  bool armed() const { return next != nullptr; }
};

class TimerWheel {
 public:
  static constexpr std::int64_t kTickNs = 4'000'000;
  static constexpr std::size_t kSlots = 2048;

  explicit TimerWheel(MonoTime start);
  void arm(Timer&, MonoTime at);
  void cancel(Timer&);
  // Fires everything that is due at `now`.
  void advance(MonoTime now);
  // When the loop has to wake at the latest; never() if nothing is armed. May be early
  // for timers more than one revolution (8 s) away.
  MonoTime next() const;
  std::size_t armed() const { return armed_; }

 private:
  struct Slot {
    Timer head;  // sentinel of a ring
  };
  std::array<Slot, kSlots> slots_;
  std::array<std::uint64_t, kSlots / 64> used_{};
  std::int64_t tick_;  // the last tick that was advanced to
  std::size_t armed_ = 0;
};

}  // namespace fw::net
