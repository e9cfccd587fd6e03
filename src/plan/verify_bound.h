// The second half of verify(): whether a plan's multipliers prove the bound that it states.
#pragma once

#include <string>
#include <vector>

#include "plan/plan.h"

namespace fw::plan {

// Relative: two amounts this close are one to the verifier.
inline constexpr double kSame = 1e-8;

// Every reason why they do not.
std::vector<std::string> verify_bound(const Plan& plan, const Problem& problem);

}  // namespace fw::plan
