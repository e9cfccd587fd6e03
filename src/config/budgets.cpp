#include "config/budgets.h"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

namespace fw::config {
namespace {

using Indices = std::unordered_map<std::string_view, std::vector<std::uint32_t>>;

void append(std::vector<std::uint32_t>& to, const Indices& from, std::string_view name) {
  const auto at = from.find(name);
  if (at == from.end()) return;
  for (const auto index : at->second)
    if (std::ranges::find(to, index) == to.end()) to.push_back(index);
}

}  // namespace

std::vector<std::uint32_t> BudgetAccounts::of(const Config& config, std::size_t key) const {
  auto out = of_key[key];
  const auto text = ledger::tags_text(config.keys[key].tags);
  for (const auto& tagged : by_tag)
    if (ledger::has_tag(text, tagged.tag) && std::ranges::find(out, tagged.account) == out.end()) out.push_back(tagged.account);
  return out;
}

BudgetAccounts budget_accounts(const Config& config) {
  BudgetAccounts made;
  Indices by_tenant, by_key;
  const auto add = [&](const std::string& name, const BudgetRule& rule) {
    made.accounts.push_back({name, &rule});
    return static_cast<std::uint32_t>(made.accounts.size() - 1);
  };
  for (const auto& key : config.keys)
    if (key.budget) by_key[key.name].push_back(add(key.budget->name, key.budget->rule));
  for (const auto& tenant : config.tenants)
    if (tenant.budget) by_tenant[tenant.name].push_back(add(tenant.budget->name, tenant.budget->rule));
  for (const auto& shared : config.budgets) {
    const auto index = add(shared.name, shared.rule);
    for (const auto& tenant : shared.tenants) by_tenant[tenant].push_back(index);
    for (const auto& key : shared.keys) by_key[key].push_back(index);
    for (const auto& team : shared.teams) made.by_tag.push_back({fmt::format("{}={}", ledger::kTeamTag, team), index});
    for (const auto& tag : shared.tags) made.by_tag.push_back({tag, index});
  }
  for (const auto& key : config.keys) {
    auto& list = made.of_key.emplace_back();
    append(list, by_key, key.name);
    if (!key.tenant.empty()) append(list, by_tenant, key.tenant);
  }
  for (const auto& tenant : config.tenants) append(made.of_tenant.emplace_back(), by_tenant, tenant.name);
  return made;
}

bool refuses_unknown_price(const Config& config, std::string_view policy, bool budgeted) {
  const auto at = std::ranges::find(config.policies, policy, &Policy::name);
  const auto said = at == config.policies.end() ? UnknownPrice::by_budget : at->unknown_price;
  return said == UnknownPrice::by_budget ? budgeted : said == UnknownPrice::refuse;
}

}  // namespace fw::config
