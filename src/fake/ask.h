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
  embeddings,  // carry a body
  response_get,
  response_delete,
  response_cancel,  // name a response
  models,
  model_get,
  health
};

constexpr bool has_body(Endpoint e) {
  return e == Endpoint::chat || e == Endpoint::responses || e == Endpoint::embeddings;
}

// The fields a Response repeats, as the request spelt them; empty: not said.
struct Echo {
  std::string_view instructions, max_output_tokens, metadata, parallel_tool_calls, previous_response_id,
      prompt_cache_key, reasoning, safety_identifier, service_tier, store, temperature, text, tool_choice, tools,
      top_logprobs, top_p, truncation, user, background;
};

// Views point into the body. Strings stand without their quotes, still escaped.
struct Ask {
  std::string_view model;
  std::string_view tools;           // raw array; empty: none
  std::string_view tool_choice;     // raw
  std::string_view format;          // raw response_format or text.format
  std::string_view last_user_text;  // of the last message or item of a user
  std::string_view previous_response_id;
  std::string_view input;  // embeddings: raw
  std::string_view encoding_format;
  std::string_view service_tier;
  std::vector<std::string_view> texts;  // what counts as prompt, in order
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
  bool one_call = false;    // parallel_tool_calls is false
  bool after_tool = false;  // the last message or item is a tool's result
};

// Prompts that hold this are refused by clouds with a content filter.
inline constexpr std::string_view kBlockedPhrase = "trigger the content filter";
// A last user message that holds it gets two tool calls where there is a tool …
inline constexpr std::string_view kParallelPhrase = "parallel";
// … and with this none, although there are tools.
inline constexpr std::string_view kWordsPhrase = "answer in words";

// Scans the whole body. Refused: malformed JSON, a known field of a wrong type or range, no model (unless
// the path names it), no messages or input. Unknown fields pass.
std::expected<Ask, Refusal> read_ask(Endpoint endpoint, std::string_view body, bool model_in_path);

// The prompt holds kBlockedPhrase.
bool is_blocked(const Ask& ask);

// The model alone, for matching; empty if the body does not say one.
std::string_view model_of(std::string_view body);

}  // namespace fw::fake
