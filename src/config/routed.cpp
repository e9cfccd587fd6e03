#include <algorithm>

#include "config/config.h"

namespace fw::config {
namespace {

route::Among among(const Places& places) { return {places.clouds, places.providers, places.deployments}; }

route::Hedge hedge(const Hedge& hedge) {
  if (!hedge.on()) return {};
  return {.after_ms = static_cast<std::uint32_t>(hedge.after_ms.value_or(0)), .after_percentile = static_cast<std::uint16_t>(hedge.after_percentile.value_or(0)),
          .budget_percent = static_cast<std::uint16_t>(hedge.budget_percent), .burst = static_cast<std::uint32_t>(hedge.burst)};
}

route::Rule routed(const PolicyRule& rule) {
  route::Rule made{.when = {.models = rule.when.models, .operations = rule.when.operations, .tiers = rule.when.tiers, .features = {}, .stream = {}},
                   .prefer = rule.prefer, .first_token_ms = {}, .lossy = rule.lossy, .only = among(rule.only), .never = among(rule.never)};
  for (const auto& name : rule.when.features)
    if (const auto* feature = dialect::feature_of(name)) made.when.features |= feature->of;
  made.when.input_tokens_above = rule.when.input_tokens_above.value_or(-1);
  if (rule.when.stream) made.when.stream = *rule.when.stream == Streamed::yes;
  if (rule.slo.first_token_ms) made.first_token_ms = static_cast<std::uint32_t>(*rule.slo.first_token_ms);
  return made;
}

}  // namespace

route::Pool routed(const Pool& pool) {
  constexpr std::int64_t kPercent = 100;
  constexpr Int128 kUnitsPerPico = 1'000;
  const auto& w = pool.weights;
  route::Pool made{.tokens_per_minute = pool.tokens_per_minute > 0 ? pool.tokens_per_minute : pool.units * pool.tokens_per_minute_per_unit,
                   .window_s = pool.window_s,
                   .weights = {w.input.thousandths, w.cache_read.value_or(w.input).thousandths, w.output.thousandths},
                   .usd_per_hour = pool.usd_per_hour,
                   .bid = {}};
  if (pool.bid)
    made.bid = {.top = static_cast<route::Pico>((pool.bid->top * 1).units() / kUnitsPerPico),
                .from = static_cast<std::uint16_t>(pool.bid->from_percent * route::kWhole / kPercent)};
  return made;
}

bool Commitment::counts(const Provider& provider) const {
  return std::ranges::find(providers, provider.name) != providers.end() || std::ranges::find(clouds, provider.cloud) != clouds.end();
}

ledger::CommitmentTerms Commitment::terms() const {
  constexpr int kPercent = 100;
  return {.amount = amount, .from = from, .until = until, .draw = draw, .paid = static_cast<std::uint16_t>(paid_percent * UINT16_MAX / kPercent)};
}

route::Policy routed(const Policy& policy) {
  route::Policy made{.name = policy.name, .prefer = policy.prefer, .lossy = policy.lossy,
                     .refuse_unknown_price = policy.unknown_price == UnknownPrice::refuse, .residency = policy.residency, .max_share = {},
                     .only = among(policy.only), .never = among(policy.never), .hedge = hedge(policy.hedge), .rules = {}};
  if (policy.slo.first_token_ms) made.first_token_ms = static_cast<std::uint32_t>(*policy.slo.first_token_ms);
  for (const auto& [cloud, percent] : policy.max_share)
    made.max_share.push_back({cloud, static_cast<std::uint16_t>(std::min<std::int64_t>(percent * route::kWhole / 100, UINT16_MAX))});
  made.pacing = policy.pacing == Pacing::soft;
  for (const auto& rule : policy.rules) made.rules.push_back(routed(rule));
  return made;
}

}  // namespace fw::config
