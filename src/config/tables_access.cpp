// The fields of policies, tenants and keys.
#include "config/codec.h"

#include <fmt/format.h>

#include "wire/hash.h"

namespace fw::config {

// A key is forgotten as soon as its digest is taken.
template <>
struct Codec<KeyDigest> {
  static Shape shape(const Field&) { return {.form = Form::secret}; }
  static void read(Reader& reader, const Node& node, const Field& field, KeyDigest& to) {
    const auto key = reader.secret(node, field);
    if (!key) return;
    if (key->size() < kKeyCharactersMin) {
      reader.complain(node, {fmt::format("a key of {} characters ({})", key->size(), node.text),
                             fmt::format("at least {}, so that it cannot be guessed", kKeyCharactersMin),
                             "`openssl rand -hex 24` makes one", Severity::warning});
    }
    to = {wire::sha256(*key), key->size()};
  }
  static std::string show(const KeyDigest&) { return {}; }
};

namespace {

constexpr std::int64_t kRateMost = 1'000'000'000'000;

}  // namespace

// The row of the file's table stands beside the others of budgets.
Entry budgets_entry() {
  return entry<&Config::budgets>({.name = "budgets", .doc = "Money limits that several keys and tenants share, by name: teams, projects."});
}

template <>
const Table* table_of<BudgetRule>() {
  static const Table table{
      "budget_rule",
      "A money limit.",
      {entry<&BudgetRule::limit>({.name = "usd", .doc = "The limit in USD, exact.", .required = true, .rule = &kAmount}),
       entry<&BudgetRule::per>({.name = "per", .doc = "Begins anew with each; weeks begin on Monday, `total` never does."}),
       entry<&BudgetRule::time_zone>({.name = "time_zone", .doc = "Whose calendar counts, by its IANA name.", .rule = &kZone}),
       entry<&BudgetRule::hard>({.name = "hard", .doc = "`true`: what is spent and reserved never passes the limit. `false`: requests are served and flagged."}),
       entry<&BudgetRule::alert_percent>({.name = "alert_percent", .doc = "Parts of the limit whose passing is told, once per window; at most 8, ascending.", .unit = "percent", .min = 1, .max = 1000, .default_text = "50, 80, 100"})}};
  return &table;
}

template <>
const Table* table_of<Budget>() {
  static const Table table = [] {
    Table made{"budget", "The money limit of one key or tenant.",
               {entry<&Budget::name>({.name = "name", .doc = "For refusals, alerts and records.", .rule = &kName, .default_text = "`key/NAME` or `tenant/NAME`"})}};
    splice<&Budget::rule>(made);
    return made;
  }();
  return &table;
}

template <>
const Table* table_of<SharedBudget>() {
  static const Table table = [] {
    Table made{"shared_budget", "A money limit of several together.",
               {entry<&SharedBudget::tenants>({.name = "tenants", .doc = "Names of entries of `tenants`: all of their keys.", .rule = &kName}),
                entry<&SharedBudget::keys>({.name = "keys", .doc = "Names of entries of `keys`.", .rule = &kName}),
                entry<&SharedBudget::teams>({.name = "teams", .doc = "Teams: what is tagged `team=NAME`, by its key or by itself.", .rule = &kTagValue}),
                entry<&SharedBudget::tags>({.name = "tags", .doc = "Tags, each `NAME=VALUE`: what is tagged so, by its key or by itself.", .rule = &kTag})}};
    splice<&SharedBudget::rule>(made);
    return made;
  }();
  return &table;
}

template <>
const Table* table_of<TenantLimits>() {
  static const Table table{
      "tenant_limits",
      "Limits of all keys of a tenant together.",
      {entry<&TenantLimits::concurrent_exchanges>({.name = "concurrent_exchanges", .doc = "Requests in progress; beyond: 429.", .min = 1, .max = 1'000'000, .default_text = "none"}),
       entry<&TenantLimits::requests_per_minute>({.name = "requests_per_minute", .doc = "Requests per minute; beyond: 429.", .min = 1, .max = kRateMost, .default_text = "none"}),
       entry<&TenantLimits::tokens_per_minute>({.name = "tokens_per_minute", .doc = "Tokens per minute, as estimated when a request comes and corrected when it ends; beyond: 429.", .min = 1, .max = kRateMost, .default_text = "none"})}};
  return &table;
}

template <>
const Table* table_of<Slo>() {
  static const Table table{"slo",
                           "What to aim for; it steers the choice and is no timeout.",
                           {entry<&Slo::first_token_ms>({.name = "first_token_ms", .doc = "Time to the first token.",
                                                         .unit = "ms", .min = 1, .max = 3'600'000, .default_text = "2000"})}};
  return &table;
}

template <>
const Table* table_of<Hedge>() {
  static const Table table{
      "hedge",
      "Where no token came for a while, a place of another cloud is asked as well, and the first of them to have one answers. Both are paid. For requests that can be "
      "repeated only; see [docs/routing.md](routing.md). One of the first two keys is needed.",
      {entry<&Hedge::after_ms>({.name = "after_ms", .doc = "Not before so long after the request was sent.", .unit = "ms", .min = 1, .max = 3'600'000}),
       entry<&Hedge::after_percentile>({.name = "after_percentile", .doc = "Not before the time in which so many of the place's first tokens come, as health has measured it. Until it has, "
                                                                           "`after_ms` alone counts, or there is no hedging.", .unit = "percent", .min = 50, .max = 99}),
       entry<&Hedge::budget_percent>({.name = "budget_percent", .doc = "At most so many hedges, as a share of the policy's requests that could be hedged. Apart from `retries`.", .unit = "percent", .min = 1, .max = 100}),
       entry<&Hedge::burst>({.name = "burst", .doc = "... and so many more in a row, on each core.", .min = 1, .max = 1'000'000})}};
  return &table;
}

template <>
const Table* table_of<Places>() {
  static const Table table{
      "places",
      "Places by name; a place counts if any of its names is here.",
      {entry<&Places::clouds>({.name = "clouds", .doc = "Words that `cloud` of a provider may be.", .nonempty = true, .one_or_many = true, .rule = &kName}),
       entry<&Places::providers>({.name = "providers", .doc = "Entries of `providers`.", .nonempty = true, .one_or_many = true, .rule = &kName}),
       entry<&Places::deployments>({.name = "deployments", .doc = "Names of deployments.", .nonempty = true, .one_or_many = true, .rule = &kName})}};
  return &table;
}

template <>
const Table* table_of<When>() {
  static const Table table{
      "when",
      "Which requests a rule is for: all that is said here must hold.",
      {entry<&When::models>({.name = "models", .doc = "Asked for by these names.", .nonempty = true, .one_or_many = true, .rule = &kModelName}),
       entry<&When::operations>({.name = "operations", .doc = "Asked by these.", .nonempty = true, .one_or_many = true}),
       entry<&When::features>({.name = "features", .doc = "Ask for any of these, as `fairway explain` names them.", .nonempty = true, .one_or_many = true, .rule = &kFeature}),
       entry<&When::tiers>({.name = "tiers", .doc = "Ask for one of these tiers; `standard` where they say nothing.", .nonempty = true, .one_or_many = true}),
       entry<&When::input_tokens_above>({.name = "input_tokens_above", .doc = "Have more input tokens than this, as far as their size tells.", .min = 0, .max = 1'000'000'000}),
       entry<&When::stream>({.name = "stream", .doc = "Ask for a stream, or do not."})}};
  return &table;
}

template <>
const Table* table_of<PolicyRule>() {
  static const Table table{
      "policy_rule",
      "What is different for some requests; what a rule does not name stays as the policy says.",
      {entry<&PolicyRule::when>({.name = "when", .doc = "Which requests.", .required = true}),
       entry<&PolicyRule::prefer>({.name = "prefer", .doc = "As in the policy."}),
       entry<&PolicyRule::slo>({.name = "slo", .doc = "As in the policy."}),
       entry<&PolicyRule::lossy>({.name = "lossy", .doc = "As in the policy."}),
       entry<&PolicyRule::only>({.name = "only", .doc = "Instead of the policy's."}),
       entry<&PolicyRule::never>({.name = "never", .doc = "Beside the policy's."})}};
  return &table;
}

template <>
const Table* table_of<Policy>() {
  static const Table table{
      "policy",
      "How a deployment is chosen.",
      {entry<&Policy::prefer>({.name = "prefer", .doc = "What counts most: `balanced`, `cost` and `speed` weigh the expected price of the request against the chance that its first token is late or the attempt fails; `cheapest`, `fastest`, `ordered` and `weighted` look at one thing alone."}),
       entry<&Policy::slo>({.name = "slo", .doc = "What to aim for."}),
       entry<&Policy::residency>({.name = "residency", .doc = "Scopes that may process the request: `any`, one or a list. `eu` admits `eu` and what lies below it.", .nonempty = true, .one_or_many = true, .rule = &kResidency, .default_text = "any"}),
       entry<&Policy::unknown_price>({.name = "unknown_price", .doc = "Whether a deployment without a known price may serve.", .default_text = "`refuse` under a money budget, else `flag`"}),
       entry<&Policy::max_share>({.name = "max_share", .doc = "The most of this policy's requests that a cloud may get, in percent, as long as another can serve.", .unit = "percent", .min = 1, .max = 100, .placeholder = "CLOUD"}),
       entry<&Policy::pacing>({.name = "pacing", .doc = "`soft`: while a budget of the key is spent faster than its window passes, service slowly counts for less beside the price."}),
       entry<&Policy::lossy>({.name = "lossy", .doc = "What a translation may drop: fields without effect on the answer's meaning, nothing, or anything."}),
       entry<&Policy::only>({.name = "only", .doc = "The places that may serve.", .default_text = "all"}),
       entry<&Policy::never>({.name = "never", .doc = "Places that may not serve.", .default_text = "none"}),
       entry<&Policy::hedge>({.name = "hedge", .doc = "When another cloud is asked as well.", .default_text = "off"}),
       entry<&Policy::rules>({.name = "rules", .doc = "What is different for some requests: the first rule that is for a request counts, alone.", .nonempty = true})}};
  return &table;
}

template <>
const Table* table_of<Tenant>() {
  static const Table table{
      "tenant",
      "Who keys belong to.",
      {entry<&Tenant::policy>({.name = "policy", .doc = "The policy of its keys, unless they name one.", .rule = &kName}),
       entry<&Tenant::budget>({.name = "budget", .doc = "The money limit of all its keys together."}),
       entry<&Tenant::limits>({.name = "limits", .doc = "Limits of all its keys together."})}};
  return &table;
}

template <>
const Table* table_of<KeyLimits>() {
  static const Table table{
      "key_limits",
      "Limits of one key.",
      {entry<&KeyLimits::concurrent_exchanges>({.name = "concurrent_exchanges", .doc = "Requests in progress; beyond: 429.", .min = 1, .max = 1'000'000, .default_text = "`limits.exchanges_per_key`"}),
       entry<&KeyLimits::requests_per_minute>({.name = "requests_per_minute", .doc = "Requests per minute; beyond: 429.", .min = 1, .max = kRateMost, .default_text = "none"}),
       entry<&KeyLimits::tokens_per_minute>({.name = "tokens_per_minute", .doc = "Tokens per minute, as estimated when a request comes and corrected when it ends; beyond: 429.", .min = 1, .max = kRateMost, .default_text = "none"})}};
  return &table;
}

template <>
const Table* table_of<Key>() {
  static const Table table{
      "key",
      "A virtual key. Only its SHA-256 is kept in memory.",
      {entry<&Key::name>({.name = "name", .doc = "For records and metrics.", .required = true, .rule = &kName}),
       entry<&Key::digest>({.name = "key", .doc = "What the client sends; visible ASCII, 16 characters or more so that it cannot be guessed.", .required = true, .discreet = true}),
       entry<&Key::tenant>({.name = "tenant", .doc = "The name of an entry of `tenants`.", .rule = &kName}),
       entry<&Key::models>({.name = "models", .doc = "Models it may use.", .nonempty = true, .rule = &kModelName, .default_text = "all"}),
       entry<&Key::policy>({.name = "policy", .doc = "The name of an entry of `policies`.", .rule = &kName, .default_text = "its tenant's, else `default`"}),
       entry<&Key::limits>({.name = "limits", .doc = "Limits of this key."}),
       entry<&Key::budget>({.name = "budget", .doc = "The money limit of this key."}),
       entry<&Key::expires>({.name = "expires", .doc = "From then on it is refused.", .rule = &kDate, .default_text = "never"}),
       entry<&Key::addresses>({.name = "addresses", .doc = "IP addresses and blocks that its requests may come from, as the gateway sees the connection; beyond: 403.", .nonempty = true, .one_or_many = true, .rule = &kCidr, .default_text = "any"}),
       entry<&Key::endpoints>({.name = "endpoints", .doc = "What it may be used for; beyond: 403. `responses` has the stored ones too; `GET /v1/models` is always possible.", .nonempty = true, .one_or_many = true, .default_text = "all"}),
       entry<&Key::team>({.name = "team", .doc = "The team its requests are booked to: the tag `team`. A request cannot say another.", .rule = &kTagValue, .default_text = "none"}),
       entry<&Key::tags>({.name = "tags", .doc = "Tags that all its requests are booked with, by name ([docs/ledger.md](ledger.md)). A request cannot say others in their place.", .rule = &kTagValue, .placeholder = "TAG"})}};
  return &table;
}

const Table& minted_table() {
  static const Table table = [] {
    Table made{"minted_key", "A virtual key as the admin plane takes it: its secret is made, not told.", {}};
    for (const auto& entry : table_of<Key>()->entries)
      if (entry.field.name != "key") made.entries.push_back(entry);
    return made;
  }();
  return table;
}

}  // namespace fw::config
