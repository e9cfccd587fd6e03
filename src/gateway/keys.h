// Who may ask, and out of which accounts: an immutable table. Every core holds one; a new one is swapped in by letter when
// the admin plane makes or changes a key. Indices only ever grow: what one table calls key 7 is key 7 in all later ones of
// the run, so what was recorded and reserved under an earlier table stays true.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "config/config.h"
#include "dialect/dialect.h"
#include "gateway/permits.h"
#include "ledger/rate.h"
#include "ledger/record.h"
#include "wire/cidr.h"

namespace fw::gateway {

class Snapshot;

// A money limit, and who spends from it stands in the keys.
struct BudgetAccount {
  std::string name;
  config::BudgetRule rule;
  std::uint16_t tenant = ledger::kNoIndex;  // whose alone it is; kNoIndex: several share it
  std::uint32_t changed = 0;                // so often
  bool paced = false;                       // some policy that spends from it paces
};

// Requests or tokens per minute of a key, or of all keys of a tenant.
struct RateAccount {
  std::string whose;  // "the key team-a"
  ledger::Rate rate = ledger::Rate::requests;
  std::int64_t per_minute = 0;
  std::uint32_t changed = 0;  // so often
};

struct Key {
  std::string name;
  std::uint16_t tenant = 0;
  std::vector<bool> models;            // by model index; empty: all
  std::uint16_t policy = 0;            // index into policies()
  std::size_t concurrent_max = 0;
  std::uint16_t budgeted_policy = 0;   // the same for requests whose own tags bring a budget
  std::string tags;                    // of all its requests, as ledger/tags.h writes them
  std::vector<std::uint16_t> budgets;  // indices of budgets(), its own first; those of its tags last
  std::size_t named_budgets = 0;       // of them, so many are its own or those of its name or tenant
  std::vector<std::uint16_t> rates;    // indices of rates()
  std::shared_ptr<Permits> permits;    // of what runs at once; the same in all tables
  // What must hold beside the secret; `conditional`: any of it is said.
  bool conditional = false;
  bool disabled = false;
  WallTime expires{INT64_MAX};
  std::vector<wire::Cidr> addresses;   // empty: any
  std::uint32_t endpoints = UINT32_MAX;  // bit n: Operation n
  bool may_use(std::size_t model) const { return models.empty() || models[model]; }
};

class KeyTable {
 public:
  // Those of the configuration.
  static std::shared_ptr<const KeyTable> make(const Snapshot& snapshot);

  const std::vector<std::shared_ptr<const Key>>& keys() const { return keys_; }
  const Key& key(std::size_t i) const { return *keys_[i]; }
  const std::vector<BudgetAccount>& budgets() const { return budgets_; }
  const std::vector<RateAccount>& rates() const { return rates_; }
  // Budgets that whatever is tagged NAME=VALUE spends from.
  struct Tagged {
    std::string tag;
    std::uint16_t budget = 0;
  };
  const std::vector<Tagged>& tagged() const { return tagged_; }
  // Budgets of all keys of a tenant, by the snapshot's index.
  const std::vector<std::uint16_t>& tenant_budgets(std::size_t tenant) const { return tenants_[tenant].budgets; }
  std::uint64_t version() const { return version_; }
  // No more keys or limits fit: records and reservations count both in 16 bits.
  bool full() const { return keys_.size() >= config::kEntriesMax || budgets_.size() >= config::kEntriesMax || rates_.size() >= config::kEntriesMax; }

  // The key that this is the secret of. Every wrong one of a length takes the same time.
  std::optional<std::uint16_t> find(std::string_view presented, WallTime now) const;

  // For making the next one: a copy, changed before anybody else has it.
  std::shared_ptr<KeyTable> next() const;
  // A key of the configuration's form, with accounts of its own where it has limits. Its secrets come by accept().
  std::uint16_t add(const Snapshot& snapshot, const config::Key& key, bool disabled);
  // The same key under other terms; how many it may run at once changes from here on, in all tables. Its own budget may
  // have another amount and other alerts, and none may come or go.
  void change(const Snapshot& snapshot, std::uint16_t index, const config::Key& key, bool disabled);
  // Another secret that it is known by, until then.
  void accept(const wire::Sha256& digest, std::uint16_t index, WallTime until = {INT64_MAX});
  // None any more.
  void forget(std::uint16_t index);

 private:
  struct Accepted {
    wire::Sha256 digest;
    std::int64_t until_ns = INT64_MAX;
    std::uint16_t key = 0;
  };
  struct OfTenant {
    std::vector<std::uint16_t> budgets, rates;
  };
  void add_accounts_of(const Snapshot& snapshot);
  void find_owners();
  Key made(const Snapshot& snapshot, const config::Key& key) const;
  void set_rates(const config::Key& key, Key& to, const std::vector<std::uint16_t>& before);
  void set_policy(const Snapshot& snapshot, const config::Key& key, Key& to);
  void add_tagged(Key& to) const;
  std::uint16_t add_rate(const std::string& whose, ledger::Rate rate, std::int64_t per_minute);
  void index(std::size_t accepted);
  void index_all();

  std::vector<std::shared_ptr<const Key>> keys_;
  std::vector<BudgetAccount> budgets_;
  std::vector<RateAccount> rates_;
  std::vector<Tagged> tagged_;
  std::vector<OfTenant> tenants_;
  std::vector<Accepted> accepted_;
  std::vector<std::uint32_t> slots_;  // open addressing by the digest's first bytes: 1 + index of accepted_; 0: free
  std::uint64_t version_ = 1;
};

// Why a key may not be used now, whatever is asked; nothing: it may.
std::optional<Error> refuse_key(const Key& key, WallTime now, const std::optional<wire::IpAddress>& peer);
// The same for an operation.
std::optional<Error> refuse_endpoint(const Key& key, dialect::Operation operation);

}  // namespace fw::gateway
