#include "plan/carry.h"

#include <algorithm>

namespace fw::plan {
namespace {

std::size_t slot_at(const Problem& problem, WallTime time) {
  const auto slot = (time.ns - problem.demand->from.ns) / (problem.slot_hours * kHourNs);
  return static_cast<std::size_t>(std::clamp<std::int64_t>(slot, 0, static_cast<std::int64_t>(problem.slots)));
}

const std::string& name_of(const Problem& problem, const Pool& pool) { return (*problem.offers)[pool.offer].name; }

}  // namespace

std::vector<std::vector<double>> deployed_in(const Problem& problem, const std::vector<Deployment>& deployed) {
  std::vector<std::vector<double>> units(problem.pools.size(), std::vector<double>(problem.slots));
  for (const auto& each : deployed) {
    const auto pool = std::ranges::find_if(problem.pools, [&](const Pool& p) { return name_of(problem, p) == each.offer; });
    if (pool == problem.pools.end()) continue;
    auto& own = units[static_cast<std::size_t>(pool - problem.pools.begin())];
    for (auto slot = slot_at(problem, each.from); slot < slot_at(problem, each.until); ++slot) own[slot] += static_cast<double>(each.units);
  }
  return units;
}

std::vector<std::vector<Holding>> held_in(const Problem& problem, const Plan& plan) {
  std::vector<std::vector<Holding>> made(problem.families.size());
  for (const auto& each : plan.purchases) {
    const auto family = std::ranges::find(problem.families, each.family, &Family::name);
    if (family == problem.families.end()) continue;
    const auto term = std::ranges::find(family->words, std::string_view(each.term));
    if (term == family->words.end()) continue;
    const auto t = static_cast<std::size_t>(term - family->words.begin());
    auto& own = made[static_cast<std::size_t>(family - problem.families.begin())];
    const auto from = slot_at(problem, each.from), until = slot_at(problem, each.until);
    if (t != family->hour) own.push_back({t, from, until, static_cast<double>(each.units)});
    else
      for (auto slot = from; slot < until; ++slot) own.push_back({t, slot, slot + 1, static_cast<double>(each.units)});
  }
  return made;
}

CloudPrices prices_in(const Problem& problem, const Problem& before, const CloudPrices& prices) {
  auto made = no_prices(problem);
  for (std::size_t c = 0; c < problem.clouds.size(); ++c)
    if (const auto at = std::ranges::find(before.clouds, problem.clouds[c]); at != before.clouds.end()) made.token[c] = prices.token[static_cast<std::size_t>(at - before.clouds.begin())];
  if (prices.budget.size() == made.budget.size()) made.budget = prices.budget;
  if (prices.drawn.size() == made.drawn.size()) made.drawn = prices.drawn;
  return made;
}

const CloudPrices& main_prices(const Plan& plan) {
  const auto largest = std::ranges::max_element(plan.mix.parts, {}, [](const auto& part) { return part.first; });
  return largest == plan.mix.parts.end() ? plan.multipliers.extra : largest->second;
}

}  // namespace fw::plan
