// Answers recorded from real servers, inside the binary. See recordings/README.md.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fake/ask.h"
#include "fake/bill.h"

namespace fw::fake {

struct Recording {
  std::string_view name;
  Endpoint endpoint = Endpoint::chat;    // chat or responses
  std::vector<std::string_view> events;  // the data of each event of the stream; empty: a whole body
  std::string_view body;  // the whole answer: as recorded, or a Response's final object; empty: only a stream
  std::string_view id;    // of the answer as recorded; replaced wherever it stands
  Tokens usage;           // as recorded
};

std::span<const Recording> recordings();
// Null: there is none of this name.
const Recording* find_recording(std::string_view name);

// An event that carries a piece of the answer (a delta), as opposed to its frame.
bool carries_content(Endpoint endpoint, std::string_view event);

// The plain text of a recorded chat body: what fakes answer by default.
std::string default_answer_text();

}  // namespace fw::fake
