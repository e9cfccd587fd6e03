// The bound of a plan, proved anew from its multipliers by code that shares nothing with the one that found them.
#include "plan/verify_bound.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace fw::plan {
namespace {

constexpr double kUsdUnits = 1e15;
constexpr int kThirds = 100;    // of a range, until nothing of it is left

double usd(Money money) { return static_cast<double>(money.units()) / kUsdUnits; }
double times(const Tokens& a, const Tokens& b) { return a.input * b.input + a.cached * b.cached + a.output * b.output; }

// The least of a function that falls and then rises.
template <class Function>
double least_of(double low, double high, const Function& at) {
  for (int i = 0; i < kThirds; ++i) {
    const double a = low + (high - low) / 3, b = high - (high - low) / 3;
    if (at(a) <= at(b)) high = b;
    else low = a;
  }
  return at((low + high) / 2);
}

class BoundVerifier {
 public:
  BoundVerifier(const Plan& plan, const Problem& problem) : plan_(plan), m_(plan.multipliers), p_(problem) {}

  std::vector<std::string> verify() {
    if (factors() && slot_prices()) bound();
    return std::move(said_);
  }

 private:
  template <class... Args>
  bool say(fmt::format_string<Args...> format, Args&&... args) { return said_.push_back(fmt::format(format, std::forward<Args>(args)...)), false; }

  // What a USD counts for, by cloud and slot: more where a budget is short, less where a contract asks for it.
  bool factors() {
    factor_.assign(p_.clouds.size(), std::vector<double>(p_.slots, 1));
    for (const double each : m_.extra.token)
      if (!std::isfinite(each)) return say("a rule about shares has no price");
    for (std::size_t b = 0; b < p_.budgets.size(); ++b) {
      if (m_.extra.budget[b] < 0) return say("a budget has a negative price");
      for (auto& cloud : factor_)
        for (auto slot = p_.budgets[b].from; slot < p_.budgets[b].until; ++slot) cloud[slot] += m_.extra.budget[b];
    }
    for (std::size_t k = 0; k < p_.contracts.size(); ++k) {
      const auto& each = p_.contracts[k];
      double most = 1;  // what a USD that is not spent costs
      for (std::size_t b = 0; b < p_.budgets.size(); ++b) {
        const auto from = std::max(each.from, p_.budgets[b].from), until = std::min(each.until, p_.budgets[b].until);
        if (from < until) most += m_.extra.budget[b] * static_cast<double>(until - from) / static_cast<double>(each.until - each.from);
      }
      if (m_.extra.drawn[k] < 0 || m_.extra.drawn[k] > most * (1 + kSame)) return say("a contract has the price {}, 0 to {} may be", m_.extra.drawn[k], most);
      for (auto slot = each.from; slot < each.until; ++slot) factor_[each.cloud][slot] -= m_.extra.drawn[k];
    }
    for (auto& cloud : factor_)
      for (auto& each : cloud) {
        if (each < -kSame) return say("a USD counts for less than nothing");
        each = std::max(each, 0.0);
      }
    return true;
  }

  double extra(const Source& s) const { return s.cloud == kNothing ? 0 : m_.extra.token[s.cloud]; }
  double costs(const Source& s, const Tokens& tokens, std::size_t step) const {
    return times(s.usd, tokens) * (s.cloud == kNothing ? 1 : factor_[s.cloud][step / p_.steps_per_slot]) + extra(s) * tokens.total();
  }

  // What a class pays: its worth, at most the cheapest price without a limit.
  double pays(const Group& group, std::size_t k, std::size_t step) const {
    const auto tokens = p_.demand->classes[group.classes[k]].at(step);
    double least = std::max(m_.worth[group.classes[k]][step], 0.0);
    for (std::size_t s = 0; s < group.sources.size(); ++s) {
      const auto& source = group.sources[s];
      if (source.pool == kNothing && !source.limited() && group.admits[k][s] && source.at(step)) least = std::min(least, costs(source, tokens, step));
    }
    return tokens.total() > 0 ? least : 0;
  }

  void bound() {
    double paid = 0, kept = 0;
    pays_.assign(p_.demand->classes.size(), std::vector<double>(p_.demand->steps));
    for (const auto& group : p_.groups)
      for (std::size_t k = 0; k < group.classes.size(); ++k)
        for (std::size_t step = 0; step < p_.demand->steps; ++step) paid += pays_[group.classes[k]][step] = pays(group, k, step);
    for (const auto& group : p_.groups)
      for (std::size_t s = 0; s < group.sources.size(); ++s)
        if (group.sources[s].pool == kNothing && group.sources[s].limited()) kept += quota_keeps(group, s);
    for (std::size_t p = 0; p < p_.pools.size(); ++p) kept += pool_keeps(p);
    if (p_.tokens > 0) kept += dearest_share() * p_.tokens;
    for (std::size_t b = 0; b < p_.budgets.size(); ++b) kept += m_.extra.budget[b] * p_.budgets[b].usd;
    for (std::size_t k = 0; k < p_.contracts.size(); ++k) paid += m_.extra.drawn[k] * usd(p_.contracts[k].commit);
    const double bound = std::max(paid - kept, 0.0);
    // The stated bound may lie below what its multipliers prove, not above.
    if (usd(plan_.lower_bound) > bound + kSame * paid) say("the multipliers prove {:.9f} USD, not {}", bound, plan_.lower_bound.usd());
    if (plan_.lower_bound > plan_.cost + nearest_money(kSame * paid)) say("the bound {} is above the cost {}", plan_.lower_bound.usd(), plan_.cost.usd());
  }

  bool slot_prices() {
    for (std::size_t f = 0; f < p_.families.size(); ++f) {
      const auto& family = p_.families[f];
      const auto& price = m_.slot_usd[f];
      for (const double each : price)
        if (each < 0) return say("a slot of {} has a negative price", family.name);
      for (std::size_t t = 0; t < family.terms.size(); ++t) {
        const auto& term = family.terms[t];
        const double slot_usd = term.usd / static_cast<double>(term.slots);
        for (const auto from : term.starts) {
          // Hours that are paid from before their beginning: every run of them has its own.
          const bool runs = t == family.hour && family.boot_s > 0;
          const auto until = runs ? p_.slots : std::min(from + term.slots, p_.slots);
          double all = 0, cost = runs ? term.usd * static_cast<double>(family.boot_s) / 3'600 * factor_[family.cloud][from] : 0;
          for (auto i = from; i < until; ++i) {
            all += price[i];
            cost += slot_usd * factor_[family.cloud][i];
            if ((runs || i + 1 == until) && all > cost * (1 + kSame) + 1e-12) return say("slots of {} from {} cost {} together, their term {}", family.name, from, all, cost);
          }
        }
      }
    }
    return true;
  }

  // No shares that the rules admit are dearer, by the token.
  double dearest_share() const {
    const auto& rules = p_.shares;
    const auto clouds = p_.clouds.size();
    std::vector<double> most = rules.most, least(clouds);
    for (std::size_t c = 0; c < clouds; ++c)
      if (!rules.there.contains(c)) most[c] = 0;
    if (rules.second <= 0) return dearest_in(least, most);
    double dearest = -std::numeric_limits<double>::infinity();
    for (std::size_t a = 0; a < clouds; ++a)
      for (std::size_t b = a + 1; b < clouds; ++b) {
        if (most[a] < rules.second || most[b] < rules.second) continue;
        least.assign(clouds, 0);
        least[a] = least[b] = rules.second;
        dearest = std::max(dearest, dearest_in(least, most));
      }
    return std::isfinite(dearest) ? dearest : *std::ranges::max_element(m_.extra.token);
  }

  // By a price of shares, and one of their squares, that bring it lowest; any such prices bound it.
  double dearest_in(const std::vector<double>& least, const std::vector<double>& most) const {
    const auto& e = m_.extra.token;
    const double scale = std::max(*std::ranges::max_element(e), -*std::ranges::min_element(e));
    if (scale == 0) return 0;
    const auto with = [&](double square, double price) {
      double all = price + square * p_.shares.hhi;
      for (std::size_t c = 0; c < e.size(); ++c) {
        const double worth = e[c] / scale - price;
        const double share = square > 0 ? std::clamp(worth / (2 * square), least[c], most[c]) : worth > 0 ? most[c] : least[c];
        all += worth * share - square * share * share;
      }
      return all;
    };
    const auto at = [&](double square) { return least_of(-1 - 2 * square, 1, [&](double price) { return with(square, price); }); };
    double dearest = at(0);
    if (p_.shares.hhi < 1) dearest = std::min(dearest, least_of(std::log(1e-9), std::log(1e6), [&](double t) { return at(std::exp(t)); }));
    return dearest * scale;
  }

  // What is earned in one slot with so many units, outages included: each step filled from the densest class on.
  double earns(const Pool& pool, std::size_t slot, double units) const {
    double all = 0;
    for (const auto& use : pool.uses) {
      const auto& group = p_.groups[use.group];
      const auto& source = group.sources[use.source];
      for (auto step = slot * p_.steps_per_slot; step < std::min((slot + 1) * p_.steps_per_slot, p_.demand->steps); ++step) {
        if (!source.at(step)) continue;
        std::vector<std::pair<double, double>> parts;  // density, units
        for (std::size_t k = 0; k < group.classes.size(); ++k) {
          const auto tokens = p_.demand->classes[group.classes[k]].at(step);
          const double wants = times(source.units, tokens), earn = pays_[group.classes[k]][step] - extra(source) * tokens.total();
          if (group.admits[k][use.source] && tokens.total() > 0 && earn > 0) parts.emplace_back(earn / wants, wants);
        }
        std::ranges::sort(parts, std::greater{});
        double left = units;
        for (const auto& [density, wants] : parts) {
          all += density * std::min(left, wants);
          left -= std::min(left, wants);
        }
      }
    }
    return all;
  }

  // The most over all allowed numbers of units, less what it costs to be there at all: from the minimum on it rises and
  // then falls.
  double pool_keeps(std::size_t p) const {
    const auto& pool = p_.pools[p];
    const auto& offer = (*p_.offers)[pool.offer];
    const auto least = static_cast<double>(offer.minimum), step = static_cast<double>(offer.increment);
    double all = 0;
    for (std::size_t slot = 0; slot < p_.slots; ++slot) {
      const double price = m_.slot_usd[pool.family][slot];
      const auto keeps = [&](std::int64_t i) {
        const double units = least + step * static_cast<double>(i);
        return earns(pool, slot, units) - price * units;
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
    double open = 0;
    for (const double each : factor_[p_.families[pool.family].cloud]) open += pool.open_usd * each / static_cast<double>(p_.slots);
    return std::max(all - open, 0.0);
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
        const double earn = pays_[group.classes[k]][step] - costs(source, tokens, step);
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
  const Multipliers& m_;
  const Problem& p_;
  std::vector<std::string> said_;
  std::vector<std::vector<double>> factor_;  // by cloud and slot
  std::vector<std::vector<double>> pays_;    // by class and step
};

}  // namespace

std::vector<std::string> verify_bound(const Plan& plan, const Problem& problem) { return BoundVerifier(plan, problem).verify(); }

}  // namespace fw::plan
