#include "plan/what_if.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/date.h"
#include "plan/carry.h"
#include "plan/mixture.h"
#include "plan/number.h"
#include "plan/place.h"
#include "plan/spend.h"
#include "wire/json_write.h"
#include "wire/nearest.h"

namespace fw::plan {
namespace {

constexpr std::string_view kAll = "*";
constexpr double kFactorMax = 1e6;
constexpr int kDualSteps = 6;
constexpr std::string_view kForms = "'price NAME xFACTOR', 'price OFFER PART USD', 'quota OFFER xFACTOR', 'quota OFFER TOKENS|none', 'leaves NAME' or 'growth [NAME] xFACTOR'";
constexpr std::string_view kParts[] = {"input", "cache_read", "output", "hour", "month", "year"};

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const auto begin = text.find_first_not_of(' ');
    if (begin == text.npos) break;
    text.remove_prefix(begin);
    words.emplace_back(text.substr(0, text.find(' ')));
    text.remove_prefix(words.back().size());
  }
  return words;
}

std::optional<double> factor_of(std::string_view word) {
  if (!word.starts_with('x')) return std::nullopt;
  const auto value = number_of(word.substr(1));
  return value && *value >= 0 && *value <= kFactorMax ? value : std::nullopt;
}

// Reads one change; the first thing that is wrong is the error.
class ChangeReader {
 public:
  ChangeReader(const Demand& demand, const std::vector<Offer>& offers) : demand_(demand), offers_(offers) {}

  std::expected<Change, std::string> read(std::string_view text) {
    const auto words = words_of(text);
    const auto kind = words.empty() ? std::string() : words[0];
    if (kind == "price" && (words.size() == 3 || words.size() == 4)) return price(words);
    if (kind == "quota" && words.size() == 3) return quota(words);
    if (kind == "leaves" && words.size() == 2) return named({.kind = Change::Kind::leaves, .name = words[1], .part = {}, .factor = {}, .value = {}}, supplied());
    if (kind == "growth" && (words.size() == 2 || words.size() == 3)) return growth(words);
    return std::unexpected(fmt::format("found '{}', expected {}", text, kForms));
  }

 private:
  using Read = std::expected<Change, std::string>;

  // Offers and clouds.
  std::vector<std::string> supplied() const {
    std::set<std::string> names;
    for (const auto& each : offers_) names.insert({each.name, each.cloud});
    return {names.begin(), names.end()};
  }

  static Read named(Change change, const std::vector<std::string>& names) {
    if (change.name == kAll || std::ranges::find(names, change.name) != names.end()) return change;
    const auto near = wire::nearest(change.name, names, 1);
    return std::unexpected(fmt::format("found the unknown name '{}', expected one of {} or *{}", change.name, fmt::join(names, ", "), near.empty() ? "" : fmt::format(". Did you mean {}?", near[0])));
  }

  Read price(const std::vector<std::string>& words) {
    Change made{.kind = Change::Kind::price, .name = words[1], .part = words.size() == 4 ? words[2] : std::string(), .factor = factor_of(words.back()), .value = {}};
    if (!made.part.empty() && std::ranges::find(kParts, made.part) == std::end(kParts)) return std::unexpected(fmt::format("found the price '{}', expected one of {}", made.part, fmt::join(kParts, ", ")));
    if (!made.factor) {
      const auto usd = Money::parse_usd(words.back());
      if (made.part.empty() || !usd || *usd < Money{}) return std::unexpected(fmt::format("found '{}', expected xFACTOR (x0.9: a tenth less){}", words.back(), made.part.empty() ? "" : " or an amount in USD"));
      made.value = words.back();
    }
    return named(std::move(made), supplied());
  }

  Read quota(const std::vector<std::string>& words) {
    Change made{.kind = Change::Kind::quota, .name = words[1], .part = {}, .factor = factor_of(words[2]), .value = {}};
    if (!made.factor) {
      const auto tokens = number_of(words[2]);
      if (words[2] != "none" && (!tokens || *tokens < 0)) return std::unexpected(fmt::format("found the quota '{}', expected xFACTOR, tokens per minute or none", words[2]));
      made.value = words[2];
    }
    return named(std::move(made), supplied());
  }

  Read growth(const std::vector<std::string>& words) {
    std::set<std::string> names;
    for (const auto& each : demand_.classes)
      for (const auto* word : {&each.model, &each.name, &each.place})
        if (!word->empty()) names.insert(*word);
    Change made{.kind = Change::Kind::growth, .name = words.size() == 3 ? words[1] : std::string(kAll), .part = {}, .factor = factor_of(words.back()), .value = {}};
    if (!made.factor) return std::unexpected(fmt::format("found '{}', expected xFACTOR (x1.3: three tenths more)", words.back()));
    return named(std::move(made), {names.begin(), names.end()});
  }

  const Demand& demand_;
  const std::vector<Offer>& offers_;
};

// ---- changed inputs

bool meant(const Change& change, const Offer& offer) { return change.name == kAll || change.name == offer.name || change.name == offer.cloud; }

constexpr Int128 kNano = 1'000'000;  // units of money in 10^-9 USD

Money times(Money money, double factor) { return Money::of_units(static_cast<Int128>(std::nearbyint(static_cast<double>(money.units() / kNano) * factor)) * kNano); }

// Through its text, which has nine decimals at most.
std::optional<TokenPrice> per_million(double usd) { return TokenPrice::parse_per_million(fmt::format("{:.9f}", usd)); }
double million_usd(const TokenPrice& price) { return static_cast<double>((price * 1'000'000).units()) * 1e-15; }

void change_price(const Change& change, Offer& offer) {
  const auto wanted = [&](std::string_view part) { return change.part.empty() || change.part == part; };
  const auto token = [&](std::string_view part, std::optional<TokenPrice>& price) {
    if (!wanted(part)) return;
    if (!change.value.empty()) price = TokenPrice::parse_per_million(change.value);
    else if (price) price = per_million(million_usd(*price) * *change.factor);
  };
  const auto term = [&](std::string_view part, std::optional<Money>& price) {
    if (!wanted(part)) return;
    if (!change.value.empty()) price = Money::parse_usd(change.value);
    else if (price) price = times(*price, *change.factor);
  };
  if (offer.kind == OfferKind::pay_as_you_go) {
    token("input", offer.input);
    token("cache_read", offer.cache_read);
    token("output", offer.output);
    return;
  }
  term("hour", offer.terms.hour);
  term("month", offer.terms.month);
  term("year", offer.terms.year);
  if (change.part.empty()) offer.open_usd = times(offer.open_usd, *change.factor);
}

void change_quota(const Change& change, Offer& offer) {
  if (offer.kind != OfferKind::pay_as_you_go) return;
  if (change.factor) {
    for (auto* most : {&offer.tokens_per_minute_max, &offer.requests_per_minute_max})
      if (*most) **most *= *change.factor;
    return;
  }
  offer.tokens_per_minute_max = change.value == "none" ? std::nullopt : number_of(change.value);
  if (change.value == "none") offer.requests_per_minute_max.reset();
}

void change_demand(const Change& change, Demand& demand) {
  for (auto& each : demand.classes) {
    if (change.name != kAll && change.name != each.model && change.name != each.name && change.name != each.place) continue;
    for (auto* series : {&each.input, &each.cached, &each.output, &each.requests}) {
      std::vector<double> values(series->size());
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = (*series)[i] * *change.factor;
      *series = Series(std::move(values));
    }
  }
}

struct Changed {
  std::vector<Offer> offers;
  std::optional<Demand> demand;
  explicit Changed(const Given& given, const WhatIf& what) : offers(given.offers) {
    for (const auto& change : what.changes) {
      if (change.kind == Change::Kind::growth) {
        if (!demand) demand = given.demand;
        change_demand(change, *demand);
      }
      if (change.kind == Change::Kind::leaves) std::erase_if(offers, [&](const Offer& each) { return meant(change, each); });
      for (auto& each : offers) {
        if (!meant(change, each)) continue;
        if (change.kind == Change::Kind::price) change_price(change, each);
        if (change.kind == Change::Kind::quota) change_quota(change, each);
      }
    }
  }
};

// ---- from one problem to the other

// Whether a worth says more than that the cheapest source without a limit is there.
bool below_base(const Group& group, std::size_t k, std::size_t step, double usd, const Placer& placer) {
  for (std::size_t s = 0; s < group.sources.size(); ++s)
    if (group.sources[s].pool == kNothing && !group.sources[s].limited() && placer.cost(group, k, s, step) <= usd) return false;
  return true;
}

// What each class was worth, by its model, cloud that is gone, name and place; as much for a token of grown demand.
Multipliers multipliers_in(const Problem& problem, const Problem& before, const Plan& plan) {
  using Key = std::tuple<std::string_view, std::string_view, std::string_view, std::string_view>;
  const auto key = [](const Problem& p, const Group& group, std::size_t c) {
    const auto& each = p.demand->classes[c];
    return Key{each.model, group.outage() ? std::string_view(p.clouds[group.without]) : std::string_view(), each.name, each.place};
  };
  std::map<Key, std::pair<const Group*, std::size_t>> old;
  const Placer placer(before, plan.multipliers.extra);
  for (const auto& group : before.groups)
    for (std::size_t k = 0; k < group.classes.size(); ++k) old[key(before, group, group.classes[k])] = {&group, k};
  Multipliers made;
  made.extra = prices_in(problem, before, plan.multipliers.extra);
  made.worth.assign(problem.demand->classes.size(), std::vector<double>(problem.demand->steps, std::numeric_limits<double>::max()));
  for (const auto& group : problem.groups)
    for (const auto c : group.classes) {
      const auto at = old.find(key(problem, group, c));
      if (at == old.end()) continue;
      const auto& [was_in, k] = at->second;
      const auto was = was_in->classes[k];
      for (std::size_t step = 0; step < problem.demand->steps; ++step) {
        const double usd = plan.multipliers.worth[was][step], tokens = before.demand->classes[was].at(step).total();
        if (tokens > 0 && below_base(*was_in, k, step, usd, placer)) made.worth[c][step] = usd * problem.demand->classes[c].at(step).total() / tokens;
      }
    }
  return made;
}

// The plan's own purchases under the changed problem, tokens placed anew.
Solution kept_solution(const Problem& problem, const Plan& plan, const CloudPrices& prices) {
  Solution made;
  made.units = deployed_in(problem, plan.deployed);
  made.holdings = held_in(problem, plan);
  Spend bought(problem);
  for (std::size_t f = 0; f < problem.families.size(); ++f) {
    made.bought_usd += held_usd(problem.families[f].terms, made.holdings[f], problem.slots);
    bought.add_held(problem, problem.families[f], made.holdings[f]);
  }
  for (std::size_t p = 0; p < problem.pools.size(); ++p) {
    if (std::ranges::none_of(made.units[p], [](double n) { return n > 0; })) continue;
    made.open_usd += problem.pools[p].open_usd;
    bought.add_open(problem, problem.pools[p]);
  }
  auto found = prices;
  made.mix = mix_placements(problem, made.units, bought, found);
  return made;
}

}  // namespace

std::expected<WhatIf, std::string> read_what_if(std::string_view text, const Demand& demand, const std::vector<Offer>& offers) {
  WhatIf made{std::string(text), {}};
  ChangeReader reader(demand, offers);
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(',', begin), text.size());
    auto change = reader.read(text.substr(begin, end - begin));
    if (!change) return std::unexpected(std::move(change.error()));
    made.changes.push_back(*std::move(change));
    begin = end + 1;
  }
  return made;
}

WhatIfAnswer what_if(const Given& given, const Problem& problem, const Plan& plan, const WhatIf& what) {
  const Changed changed(given, what);
  const auto now = compile(changed.demand ? *changed.demand : given.demand, changed.offers, given.rules);
  WhatIfAnswer answer;
  answer.text = what.text;
  if (!now.conflict.empty()) return answer;
  const auto prices = prices_in(now, problem, main_prices(plan));
  const auto kept = kept_solution(now, plan, prices);
  if (!infeasible(now, kept)) answer.kept = nearest_money(kept.usd());
  const auto found = solve_from(now, {deployed_in(now, plan.deployed), prices, multipliers_in(now, problem, plan)}, kDualSteps);
  if (infeasible(now, found)) return answer;
  answer.planned = true;
  answer.cost = nearest_money(found.usd());
  answer.lower_bound = nearest_money(std::max(found.lower_bound_usd, 0.0));
  answer.purchases = purchases_of(now, found);
  return answer;
}

std::string what_if_member(const std::vector<WhatIfAnswer>& answers, const Plan& plan) {
  std::string out;
  wire::JsonWriter json(out);
  json.begin_object().key("what_if").begin_array();
  for (const auto& each : answers) {
    json.begin_object().member("change", std::string_view(each.text));
    const auto amount = [&](const char* name, bool there, Money usd) {
      json.key(name);
      if (there) json.string(usd.usd());
      else json.null();
    };
    amount("cost_usd", each.planned, each.cost);
    amount("lower_bound_usd", each.planned, each.lower_bound);
    amount("difference_usd", each.planned, each.cost - plan.cost);
    amount("same_purchases_usd", each.kept.has_value(), each.kept.value_or(Money{}));
    json.key("purchases").begin_array();
    for (const auto& bought : each.purchases)
      json.begin_object().member("offer", std::string_view(bought.offer)).member("term", std::string_view(bought.term)).member("units", bought.units)
          .member("from", std::string_view(rfc3339_text(bought.from))).member("until", std::string_view(rfc3339_text(bought.until))).member("cost_usd", std::string_view(bought.cost.usd())).end_object();
    json.end_array().end_object();
  }
  json.end_array().end_object();
  return out.substr(1, out.size() - 2);
}

}  // namespace fw::plan
