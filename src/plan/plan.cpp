#include "plan/plan.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "plan/spend.h"

namespace fw::plan {
namespace {

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
      const auto price = family.prices[family.hour];
      const auto begun = std::max<std::int64_t>(count(slot) - (slot > 0 ? count(slot - 1) : 0), 0);
      to.push_back({offer_name(problem, family), family.name, "hour", count(slot), slot_time(problem, slot), slot_time(problem, end),
                    price * (hours * count(slot)) + part_of(price * begun, family.boot_s, kHourS), {}});
    }
    slot = end;
  }
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
    if (group.outage()) return;
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
  none.mix.parts = {{1.0, no_prices(problem)}};
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

namespace {

// Tokens that an outage leaves without a place, the worst of all.
std::optional<std::string> outage_unserved(const Problem& problem, const Solution& solution) {
  std::map<std::size_t, double> without;
  each_share(problem, solution.units, {{{1.0, no_prices(problem)}}, 0, 0, true}, [&](const Group& group, std::size_t k, std::size_t s, std::size_t step, double share) {
    if (group.outage() && group.sources[s].offer == kNothing) without[group.without] += share * problem.demand->classes[group.classes[k]].at(step).total();
  });
  for (const auto& [cloud, tokens] : without)
    if (tokens > kUnserved * problem.tokens) return fmt::format("n_minus_1.served = {}: {:.0f} tokens find no place when {} is gone", problem.outage_served, tokens, problem.clouds[cloud]);
  return std::nullopt;
}

std::vector<ContractUse> contract_uses(const Problem& problem, const Solution& solution) {
  Spend spend(problem);
  for (std::size_t f = 0; f < problem.families.size(); ++f) spend.add_held(problem, problem.families[f], solution.holdings[f]);
  for (std::size_t p = 0; p < problem.pools.size(); ++p)
    if (std::ranges::any_of(solution.units[p], [](double n) { return n > 0; })) spend.add_open(problem, problem.pools[p]);
  std::vector<ContractUse> made;
  if (problem.contracts.empty()) return made;
  each_share(problem, solution.units, solution.mix, [&](const Group& group, std::size_t k, std::size_t s, std::size_t step, double share) {
    const auto& source = group.sources[s];
    if (source.cloud != kNothing) spend.add(problem, source.cloud, step / problem.steps_per_slot, share * weigh(source.usd, problem.demand->classes[group.classes[k]].at(step)));
  });
  for (std::size_t k = 0; k < problem.contracts.size(); ++k) {
    const auto& each = problem.contracts[k];
    const auto spent = nearest_money(spend.contract[k]);
    made.push_back({problem.clouds[each.cloud], slot_time(problem, each.from), slot_time(problem, each.until), each.commit, spent, std::max(each.commit - spent, Money{})});
  }
  return made;
}

}  // namespace

std::optional<Infeasible> infeasible(const Problem& problem, const Solution& solution) {
  if (!problem.conflict.empty()) return Infeasible{problem.conflict, "Add an offer for these classes, or widen their residency or first_token_ms."};
  const auto placed = placements(problem, solution);
  if (placed.unserved > kUnserved * problem.tokens)
    return Infeasible{{fmt::format("{:.0f} tokens of {:.0f} find no place: quotas are used up and no provisioned offer takes the rest", placed.unserved, problem.tokens)},
                      "Raise a quota, or add an offer without one."};
  if (const auto outage = outage_unserved(problem, solution)) return Infeasible{{*outage}, "Lower n_minus_1.served, or add capacity at another cloud."};
  if (!solution.mix.kept) return Infeasible{{"rules about shares or money are not kept together"}, "Loosen one of them, or add an offer of another cloud."};
  return std::nullopt;
}

std::vector<Purchase> purchases_of(const Problem& problem, const Solution& solution) {
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
  for (std::size_t p = 0; p < problem.pools.size(); ++p) {
    const auto& pool = problem.pools[p];
    if (pool.open == Money{} || std::ranges::none_of(solution.units[p], [](double n) { return n > 0; })) continue;
    made.push_back({(*problem.offers)[pool.offer].name, problem.families[pool.family].name, "open", 1, slot_time(problem, 0), slot_time(problem, problem.slots), pool.open, {}});
  }
  std::ranges::sort(made, [](const Purchase& a, const Purchase& b) { return std::tie(a.family, a.from, a.until, a.term) < std::tie(b.family, b.from, b.until, b.term); });
  return made;
}

Plan make_plan(const Problem& problem, const Solution& solution) {
  Plan plan;
  plan.from = problem.demand->from;
  plan.until = problem.demand->until();
  plan.step_s = problem.demand->step_s;
  plan.purchases = purchases_of(problem, solution);
  plan.deployed = deployments(problem, solution);
  plan.placements = placements(problem, solution).placements;
  plan.all_pay_as_you_go = all_pay_as_you_go(problem);
  plan.left_out = problem.left_out;
  for (const auto& each : plan.purchases) plan.cost += each.cost, plan.tail += each.tail;
  for (const auto& each : plan.placements) plan.cost += each.cost;
  plan.contracts = contract_uses(problem, solution);
  for (const auto& each : plan.contracts) plan.cost += each.unspent;
  plan.lower_bound = nearest_money(std::max(solution.lower_bound_usd, 0.0));
  plan.mix = solution.mix;
  plan.multipliers = solution.multipliers;
  return plan;
}

}  // namespace fw::plan
