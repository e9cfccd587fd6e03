// A plan's units, terms and prices in another problem: the same offers under other demand or prices.
#pragma once

#include <vector>

#include "plan/plan.h"

namespace fw::plan {

// Units by pool and slot; pools that the plan does not know have none.
std::vector<std::vector<double>> deployed_in(const Problem& problem, const std::vector<Deployment>& deployed);
// By family, as far as it still sells the terms.
std::vector<std::vector<Holding>> held_in(const Problem& problem, const Plan& plan);
// By the names of clouds; of budgets and contracts where there are as many.
CloudPrices prices_in(const Problem& problem, const Problem& before, const CloudPrices& prices);
// Those of the greatest part of a plan's mixture.
const CloudPrices& main_prices(const Plan& plan);

}  // namespace fw::plan
