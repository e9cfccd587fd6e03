#include "config/rights.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/report.h"

namespace fw::config {
namespace {

using Some = std::optional<std::vector<std::string>>;

// The policy of a tenant's keys, unless they name one; empty: none.
std::string tenants_policy(const Config& config, const std::string& tenant) {
  const auto at = std::ranges::find(config.tenants, tenant, &Tenant::name);
  if (at != config.tenants.end() && !at->policy.empty()) return at->policy;
  return std::ranges::find(config.policies, "default", &Policy::name) == config.policies.end() ? "" : "default";
}

bool has(const Some& all, const std::string& name) { return !all || std::ranges::find(*all, name) != all->end(); }

bool covers(const Some& all, const Some& of) {
  if (!all) return true;
  return of && std::ranges::all_of(*of, [&all](const auto& name) { return has(all, name); });
}

}  // namespace

Rights rights_of(const AdminToken& token, const Config& config) {
  Rights out;
  if (!token.tenant.empty()) out.tenant = token.tenant;
  if (!token.models.empty()) out.models = token.models;
  if (!token.policies.empty()) out.policies = token.policies;
  else if (!token.tenant.empty()) out.policies = {tenants_policy(config, token.tenant)};
  return out;
}

Rights rights_of(const Key& key) {
  Rights out{.tenant = key.tenant, .models = {}, .policies = std::vector{key.policy}};
  if (!key.models.empty()) out.models = key.models;
  return out;
}

bool covers(const Rights& rights, const Rights& of) {
  return (!rights.tenant || (of.tenant && *rights.tenant == *of.tenant)) && covers(rights.models, of.models) && covers(rights.policies, of.policies);
}

std::vector<Problem> beyond(const Key& key, const AdminToken& token, const Config& config) {
  const auto rights = rights_of(token, config);
  std::vector<Problem> out;
  if (rights.tenant && key.tenant != *rights.tenant)
    out.push_back({.path = "tenant", .found = quoted(key.tenant), .expected = fmt::format("the token's own tenant, {}", quoted(*rights.tenant))});
  if (!covers(rights.models, rights_of(key).models)) {
    if (key.models.empty()) out.push_back({.path = "models", .found = "all models", .expected = fmt::format("some of the token's: {}", fmt::join(*rights.models, ", "))});
    for (std::size_t i = 0; i < key.models.size(); ++i)
      if (!has(rights.models, key.models[i]))
        out.push_back({.path = path_item("models", i), .found = quoted(key.models[i]), .expected = fmt::format("one of the token's: {}", fmt::join(*rights.models, ", "))});
  }
  if (!has(rights.policies, key.policy))
    out.push_back({.path = "policy", .found = key.policy.empty() ? "no policy" : quoted(key.policy), .expected = fmt::format("one of the token's: {}", fmt::join(*rights.policies, ", "))});
  return out;
}

}  // namespace fw::config
