#include <fmt/format.h>

#include <algorithm>

#include "base/date.h"
#include "cloud/adapter.h"
#include "config/budgets.h"
#include "config/check.h"

namespace fw::config {
namespace {

constexpr std::string_view kCapacity = "`tokens_per_minute`, or `units` and `tokens_per_minute_per_unit`";

void check_size(const Pool& pool, const std::string& path, Report& report) {
  const bool units = pool.units > 0;
  const bool per_unit = pool.tokens_per_minute_per_unit > 0;
  if (pool.tokens_per_minute > 0 && (units || per_unit))
    return report.add_at(path, {"a capacity said twice, by `tokens_per_minute` and by units", std::string(kCapacity), "remove one of them"});
  if (pool.tokens_per_minute > 0 || (units && per_unit)) return;
  const auto hint = pool.bid ? "a bid is a price of capacity; without one there is nothing to bid for" : "the cloud's capacity table of the model has the tokens per unit";
  report.add_at(path, {units ? "units whose tokens per minute are not said" : per_unit ? "tokens per unit of no units" : "a pool without a capacity", std::string(kCapacity), hint});
}

void check_pool(const Deployment& deployment, const std::string& path, Report& report) {
  const auto& pool = *deployment.pool;
  const auto at = path + ".pool";
  if (report.has_error_under(at)) return;
  check_size(pool, at, report);
  const auto made = routed(pool);
  if (made.weights.input == 0 && made.weights.cache_read == 0 && made.weights.output == 0)
    report.add_at(at + ".weights", {"weights that are all 0", "one above 0 at least", "nothing would ever fill the pool"});
  if (pool.bid && made.bid.top == 0)
    report.add_at(at + ".bid.usd_per_million", {"a bid of 0", "a price above 0", "remove `bid`: without one the pool's tokens are worth nothing until it is full"});
  const auto& price = deployment.price;
  const auto costs = [](const auto& meter) { return meter && *meter != TokenPrice(); };
  if (price && (costs(price->meters.input) || costs(price->meters.output)))
    report.add_at(path + ".price", {"a price per token beside a pool", "none, as a pool is paid by the hour",
                                    "remove it, unless the cloud charges for the pool's tokens as well", Severity::warning});
}

void check_pools(const Config& config, Report& report) {
  for (const auto& model : config.models) {
    const auto list = path_step("models", model.name) + ".deployments";
    for (std::size_t i = 0; i < model.deployments.size(); ++i)
      if (model.deployments[i].pool) check_pool(model.deployments[i], path_item(list, i), report);
    if (!model.deployments.empty() && std::ranges::all_of(model.deployments, [](const auto& d) { return d.pool.has_value(); }))
      report.add_at(list, {"provisioned pools alone", "a place that is paid by the token beside them", "when they are full there is nowhere else to go", Severity::warning});
  }
}

void check_commitment(const Commitment& c, const Config& config, std::optional<WallTime> now, Report& report) {
  const auto path = path_step("commitments", c.name);
  const Names providers(config.providers);
  for (std::size_t i = 0; i < c.providers.size(); ++i) {
    const auto item = path_item(path + ".providers", i);
    check_known(c.providers[i], "provider", providers, report.noted(item) ? item : path + ".providers", report);
  }
  for (const auto& cloud : c.clouds)
    if (cloud::find(cloud) == nullptr)
      report.add_at(path + ".clouds", {fmt::format("the unknown cloud {}", quoted(cloud)), "a word that `cloud` of a provider may be", ""});
  if (report.has_error_under(path)) return;
  if (c.until <= c.from)
    return report.add_at(path + ".until", {fmt::format("{}, which is not after {}", date_text(c.until), date_text(c.from)), "a time after `from`", ""});
  if (c.providers.empty() && c.clouds.empty())
    return report.add_at(path, {"a commitment to nobody", "`providers` or `clouds`", "name whose spending draws it down"});
  if (std::ranges::none_of(config.providers, [&c](const auto& p) { return c.counts(p); }))
    return report.add_at(path, {"a commitment that no provider draws down", "`providers` or `clouds` that are in use", "add a provider of that cloud, or remove it", Severity::warning});
  if (now && c.until <= *now)
    report.add_at(path + ".until", {fmt::format("{}, which has passed", date_text(c.until)), "a time to come", "remove the commitment: it changes nothing any more", Severity::warning});
}

// Spending at a provider counts for each of its commitments, which a contract seldom allows.
void check_overlaps(const Config& config, Report& report) {
  for (std::size_t i = 0; i < config.commitments.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const auto& a = config.commitments[j];
      const auto& b = config.commitments[i];
      const auto both = std::ranges::find_if(config.providers, [&](const auto& p) { return a.counts(p) && b.counts(p); });
      if (both == config.providers.end() || a.until <= b.from || b.until <= a.from) continue;
      const auto path = path_step("commitments", b.name);
      report.add_at(path, {fmt::format("the provider {} in two commitments at one time, this and {}", quoted(both->name), quoted(a.name)),
                           "one at a time", "its spending draws down both", Severity::warning});
    }
}

// Pacing needs a budget whose window ends.
void check_pacing(const Config& config, Report& report) {
  const auto accounts = budget_accounts(config);
  for (const auto& policy : config.policies) {
    if (policy.pacing == Pacing::off) continue;
    bool any = false;
    for (std::size_t i = 0; i < config.keys.size(); ++i)
      any = any || (config.keys[i].policy == policy.name &&
                    std::ranges::any_of(accounts.of_key[i], [&](auto a) { return accounts.accounts[a].rule->per != ledger::Window::total; }));
    const auto path = path_step("policies", policy.name);
    if (!any && !report.has_error_under(path))
      report.add_at(path + ".pacing", {"a pace for budgets that no key under the policy has", "a key with a budget per hour, day, week or month", "write `budget`, or remove `pacing`", Severity::warning});
  }
}

}  // namespace

void check_capacity(const Config& config, std::optional<WallTime> now, Report& report) {
  check_pools(config, report);
  for (const auto& c : config.commitments) check_commitment(c, config, now, report);
  check_overlaps(config, report);
  check_pacing(config, report);
}

}  // namespace fw::config
