// What both ways of relaying an answer share.
#pragma once

#include <memory>
#include <string>

#include "dialect/answer_events.h"
#include "gateway/exchange.h"

namespace fw::gateway {

// The cloud's own fields that the client may see, as lines.
void append_passed_fields(const net::ClientConn& conn, std::string& lines);
// Writes the answer of another dialect for this client.
std::unique_ptr<dialect::AnswerRenderer> renderer_for(Exchange& x);
// The first byte of content goes out now.
void note_first_token(Exchange& x);

}  // namespace fw::gateway
