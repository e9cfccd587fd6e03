#include "plan/intervals.h"

#include <algorithm>
#include <limits>

#include "plan/flow.h"

namespace fw::plan {

double interval_usd(const IntervalTerm& term, std::size_t from, std::size_t slots) {
  const auto until = std::min(from + term.slots, slots);
  return term.usd * static_cast<double>(until - from) / static_cast<double>(term.slots);
}

// Node i is the boundary before slot i. A purchase flows forward over its slots; each slot's use flows back over it, a
// segment of its worth per arc; what is held and not used flows back at no cost.
IntervalPlan plan_intervals(std::span<const Value> slots, std::span<const IntervalTerm> terms) {
  constexpr double kAny = std::numeric_limits<double>::infinity();
  std::vector<Arc> arcs;
  std::vector<Holding> bought;
  for (std::size_t t = 0; t < terms.size(); ++t)
    for (const auto from : terms[t].starts) {
      const auto until = std::min(from + terms[t].slots, slots.size());
      bought.push_back({t, from, until, 0});
      arcs.push_back({static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(until), kAny, interval_usd(terms[t], from, slots.size())});
    }
  for (std::uint32_t i = 0; i < slots.size(); ++i) {
    arcs.push_back({i + 1, i, kAny, 0});
    for (const auto& part : slots[i].segments()) arcs.push_back({i + 1, i, part.units, -part.usd_per_unit});
  }
  const auto solved = cheapest_circulation(slots.size() + 1, arcs);
  IntervalPlan plan;
  for (std::size_t i = 0; i < bought.size(); ++i) {
    if (solved.flow[i] <= 0) continue;
    plan.held.push_back(bought[i]);
    plan.held.back().units = solved.flow[i];
    plan.usd += solved.flow[i] * arcs[i].usd;
  }
  auto arc = bought.size();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    ++arc;
    double used = 0;
    for (std::size_t s = 0; s < slots[i].segments().size(); ++s, ++arc) {
      used += solved.flow[arc];
      plan.worth_usd -= solved.flow[arc] * arcs[arc].usd;
    }
    plan.used.push_back(used);
    plan.slot_usd.push_back(std::max(solved.potential[i + 1] - solved.potential[i], 0.0));
  }
  return plan;
}

}  // namespace fw::plan
