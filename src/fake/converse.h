// Converse answers: bodies, and streams of binary events (docs.aws.amazon.com/bedrock, API_runtime_ConverseStream).
#pragma once

#include <memory>
#include <string>

#include "fake/draft.h"
#include "fake/events.h"

namespace fw::fake {

struct ConverseAnswer {
  Draft draft;
  Tokens usage;
  std::int64_t latency_ms = 0;
  bool tells_usage = true;  // false: the event `metadata` is left out
};

void append_converse(std::string& out, const ConverseAnswer& answer);
std::unique_ptr<EventSource> converse_stream(ConverseAnswer answer);
// The events of a chat inside `chunk` events.
std::unique_ptr<EventSource> invoke_stream(std::unique_ptr<EventSource> chat);

}  // namespace fw::fake
