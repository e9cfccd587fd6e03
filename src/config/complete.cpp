#include <algorithm>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "cloud/adapter.h"
#include "config/check.h"
#include "dialect/usage.h"

namespace fw::config {
namespace {

// The adapters of the providers, by the providers' names.
using Adapters = std::unordered_map<std::string_view, const cloud::Adapter*>;

AttemptTimeouts laid_over(AttemptTimeouts base, const TimeoutsOverride& own) {
  base.connect_ms = own.connect_ms.value_or(base.connect_ms);
  base.first_byte_ms = own.first_byte_ms.value_or(base.first_byte_ms);
  base.idle_ms = own.idle_ms.value_or(base.idle_ms);
  base.total_ms = own.total_ms.value_or(base.total_ms);
  return base;
}

// A price without a lifetime is the price of the cloud's default one.
void give_lifetime(offer::MeterText& meters, dialect::CacheLifetime lifetime) {
  auto bare = meters.cache_write.extract(std::string(dialect::name(dialect::CacheLifetime::standard)));
  if (bare.empty()) return;
  bare.key() = std::string(dialect::name(lifetime));
  meters.cache_write.insert(std::move(bare));
}

void give_lifetime(offer::PriceText& price, dialect::CacheLifetime lifetime) {
  give_lifetime(price.meters, lifetime);
  if (price.long_context) give_lifetime(price.long_context->meters, lifetime);
  for (auto& [name, tier] : price.tiers) {
    give_lifetime(tier.meters, lifetime);
    if (tier.long_context) give_lifetime(tier.long_context->meters, lifetime);
  }
}

void set_price(Deployment& deployment, offer::PriceText price, const cloud::Adapter* adapter, const std::string& path,
               Report& report) {
  if (report.has_error_under(path)) return;
  const auto lifetime = adapter ? adapter->cache_lifetime() : dialect::CacheLifetime::standard;
  give_lifetime(price, lifetime);
  auto sheet = offer::read_price(price);
  if (!sheet) {
    const auto& fault = sheet.error();
    report.add_at(fault.param.empty() ? path : path + "." + fault.param, {fault.message});
    return;
  }
  sheet->cache_lifetime = lifetime;
  deployment.price = std::move(*sheet);
}

// A pool is paid by the hour: its tokens cost nothing more.
offer::PriceSheet free_of_charge() {
  offer::PriceText text;
  text.meters = {.input = "0", .cache_read = "0", .output = "0", .audio_in = "0", .audio_out = "0", .image = "0", .cache_write = {}};
  for (std::size_t i = 0; i < dialect::kCacheLifetimes; ++i) {
    const auto lifetime = static_cast<dialect::CacheLifetime>(i);
    if (lifetime != dialect::CacheLifetime::standard) text.meters.cache_write.emplace(dialect::name(lifetime), "0");
  }
  for (const auto tier : {"flex", "priority", "batch"}) text.tiers[tier];  // they make no difference there
  return *offer::read_price(text);
}

void complete(Deployment& deployment, const std::string& path, const Adapters& adapters, Draft& draft, Report& report) {
  const auto known = adapters.find(deployment.provider);
  const auto* adapter = known == adapters.end() ? nullptr : known->second;
  if (deployment.name.empty()) deployment.name = deployment.provider + "/" + deployment.model;
  deployment.timeouts = laid_over(draft.config.timeouts.attempt, deployment.own_timeouts);
  if (adapter && !report.noted(path + ".on_cancel")) deployment.on_cancel = adapter->on_cancel();
  const auto price_path = path + ".price";
  if (const auto price = draft.price_texts.find(price_path); price != draft.price_texts.end())
    set_price(deployment, std::move(price->second), adapter, price_path, report);
  else if (deployment.pool)
    deployment.price = free_of_charge();
}

// What the cloud's word means in the offer book; what clients call it where it means nothing.
std::string offer_of(const Deployment& deployment, const Model& model, const Config& config) {
  const auto provider = std::ranges::find(config.providers, deployment.provider, &Provider::name);
  const auto meant = provider == config.providers.end() ? "" : config.book->model_of(provider->cloud, deployment.model);
  return meant.empty() ? model.name : std::string(meant);
}

// Which policy a key without one of its own is under.
class Inherited {
 public:
  explicit Inherited(const Config& config) {
    for (const auto& policy : config.policies)
      if (policy.name == "default") general_ = policy.name;
    for (const auto& tenant : config.tenants) by_tenant_.emplace(tenant.name, tenant.policy);
  }
  const std::string& policy(const std::string& tenant) const {
    const auto at = by_tenant_.find(tenant);
    return at == by_tenant_.end() || at->second.empty() ? general_ : at->second;
  }

 private:
  std::string general_;
  std::unordered_map<std::string, std::string> by_tenant_;
};

// `team: a` and `tags: {team: a}` are the same.
void complete_team(Key& key, const std::string& path, Report& report) {
  const auto tag = key.tags.find(ledger::kTeamTag);
  if (tag == key.tags.end() && !key.team.empty()) key.tags.emplace(ledger::kTeamTag, key.team);
  if (tag == key.tags.end()) return;
  if (!key.team.empty() && key.team != tag->second)
    report.add_at(path + ".tags", {fmt::format("the tag team={} beside `team: {}`", tag->second, key.team), "one of them", ""});
  key.team = tag->second;
}

}  // namespace

void complete(Draft& draft, Report& report) {
  Adapters adapters;
  for (const auto& provider : draft.config.providers) adapters.emplace(provider.name, cloud::find(provider.cloud));
  for (auto& model : draft.config.models) {
    const auto list = path_step("models", model.name) + ".deployments";
    for (std::size_t i = 0; i < model.deployments.size(); ++i) {
      auto& deployment = model.deployments[i];
      if (deployment.offer.empty()) deployment.offer = offer_of(deployment, model, draft.config);
      complete(deployment, path_item(list, i), adapters, draft, report);
    }
  }
  for (auto& policy : draft.config.policies) {
    // `any` alone is no restriction; beside others it is a problem that check_access reports.
    if (policy.residency == std::vector<std::string>{"any"}) policy.residency.clear();
  }
  const Inherited inherited(draft.config);
  for (auto& key : draft.config.keys)
    if (key.policy.empty()) key.policy = inherited.policy(key.tenant);
  for (std::size_t i = 0; i < draft.config.keys.size(); ++i) complete_team(draft.config.keys[i], path_item("keys", i), report);
}

}  // namespace fw::config
