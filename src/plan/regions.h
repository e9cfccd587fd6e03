// Where who runs replicas is, and what each region is worth to the plan.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "plan/plan.h"

namespace fw::plan {

// Replicas of one cloud in one scope.
struct Region {
  std::string cloud, scope;
  std::int64_t replicas_most = 0;  // deployed at once
  double share = 0;                // of all tokens
  std::optional<Money> without;    // what the plan costs when the region is no candidate; nothing: then there is none
};

// Each region is left out once and the rest planned anew; by cloud and scope. `go_on` is asked before each search.
std::vector<Region> regions(const Problem& problem, const Rules& rules, const Demand& demand, const Plan& plan, const std::function<bool()>& go_on);

// A member of a plan: "regions":[...].
std::string regions_member(const std::vector<Region>& regions, const Plan& plan);

}  // namespace fw::plan
