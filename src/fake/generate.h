// generateContent answers: bodies, and streams as server-sent events or as one JSON array.
#pragma once

#include <memory>
#include <string>

#include "fake/draft.h"
#include "fake/events.h"

namespace fw::fake {

struct GenerateAnswer {
  std::string id;
  std::string created;  // RFC 3339
  std::string model;    // raw
  Draft draft;
  Tokens usage;
  bool blocked = false;  // the prompt: no candidate, a promptFeedback
  bool tells_usage = true;
  bool tells_thoughts = false;  // includeThoughts was set
  bool signs_thoughts = false;  // function calls carry a thoughtSignature
};

void append_generate(std::string& out, const GenerateAnswer& answer);
std::unique_ptr<EventSource> generate_stream(GenerateAnswer answer, bool array);
// Gemini 3 and later: their signatures must be sent back with the calls (Google's guide on thought signatures).
bool signs_thoughts(std::string_view model);

}  // namespace fw::fake
