// On purpose without the kernels, the descent and the bound's code: what is checked here must not share their mistakes.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "base/date.h"
#include "plan/plan.h"
#include "plan/verify_bound.h"

namespace fw::plan {
namespace {

constexpr double kRounded = 1e-9;       // USD: amounts are written so
constexpr double kShareSame = 1e-6;
constexpr double kUsdUnits = 1e15;

double usd(Money money) { return static_cast<double>(money.units()) / kUsdUnits; }
bool same(double a, double b) { return std::abs(a - b) <= kSame * std::max(std::abs(a), std::abs(b)) + kRounded; }

class Verifier {
 public:
  Verifier(const Plan& plan, const Problem& problem) : plan_(plan), p_(problem) {}

  std::vector<std::string> verify() {
    if (plan_.from != p_.demand->from || plan_.until != p_.demand->until() || plan_.step_s != p_.demand->step_s)
      return {fmt::format("the plan is of {} to {}, the demand of {} to {}", rfc3339_text(plan_.from), rfc3339_text(plan_.until), rfc3339_text(p_.demand->from), rfc3339_text(p_.demand->until()))};
    purchases();
    deployments();
    if (!said_.empty()) return said_;  // what follows counts slots by these
    holdings();
    opened();
    placements();
    outages();
    money();
    totals();
    const auto more = verify_bound(plan_, p_);
    said_.insert(said_.end(), more.begin(), more.end());
    return said_;
  }

 private:
  template <class... Args>
  void say(fmt::format_string<Args...> format, Args&&... args) { said_.push_back(fmt::format(format, std::forward<Args>(args)...)); }

  // The slot that begins at a time; kNothing: none does.
  std::size_t slot_at(WallTime time) const {
    const auto hours = (time.ns - plan_.from.ns) / kHourNs;
    if (time < plan_.from || (time.ns - plan_.from.ns) % kHourNs != 0 || hours % p_.slot_hours != 0) return kNothing;
    return std::min(static_cast<std::size_t>(hours / p_.slot_hours), p_.slots);
  }

  void purchases() {
    held_.assign(p_.families.size(), std::vector<std::int64_t>(p_.slots));
    spent_.assign(p_.clouds.size(), std::vector<double>(p_.slots));
    hours_ = held_;
    std::vector<double> boots(p_.families.size());  // paid beyond the hours themselves
    for (const auto& each : plan_.purchases) {
      if (each.term == "open") continue;
      const auto at = std::ranges::find(p_.families, each.family, &Family::name);
      const auto f = static_cast<std::size_t>(at - p_.families.begin());
      const auto from = slot_at(each.from);
      if (at == p_.families.end()) { say("a purchase of the unknown family {}", each.family); continue; }
      const auto word = std::ranges::find(at->words, std::string_view(each.term));
      if (word == at->words.end() || from >= p_.slots || each.units <= 0) { say("a purchase of {} units of {} for a {} from {} cannot be", each.units, each.family, each.term, rfc3339_text(each.from)); continue; }
      const auto t = static_cast<std::size_t>(word - at->words.begin());
      const std::int64_t hours = each.term == "hour" ? (each.until.ns - each.from.ns) / kHourNs : each.term == "month" ? kMonthHours : kYearHours;
      if (each.until.ns - each.from.ns != hours * kHourNs || hours <= 0) say("the {} of {} from {} does not end at {}", each.term, each.family, rfc3339_text(each.from), rfc3339_text(each.until));
      if (each.term != "hour" && !std::ranges::binary_search(at->terms[t].starts, from)) say("a {} of {} may not begin at {}", each.term, each.family, rfc3339_text(each.from));
      const auto slots = std::min(static_cast<std::size_t>((hours + p_.slot_hours - 1) / p_.slot_hours), p_.slots - from);
      const auto inside = std::min(static_cast<std::int64_t>(slots) * p_.slot_hours, hours);
      const double price = usd(at->prices[t]) * static_cast<double>(each.units) * (each.term == "hour" ? static_cast<double>(hours) : 1);
      const double cost = price * static_cast<double>(inside) / static_cast<double>(hours);
      const bool booted = each.term == "hour" && at->boot_s > 0 && usd(each.cost) > cost;
      if (booted) boots[f] += usd(each.cost) - cost;
      if ((!booted && !same(cost, usd(each.cost))) || !same(price - cost, usd(each.tail)))
        say("{} {} units of {} from {} cost {:.9f} USD and {:.9f} behind the span, not {} and {}", each.units, each.term, each.family, rfc3339_text(each.from), cost, price - cost, each.cost.usd(), each.tail.usd());
      for (auto i = from; i < from + slots; ++i) {
        held_[f][i] += each.units;
        if (each.term == "hour") hours_[f][i] += each.units;
        spent_[at->cloud][i] += cost / static_cast<double>(slots);
      }
    }
    for (std::size_t f = 0; f < p_.families.size(); ++f) boot(f, boots[f]);
  }

  // What is paid before hours begin: for each unit that was not held so in the slot before.
  void boot(std::size_t f, double paid) {
    const auto& family = p_.families[f];
    if (family.hour == kNothing || family.boot_s == 0) return;
    double all = 0;
    for (std::size_t i = 0; i < p_.slots; ++i) {
      const auto begun = std::max<std::int64_t>(hours_[f][i] - (i > 0 ? hours_[f][i - 1] : 0), 0);
      const double cost = usd(family.prices[family.hour]) * static_cast<double>(begun) * static_cast<double>(family.boot_s) / 3'600;
      all += cost;
      spent_[family.cloud][i] += cost;
    }
    if (!same(all, paid)) say("beginnings of hours of {} cost {:.9f} USD, not {:.9f}", family.name, all, paid);
  }

  // Having any replica there is paid once for the span.
  void opened() {
    for (std::size_t p = 0; p < p_.pools.size(); ++p) {
      const auto& offer = (*p_.offers)[p_.pools[p].offer];
      const double price = usd(offer.open_usd) * static_cast<double>(p_.slots) * static_cast<double>(p_.slot_hours) / static_cast<double>(kMonthHours);
      const bool used = std::ranges::any_of(units_[p], [](double n) { return n > 0; });
      std::size_t found = 0;
      for (const auto& each : plan_.purchases) {
        if (each.term != "open" || each.offer != offer.name) continue;
        ++found;
        if (!same(usd(each.cost), price) || each.tail != Money{} || each.units != 1) say("to open {} costs {:.9f} USD, not {}", offer.name, price, each.cost.usd());
      }
      if (found != (used && price > 0 ? 1u : 0u)) say("{} is {} and opened {} times", offer.name, used ? "used" : "not used", found);
      if (used) for (auto& each : spent_[p_.families[p_.pools[p].family].cloud]) each += price / static_cast<double>(p_.slots);
    }
    for (const auto& each : plan_.purchases)
      if (each.term == "open" && std::ranges::none_of(p_.pools, [&](const Pool& pool) { return (*p_.offers)[pool.offer].name == each.offer; })) say("the unknown offer {} is opened", each.offer);
  }

  void deployments() {
    units_.assign(p_.pools.size(), std::vector<double>(p_.slots));
    for (const auto& each : plan_.deployed) {
      const auto pool = std::ranges::find_if(p_.pools, [&](const Pool& other) { return (*p_.offers)[other.offer].name == each.offer; });
      const auto from = slot_at(each.from), until = slot_at(each.until);
      if (pool == p_.pools.end() || from >= p_.slots || until == kNothing || until <= from) { say("a deployment of {} from {} to {} cannot be", each.offer, rfc3339_text(each.from), rfc3339_text(each.until)); continue; }
      const auto& offer = (*p_.offers)[pool->offer];
      const auto least = offer.minimum;
      if (each.units < least || (each.units - least) % offer.increment != 0) say("{} units of {} may not be deployed: {} and steps of {}", each.units, each.offer, least, offer.increment);
      for (auto i = from; i < until; ++i) units_[static_cast<std::size_t>(pool - p_.pools.begin())][i] += static_cast<double>(each.units);
    }
  }

  void holdings() {
    for (std::size_t f = 0; f < p_.families.size(); ++f)
      for (std::size_t slot = 0; slot < p_.slots; ++slot) {
        double units = 0;
        for (const auto pool : p_.families[f].pools) units += units_[pool][slot];
        if (units > static_cast<double>(held_[f][slot]) + 1e-9) return say("in slot {} {} units of {} are deployed and {} held", slot, units, p_.families[f].name, held_[f][slot]);
      }
  }

  // Asks for a placement and believes nothing of it.
  void placements() {
    double parts = 0;
    for (const auto& [share, prices] : plan_.mix.parts) parts += share;
    if (std::abs(parts - 1) > kShareSame) return say("the mixture's shares sum to {}", parts);
    const auto& demand = *p_.demand;
    std::vector<std::vector<double>> served(demand.classes.size(), std::vector<double>(demand.steps));
    std::map<const Source*, std::vector<Load>> loads;
    std::map<std::pair<std::size_t, std::size_t>, std::pair<double, double>> sums;  // tokens and USD by class and offer
    std::vector<double> tokens_of(p_.clouds.size());
    each_share(p_, units_, plan_.mix, [&](const Group& group, std::size_t k, std::size_t s, std::size_t step, double share) {
      const auto& source = group.sources[s];
      const auto& wanted = demand.classes[group.classes[k]];
      const Tokens t{wanted.input[step], wanted.cached[step], wanted.output[step]};
      served[group.classes[k]][step] += share;
      if (group.outage() && source.offer == kNothing) lost_[group.without] += share * t.total();
      else if (!group.admits[k][s] || !source.at(step) || source.offer == kNothing) refused_ += share * t.total();
      if (source.offer == kNothing) return;
      auto& load = loads[&source];
      load.resize(demand.steps);
      load[step].units += share * (source.units.input * t.input + source.units.cached * t.cached + source.units.output * t.output);
      load[step].tokens += share * t.total();
      load[step].requests += share * wanted.requests[step];
      if (group.outage()) return;
      spent_[source.cloud][step / p_.steps_per_slot] += share * (source.usd.input * t.input + source.usd.cached * t.cached + source.usd.output * t.output);
      auto& sum = sums[{group.classes[k], source.offer}];
      sum.first += share * t.total();
      sum.second += share * (source.usd.input * t.input + source.usd.cached * t.cached + source.usd.output * t.output);
      tokens_of[source.cloud] += share * t.total();
    });
    if (refused_ > 1e-6 * p_.tokens) say("{:.0f} tokens find no place", refused_);
    for (std::size_t c = 0; c < served.size(); ++c)
      for (std::size_t step = 0; step < demand.steps; ++step)
        if (demand.classes[c].at(step).total() > 0 && std::abs(served[c][step] - 1) > kShareSame) return say("in step {} {:.9f} of class {} is served", step, served[c][step], demand.classes[c].name);
    limits(loads);
    shares(tokens_of);
    listed(sums);
  }

  void shares(std::vector<double> tokens) {
    double squares = 0;
    for (std::size_t c = 0; c < tokens.size(); ++c) {
      auto& share = tokens[c];
      share /= std::max(p_.tokens, 1.0);
      squares += share * share;
      if (share > p_.shares.most[c] + kShareSame) say("{} serves {:.6f} of all tokens, {} at most", p_.clouds[c], share, p_.shares.most[c]);
    }
    if (squares > p_.shares.hhi + kShareSame) say("the squares of the shares sum to {:.6f}, {} at most", squares, p_.shares.hhi);
    std::ranges::sort(tokens, std::greater{});
    if (p_.shares.second > 0 && (tokens.size() < 2 || tokens[1] < p_.shares.second - kShareSame)) say("the second cloud serves {:.6f} of all tokens, {} at least", tokens.size() < 2 ? 0 : tokens[1], p_.shares.second);
  }

  // Each critical class is wanted in full measure of each outage, or has a source without a limit at another cloud.
  void outages() {
    if (p_.outage_served <= 0) return;
    for (const auto& [cloud, tokens] : lost_)
      if (tokens > 1e-6 * p_.tokens) say("{:.0f} tokens find no place when {} is gone", tokens, p_.clouds[cloud]);
    for (const auto& normal : p_.groups) {
      if (normal.outage()) continue;
      for (std::size_t cloud = 0; cloud < p_.clouds.size(); ++cloud) {
        if (std::ranges::none_of(normal.sources, [&](const Source& each) { return each.cloud == cloud; })) continue;
        const auto gone = std::ranges::find_if(p_.groups, [&](const Group& each) { return each.model == normal.model && each.without == cloud; });
        for (std::size_t k = 0; k < normal.classes.size(); ++k)
          if (normal.critical[k] && !elsewhere(normal, k, cloud) && (gone == p_.groups.end() || !in_outage(*gone, normal, k)))
            say("class {} of {} is not looked after when {} is gone", p_.demand->classes[normal.classes[k]].name, normal.model, p_.clouds[cloud]);
        if (gone == p_.groups.end()) continue;
        for (const auto& source : gone->sources)
          if (source.offer != kNothing && (*p_.offers)[source.offer].cloud == p_.clouds[cloud]) say("{} is used though {} is gone", (*p_.offers)[source.offer].name, p_.clouds[cloud]);
      }
    }
  }

  bool elsewhere(const Group& group, std::size_t k, std::size_t cloud) const {
    for (std::size_t s = 0; s < group.sources.size(); ++s) {
      const auto& each = group.sources[s];
      if (each.offer != kNothing && each.cloud != cloud && each.pool == kNothing && !each.limited() && group.admits[k][s] && each.from == 0 && each.until >= p_.demand->steps) return true;
    }
    return false;
  }

  bool in_outage(const Group& gone, const Group& normal, std::size_t k) const {
    const auto& wanted = p_.demand->classes[normal.classes[k]];
    for (const auto c : gone.classes) {
      const auto& each = p_.demand->classes[c];
      if (each.name != wanted.name || each.place != wanted.place) continue;
      for (std::size_t step = 0; step < p_.demand->steps; ++step) {
        const double least = p_.outage_served * wanted.at(step).total();
        if (each.at(step).total() < least * (1 - 1e-9)) return false;
      }
      return true;
    }
    return false;
  }

  void money() {
    std::vector<double> paid(p_.slots);
    if (plan_.contracts.size() != p_.contracts.size()) return say("{} contracts are listed, {} there are", plan_.contracts.size(), p_.contracts.size());
    for (std::size_t k = 0; k < p_.contracts.size(); ++k) {
      const auto& each = p_.contracts[k];
      double spent = 0;
      for (auto slot = each.from; slot < each.until; ++slot) spent += spent_[each.cloud][slot];
      const double rest = std::max(usd(each.commit) - spent, 0.0);
      for (auto slot = each.from; slot < each.until; ++slot) paid[slot] += rest / static_cast<double>(each.until - each.from);
      const auto& said = plan_.contracts[k];
      if (said.cloud != p_.clouds[each.cloud] || said.commit != each.commit || !same(usd(said.spent), spent) || !same(usd(said.unspent), rest) || slot_at(said.from) != each.from || slot_at(said.until) != each.until)
        say("under the contract with {} {:.9f} USD are spent and {:.9f} not, the plan says {} and {}", p_.clouds[each.cloud], spent, rest, said.spent.usd(), said.unspent.usd());
    }
    for (std::size_t slot = 0; slot < p_.slots; ++slot)
      for (const auto& cloud : spent_) paid[slot] += cloud[slot];
    for (const auto& each : p_.budgets) {
      double all = 0;
      for (auto slot = each.from; slot < each.until; ++slot) all += paid[slot];
      if (all > each.usd * (1 + kShareSame) + kRounded) say("{:.9f} USD are spent from {}, the budget is {:.9f}", all, rfc3339_text({plan_.from.ns + static_cast<std::int64_t>(each.from) * p_.slot_hours * kHourNs}), each.usd);
    }
  }

  struct Load {
    double units = 0, tokens = 0, requests = 0;
  };
  void limits(const std::map<const Source*, std::vector<Load>>& loads) {
    for (const auto& [source, steps] : loads)
      for (std::size_t step = 0; step < steps.size(); ++step) {
        const double units = source->pool == kNothing ? steps[step].units : units_[source->pool][step / p_.steps_per_slot];
        if (source->pool != kNothing && steps[step].units > units * (1 + kShareSame) + 1e-9) return say("in step {} {} is over its {} units", step, (*p_.offers)[source->offer].name, units);
        if (steps[step].tokens > source->tokens_max * (1 + kShareSame) || steps[step].requests > source->requests_max * (1 + kShareSame)) return say("in step {} {} is over its quota", step, (*p_.offers)[source->offer].name);
      }
  }

  void listed(const std::map<std::pair<std::size_t, std::size_t>, std::pair<double, double>>& sums) {
    std::size_t found = 0;
    for (const auto& [key, sum] : sums) {
      const auto& c = p_.demand->classes[key.first];
      const auto& name = (*p_.offers)[key.second].name;
      const auto at = std::ranges::find_if(plan_.placements, [&](const Placement& each) { return each.model == c.model && each.name == c.name && each.place == c.place && each.offer == name; });
      const double share = sum.first / (c.input.sum() + c.cached.sum() + c.output.sum());
      if (at == plan_.placements.end()) { if (share > kShareSame) say("a share {:.6f} of {} at {} is not listed", share, c.name, name); continue; }
      ++found;
      if (std::abs(at->share - share) > kShareSame || !same(usd(at->cost), sum.second)) say("{} of class {} goes to {} for {:.9f} USD, not {} for {}", share, c.name, name, sum.second, at->share, at->cost.usd());
    }
    if (found != plan_.placements.size()) say("{} placements are listed, {} follow from the purchases", plan_.placements.size(), found);
  }

  void totals() {
    Money cost, tail;
    for (const auto& each : plan_.purchases) cost += each.cost, tail += each.tail;
    for (const auto& each : plan_.placements) cost += each.cost;
    for (const auto& each : plan_.contracts) cost += each.unspent;
    if (cost != plan_.cost) say("purchases and placements cost {} USD, not {}", cost.usd(), plan_.cost.usd());
    if (tail != plan_.tail) say("the tails sum to {} USD, not {}", tail.usd(), plan_.tail.usd());
  }

  const Plan& plan_;
  const Problem& p_;
  std::vector<std::string> said_;
  std::vector<std::vector<std::int64_t>> held_;
  std::vector<std::vector<double>> units_;
  std::vector<std::vector<std::int64_t>> hours_;  // of those, by the hour
  std::vector<std::vector<double>> spent_;        // USD by cloud and slot
  std::map<std::size_t, double> lost_;            // tokens without a place, by the cloud that is gone
  double refused_ = 0;
};

}  // namespace

std::vector<std::string> verify(const Plan& plan, const Problem& problem) { return Verifier(plan, problem).verify(); }

}  // namespace fw::plan
