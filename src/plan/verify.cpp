// On purpose without the kernels, the descent and the bound's code: what is checked here must not share their mistakes.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "base/date.h"
#include "plan/plan.h"

namespace fw::plan {
namespace {

constexpr double kSame = 1e-8;          // relative
constexpr double kRounded = 1e-9;       // USD: amounts are written so
constexpr double kShareSame = 1e-6;
constexpr std::int64_t kHourNs = 3'600'000'000'000;
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
    placements();
    totals();
    bound();
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
    for (const auto& each : plan_.purchases) {
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
      if (!same(cost, usd(each.cost)) || !same(price - cost, usd(each.tail)))
        say("{} {} units of {} from {} cost {:.9f} USD and {:.9f} behind the span, not {} and {}", each.units, each.term, each.family, rfc3339_text(each.from), cost, price - cost, each.cost.usd(), each.tail.usd());
      for (auto i = from; i < from + slots; ++i) held_[f][i] += each.units;
    }
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
      if (!group.admits[k][s] || !source.at(step) || source.offer == kNothing) refused_ += share * t.total();
      if (source.offer == kNothing) return;
      auto& load = loads[&source];
      load.resize(demand.steps);
      load[step].units += share * (source.units.input * t.input + source.units.cached * t.cached + source.units.output * t.output);
      load[step].tokens += share * t.total();
      load[step].requests += share * wanted.requests[step];
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
    for (const auto& cap : p_.caps)
      if (tokens_of[cap.cloud] > (cap.share + kShareSame) * p_.tokens) say("{} serves {:.6f} of all tokens, {} at most", p_.clouds[cap.cloud], tokens_of[cap.cloud] / p_.tokens, cap.share);
    listed(sums);
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
    if (cost != plan_.cost) say("purchases and placements cost {} USD, not {}", cost.usd(), plan_.cost.usd());
    if (tail != plan_.tail) say("the tails sum to {} USD, not {}", tail.usd(), plan_.tail.usd());
  }

  // -- the bound --

  double extra(const Source& s) const { return s.cloud == kNothing ? 0 : plan_.multipliers.extra[s.cloud]; }
  static double times(const Tokens& a, const Tokens& b) { return a.input * b.input + a.cached * b.cached + a.output * b.output; }

  // What a class pays: its worth, at most the cheapest price without a limit.
  double pays(const Group& group, std::size_t k, std::size_t step) const {
    const auto tokens = p_.demand->classes[group.classes[k]].at(step);
    double least = std::max(plan_.multipliers.worth[group.classes[k]][step], 0.0);
    for (std::size_t s = 0; s < group.sources.size(); ++s) {
      const auto& source = group.sources[s];
      if (source.pool == kNothing && !source.limited() && group.admits[k][s] && source.at(step)) least = std::min(least, times(source.usd, tokens) + extra(source) * tokens.total());
    }
    return tokens.total() > 0 ? least : 0;
  }

  void bound() {
    for (const double each : plan_.multipliers.extra)
      if (each < 0) return say("a share cap has a negative price");
    double paid = 0, kept = 0;
    for (const auto& group : p_.groups) {
      pays_.assign(group.classes.size(), std::vector<double>(p_.demand->steps));
      for (std::size_t k = 0; k < group.classes.size(); ++k)
        for (std::size_t step = 0; step < p_.demand->steps; ++step) paid += pays_[k][step] = pays(group, k, step);
      for (std::size_t s = 0; s < group.sources.size(); ++s) {
        if (group.sources[s].pool != kNothing) kept += pool_keeps(group, s);
        else if (group.sources[s].limited()) kept += quota_keeps(group, s);
      }
    }
    if (!slot_prices()) return;
    for (const auto& cap : p_.caps) kept += plan_.multipliers.extra[cap.cloud] * cap.share * p_.tokens;
    const double bound = std::max(paid - kept, 0.0);
    // The stated bound may lie below what its multipliers prove, not above.
    if (usd(plan_.lower_bound) > bound + kSame * paid) say("the multipliers prove {:.9f} USD, not {}", bound, plan_.lower_bound.usd());
    if (plan_.lower_bound > plan_.cost + nearest_money(kSame * paid)) say("the bound {} is above the cost {}", plan_.lower_bound.usd(), plan_.cost.usd());
  }

  bool slot_prices() {
    for (std::size_t f = 0; f < p_.families.size(); ++f)
      for (const auto& term : p_.families[f].terms)
        for (const auto from : term.starts) {
          const auto until = std::min(from + term.slots, p_.slots);
          double all = 0;
          for (auto i = from; i < until; ++i) {
            if (plan_.multipliers.slot_usd[f][i] < 0) return say("a slot of {} has a negative price", p_.families[f].name), false;
            all += plan_.multipliers.slot_usd[f][i];
          }
          const double price = term.usd * static_cast<double>(until - from) / static_cast<double>(term.slots);
          if (all > price * (1 + kSame)) return say("slots of {} from {} cost {} together, their term {}", p_.families[f].name, from, all, price), false;
        }
    return true;
  }

  // What is earned in one slot with so many units: each step filled from the densest class on.
  double earns(const Group& group, std::size_t s, std::size_t slot, double units) const {
    double all = 0;
    for (auto step = slot * p_.steps_per_slot; step < std::min((slot + 1) * p_.steps_per_slot, p_.demand->steps); ++step) {
      if (!group.sources[s].at(step)) continue;
      std::vector<std::pair<double, double>> parts;  // density, units
      for (std::size_t k = 0; k < group.classes.size(); ++k) {
        const auto tokens = p_.demand->classes[group.classes[k]].at(step);
        const double wants = times(group.sources[s].units, tokens), earn = pays_[k][step] - extra(group.sources[s]) * tokens.total();
        if (group.admits[k][s] && tokens.total() > 0 && earn > 0) parts.emplace_back(earn / wants, wants);
      }
      std::ranges::sort(parts, std::greater{});
      double left = units;
      for (const auto& [density, wants] : parts) {
        all += density * std::min(left, wants);
        left -= std::min(left, wants);
      }
    }
    return all;
  }

  // The most over all allowed numbers of units: from the minimum on it rises and then falls.
  double pool_keeps(const Group& group, std::size_t s) const {
    const auto& pool = p_.pools[group.sources[s].pool];
    const auto& offer = (*p_.offers)[pool.offer];
    const auto least = static_cast<double>(offer.minimum), step = static_cast<double>(offer.increment);
    double all = 0;
    for (std::size_t slot = 0; slot < p_.slots; ++slot) {
      const double price = plan_.multipliers.slot_usd[pool.family][slot];
      const auto keeps = [&](std::int64_t i) {
        const double units = least + step * static_cast<double>(i);
        return earns(group, s, slot, units) - price * units;
      };
      std::int64_t low = 0, high = 1;
      while (keeps(high) > keeps(high - 1) && high < (std::int64_t{1} << 40)) high *= 2;
      while (low < high) {
        const auto middle = low + (high - low) / 2;
        if (keeps(middle + 1) > keeps(middle)) low = middle + 1;
        else high = middle;
      }
      all += std::max(keeps(low), 0.0);
    }
    return all;
  }

  // Two limits at most: the best price of tokens by halving, what is left by the density of requests.
  double quota_keeps(const Group& group, std::size_t s) const {
    const auto& source = group.sources[s];
    double all = 0;
    for (std::size_t step = source.from; step < std::min(source.until, p_.demand->steps); ++step) {
      struct Part {
        double earns, tokens, requests;
      };
      std::vector<Part> parts;
      double dearest = 0;
      for (std::size_t k = 0; k < group.classes.size(); ++k) {
        const auto& c = p_.demand->classes[group.classes[k]];
        const auto tokens = c.at(step);
        const double earn = pays_[k][step] - times(source.usd, tokens) - extra(source) * tokens.total();
        if (!group.admits[k][s] || tokens.total() == 0 || earn <= 0) continue;
        parts.push_back({earn, tokens.total(), c.requests[step]});
        dearest = std::max(dearest, earn / tokens.total());
      }
      const auto at = [&](double price) {
        std::vector<Part> order = parts;
        for (auto& each : order) each.earns -= price * each.tokens;
        std::erase_if(order, [](const Part& each) { return each.earns <= 0; });
        std::ranges::sort(order, [](const Part& a, const Part& b) { return a.earns * b.requests > b.earns * a.requests; });
        double left = source.requests_max, sum = std::isfinite(source.tokens_max) ? price * source.tokens_max : 0;
        for (const auto& each : order) {
          const double part = each.requests > left ? left / each.requests : 1;
          sum += part * each.earns;
          left -= std::min(left, each.requests);
        }
        return sum;
      };
      if (parts.empty()) continue;
      if (!std::isfinite(source.tokens_max)) { all += at(0); continue; }
      double low = 0, high = dearest;
      for (int i = 0; i < 100; ++i) {
        const double a = low + (high - low) / 3, b = high - (high - low) / 3;
        if (at(a) <= at(b)) high = b;
        else low = a;
      }
      all += std::min({at((low + high) / 2), at(0), at(dearest)});
    }
    return all;
  }

  const Plan& plan_;
  const Problem& p_;
  std::vector<std::string> said_;
  std::vector<std::vector<std::int64_t>> held_;
  std::vector<std::vector<double>> units_;
  std::vector<std::vector<double>> pays_;  // of the group at hand
  double refused_ = 0;
};

}  // namespace

std::vector<std::string> verify(const Plan& plan, const Problem& problem) { return Verifier(plan, problem).verify(); }

}  // namespace fw::plan
