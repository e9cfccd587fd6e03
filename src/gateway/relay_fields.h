// What both ways of relaying an answer share.
#pragma once

#include <string>

#include "gateway/exchange.h"

namespace fw::gateway {

// The cloud's own fields that the client may see, as lines.
std::string passed_fields(const net::ClientConn& conn);
// The first byte of content goes out now.
void note_first_token(Exchange& x);

}  // namespace fw::gateway
