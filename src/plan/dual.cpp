#include "plan/dual.h"

#include <algorithm>
#include <cmath>

namespace fw::plan {
namespace {

constexpr double kSafe = 1e-9;     // of all worths: taken off the bound for rounding
constexpr double kOld = 0.3;       // of the last direction in the next
constexpr int kPatience = 8;       // steps without a better bound before they are halved

double extra_of(const Multipliers& m, const Source& source) { return source.cloud == kNothing ? 0 : m.extra.token[source.cloud]; }

// How far the prices of slots are above the dearest of the terms they are too dear for; at most one: nowhere.
double too_dear(const std::vector<IntervalTerm>& terms, const std::vector<double>& price) {
  std::vector<double> until(price.size() + 1);
  for (std::size_t slot = 0; slot < price.size(); ++slot) until[slot + 1] = until[slot] + price[slot];
  double worst = 0;
  for (const auto& term : terms) {
    if (term.start_usd > 0) {
      // The dearest run of slots above what it costs to hold them, with its beginning.
      double all = 0, usd = 0;
      for (std::size_t i = 0; i < price.size(); ++i) {
        const double start = term.start_usd * term.paid_of(i, i + 1);
        if (all - usd < -start) all = 0, usd = start;
        else if (usd == 0) usd = start;
        all += price[i];
        usd += interval_usd(term, i, price.size());
        if (all > usd) worst = std::max(worst, all / usd);
      }
      continue;
    }
    for (const auto from : term.starts) {
      const double all = until[std::min(from + term.slots, price.size())] - until[from];
      if (const double usd = interval_usd(term, from, price.size()); all > usd) worst = std::max(worst, usd > 0 ? all / usd : 1e300);
    }
  }
  return worst;
}

}  // namespace

// No class is worth more than what it costs at a source without a limit: paying more would only be handed on.
void Dual::clamp(Multipliers& multipliers, const Placer& placer) {
  const auto& demand = *problem_.demand;
  base_usd_.assign(demand.classes.size(), std::vector<double>(demand.steps));
  measure_ = base_usd_;
  base_.assign(demand.classes.size(), std::vector<std::size_t>(demand.steps, kNothing));
  for (const auto& group : problem_.groups)
    for (std::size_t k = 0; k < group.classes.size(); ++k) {
      const auto c = group.classes[k];
      for (std::size_t step = 0; step < demand.steps; ++step) {
        double least = std::numeric_limits<double>::infinity();
        for (std::size_t s = 0; s < group.sources.size(); ++s) {
          if (group.sources[s].pool != kNothing || group.sources[s].limited()) continue;
          if (const double usd = placer.cost(group, k, s, step); usd < least) least = usd, base_[c][step] = s;
        }
        base_usd_[c][step] = least;
        const bool none = group.sources[base_[c][step]].offer == kNothing;
        measure_[c][step] = none ? std::min(least, weigh(group.usual, demand.classes[c].at(step))) : least;
        auto& worth = multipliers.worth[c][step];
        worth = std::clamp(worth, 0.0, least);
      }
    }
}

// Where a bound is one: no price of a budget is negative, and no USD counts for less than nothing.
void Dual::project(CloudPrices& prices) const {
  double least = std::numeric_limits<double>::infinity();
  for (const auto cloud : problem_.shares.there) least = std::min(least, prices.token[cloud]);
  for (auto& each : prices.token) each = std::max(each - least, 0.0);
  for (auto& each : prices.budget) each = std::max(each, 0.0);
  std::vector<double> counts(problem_.slots, 1);
  for (std::size_t b = 0; b < problem_.budgets.size(); ++b)
    for (auto slot = problem_.budgets[b].from; slot < problem_.budgets[b].until; ++slot) counts[slot] += prices.budget[b];
  for (std::size_t k = 0; k < prices.drawn.size(); ++k) {
    const auto& contract = problem_.contracts[k];
    double most = 1;
    for (std::size_t b = 0; b < problem_.budgets.size(); ++b) most += prices.budget[b] * contract.part_of(problem_.budgets[b]);
    for (auto slot = contract.from; slot < contract.until; ++slot) {
      double left = counts[slot];
      for (std::size_t other = 0; other < k; ++other)
        if (const auto& o = problem_.contracts[other]; o.cloud == contract.cloud && o.from <= slot && slot < o.until) left -= prices.drawn[other];
      most = std::min(most, left);
    }
    prices.drawn[k] = std::clamp(prices.drawn[k], 0.0, std::max(most, 0.0));
  }
}

std::vector<Item> Dual::items(const Multipliers& multipliers, const PoolUse& use, std::size_t step) const {
  const auto& group = problem_.groups[use.group];
  const auto& source = group.sources[use.source];
  std::vector<Item> made(group.classes.size());
  if (!source.at(step)) return made;
  for (std::size_t k = 0; k < group.classes.size(); ++k) {
    const auto tokens = problem_.demand->classes[group.classes[k]].at(step);
    if (!group.admits[k][use.source] || tokens.total() == 0) continue;
    made[k] = {weigh(source.units, tokens), multipliers.worth[group.classes[k]][step] - extra_of(multipliers, source) * tokens.total()};
  }
  return made;
}

Value Dual::slot_value(const Multipliers& multipliers, const Pool& pool, std::size_t slot) {
  std::vector<Value> steps;
  for (const auto& use : pool.uses)
    for (auto step = problem_.begin(slot); step < problem_.end(slot); ++step) steps.push_back(knapsack(items(multipliers, use, step)));
  return sum(steps).hull(pool.lumps);
}

// What the families keep. With the prices of slots from their own kernels that is the most they can.
double Dual::families(Multipliers& multipliers, const MoneyFactors& money) {
  units_.assign(problem_.pools.size(), std::vector<double>(problem_.slots));
  multipliers.slot_usd.assign(problem_.families.size(), {});
  double kept = 0;
  for (std::size_t f = 0; f < problem_.families.size(); ++f) kept += family(multipliers, money, f);
  return kept;
}

double Dual::family(Multipliers& multipliers, const MoneyFactors& money, std::size_t f) {
  const auto& family = problem_.families[f];
  const auto terms = money.terms(family);
  std::vector<std::vector<Value>> of(family.pools.size());
  std::vector<Value> slots(problem_.slots);
  for (std::size_t slot = 0; slot < problem_.slots; ++slot) {
    std::vector<Value> uses;
    for (std::size_t p = 0; p < family.pools.size(); ++p) uses.push_back(of[p].emplace_back(slot_value(multipliers, problem_.pools[family.pools[p]], slot)));
    slots[slot] = split(uses);
  }
  const auto solved = plan_intervals(slots, terms);
  // The kernel compares prices with a small error: no term may come out a trace too dear.
  auto& price = multipliers.slot_usd[f];
  price = solved.slot_usd;
  for (double above = too_dear(terms, price); above > 1; above = too_dear(terms, price))
    for (auto& each : price) each /= above * (1 + 1e-12);
  double kept = 0;
  bool all = true;
  auto left = solved.used;
  for (std::size_t p = 0; p < family.pools.size(); ++p) {
    const auto& pool = problem_.pools[family.pools[p]];
    double keeps = -money.open_usd(problem_, pool);
    for (std::size_t slot = 0; slot < problem_.slots; ++slot) keeps += of[p][slot].profit(price[slot]);
    if (keeps <= 0 && pool.open_usd > 0) {
      all = false;
      continue;
    }
    kept += std::max(keeps, 0.0);
    gradient_.spend.add_open(problem_, pool);
    for (std::size_t slot = 0; slot < problem_.slots; ++slot) {
      const double takes = std::min(left[slot], of[p][slot].demand(price[slot] * (1 - 1e-9)));
      units_[family.pools[p]][slot] = takes;
      left[slot] -= takes;
    }
  }
  if (all) gradient_.spend.add_held(problem_, family, solved.held);
  return kept;
}

void Dual::count(const Group& group, std::size_t s, std::size_t k, std::size_t step, double share) {
  if (share <= 0) return;
  gradient_.served[group.classes[k]][step] += share;
  const auto& source = group.sources[s];
  if (source.cloud == kNothing) return;
  const auto tokens = problem_.demand->classes[group.classes[k]].at(step);
  gradient_.tokens[source.cloud] += share * tokens.total();
  if (gradient_.spend.counted()) gradient_.spend.add(problem_, source.cloud, step / problem_.steps_per_slot, share * weigh(source.usd, tokens));
}

double Dual::quotas(const Multipliers& multipliers, const Placer& placer) {
  double kept = 0;
  Packing packing;
  for (const auto& group : problem_.groups)
    for (std::size_t s = 0; s < group.sources.size(); ++s) {
      const auto& source = group.sources[s];
      if (!source.limited()) continue;
      for (std::size_t step = source.from; step < std::min(source.until, problem_.demand->steps); ++step) {
        const auto classes = group.classes.size();
        packing.reset(classes + 2, classes);
        for (std::size_t k = 0; k < classes; ++k) {
          const auto& wanted = problem_.demand->classes[group.classes[k]];
          const auto tokens = wanted.at(step);
          packing.limit(k) = 1;
          packing.cell(k, k) = 1;
          if (!group.admits[k][s]) continue;
          packing.worth(k) = multipliers.worth[group.classes[k]][step] - placer.cost(group, k, s, step);
          const auto limit = [&](std::size_t row, double takes, double most) {
            packing.limit(row) = most > 0 ? 1 : 0;
            packing.cell(row, k) = std::isfinite(most) ? takes / (most > 0 ? most : 1) : 0;
          };
          limit(classes, tokens.total(), source.tokens_max);
          limit(classes + 1, wanted.requests[step], source.requests_max);
        }
        packing.solve();
        kept += packing.value();
        for (std::size_t k = 0; k < classes; ++k) count(group, s, k, step, packing.x(k));
      }
    }
  return kept;
}

void Dual::serve(const Multipliers& multipliers, const PoolUse& use, std::size_t step, double units) {
  const auto wants = items(multipliers, use, step);
  std::vector<std::size_t> order;
  for (std::size_t k = 0; k < wants.size(); ++k)
    if (wants[k].usd > 0) order.push_back(k);
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return wants[a].usd * wants[b].units > wants[b].usd * wants[a].units; });
  for (const auto k : order) {
    count(problem_.groups[use.group], use.source, k, step, std::min(units / wants[k].units, 1.0));
    units = std::max(units - wants[k].units, 0.0);
  }
}

void Dual::serve_pools(const Multipliers& multipliers) {
  for (std::size_t p = 0; p < problem_.pools.size(); ++p)
    for (std::size_t slot = 0; slot < problem_.slots; ++slot) {
      if (units_[p][slot] <= 0) continue;
      for (const auto& use : problem_.pools[p].uses)
        for (auto step = problem_.begin(slot); step < problem_.end(slot); ++step) serve(multipliers, use, step, units_[p][slot]);
    }
}

void Dual::rest_to_base(const Multipliers& multipliers) {
  for (const auto& group : problem_.groups)
    for (std::size_t k = 0; k < group.classes.size(); ++k) {
      const auto c = group.classes[k];
      for (std::size_t step = 0; step < problem_.demand->steps; ++step) {
        const double rest = 1 - gradient_.served[c][step];
        if (rest > 0 && base_[c][step] != kNothing && multipliers.worth[c][step] >= base_usd_[c][step] * (1 - 1e-9)) count(group, base_[c][step], k, step, rest);
      }
    }
}

// What rules about shares and money are paid for, contracts taken off.
double Dual::rules(const Multipliers& multipliers) {
  double usd = 0;
  if (problem_.shares.any() && problem_.tokens > 0) {
    auto near = gradient_.tokens;
    for (auto& each : near) each /= problem_.tokens;
    auto dearest = dearest_shares(problem_.shares, multipliers.extra.token, near);
    usd += dearest.usd * problem_.tokens;
    gradient_.shares = std::move(dearest.shares);
  }
  for (std::size_t b = 0; b < problem_.budgets.size(); ++b) usd += multipliers.extra.budget[b] * problem_.budgets[b].usd;
  for (std::size_t k = 0; k < problem_.contracts.size(); ++k) usd -= multipliers.extra.drawn[k] * problem_.contracts[k].usd;
  return usd;
}

double Dual::bound(Multipliers& multipliers) {
  project(multipliers.extra);
  const Placer placer(problem_, multipliers.extra);
  clamp(multipliers, placer);
  gradient_ = {std::vector(problem_.demand->classes.size(), std::vector<double>(problem_.demand->steps)), std::vector<double>(problem_.clouds.size()), Spend(problem_), {}};
  double paid = 0;
  for (const auto& worths : multipliers.worth)
    for (const double worth : worths) paid += worth;
  double usd = paid - families(multipliers, placer.money()) - quotas(multipliers, placer);
  serve_pools(multipliers);
  rest_to_base(multipliers);
  usd -= rules(multipliers);
  return usd - kSafe * paid;
}

// The direction of prices of rules; what is added to `size`.
double Dual::wish(const Multipliers& multipliers, double all_usd) {
  double size = 0;
  auto& to = direction_.extra;
  const auto turn = [&](double& d, double price, double wanted, double measure) {
    d = kOld * d + (1 - kOld) * wanted;
    if (price <= 0) d = std::max(d, 0.0);
    size += measure * d * d;
  };
  if (problem_.shares.any())
    for (const auto cloud : problem_.shares.there) {
      auto& d = to.token[cloud];
      // Not kept from falling below zero: only differences between clouds count.
      d = kOld * d + (1 - kOld) * (gradient_.tokens[cloud] - gradient_.shares[cloud] * problem_.tokens);
      size += all_usd / problem_.tokens / problem_.tokens * d * d;
    }
  auto budget = gradient_.spend.budget;
  for (std::size_t k = 0; k < problem_.contracts.size(); ++k) {
    const double lacks = problem_.contracts[k].usd - gradient_.spend.contract[k];
    for (std::size_t b = 0; b < budget.size(); ++b) budget[b] += std::max(lacks, 0.0) * problem_.contracts[k].part_of(problem_.budgets[b]);
    turn(to.drawn[k], multipliers.extra.drawn[k], lacks, 1 / all_usd);
    if (multipliers.extra.drawn[k] >= 1) to.drawn[k] = std::min(to.drawn[k], 0.0);
  }
  for (std::size_t b = 0; b < budget.size(); ++b) turn(to.budget[b], multipliers.extra.budget[b], budget[b] - problem_.budgets[b].usd, 1 / all_usd);
  return size;
}

// A step along the direction in the measure of each class's own cost. False: nothing is left to want.
bool Dual::move(Multipliers& multipliers, double gap) {
  const auto steps = problem_.demand->steps;
  if (direction_.worth.empty()) direction_ = {std::vector(gradient_.served.size(), std::vector<double>(steps)), no_prices(problem_)};
  double all = 0;
  for (const auto& each : measure_)
    for (const double usd : each) all += usd;
  all = std::max(all, 1e-12);
  double size = wish(multipliers, all);
  for (std::size_t c = 0; c < gradient_.served.size(); ++c)
    for (std::size_t step = 0; step < steps; ++step) {
      auto& d = direction_.worth[c][step];
      d = kOld * d + (1 - kOld) * (1 - gradient_.served[c][step]);
      if (multipliers.worth[c][step] >= base_usd_[c][step]) d = std::min(d, 0.0);
      size += measure_[c][step] * d * d;
    }
  if (size <= 0) return false;
  const double step_size = gap / size;
  for (std::size_t c = 0; c < gradient_.served.size(); ++c)
    for (std::size_t step = 0; step < steps; ++step) {
      auto& worth = multipliers.worth[c][step];
      const double d = direction_.worth[c][step];
      // At its cap a worth goes with the cap, which the prices of rules move.
      worth = worth >= base_usd_[c][step] && d >= 0 ? std::numeric_limits<double>::max() : worth + step_size * measure_[c][step] * d;
    }
  auto& extra = multipliers.extra;
  for (std::size_t c = 0; c < extra.token.size(); ++c) extra.token[c] += step_size * all / problem_.tokens / problem_.tokens * direction_.extra.token[c];
  for (std::size_t k = 0; k < extra.drawn.size(); ++k) extra.drawn[k] += step_size / all * direction_.extra.drawn[k];
  for (std::size_t b = 0; b < extra.budget.size(); ++b) extra.budget[b] += step_size / all * direction_.extra.budget[b];
  return true;
}

double Dual::ascend(Multipliers& multipliers, double above, int steps) {
  auto best = multipliers;
  double most = bound(best);
  auto best_units = units_;
  auto now = best;
  double factor = 1;
  int waited = 0;
  double here = most;
  direction_ = {};
  for (int i = 0; i < steps && above - most > 1e-7 * std::abs(above); ++i) {
    if (!move(now, factor * std::max(above - here, 1e-6 * std::abs(above)))) break;
    here = bound(now);
    if (here > most) {
      waited = here > most + 1e-6 * std::abs(above) ? 0 : waited + 1;
      most = here;
      best = now;
      best_units = units_;
    } else {
      ++waited;
    }
    if (waited >= kPatience) {
      factor /= 2;
      waited = 0;
      now = best;
      here = bound(now);
      direction_ = {};
    }
  }
  multipliers = std::move(best);
  units_ = std::move(best_units);
  return most;
}

Multipliers Dual::from_units(const std::vector<std::vector<double>>& units, const CloudPrices& extra) const {
  Multipliers made;
  made.extra = extra;
  project(made.extra);
  made.worth.assign(problem_.demand->classes.size(), std::vector<double>(problem_.demand->steps));
  Placer placer(problem_, made.extra);
  std::vector<double> now(problem_.pools.size());
  for (const auto& group : problem_.groups)
    for (std::size_t step = 0; step < problem_.demand->steps; ++step) {
      for (std::size_t p = 0; p < now.size(); ++p) now[p] = units[p][step / problem_.steps_per_slot];
      placer.place(group, step, now);
      for (std::size_t k = 0; k < group.classes.size(); ++k) made.worth[group.classes[k]][step] = placer.worth(k);
    }
  return made;
}

}  // namespace fw::plan
