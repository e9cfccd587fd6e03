// Encrypted reasoning: only the hosting that made it can read it (market facts 3.4; BerriAI/litellm#41785,
// openai/codex#3573). Who made what is kept where the owners of stored responses are.
#pragma once

#include <span>
#include <string_view>

#include "gateway/exchange.h"

namespace fw::gateway {

// The request repeats encrypted reasoning of former answers.
bool says_sealed(const Exchange& x);
// Finds out who made it, before the choice: its first and its last item. Unknown: every place is thought to read it.
net::Task<void> find_sealer(Exchange& x);
// True: this deployment cannot read it, so what it is sent has no reasoning items.
bool sealed_elsewhere(const Exchange& x, std::uint16_t deployment);
// Notes the encrypted reasoning in what the client is given as made by the running attempt's deployment.
void note_sealed(Exchange& x, std::span<const std::string_view> pieces);
// A place has refused it: the same place is asked once more without it, unless the policy wants it kept. False: not so.
bool go_on_without_sealed(Exchange& x, const cloud::Verdict& verdict);

}  // namespace fw::gateway
