#include "plan/solve.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <random>

namespace fw::plan {
namespace {

constexpr int kColumnsMax = 24;
constexpr int kDescentRounds = 12;
constexpr std::size_t kOrdersMax = 6;
constexpr std::size_t kPoolsForAll = 12;  // with more pools not each is left out once

// One placement of all demand.
struct Column {
  CloudPrices prices;
  double usd = 0;
  std::vector<double> tokens;  // by cloud
};

Column column(const Problem& problem, const std::vector<std::vector<double>>& units, CloudPrices prices) {
  Column made{std::move(prices), 0, std::vector<double>(problem.clouds.size())};
  each_share(problem, units, {{{1.0, made.prices}}, 0, true}, [&](const Group& group, std::size_t k, std::size_t s, std::size_t step, double share) {
    const auto tokens = problem.demand->classes[group.classes[k]].at(step);
    const auto& source = group.sources[s];
    made.usd += share * weigh(source.usd, tokens);
    if (source.cloud != kNothing) made.tokens[source.cloud] += share * tokens.total();
  });
  return made;
}

// The best mixture of columns; `prices` become what a token of each capped cloud is worth. The first column is the
// beginning; what it has too much of a cloud must be taken away by others at any price.
Mix mixture(const Problem& problem, const std::vector<Column>& columns, CloudPrices& prices) {
  const auto caps = problem.caps.size();
  const auto others = columns.size() - 1;
  double any = 0;
  for (const auto& each : columns) any = std::max(any, each.usd);
  any = 1e3 * std::max(any, 1e-9);
  Packing packing;
  packing.reset(1 + 2 * caps, others + caps);
  packing.limit(0) = 1;
  std::vector<double> over(caps);
  for (std::size_t c = 0; c < caps; ++c) {
    // In shares of all tokens.
    const auto share = [&](const Column& each) { return each.tokens[problem.caps[c].cloud] / problem.tokens; };
    const double room = problem.caps[c].share - share(columns[0]);
    over[c] = std::max(-room, 0.0);
    packing.limit(1 + c) = std::max(room, 0.0);
    packing.limit(1 + caps + c) = over[c];
    packing.cell(1 + c, others + c) = 1;
    packing.cell(1 + caps + c, others + c) = 1;
    packing.worth(others + c) = any;
    for (std::size_t j = 0; j < others; ++j) packing.cell(1 + c, j) = share(columns[j + 1]) - share(columns[0]);
  }
  for (std::size_t j = 0; j < others; ++j) {
    packing.cell(0, j) = 1;
    packing.worth(j) = columns[0].usd - columns[j + 1].usd;
  }
  packing.solve();
  Mix mix;
  double first = 1;
  for (std::size_t j = 0; j < others; ++j) {
    if (packing.x(j) <= 0) continue;
    mix.parts.emplace_back(packing.x(j), columns[j + 1].prices);
    mix.usd += packing.x(j) * columns[j + 1].usd;
    first -= packing.x(j);
  }
  if (first > 0) mix.parts.emplace_back(first, columns[0].prices), mix.usd += first * columns[0].usd;
  for (std::size_t c = 0; c < caps; ++c) {
    mix.kept = mix.kept && packing.x(others + c) >= over[c] - 1e-9;
    prices[problem.caps[c].cloud] = packing.price(1 + c) / problem.tokens;
  }
  return mix;
}

class Solver {
 public:
  Solver(const Problem& problem, const Effort& effort) : problem_(problem), effort_(effort), dual_(problem) {
    prices_.assign(problem.clouds.size(), 0);
  }

  Solution solve() {
    search({});
    take_bound();
    for (int round = 0; round < effort_.rounds && !enough(); ++round) {
      const auto units = dual_.units();
      for (const double factor : factors()) {
        prices_ = found_.multipliers.extra;
        for (auto& price : prices_) price *= factor;
        search(units);
      }
      take_bound();
    }
    return std::move(found_);
  }

 private:
  bool enough() const {
    const double gap = found_.usd() - found_.lower_bound_usd;
    return gap <= effort_.gap * std::abs(found_.usd()) || (effort_.go_on && !effort_.go_on(found_.usd(), found_.lower_bound_usd));
  }

  // Share caps: the bound's prices of clouds are right on the average; lumps may want them higher or lower.
  std::vector<double> factors() const {
    if (problem_.caps.empty()) return {1.0};
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
    const auto start = from.empty() ? descent.nothing() : descent.from_units(from);
    for (const auto& order : orders()) {
      auto plan = start;
      descent.improve(plan, order, kDescentRounds);
      consider(std::move(plan));
      if (problem_.pools.size() < 2) break;
    }
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
    Solution made;
    auto prices = prices_;
    made.mix = mix_placements(problem_, plan.units, prices);
    made.bought_usd = plan.bought_usd;
    if (any_ && (made.mix.kept < found_.mix.kept || (made.mix.kept == found_.mix.kept && made.usd() >= found_.usd()))) return;
    made.units = plan.units;
    made.holdings = plan.holdings;
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
  CloudPrices prices_, prices_of_found_;
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

Mix mix_placements(const Problem& problem, const std::vector<std::vector<double>>& units, CloudPrices& prices) {
  std::vector<Column> columns = {column(problem, units, CloudPrices(problem.clouds.size()))};
  auto mix = mixture(problem, columns, prices);
  if (problem.caps.empty()) return mix;
  for (int i = 0; i < kColumnsMax; ++i) {
    auto made = column(problem, units, prices);
    // Nothing new under these prices: the mixture is the best there is.
    const bool known = std::ranges::any_of(columns, [&](const Column& each) { return each.usd == made.usd && each.tokens == made.tokens; });
    if (known) break;
    columns.push_back(std::move(made));
    mix = mixture(problem, columns, prices);
  }
  return mix;
}

Solution solve(const Problem& problem, const Effort& effort) { return Solver(problem, effort).solve(); }

}  // namespace fw::plan
