// Chat Completions: bodies and streams.
#pragma once

#include <memory>
#include <string>

#include "fake/draft.h"
#include "fake/events.h"
#include "fake/manner.h"
#include "fake/recording.h"

namespace fw::fake {

// What all chunks of one answer repeat.
struct ChatAnswer {
  std::string id;
  std::string created;  // seconds, as text
  std::string model;    // as the answer names it; raw
  std::string tier;     // raw
  Draft draft;
  std::int64_t n = 1;
  Tokens usage;  // complete: what the whole answer costs
  bool include_usage = false;
  bool tells_usage = true;  // where the cloud tells it unasked
  bool obfuscate = false;
  bool filter_chunks = false;  // ChatTemplates::chunk_filter is told
};

void append_chat(std::string& out, const ChatTemplates& look, const ChatAnswer& answer);
std::unique_ptr<EventSource> chat_stream(const ChatTemplates& look, ChatAnswer answer);

// The usage object.
void append_chat_usage(std::string& out, const ChatTemplates& look, const Tokens& usage);

// A recorded stream under a fresh id. `recording` must outlive it.
std::unique_ptr<EventSource> replay_stream(const Recording& recording, std::string id);
// A recorded body, or the stream of a chat put together.
std::string replay_body(const Recording& recording, std::string_view id);

// `data: {"error":{…}}`, of a fault's words.
void append_chat_error(std::string& out, const Fault& fault);

}  // namespace fw::fake
