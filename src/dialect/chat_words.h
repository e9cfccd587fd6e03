// What a chunk or a whole chat completion says, taken apart. Views point into the text that was read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "wire/json.h"

namespace fw::dialect {

// The top level of a chunk or of a whole answer.
struct ChatTop {
  std::string_view id, model, service_tier;
  std::string_view choices;  // an array
  std::string_view usage;    // an object
  std::string_view error;
  std::int64_t created = 0;
  bool flat_error = false;  // {"object":"error","message":…}, older vLLM
};
void read_chat_top(const wire::JsonMember& member, ChatTop& out);

// One element of `choices`.
struct ChatChoice {
  std::int64_t index = 0;
  std::string_view said;                        // an object: `delta` or `message`
  std::string_view finish;                      // between the quotes, as written
  std::string_view logprobs, refusal_logprobs;  // arrays
};
ChatChoice read_chat_choice(std::string_view object, int depth_max);
// The one element of an array that has no other, in one pass; false: it has several.
bool read_only_choice(std::string_view choices, int depth_max, ChatChoice& out);

// A delta or a message.
struct ChatSaid {
  std::string_view content;        // the inside of a string
  std::string_view content_parts;  // an array instead (Mistral)
  std::string_view refusal;
  std::string_view reasoning;      // `reasoning_content` (DeepSeek, xAI, vLLM), else `reasoning` (vLLM, OpenRouter)
  std::string_view tool_calls;     // an array
  std::string_view function_call;  // an object
  std::string_view annotations;    // an array
};
ChatSaid read_chat_said(std::string_view object, int depth_max);

// One element of `tool_calls`, or a `function_call`.
struct ChatCall {
  std::int64_t index = -1;  // -1: not told
  std::string_view id, name;
  std::string_view arguments;  // the inside of a string
  bool custom = false;
  std::string made;  // arguments that some servers write as an object, as the inside of a string
  std::string_view text() const { return made.empty() ? arguments : std::string_view(made); }
};
ChatCall read_chat_call(std::string_view object, int depth_max);
ChatCall read_function_call(std::string_view object, int depth_max);

// One annotation in the other dialect's form: Chat nests what Responses writes flat.
void append_annotation_as_chat(std::string_view responses_form, std::string& out);
void append_annotation_as_responses(std::string_view chat_form, std::string& out);

}  // namespace fw::dialect
