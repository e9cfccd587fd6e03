// The whole way from a problem to a plan with its bound.
#pragma once

#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include "plan/descent.h"
#include "plan/dual.h"

namespace fw::plan {

// Where tokens go: the placements under several prices of rules, mixed. Without such rules there is one, without prices.
struct Mix {
  std::vector<std::pair<double, CloudPrices>> parts;  // shares that sum to one
  double usd = 0;                                     // of pay-as-you-go
  double unspent_usd = 0;                             // of contracts
  bool kept = true;                                   // all rules about shares and money are
};

struct Solution {
  std::vector<std::vector<double>> units;      // by pool and slot
  std::vector<std::vector<Holding>> holdings;  // by family
  Mix mix;
  double bought_usd = 0;
  double open_usd = 0;
  double lower_bound_usd = 0;
  Multipliers multipliers;
  double usd() const { return bought_usd + open_usd + mix.usd + mix.unspent_usd; }
};

struct Effort {
  double gap = 1e-4;         // relative: enough
  int rounds = 3;            // of bound and descent
  int dual_steps = 120;
  std::function<bool(double usd, double bound)> go_on = {};  // asked now and then; false: the best plan so far
};

Solution solve(const Problem& problem, const Effort& effort);

// A beginning from a plan of a problem much like this one.
struct Start {
  std::vector<std::vector<double>> units;  // by pool and slot
  CloudPrices prices;                      // of rules, under which tokens were placed
  Multipliers multipliers;                 // slot_usd may be empty
};

// One descent from there, and a bound from the multipliers made better in so many steps: a small part of what solve() does.
Solution solve_from(const Problem& problem, const Start& start, int dual_steps);

// Calls `use` for every class of every step with what each source of its group serves of it.
using UseShare = std::function<void(const Group& group, std::size_t k, std::size_t s, std::size_t step, double share)>;
void each_share(const Problem& problem, const std::vector<std::vector<double>>& units, const Mix& mix, const UseShare& use);

}  // namespace fw::plan
