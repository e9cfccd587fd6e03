// What can be bought and what a plan must keep to, as files say it.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/money.h"
#include "offer/price.h"
#include "offer/row.h"

namespace fw::plan {

enum class OfferKind : std::uint8_t { pay_as_you_go, provisioned, replicas };

// Capacity that a token takes, by column.
struct Weights {
  double input = 1;
  double cache_read = 1;
  double output = 1;
};

// The terms a unit can be had for.
struct TermPrices {
  std::optional<Money> hour, month, year;
  bool operator==(const TermPrices&) const = default;
};

inline constexpr std::int64_t kMonthHours = 730;
inline constexpr std::int64_t kYearHours = 8'760;

struct Offer {
  std::string name;  // in the plan
  std::string model, cloud, scope, tier;
  OfferKind kind = OfferKind::pay_as_you_go;
  std::optional<WallTime> from, until;
  // Pay-as-you-go.
  std::optional<TokenPrice> input, cache_read, output;
  std::optional<double> tokens_per_minute_max, requests_per_minute_max;
  // Provisioned.
  double unit_tokens_per_minute = 0;  // weighted
  Weights weights;
  std::int64_t window_s = 60;         // in which the cloud counts
  std::int64_t minimum = 1, increment = 1;  // units are deployed as none, the minimum, or that and so many increments
  std::string family;                 // units bought for one offer may be deployed for another of it
  TermPrices terms;
  // Replicas: units of their own, deployed in steps. A replica held by the hour is paid from so long before it serves.
  std::int64_t boot_s = 0;
  Money open_usd = {};                // for a month of the span, if the plan deploys any
};

struct ClassRule {
  std::vector<std::string> residency;  // scopes that admit; empty: any
  std::optional<std::int64_t> first_token_ms;
  bool critical = false;
};

// The most that all together may cost in an hour, day, month or year of the calendar in UTC, terms by the time of them
// that falls into it.
struct BudgetRule {
  Money usd;
  std::string per;
};

// What is to be spent at a cloud in a time, whether it is used or not.
struct ContractRule {
  std::string cloud;
  Money commit;
  WallTime from, until;
};

struct Rules {
  std::map<std::string, ClassRule, std::less<>> classes;
  std::map<std::string, std::map<std::string, double, std::less<>>, std::less<>> delay_ms;  // place -> scope -> network delay
  std::map<std::string, double, std::less<>> growth_per_year;                               // place -> 0.2: a fifth more in a year
  std::map<std::string, double, std::less<>> max_share;                                     // cloud -> share of all tokens
  std::optional<double> second_source;  // the second greatest share is no less
  std::optional<double> hhi_max;        // sum of the squares of all shares
  std::optional<double> n_minus_1;      // of each critical class in each step, with any one cloud gone
  std::optional<BudgetRule> budget;
  std::vector<ContractRule> contracts;
};

// The same as files spell it; an empty text: not said.
struct UnitText {
  std::string tokens_per_minute;
  std::map<std::string, std::string, std::less<>> weights;
  std::optional<std::int64_t> window_s;
};
struct QuotaText {
  std::string tokens_per_minute, requests_per_minute;
};
struct ReplicaText {
  std::string tokens_per_minute;
  std::map<std::string, std::string, std::less<>> weights;
  std::optional<std::int64_t> boot_s;
};
struct OfferText {
  offer::RowText row;
  std::string name, kind, family;
  QuotaText quota;
  std::optional<UnitText> unit;
  std::optional<ReplicaText> replica;
  std::optional<std::int64_t> minimum, increment, step;
  std::string open_usd_per_month;
  std::map<std::string, std::string, std::less<>> terms;
};
struct ClassRuleText {
  std::vector<std::string> residency;
  std::string critical;
  std::optional<std::int64_t> first_token_ms;
};
struct PlaceText {
  std::map<std::string, std::string, std::less<>> delay_ms;
  std::string growth_per_year;
};
struct OutageText {
  std::string served;
};
struct BudgetText {
  std::string usd, per;
};
struct ContractText {
  std::string cloud, commit_usd, from, until;
};
struct RulesText {
  std::map<std::string, ClassRuleText, std::less<>> classes;
  std::map<std::string, PlaceText, std::less<>> places;
  std::map<std::string, std::string, std::less<>> max_share;
  std::string second_source, hhi_max;
  std::optional<OutageText> n_minus_1;
  std::optional<BudgetText> budget;
  std::vector<ContractText> contracts;
};

// What is wrong goes to `faults`, all of it at once; its `row` counts offers, and is -1 for rules.
std::vector<Offer> read_offers(const std::vector<OfferText>& texts, std::vector<offer::Fault>& faults);
Rules read_rules(const RulesText& text, std::vector<offer::Fault>& faults);

}  // namespace fw::plan
