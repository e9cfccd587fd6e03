#include "plan/solve.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <random>

#include "plan/mixture.h"
#include "plan/polish.h"

namespace fw::plan {
namespace {

constexpr int kDescentRounds = 12;
constexpr int kWarmRounds = 3;
constexpr double kWarmGap = 1e-3;  // relative: near enough for a quick answer
constexpr std::size_t kOrdersMax = 6;
constexpr std::size_t kOthersMax = 8;
constexpr double kGain = 1e-9;                  // relative: less is no improvement
constexpr std::size_t kPolishWork = 400'000;    // steps of classes beside pools, of all attempts
constexpr std::size_t kPolishMax = 2'000;       // attempts
constexpr std::size_t kWindowsMax = 400;         // slots of all pools: beyond, only all slots are looked at together
constexpr std::size_t kOpeningsMax = 5;
constexpr double kNowhereMax = 1e-7;  // of all tokens
constexpr std::size_t kPoolsForAll = 12;  // with more pools not each is left out once

class Solver {
 public:
  Solver(const Problem& problem, const Effort& effort) : problem_(problem), effort_(effort), dual_(problem), prices_(no_prices(problem)), prices_of_found_(prices_) {}

  Solution solve() {
    search({});
    if (!problem_.contracts.empty()) {
      // As if what is committed were paid already.
      std::ranges::fill(prices_.drawn, 1.0);
      search({});
    }
    openings();
    if (!served()) search(units_for_all());
    take_bound();
    for (int round = 0; round < effort_.rounds && !enough(); ++round) {
      const auto units = dual_.units();
      const auto bound = found_.multipliers.extra;
      for (const double factor : factors()) {
        prices_ = bound;
        for (auto* prices : {&prices_.token, &prices_.budget, &prices_.drawn})
          for (auto& price : *prices) price *= factor;
        search(units);
      }
      if (ruled()) {
        prices_ = prices_of_found_;
        search(found_.units);
      }
      take_bound();
    }
    if (effort_.rounds > 0 && !enough()) polish();
    return std::move(found_);
  }

  Solution again(const Start& start, int dual_steps) {
    prices_ = start.prices;
    Descent descent(problem_, prices_);
    auto plan = descent.from_units(start.units);
    descent.improve(plan, pools(), kWarmRounds);
    take(plan);
    if (!served()) search(units_for_all());
    found_.multipliers = start.multipliers;
    found_.lower_bound_usd = dual_.bound(found_.multipliers);
    const auto wide = [&] { return found_.usd() - found_.lower_bound_usd > kWarmGap * std::abs(found_.usd()); };
    if (wide()) {
      // What the plan's own placements say may prove more than what was true before the change.
      auto own = dual_.from_units(found_.units, prices_of_found_);
      if (const double bound = dual_.bound(own); bound > found_.lower_bound_usd) found_.lower_bound_usd = bound, found_.multipliers = std::move(own);
    }
    if (wide()) found_.lower_bound_usd = dual_.ascend(found_.multipliers, found_.usd(), dual_steps);
    return std::move(found_);
  }

 private:
  bool enough() const {
    const double gap = found_.usd() - found_.lower_bound_usd;
    return gap <= effort_.gap * std::abs(found_.usd()) || (effort_.go_on && !effort_.go_on(found_.usd(), found_.lower_bound_usd));
  }

  bool opened() const {
    return std::ranges::any_of(problem_.pools, [](const Pool& pool) { return pool.open_usd > 0; });
  }

  // Each pool some lumps lower or higher than it is at most, the others made anew around that.
  void disturb() {
    if (problem_.pools.size() < 2 || problem_.pools.size() > kPoolsForAll) return;
    const auto windows = ruled() && problem_.slots * problem_.pools.size() <= kWindowsMax ? term_windows(problem_) : std::vector<Window>{{0, problem_.slots}};
    for (bool moved = true; moved && (!effort_.go_on || effort_.go_on(found_.usd(), found_.lower_bound_usd));) {
      const double before = found_.usd();
      for (const auto q : pools())
        for (const auto& window : windows)
          for (const double more : {-1.0, 1.0, -2.0, 2.0}) disturb(q, window, more);
      moved = found_.usd() < before - kGain * std::abs(before);
    }
  }

  void disturb(std::size_t q, const Window& window, double more) {
    prices_ = prices_of_found_;
    Descent descent(problem_, prices_);
    auto units = found_.units;
    const auto& lumps = problem_.pools[q].lumps;
    double peak = 0;
    for (auto slot = window.first; slot < window.second; ++slot) peak = std::max(peak, units[q][slot]);
    peak = lumps.down(std::max(peak + more * lumps.increment, 0.0));
    for (auto slot = window.first; slot < window.second; ++slot) {
      auto& n = units[q][slot];
      n = more < 0 ? std::min(n, peak) : std::min(std::max(peak, lumps.minimum), most_units(problem_, problem_.pools[q], slot));
    }
    auto others = pools();
    std::erase(others, q);
    auto plan = descent.from_units(std::move(units));
    descent.improve(plan, others, kDescentRounds);
    take(plan);
    if (ruled()) {
      // Under what the rules are worth now.
      prices_ = prices_of_last_;
      Descent again(problem_, prices_);
      auto next = again.from_units(plan.units);
      again.improve(next, others, kDescentRounds);
      take(next);
    }
    descent.improve(plan, pools(), kDescentRounds);
    take(plan);
  }

  void polish() {
    disturb();
    if (!ruled() && !opened()) return;
    const auto work = std::max<std::size_t>(problem_.demand->steps * problem_.demand->classes.size() * std::max<std::size_t>(problem_.pools.size(), 1), 1);
    prices_ = prices_of_found_;
    fw::plan::polish(problem_, {[&]() -> const Units& { return found_.units; }, [&](const Units& units) { return attempt(units); }, others_, std::min(kPolishWork / work, kPolishMax)});
  }

  bool attempt(const Units& units) {
    const auto kept = found_.mix.kept;
    const double usd = found_.usd();
    Purchases plan;
    plan.units = units;
    const MoneyFactors money(problem_, prices_of_found_);
    prices_ = prices_of_found_;
    for (std::size_t f = 0; f < problem_.families.size(); ++f) plan.holdings.push_back(cover(units, problem_.families[f], money.terms(problem_.families[f])));
    take(plan);
    return found_.mix.kept != kept || found_.usd() < usd - kGain * std::abs(usd);
  }

  std::vector<Holding> cover(const Units& units, const Family& family, const std::vector<IntervalTerm>& terms) const {
    std::vector<double> all(problem_.slots);
    for (const auto p : family.pools)
      for (std::size_t slot = 0; slot < problem_.slots; ++slot) all[slot] += units[p][slot];
    return cheapest_cover(terms, all);
  }

  // Whether the rules are kept and nothing goes nowhere.
  bool served() const {
    double nowhere = 0;
    each_share(problem_, found_.units, found_.mix, [&](const Group& group, std::size_t k, std::size_t s, std::size_t step, double share) {
      if (group.sources[s].offer == kNothing) nowhere += share * problem_.demand->classes[group.classes[k]].at(step).total();
    });
    return found_.mix.kept && nowhere <= kNowhereMax * problem_.tokens;
  }

  std::vector<std::vector<double>> units_for_all() const {
    std::vector<std::vector<double>> units(problem_.pools.size(), std::vector<double>(problem_.slots));
    for (std::size_t p = 0; p < units.size(); ++p)
      for (std::size_t slot = 0; slot < problem_.slots; ++slot) units[p][slot] = most_units(problem_, problem_.pools[p], slot);
    return units;
  }

  // Where being there at all costs something: every choice of such pools, of few of them.
  void openings() {
    std::vector<std::size_t> closed, rest;
    for (const auto p : pools()) (problem_.pools[p].open_usd > 0 ? closed : rest).push_back(p);
    if (closed.empty() || closed.size() > kOpeningsMax) return;
    Descent descent(problem_, prices_);
    const auto all = units_for_all();
    for (std::size_t choice = 1; choice < std::size_t{1} << closed.size(); ++choice) {
      auto order = rest;
      std::vector units(problem_.pools.size(), std::vector<double>(problem_.slots));
      for (std::size_t i = 0; i < closed.size(); ++i)
        if (choice >> i & 1) order.push_back(closed[i]), units[closed[i]] = all[closed[i]];
      for (auto start : {descent.nothing(), descent.from_units(units)}) {
        descent.improve(start, order, kDescentRounds);
        take(start);
      }
    }
  }

  bool ruled() const { return problem_.shares.any() || !problem_.budgets.empty() || !problem_.contracts.empty(); }

  // The bound's prices of rules are right on the average; lumps may want them higher or lower.
  std::vector<double> factors() const {
    if (!ruled()) return {1.0};
    return {1.0, 0.7, 1.4, 3.0};
  }

  std::vector<std::size_t> pools() const {
    std::vector<std::size_t> order(problem_.pools.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    return order;
  }

  // From nothing or from given units, in several orders; then each pool left out once and brought back last.
  void search(const std::vector<std::vector<double>>& from) {
    Descent descent(problem_, prices_);
    std::optional<Purchases> best;
    const auto consider = [&](Purchases plan) {
      take(plan);
      if (!best || plan.usd() < best->usd()) best = std::move(plan);
    };
    const auto keep = [&] {
      if (ruled() && best && others_.size() < kOthersMax && std::ranges::find(others_, best->units) == others_.end()) others_.push_back(best->units);
    };
    const auto start = from.empty() ? descent.nothing() : descent.from_units(from);
    for (const auto& order : orders()) {
      auto plan = start;
      descent.improve(plan, order, kDescentRounds);
      consider(std::move(plan));
      if (problem_.pools.size() < 2) break;
    }
    keep();
    if (problem_.pools.size() < 2 || problem_.pools.size() > kPoolsForAll) return;
    for (const auto out : pools()) {
      auto units = best->units;
      std::ranges::fill(units[out], 0.0);
      auto plan = descent.from_units(std::move(units));
      auto order = pools();
      std::erase(order, out);
      descent.improve(plan, order, kDescentRounds);
      descent.improve(plan, pools(), kDescentRounds);
      consider(std::move(plan));
    }
  }

  // The same orders in every run.
  std::vector<std::vector<std::size_t>> orders() const {
    std::vector<std::vector<std::size_t>> made = {pools()};
    std::mt19937_64 random(7);
    const auto count = std::min(kOrdersMax, std::size_t{1} << std::min<std::size_t>(problem_.pools.size(), 4));
    while (made.size() < count) {
      auto order = made.back();
      std::ranges::shuffle(order, random);
      made.push_back(std::move(order));
    }
    return made;
  }

  void take(const Purchases& plan) {
    take(plan, plan.holdings);
    if (MoneyFactors(problem_, prices_).plain()) return;
    // The same units as cheaply as they can be had.
    auto holdings = plan.holdings;
    for (std::size_t f = 0; f < holdings.size(); ++f) holdings[f] = cover(plan.units, problem_.families[f], problem_.families[f].terms);
    take(plan, holdings);
  }

  void take(const Purchases& plan, const std::vector<std::vector<Holding>>& holdings) {
    Solution made;
    Spend bought(problem_);
    for (std::size_t f = 0; f < problem_.families.size(); ++f) {
      made.bought_usd += held_usd(problem_.families[f].terms, holdings[f], problem_.slots);
      bought.add_held(problem_, problem_.families[f], holdings[f]);
    }
    for (std::size_t p = 0; p < problem_.pools.size(); ++p) {
      if (std::ranges::none_of(plan.units[p], [](double n) { return n > 0; })) continue;
      made.open_usd += problem_.pools[p].open_usd;
      bought.add_open(problem_, problem_.pools[p]);
    }
    auto prices = prices_;
    made.mix = mix_placements(problem_, plan.units, bought, prices);
    prices_of_last_ = prices;
    if (any_ && (made.mix.kept < found_.mix.kept || (made.mix.kept == found_.mix.kept && made.usd() >= found_.usd()))) return;
    made.units = plan.units;
    made.holdings = holdings;
    made.lower_bound_usd = found_.lower_bound_usd;
    made.multipliers = std::move(found_.multipliers);
    found_ = std::move(made);
    prices_of_found_ = std::move(prices);
    any_ = true;
  }

  void take_bound() {
    auto multipliers = dual_.from_units(found_.units, prices_of_found_);
    double bound = dual_.ascend(multipliers, found_.usd(), effort_.dual_steps);
    if (!found_.multipliers.worth.empty()) {
      auto before = found_.multipliers;
      const auto units = dual_.units();
      if (const double again = dual_.ascend(before, found_.usd(), effort_.dual_steps); again > bound) bound = again, multipliers = std::move(before);
    }
    if (found_.multipliers.worth.empty() || bound > found_.lower_bound_usd) {
      found_.lower_bound_usd = bound;
      found_.multipliers = std::move(multipliers);
    }
  }

  const Problem& problem_;
  const Effort& effort_;
  Dual dual_;
  CloudPrices prices_, prices_of_found_, prices_of_last_;
  std::vector<Units> others_;  // the best under each of the prices
  Solution found_;
  bool any_ = false;
};

}  // namespace

void each_share(const Problem& problem, const std::vector<std::vector<double>>& units, const Mix& mix, const UseShare& use) {
  std::vector<double> now(problem.pools.size());
  for (const auto& [part, prices] : mix.parts) {
    Placer placer(problem, prices);
    for (const auto& group : problem.groups)
      for (std::size_t step = 0; step < problem.demand->steps; ++step) {
        for (std::size_t p = 0; p < now.size(); ++p) now[p] = units[p][step / problem.steps_per_slot];
        placer.place(group, step, now);
        for (std::size_t k = 0; k < group.classes.size(); ++k)
          for (std::size_t s = 0; s < group.sources.size(); ++s)
            if (const double share = placer.share(k, s); share > 0 && placer.tokens(k).total() > 0) use(group, k, s, step, part * share);
      }
  }
}

Solution solve(const Problem& problem, const Effort& effort) { return Solver(problem, effort).solve(); }

Solution solve_from(const Problem& problem, const Start& start, int dual_steps) {
  const Effort effort;
  return Solver(problem, effort).again(start, dual_steps);
}

}  // namespace fw::plan
