// What long terms cost when the model that they were bought for is replaced before they end.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plan/plan.h"

namespace fw::plan {

inline constexpr std::array kReplacedAfterMonths = {3, 6, 9};

struct Leaving {
  std::string offer, family, term;
  std::int64_t units = 0;
  std::size_t models = 0;  // that units of the family serve in this plan's offers; of several, one can leave
  Money usd;               // all of the term
  // By kReplacedAfterMonths: what is paid for the time behind that, and what a month of use then came to, for a unit.
  std::array<Money, kReplacedAfterMonths.size()> idle, unit_month;
};

// Purchases of terms that last longer than the first of these times; a month is 730 h.
std::vector<Leaving> leavings(const Problem& problem, const Plan& plan);

// A member of a plan: "if_replaced":[...].
std::string leaving_member(const std::vector<Leaving>& leavings);

}  // namespace fw::plan
