// Points in time as people and files write them, in UTC.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace fw {

// "2026-11-22T00:00:00Z", with or without a fraction (which is dropped) and an offset; 1970 to 2262.
std::optional<WallTime> parse_rfc3339(std::string_view text);
// The same, its fraction kept to the nanosecond.
std::optional<WallTime> parse_instant(std::string_view text);
std::string rfc3339_text(WallTime time);
std::string rfc3339_ms_text(WallTime time);  // with three digits of the second

// The same, or a day alone, which begins at 00:00 UTC.
std::optional<WallTime> parse_date(std::string_view text);
// A day alone where the time is one's beginning.
std::string date_text(WallTime time);

}  // namespace fw
