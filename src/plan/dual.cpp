#include "plan/dual.h"

#include <algorithm>
#include <cmath>

namespace fw::plan {
namespace {

constexpr double kSafe = 1e-9;     // of all worths: taken off the bound for rounding
constexpr double kOld = 0.3;       // of the last direction in the next
constexpr int kPatience = 8;       // steps without a better bound before they are halved

double extra_of(const Multipliers& m, const Source& source) { return m.extra.empty() || source.cloud == kNothing ? 0 : m.extra[source.cloud]; }

}  // namespace

// No class is worth more than what it costs at a source without a limit: paying more would only be handed on.
void Dual::clamp(Multipliers& multipliers) {
  const auto& demand = *problem_.demand;
  base_usd_.assign(demand.classes.size(), std::vector<double>(demand.steps));
  base_.assign(demand.classes.size(), std::vector<std::size_t>(demand.steps, kNothing));
  Placer placer(problem_, multipliers.extra);
  for (const auto& group : problem_.groups)
    for (std::size_t k = 0; k < group.classes.size(); ++k)
      for (std::size_t step = 0; step < demand.steps; ++step) {
        double least = std::numeric_limits<double>::infinity();
        for (std::size_t s = 0; s < group.sources.size(); ++s) {
          if (group.sources[s].pool != kNothing || group.sources[s].limited()) continue;
          if (const double usd = placer.cost(group, k, s, step); usd < least) least = usd, base_[group.classes[k]][step] = s;
        }
        base_usd_[group.classes[k]][step] = least;
        auto& worth = multipliers.worth[group.classes[k]][step];
        worth = std::clamp(worth, 0.0, least);
      }
}

std::vector<Item> Dual::items(const Multipliers& multipliers, const Pool& pool, std::size_t step) const {
  const auto& group = problem_.groups[pool.group];
  const auto& source = group.sources[pool.source];
  std::vector<Item> made(group.classes.size());
  if (!source.at(step)) return made;
  for (std::size_t k = 0; k < group.classes.size(); ++k) {
    const auto tokens = problem_.demand->classes[group.classes[k]].at(step);
    if (!group.admits[k][pool.source] || tokens.total() == 0) continue;
    made[k] = {weigh(source.units, tokens), multipliers.worth[group.classes[k]][step] - extra_of(multipliers, source) * tokens.total()};
  }
  return made;
}

Value Dual::slot_value(const Multipliers& multipliers, const Pool& pool, std::size_t slot) {
  std::vector<Value> steps;
  for (auto step = problem_.begin(slot); step < problem_.end(slot); ++step) steps.push_back(knapsack(items(multipliers, pool, step)));
  return sum(steps).hull(pool.lumps);
}

// What the families keep. With the prices of slots from their own kernels that is the most they can.
double Dual::families(Multipliers& multipliers) {
  units_.assign(problem_.pools.size(), std::vector<double>(problem_.slots));
  multipliers.slot_usd.assign(problem_.families.size(), {});
  double kept = 0;
  for (std::size_t f = 0; f < problem_.families.size(); ++f) {
    const auto& family = problem_.families[f];
    std::vector<std::vector<Value>> of(family.pools.size());
    std::vector<Value> slots(problem_.slots);
    for (std::size_t slot = 0; slot < problem_.slots; ++slot) {
      std::vector<Value> uses;
      for (std::size_t p = 0; p < family.pools.size(); ++p) uses.push_back(of[p].emplace_back(slot_value(multipliers, problem_.pools[family.pools[p]], slot)));
      slots[slot] = split(uses);
    }
    const auto solved = plan_intervals(slots, family.terms);
    // The kernel compares prices with a small error: no term may come out a trace too dear.
    auto& price = multipliers.slot_usd[f];
    price = solved.slot_usd;
    std::vector<double> until(problem_.slots + 1);
    for (std::size_t slot = 0; slot < problem_.slots; ++slot) until[slot + 1] = until[slot] + price[slot];
    double scale = 1;
    for (const auto& term : family.terms)
      for (const auto from : term.starts) {
        const double all = until[std::min(from + term.slots, problem_.slots)] - until[from];
        if (const double usd = interval_usd(term, from, problem_.slots); all > usd) scale = std::min(scale, usd / all);
      }
    for (auto& each : price) each *= scale;
    for (std::size_t slot = 0; slot < problem_.slots; ++slot) {
      double left = solved.used[slot];
      for (std::size_t p = 0; p < family.pools.size(); ++p) {
        kept += of[p][slot].profit(price[slot]);
        const double takes = std::min(left, of[p][slot].demand(price[slot] * (1 - 1e-9)));
        units_[family.pools[p]][slot] = takes;
        left -= takes;
      }
    }
  }
  return kept;
}

void Dual::count(const Group& group, std::size_t s, std::size_t k, std::size_t step, double share) {
  if (share <= 0) return;
  gradient_.served[group.classes[k]][step] += share;
  const auto& source = group.sources[s];
  if (source.cloud != kNothing) gradient_.tokens[source.cloud] += share * problem_.demand->classes[group.classes[k]].at(step).total();
}

double Dual::quotas(const Multipliers& multipliers) {
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
          packing.worth(k) = multipliers.worth[group.classes[k]][step] - weigh(source.usd, tokens) - extra_of(multipliers, source) * tokens.total();
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

void Dual::serve_pools(const Multipliers& multipliers) {
  for (std::size_t p = 0; p < problem_.pools.size(); ++p) {
    const auto& pool = problem_.pools[p];
    const auto& group = problem_.groups[pool.group];
    for (std::size_t slot = 0; slot < problem_.slots; ++slot) {
      if (units_[p][slot] <= 0) continue;
      for (auto step = problem_.begin(slot); step < problem_.end(slot); ++step) {
        const auto wants = items(multipliers, pool, step);
        std::vector<std::size_t> order;
        for (std::size_t k = 0; k < wants.size(); ++k)
          if (wants[k].usd > 0) order.push_back(k);
        std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return wants[a].usd * wants[b].units > wants[b].usd * wants[a].units; });
        double left = units_[p][slot];
        for (const auto k : order) {
          count(group, pool.source, k, step, std::min(left / wants[k].units, 1.0));
          left = std::max(left - wants[k].units, 0.0);
        }
      }
    }
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

double Dual::bound(Multipliers& multipliers) {
  clamp(multipliers);
  gradient_.served.assign(problem_.demand->classes.size(), std::vector<double>(problem_.demand->steps));
  gradient_.tokens.assign(problem_.clouds.size(), 0);
  double paid = 0;
  for (const auto& worths : multipliers.worth)
    for (const double worth : worths) paid += worth;
  double usd = paid - families(multipliers) - quotas(multipliers);
  for (const auto& cap : problem_.caps)
    if (!multipliers.extra.empty()) usd -= multipliers.extra[cap.cloud] * cap.share * problem_.tokens;
  serve_pools(multipliers);
  rest_to_base(multipliers);
  return usd - kSafe * paid;
}

// A step along the direction in the measure of each class's own cost. False: nothing is left to want.
bool Dual::move(Multipliers& multipliers, double gap) {
  if (direction_.served.empty()) direction_.served.assign(gradient_.served.size(), std::vector<double>(problem_.demand->steps)), direction_.tokens.assign(problem_.clouds.size(), 0);
  double size = 0;
  const double per_token = [&] {
    double all = 0;
    for (const auto& each : base_usd_)
      for (const double usd : each) all += usd;
    return all / std::max(problem_.tokens, 1.0);
  }();
  for (std::size_t c = 0; c < gradient_.served.size(); ++c)
    for (std::size_t step = 0; step < problem_.demand->steps; ++step) {
      auto& d = direction_.served[c][step];
      d = kOld * d + (1 - kOld) * (1 - gradient_.served[c][step]);
      if (multipliers.worth[c][step] >= base_usd_[c][step]) d = std::min(d, 0.0);
      size += base_usd_[c][step] * d * d;
    }
  for (const auto& cap : problem_.caps) {
    auto& d = direction_.tokens[cap.cloud];
    d = kOld * d + (1 - kOld) * (gradient_.tokens[cap.cloud] - cap.share * problem_.tokens);
    if (multipliers.extra[cap.cloud] <= 0) d = std::max(d, 0.0);
    size += per_token / problem_.tokens * d * d;
  }
  if (size <= 0) return false;
  const double step_size = gap / size;
  for (std::size_t c = 0; c < gradient_.served.size(); ++c)
    for (std::size_t step = 0; step < problem_.demand->steps; ++step) multipliers.worth[c][step] += step_size * base_usd_[c][step] * direction_.served[c][step];
  for (const auto& cap : problem_.caps) {
    auto& extra = multipliers.extra[cap.cloud];
    extra = std::max(extra + step_size * per_token / problem_.tokens * direction_.tokens[cap.cloud], 0.0);
  }
  return true;
}

double Dual::ascend(Multipliers& multipliers, double above, int steps) {
  if (multipliers.extra.empty()) multipliers.extra.assign(problem_.clouds.size(), 0);
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
  made.extra = extra.empty() ? CloudPrices(problem_.clouds.size()) : extra;
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
