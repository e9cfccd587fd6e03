// The fields of the simulator's file. What the texts must be is the plan room's word (plan/sim/setting.cpp).
#include "config/tables_sim.h"

#include "config/codec.h"
#include "plan/sim/setting.h"

namespace fw::config {

using namespace plan::sim;

namespace {

constexpr std::string_view kWhich = "Only places of these names, clouds or scopes (and what lies below them); default: all.";

}  // namespace

template <>
const Table* table_of<TermsText>() {
  static const Table table{
      "place",
      "How some places are. What is not said stays as it was.",
      {entry<&TermsText::deployments>({.name = "deployments", .doc = kWhich, .one_or_many = true}),
       entry<&TermsText::clouds>({.name = "clouds", .doc = kWhich, .one_or_many = true}),
       entry<&TermsText::scopes>({.name = "scopes", .doc = kWhich, .one_or_many = true}),
       entry<&TermsText::tokens_per_minute>({.name = "tokens_per_minute", .doc = "The quota; default: none."}),
       entry<&TermsText::requests_per_minute>({.name = "requests_per_minute", .doc = "The quota; default: none."}),
       entry<&TermsText::window_s>({.name = "window_s", .doc = "So many seconds of the quota of tokens may come at once; default: as the cloud counts.", .unit = "s"}),
       entry<&TermsText::first_token_ms>({.name = "first_token_ms", .doc = "Median for a short prompt at rest; default: 500.", .unit = "ms"}),
       entry<&TermsText::spread>({.name = "spread", .doc = "Sigma of the first token's logarithm; default: 0.35."}),
       entry<&TermsText::per_1k_ms>({.name = "per_1k_ms", .doc = "More for each thousand tokens of the prompt that no cache holds; default: 60.", .unit = "ms"}),
       entry<&TermsText::per_token_ms>({.name = "per_token_ms", .doc = "Of the answer; default: 12.", .unit = "ms"}),
       entry<&TermsText::congestion>({.name = "congestion", .doc = "At full quota it takes 1 + this times as long; default: 0.15."}),
       entry<&TermsText::errors>({.name = "errors", .doc = "The share of requests that fail with 503 on an ordinary day; default: 0.002."}),
       entry<&TermsText::tells_wait>({.name = "tells_wait", .doc = "`true`: a 429 says when to come again; default: as the cloud does."}),
       entry<&TermsText::tells_left>({.name = "tells_left", .doc = "`true`: heads say what the quota of tokens leaves; default: as the cloud does."})}};
  return &table;
}

template <>
const Table* table_of<MannerText>() {
  static const Table table{
      "requests",
      "How requests are drawn from the demand.",
      {entry<&MannerText::input_spread>({.name = "input_spread", .doc = "Sigma of the logarithm of a prompt's tokens; default: 0.8."}),
       entry<&MannerText::output_spread>({.name = "output_spread", .doc = "Likewise of an answer's; default: 1."}),
       entry<&MannerText::burst>({.name = "burst", .doc = "So many requests come together on average; default: 1, each for itself."}),
       entry<&MannerText::tokens_each>({.name = "tokens_each", .doc = "Tokens of a request where the demand counts no requests; default: 2000."}),
       entry<&MannerText::tenants>({.name = "tenants", .doc = "Among which requests are divided; default: 20."})}};
  return &table;
}

template <>
const Table* table_of<IncidentText>() {
  static const Table table{
      "incident",
      "Something that goes wrong for a while.",
      {entry<&IncidentText::deployments>({.name = "deployments", .doc = kWhich, .one_or_many = true}),
       entry<&IncidentText::clouds>({.name = "clouds", .doc = kWhich, .one_or_many = true}),
       entry<&IncidentText::scopes>({.name = "scopes", .doc = kWhich, .one_or_many = true}),
       entry<&IncidentText::what>({.name = "what", .doc = "slow, errors, brown_out, silent_slow, refusals, false_429, gone or quota_zero.", .required = true}),
       entry<&IncidentText::from>({.name = "from", .doc = "Seconds since the demand begins, a day, or a time in RFC 3339.", .required = true}),
       entry<&IncidentText::until>({.name = "until", .doc = "Likewise.", .required = true}),
       entry<&IncidentText::factor>({.name = "factor", .doc = "So many times as slow; default: the kind's own."}),
       entry<&IncidentText::part>({.name = "part", .doc = "The share of requests that fail, from 0 to 1; default: the kind's own."})}};
  return &table;
}

template <>
const Table* table_of<SettingText>() {
  static const Table table{"setting",
                           "The world that `fairway simulate` plays in.",
                           {entry<&SettingText::places>({.name = "places", .doc = "How places are; later entries over earlier ones."}),
                            entry<&SettingText::requests>({.name = "requests", .doc = "How requests are drawn from the demand."}),
                            entry<&SettingText::crowding>({.name = "crowding", .doc = "How much our own requests slow places down that others use too; default: 1."}),
                            entry<&SettingText::incidents>({.name = "incidents", .doc = "What goes wrong; of two at one place at one time the first counts."})}};
  return &table;
}

const Table& setting_table() { return *table_of<SettingText>(); }

}  // namespace fw::config
