#include "cli/simulated.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/config_file.h"
#include "cli/exit.h"
#include "cloud/accounting.h"
#include "wire/nearest.h"

namespace fw::cli {
namespace {

constexpr double kMinute = 60;

std::vector<std::string> policy_names(const gateway::Snapshot& snapshot) {
  std::vector<std::string> out;
  for (const auto& p : snapshot.config().policies) out.push_back(p.name);
  return out;
}

std::string near(std::string_view name, const std::vector<std::string>& all) {
  const auto found = wire::nearest(name, all, 1);
  return found.empty() ? "" : fmt::format(" Did you mean {}?", found[0]);
}

const route::QuickPrice& quick(const gateway::DatedQuick& dated) { return dated.prices[static_cast<std::size_t>(route::Tier::standard)]; }

plan::sim::Known known_of(const gateway::Snapshot& snapshot, const gateway::Place& place, WallTime at) {
  const auto& d = snapshot.deployments()[place.deployment];
  plan::sim::Known out{.name = d.name, .provider_name = snapshot.providers()[d.provider].name, .cloud = snapshot.clouds()[place.cloud], .scope = d.scope,
                       .provider = d.provider, .of_cloud = place.cloud, .weight = place.weight, .price = {}, .pool = d.pool};
  out.unbilled_when_left = d.on_cancel == cloud::OnCancel::unbilled;
  for (const auto& dated : d.quick)
    if (dated.from <= at && at < dated.until) out.price = quick(dated);
  return out;
}

plan::sim::Place place_of(const plan::sim::Known& known) {
  const auto counts = cloud::accounting(known.cloud);
  plan::sim::Place out{.name = known.name, .cloud = known.cloud, .scope = known.scope, .tokens = {}, .requests = {}, .counts = {}, .pace = {}};
  out.tells_wait = counts.tells_wait;
  out.tells_left = counts.tells_left;
  out.tokens.seconds = static_cast<double>(counts.tokens_window_s);
  out.requests.seconds = static_cast<double>(counts.requests_window_s);
  if (!counts.counts_cached) out.counts.cached = 0;
  if (!known.pool) return out;
  constexpr double kThousand = 1'000;
  const auto& pool = *known.pool;
  out.tokens = {.per_s = static_cast<double>(pool.tokens_per_minute) / kMinute, .seconds = static_cast<double>(pool.window_s), .limited = true};
  out.counts = {static_cast<double>(pool.weights.input) / kThousand, static_cast<double>(pool.weights.cache_read) / kThousand, static_cast<double>(pool.weights.output) / kThousand};
  out.shared = false;
  return out;
}

// Prices that begin inside of the demand's time.
void add_changes(const gateway::Deployment& d, std::uint16_t place, const plan::Demand& demand, std::vector<plan::sim::Change>& changes) {
  for (const auto& dated : d.quick)
    if (dated.from > demand.from && dated.from < demand.until()) changes.push_back({.at_ns = dated.from.ns - demand.from.ns, .place = place, .tokens_per_minute = {}, .price = quick(dated)});
}

}  // namespace

std::expected<std::shared_ptr<const gateway::Snapshot>, int> simulated_snapshot(const std::string& path) {
  auto file = load_config(path, Secrets::made_up);
  if (!file) {
    fmt::print(stderr, "error: {}\n", file.error());
    return std::unexpected(kConfigInvalid);
  }
  for (const auto& problem : file->loaded.problems) fmt::print(stderr, "{}\n", config::render(problem, path));
  if (!file->loaded.config) return std::unexpected(kConfigInvalid);
  auto snapshot = gateway::Snapshot::make(*file->loaded.config, {});
  if (snapshot) return *std::move(snapshot);
  fmt::print(stderr, "error: {}\n", snapshot.error().message);
  return std::unexpected(kConfigInvalid);
}

std::expected<plan::sim::Stage, int> stage_of(const gateway::Snapshot& snapshot, const plan::Demand& demand, const std::string& policy) {
  plan::sim::Stage stage;
  const auto& retries = snapshot.config().retries;
  stage.retries = {.percent = retries.budget_percent, .burst = retries.burst, .attempts = retries.attempts};
  stage.market.providers = snapshot.providers().size();
  stage.market.clouds = snapshot.clouds().size();
  stage.market.models = snapshot.models().size();
  std::vector<std::string> models;
  for (const auto& model : snapshot.models()) {
    models.push_back(model.name);
    for (const auto& place : model.places) {
      const auto index = static_cast<std::uint16_t>(stage.places.size());
      stage.market.places.push_back(known_of(snapshot, place, demand.from));
      stage.places.push_back(place_of(stage.market.places.back()));
      add_changes(snapshot.deployments()[place.deployment], index, demand, stage.changes);
    }
  }
  std::sort(stage.changes.begin(), stage.changes.end());
  const auto policies = policy_names(snapshot);
  if (!policy.empty() && std::ranges::find(policies, policy) == policies.end()) {
    fmt::print(stderr, "error: found --policy {}; expected one of the configuration's: {}.{}\n", policy, fmt::join(policies, ", "), near(policy, policies));
    return std::unexpected(kUsage);
  }
  for (const auto& c : demand.classes) {
    const auto model = snapshot.model(c.model);
    if (!model) {
      fmt::print(stderr, "error: found the model {} in the demand; expected one that the configuration serves: {}.{}\n", c.model, fmt::join(models, ", "), near(c.model, models));
      return std::unexpected(kConfigInvalid);
    }
    const bool own = std::ranges::find(policies, c.name) != policies.end();
    plan::sim::KnownClass made{.model = c.model, .places = {}, .usual = *model, .policy = snapshot.policies()[snapshot.policy(!policy.empty() ? policy : own ? c.name : "default", false)]};
    // A snapshot's deployments stand in the order of its models.
    for (const auto& place : snapshot.models()[*model].places) made.places.push_back(place.deployment);
    stage.slos.push_back({.first_token_ms = made.policy.first_token_ms});
    stage.market.classes.push_back(std::move(made));
  }
  return stage;
}

Money pools_for(const gateway::Snapshot& snapshot, const plan::Demand& demand) {
  constexpr std::int64_t kHour = 3'600;
  Money all;
  const Int128 lasts_s = static_cast<std::int64_t>(demand.steps) * demand.step_s;
  for (const auto& d : snapshot.deployments())
    if (d.pool && d.pool->usd_per_hour) all += Money::of_units(d.pool->usd_per_hour->units() * lasts_s / kHour);
  return all;
}

}  // namespace fw::cli
