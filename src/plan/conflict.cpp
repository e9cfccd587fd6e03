#include "plan/conflict.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "plan/mixture.h"

namespace fw::plan {
namespace {

constexpr std::size_t kRulesForAll = 12;
constexpr int kHalvings = 14;
constexpr double kUsdUnits = 1e15;

// One rule that could be left out, and one number of it that could be moved towards what asks for nothing.
struct Part {
  std::string name;                                  // with its value
  std::function<void(Rules&)> drop;
  std::function<void(Rules&, double)> set = {};      // empty: it has no number
  std::string path = {};
  double value = 0, loosest = 0;
  bool money = false;
};

double usd(Money money) { return static_cast<double>(money.units()) / kUsdUnits; }

void add_class(std::vector<Part>& parts, const std::string& name, const ClassRule& rule, const Rules& rules) {
  if (!rule.residency.empty())
    parts.push_back({.name = fmt::format("classes.{}.residency = {}", name, fmt::join(rule.residency, ", ")), .drop = [name](Rules& r) { r.classes[name].residency.clear(); }});
  if (!rule.first_token_ms) return;
  const auto path = fmt::format("classes.{}.first_token_ms", name);
  double slowest = static_cast<double>(*rule.first_token_ms);
  for (const auto& [place, delays] : rules.delay_ms)
    for (const auto& [scope, ms] : delays) slowest = std::max(slowest, std::ceil(ms));
  parts.push_back({.name = fmt::format("{} = {}", path, *rule.first_token_ms), .drop = [name](Rules& r) { r.classes[name].first_token_ms.reset(); },
                   .set = [name](Rules& r, double ms) { r.classes[name].first_token_ms = static_cast<std::int64_t>(std::ceil(ms)); }, .path = path,
                   .value = static_cast<double>(*rule.first_token_ms), .loosest = slowest});
}

std::vector<Part> parts_of(const Rules& rules) {
  std::vector<Part> parts;
  for (const auto& [name, rule] : rules.classes) add_class(parts, name, rule, rules);
  for (const auto& [cloud, share] : rules.max_share) {
    const auto path = fmt::format("max_share.{}", cloud);
    parts.push_back({.name = fmt::format("{} = {}", path, share), .drop = [cloud](Rules& r) { r.max_share.erase(cloud); },
                     .set = [cloud](Rules& r, double value) { r.max_share[cloud] = value; }, .path = path, .value = share, .loosest = 1});
  }
  const auto add = [&](std::string path, std::optional<double> Rules::*rule, double loosest) {
    if (!(rules.*rule)) return;
    parts.push_back({.name = fmt::format("{} = {}", path, *(rules.*rule)), .drop = [rule](Rules& r) { (r.*rule).reset(); },
                     .set = [rule](Rules& r, double value) { r.*rule = value; }, .path = path, .value = *(rules.*rule), .loosest = loosest});
  };
  add("second_source", &Rules::second_source, 0);
  add("hhi_max", &Rules::hhi_max, 1);
  add("n_minus_1.served", &Rules::n_minus_1, 0);
  if (rules.budget)
    parts.push_back({.name = fmt::format("budget = {} per {}", rules.budget->usd.usd(), rules.budget->per), .drop = [](Rules& r) { r.budget.reset(); },
                     .set = [](Rules& r, double value) { r.budget->usd = nearest_money(value); }, .path = "budget.usd", .value = usd(rules.budget->usd), .money = true});
  // What a contract asks for counts in a budget.
  if (rules.budget && !rules.contracts.empty()) parts.push_back({.name = "contracts", .drop = [](Rules& r) { r.contracts.clear(); }});
  return parts;
}

class Explainer {
 public:
  Explainer(const Demand& demand, const std::vector<Offer>& offers, const Rules& rules) : demand_(demand), offers_(offers), rules_(rules), parts_(parts_of(rules)) {}

  Infeasible explain() {
    Infeasible made;
    const auto set = smallest();
    if (set.empty()) {
      const auto problem = compile(demand_, offers_, without_all(rules_));
      made.conflict = problem.conflict.empty() ? std::vector<std::string>{"the offers' quotas and capacity take less than the demand"} : problem.conflict;
      made.relaxation = problem.conflict.empty() ? "Raise a quota, or add an offer without one." : "Add an offer of the model.";
      return made;
    }
    for (const auto i : set) made.conflict.push_back(parts_[i].name);
    made.relaxation = relaxation(set);
    return made;
  }

 private:
  Rules without_all(Rules rules) const {
    for (const auto& part : parts_) part.drop(rules);
    return rules;
  }

  Rules only(const std::vector<std::size_t>& kept) const {
    auto rules = rules_;
    for (std::size_t i = 0; i < parts_.size(); ++i)
      if (std::ranges::find(kept, i) == kept.end()) parts_[i].drop(rules);
    return rules;
  }

  // The greatest that can be deployed serves the most.
  bool can_serve(const Rules& rules) const {
    auto problem = compile(demand_, offers_, rules);
    if (!problem.conflict.empty()) return false;
    problem.budgets.clear();
    problem.contracts.clear();
    std::vector units(problem.pools.size(), std::vector<double>(problem.slots));
    for (std::size_t p = 0; p < units.size(); ++p)
      for (std::size_t slot = 0; slot < problem.slots; ++slot) units[p][slot] = most_units(problem, problem.pools[p], slot);
    auto prices = no_prices(problem);
    const Spend nothing(problem);
    const auto mix = mix_placements(problem, units, nothing, prices);
    double nowhere = 0;
    each_share(problem, units, mix, [&](const Group& group, std::size_t k, std::size_t s, std::size_t step, double share) {
      if (group.sources[s].offer == kNothing) nowhere += share * problem.demand->classes[group.classes[k]].at(step).total();
    });
    return mix.kept && nowhere <= kUnserved * problem.tokens;
  }

  // What a plan costs; nothing: none was found.
  std::optional<Solution> plan(const Rules& rules) const {
    const auto problem = compile(demand_, offers_, rules);
    if (!problem.conflict.empty()) return std::nullopt;
    auto found = solve(problem, {.rounds = 1, .dual_steps = 40});
    if (infeasible(problem, found)) return std::nullopt;
    return found;
  }

  bool can(const Rules& rules) const { return can_serve(rules) && (!rules.budget || plan(rules)); }

  std::vector<std::size_t> smallest() const {
    if (!can_serve(without_all(rules_))) return {};
    std::vector<std::size_t> all(parts_.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    if (parts_.size() <= kRulesForAll)
      for (std::size_t size = 1; size <= 2; ++size)
        if (auto found = subset(size, {}); !found.empty()) return found;
    // What can be left out is.
    auto kept = all;
    for (const auto i : all) {
      auto fewer = kept;
      std::erase(fewer, i);
      if (!can(only(fewer))) kept = fewer;
    }
    // Still none smaller than what is left, if that has three.
    if (parts_.size() <= kRulesForAll)
      for (std::size_t size = 3; size < kept.size(); ++size)
        if (auto found = subset(size, {}); !found.empty()) return found;
    return kept;
  }

  std::vector<std::size_t> subset(std::size_t size, const std::vector<std::size_t>& begun) const {
    if (begun.size() == size) return can(only(begun)) ? std::vector<std::size_t>{} : begun;
    for (std::size_t i = begun.empty() ? 0 : begun.back() + 1; i < parts_.size(); ++i) {
      auto more = begun;
      more.push_back(i);
      if (auto found = subset(size, more); !found.empty()) return found;
    }
    return {};
  }

  struct Way {
    std::string words;
    double usd = 0;
  };

  std::string relaxation(const std::vector<std::size_t>& set) const {
    std::optional<Way> best;
    for (const auto i : set)
      if (const auto way = loosened(parts_[i]); way && (!best || way->usd < best->usd)) best = way;
    if (best) return fmt::format("{}: a plan then costs {:.2f} USD.", best->words, best->usd);
    return fmt::format("No one of these is enough: other rules are in each other's way besides. Begin with {}.", parts_[set.front()].name);
  }

  // As little as it takes, in ten thousandths of the way; nothing: not even without it is there a plan.
  std::optional<Way> loosened(const Part& part) const {
    auto without = rules_;
    part.drop(without);
    if (!can_serve(without)) return std::nullopt;
    const auto free = plan(without);
    if (!free) return std::nullopt;
    if (!part.set) return Way{fmt::format("Leave out {}", part.name), free->usd()};
    const double loosest = part.money ? free->usd() : part.loosest;
    auto rules = rules_;
    part.set(rules, loosest);
    if (!can(rules)) return Way{fmt::format("Leave out {}", part.name), free->usd()};
    double tight = 0, loose = 1;
    for (int i = 0; i < kHalvings; ++i) {
      const double middle = (tight + loose) / 2;
      part.set(rules, part.value + middle * (loosest - part.value));
      (can(rules) ? loose : tight) = middle;
    }
    const double exact = part.value + loose * (loosest - part.value);
    const double scale = part.money ? 100 : part.path.ends_with("_ms") ? 1 : 10'000;
    const double value = loosest > part.value ? std::ceil(exact * scale) / scale : std::floor(exact * scale) / scale;
    part.set(rules, value);
    const auto found = plan(rules);
    return Way{fmt::format("{} {} from {} to {}", loosest > part.value ? "Raise" : "Lower", part.path, part.value, value), found ? found->usd() : free->usd()};
  }

  const Demand& demand_;
  const std::vector<Offer>& offers_;
  const Rules& rules_;
  std::vector<Part> parts_;
};

}  // namespace

Infeasible explain_conflict(const Demand& demand, const std::vector<Offer>& offers, const Rules& rules) { return Explainer(demand, offers, rules).explain(); }

}  // namespace fw::plan
