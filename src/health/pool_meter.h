// How full a provisioned pool is: what it was given in its accounting window, and what its cloud says.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/clock.h"

namespace fw::health {

struct PoolSize {
  std::int64_t tokens_per_minute = 0;  // weighted, as the pool counts them; above 0
  std::int64_t window_ms = 60'000;     // over which it counts; above 0
};

// Counts in sixteenths of the window; the oldest leaves it evenly. Integers: the same calls give the same figures.
class PoolMeter {
 public:
  static constexpr std::uint16_t kFull = UINT16_MAX;
  static constexpr std::int64_t kStatedKeptMs = 60'000;

  explicit PoolMeter(const PoolSize& size);

  // The pool was given so many weighted tokens; below 0: fewer than was said before. Times before the clock's beginning
  // and such as have left the window are not counted.
  void take(std::int64_t tokens, MonoTime now);
  // The cloud says how full it is: it counts what others gave it too. Until kStatedKeptMs later that is believed, and
  // what was taken or left the window here since is added or subtracted.
  void note(std::uint16_t utilisation, MonoTime now);

  // In the window, not below 0.
  std::int64_t taken(MonoTime now) const;
  // Of 65,536; kFull: nothing more fits.
  std::uint16_t utilisation(MonoTime now) const;

 private:
  static constexpr std::int64_t kSlices = 16;
  struct Slice {
    std::int64_t number = -1;
    std::int64_t tokens = 0;
  };
  struct Stated {
    MonoTime at;
    std::int64_t part = 0;   // as the cloud said
    std::int64_t own = 0;    // what was our own of it
  };
  std::int64_t own_part(MonoTime now) const;

  std::int64_t capacity_;  // in a window
  std::int64_t slice_ns_;
  std::array<Slice, kSlices + 1> slices_;
  std::optional<Stated> stated_;
};

}  // namespace fw::health
