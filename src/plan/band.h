// What given purchases cost when demand comes otherwise than was forecast.
#pragma once

#include <cstddef>
#include <functional>

#include "base/money.h"
#include "plan/forecast.h"
#include "plan/problem.h"
#include "plan/solve.h"

namespace fw::plan {

struct CostBand {
  Money low, middle, high;    // quantiles kBandLow, 0.5 and kBandHigh
  std::size_t scenarios = 0;  // as many as were looked at
  std::size_t unserved = 0;   // of these: quotas left something without a place, which is not in the cost
};

// The same purchases under each scenario, what they do not take placed anew by the plan's own prices, so that its share caps
// are kept about as well. Many scenarios of many steps
// take long, so there are fewer of a long demand. `go_on` is asked before each; false: the band of those so far.
CostBand cost_band(const Problem& problem, const Rules& rules, const Solution& solution, const Forecast& forecast, const std::function<bool()>& go_on);

}  // namespace fw::plan
