// Requests in the inner form as bodies of the Messages API. Facts: @anthropic-ai/sdk 1.12.0
// MessageCreateParams (2026-11), what fields.cpp says, and what each host wants (hosts.h).
#pragma once

#include <string>
#include <string_view>

#include "cloud/anthropic/hosts.h"
#include "cloud/anthropic/models.h"
#include "dialect/inner.h"
#include "wire/json_write.h"

namespace fw::cloud::anthropic {

// Reasoning that we made an item's encrypted content of: a signature, or thoughts nobody may read.
inline constexpr std::string_view kSignaturePrefix = "anthropic:";
inline constexpr std::string_view kRedactedPrefix = "anthropic-redacted:";

// Appends the body. Errors are the client's, with their path: an image that is no base64, an item
// Messages has no word for, a temperature beside thinking.
Result<void> write_messages_request(Host host, const dialect::inner::Request& request,
                                    const dialect::inner::Target& target, std::string& out);

// The parts of it.

// One request on its way into one body.
struct Writing {
  const HostRow& host;
  const Model& model;
  const dialect::inner::Request& request;
  const dialect::inner::Target& target;

  // The value of a field that may be said there.
  dialect::inner::Raw said(dialect::Need need) const {
    return target.dropped(need) ? dialect::inner::Raw() : request.field(need);
  }
};

// What a conversation holds: `system` blocks and alternating `messages`.
struct Conversation {
  std::string system;    // blocks with commas between them
  std::string messages;  // likewise
  bool has_tool_blocks = false;
  // The turn at hand holds calls without the thoughts that led to them: models that think by budget
  // then refuse to think ("Expected `thinking` or `redacted_thinking`, but found `tool_use`").
  bool calls_without_thoughts = false;
};
Result<Conversation> write_conversation(const Writing& w);

// The members `tools` and `tool_choice`, or nothing.
void write_tools(const Writing& w, bool has_tool_blocks, wire::JsonWriter& json);
bool forces_a_call(const Writing& w);

// The members `thinking` and `output_config`, or nothing. True: the model was told to think. Error: an
// effort nobody knows.
Result<bool> write_thinking(const Writing& w, const Conversation& conversation, std::int64_t max_tokens,
                            wire::JsonWriter& json);

// A part of a message or of a tool's result as one content block; nothing for blank text and for what
// the place cannot be told. Errors have an empty `param`.
Result<void> write_block(const Writing& w, const dialect::inner::Part& part, std::string& out);

// Text without anything to see, which Messages refuses as a block. `token` is a JSON string.
bool is_blank(std::string_view token);

}  // namespace fw::cloud::anthropic
