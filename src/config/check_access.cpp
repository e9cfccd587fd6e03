#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "config/check.h"
#include "cloud/adapter.h"
#include "route/policy.h"
#include "wire/hash.h"
#include "wire/nearest.h"

namespace fw::config {
namespace {

void check_policy(const Policy& policy, Report& report) {
  const auto path = path_step("policies", policy.name);
  if (policy.residency.size() > 1 && std::find(policy.residency.begin(), policy.residency.end(), "any") != policy.residency.end())
    report.add_at(path + ".residency", {"any beside other scopes", "any alone, or scopes without it", ""});
  for (const auto& [cloud, percent] : policy.max_share)
    if (cloud::find(cloud) == nullptr)
      report.add_at(path_step(path + ".max_share", cloud), {fmt::format("the unknown cloud {}", quoted(cloud)), "a word that `cloud` of a provider may be", ""});
}

std::string key_text(const Key& key, std::size_t index) {
  return key.name.empty() ? path_item("keys", index) : quoted(key.name);
}

void check_unique_keys(const Config& config, Report& report) {
  std::unordered_map<std::string, std::size_t> names;
  std::unordered_map<std::string, std::size_t> digests;
  for (std::size_t i = 0; i < config.keys.size(); ++i) {
    const auto& key = config.keys[i];
    const auto path = path_item("keys", i);
    if (const auto [first, fresh] = names.emplace(key.name, i); !fresh && !key.name.empty())
      report.add_at(path + ".name", {fmt::format("the name {} a second time", quoted(key.name)), "a name of its own",
                                     fmt::format("{} has it already", path_item("keys", first->second))});
    if (key.digest.length == 0) continue;
    if (const auto [first, fresh] = digests.emplace(wire::hex(key.digest.sha256), i); !fresh)
      report.add_at(path + ".key", {fmt::format("the same key as that of {}", key_text(config.keys[first->second], first->second)),
                                    "a key of its own", ""});
  }
}

void check_tags(const Key& key, const std::string& path, Report& report) {
  for (const auto& [name, value] : key.tags)
    if (!ledger::is_tag_name(name)) report.add_at(path_step(path + ".tags", name), {fmt::format("the tag name {}", quoted(name)), std::string(ledger::kTagNameWords), ""});
  if (key.tags.size() > ledger::kTagsMax)
    report.add_at(path + ".tags", {fmt::format("{} tags, the team included", key.tags.size()), fmt::format("at most {}", ledger::kTagsMax), ""});
}

// Models that a key may use but whose every deployment lies outside its policy's residency.
void check_reach(const Config& config, Report& report) {
  std::unordered_map<std::string_view, std::string_view> scopes;
  for (const auto& provider : config.providers) scopes.emplace(provider.name, provider.scope);
  const auto admitted = [&](const Model& model, const Policy& policy) {
    return std::any_of(model.deployments.begin(), model.deployments.end(), [&](const Deployment& deployment) {
      const auto scope = scopes.find(deployment.provider);
      return scope == scopes.end() || std::any_of(policy.residency.begin(), policy.residency.end(), [&](const auto& allowed) {
               return route::within(scope->second, allowed);
             });
    });
  };
  for (const auto& policy : config.policies) {
    if (policy.residency.empty()) continue;
    const auto path = path_step("policies", policy.name);
    const bool serves = std::any_of(config.models.begin(), config.models.end(),
                                    [&](const Model& model) { return admitted(model, policy); });
    if (!serves && !config.models.empty() && !report.has_error_under(path))
      report.add_at(path + ".residency", {"a residency that no deployment satisfies", "a scope some provider has",
                                          "every request under this policy will be refused", Severity::warning});
  }
}

void check_used_models(const Config& config, Report& report) {
  std::unordered_set<std::string_view> used;
  for (const auto& key : config.keys) {
    if (key.models.empty()) return;
    used.insert(key.models.begin(), key.models.end());
  }
  for (const auto& model : config.models) {
    const auto path = path_step("models", model.name);
    if (!used.contains(model.name) && !report.has_error_under("keys"))
      report.add_at(key_path(path), path, {fmt::format("the model {}, which no key may use", quoted(model.name)), "a key for it",
                                           "add it to the `models` of a key", Severity::warning});
  }
}

}  // namespace

void check_known(const std::string& name, std::string_view what, const Names& names, const std::string& path,
                 Report& report) {
  if (names.contains(name)) return;
  const auto section = what == "policy" ? std::string("policies") : fmt::format("{}s", what);
  if (report.has_error_at(section)) return;  // nothing could be read there
  const auto known = names.list();
  const auto near = wire::nearest(name, known, 1);
  const auto hint = !near.empty() ? fmt::format("did you mean {}?", near[0])
                    : known.empty() ? fmt::format("there are no {}", section)
                                    : std::string();
  report.add_at(path, {fmt::format("the unknown {} {}", what, quoted(name)), fmt::format("a name in `{}`", section), hint});
}

void check_access(const Config& config, Report& report) {
  const Names policies(config.policies);
  const Names tenants(config.tenants);
  const Names models(config.models);
  for (const auto& policy : config.policies) check_policy(policy, report);
  for (const auto& tenant : config.tenants)
    if (!tenant.policy.empty())
      check_known(tenant.policy, "policy", policies, path_step("tenants", tenant.name) + ".policy", report);
  for (std::size_t i = 0; i < config.keys.size(); ++i) {
    const auto& key = config.keys[i];
    const auto path = path_item("keys", i);
    check_tags(key, path, report);
    if (!key.tenant.empty()) check_known(key.tenant, "tenant", tenants, path + ".tenant", report);
    if (report.noted(path + ".policy") && !key.policy.empty())
      check_known(key.policy, "policy", policies, path + ".policy", report);
    for (std::size_t m = 0; m < key.models.size(); ++m)
      if (!key.models[m].empty()) check_known(key.models[m], "model", models, path_item(path + ".models", m), report);
  }
  check_unique_keys(config, report);
  check_reach(config, report);
  if (config.keys.empty() && !report.noted("keys"))
    report.add({1, 1, 1}, "keys", {"no key", "one at least", "every request will be refused with 401", Severity::warning});
  else check_used_models(config, report);
}

}  // namespace fw::config
