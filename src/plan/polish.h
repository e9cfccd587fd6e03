// Small changes of deployed units, each judged by all rules at once: for what prices of rules alone do not find.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "plan/problem.h"

namespace fw::plan {

using Units = std::vector<std::vector<double>>;  // by pool and slot

// Changes are made to `best()`, the best plan so far, which `attempt` replaces by what is better; then it says true.
struct Polish {
  std::function<const Units&()> best;
  std::function<bool(const Units& units)> attempt;
  std::vector<Units> others;  // plans whose parts may fit
  std::size_t attempts = 0;   // at most
};

void polish(const Problem& problem, Polish polish);

// All slots, and those of each rule about money.
using Window = std::pair<std::size_t, std::size_t>;
std::vector<Window> money_windows(const Problem& problem);
// Those, and each time between two beginnings of terms.
std::vector<Window> term_windows(const Problem& problem);

}  // namespace fw::plan
