// What a client is told when a budget or a rate refuses it.
#pragma once

#include <string_view>

#include "base/error.h"
#include "ledger/budget.h"
#include "ledger/rate.h"
#include "ledger/window.h"

namespace fw::ledger {

struct BudgetRefusal {
  std::string_view name;  // the budget's
  Window per = Window::total;
  WindowSpan span;        // that refused
  BudgetState state;      // the home's, when it refused
  Money needed;           // what the request may cost
};
// For people: so much of the budget is spent in this window. `state` is the home's.
std::string passed_text(const BudgetRefusal& of, unsigned percent, const TimeZone& zone);
// 429 project_spend_limit_exceeded. Retry-After is the beginning of the next window, unless the request does not fit
// into a whole one or there is none.
Error refused_by_budget(const BudgetRefusal& refusal, const TimeZone& zone, WallTime now);

struct RateRefusal {
  std::string_view whose;  // "the key team-a", "the tenant acme"
  Rate rate = Rate::requests;
  RateGrant grant;         // that granted nothing
  std::int64_t needed = 0;
};
// 429 rate_limit_exceeded, type `requests` or `tokens`.
Error refused_by_rate(const RateRefusal& refusal);

}  // namespace fw::ledger
