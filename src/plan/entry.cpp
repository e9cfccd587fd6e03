#include "plan/entry.h"

#include <algorithm>

namespace fw::plan {
namespace {

// A term enters where the slots it would cover are worth its price.
double term_ratio(const Problem& problem, const IntervalTerm& term, const std::vector<double>& slot_usd) {
  std::vector<double> sums(problem.slots + 1);
  for (std::size_t slot = 0; slot < problem.slots; ++slot) sums[slot + 1] = sums[slot] + slot_usd[slot];
  double best = 0;
  for (const auto from : term.starts) {
    if (from >= problem.slots) continue;
    const auto until = std::min(from + term.slots, problem.slots);
    const double price = interval_usd(term, from, problem.slots);
    if (price > 0) best = std::max(best, (sums[until] - sums[from]) / price);
  }
  return std::min(best, 1.0);
}

double source_ratio(const Problem& problem, const Group& group, std::size_t s, const Multipliers& multipliers) {
  const auto& source = group.sources[s];
  const double extra = source.cloud < multipliers.extra.token.size() ? multipliers.extra.token[source.cloud] : 0;
  double best = 0;
  for (std::size_t k = 0; k < group.classes.size(); ++k) {
    if (!group.admits[k][s]) continue;
    const auto& c = problem.demand->classes[group.classes[k]];
    const auto& worth = multipliers.worth[group.classes[k]];
    for (std::size_t step = source.from; step < std::min(source.until, problem.demand->steps); ++step) {
      const auto tokens = c.at(step);
      if (const double price = weigh(source.usd, tokens); price > 0) best = std::max(best, (worth[step] - extra * tokens.total()) / price);
    }
  }
  return std::clamp(best, 0.0, 1.0);
}

}  // namespace

std::vector<EntryPrice> entry_prices(const Problem& problem, const Multipliers& multipliers) {
  std::vector<EntryPrice> made;
  for (const auto& group : problem.groups)
    for (std::size_t s = 0; !group.outage() && s < group.sources.size(); ++s)
      if (const auto& source = group.sources[s]; source.offer != kNothing && source.pool == kNothing)
        made.push_back({(*problem.offers)[source.offer].name, "pay as you go", source_ratio(problem, group, s, multipliers)});
  for (std::size_t f = 0; f < problem.families.size(); ++f) {
    const auto& family = problem.families[f];
    for (std::size_t t = 0; t < family.terms.size(); ++t)
      made.push_back({(*problem.offers)[problem.pools[family.pools.front()].offer].name, std::string(family.words[t]), term_ratio(problem, family.terms[t], multipliers.slot_usd[f])});
  }
  return made;
}

}  // namespace fw::plan
