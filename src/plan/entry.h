// How far what is not bought is from being bought.
#pragma once

#include <string>
#include <vector>

#include "plan/dual.h"
#include "plan/problem.h"

namespace fw::plan {

struct EntryPrice {
  std::string offer, term;  // term: "pay as you go", or of units
  double ratio = 0;         // of its price at which it would be bought first; 1: it is, or nearly
};

// By the prices that prove the plan's bound, so right up to the gap between plan and bound. By offer, then term.
std::vector<EntryPrice> entry_prices(const Problem& problem, const Multipliers& multipliers);

}  // namespace fw::plan
