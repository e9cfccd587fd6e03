#include "plan/descent.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace fw::plan {
namespace {

constexpr double kGain = 1e-9;           // relative: less is no improvement
constexpr double kGrid = 1e-6;           // of a unit
constexpr std::size_t kMovesWork = 4'000'000;  // slots looked at in one pass of moves: beyond, the kernel's answer stands
constexpr int kMovePasses = 30;

bool allowed(const Lumps& lumps, double units) { return std::abs(lumps.down(units + kGrid) - units) < 10 * kGrid; }

}  // namespace

double Levels::at(double n) const {
  const auto next = std::ranges::lower_bound(units, n);
  const auto i = static_cast<std::size_t>(next - units.begin());
  if (next == units.end()) return saved.back();
  if (*next == n || i == 0) return saved[i];
  return saved[i - 1] + (saved[i] - saved[i - 1]) * (n - units[i - 1]) / (units[i] - units[i - 1]);
}

Value Levels::hull() const {
  std::vector<Segment> made;
  std::vector<std::size_t> corner = {0};
  for (std::size_t i = 1; i < units.size(); ++i) {
    const auto worth = [&] { return (saved[i] - saved[corner.back()]) / (units[i] - units[corner.back()]); };
    while (!made.empty() && made.back().usd_per_unit <= worth()) {
      corner.pop_back();
      made.pop_back();
    }
    made.push_back({units[i] - units[corner.back()], worth()});
    corner.push_back(i);
  }
  return Value(std::move(made));
}

double most_units(const Problem& problem, const Pool& pool, std::size_t slot) {
  double most = 0;
  for (const auto& use : pool.uses) {
    const auto& group = problem.groups[use.group];
    const auto& source = group.sources[use.source];
    for (auto step = problem.begin(slot); step < problem.end(slot); ++step) {
      double units = 0;
      for (std::size_t k = 0; k < group.classes.size(); ++k)
        if (group.admits[k][use.source] && source.at(step)) units += weigh(source.units, problem.demand->classes[group.classes[k]].at(step));
      most = std::max(most, units);
    }
  }
  return pool.lumps.up(most);
}

Descent::Descent(const Problem& problem, const CloudPrices& prices) : problem_(problem), placer_(problem, prices) {
  for (const auto& family : problem.families) terms_.push_back(placer_.money().terms(family));
  for (const auto& pool : problem.pools) open_usd_.push_back(placer_.money().open_usd(problem, pool));
}

double Descent::place_uses(const Pool& pool, std::size_t slot, std::vector<double>& units) {
  double usd = 0;
  for (const auto& use : pool.uses) usd += place_slot(problem_.groups[use.group], slot, units);
  return usd;
}

double Descent::uses_usd(const Purchases& plan, const Pool& pool) {
  double usd = 0;
  for (const auto& use : pool.uses) usd += group_usd(plan, use.group);
  return usd;
}

double Descent::opened_usd(const Purchases& plan) const {
  double usd = 0;
  for (std::size_t p = 0; p < open_usd_.size(); ++p)
    if (open_usd_[p] > 0 && std::ranges::any_of(plan.units[p], [](double n) { return n > 0; })) usd += open_usd_[p];
  return usd;
}

double Descent::place_slot(const Group& group, std::size_t slot, std::vector<double>& units) {
  double usd = 0;
  for (auto step = problem_.begin(slot); step < problem_.end(slot); ++step) usd += placer_.place(group, step, units);
  return usd;
}

double Descent::group_usd(const Purchases& plan, std::size_t group) {
  double usd = 0;
  std::vector<double> units(problem_.pools.size());
  for (std::size_t slot = 0; slot < problem_.slots; ++slot) {
    for (std::size_t p = 0; p < units.size(); ++p) units[p] = plan.units[p][slot];
    usd += place_slot(problem_.groups[group], slot, units);
  }
  return usd;
}

double Descent::place_all(const Purchases& plan) {
  double usd = 0;
  for (std::size_t g = 0; g < problem_.groups.size(); ++g) usd += group_usd(plan, g);
  return usd;
}

Purchases Descent::nothing() { return from_units(std::vector(problem_.pools.size(), std::vector<double>(problem_.slots))); }

Purchases Descent::from_units(std::vector<std::vector<double>> units) {
  Purchases plan;
  plan.units = std::move(units);
  for (std::size_t p = 0; p < problem_.pools.size(); ++p)
    for (auto& n : plan.units[p]) n = problem_.pools[p].lumps.down(n);
  plan.holdings.resize(problem_.families.size());
  for (std::size_t f = 0; f < problem_.families.size(); ++f) cover(plan, f);
  plan.placed_usd = place_all(plan);
  plan.open_usd = opened_usd(plan);
  return plan;
}

// Nothing else with a limit could take what the pool takes, so that its tokens can be told without placing all of them.
bool Descent::alone(const Purchases& plan, const Pool& pool, std::size_t slot) const {
  if (pool.uses.size() > 1) return false;
  const auto& use = pool.uses.front();
  const auto& sources = problem_.groups[use.group].sources;
  for (std::size_t s = 0; s < sources.size(); ++s)
    if (s != use.source && (sources[s].limited() || (sources[s].pool != kNothing && plan.units[sources[s].pool][slot] > 0))) return false;
  return true;
}

// What units save in a slot beside the cheapest sources without a limit: in each step by value density.
Value Descent::own_value(const Pool& pool, std::size_t slot) const {
  const auto& use = pool.uses.front();
  const auto& group = problem_.groups[use.group];
  std::vector<Value> steps;
  for (auto step = problem_.begin(slot); step < problem_.end(slot); ++step) {
    std::vector<Item> items;
    for (std::size_t k = 0; k < group.classes.size(); ++k) {
      const double here = placer_.cost(group, k, use.source, step);
      const auto tokens = problem_.demand->classes[group.classes[k]].at(step);
      if (!std::isfinite(here) || tokens.total() == 0) continue;
      double least = std::numeric_limits<double>::infinity();
      for (std::size_t s = 0; s < group.sources.size(); ++s)
        if (group.sources[s].pool == kNothing) least = std::min(least, placer_.cost(group, k, s, step));
      items.push_back({weigh(group.sources[use.source].units, tokens), least - here});
    }
    steps.push_back(knapsack(std::move(items)));
  }
  return sum(steps);
}

Levels Descent::levels(const Purchases& plan, std::size_t p, std::size_t slot) {
  const auto& pool = problem_.pools[p];
  std::vector<double> units(problem_.pools.size());
  for (std::size_t i = 0; i < units.size(); ++i) units[i] = plan.units[i][slot];
  units[p] = 0;
  Levels made{{0}, {0}};
  const double most = most_units(problem_, pool, slot);
  if (most <= 0) return made;
  const bool only = alone(plan, pool, slot);
  const Value own = only ? own_value(pool, slot) : Value();
  const double without = only ? own.total() : place_uses(pool, slot, units);
  const auto saved = [&](double n) {
    if (only) return own.at(n);
    units[p] = n;
    return without - place_uses(pool, slot, units);
  };
  // From the minimum on what is saved is concave: where the middle lies on the chord, all between does.
  struct End {
    double n, saved;
  };
  const double least = pool.lumps.minimum;
  std::vector<End> ends = {{most, saved(most)}};
  const auto push = [&](const End& end) { made.units.push_back(end.n), made.saved.push_back(end.saved); };
  push({least, most > least ? saved(least) : ends[0].saved});
  if (most <= least) return made;
  while (!ends.empty()) {
    const End begin{made.units.back(), made.saved.back()}, end = ends.back();
    const double lumps = std::round((end.n - begin.n) / pool.lumps.increment);
    if (lumps >= 2) {
      const double n = begin.n + pool.lumps.increment * std::floor(lumps / 2);
      const End middle{n, saved(n)};
      const double chord = begin.saved + (end.saved - begin.saved) * (n - begin.n) / (end.n - begin.n);
      if (middle.saved - chord > 1e-10 * std::max(std::abs(without), 1e-12)) {
        ends.push_back(middle);
        continue;
      }
    }
    push(end);
    ends.pop_back();
  }
  return made;
}

Descent::Want Descent::want(const Purchases& plan, std::size_t p) {
  Want made{p, {}, std::vector<double>(problem_.slots)};
  for (const auto other : problem_.families[problem_.pools[p].family].pools)
    if (other != p)
      for (std::size_t slot = 0; slot < problem_.slots; ++slot) made.others[slot] += plan.units[other][slot];
  made.levels.reserve(problem_.slots);
  for (std::size_t slot = 0; slot < problem_.slots; ++slot) made.levels.push_back(levels(plan, p, slot));
  return made;
}

namespace {

// Units that must be covered whatever they cost.
double must_usd(const std::vector<IntervalTerm>& terms) {
  double usd = 1;
  for (const auto& term : terms) {
    double dearest = 1;
    for (std::size_t i = 0; i + 1 < term.paid.size(); ++i) dearest = std::max(dearest, term.paid_of(i, i + 1));
    usd = std::max(usd, (term.usd + term.start_usd) * dearest);
  }
  return 10 * usd;
}

// Units by slot of so many terms by start.
std::vector<double> held_by_slot(const std::vector<IntervalTerm>& terms, const std::vector<std::vector<double>>& count, std::size_t slots) {
  std::vector<double> held(slots);
  for (std::size_t t = 0; t < count.size(); ++t)
    for (std::size_t i = 0; i < count[t].size(); ++i)
      for (auto slot = terms[t].starts[i]; slot < std::min(terms[t].starts[i] + terms[t].slots, slots); ++slot) held[slot] += count[t][i];
  return held;
}

}  // namespace

std::vector<Holding> cheapest_cover(const std::vector<IntervalTerm>& terms, const std::vector<double>& units) {
  const double must = must_usd(terms);
  std::vector<Value> slots;
  for (const double n : units) slots.emplace_back(std::vector<Segment>{{n, must}});
  return plan_intervals(slots, terms).held;
}

void Descent::cover(Purchases& plan, std::size_t f) {
  std::vector<double> units(problem_.slots);
  for (const auto p : problem_.families[f].pools)
    for (std::size_t slot = 0; slot < problem_.slots; ++slot) units[slot] += plan.units[p][slot];
  plan.holdings[f] = cheapest_cover(terms_[f], units);
  plan.bought_usd = 0;
  for (std::size_t i = 0; i < problem_.families.size(); ++i) plan.bought_usd += held_usd(terms_[i], plan.holdings[i], problem_.slots);
}

// The best number of units to deploy when so many are held: at a bend, or at an allowed number beside what is free.
double Descent::best_units(const Want& want, std::size_t slot, double held) const {
  const auto& family = problem_.families[problem_.pools[want.pool].family];
  const auto& lumps = problem_.pools[want.pool].lumps;
  const auto& levels = want.levels[slot];
  const double hour = family.hour == kNothing ? std::numeric_limits<double>::infinity() : interval_usd(terms_[problem_.pools[want.pool].family][family.hour], slot, problem_.slots);
  double best = 0, most = -std::numeric_limits<double>::infinity();
  const auto look = [&](double n) {
    const double lacks = std::max(n + want.others[slot] - held, 0.0);
    const double worth = levels.at(n) - (lacks > kGrid ? hour * lacks : 0);
    if (worth > most) most = worth, best = n;
  };
  for (const double n : levels.units) look(n);
  const double spare = held - want.others[slot];
  for (const double n : {lumps.down(spare), lumps.up(spare)})
    if (n <= levels.units.back()) look(n);
  return best;
}

double Descent::worth_held(const Want& want, std::size_t slot, double held) const {
  const auto& family = problem_.families[problem_.pools[want.pool].family];
  const double n = best_units(want, slot, held);
  const double lacks = std::max(n + want.others[slot] - held, 0.0);
  if (lacks <= kGrid) return want.levels[slot].at(n);
  if (family.hour == kNothing) return -1e300;
  return want.levels[slot].at(n) - interval_usd(terms_[problem_.pools[want.pool].family][family.hour], slot, problem_.slots) * lacks;
}

Descent::Choice Descent::kernel(const Want& want) {
  const auto& pool = problem_.pools[want.pool];
  const auto& terms = terms_[pool.family];
  const double must = must_usd(terms);
  std::vector<Value> slots;
  for (std::size_t slot = 0; slot < problem_.slots; ++slot) {
    std::vector<Segment> parts;
    if (want.others[slot] > 0) parts.push_back({want.others[slot], must});
    const auto hull = want.levels[slot].hull();
    parts.insert(parts.end(), hull.segments().begin(), hull.segments().end());
    slots.emplace_back(std::move(parts));
  }
  auto solved = plan_intervals(slots, terms);
  Choice choice{std::move(solved.used), std::move(solved.held)};
  bool whole = true;
  for (std::size_t slot = 0; slot < problem_.slots; ++slot) {
    auto& n = choice.units[slot];
    n = std::max(n - want.others[slot], 0.0);
    whole = whole && allowed(pool.lumps, n);
    if (allowed(pool.lumps, n)) n = pool.lumps.down(n + kGrid);
  }
  if (!whole) settle(want, choice);
  return choice;
}

// Where the kernel stopped inside a lump: terms as they are, rounded, and then moves of terms as long as they pay; the
// deployment follows, hours fill what is lacking.
void Descent::settle(const Want& want, Choice& choice) {
  const auto& family = problem_.families[problem_.pools[want.pool].family];
  const auto& terms = terms_[problem_.pools[want.pool].family];
  std::vector<std::vector<double>> count;
  for (const auto& term : terms) count.emplace_back(term.starts.size());
  for (const auto& each : choice.holdings) {
    const auto at = std::ranges::lower_bound(family.terms[each.term].starts, each.from);
    if (each.term != family.hour) count[each.term][static_cast<std::size_t>(at - family.terms[each.term].starts.begin())] = std::round(each.units);
  }
  move_holdings(want, count);
  const auto held = held_by_slot(terms, count, problem_.slots);
  std::vector<double> units(problem_.slots);
  for (std::size_t slot = 0; slot < problem_.slots; ++slot) {
    choice.units[slot] = best_units(want, slot, held[slot]);
    units[slot] = choice.units[slot] + want.others[slot];
  }
  choice.holdings = cheapest_cover(terms, units);
}

void Descent::move_holdings(const Want& want, std::vector<std::vector<double>>& count) {
  const auto& pool = problem_.pools[want.pool];
  const auto& family = problem_.families[pool.family];
  const auto& terms = terms_[pool.family];
  auto held = held_by_slot(terms, count, problem_.slots);
  std::vector<double> worth(problem_.slots);
  for (std::size_t slot = 0; slot < problem_.slots; ++slot) worth[slot] = worth_held(want, slot, held[slot]);
  std::size_t work = 0;
  const auto attempt = [&](std::size_t t, std::size_t i, double more) {
    const auto& term = terms[t];
    if (count[t][i] + more < 0) return false;
    const auto from = term.starts[i], until = std::min(from + term.slots, problem_.slots);
    double gain = -more * interval_usd(term, from, problem_.slots);
    for (auto slot = from; slot < until; ++slot) gain += worth_held(want, slot, held[slot] + more) - worth[slot];
    work += until - from;
    if (gain <= 1e-9 * term.usd) return false;
    count[t][i] += more;
    for (auto slot = from; slot < until; ++slot) held[slot] += more, worth[slot] = worth_held(want, slot, held[slot]);
    return true;
  };
  bool moved = true;
  for (int pass = 0; moved && pass < kMovePasses; ++pass) {
    moved = false;
    for (std::size_t t = 0; t < count.size(); ++t)
      for (std::size_t i = 0; t != family.hour && i < count[t].size(); ++i)
        for (const double more : {1.0, -1.0, pool.lumps.increment, -pool.lumps.increment, pool.lumps.minimum, -pool.lumps.minimum, -count[t][i]}) {
          if (work > kMovesWork) return;
          if (more != 0) moved = attempt(t, i, more) || moved;
        }
  }
}

bool Descent::better(Purchases& plan, std::size_t p) {
  const auto& pool = problem_.pools[p];
  const auto& terms = terms_[pool.family];
  const auto wanted = want(plan, p);
  std::vector<Choice> choices = {kernel(wanted)};
  // The kernel does not know what it costs to be there at all.
  if (open_usd_[p] > 0) choices.push_back({std::vector<double>(problem_.slots), cheapest_cover(terms, wanted.others)});
  const double before = uses_usd(plan, pool), held_before = held_usd(terms, plan.holdings[pool.family], problem_.slots);
  Purchases best = plan;
  for (auto& choice : choices) {
    auto made = plan;
    made.units[p] = std::move(choice.units);
    made.placed_usd += uses_usd(made, pool) - before;
    made.open_usd = opened_usd(made);
    // The kernel's holdings, or the cheapest for what is deployed now: the same unless lumps were settled.
    made.bought_usd += held_usd(terms, choice.holdings, problem_.slots) - held_before;
    made.holdings[pool.family] = std::move(choice.holdings);
    if (made.usd() < best.usd()) best = std::move(made);
  }
  if (best.usd() >= plan.usd() - kGain * std::abs(plan.usd())) return false;
  plan = std::move(best);
  return true;
}

void Descent::improve(Purchases& plan, const std::vector<std::size_t>& order, int rounds) {
  bool moved = true;
  for (int round = 0; moved && round < rounds; ++round) {
    moved = false;
    for (const auto p : order) moved = better(plan, p) || moved;
    if (order.size() == 1) break;  // its kernel would say the same again
  }
  if (order.empty()) return;
  // Summed anew: what was added and taken away many times has drifted.
  plan.placed_usd = place_all(plan);
  plan.open_usd = opened_usd(plan);
  for (std::size_t f = 0; f < problem_.families.size(); ++f) cover(plan, f);
}

}  // namespace fw::plan
