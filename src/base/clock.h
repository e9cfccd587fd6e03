// Points in time as strong types. Pure: nothing here reads a clock.
#pragma once

#include <compare>
#include <cstdint>

namespace fw {

inline constexpr std::int64_t kSecondNs = 1'000'000'000;
inline constexpr std::int64_t kMinuteS = 60;
inline constexpr std::int64_t kHourS = 3'600;
inline constexpr std::int64_t kDayS = 86'400;
inline constexpr std::int64_t kHourNs = kHourS * kSecondNs;
inline constexpr std::int64_t kDayNs = kDayS * kSecondNs;

// Monotonic nanoseconds of one process.
struct MonoTime {
  std::int64_t ns = 0;
  static constexpr MonoTime never() { return {INT64_MAX}; }
  constexpr auto operator<=>(const MonoTime&) const = default;
  constexpr MonoTime plus_ms(std::int64_t ms) const { return {ns + ms * 1'000'000}; }
  constexpr std::int64_t ms_since(MonoTime t) const { return (ns - t.ns) / 1'000'000; }
};

// Nanoseconds since 1970-01-01T00:00:00Z.
struct WallTime {
  std::int64_t ns = 0;
  constexpr auto operator<=>(const WallTime&) const = default;
  constexpr std::int64_t seconds() const { return ns / 1'000'000'000; }
};

}  // namespace fw
