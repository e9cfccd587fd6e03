#include "dialect/inner_top.h"

#include <array>

#include "dialect/inner_names.h"
#include "dialect/inner_walk.h"

namespace fw::dialect::inner {
namespace {

constexpr bool kYes = true;
constexpr bool kNo = false;

// key, shape, need, kinds, usual value, in Chat, in Responses.
constexpr std::array kFields{
    TopField{"model", Top::model, Need::unknown_field, kText},
    TopField{"stream", Top::stream, Need::unknown_field, kFlag},
    TopField{"messages", Top::messages, Need::unknown_field, kArray, "", kYes, kNo},
    TopField{"input", Top::input, Need::unknown_field, kText | kArray, "", kNo, kYes},
    TopField{"user", Top::plain, Need::user, kText},
    TopField{"safety_identifier", Top::plain, Need::safety_identifier, kText},
    TopField{"metadata", Top::plain, Need::metadata, kObject},
    TopField{"seed", Top::plain, Need::seed, kNumber, "", kYes, kNo},
    TopField{"store", Top::plain, Need::store, kFlag, "false"},
    TopField{"background", Top::plain, Need::background, kFlag, "false", kNo, kYes},
    TopField{"previous_response_id", Top::plain, Need::previous_response_id, kText, "", kNo, kYes},
    TopField{"conversation", Top::plain, Need::conversation, kText | kObject, "", kNo, kYes},
    TopField{"prompt", Top::plain, Need::prompt, kObject, "", kNo, kYes},
    TopField{"include", Top::include, Need::include, kArray, "", kNo, kYes},
    TopField{"instructions", Top::instructions, Need::instructions, kText, "\"\"", kNo, kYes},
    TopField{"context_management", Top::plain, Need::context_management, kArray, "", kNo, kYes},
    TopField{"max_tokens", Top::max_tokens, Need::max_tokens, kNumber, "", kYes, kNo},
    TopField{"max_completion_tokens", Top::max_completion_tokens, Need::max_tokens, kNumber, "", kYes, kNo},
    TopField{"max_output_tokens", Top::plain, Need::max_tokens, kNumber, "", kNo, kYes},
    TopField{"max_tool_calls", Top::plain, Need::max_tool_calls, kNumber, "", kNo, kYes},
    TopField{"temperature", Top::plain, Need::temperature, kNumber},
    TopField{"top_p", Top::plain, Need::top_p, kNumber},
    TopField{"frequency_penalty", Top::penalty, Need::frequency_penalty, kNumber, "0", kYes, kNo},
    TopField{"presence_penalty", Top::penalty, Need::presence_penalty, kNumber, "0", kYes, kNo},
    TopField{"logit_bias", Top::plain, Need::logit_bias, kObject, "", kYes, kNo},
    TopField{"logprobs", Top::plain, Need::logprobs, kFlag, "false", kYes, kNo},
    TopField{"top_logprobs", Top::plain, Need::top_logprobs, kNumber, "0"},
    TopField{"n", Top::several_choices, Need::several_choices, kNumber, "1", kYes, kNo},
    TopField{"stop", Top::plain, Need::stop, kText | kArray, "", kYes, kNo},
    TopField{"verbosity", Top::plain, Need::verbosity, kText, "\"medium\"", kYes, kNo},
    TopField{"reasoning_effort", Top::plain, Need::reasoning_effort, kText, "", kYes, kNo},
    TopField{"reasoning", Top::reasoning, Need::reasoning_effort, kObject, "", kNo, kYes},
    TopField{"text", Top::text, Need::json_schema, kObject, "", kNo, kYes},
    TopField{"response_format", Top::response_format, Need::json_schema, kObject, "", kYes, kNo},
    TopField{"service_tier", Top::service_tier, Need::service_tier, kText, "\"auto\""},
    TopField{"prompt_cache_key", Top::plain, Need::prompt_cache_key, kText},
    TopField{"prompt_cache_retention", Top::plain, Need::prompt_cache_retention, kText},
    TopField{"prompt_cache_options", Top::plain, Need::prompt_cache_options, kObject},
    TopField{"truncation", Top::plain, Need::truncation, kText, "\"disabled\"", kNo, kYes},
    TopField{"prediction", Top::plain, Need::prediction, kObject, "", kYes, kNo},
    TopField{"modalities", Top::modalities, Need::modalities, kArray, "", kYes, kNo},
    TopField{"audio", Top::plain, Need::audio_output, kObject, "", kYes, kNo},
    TopField{"web_search_options", Top::plain, Need::web_search_options, kObject, "", kYes, kNo},
    TopField{"moderation", Top::plain, Need::moderation, kObject},
    TopField{"stream_options", Top::stream_options, Need::stream_options, kObject},
    TopField{"parallel_tool_calls", Top::parallel_tool_calls, Need::parallel_tool_calls_off, kFlag, "true"},
    TopField{"tools", Top::tools, Need::tools, kArray},
    TopField{"tool_choice", Top::tool_choice, Need::tool_choice_named, kText | kObject},
    TopField{"functions", Top::functions, Need::tools, kArray, "", kYes, kNo},
    TopField{"function_call", Top::function_call, Need::tool_choice_named, kText | kObject, "", kYes, kNo},
};

consteval auto marked_fields() {
  auto fields = kFields;
  for (auto& field : fields)
    for (std::uint8_t i = 0; i < kWatched.size(); ++i)
      if (kWatched[i] == field.key) field.watched = i;
  return fields;
}
constexpr Names kTable{marked_fields()};

void format_needs(Raw format, Needs& needs) {
  const auto type = inside(member_of(format, "type"));
  if (type == "json_schema")
    set(needs, Need::json_schema);
  else if (type == "json_object")
    set(needs, Need::json_mode);
}

void text_needs(Raw text, Needs& needs) {
  Walk walk(text);
  walk.open();
  for (std::string_view key; walk.key(key);) {
    const Raw value = walk.take();
    if (is_null(value)) continue;
    if (key == "format")
      format_needs(value, needs);
    else if (key != "verbosity")
      set(needs, Need::unknown_field);
    else if (value != "\"medium\"")
      set(needs, Need::verbosity);
  }
}

void reasoning_needs(Raw reasoning, Needs& needs) {
  Walk walk(reasoning);
  walk.open();
  for (std::string_view key; walk.key(key);) {
    const Raw value = walk.take();
    if (is_null(value)) continue;
    if (key == "effort")
      set(needs, Need::reasoning_effort);
    else if (key == "summary" || key == "generate_summary")
      set(needs, Need::reasoning_summary);
    else if (value != "\"auto\"" && value != "\"standard\"")  // the defaults of `context` and `mode`
      set(needs, Need::unknown_field);
  }
}

void choice_needs(Raw choice, Needs& needs) {
  if (is_string(choice)) {
    if (choice == "\"required\"") set(needs, Need::tool_choice_required);
    if (choice == "\"none\"") set(needs, Need::tool_choice_none);
    return;
  }
  const auto type = inside(member_of(choice, "type"));
  if (type == "allowed_tools")
    set(needs, Need::tool_choice_allowed);
  else if (type == "function" || type == "custom" || type.empty())
    set(needs, Need::tool_choice_named);
  else
    set(needs, Need::hosted_tools);
}

void include_needs(Raw include, Needs& needs) {
  Walk walk(include);
  walk.open();
  while (walk.element()) {
    const Raw value = walk.take();
    if (value == "\"message.output_text.logprobs\"")
      set(needs, Need::logprobs);
    else if (value == "\"reasoning.encrypted_content\"")
      set(needs, Need::encrypted_reasoning);
    else
      set(needs, Need::include);
  }
}

// `include_usage` is the gateway's own business; obfuscation is on by default.
void stream_options_needs(Raw options, Needs& needs) {
  Walk walk(options);
  walk.open();
  for (std::string_view key; walk.key(key);) {
    const Raw value = walk.take();
    if (is_null(value) || key == "include_usage" || (key == "include_obfuscation" && value == "true")) continue;
    set(needs, Need::stream_options);
  }
}

void modalities_needs(Raw modalities, Needs& needs) {
  Walk walk(modalities);
  walk.open();
  while (walk.element())
    if (walk.take() != "\"text\"") set(needs, Need::modalities);
}

bool is_zero(Raw number) { return number.find_first_not_of("-0.") == number.npos; }

// An object or array with nothing in it.
bool is_empty(Raw value) {
  if (!is_object(value) && !is_array(value)) return false;
  const auto first = value.find_first_not_of(" \t\r\n", 1);
  return first == value.npos || value[first] == '}' || value[first] == ']';
}

}  // namespace

std::uint8_t kind_of(Raw token) {
  switch (token.empty() ? 'n' : token.front()) {
    case '"': return kText;
    case '{': return kObject;
    case '[': return kArray;
    case 't':
    case 'f': return kFlag;
    case 'n': return 0;
    default: return kNumber;
  }
}

std::string_view say_kinds(std::uint8_t kinds) {
  switch (kinds) {
    case kText: return "a string";
    case kNumber: return "a number";
    case kFlag: return "true or false";
    case kObject: return "an object";
    case kArray: return "an array";
    case kText | kArray: return "a string or an array";
    default: return "a string or an object";
  }
}

const TopField* top_field(std::string_view key) { return kTable.find(key); }

void add_needs(const TopField* field, Raw value, Needs& needs) {
  if (is_null(value)) return;
  if (field == nullptr) return set(needs, Need::unknown_field);
  if (value == field->usual || is_empty(value)) return;
  if ((field->kinds & kind_of(value)) == 0) return set(needs, field->need);
  switch (field->top) {
    case Top::model:
    case Top::messages:
    case Top::input:
    case Top::stream: return;
    case Top::response_format: return format_needs(value, needs);
    case Top::text: return text_needs(value, needs);
    case Top::reasoning: return reasoning_needs(value, needs);
    case Top::tool_choice:
    case Top::function_call: return choice_needs(value, needs);
    case Top::include: return include_needs(value, needs);
    case Top::stream_options: return stream_options_needs(value, needs);
    case Top::modalities: return modalities_needs(value, needs);
    case Top::service_tier:
      if (value == "\"default\"") return;  // what any place gives that was told nothing
      break;
    case Top::penalty:
      if (is_zero(value)) return;
      break;
    default: break;
  }
  set(needs, field->need);
}

}  // namespace fw::dialect::inner
