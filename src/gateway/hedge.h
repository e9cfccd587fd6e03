// One request at two clouds at once: where the first has no token for a while another is asked as well, and the first
// of them to have something for the client answers it.
#pragma once

#include "gateway/exchange.h"

namespace fw::gateway {

// Nothing is kept of it anywhere and nothing but an answer comes of it: two of it do no harm.
bool repeatable(const Exchange& x);

inline bool may_hedge(const Exchange& x, std::uint16_t at) { return at == 0 && x.policy().hedge.on() && repeatable(x); }

// 4 and 5 of the trunk for the candidate at `at`, which moves on where the second place was tried too.
net::Task<End> hedged(Exchange& x, std::uint16_t& at);

// The attempt has something for the client: the other is given up, and what came of it is in this one's records.
void win(Exchange& x);

}  // namespace fw::gateway
