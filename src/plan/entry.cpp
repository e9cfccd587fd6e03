#include "plan/entry.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "plan/number.h"
#include "wire/json.h"

namespace fw::plan {
namespace {

constexpr double kMillion = 1e6;
constexpr double kSameText = 1e-6;   // relative: what another multiplication order may change
constexpr double kTrace = 1e-9;      // relative: prices and units this close are the same
constexpr double kBought = 1 - 1e-6;
constexpr double kUnitsPerUsd = 1e15;

double usd(Money money) { return static_cast<double>(money.units()) / kUnitsPerUsd; }

class Entries {
 public:
  Entries(const Problem& problem, const Multipliers& multipliers) : p_(problem), m_(multipliers), placer_(problem, multipliers.extra) {}

  std::vector<EntryPrice> find() {
    held_.resize(p_.families.size());
    for (std::size_t g = 0; g < p_.groups.size(); ++g) {
      if (p_.groups[g].outage()) continue;
      take_worths(g);
      for (std::size_t s = 0; s < p_.groups[g].sources.size(); ++s) source(p_.groups[g], s);
      for (const auto& each : p_.unpriced)
        if (each.group == g) unpriced(each);
    }
    for (std::size_t f = 0; f < p_.families.size(); ++f) family(f);
    std::ranges::move(late_, std::back_inserter(made_));
    return std::move(made_);
  }

 private:
  // No class is worth more than what it costs at a source without a limit.
  void take_worths(std::size_t g) {
    const auto& group = p_.groups[g];
    worth_.assign(group.classes.size(), std::vector<double>(p_.demand->steps));
    for (std::size_t k = 0; k < group.classes.size(); ++k)
      for (std::size_t step = 0; step < p_.demand->steps; ++step) {
        double least = m_.worth[group.classes[k]][step];
        for (std::size_t s = 0; s < group.sources.size(); ++s)
          if (group.sources[s].pool == kNothing && !group.sources[s].limited()) least = std::min(least, placer_.cost(group, k, s, step));
        worth_[k][step] = least;
      }
    for (std::size_t s = 0; s < group.sources.size(); ++s) {
      if (group.sources[s].pool != kNothing) lower_by_pool(group, s);
      else if (group.sources[s].limited()) lower_by_quota(group, s);
    }
  }

  // The bound does not tell who keeps what a class is worth above the price of the units that serve it, the pool or the class:
  // it is the same either way. A newcomer gets no more than that price.
  void lower_by_pool(const Group& group, std::size_t s) {
    const auto& source = group.sources[s];
    const auto& slot_usd = m_.slot_usd[p_.pools[source.pool].family];
    std::vector<Value> values;
    for (std::size_t slot = 0; slot < p_.slots; ++slot) {
      values.clear();
      for (auto step = p_.begin(slot); step < p_.end(slot); ++step) values.push_back(knapsack(items(group, source, admitted(group, s), step)));
      const double units = sum(values).demand(slot_usd[slot] * (1 - kTrace));
      double all = 0;
      for (const auto& value : values) all += last_worth(value, units);
      for (auto step = p_.begin(slot); step < p_.end(slot); ++step) {
        const double price = all > 0 ? slot_usd[slot] * last_worth(values[step - p_.begin(slot)], units) / all : slot_usd[slot] / static_cast<double>(values.size());
        for (std::size_t k = 0; k < group.classes.size(); ++k)
          if (group.admits[k][s] && source.at(step)) lower(group, source, k, step, price, true);
      }
    }
  }

  // What the last of so many units is worth.
  static double last_worth(const Value& value, double units) {
    for (const auto& each : value.segments()) {
      if (units <= each.units * (1 + kTrace)) return each.usd_per_unit;
      units -= each.units;
    }
    return 0;
  }

  void lower(const Group& group, const Source& source, std::size_t k, std::size_t step, double price, bool per_unit) {
    const auto tokens = p_.demand->classes[group.classes[k]].at(step);
    const double usd = (per_unit ? price * weigh(source.units, tokens) : weigh(source.usd, tokens)) + extra(source) * tokens.total();
    worth_[k][step] = std::min(worth_[k][step], usd);
  }

  // Where a quota takes all that it may.
  void lower_by_quota(const Group& group, std::size_t s) {
    const auto& source = group.sources[s];
    for (std::size_t step = source.from; step < std::min(source.until, p_.demand->steps); ++step) {
      double tokens = 0, requests = 0;
      for (std::size_t k = 0; k < group.classes.size(); ++k) {
        if (!group.admits[k][s]) continue;
        tokens += p_.demand->classes[group.classes[k]].at(step).total();
        requests += p_.demand->classes[group.classes[k]].requests[step];
      }
      if (tokens > source.tokens_max || requests > source.requests_max) continue;
      for (std::size_t k = 0; k < group.classes.size(); ++k)
        if (group.admits[k][s]) lower(group, source, k, step, 0, false);
    }
  }

  std::vector<Item> items(const Group& group, const Source& source, const std::vector<bool>& admits, std::size_t step) const {
    std::vector<Item> made;
    for (std::size_t k = 0; k < group.classes.size(); ++k) {
      const auto tokens = p_.demand->classes[group.classes[k]].at(step);
      if (admits[k] && source.at(step) && tokens.total() > 0) made.push_back({weigh(source.units, tokens), worth_[k][step] - extra(source) * tokens.total()});
    }
    return made;
  }

  double extra(const Source& source) const { return source.cloud < m_.extra.token.size() ? m_.extra.token[source.cloud] : 0; }

  // The greatest factor of `unknown` at which a class would still go there: (worth - known) / unknown.
  double factor(const Group& group, const Source& source, const std::vector<bool>& admits, const Tokens& unknown) const {
    double best = 0;
    for (std::size_t k = 0; k < group.classes.size(); ++k) {
      if (!admits[k]) continue;
      const auto& c = p_.demand->classes[group.classes[k]];
      for (std::size_t step = source.from; step < std::min(source.until, p_.demand->steps); ++step) {
        const auto tokens = c.at(step);
        if (const double price = weigh(unknown, tokens); price > 0)
          best = std::max(best, (worth_[k][step] - extra(source) * tokens.total() - weigh(source.usd, tokens)) / price);
      }
    }
    return best;
  }

  static std::vector<bool> admitted(const Group& group, std::size_t s) {
    std::vector<bool> made;
    for (const auto& each : group.admits) made.push_back(each[s]);
    return made;
  }

  void source(const Group& group, std::size_t s) {
    auto priced = group.sources[s];
    if (priced.offer == kNothing) return;
    if (priced.pool != kNothing) return pool(group, priced, admitted(group, s));
    const auto per_token = priced.usd;
    priced.usd = {};
    const double ratio = std::min(factor(group, priced, admitted(group, s), per_token), 1.0);
    EntryPrice made{(*p_.offers)[priced.offer].name, std::string(kPayAsYouGo), ratio, {}};
    const auto add = [&](std::string_view what, double each) { made.parts.push_back({what, each * kMillion, ratio * each * kMillion}); };
    add("input", per_token.input);
    if ((*p_.offers)[priced.offer].cache_read) add("cache_read", per_token.cached);
    add("output", per_token.output);
    made_.push_back(std::move(made));
  }

  // What the first units that may be deployed would earn in each slot, for one of them.
  std::vector<double> earned(const Group& group, const Source& source, const std::vector<bool>& admits, double units) const {
    std::vector<double> made(p_.slots);
    for (std::size_t step = source.from; step < std::min(source.until, p_.demand->steps); ++step) made[step / p_.steps_per_slot] += knapsack(items(group, source, admits, step)).at(units) / units;
    return made;
  }

  // Slots of a family are worth what its best pool would earn in them.
  void pool(const Group& group, const Source& source, const std::vector<bool>& admits) {
    const auto& pool = p_.pools[source.pool];
    auto& slots = held_[pool.family];
    slots.resize(p_.slots);
    const auto now = earned(group, source, admits, std::max(pool.lumps.minimum, pool.lumps.increment));
    for (std::size_t slot = 0; slot < p_.slots; ++slot) slots[slot] = std::max(slots[slot], now[slot]);
  }

  // The price of a whole term at which its best beginning pays.
  double term_usd(std::size_t slots, const std::vector<std::size_t>& starts, const std::vector<double>& slot_usd) const {
    std::vector<double> sums(p_.slots + 1);
    for (std::size_t slot = 0; slot < p_.slots; ++slot) sums[slot + 1] = sums[slot] + slot_usd[slot];
    double best = 0;
    for (const auto from : starts) {
      if (from >= p_.slots) continue;
      const auto until = std::min(from + slots, p_.slots);
      best = std::max(best, (sums[until] - sums[from]) * static_cast<double>(slots) / static_cast<double>(until - from));
    }
    return best;
  }

  // By what units are worth in the proof, and no more than what the first ones would earn.
  void family(std::size_t f) {
    const auto& family = p_.families[f];
    for (std::size_t t = 0; t < family.terms.size(); ++t) {
      const auto& term = family.terms[t];
      double worth = term_usd(term.slots, term.starts, m_.slot_usd[f]);
      // Prices of slots in which nothing is held may stand anywhere above what a unit would earn. Outages earn besides.
      if (std::ranges::all_of(family.pools, [&](std::size_t p) { return p_.pools[p].uses.size() == 1; })) worth = std::min(worth, term_usd(term.slots, term.starts, held_[f]));
      const double ratio = term.usd > 0 ? std::clamp(worth / term.usd, 0.0, 1.0) : 1;
      const double price = usd(family.prices[t]);
      made_.push_back({(*p_.offers)[p_.pools[family.pools.front()].offer].name, std::string(family.words[t]), ratio, {{"unit", price, ratio * price}}});
    }
  }

  void unpriced(const Unpriced& each) {
    const auto& group = p_.groups[each.group];
    const auto& offer = (*p_.offers)[each.source.offer];
    if (offer.kind == OfferKind::pay_as_you_go) return unpriced_tokens(group, each);
    const auto slots = earned(group, each.source, each.admits, static_cast<double>(std::max(offer.minimum, offer.increment)));
    for (const auto& term : each.terms)
      late_.push_back({offer.name, std::string(term.word), {}, {{"unit", {}, term_usd(term.slots, term.starts, slots)}}});
  }

  // The cheapest known offer of the model, by its price of input: in its proportion unknown prices are told.
  const Offer* reference(const Group& group) const {
    const Offer* best = nullptr;
    for (const auto& source : group.sources) {
      if (source.offer == kNothing || source.pool != kNothing) continue;
      const auto& offer = (*p_.offers)[source.offer];
      if (!best || usd(*offer.input * 1'000'000) < usd(*best->input * 1'000'000)) best = &offer;
    }
    return best;
  }

  void unpriced_tokens(const Group& group, const Unpriced& each) {
    const auto& offer = (*p_.offers)[each.source.offer];
    const auto* known = reference(group);
    const int missing = (offer.input ? 0 : 1) + (offer.cache_read ? 0 : 1) + (offer.output ? 0 : 1);
    const auto measure = [&](const std::optional<TokenPrice>& own, const std::optional<TokenPrice>& other) {
      if (own) return 0.0;
      if (missing == 1) return 1 / kMillion;
      return known && other ? usd(*other * 1'000'000) / kMillion : 0.0;
    };
    Tokens unknown{measure(offer.input, known ? known->input : std::nullopt), measure(offer.cache_read, known ? known->cache_read : std::nullopt), measure(offer.output, known ? known->output : std::nullopt)};
    const double times = factor(group, each.source, each.admits, unknown);
    EntryPrice made{offer.name, std::string(kPayAsYouGo), {}, {}};
    const auto add = [&](std::string_view what, const std::optional<TokenPrice>& own, double per_token) {
      if (own) made.parts.push_back({what, usd(*own * 1'000'000), usd(*own * 1'000'000)});
      else made.parts.push_back({what, {}, per_token > 0 ? std::optional(times * per_token * kMillion) : std::nullopt});
    };
    add("input", offer.input, unknown.input);
    add("cache_read", offer.cache_read, unknown.cached);
    add("output", offer.output, unknown.output);
    late_.push_back(std::move(made));
  }

  const Problem& p_;
  const Multipliers& m_;
  Placer placer_;
  std::vector<std::vector<double>> worth_;  // by class of the group that is looked at
  std::vector<std::vector<double>> held_;   // by family and slot: what its first units would earn
  std::vector<EntryPrice> made_, late_;
};

std::string amount(const std::optional<double>& value) { return value ? fmt::format("\"{:.6f}\"", *value) : "null"; }

void write_parts(wire::JsonWriter& json, const EntryPrice& price, bool enters) {
  const bool tokens = price.term == kPayAsYouGo;
  const std::string name = tokens ? "usd_per_million" : "usd_per_unit";
  json.key(enters ? "enters_at_" + name : name);
  if (!tokens) {
    json.raw(amount(enters ? price.parts.front().enters : price.parts.front().usd));
    return;
  }
  json.begin_object();
  for (const auto& part : price.parts) json.key(part.what).raw(amount(enters ? part.enters : part.usd));
  json.end_object();
}

std::string entry_json(const EntryPrice& price) {
  std::string out;
  wire::JsonWriter json(out);
  json.begin_object().member("offer", std::string_view(price.offer)).member("term", std::string_view(price.term)).key("ratio");
  if (price.ratio) json.real(*price.ratio, 6);
  else json.null();
  write_parts(json, price, false);
  write_parts(json, price, true);
  json.end_object();
  return out;
}

// Whether two texts of JSON differ in no more than the last digits of their numbers.
bool near(std::string_view a, std::string_view b) {
  const auto value = [](std::string_view token) { return number_of(token.starts_with('"') ? wire::json_text(token) : token); };
  if (a.starts_with('{') && b.starts_with('{')) {
    wire::JsonObject first(a, 4), second(b, 4);
    wire::JsonMember x, y;
    while (first.next(x))
      if (!second.next(y) || x.key != y.key || !near(x.value, y.value)) return false;
    return !second.next(y);
  }
  if (a == b) return true;
  const auto x = value(a), y = value(b);
  return x && y && std::abs(*x - *y) <= kSameText * std::max({1.0, std::abs(*x), std::abs(*y)});
}

}  // namespace

std::vector<EntryPrice> entry_prices(const Problem& problem, const Multipliers& multipliers) { return Entries(problem, multipliers).find(); }

std::string entry_member(const std::vector<EntryPrice>& prices) {
  std::string out = "\"entry_prices\":[";
  for (const auto& each : prices) out += (out.back() == '[' ? "" : ",") + entry_json(each);
  return out + "]";
}

bool says_entries(std::string_view plan_json, const std::vector<EntryPrice>& prices) {
  const auto found = wire::json_find(plan_json, {"entry_prices"});
  if (!found || !found->starts_with('[')) return false;
  wire::JsonArray list(*found, 8);
  wire::JsonMember said;
  for (const auto& each : prices)
    if (!list.next(said) || !near(said.value, entry_json(each))) return false;
  return !list.next(said);
}

std::string entry_text(const EntryPrice& price) {
  if (price.ratio) return *price.ratio > kBought ? "100" : fmt::format("{:.1f}", 100 * *price.ratio);
  std::string out = "unknown; below";
  for (const auto& part : price.parts)
    if (!part.usd) out += part.enters ? fmt::format(" {:.4f} USD{}", *part.enters, part.what == "unit" ? "" : fmt::format(" ({})", part.what)) : fmt::format(" ? ({})", part.what);
  return out;
}

}  // namespace fw::plan
