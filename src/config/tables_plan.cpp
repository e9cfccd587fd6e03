// The fields of the planner's files. What the texts must be is the plan room's word (plan/supply.cpp).
#include "config/tables_plan.h"

#include "config/codec.h"

namespace fw::config {

template <>
const Table* table_of<offer::RowText>();

namespace {

// A rule that this release refuses, so that no plan seems to keep it.
Entry later(std::string_view name, std::string_view doc) {
  return {.field = {.name = name, .doc = doc, .unsupported = "this release plans without it: take it out"}, .shape = {}, .default_text = {}};
}

}  // namespace

template <>
const Table* table_of<plan::QuotaText>() {
  using plan::QuotaText;
  static const Table table{"quota",
                           "What a cloud lets through. All tokens count.",
                           {entry<&QuotaText::tokens_per_minute>({.name = "tokens_per_minute", .doc = "Tokens of all kinds; default: without limit."}),
                            entry<&QuotaText::requests_per_minute>({.name = "requests_per_minute", .doc = "Requests; default: without limit."})}};
  return &table;
}

template <>
const Table* table_of<plan::UnitText>() {
  using plan::UnitText;
  static const Table table{
      "unit",
      "What one provisioned unit takes.",
      {entry<&UnitText::tokens_per_minute>({.name = "tokens_per_minute", .doc = "Weighted tokens.", .required = true}),
       entry<&UnitText::weights>({.name = "weights", .doc = "What a token counts for: `input` (uncached), `cache_read`, `output`; default: 1.", .placeholder = "COLUMN"}),
       entry<&UnitText::window_s>({.name = "window_s", .doc = "The time over which the cloud counts.", .unit = "s", .min = 1, .max = 86'400, .default_text = "60"})}};
  return &table;
}

template <>
const Table* table_of<plan::ReplicaText>() {
  using plan::ReplicaText;
  static const Table table{
      "replica",
      "What one replica of the model takes.",
      {entry<&ReplicaText::tokens_per_minute>({.name = "tokens_per_minute", .doc = "Weighted tokens.", .required = true}),
       entry<&ReplicaText::weights>({.name = "weights", .doc = "What a token counts for: `input` (uncached), `cache_read`, `output`; default: 1.", .placeholder = "COLUMN"}),
       entry<&ReplicaText::boot_s>({.name = "boot_s", .doc = "A replica held by the hour is paid from so long before it serves.", .unit = "s", .min = 0, .max = 86'400, .default_text = "0"})}};
  return &table;
}

template <>
const Table* table_of<plan::OfferText>() {
  using plan::OfferText;
  static const Table table = [] {
    Table made{"offer",
               "Something that can be bought: an offer of the book, and what a plan needs of it.",
               {entry<&OfferText::name>({.name = "name", .doc = "What the plan calls it; default: model, cloud, scope and tier."}),
                entry<&OfferText::kind>({.name = "kind", .doc = "pay_as_you_go, provisioned or replicas.", .default_text = "`provisioned` where `unit` stands, `replicas` where `replica` does, else `pay_as_you_go`"}),
                entry<&OfferText::family>({.name = "family", .doc = "Units bought for one offer may be deployed for any other of its family."}),
                entry<&OfferText::quota>({.name = "quota", .doc = "Pay-as-you-go: what the cloud lets through."}),
                entry<&OfferText::unit>({.name = "unit", .doc = "Provisioned: what one unit takes."}),
                entry<&OfferText::minimum>({.name = "minimum", .doc = "Provisioned: the fewest units that can be deployed; default: the increment.", .min = 0, .max = 1'000'000'000}),
                entry<&OfferText::increment>({.name = "increment", .doc = "Provisioned: units are deployed in steps of so many; default: 1.", .min = 1, .max = 1'000'000'000}),
                entry<&OfferText::replica>({.name = "replica", .doc = "Replicas: what one takes."}),
                entry<&OfferText::step>({.name = "step", .doc = "Replicas: deployed in steps of so many; default: 1.", .min = 1, .max = 1'000'000'000}),
                entry<&OfferText::open_usd_per_month>({.name = "open_usd_per_month", .doc = "Replicas: what it costs to have any there, by the time of the whole span; default: 0."}),
                entry<&OfferText::terms>({.name = "terms", .doc = "Provisioned and replicas: USD per unit for an hour, a month (730 h), a year (8,760 h).", .placeholder = "TERM"})}};
    splice<&OfferText::row>(made);
    return made;
  }();
  return &table;
}

template <>
const Table* table_of<SupplyText>() {
  static const Table table{"supply", "What can be bought.", {entry<&SupplyText::offers>({.name = "offers", .doc = "The offers.", .required = true})}};
  return &table;
}

template <>
const Table* table_of<plan::ClassRuleText>() {
  using plan::ClassRuleText;
  static const Table table{
      "class",
      "What holds for the requests of a class.",
      {entry<&ClassRuleText::residency>({.name = "residency", .doc = "Scopes where its requests may be processed, and what lies below them; default: any.", .one_or_many = true}),
       entry<&ClassRuleText::critical>({.name = "critical", .doc = "`true`: counts where a rule is about critical classes."}),
       entry<&ClassRuleText::first_token_ms>({.name = "first_token_ms", .doc = "An offer whose network delay alone is longer is no choice.", .unit = "ms", .min = 1, .max = 3'600'000})}};
  return &table;
}

template <>
const Table* table_of<plan::PlaceText>() {
  using plan::PlaceText;
  static const Table table{"place", "Where customers are.", {entry<&PlaceText::delay_ms>({.name = "delay_ms", .doc = "Network delay to a scope.", .unit = "ms", .placeholder = "SCOPE"}),
                                                               entry<&PlaceText::growth_per_year>({.name = "growth_per_year", .doc = "Its demand is multiplied by one and this in a year, evenly from the beginning of the span; default: 0."})}};
  return &table;
}

template <>
const Table* table_of<plan::OutageText>() {
  using plan::OutageText;
  static const Table table{"n_minus_1", "What is served when any one cloud is gone.", {entry<&OutageText::served>({.name = "served", .doc = "Share of each critical class in every step, from 0 to 1; where no class is critical, of every class.", .required = true})}};
  return &table;
}

template <>
const Table* table_of<plan::BudgetText>() {
  using plan::BudgetText;
  static const Table table{"budget",
                           "The most that all together may cost.",
                           {entry<&BudgetText::usd>({.name = "usd", .doc = "USD.", .required = true}),
                            entry<&BudgetText::per>({.name = "per", .doc = "hour, day, month or year of the calendar in UTC.", .required = true})}};
  return &table;
}

template <>
const Table* table_of<plan::ContractText>() {
  using plan::ContractText;
  static const Table table{"contract",
                           "What is to be spent at a cloud, used or not.",
                           {entry<&ContractText::cloud>({.name = "cloud", .doc = "The cloud.", .required = true}),
                            entry<&ContractText::commit_usd>({.name = "commit_usd", .doc = "USD between the two times.", .required = true}),
                            entry<&ContractText::from>({.name = "from", .doc = "A day or a time in RFC 3339.", .required = true}),
                            entry<&ContractText::until>({.name = "until", .doc = "A day or a time in RFC 3339.", .required = true})}};
  return &table;
}

template <>
const Table* table_of<plan::RulesText>() {
  using plan::RulesText;
  static const Table table{
      "rules",
      "What a plan must keep to.",
      {entry<&RulesText::classes>({.name = "classes", .doc = "By the name of a class.", .placeholder = "CLASS"}),
       entry<&RulesText::places>({.name = "places", .doc = "By the name of a place.", .placeholder = "PLACE"}),
       entry<&RulesText::max_share>({.name = "max_share", .doc = "The most of all tokens that a cloud may serve, from 0 to 1, or in percent with its sign: 0.6, 60%.", .placeholder = "CLOUD"}),
       entry<&RulesText::second_source>({.name = "second_source", .doc = "The least share of all tokens of the second cloud, from 0 to 0.5."}),
       entry<&RulesText::hhi_max>({.name = "hhi_max", .doc = "The greatest sum of the squares of the clouds' shares of all tokens."}),
       entry<&RulesText::n_minus_1>({.name = "n_minus_1", .doc = "What is served when any one cloud is gone, by what is deployed elsewhere and the quotas there."}),
       entry<&RulesText::budget>({.name = "budget", .doc = "The most money; terms count by the time of them that falls into the period."}),
       entry<&RulesText::contracts>({.name = "contracts", .doc = "Commitments to clouds; what is not spent is paid all the same."}),
       later("cvar", "The weight of bad outcomes.")}};
  return &table;
}

const Table& supply_table() { return *table_of<SupplyText>(); }
const Table& rules_table() { return *table_of<plan::RulesText>(); }

void read_plan_offers(Reader& reader, const Node& list, std::vector<plan::OfferText>& offers) {
  Codec<std::vector<plan::OfferText>>::read(reader, list, Field{}, offers);
}

}  // namespace fw::config
