// All money limits of a configuration in one list, and which of them each key spends from.
#pragma once

#include <cstdint>
#include <string>
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
};

BudgetAccounts budget_accounts(const Config& config);

// Whether a deployment without a known price is out of the question for this key: as its policy says, and where the
// policy says nothing, whether a money budget applies.
bool refuses_unknown_price(const Config& config, const BudgetAccounts& accounts, std::size_t key);

}  // namespace fw::config
