#include "plan/problem.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "offer/scope.h"

namespace fw::plan {
namespace {

constexpr std::int64_t kHourS = 3'600;
constexpr std::int64_t kDayS = 86'400;
constexpr std::int64_t kNs = 1'000'000'000;
constexpr double kUnitsPerUsd = 1e15;
constexpr double kNowhere = 100;  // times the dearest token there is

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
    std::map<std::string, std::vector<std::size_t>> models;
    for (std::size_t c = 0; c < demand_.classes.size(); ++c) {
      models[demand_.classes[c].model].push_back(c);
      const auto& each = demand_.classes[c];
      made_.tokens += each.input.sum() + each.cached.sum() + each.output.sum();
    }
    for (auto& [model, classes] : models) group(model, std::move(classes));
    for (const auto& [cloud, share] : rules_.max_share) made_.caps.push_back({cloud_of(cloud), share});
    return std::move(made_);
  }

 private:
  std::size_t cloud_of(const std::string& cloud) {
    const auto at = std::ranges::find(made_.clouds, cloud);
    if (at == made_.clouds.end()) made_.clouds.push_back(cloud);
    return static_cast<std::size_t>(std::ranges::find(made_.clouds, cloud) - made_.clouds.begin());
  }

  void group(const std::string& model, std::vector<std::size_t> classes) {
    Group made;
    made.model = model;
    made.classes = std::move(classes);
    for (std::size_t o = 0; o < offers_.size(); ++o)
      if (offers_[o].model == model && usable(offers_[o])) source(made, o);
    nowhere(made);
    for (const auto c : made.classes) admit(made, demand_.classes[c]);
    made_.groups.push_back(std::move(made));
  }

  bool usable(const Offer& offer) {
    std::string why;
    if (offer.kind == OfferKind::pay_as_you_go && !offer.cache_read && cached(offer.model)) why = "its price of cached tokens is unknown";
    if (offer.kind == OfferKind::pay_as_you_go && (!offer.input || !offer.output)) why = "its price of input or output is unknown";
    if (offer.kind == OfferKind::provisioned && offer.terms == TermPrices{}) why = "no price of any term is known";
    if (!why.empty()) made_.left_out.push_back(fmt::format("{}: {}", offer.name, why));
    return why.empty();
  }

  bool cached(const std::string& model) const {
    return std::ranges::any_of(demand_.classes, [&](const DemandClass& c) { return c.model == model && c.cached.sum() > 0; });
  }

  std::size_t step_of(WallTime time) const {
    const auto s = (time.ns - demand_.from.ns) / kNs;
    return s <= 0 ? 0 : static_cast<std::size_t>((s + demand_.step_s - 1) / demand_.step_s);
  }

  void source(Group& group, std::size_t o) {
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
      made.pool = made_.pools.size();
      made_.pools.push_back({o, made_.groups.size(), group.sources.size(), family_of(offer),
                             {static_cast<double>(offer.minimum), static_cast<double>(offer.increment)}});
      made_.families[made_.pools.back().family].pools.push_back(made.pool);
      if (offer.window_s > demand_.step_s)
        made_.left_out.push_back(fmt::format("{}: counted in steps of {} s, more strictly than its window of {} s", offer.name, demand_.step_s, offer.window_s));
    }
    group.sources.push_back(made);
  }

  std::size_t family_of(const Offer& offer) {
    const auto& name = offer.family.empty() ? offer.name : offer.family;
    const auto at = std::ranges::find(made_.families, name, &Family::name);
    if (at != made_.families.end()) return static_cast<std::size_t>(at - made_.families.begin());
    Family made;
    made.name = name;
    term(made, "hour", offer.terms.hour, 1);
    term(made, "month", offer.terms.month, kMonthHours);
    term(made, "year", offer.terms.year, kYearHours);
    made_.families.push_back(std::move(made));
    return made_.families.size() - 1;
  }

  void term(Family& family, std::string_view word, const std::optional<Money>& price, std::int64_t hours) {
    if (!price) return;
    IntervalTerm made;
    const bool hour = hours == 1;
    made.slots = hour ? 1 : static_cast<std::size_t>((hours + made_.slot_hours - 1) / made_.slot_hours);
    made.usd = usd(*price) * static_cast<double>(made.slots) * static_cast<double>(made_.slot_hours) / static_cast<double>(hours);
    for (std::size_t i = 0; i < made_.slots; ++i)
      if (hour || i == 0 || day_begins(i)) made.starts.push_back(i);
    if (hour) family.hour = family.terms.size();
    family.terms.push_back(std::move(made));
    family.words.push_back(word);
    family.prices.push_back(*price);
  }

  bool day_begins(std::size_t slot) const {
    const auto s = demand_.from.seconds() + static_cast<std::int64_t>(slot) * made_.slot_hours * kHourS;
    return s % kDayS < made_.slot_hours * kHourS;
  }

  // Last of the sources, so that it never wins a tie.
  void nowhere(Group& group) {
    double dearest = 1e-6;
    for (const auto& offer : offers_)
      if (offer.kind == OfferKind::pay_as_you_go) dearest = std::max({dearest, usd(offer.input), usd(offer.output)});
    for (const auto& s : group.sources) {
      if (s.pool == kNothing) continue;
      for (const auto& t : made_.families[made_.pools[s.pool].family].terms)
        dearest = std::max({dearest, t.usd * s.units.input, t.usd * s.units.output});
    }
    Source made;
    made.usd = {dearest * kNowhere, dearest * kNowhere, dearest * kNowhere};
    group.sources.push_back(made);
  }

  void admit(Group& group, const DemandClass& wanted) {
    const auto rule = rules_.classes.find(wanted.name);
    auto& admits = group.admits.emplace_back(group.sources.size(), false);
    for (std::size_t s = 0; s < group.sources.size(); ++s)
      admits[s] = group.sources[s].offer == kNothing || rule == rules_.classes.end() || fits(rule->second, wanted, offers_[group.sources[s].offer]);
    if (std::ranges::count(admits, true) < 2)
      made_.conflict.push_back(fmt::format("class {} of {}{}: no offer is admitted", wanted.name, wanted.model,
                                           rule == rules_.classes.end() || rule->second.residency.empty() ? "" : " under its residency"));
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
};

}  // namespace

Problem compile(const Demand& demand, const std::vector<Offer>& offers, const Rules& rules) { return Compiler(demand, offers, rules).compile(); }

}  // namespace fw::plan
