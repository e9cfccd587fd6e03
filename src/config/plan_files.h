// Files of the planner: what can be bought, and the rules of a plan.
#pragma once

#include <string_view>
#include <vector>

#include "config/load.h"
#include "plan/supply.h"

namespace fw::config {

struct LoadedSupply {
  std::vector<plan::Offer> offers = {};  // empty when any problem is an error
  std::vector<Problem> problems = {};    // by line and column
};

// YAML or JSON: a list of offers, or a mapping with `offers`. The limits of load() hold. Never throws.
LoadedSupply load_supply(std::string_view text);

struct LoadedRules {
  plan::Rules rules = {};
  std::vector<Problem> problems = {};
};

LoadedRules load_plan_rules(std::string_view text);

}  // namespace fw::config
