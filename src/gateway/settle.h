// 6 of the trunk: what stays of an exchange.
#pragma once

#include "gateway/exchange.h"

namespace fw::gateway {

// The attempt that ran last has ended.
void end_attempt(Exchange& x);
// The cost of all attempts so far; nothing where one of them is unknown.
std::optional<Money> cost_so_far(const Exchange& x);

}  // namespace fw::gateway
