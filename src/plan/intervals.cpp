#include "plan/intervals.h"

#include <algorithm>
#include <limits>

#include "plan/flow.h"

namespace fw::plan {

double interval_usd(const IntervalTerm& term, std::size_t from, std::size_t slots) {
  const auto until = std::min(from + term.slots, slots);
  return term.usd * term.paid_of(from, until) / static_cast<double>(term.slots);
}

double held_usd(std::span<const IntervalTerm> terms, const std::vector<Holding>& held, std::size_t slots) {
  double usd = 0;
  std::vector<double> units(slots + 1);  // of slots with a beginning, each one later
  double start = 0;
  const IntervalTerm* started = nullptr;
  for (const auto& each : held) {
    const auto& term = terms[each.term];
    usd += each.units * interval_usd(term, each.from, slots);
    if (term.start_usd > 0) started = &term, units[each.from + 1] += each.units;
  }
  for (std::size_t i = 0; started && i < slots; ++i) start += std::max(units[i + 1] - units[i], 0.0) * started->start_usd * started->paid_of(i, i + 1);
  return usd + start;
}

// Node i is the boundary before slot i. A purchase flows forward over its slots; each slot's use flows back over it, a
// segment of its worth per arc; what is held and not used flows back at no cost. Slots whose beginning is paid for flow
// over nodes of their own, entered at that price and left for nothing.
IntervalPlan plan_intervals(std::span<const Value> slots, std::span<const IntervalTerm> terms) {
  constexpr double kAny = std::numeric_limits<double>::infinity();
  std::vector<Arc> arcs;
  std::vector<Holding> bought;
  const auto started = std::ranges::find_if(terms, [](const IntervalTerm& term) { return term.start_usd > 0; });
  const auto beside = static_cast<std::uint32_t>(slots.size() + 1);  // from a node to the one beside it
  for (std::size_t t = 0; t < terms.size(); ++t)
    for (const auto from : terms[t].starts) {
      const auto until = std::min(from + terms[t].slots, slots.size());
      bought.push_back({t, from, until, 0});
      const auto way = terms[t].start_usd > 0 ? beside : 0;
      arcs.push_back({static_cast<std::uint32_t>(from) + way, static_cast<std::uint32_t>(until) + way, kAny, interval_usd(terms[t], from, slots.size())});
    }
  const auto first_start = arcs.size();
  for (std::uint32_t i = 0; started != terms.end() && i < slots.size(); ++i) arcs.push_back({i, i + beside, kAny, started->start_usd * started->paid_of(i, i + 1)});
  const auto first_use = arcs.size() + (started != terms.end() ? slots.size() : 0);
  for (std::uint32_t i = 1; started != terms.end() && i <= slots.size(); ++i) arcs.push_back({i + beside, i, kAny, 0});
  for (std::uint32_t i = 0; i < slots.size(); ++i) {
    arcs.push_back({i + 1, i, kAny, 0});
    for (const auto& part : slots[i].segments()) arcs.push_back({i + 1, i, part.units, -part.usd_per_unit});
  }
  const auto solved = cheapest_circulation(started != terms.end() ? 2 * slots.size() + 2 : slots.size() + 1, arcs);
  IntervalPlan plan;
  for (std::size_t i = 0; i < bought.size(); ++i) {
    if (solved.flow[i] <= 0) continue;
    plan.held.push_back(bought[i]);
    plan.held.back().units = solved.flow[i];
    plan.usd += solved.flow[i] * arcs[i].usd;
  }
  for (auto i = first_start; i < first_use; ++i) plan.usd += solved.flow[i] * arcs[i].usd;
  auto arc = first_use;
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
