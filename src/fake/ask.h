// What a fake cloud reads of a request before it answers.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>
#include <vector>

#include "fake/refusal.h"

namespace fw::fake {

enum class Endpoint : std::uint8_t {
  chat,
  responses,
  embeddings,
  converse,  // bedrock's own
  converse_stream,
  invoke,  // a chat in bedrock's envelope
  invoke_stream,
  count_tokens,     // of a converse
  generate,         // gemini's own
  generate_stream,  // up to here they carry a body
  response_get,
  response_delete,
  response_cancel,  // name a response
  models,
  model_get,
  health,
  direct  // answered by the manner itself: token endpoints
};

constexpr bool has_body(Endpoint e) { return e <= Endpoint::generate_stream; }
// The body is one of Chat Completions.
constexpr bool says_chat(Endpoint e) {
  return e == Endpoint::chat || e == Endpoint::invoke || e == Endpoint::invoke_stream;
}

// The fields a Response repeats, as the request spelt them; empty: not said.
struct Echo {
  std::string_view instructions, max_output_tokens, max_tool_calls, metadata, parallel_tool_calls, previous_response_id,
      prompt_cache_key, reasoning, safety_identifier, service_tier, store, temperature, text, tool_choice, tools,
      top_logprobs, top_p, truncation, user, background;
};

// Whether a tool is to be called.
enum class Choice : std::uint8_t { automatic, none, required };

// Views point into the body. Strings stand without their quotes, still escaped.
struct Ask {
  std::string_view model;
  std::string_view tools;  // raw array of any dialect; empty: none
  Choice choice = Choice::automatic;
  std::string_view choice_name;     // required: this one
  std::string_view schema;          // of the answer: a raw object, or a string that holds one; empty: none
  std::string_view last_user_text;  // of the last message or item of a user
  std::string_view previous_response_id;
  std::string_view input;  // embeddings: raw
  std::string_view encoding_format;
  std::string_view service_tier;
  std::vector<std::string_view> texts;  // what counts as prompt: tools, system, the rest
  Echo echo;
  std::int64_t prompt_tokens = 0;
  std::optional<std::int64_t> output_limit;
  std::int64_t n = 1;
  std::int64_t dimensions = 0;  // embeddings; 0: not said
  bool stream = false;
  bool include_usage = false;
  bool include_obfuscation = true;
  bool store = true;
  bool background = false;
  bool one_call = false;        // parallel_tool_calls is false
  bool after_tool = false;      // the last message or item is a tool's result
  bool tells_thoughts = false;  // reasoning is to be told, not only counted
};

// Prompts that hold this are refused by clouds with a content filter.
inline constexpr std::string_view kBlockedPhrase = "trigger the content filter";
// A last user message that holds it gets two tool calls where there is a tool …
inline constexpr std::string_view kParallelPhrase = "parallel";
// … and with this none, although there are tools.
inline constexpr std::string_view kWordsPhrase = "answer in words";
// The answer begins with reasoning …
inline constexpr std::string_view kThinkPhrase = "think first";
// … is a refusal of the model's …
inline constexpr std::string_view kRefusePhrase = "refuse to answer";
// … or is cut off by the content filter half way.
inline constexpr std::string_view kFilteredPhrase = "get filtered";

// Scans the whole body. Refused: malformed JSON, a known field of a wrong type or range, no model (unless
// the path names it), no messages or input. Unknown fields pass.
std::expected<Ask, Refusal> read_ask(Endpoint endpoint, std::string_view body, bool model_in_path);

// The prompt holds kBlockedPhrase.
bool is_blocked(const Ask& ask);

// The model alone, for matching; empty if the body does not say one.
std::string_view model_of(std::string_view body);

}  // namespace fw::fake
