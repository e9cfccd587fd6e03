// When nothing served the request: what was tried, and the answer that says so.
#pragma once

#include "gateway/exchange.h"

namespace fw::gateway {

// The client's own mistakes are told in the cloud's words; all else names every deployment that was
// tried and why it failed. Always with x-should-retry: false.
void answer_failures(Exchange& x);

}  // namespace fw::gateway
