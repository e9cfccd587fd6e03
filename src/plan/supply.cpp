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

constexpr std::array<std::string_view, 3> kKinds = {"pay_as_you_go", "provisioned", "replicas"};
constexpr std::array<std::string_view, 4> kPeriods = {"hour", "day", "month", "year"};

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
    else if (made_.kind == OfferKind::provisioned) provisioned();
    else replicas();
    if (made_.kind != OfferKind::replicas) no_replicas();
    made_.name = text_.name.empty() ? fmt::format("{}/{}/{}/{}", made_.model, made_.cloud, made_.scope, made_.kind == OfferKind::pay_as_you_go ? made_.tier : kKinds[static_cast<std::size_t>(made_.kind)])
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
    const auto at = std::ranges::find(kKinds, std::string_view(text_.kind));
    if (text_.kind.empty()) made_.kind = text_.replica ? OfferKind::replicas : text_.unit ? OfferKind::provisioned : OfferKind::pay_as_you_go;
    else if (at != kKinds.end()) made_.kind = static_cast<OfferKind>(at - kKinds.begin());
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
    terms();
  }

  void replicas() {
    if (!text_.replica) fault("replica", "nothing", "replica: {tokens_per_minute, weights, boot_s}");
    else {
      capacity("replica", text_.replica->tokens_per_minute, text_.replica->weights);
      made_.boot_s = text_.replica->boot_s.value_or(0);
    }
    if (text_.unit || text_.minimum || text_.increment) fault(text_.unit ? "unit" : text_.minimum ? "minimum" : "increment", "a field of provisioned units", "replica and step");
    made_.increment = made_.minimum = std::max<std::int64_t>(text_.step.value_or(1), 1);
    if (!text_.open_usd_per_month.empty()) {
      const auto usd = Money::parse_usd(text_.open_usd_per_month);
      if (!usd || *usd < Money{}) fault("open_usd_per_month", quoted(text_.open_usd_per_month), "USD for a month");
      made_.open_usd = usd.value_or(Money{});
    }
    terms();
  }

  void no_replicas() {
    const char* field = text_.replica ? "replica" : text_.step ? "step" : !text_.open_usd_per_month.empty() ? "open_usd_per_month" : nullptr;
    if (field) fault(field, "a field of replicas", "kind: replicas", "Write `kind: replicas` for machines that you run.");
  }

  void terms() {
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
    capacity("unit", unit.tokens_per_minute, unit.weights);
    made_.window_s = unit.window_s.value_or(60);
  }

  void capacity(const std::string& field, const std::string& tokens_per_minute, const std::map<std::string, std::string, std::less<>>& weights) {
    made_.unit_tokens_per_minute = number(field + ".tokens_per_minute", tokens_per_minute, 1e-9).value_or(0);
    if (tokens_per_minute.empty()) fault(field + ".tokens_per_minute", "nothing", "weighted tokens that one takes in a minute");
    for (const auto& [column, text] : weights) {
      const auto path = fmt::format("{}.weights.{}", field, column);
      const auto weight = number(path, text, 0);
      if (column == "input") made_.weights.input = weight.value_or(1);
      else if (column == "cache_read") made_.weights.cache_read = weight.value_or(1);
      else if (column == "output") made_.weights.output = weight.value_or(1);
      else fault(path, quoted(column), "input, cache_read or output");
    }
    if (made_.weights.input == 0 && made_.weights.output == 0)
      fault(field + ".weights", "no weight for input and none for output", "one of them above 0", "A unit without weights could take any load.");
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
    if (!made && (at->second->terms != offers[i].terms || at->second->cloud != offers[i].cloud || at->second->boot_s != offers[i].boot_s || at->second->kind != offers[i].kind))
      faults.push_back({static_cast<int>(i), "family", fmt::format("other terms, another kind or another cloud than '{}'", at->second->name), "the same in a family", "Its units are bought together."});
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

namespace {

// Reads the texts of rules, noting what is wrong with each.
class RulesReader {
 public:
  RulesReader(const RulesText& text, Faults& faults) : text_(text), faults_(faults) {}

  Rules read() {
    for (const auto& [name, rule] : text_.classes) of_class(name, rule);
    for (const auto& [name, place] : text_.places) of_place(name, place);
    for (const auto& [cloud, share] : text_.max_share)
      if (known("max_share", cloud)) made_.max_share[cloud] = share_of("max_share." + cloud, share, 1, "a share from 0 to 1, or 0% to 100%").value_or(1);
    if (!text_.second_source.empty()) made_.second_source = share_of("second_source", text_.second_source, 0.5, "a share from 0 to 0.5, or 0% to 50%");
    if (!text_.hhi_max.empty()) made_.hhi_max = number("hhi_max", text_.hhi_max, 1e-6, 1, "a sum of squared shares, above 0 and at most 1");
    if (text_.n_minus_1) made_.n_minus_1 = share_of("n_minus_1.served", text_.n_minus_1->served, 1, "a share from 0 to 1, or 0% to 100%");
    if (text_.budget) budget(*text_.budget);
    for (std::size_t i = 0; i < text_.contracts.size(); ++i) contract(i, text_.contracts[i]);
    return std::move(made_);
  }

 private:
  void fault(std::string path, std::string found, std::string expected, std::string hint = {}) {
    faults_.push_back({-1, std::move(path), std::move(found), std::move(expected), std::move(hint)});
  }

  std::optional<double> number(std::string path, const std::string& text, double least, double most, std::string expected) {
    const auto value = number_of(text);
    if (value && *value >= least && *value <= most) return value;
    fault(std::move(path), text.empty() ? "nothing" : "'" + text + "'", std::move(expected));
    return std::nullopt;
  }

  // 0.6 and 60% are the same. Bare numbers above one are refused: a policy's `max_share` counts in percent, a plan's does not.
  std::optional<double> share_of(std::string path, const std::string& text, double most, std::string expected) {
    const bool percent = text.ends_with('%');
    const auto value = number_of(percent ? text.substr(0, text.size() - 1) : text);
    if (value && *value >= 0 && (percent ? *value / 100 : *value) <= most) return percent ? *value / 100 : *value;
    const bool bare = value && !percent && *value > 1 && *value <= 100;
    fault(std::move(path), text.empty() ? "nothing" : "'" + text + "'", std::move(expected), bare ? fmt::format("Write {}% if percent is meant, as in `max_share` of a policy.", text) : "");
    return std::nullopt;
  }

  bool known(std::string path, const std::string& cloud) {
    if (is_cloud(cloud)) return true;
    fault(std::move(path), "'" + cloud + "'", fmt::format("one of {}", fmt::join(offer::cloud_words(), ", ")));
    return false;
  }

  Money money(std::string path, const std::string& text) {
    const auto usd = Money::parse_usd(text);
    if (!usd || *usd < Money{}) fault(std::move(path), text.empty() ? "nothing" : "'" + text + "'", "USD");
    return usd.value_or(Money{});
  }

  void of_class(const std::string& name, const ClassRuleText& rule) {
    auto& made = made_.classes[name];
    made.first_token_ms = rule.first_token_ms;
    made.critical = rule.critical == "true";
    if (!rule.critical.empty() && rule.critical != "true" && rule.critical != "false") fault("classes." + name + ".critical", "'" + rule.critical + "'", "true or false");
    for (const auto& scope : rule.residency) {
      if (scope == "any") continue;
      if (!offer::is_scope(scope)) fault("classes." + name + ".residency", "'" + scope + "'", "any, global, on-premises, a geography or a region of one");
      made.residency.push_back(scope);
    }
  }

  void of_place(const std::string& name, const PlaceText& place) {
    for (const auto& [scope, delay] : place.delay_ms) {
      const auto ms = number_of(delay);
      if (!ms || *ms < 0) fault("places." + name + ".delay_ms", "'" + delay + "'", "milliseconds");
      else made_.delay_ms[name][scope] = *ms;
    }
    if (place.growth_per_year.empty()) return;
    made_.growth_per_year[name] = number("places." + name + ".growth_per_year", place.growth_per_year, -0.99, 100, "a share from -0.99 to 100: 0.2 is a fifth more in a year").value_or(0);
  }

  void budget(const BudgetText& text) {
    made_.budget = BudgetRule{money("budget.usd", text.usd), text.per};
    if (std::ranges::find(kPeriods, std::string_view(text.per)) == kPeriods.end())
      fault("budget.per", text.per.empty() ? "nothing" : "'" + text.per + "'", fmt::format("one of {}", fmt::join(kPeriods, ", ")));
  }

  void contract(std::size_t i, const ContractText& text) {
    const auto path = fmt::format("contracts[{}]", i);
    ContractRule made{text.cloud, money(path + ".commit_usd", text.commit_usd), {}, {}};
    known(path + ".cloud", text.cloud);
    const auto from = parse_date(text.from), until = parse_date(text.until);
    if (!from) fault(path + ".from", text.from.empty() ? "nothing" : "'" + text.from + "'", "a day or a time in RFC 3339");
    if (!until) fault(path + ".until", text.until.empty() ? "nothing" : "'" + text.until + "'", "a day or a time in RFC 3339");
    if (from && until && *until <= *from) fault(path + ".until", "'" + text.until + "'", "a time after `from`");
    made.from = from.value_or(WallTime{});
    made.until = until.value_or(WallTime{});
    made_.contracts.push_back(std::move(made));
  }

  const RulesText& text_;
  Faults& faults_;
  Rules made_;
};

}  // namespace

Rules read_rules(const RulesText& text, Faults& faults) { return RulesReader(text, faults).read(); }

}  // namespace fw::plan
