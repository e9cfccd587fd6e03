// 6 of the trunk: what stays of an exchange.
#pragma once

#include "gateway/exchange.h"

namespace fw::gateway {

// The running attempt has ended: its record, still without amounts. At most one per attempt.
ledger::AttemptRecord& close_attempt(Exchange& x, cloud::FailureKind outcome);
// Its amounts are known: into the books, and out of what was reserved for it.
void book(Exchange& x, const ledger::AttemptRecord& attempt);
// The cost of all attempts so far; nothing where one of them is unknown.
std::optional<Money> cost_so_far(const Exchange& x);

}  // namespace fw::gateway
