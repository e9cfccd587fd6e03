#include "plan/supply.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/date.h"
#include "offer/scope.h"
#include "plan/number.h"

namespace fw::plan {
namespace {

using Faults = std::vector<offer::Fault>;
bool is_cloud(std::string_view word) { return std::ranges::find(offer::cloud_words(), word) != offer::cloud_words().end(); }

constexpr std::array<std::string_view, 2> kKinds = {"pay_as_you_go", "provisioned"};

// Reads the texts of one offer, noting what is wrong with each.
class OfferReader {
 public:
  OfferReader(int row, const OfferText& text, Faults& faults) : row_(row), text_(text), faults_(faults) {}

  Offer read() {
    const auto& row = text_.row;
    made_.model = row.model;
    made_.cloud = row.cloud;
    made_.scope = row.scope.empty() ? "global" : row.scope.front();
    made_.tier = row.tier.empty() ? std::string(offer::kStandardTier) : row.tier;
    if (made_.model.empty()) fault("model", "nothing", "a model");
    if (!is_cloud(made_.cloud)) fault("cloud", quoted(made_.cloud), fmt::format("one of {}", fmt::join(offer::cloud_words(), ", ")));
    if (row.scope.size() > 1) fault("scope", "several scopes", "one", "Write an offer for each: a plan says which of them to buy.");
    else if (!offer::is_scope(made_.scope)) fault("scope", quoted(made_.scope), "global, on-premises, a geography or a region of one", "");
    if (row.absent) fault("absent", "true", "an offer that can be bought");
    made_.from = date("from", row.from);
    made_.until = date("until", row.until);
    kind();
    if (made_.kind == OfferKind::pay_as_you_go) pay_as_you_go();
    else provisioned();
    made_.name = text_.name.empty() ? fmt::format("{}/{}/{}/{}", made_.model, made_.cloud, made_.scope, made_.kind == OfferKind::provisioned ? "provisioned" : made_.tier)
                                    : text_.name;
    return std::move(made_);
  }

 private:
  void fault(std::string path, std::string found, std::string expected, std::string hint = {}) {
    faults_.push_back({row_, std::move(path), std::move(found), std::move(expected), std::move(hint)});
  }
  static std::string quoted(std::string_view text) { return fmt::format("'{}'", text); }

  std::optional<WallTime> date(const char* field, const std::string& text) {
    if (text.empty()) return std::nullopt;
    auto time = parse_date(text);
    if (!time) fault(field, quoted(text), "a day or a time in RFC 3339");
    return time;
  }

  void kind() {
    if (text_.kind.empty()) made_.kind = text_.unit ? OfferKind::provisioned : OfferKind::pay_as_you_go;
    else if (text_.kind == kKinds[0]) made_.kind = OfferKind::pay_as_you_go;
    else if (text_.kind == kKinds[1]) made_.kind = OfferKind::provisioned;
    else if (text_.kind == "replicas") fault("kind", "replicas", "pay_as_you_go or provisioned", "This release does not plan replicas yet.");
    else fault("kind", quoted(text_.kind), fmt::format("one of {}", fmt::join(kKinds, ", ")));
  }

  std::optional<double> number(std::string path, const std::string& text, double least) {
    if (text.empty()) return std::nullopt;
    const auto value = number_of(text);
    if (value && *value >= least && *value <= 1e15) return value;
    fault(std::move(path), quoted(text), least > 0 ? "a number above 0" : "a number, not negative");
    return std::nullopt;
  }

  void pay_as_you_go() {
    for (const auto& [meter, price] : text_.row.usd_per_million) {
      offer::Meters all;
      const auto parsed = TokenPrice::parse_per_million(price);
      if (!parsed) fault("usd_per_million." + meter, quoted(price), "USD per million tokens, at most nine decimals");
      else if (meter == "input") made_.input = parsed;
      else if (meter == "cache_read") made_.cache_read = parsed;
      else if (meter == "output") made_.output = parsed;
      else if (!meter.starts_with("long_context.") && !offer::find_meter(all, meter)) fault("usd_per_million." + meter, quoted(meter), fmt::format("one of {}", fmt::join(offer::meter_names(), ", ")));
    }
    made_.tokens_per_minute_max = number("quota.tokens_per_minute", text_.quota.tokens_per_minute, 0);
    made_.requests_per_minute_max = number("quota.requests_per_minute", text_.quota.requests_per_minute, 0);
    if (text_.unit || !text_.terms.empty()) fault(text_.unit ? "unit" : "terms", "units or terms of pay-as-you-go", "usd_per_million and quota", "Write `kind: provisioned` for what is bought in units.");
  }

  void provisioned() {
    if (!text_.unit) fault("unit", "nothing", "unit: {tokens_per_minute, weights, window_s}");
    else unit(*text_.unit);
    made_.increment = text_.increment.value_or(1);
    made_.minimum = text_.minimum.value_or(made_.increment);
    if (made_.minimum < 1) made_.minimum = made_.increment;
    if (made_.increment < 1) fault("increment", fmt::format("{}", made_.increment), "1 or more");
    made_.family = text_.family;
    for (const auto& [term, price] : text_.terms) {
      const auto usd = Money::parse_usd(price);
      if (!usd || *usd < Money{}) fault("terms." + term, quoted(price), "USD per unit and term");
      else if (term == "hour") made_.terms.hour = usd;
      else if (term == "month") made_.terms.month = usd;
      else if (term == "year") made_.terms.year = usd;
      else fault("terms." + term, quoted(term), "hour, month or year");
    }
  }

  void unit(const UnitText& unit) {
    made_.unit_tokens_per_minute = number("unit.tokens_per_minute", unit.tokens_per_minute, 1e-9).value_or(0);
    if (unit.tokens_per_minute.empty()) fault("unit.tokens_per_minute", "nothing", "weighted tokens that a unit takes in a minute");
    made_.window_s = unit.window_s.value_or(60);
    for (const auto& [column, text] : unit.weights) {
      const auto weight = number("unit.weights." + column, text, 0);
      if (column == "input") made_.weights.input = weight.value_or(1);
      else if (column == "cache_read") made_.weights.cache_read = weight.value_or(1);
      else if (column == "output") made_.weights.output = weight.value_or(1);
      else fault("unit.weights." + column, quoted(column), "input, cache_read or output");
    }
    if (made_.weights.input == 0 && made_.weights.output == 0)
      fault("unit.weights", "no weight for input and none for output", "one of them above 0", "A unit without weights could take any load.");
  }

  int row_;
  const OfferText& text_;
  Faults& faults_;
  Offer made_;
};

void check_families(const std::vector<Offer>& offers, Faults& faults) {
  std::map<std::string, const Offer*> first;
  for (std::size_t i = 0; i < offers.size(); ++i) {
    if (offers[i].family.empty()) continue;
    const auto [at, made] = first.emplace(offers[i].family, &offers[i]);
    if (!made && (at->second->terms != offers[i].terms || at->second->cloud != offers[i].cloud))
      faults.push_back({static_cast<int>(i), "family", fmt::format("other terms or another cloud than '{}'", at->second->name), "the same in a family", "Its units are bought together."});
  }
}

void number_names(std::vector<Offer>& offers) {
  std::set<std::string> taken;
  for (auto& each : offers) {
    const auto name = each.name;
    for (int n = 2; !taken.insert(each.name).second; ++n) each.name = fmt::format("{}#{}", name, n);
  }
}

}  // namespace

std::vector<Offer> read_offers(const std::vector<OfferText>& texts, Faults& faults) {
  std::vector<Offer> made;
  for (std::size_t i = 0; i < texts.size(); ++i) made.push_back(OfferReader(static_cast<int>(i), texts[i], faults).read());
  if (texts.empty()) faults.push_back({-1, "", "no offers", "one at least", ""});
  check_families(made, faults);
  number_names(made);
  return made;
}

Rules read_rules(const RulesText& text, Faults& faults) {
  Rules rules;
  const auto fault = [&](std::string path, std::string found, std::string expected) {
    faults.push_back({-1, std::move(path), std::move(found), std::move(expected), {}});
  };
  for (const auto& [name, rule] : text.classes) {
    auto& made = rules.classes[name];
    made.first_token_ms = rule.first_token_ms;
    if (!rule.critical.empty() && rule.critical != "true" && rule.critical != "false") fault("classes." + name + ".critical", "'" + rule.critical + "'", "true or false");
    for (const auto& scope : rule.residency) {
      if (scope == "any") continue;
      if (!offer::is_scope(scope)) fault("classes." + name + ".residency", "'" + scope + "'", "any, global, on-premises, a geography or a region of one");
      made.residency.push_back(scope);
    }
  }
  for (const auto& [place, each] : text.places)
    for (const auto& [scope, delay] : each.delay_ms) {
      const auto ms = number_of(delay);
      if (!ms || *ms < 0) fault("places." + place + ".delay_ms", "'" + delay + "'", "milliseconds");
      else rules.delay_ms[place][scope] = *ms;
    }
  for (const auto& [cloud, share] : text.max_share) {
    const auto value = number_of(share);
    if (!is_cloud(cloud)) fault("max_share", "'" + cloud + "'", fmt::format("one of {}", fmt::join(offer::cloud_words(), ", ")));
    else if (!value || *value < 0 || *value > 1) fault("max_share." + cloud, "'" + share + "'", "a share from 0 to 1");
    else rules.max_share[cloud] = *value;
  }
  return rules;
}

}  // namespace fw::plan
