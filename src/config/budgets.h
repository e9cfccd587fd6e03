// All money limits of a configuration in one list, and which of them each key spends from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace fw::config {

struct BudgetAccount {
  std::string name;
  const BudgetRule* rule = nullptr;  // of the configuration, which outlives this
};

struct BudgetAccounts {
  std::vector<BudgetAccount> accounts;
  std::vector<std::vector<std::uint32_t>> of_key;  // by key index: indices of accounts, its own first, each once
  std::vector<std::vector<std::uint32_t>> of_tenant;  // by index of `tenants`: those of all its keys, its own first
  struct Tagged {
    std::string tag;  // NAME=VALUE
    std::uint32_t account = 0;
  };
  std::vector<Tagged> by_tag;  // whatever is tagged so spends from them as well

  // All that every request of a key spends from, each once: of_key's, then those of its own tags.
  std::vector<std::uint32_t> of(const Config& config, std::size_t key) const;
};

BudgetAccounts budget_accounts(const Config& config);

// Whether a deployment without a known price is out of the question for a key under this policy, with a money budget or
// without: as the policy says, and where it says nothing, whether a money budget applies.
bool refuses_unknown_price(const Config& config, std::string_view policy, bool budgeted);

}  // namespace fw::config
