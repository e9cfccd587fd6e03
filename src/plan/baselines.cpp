#include "plan/baselines.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "plan/descent.h"
#include "plan/place.h"
#include "plan/plan.h"
#include "plan/strategies.h"

namespace fw::plan {
namespace {

constexpr std::int64_t kDayHours = 24;
constexpr double kCoverage = 0.8;
constexpr double kServed = 0.99;
constexpr double kP95 = 0.95;

enum class Rule : std::uint8_t { peak, p95, mean, newsvendor, coverage_80, azure_formula, slosizer_p99, slosizer_latency, ski_rental, ladder };

struct Named {
  Rule rule;
  std::string_view name, words;
};
constexpr std::array kRules = {
    Named{Rule::peak, "peak", "units for the busiest step"},
    Named{Rule::p95, "p95", "units for 95 % of steps"},
    Named{Rule::mean, "mean", "units for the mean load"},
    Named{Rule::newsvendor, "newsvendor", "newsvendor quantile"},
    Named{Rule::coverage_80, "coverage_80", "80 % coverage"},
    Named{Rule::azure_formula, "azure_formula", "Azure's sizing formula"},
    Named{Rule::slosizer_p99, "slosizer_p99", "slosizer, throughput p99"},
    Named{Rule::slosizer_latency, "slosizer_latency", "slosizer, latency p99"},
    Named{Rule::ski_rental, "ski_rental", "ski rental"},
    Named{Rule::ladder, "ladder", "daily ladder of quantiles"},
};

// One pool of one model, with nothing else bought.
class PoolRules {
 public:
  PoolRules(const Problem& problem, const Group& group, std::size_t source)
      : p_(problem), group_(group), source_(group.sources[source]), pool_(problem.pools[source_.pool]), family_(problem.families[pool_.family]), prices_(no_prices(problem)), placer_(problem, prices_) {
    loads_.resize(p_.demand->steps);
    for (std::size_t k = 0; k < group.classes.size(); ++k) {
      if (!group.admits[k][source]) continue;
      const auto& wanted = p_.demand->classes[group.classes[k]];
      for (std::size_t step = 0; step < loads_.size(); ++step) {
        if (!source_.at(step)) continue;
        loads_[step] += weigh(source_.units, wanted.at(step));
        requests_ += wanted.requests[step];
      }
    }
    load_ = std::accumulate(loads_.begin(), loads_.end(), 0.0);
    find_span_usd();
  }

  // USD that the model costs without units; of tokens that find no place then nothing.
  void take_nothing(double usd) { nothing_usd_ = usd; }

  // USD; negative: tokens find no place, or the rule cannot be told.
  double usd(Rule rule) {
    if (rule == Rule::ski_rental || rule == Rule::ladder) return rolling_usd(rule);
    const double units = pool_.lumps.up(size(rule));
    if (!std::isfinite(units) || units < 0) return -1;
    const double placed = placed_usd(std::vector<double>(p_.slots, units));
    return placed < 0 ? -1 : placed + units * span_usd_ + (units > 0 ? pool_.open_usd : 0);
  }

 private:
  // A unit for the whole span as cheaply as it can be had.
  void find_span_usd() {
    const auto held = cheapest_cover(family_.terms, std::vector<double>(p_.slots, 1.0));
    span_usd_ = held_usd(family_.terms, held, p_.slots);
  }

  // What a unit of load would cost paid as it goes, for a step.
  double load_usd() {
    if (worth_ < 0) {
      const double all = placed_usd(std::vector<double>(p_.slots, pool_.lumps.up(loads_.empty() ? 0 : std::ranges::max(loads_))));
      worth_ = load_ > 0 && all >= 0 ? std::max(nothing_usd_ - all, 0.0) / load_ : 0;
    }
    return worth_;
  }

  double size(Rule rule) {
    if (loads_.empty()) return 0;
    const auto steps = static_cast<double>(loads_.size());
    switch (rule) {
      case Rule::peak: return std::ranges::max(loads_);
      case Rule::p95: return load_quantile(loads_, kP95);
      case Rule::mean: return load_ / steps;
      case Rule::newsvendor: return load_usd() > 0 ? load_quantile(loads_, 1 - std::min(span_usd_ / (load_usd() * steps), 1.0)) : 0;
      case Rule::coverage_80: return covering_units(loads_, kCoverage);
      case Rule::azure_formula: return requests_ > 0 ? busiest_requests() * load_ / requests_ : -1;
      case Rule::slosizer_p99: return load_quantile(loads_, kServed);
      case Rule::slosizer_latency: return queue_units(loads_, 1 - kServed);
      case Rule::ski_rental:
      case Rule::ladder: break;
    }
    return 0;
  }

  double busiest_requests() const {
    double most = 0;
    for (std::size_t step = 0; step < loads_.size(); ++step) {
      double now = 0;
      for (std::size_t k = 0; k < group_.classes.size(); ++k)
        if (loads_[step] > 0) now += p_.demand->classes[group_.classes[k]].requests[step];
      most = std::max(most, now);
    }
    return most;
  }

  double rolling_usd(Rule rule) {
    const auto slots_of = [&](std::int64_t hours) { return static_cast<std::size_t>(std::max<std::int64_t>(hours / p_.slot_hours, 1)); };
    UnitMarket market{.load_usd = load_usd() * static_cast<double>(p_.steps_per_slot), .terms = {}, .day_slots = slots_of(kDayHours), .start_slots = slots_of(kDayHours), .month_slots = slots_of(kMonthHours)};
    std::vector<std::size_t> term_of;
    for (std::size_t t = 0; t < family_.terms.size(); ++t) {
      if (t == family_.hour) continue;
      market.terms.push_back({family_.terms[t].slots, family_.terms[t].usd});
      term_of.push_back(t);
    }
    if (market.terms.empty() || market.load_usd <= 0) return placed_usd(std::vector<double>(p_.slots));
    std::vector<double> slots(p_.slots);
    for (std::size_t step = 0; step < loads_.size(); ++step) slots[step / p_.steps_per_slot] += loads_[step] / static_cast<double>(p_.steps_per_slot);
    const Load load{slots, 0};
    auto held = rule == Rule::ladder ? quantile_ladder(market, load) : ski_rental(market, load);
    for (auto& each : held) each.term = term_of[each.term];
    auto units = units_held(held, p_.slots);
    for (auto& each : units) each = pool_.lumps.down(each);
    const double placed = placed_usd(units);
    const bool any = std::ranges::any_of(units, [](double n) { return n > 0; });
    return placed < 0 ? -1 : placed + held_usd(family_.terms, held, p_.slots) + (any ? pool_.open_usd : 0);
  }

  double placed_usd(const std::vector<double>& units) {
    std::vector<double> now(p_.pools.size());
    double usd = 0, nowhere = 0, tokens = 0;
    const auto last = group_.sources.size() - 1;
    for (std::size_t step = 0; step < p_.demand->steps; ++step) {
      now[source_.pool] = units[step / p_.steps_per_slot];
      usd += placer_.place(group_, step, now);
      for (std::size_t k = 0; k < group_.classes.size(); ++k) {
        tokens += placer_.tokens(k).total();
        nowhere += placer_.share(k, last) * placer_.tokens(k).total();
      }
    }
    return nowhere > kUnserved * tokens ? -1 : usd;
  }

  const Problem& p_;
  const Group& group_;
  const Source& source_;
  const Pool& pool_;
  const Family& family_;
  CloudPrices prices_;
  Placer placer_;
  std::vector<double> loads_;  // units by step
  double load_ = 0, requests_ = 0, span_usd_ = 0, nothing_usd_ = 0, worth_ = -1;
};

// One model without units; negative: tokens find no place.
double nothing_usd(const Problem& problem, const Group& group) {
  Placer placer(problem, no_prices(problem));
  const std::vector<double> none(problem.pools.size());
  double usd = 0, nowhere = 0, tokens = 0;
  const auto last = group.sources.size() - 1;
  for (std::size_t step = 0; step < problem.demand->steps; ++step) {
    usd += placer.place(group, step, none);
    for (std::size_t k = 0; k < group.classes.size(); ++k) {
      tokens += placer.tokens(k).total();
      nowhere += placer.share(k, last) * placer.tokens(k).total();
    }
  }
  return nowhere > kUnserved * tokens ? -1 : usd;
}

}  // namespace

std::string_view baseline_words(std::string_view name) {
  const auto at = std::ranges::find(kRules, name, &Named::name);
  return at == kRules.end() ? name : at->words;
}

std::vector<Baseline> baselines(const Problem& problem) {
  std::vector<Baseline> made;
  if (problem.pools.empty() || problem.demand->steps * problem.demand->classes.size() * problem.pools.size() > kBaselineWork) return made;
  std::array<double, kRules.size()> sums{};
  for (const auto& group : problem.groups) {
    if (group.outage()) continue;
    std::array<double, kRules.size()> best;
    best.fill(-1);
    const double nothing = nothing_usd(problem, group);
    bool any = false;
    for (std::size_t s = 0; s < group.sources.size(); ++s) {
      if (group.sources[s].pool == kNothing) continue;
      any = true;
      PoolRules rules(problem, group, s);
      rules.take_nothing(nothing);
      for (std::size_t r = 0; r < kRules.size(); ++r)
        if (const double usd = rules.usd(kRules[r].rule); usd >= 0 && (best[r] < 0 || usd < best[r])) best[r] = usd;
    }
    if (!any) best.fill(nothing);
    for (std::size_t r = 0; r < kRules.size(); ++r) sums[r] = sums[r] < 0 || best[r] < 0 ? -1 : sums[r] + best[r];
  }
  for (std::size_t r = 0; r < kRules.size(); ++r)
    made.push_back({std::string(kRules[r].name), sums[r] < 0 ? std::nullopt : std::optional(nearest_money(sums[r]))});
  return made;
}

}  // namespace fw::plan
