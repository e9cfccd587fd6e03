// How a running plan does: what came beside what was planned, and whether it is time to plan again.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "plan/plan.h"

namespace fw::plan {

// A plan is off where so much of it is: its cost, a class that has so much of all tokens, the use of what was bought.
inline constexpr double kCostOff = 0.05;
inline constexpr double kClassOff = 0.20;
inline constexpr double kClassMatters = 0.05;
inline constexpr double kUseOff = 0.15;
inline constexpr std::int64_t kDaysBeforeEnd = 3;

struct ClassProgress {
  std::string model, name, place;
  double planned = 0, came = 0;  // tokens
};

struct PoolProgress {
  std::string offer;
  double units = 0;              // deployed, on the average
  double planned = 0, came = 0;  // the share of them that is used
};

struct Progress {
  WallTime from, until;          // the part of the plan's span that is over
  Money planned, came;           // purchases by time, and the rest paid as it goes
  double nowhere = 0;            // tokens that quotas leave without a place
  std::vector<ClassProgress> classes;
  std::vector<PoolProgress> pools;
  std::vector<std::string> reasons;  // to plan again; none: it still holds
};

// The plan's purchases under what came, placed as the plan places. `came` in steps no longer than the plan's that divide them.
// The error says what does not fit.
std::expected<Progress, std::string> progress(const Problem& problem, const Rules& rules, const Plan& plan, const Demand& came);

std::string progress_json(const Progress& progress);

}  // namespace fw::plan
