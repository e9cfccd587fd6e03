// The top level of a request in both client dialects: which field asks for what.
// Sources: OpenAI's API description 2.3.0 (CreateChatCompletionRequest, CreateResponse); openai 7.57.0.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "dialect/dialect.h"
#include "dialect/inner.h"

namespace fw::dialect::inner {

// Fields that are more than a value carried from one place to another. `plain` is the rest.
enum class Top : std::uint8_t {
  plain,
  model,
  messages,
  input,
  stream,
  stream_options,
  max_tokens,
  max_completion_tokens,
  several_choices,
  functions,
  function_call,
  tools,
  tool_choice,
  response_format,
  text,
  reasoning,
  include,
  modalities,
  service_tier,
  penalty,
  parallel_tool_calls,
  instructions
};

// Kinds of JSON values as bits.
enum Kinds : std::uint8_t { kText = 1, kNumber = 2, kFlag = 4, kObject = 8, kArray = 16 };
// The kind by the token's first byte; 0 for null.
std::uint8_t kind_of(Raw token);

// The fields that decide who is asked, what is charged and who may see the answer. Two parsers must
// not be able to read them differently, so they may stand once and in plain letters only.
inline constexpr std::array<std::string_view, 12> kWatched{"model",
                                                           "stream",
                                                           "n",
                                                           "max_tokens",
                                                           "max_completion_tokens",
                                                           "max_output_tokens",
                                                           "max_tool_calls",
                                                           "service_tier",
                                                           "stream_options",
                                                           "store",
                                                           "previous_response_id",
                                                           "background"};

struct TopField {
  std::string_view key;
  Top top = Top::plain;
  Need need = Need::unknown_field;
  std::uint8_t kinds = 0;       // what it may be, beside null
  std::string_view usual = {};  // the value that asks for nothing
  bool chat = true;
  bool responses = true;
  std::uint8_t watched = kWatched.size();  // its place there, if it has one

  bool known_to(Dialect dialect) const { return dialect == Dialect::chat ? chat : responses; }
};

// Null: no field of either dialect. `key` is unescaped.
const TopField* top_field(std::string_view key);

// Null: no field of this dialect (chat or responses).
inline const TopField* top_field(Dialect dialect, std::string_view key) {
  const TopField* const field = top_field(key);
  return field != nullptr && field->known_to(dialect) ? field : nullptr;
}

// Adds what this value of the field asks for. Values that are null, empty or the default ask for
// nothing. `field` null: a field nobody knows.
void add_needs(const TopField* field, Raw value, Needs& needs);

// "an object", "a string or an array", …
std::string_view say_kinds(std::uint8_t kinds);

}  // namespace fw::dialect::inner
