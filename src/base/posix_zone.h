// The footer of a TZif file: when summer time begins and ends in every year to come.
// Source: POSIX.1-2024 §8.3 (TZ), with RFC 9636 §3.3.2 (hours of a change up to 167, either sign).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace fw {

// A point in every year, by the clock on the wall.
struct YearPoint {
  enum class Form : std::uint8_t { month_week_day, julian, zero_based };
  Form form = Form::julian;
  std::uint8_t month = 0;     // month_week_day: 1 to 12
  std::uint8_t week = 0;      // 1 to 5; 5: the last
  std::uint16_t day = 0;      // of the week, 0 is Sunday; of the year, 1 to 365 (29 February is never counted) or 0 to 365
  std::int32_t second = 7'200;  // of that day; may lie outside it
  bool operator==(const YearPoint&) const = default;
};

// Offsets are seconds east of UTC.
struct PosixZone {
  struct Summer {
    std::int32_t offset = 0;
    YearPoint begin;  // by standard time
    YearPoint end;    // by summer time
    bool operator==(const Summer&) const = default;
  };
  struct Change {
    std::int64_t at = 0;  // seconds since 1970
    std::int32_t offset = 0;  // from then on
  };

  std::int32_t standard = 0;
  std::optional<Summer> summer;

  // "CET-1CEST,M3.5.0,M10.5.0/3"; nothing when it is anything else.
  static std::optional<PosixZone> read(std::string_view text);
  // The two changes of a year, in order. Only with summer time.
  std::array<Change, 2> changes(int year) const;
  bool operator==(const PosixZone&) const = default;
};

}  // namespace fw
