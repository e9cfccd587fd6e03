// 3 of the trunk: what the choice sees, and what attempts teach it.
#pragma once

#include "gateway/exchange.h"

namespace fw::gateway {

// Fills question and seen for the exchange's request.
void look(Exchange& x, route::Decision& decision);
// What of the request is lost at this place, as the decision saw it.
dialect::Needs dropped_at(const Exchange& x, const Place& place);
// Which pool could serve it, and why it is not the first choice.
void note_pool(Exchange& x, const route::Decision& decision);
// What requests share that would find each other's prompt in a cache; 0: nothing.
std::uint64_t prompt_hash(const Exchange& x);

// The attempt begins: it takes a slot and what it may use of the quotas.
void take_ticket(Exchange& x);
// The first token of a stream came.
void learn_first_token(Exchange& x);
// The attempt has ended as its record says. `retry_after_ms`: what a refusal asked for.
void learn(Exchange& x, const ledger::AttemptRecord& attempt, std::uint32_t retry_after_ms = 0);
// What the doubted deployment refused was refused as well, or served, by another.
void learn_opinion(Exchange& x, bool agreed);

}  // namespace fw::gateway
