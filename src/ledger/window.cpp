#include "ledger/window.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>

#include <fmt/format.h>

namespace fw::ledger {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::int64_t kMaxS = INT64_MAX / kSecondNs;

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

WindowSpan made(std::int64_t from_s, std::int64_t until_s) {
  const auto ns = [](std::int64_t s) { return WallTime{std::clamp(s, -kMaxS, kMaxS) * kSecondNs}; };
  return {{from_s}, ns(from_s), ns(until_s)};
}

bool hours_go_on(const TimeZone& zone, std::int64_t change, std::int32_t offset) {
  return (zone.span_at(change).offset - offset) % kHourS == 0;
}

// Hours are told by the offset in force. A change by whole hours leaves them as they are.
WindowSpan hour_at(std::int64_t second, const TimeZone& zone) {
  const auto span = zone.span_at(second);
  auto from = floor_div(second + span.offset, kHourS) * kHourS - span.offset;
  auto until = from + kHourS;
  if (from < span.from && !hours_go_on(zone, span.from - 1, span.offset)) from = span.from;
  if (until > span.until && !hours_go_on(zone, span.until, span.offset)) until = span.until;
  return made(from, until);
}

// The first day of the window that a day lies in, and that of the one after.
struct Days {
  sys_days first;
  sys_days next;
};

Days days_around(sys_days day, Window window) {
  if (window == Window::week) {
    const auto first = day - (std::chrono::weekday(day) - std::chrono::Monday);
    return {first, first + days(7)};
  }
  if (window == Window::month) {
    const year_month_day date(day);
    const auto month = date.year() / date.month();
    return {sys_days(month / 1), sys_days((month + std::chrono::months(1)) / 1)};
  }
  return {day, day + days(1)};
}

WindowSpan days_at(std::int64_t second, Window window, const TimeZone& zone) {
  const auto begin = [&](sys_days day) { return zone.first_second(day.time_since_epoch().count() * kDayS); };
  auto around = days_around(sys_days(days(floor_div(zone.local_at(second), kDayS))), window);
  // The clock was set back over midnight: it shows the old date again, but the new day has begun.
  while (begin(around.next) <= second) around = days_around(around.next, window);
  return made(begin(around.first), begin(around.next));
}

constexpr std::array<std::string_view, 5> kNames{"hour", "day", "week", "month", "total"};

}  // namespace

std::string_view name(Window window) { return kNames[static_cast<std::size_t>(window)]; }

WindowSpan window_at(WallTime time, Window window, const TimeZone& zone) {
  const auto second = floor_div(time.ns, kSecondNs);
  switch (window) {
    case Window::total: return {};
    case Window::hour: return hour_at(second, zone);
    case Window::day:
    case Window::week:
    case Window::month: break;
  }
  return days_at(second, window, zone);
}

std::string local_text(WallTime time, const TimeZone& zone) {
  const auto second = floor_div(time.ns, kSecondNs);
  const auto offset = zone.span_at(second).offset;
  const auto local = second + offset;
  const year_month_day date{sys_days(days(floor_div(local, kDayS)))};
  const auto of_day = local - floor_div(local, kDayS) * kDayS;
  const auto away = std::abs(offset) / 60;
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}{:02}:{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), of_day / 3600,
                     of_day / 60 % 60, of_day % 60, offset < 0 ? '-' : '+', away / 60, away % 60);
}

}  // namespace fw::ledger
