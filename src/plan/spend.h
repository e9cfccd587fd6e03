// What is spent in the periods of a budget and under contracts.
#pragma once

#include <cstddef>
#include <vector>

#include "plan/problem.h"

namespace fw::plan {

struct Spend {
  std::vector<double> budget;    // by period
  std::vector<double> contract;  // by contract

  explicit Spend(const Problem& problem) : budget(problem.budgets.size()), contract(problem.contracts.size()) {}
  bool counted() const { return !budget.empty() || !contract.empty(); }
  void add(const Problem& problem, std::size_t cloud, std::size_t slot, double usd);
  // Terms by the time of them that falls into each slot; beginnings in the slot that they come before.
  void add_held(const Problem& problem, const Family& family, const std::vector<Holding>& held);
  void add_open(const Problem& problem, const Pool& pool);
};

}  // namespace fw::plan
