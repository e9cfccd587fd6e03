#include "plan/spend.h"

#include <algorithm>

namespace fw::plan {

void Spend::add(const Problem& problem, std::size_t cloud, std::size_t slot, double usd) {
  if (!budget.empty()) {
    const auto after = std::ranges::upper_bound(problem.budgets, slot, {}, &BudgetPeriod::from);
    budget[static_cast<std::size_t>(after - problem.budgets.begin()) - 1] += usd;
  }
  for (std::size_t k = 0; k < contract.size(); ++k)
    if (const auto& each = problem.contracts[k]; each.cloud == cloud && each.from <= slot && slot < each.until) contract[k] += usd;
}

void Spend::add_held(const Problem& problem, const Family& family, const std::vector<Holding>& held) {
  if (!counted()) return;
  std::vector<double> usd(problem.slots), hours(problem.slots + 1);  // hours: each one slot later
  for (const auto& each : held) {
    const auto& term = family.terms[each.term];
    for (auto slot = each.from; slot < each.until; ++slot) usd[slot] += each.units * term.usd / static_cast<double>(term.slots);
    if (each.term == family.hour) hours[each.from + 1] += each.units;
  }
  if (family.hour != kNothing)
    for (std::size_t slot = 0; slot < problem.slots; ++slot) usd[slot] += std::max(hours[slot + 1] - hours[slot], 0.0) * family.terms[family.hour].start_usd;
  for (std::size_t slot = 0; slot < problem.slots; ++slot)
    if (usd[slot] != 0) add(problem, family.cloud, slot, usd[slot]);
}

void Spend::add_open(const Problem& problem, const Pool& pool) {
  if (!counted() || pool.open_usd == 0) return;
  for (std::size_t slot = 0; slot < problem.slots; ++slot) add(problem, problem.families[pool.family].cloud, slot, pool.open_usd / static_cast<double>(problem.slots));
}

}  // namespace fw::plan
