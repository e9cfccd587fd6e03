#include "gateway/keys.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "base/date.h"
#include "config/budgets.h"
#include "gateway/snapshot.h"

namespace fw::gateway {
namespace {

std::uint64_t prefix(const wire::Sha256& digest) {
  std::uint64_t p = 0;
  std::memcpy(&p, digest.data(), sizeof p);
  return p;
}

std::uint32_t endpoints_of(const config::Key& key) {
  using enum dialect::Operation;
  if (key.endpoints.empty()) return UINT32_MAX;
  std::uint32_t out = 0;
  const auto add = [&out](dialect::Operation operation) { out |= 1u << static_cast<unsigned>(operation); };
  for (const auto operation : key.endpoints) {
    add(operation);
    if (operation == responses)
      for (const auto stored : {responses_get, responses_delete, responses_cancel}) add(stored);
  }
  return out;
}

}  // namespace

std::shared_ptr<const KeyTable> KeyTable::make(const Snapshot& snapshot) {
  auto table = std::make_shared<KeyTable>();
  const auto& config = snapshot.config();
  const auto accounts = config::budget_accounts(config);
  for (const auto& a : accounts.accounts) table->budgets_.push_back({.name = a.name, .rule = *a.rule});
  for (const auto& t : accounts.by_tag) table->tagged_.push_back({t.tag, static_cast<std::uint16_t>(t.account)});
  table->add_accounts_of(snapshot);
  for (std::size_t i = 0; i < config.tenants.size(); ++i) {
    auto& of = table->tenants_[*snapshot.tenant(config.tenants[i].name)];
    for (const auto account : accounts.of_tenant[i]) of.budgets.push_back(static_cast<std::uint16_t>(account));
  }
  for (std::size_t i = 0; i < config.keys.size(); ++i) {
    const auto& k = config.keys[i];
    auto key = table->made(snapshot, k);
    for (const auto account : accounts.of_key[i]) key.budgets.push_back(static_cast<std::uint16_t>(account));
    table->add_tagged(key);
    table->set_policy(snapshot, k, key);
    table->set_rates(k, key, {});
    table->accepted_.push_back({.digest = k.digest.sha256, .until_ns = INT64_MAX, .key = static_cast<std::uint16_t>(table->keys_.size())});
    table->keys_.push_back(std::make_shared<const Key>(std::move(key)));
  }
  table->find_owners();
  table->index_all();
  return table;
}

// An account is one tenant's where all that spend from it are that tenant's; what is spent by tag, anybody may.
void KeyTable::find_owners() {
  std::vector<bool> shared(budgets_.size());
  const auto spends = [&](std::uint16_t account, std::size_t tenant) {
    auto& whose = budgets_[account].tenant;
    if (whose != ledger::kNoIndex && whose != tenant) shared[account] = true;
    whose = static_cast<std::uint16_t>(tenant);
  };
  for (const auto& key : keys_)
    for (const auto account : key->budgets) spends(account, key->tenant);
  for (std::size_t t = 0; t < tenants_.size(); ++t)
    for (const auto account : tenants_[t].budgets) spends(account, t);
  for (const auto& t : tagged_) shared[t.budget] = true;
  for (std::size_t i = 0; i < budgets_.size(); ++i)
    if (shared[i]) budgets_[i].tenant = ledger::kNoIndex;
}

// Behind the budgets by name, those of the key's tags.
void KeyTable::add_tagged(Key& to) const {
  to.named_budgets = to.budgets.size();
  for (const auto& t : tagged_)
    if (ledger::has_tag(to.tags, t.tag) && std::ranges::find(to.budgets, t.budget) == to.budgets.end()) to.budgets.push_back(t.budget);
}

// Rates of tenants, for all of their keys together.
void KeyTable::add_accounts_of(const Snapshot& snapshot) {
  tenants_.resize(snapshot.tenants().size());
  for (const auto& t : snapshot.config().tenants) {
    auto& rates = tenants_[*snapshot.tenant(t.name)].rates;
    const auto whose = fmt::format("the tenant {}", t.name);
    if (t.limits.requests_per_minute > 0) rates.push_back(add_rate(whose, ledger::Rate::requests, t.limits.requests_per_minute));
    if (t.limits.tokens_per_minute > 0) rates.push_back(add_rate(whose, ledger::Rate::tokens, t.limits.tokens_per_minute));
  }
}

Key KeyTable::made(const Snapshot& snapshot, const config::Key& k) const {
  Key key;
  key.name = k.name;
  key.tenant = *snapshot.tenant(k.tenant);
  key.concurrent_max = k.limits.concurrent_exchanges > 0 ? k.limits.concurrent_exchanges : snapshot.config().limits.exchanges_per_key;
  if (!k.models.empty()) {
    key.models.resize(snapshot.models().size());
    for (const auto& name : k.models)
      if (const auto m = snapshot.model(name)) key.models[*m] = true;
  }
  key.permits = std::make_shared<Permits>(key.concurrent_max);
  key.expires = k.expires.value_or(WallTime{INT64_MAX});
  key.addresses = k.addresses;
  key.endpoints = endpoints_of(k);
  key.tags = ledger::tags_text(k.tags);
  key.conditional = k.expires || !k.addresses.empty() || !k.endpoints.empty();
  return key;
}

void KeyTable::set_policy(const Snapshot& snapshot, const config::Key& k, Key& to) {
  to.policy = snapshot.policy(k.policy, config::refuses_unknown_price(snapshot.config(), k.policy, !to.budgets.empty()));
  to.budgeted_policy = snapshot.policy(k.policy, config::refuses_unknown_price(snapshot.config(), k.policy, true));
  if (!snapshot.policies()[to.policy].pacing) return;
  for (const auto& t : tagged_) budgets_[t.budget].paced = true;
  for (const auto account : to.budgets) budgets_[account].paced = true;
}

std::uint16_t KeyTable::add_rate(const std::string& whose, ledger::Rate rate, std::int64_t per_minute) {
  rates_.push_back({.whose = whose, .rate = rate, .per_minute = per_minute});
  return static_cast<std::uint16_t>(rates_.size() - 1);
}

// `before`: the accounts it had, which go on under a new limit.
void KeyTable::set_rates(const config::Key& k, Key& to, const std::vector<std::uint16_t>& before) {
  const auto whose = fmt::format("the key {}", k.name);
  to.rates.clear();
  for (const auto& [rate, limit] : {std::pair{ledger::Rate::requests, k.limits.requests_per_minute}, {ledger::Rate::tokens, k.limits.tokens_per_minute}}) {
    if (limit == 0) continue;
    const auto had = std::ranges::find_if(before, [&](const auto i) { return rates_[i].rate == rate && rates_[i].whose == whose; });
    if (had == before.end()) {
      to.rates.push_back(add_rate(whose, rate, limit));
      continue;
    }
    auto& account = rates_[*had];
    if (account.per_minute != limit) ++account.changed;
    account.per_minute = limit;
    to.rates.push_back(*had);
  }
  const auto& all = tenants_[to.tenant].rates;
  to.rates.insert(to.rates.end(), all.begin(), all.end());
}

std::shared_ptr<KeyTable> KeyTable::next() const {
  auto table = std::make_shared<KeyTable>(*this);
  ++table->version_;
  return table;
}

std::uint16_t KeyTable::add(const Snapshot& snapshot, const config::Key& k, bool disabled) {
  auto key = made(snapshot, k);
  key.disabled = disabled;
  key.conditional = key.conditional || disabled;
  if (k.budget) {
    key.budgets.push_back(static_cast<std::uint16_t>(budgets_.size()));
    budgets_.push_back({.name = k.budget->name, .rule = k.budget->rule, .tenant = key.tenant});
  }
  const auto& all = tenants_[key.tenant].budgets;
  key.budgets.insert(key.budgets.end(), all.begin(), all.end());
  add_tagged(key);
  set_policy(snapshot, k, key);
  set_rates(k, key, {});
  keys_.push_back(std::make_shared<const Key>(std::move(key)));
  return static_cast<std::uint16_t>(keys_.size() - 1);
}

void KeyTable::change(const Snapshot& snapshot, std::uint16_t index, const config::Key& k, bool disabled) {
  const auto& before = *keys_[index];
  auto key = made(snapshot, k);
  key.budgets.assign(before.budgets.begin(), before.budgets.begin() + static_cast<std::ptrdiff_t>(before.named_budgets));
  add_tagged(key);
  if (k.budget) {
    auto& account = budgets_[key.budgets.front()];
    const auto& rule = k.budget->rule;
    if (account.rule.limit != rule.limit || account.rule.alert_percent != rule.alert_percent) ++account.changed;
    // The calendar stays the same object: the cores' clocks look into it.
    account.rule.limit = rule.limit;
    account.rule.alert_percent = rule.alert_percent;
  }
  set_policy(snapshot, k, key);
  set_rates(k, key, before.rates);
  key.disabled = disabled;
  key.conditional = key.conditional || disabled;
  key.permits = before.permits;
  key.permits->grow(static_cast<std::ptrdiff_t>(key.concurrent_max) - static_cast<std::ptrdiff_t>(before.concurrent_max));
  keys_[index] = std::make_shared<const Key>(std::move(key));
}

void KeyTable::accept(const wire::Sha256& digest, std::uint16_t key, WallTime until) {
  accepted_.push_back({.digest = digest, .until_ns = until.ns, .key = key});
  if (accepted_.size() * 2 > slots_.size()) index_all();
  else index(accepted_.size() - 1);
}

void KeyTable::forget(std::uint16_t key) {
  std::erase_if(accepted_, [key](const auto& a) { return a.key == key; });
  index_all();
}

void KeyTable::index(std::size_t accepted) {
  const auto mask = slots_.size() - 1;
  auto at = prefix(accepted_[accepted].digest) & mask;
  while (slots_[at] != 0) at = (at + 1) & mask;
  slots_[at] = static_cast<std::uint32_t>(accepted + 1);
}

void KeyTable::index_all() {
  std::size_t size = 8;
  while (size < accepted_.size() * 4) size *= 2;
  slots_.assign(size, 0);
  for (std::size_t i = 0; i < accepted_.size(); ++i) index(i);
}

std::optional<std::uint16_t> KeyTable::find(std::string_view presented, WallTime now) const {
  const auto digest = wire::sha256(presented);
  const auto mask = slots_.size() - 1;
  for (auto at = prefix(digest) & mask; slots_[at] != 0; at = (at + 1) & mask) {
    const auto& a = accepted_[slots_[at] - 1];
    // A secret stands once for each key that has it: the first one counts.
    if (wire::equal_constant_time(a.digest, digest)) return now.ns < a.until_ns ? std::optional(a.key) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<Error> refuse_key(const Key& key, WallTime now, const std::optional<wire::IpAddress>& peer) {
  if (key.disabled) return client_error(Code::invalid_api_key, "this API key is disabled; whoever manages the keys of this gateway can enable it");
  if (key.expires <= now) return client_error(Code::invalid_api_key, fmt::format("this API key expired at {}; ask for a new one, or for its end to be moved", rfc3339_text(key.expires)));
  if (key.addresses.empty()) return std::nullopt;
  if (peer && std::ranges::any_of(key.addresses, [&peer](const auto& block) { return block.contains(*peer); })) return std::nullopt;
  return client_error(Code::address_not_allowed, "this API key may not be used from here (its `addresses` do not have the connection's)");
}

std::optional<Error> refuse_endpoint(const Key& key, dialect::Operation operation) {
  if (key.endpoints >> static_cast<unsigned>(operation) & 1) return std::nullopt;
  return client_error(Code::endpoint_not_allowed, fmt::format("this API key may not be used for {} (its `endpoints` do not have it)", dialect::name(operation)));
}

}  // namespace fw::gateway
