// Why rules leave no plan: a smallest set of them that cannot be kept together, and what it takes to have a plan.
#pragma once

#include <string>
#include <vector>

#include "plan/plan.h"

namespace fw::plan {

// For rules under which no plan was found. Rules about shares, outages and places are tried with all capacity there can
// be, which is exact; a budget is tried by a search, so that a conflict with one is as good as the search. Of up to 12
// rules the set is a smallest one; of more none of the set can be left out.
Infeasible explain_conflict(const Demand& demand, const std::vector<Offer>& offers, const Rules& rules);

}  // namespace fw::plan
