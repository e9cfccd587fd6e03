// What a plan still serves when a cloud is gone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plan/plan.h"

namespace fw::plan {

struct OutageResult {
  std::string cloud;
  double served = 1;        // share of the critical tokens of the span; of all where no class is critical
  double served_least = 1;  // in the worst step
};

// By what is deployed elsewhere and the quotas there, each step on its own. By the clouds' names.
std::vector<OutageResult> outage_results(const Demand& demand, const std::vector<Offer>& offers, const Rules& rules, const std::vector<Deployment>& deployed);

// A member of a plan: "n_minus_1":[...].
std::string outage_member(const std::vector<OutageResult>& results);

// Whether a plan's member says the same, however it is written.
bool says_outages(std::string_view plan_json, const std::vector<OutageResult>& results);

}  // namespace fw::plan
