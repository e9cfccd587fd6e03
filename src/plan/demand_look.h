// Demand written as a file, and looked at before anybody relies on it.
#pragma once

#include <string>
#include <vector>

#include "plan/demand.h"

namespace fw::plan {

// The form that read_demand() reads: a row per class and step that asks for anything, and the first and last step always.
std::string demand_csv(const Demand& demand);

// A day is quiet below this share of the median of its weekday.
inline constexpr double kQuietShare = 0.5;
inline constexpr std::size_t kWeekdaysMin = 3;  // of which a median is taken

struct QuietDay {
  WallTime day;      // 00:00 UTC
  double share = 0;  // of the median of its weekday
};
// Whole days (UTC) that look like holidays or failures. Nothing is changed for them.
std::vector<QuietDay> quiet_days(const Demand& demand);

// Holes and quiet days, for people.
std::vector<std::string> look_at(const Demand& demand);

}  // namespace fw::plan
