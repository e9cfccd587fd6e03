// The cheapest placement of given units that keeps the rules about shares and money, as a mixture of placements each of
// which is the cheapest under some prices of these rules.
#pragma once

#include <vector>

#include "plan/solve.h"
#include "plan/spend.h"

namespace fw::plan {

// `bought`: what is spent on units. `prices`: a beginning, and then what the rules are worth in the mixture found.
Mix mix_placements(const Problem& problem, const std::vector<std::vector<double>>& units, const Spend& bought, CloudPrices& prices);

}  // namespace fw::plan
