// Requests in the inner form as bodies of Converse and ConverseStream. Facts: Bedrock API reference,
// Converse; @aws-sdk/client-bedrock-runtime 3.1163.0 (2026-11-05); what the table in fields.cpp says.
#pragma once

#include <string>
#include <string_view>

#include "cloud/bedrock/models.h"
#include "dialect/inner.h"
#include "wire/json_write.h"

namespace fw::cloud::bedrock {

// Appends the body; the model stands in the path. Errors are the client's, with their path: an image
// or a file that is no base64 or of no known format, an item Converse has no word for.
Result<void> write_converse_request(const dialect::inner::Request& request, const dialect::inner::Target& target,
                                    std::string& out);

// The parts of it.

// What a conversation holds, as Converse wants it: `system` blocks and alternating `messages`.
struct Conversation {
  std::string system;    // blocks with commas between them
  std::string messages;  // likewise
  bool has_tool_blocks = false;
};
Result<Conversation> write_conversation(const dialect::inner::Request& request, Family family);

// The member `toolConfig`, or nothing.
void write_tools(const dialect::inner::Request& request, const dialect::inner::Target& target, Family family,
                 bool has_tool_blocks, wire::JsonWriter& json);

// A part of a message or of a tool's result as one content block; nothing for blank text. `documents`
// counts those of the request: their names must differ. Errors have an empty `param`.
Result<void> write_block(const dialect::inner::Part& part, int& documents, std::string& out);

// Text without anything to see, which Converse refuses as a block. `token` is a JSON string.
bool is_blank(std::string_view token);

}  // namespace fw::cloud::bedrock
