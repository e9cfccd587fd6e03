#include "plan/problem.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

#include "offer/scope.h"

namespace fw::plan {
namespace {

constexpr double kUnitsPerUsd = 1e15;
constexpr double kNowhere = 100;  // times the dearest token there is
constexpr double kLeast = 1e-3;   // of a unit: less than this need is not worth opening a pool for
constexpr double kOutageSteps = 10;  // an outage's capacity is worth something in few steps, and then more

double usd(Money money) { return static_cast<double>(money.units()) / kUnitsPerUsd; }
double usd(const std::optional<TokenPrice>& price) { return price ? usd(*price * 1'000'000) / 1e6 : 0; }

// A residency admits its own scope and what lies below it; a region offered for its geography alone is not in it.
bool within(const std::vector<std::string>& residency, std::string_view scope) {
  return residency.empty() || std::ranges::any_of(residency, [&](const std::string& r) {
           return scope == r || (scope.starts_with(r) && scope.size() > r.size() && scope[r.size()] == '/');
         });
}

class Compiler {
 public:
  Compiler(const Demand& demand, const std::vector<Offer>& offers, const Rules& rules) : demand_(demand), offers_(offers), rules_(rules) {}

  Problem compile() {
    made_.demand = &demand_;
    made_.offers = &offers_;
    made_.steps_per_slot = static_cast<std::size_t>(std::max<std::int64_t>(kHourS / demand_.step_s, 1));
    made_.slot_hours = std::max<std::int64_t>(demand_.step_s / kHourS, 1);
    made_.slots = (demand_.steps + made_.steps_per_slot - 1) / made_.steps_per_slot;
    grow();
    std::map<std::string, std::vector<std::size_t>> models;
    const auto& classes = made_.demand->classes;
    for (std::size_t c = 0; c < classes.size(); ++c) {
      models[classes[c].model].push_back(c);
      made_.tokens += classes[c].input.sum() + classes[c].cached.sum() + classes[c].output.sum();
    }
    for (auto& [model, of_model] : models) group(model, std::move(of_model));
    outages();
    for (const auto& [cloud, share] : rules_.max_share) cloud_of(cloud);
    for (const auto& each : rules_.contracts) contract(each);
    budgets();
    shares();
    return std::move(made_);
  }

 private:
  std::size_t cloud_of(const std::string& cloud) {
    const auto at = std::ranges::find(made_.clouds, cloud);
    if (at == made_.clouds.end()) made_.clouds.push_back(cloud);
    return static_cast<std::size_t>(std::ranges::find(made_.clouds, cloud) - made_.clouds.begin());
  }

  // A demand of our own, for what is not as the file says.
  Demand& changed() {
    if (!changed_) {
      changed_ = std::make_shared<Demand>(*made_.demand);
      made_.changed = changed_;
      made_.demand = changed_.get();
    }
    return *changed_;
  }

  template <class Factor>
  Series times(const Series& series, const Factor& factor) const {
    std::vector<double> made(demand_.steps);
    for (std::size_t i = 0; i < made.size(); ++i) made[i] = series[i] * factor(i);
    return Series(std::move(made));
  }

  template <class Factor>
  void scale(DemandClass& each, const Factor& factor) const {
    for (auto* series : {&each.input, &each.cached, &each.output, &each.requests}) *series = times(*series, factor);
  }

  void grow() {
    for (const auto& [place, growth] : rules_.growth_per_year)
      for (std::size_t c = 0; c < demand_.classes.size(); ++c)
        if (demand_.classes[c].place == place)
          scale(changed().classes[c], [&](std::size_t step) {
            return std::pow(1 + growth, static_cast<double>(step) * static_cast<double>(demand_.step_s) / static_cast<double>(kHourS * kYearHours));
          });
  }

  void shares() {
    auto& all = made_.shares;
    all.most.assign(made_.clouds.size(), 1);
    for (const auto& [cloud, share] : rules_.max_share) all.most[cloud_of(cloud)] = share;
    all.second = rules_.second_source.value_or(0);
    all.hhi = rules_.hhi_max.value_or(1);
    for (const auto& group : made_.groups)
      for (const auto& source : group.sources)
        if (source.cloud != kNothing) all.there.insert(source.cloud);
  }

  std::size_t slot_of(WallTime time) const {
    const auto slot_ns = made_.slot_hours * kHourS * kSecondNs;
    const auto ns = time.ns - demand_.from.ns;
    return ns <= 0 ? 0 : std::min(static_cast<std::size_t>((ns + slot_ns - 1) / slot_ns), made_.slots);
  }

  void contract(const ContractRule& rule) {
    const auto from = std::max(rule.from.ns, demand_.from.ns), until = std::min(rule.until.ns, demand_.until().ns);
    Contract made{cloud_of(rule.cloud), {}, 0, slot_of(rule.from), slot_of(rule.until)};
    if (until <= from || made.from >= made.until) return;
    made.commit = Money::of_units(rule.commit.units() / 1'000 * ((until - from) / kSecondNs) / ((rule.until.ns - rule.from.ns) / kSecondNs) * 1'000);
    made.usd = usd(made.commit);
    made_.contracts.push_back(made);
  }

  void budgets() {
    if (!rules_.budget) return;
    const auto label = [&](std::size_t slot) -> std::int64_t {
      const auto s = demand_.from.seconds() + static_cast<std::int64_t>(slot) * made_.slot_hours * kHourS;
      if (rules_.budget->per == "hour") return s / kHourS;
      if (rules_.budget->per == "day") return s / kDayS;
      const std::chrono::year_month_day day{std::chrono::sys_days{std::chrono::days{s / kDayS}}};
      const auto year = static_cast<std::int64_t>(static_cast<int>(day.year()));
      return rules_.budget->per == "year" ? year : year * 12 + static_cast<unsigned>(day.month());
    };
    for (std::size_t slot = 0; slot < made_.slots; ++slot)
      if (slot == 0 || label(slot) != label(slot - 1)) made_.budgets.push_back({usd(rules_.budget->usd), slot, slot + 1});
      else made_.budgets.back().until = slot + 1;
  }

  // For each cloud of a model that can go, the classes that then have no source without a limit.
  void outages() {
    if (!rules_.n_minus_1 || *rules_.n_minus_1 <= 0) return;
    made_.outage_served = *rules_.n_minus_1;
    const auto groups = made_.groups.size();
    for (std::size_t g = 0; g < groups; ++g) {
      std::set<std::size_t> clouds;
      for (const auto& source : made_.groups[g].sources)
        if (source.cloud != kNothing) clouds.insert(source.cloud);
      for (const auto cloud : clouds) outage(g, cloud);
    }
  }

  bool critical(const DemandClass& each) const {
    const auto rule = rules_.classes.find(each.name);
    const bool any = std::ranges::any_of(rules_.classes, [](const auto& other) { return other.second.critical; });
    return !any || (rule != rules_.classes.end() && rule->second.critical);
  }

  void outage(std::size_t g, std::size_t cloud) {
    const auto normal = made_.groups[g];
    Group made;
    made.model = normal.model;
    made.without = cloud;
    made.usual = {kOutageSteps * normal.usual.input, kOutageSteps * normal.usual.cached, kOutageSteps * normal.usual.output};
    std::vector<std::size_t> kept;
    for (std::size_t s = 0; s < normal.sources.size(); ++s)
      if (normal.sources[s].cloud != cloud) kept.push_back(s);
    const auto elsewhere = [&](std::size_t k) {
      return std::ranges::any_of(kept, [&](std::size_t s) {
        const auto& source = normal.sources[s];
        return normal.admits[k][s] && source.offer != kNothing && source.pool == kNothing && !source.limited() && source.from == 0 && source.until >= demand_.steps;
      });
    };
    for (std::size_t k = 0; k < normal.classes.size(); ++k) {
      if (!normal.critical[k] || elsewhere(k)) continue;
      auto& admits = made.admits.emplace_back();
      for (const auto s : kept) admits.push_back(normal.admits[k][s]);
      auto& classes = changed().classes;
      made.classes.push_back(classes.size());
      classes.push_back(classes[normal.classes[k]]);
      scale(classes.back(), [&](std::size_t) { return *rules_.n_minus_1; });
    }
    if (made.classes.empty()) return;
    for (const auto s : kept) {
      auto source = normal.sources[s];
      source.cloud = kNothing;
      if (source.offer != kNothing) source.usd = {};
      if (source.pool != kNothing) made_.pools[source.pool].uses.push_back({made_.groups.size(), made.sources.size()});
      made.sources.push_back(source);
    }
    made_.groups.push_back(std::move(made));
  }

  void group(const std::string& model, std::vector<std::size_t> classes) {
    Group made;
    made.model = model;
    made.classes = std::move(classes);
    // By name, so that the order of a file decides nothing.
    std::vector<std::size_t> order;
    for (std::size_t o = 0; o < offers_.size(); ++o)
      if (offers_[o].model == model) order.push_back(o);
    std::ranges::sort(order, {}, [&](std::size_t o) -> const std::string& { return offers_[o].name; });
    for (const auto o : order)
      if (usable(offers_[o])) source(made, o);
      else unpriced(made, o);
    nowhere(made);
    for (const auto c : made.classes) {
      admit(made, made_.demand->classes[c]);
      made.critical.push_back(critical(made_.demand->classes[c]));
    }
    made_.groups.push_back(std::move(made));
  }

  bool usable(const Offer& offer) {
    std::string why;
    if (offer.kind == OfferKind::pay_as_you_go && !offer.cache_read && cached(offer.model)) why = "its price of cached tokens is unknown";
    if (offer.kind == OfferKind::pay_as_you_go && (!offer.input || !offer.output)) why = "its price of input or output is unknown";
    if (offer.kind != OfferKind::pay_as_you_go && offer.terms == TermPrices{}) why = "no price of any term is known";
    if (!why.empty()) made_.left_out.push_back(fmt::format("{}: {}", offer.name, why));
    return why.empty();
  }

  bool cached(const std::string& model) const {
    return std::ranges::any_of(demand_.classes, [&](const DemandClass& c) { return c.model == model && c.cached.sum() > 0; });
  }

  std::size_t step_of(WallTime time) const {
    const auto s = (time.ns - demand_.from.ns) / kSecondNs;
    return s <= 0 ? 0 : static_cast<std::size_t>((s + demand_.step_s - 1) / demand_.step_s);
  }

  // All but the pool.
  Source priced(std::size_t o) {
    const auto& offer = offers_[o];
    Source made;
    made.offer = o;
    made.cloud = cloud_of(offer.cloud);
    if (offer.from) made.from = step_of(*offer.from);
    if (offer.until) made.until = step_of(*offer.until);
    const double minutes = static_cast<double>(demand_.step_s) / 60;
    if (offer.kind == OfferKind::pay_as_you_go) {
      made.usd = {usd(offer.input), usd(offer.cache_read), usd(offer.output)};
      if (offer.tokens_per_minute_max) made.tokens_max = *offer.tokens_per_minute_max * minutes;
      if (offer.requests_per_minute_max) made.requests_max = *offer.requests_per_minute_max * minutes;
    } else {
      const double unit = offer.unit_tokens_per_minute * minutes;
      // What weighs nothing still takes a trace, so that a density can be told.
      const auto trace = [unit](double weight) { return std::max(weight, 1e-9) / unit; };
      made.units = {trace(offer.weights.input), trace(offer.weights.cache_read), trace(offer.weights.output)};
    }
    return made;
  }

  void source(Group& group, std::size_t o) {
    const auto& offer = offers_[o];
    auto made = priced(o);
    if (offer.kind != OfferKind::pay_as_you_go) {
      made.pool = made_.pools.size();
      Pool pool{o, family_of(offer), {{made_.groups.size(), group.sources.size()}}, {static_cast<double>(offer.minimum), static_cast<double>(offer.increment)}, 0, {}};
      pool.open = Money::of_units(offer.open_usd.units() * static_cast<std::int64_t>(made_.slots) * made_.slot_hours / kMonthHours);
      pool.open_usd = usd(pool.open);
      made_.pools.push_back(std::move(pool));
      made_.families[made_.pools.back().family].pools.push_back(made.pool);
      if (offer.window_s > demand_.step_s)
        made_.left_out.push_back(fmt::format("{}: counted in steps of {} s, more strictly than its window of {} s", offer.name, demand_.step_s, offer.window_s));
    }
    group.sources.push_back(made);
  }

  void unpriced(const Group& group, std::size_t o) {
    Unpriced made{made_.groups.size(), priced(o), {}, {}};
    for (const auto c : group.classes) made.admits.push_back(admitted(made_.demand->classes[c], offers_[o]));
    if (offers_[o].kind != OfferKind::pay_as_you_go)
      for (const auto& [word, hours] : {std::pair<std::string_view, std::int64_t>{"hour", 1}, {"month", kMonthHours}, {"year", kYearHours}}) made.terms.push_back({word, term_slots(hours), term_starts(hours)});
    made_.unpriced.push_back(std::move(made));
  }

  std::size_t family_of(const Offer& offer) {
    const auto& name = offer.family.empty() ? offer.name : offer.family;
    const auto at = std::ranges::find(made_.families, name, &Family::name);
    if (at != made_.families.end()) return static_cast<std::size_t>(at - made_.families.begin());
    Family made;
    made.name = name;
    made.cloud = cloud_of(offer.cloud);
    made.boot_s = offer.boot_s;
    term(made, "hour", offer.terms.hour, 1);
    term(made, "month", offer.terms.month, kMonthHours);
    term(made, "year", offer.terms.year, kYearHours);
    made_.families.push_back(std::move(made));
    return made_.families.size() - 1;
  }

  void term(Family& family, std::string_view word, const std::optional<Money>& price, std::int64_t hours) {
    if (!price) return;
    IntervalTerm made;
    made.slots = term_slots(hours);
    made.usd = usd(*price) * static_cast<double>(made.slots) * static_cast<double>(made_.slot_hours) / static_cast<double>(hours);
    made.starts = term_starts(hours);
    if (hours == 1) {
      family.hour = family.terms.size();
      made.start_usd = usd(*price) * static_cast<double>(family.boot_s) / static_cast<double>(kHourS);
    }
    family.terms.push_back(std::move(made));
    family.words.push_back(word);
    family.prices.push_back(*price);
  }

  std::size_t term_slots(std::int64_t hours) const { return hours == 1 ? 1 : static_cast<std::size_t>((hours + made_.slot_hours - 1) / made_.slot_hours); }

  std::vector<std::size_t> term_starts(std::int64_t hours) const {
    std::vector<std::size_t> made;
    for (std::size_t i = 0; i < made_.slots; ++i)
      if (hours == 1 || i == 0 || day_begins(i)) made.push_back(i);
    return made;
  }

  bool day_begins(std::size_t slot) const {
    const auto s = demand_.from.seconds() + static_cast<std::int64_t>(slot) * made_.slot_hours * kHourS;
    return s % kDayS < made_.slot_hours * kHourS;
  }

  // What a unit costs for the whole span, by the cheapest of its terms.
  double unit_usd(const Family& family) const {
    double least = std::numeric_limits<double>::infinity();
    for (const auto& t : family.terms) least = std::min(least, t.usd / static_cast<double>(t.slots) * static_cast<double>(made_.slots) + t.start_usd);
    return least;
  }

  // Last of the sources, so that it never wins a tie.
  void nowhere(Group& group) {
    double dearest = 1e-6;
    for (const auto& offer : offers_)
      if (offer.kind == OfferKind::pay_as_you_go) dearest = std::max({dearest, usd(offer.input), usd(offer.output)});
    dearest *= kNowhere;
    for (const auto& s : group.sources) {
      if (s.pool == kNothing) continue;
      const auto& pool = made_.pools[s.pool];
      const double unit = unit_usd(made_.families[pool.family]);
      const double open = pool.lumps.up(pool.lumps.minimum) * unit + pool.open_usd;
      dearest = std::max({dearest, open / kLeast * s.units.input, open / kLeast * s.units.output});
      const double step = unit / static_cast<double>(demand_.steps);
      group.usual = {std::max(group.usual.input, step * s.units.input), std::max(group.usual.cached, step * s.units.cached), std::max(group.usual.output, step * s.units.output)};
    }
    Source made;
    made.usd = {dearest, dearest, dearest};
    group.sources.push_back(made);
  }

  void admit(Group& group, const DemandClass& wanted) {
    const auto rule = rules_.classes.find(wanted.name);
    auto& admits = group.admits.emplace_back(group.sources.size(), false);
    for (std::size_t s = 0; s < group.sources.size(); ++s) admits[s] = group.sources[s].offer == kNothing || admitted(wanted, offers_[group.sources[s].offer]);
    if (std::ranges::count(admits, true) < 2)
      made_.conflict.push_back(fmt::format("class {} of {}{}: no offer is admitted", wanted.name, wanted.model,
                                           rule == rules_.classes.end() || rule->second.residency.empty() ? "" : " under its residency"));
  }

  bool admitted(const DemandClass& wanted, const Offer& offer) const {
    const auto rule = rules_.classes.find(wanted.name);
    return rule == rules_.classes.end() || fits(rule->second, wanted, offer);
  }

  bool fits(const ClassRule& rule, const DemandClass& wanted, const Offer& offer) const {
    if (!within(rule.residency, offer.scope)) return false;
    const auto place = rules_.delay_ms.find(wanted.place);
    if (!rule.first_token_ms || place == rules_.delay_ms.end()) return true;
    const auto delay = place->second.find(offer.scope);
    return delay == place->second.end() || delay->second <= static_cast<double>(*rule.first_token_ms);
  }

  const Demand& demand_;
  const std::vector<Offer>& offers_;
  const Rules& rules_;
  Problem made_;
  std::shared_ptr<Demand> changed_;
};

}  // namespace

double Contract::part_of(const BudgetPeriod& period) const {
  const auto begin = std::max(from, period.from), end = std::min(until, period.until);
  return begin < end ? static_cast<double>(end - begin) / static_cast<double>(until - from) : 0;
}

CloudPrices no_prices(const Problem& problem) {
  CloudPrices made;
  made.token.assign(problem.clouds.size(), 0);
  made.budget.assign(problem.budgets.size(), 0);
  made.drawn.assign(problem.contracts.size(), 0);
  return made;
}

MoneyFactors::MoneyFactors(const Problem& problem, const CloudPrices& prices) {
  const auto zero = [](double each) { return each == 0; };
  if (std::ranges::all_of(prices.budget, zero) && std::ranges::all_of(prices.drawn, zero)) return;
  by_cloud_.assign(problem.clouds.size(), std::vector<double>(problem.slots, 1));
  for (std::size_t b = 0; b < prices.budget.size(); ++b)
    for (auto& slots : by_cloud_)
      for (auto slot = problem.budgets[b].from; slot < problem.budgets[b].until; ++slot) slots[slot] += prices.budget[b];
  for (std::size_t k = 0; k < prices.drawn.size(); ++k) {
    const auto& contract = problem.contracts[k];
    for (auto slot = contract.from; slot < contract.until; ++slot) by_cloud_[contract.cloud][slot] -= prices.drawn[k];
  }
  for (auto& slots : by_cloud_)
    for (auto& each : slots) each = std::max(each, 0.0);
}

std::vector<IntervalTerm> MoneyFactors::terms(const Family& family) const {
  auto made = family.terms;
  if (plain()) return made;
  const auto& slots = by_cloud_[family.cloud];
  std::vector<double> paid(slots.size() + 1);
  for (std::size_t i = 0; i < slots.size(); ++i) paid[i + 1] = paid[i] + slots[i];
  for (auto& each : made) each.paid = paid;
  return made;
}

double MoneyFactors::open_usd(const Problem& problem, const Pool& pool) const {
  if (plain()) return pool.open_usd;
  double all = 0;
  for (const double each : by_cloud_[problem.families[pool.family].cloud]) all += each;
  return pool.open_usd * all / static_cast<double>(problem.slots);
}

Problem compile(const Demand& demand, const std::vector<Offer>& offers, const Rules& rules) { return Compiler(demand, offers, rules).compile(); }

}  // namespace fw::plan
