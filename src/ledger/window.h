// The stretches of time that budgets are given for: hours, days, weeks, months of a named time zone.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/time_zone.h"

namespace fw::ledger {

// Weeks begin on Monday. `total` never ends.
enum class Window : std::uint8_t { hour, day, week, month, total };
std::string_view name(Window window);

// Which of them: unique among the windows of one kind and zone, and growing with time.
struct WindowId {
  std::int64_t value = 0;  // seconds since 1970 of its beginning
  constexpr auto operator<=>(const WindowId&) const = default;
};

struct WindowSpan {
  WindowId id;
  WallTime from;                // in it
  WallTime until{INT64_MAX};    // not in it; INT64_MAX: it never ends
  constexpr bool contains(WallTime t) const { return from <= t && t < until; }
  constexpr bool ends() const { return until.ns != INT64_MAX; }
  bool operator==(const WindowSpan&) const = default;
};

// The window that a moment lies in. Windows of one kind cover all time from 1970 to 2262 without gap or overlap.
// A day begins when the clock first shows its date: at 01:00 where summer time swallows midnight, and a date shown
// twice around midnight is one day. An hour lasts 3600 seconds, also where the clock repeats or skips one; only a
// change by a part of an hour cuts hours short.
WindowSpan window_at(WallTime time, Window window, const TimeZone& zone);

// The same for a core that asks often: looks only when the window has passed.
class WindowClock {
 public:
  // The zone outlives it.
  WindowClock(Window window, const TimeZone& zone) : zone_(&zone), window_(window) {}
  const WindowSpan& at(WallTime now) {
    if (!span_.contains(now)) span_ = window_at(now, window_, *zone_);
    return span_;
  }

 private:
  const TimeZone* zone_;
  Window window_;
  WindowSpan span_{{}, {}, {}};  // contains nothing
};

// "2026-12-01T00:00:00+01:00".
std::string local_text(WallTime time, const TimeZone& zone);

}  // namespace fw::ledger
