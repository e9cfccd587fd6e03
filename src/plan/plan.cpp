#include "plan/plan.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include <fmt/format.h>

namespace fw::plan {
namespace {

constexpr std::int64_t kNs = 1'000'000'000;
constexpr std::int64_t kHourNs = 3'600 * kNs;
constexpr double kUnserved = 1e-7;  // tokens in a million may be lost to rounding

std::int64_t hours_of(std::string_view word) { return word == "hour" ? 1 : word == "month" ? kMonthHours : kYearHours; }

WallTime slot_time(const Problem& problem, std::size_t slot) {
  return {problem.demand->from.ns + static_cast<std::int64_t>(slot) * problem.slot_hours * kHourNs};
}

const std::string& offer_name(const Problem& problem, const Family& family) { return (*problem.offers)[problem.pools[family.pools.front()].offer].name; }

// price * part / whole, to the nearest unit of money.
Money part_of(Money price, std::int64_t part, std::int64_t whole) {
  const auto all = price.units() * part;
  return Money::of_units((all + whole / 2) / whole);
}

void add_hours(const Problem& problem, const Family& family, const std::vector<Holding>& holdings, std::vector<Purchase>& to) {
  std::vector<double> units(problem.slots);
  for (const auto& each : holdings)
    if (each.term == family.hour) units[each.from] += each.units;
  const auto count = [&](std::size_t slot) { return std::llround(units[slot]); };
  for (std::size_t slot = 0; slot < problem.slots;) {
    auto end = slot + 1;
    while (end < problem.slots && count(end) == count(slot)) ++end;
    if (count(slot) > 0) {
      const auto hours = static_cast<std::int64_t>(end - slot) * problem.slot_hours;
      to.push_back({offer_name(problem, family), family.name, "hour", count(slot), slot_time(problem, slot), slot_time(problem, end),
                    family.prices[family.hour] * (hours * count(slot)), {}});
    }
    slot = end;
  }
}

std::vector<Purchase> purchases(const Problem& problem, const Solution& solution) {
  std::vector<Purchase> made;
  for (std::size_t f = 0; f < problem.families.size(); ++f) {
    const auto& family = problem.families[f];
    for (const auto& each : solution.holdings[f]) {
      const auto units = std::llround(each.units);
      if (each.term == family.hour || units == 0) continue;
      const auto hours = hours_of(family.words[each.term]);
      const auto inside = std::min(static_cast<std::int64_t>(each.until - each.from) * problem.slot_hours, hours);
      const auto cost = part_of(family.prices[each.term] * units, inside, hours);
      const auto from = slot_time(problem, each.from);
      made.push_back({offer_name(problem, family), family.name, std::string(family.words[each.term]), units, from, {from.ns + hours * kHourNs},
                      cost, family.prices[each.term] * units - cost});
    }
    add_hours(problem, family, solution.holdings[f], made);
  }
  std::ranges::sort(made, [](const Purchase& a, const Purchase& b) { return std::tie(a.family, a.from, a.until, a.term) < std::tie(b.family, b.from, b.until, b.term); });
  return made;
}

std::vector<Deployment> deployments(const Problem& problem, const Solution& solution) {
  std::vector<Deployment> made;
  for (std::size_t p = 0; p < problem.pools.size(); ++p)
    for (std::size_t slot = 0; slot < problem.slots;) {
      const auto units = std::llround(solution.units[p][slot]);
      auto end = slot + 1;
      while (end < problem.slots && std::llround(solution.units[p][end]) == units) ++end;
      if (units > 0) made.push_back({(*problem.offers)[problem.pools[p].offer].name, slot_time(problem, slot), slot_time(problem, end), units});
      slot = end;
    }
  return made;
}

struct Placed {
  std::vector<Placement> placements;
  double unserved = 0;  // tokens
};

Placed placements(const Problem& problem, const Solution& solution) {
  struct Sum {
    double tokens = 0, usd = 0;
  };
  std::map<std::pair<std::size_t, std::size_t>, Sum> sums;  // by class and offer
  Placed made;
  each_share(problem, solution.units, solution.mix, [&](const Group& group, std::size_t k, std::size_t s, std::size_t step, double share) {
    const auto tokens = problem.demand->classes[group.classes[k]].at(step);
    const auto& source = group.sources[s];
    auto& sum = sums[{group.classes[k], source.offer}];
    sum.tokens += share * tokens.total();
    sum.usd += share * weigh(source.usd, tokens);
    if (source.offer == kNothing) made.unserved += share * tokens.total();
  });
  for (const auto& [key, sum] : sums) {
    if (key.second == kNothing) continue;
    const auto& c = problem.demand->classes[key.first];
    const double all = c.input.sum() + c.cached.sum() + c.output.sum();
    made.placements.push_back({c.model, c.name, c.place, (*problem.offers)[key.second].name, sum.tokens / all, nearest_money(sum.usd)});
  }
  return made;
}

std::optional<Money> all_pay_as_you_go(const Problem& problem) {
  Solution none;
  none.units.assign(problem.pools.size(), std::vector<double>(problem.slots));
  none.mix.parts = {{1.0, {}}};
  const auto placed = placements(problem, none);
  if (placed.unserved > kUnserved * problem.tokens) return std::nullopt;
  Money sum;
  for (const auto& each : placed.placements) sum += each.cost;
  return sum;
}

}  // namespace

Money nearest_money(double usd) {
  constexpr double kNano = 1e9;
  return Money::of_units(static_cast<Int128>(std::nearbyint(usd * kNano)) * 1'000'000);
}

std::optional<Infeasible> infeasible(const Problem& problem, const Solution& solution) {
  if (!problem.conflict.empty()) return Infeasible{problem.conflict, "Add an offer for these classes, or widen their residency or first_token_ms."};
  if (!solution.mix.kept) {
    std::vector<std::string> conflict;
    for (const auto& cap : problem.caps) conflict.push_back(fmt::format("max_share.{} = {}", problem.clouds[cap.cloud], cap.share));
    return Infeasible{conflict, "Raise one of these shares, or add an offer of another cloud; tried were the purchases found, not all there are."};
  }
  const auto placed = placements(problem, solution);
  if (placed.unserved <= kUnserved * problem.tokens) return std::nullopt;
  return Infeasible{{fmt::format("{:.0f} tokens of {:.0f} find no place: quotas are used up and no provisioned offer takes the rest", placed.unserved, problem.tokens)},
                    "Raise a quota, or add an offer without one."};
}

Plan make_plan(const Problem& problem, const Solution& solution) {
  Plan plan;
  plan.from = problem.demand->from;
  plan.until = problem.demand->until();
  plan.step_s = problem.demand->step_s;
  plan.purchases = purchases(problem, solution);
  plan.deployed = deployments(problem, solution);
  plan.placements = placements(problem, solution).placements;
  plan.all_pay_as_you_go = all_pay_as_you_go(problem);
  plan.left_out = problem.left_out;
  for (const auto& each : plan.purchases) plan.cost += each.cost, plan.tail += each.tail;
  for (const auto& each : plan.placements) plan.cost += each.cost;
  plan.lower_bound = nearest_money(std::max(solution.lower_bound_usd, 0.0));
  plan.mix = solution.mix;
  plan.multipliers = solution.multipliers;
  return plan;
}

}  // namespace fw::plan
