#include "fake/ask_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace fw::fake {
namespace {

using wire::JsonKind;
using wire::JsonMember;
using Taken = std::expected<void, Refusal>;

enum class Shape : std::uint8_t { text, flag, whole, number, list, object, text_or_list, text_or_object };

struct Field {
  std::string_view name;
  std::uint8_t endpoints;
  Shape shape;
  double low = 0;
  double high = 0;  // low == high: no range
};
constexpr std::uint8_t kChat = 1, kResponses = 2, kEmbeddings = 4, kBoth = 3, kAll = 7;

// Sorted by name. Sources: OpenAI's API description 2.3.0.
constexpr std::array kFields{
    Field{"background", kResponses, Shape::flag},
    Field{"dimensions", kEmbeddings, Shape::whole, 1, 8192},
    Field{"encoding_format", kEmbeddings, Shape::text},
    Field{"frequency_penalty", kChat, Shape::number, -2, 2},
    Field{"include", kResponses, Shape::list},
    Field{"input", kResponses | kEmbeddings, Shape::text_or_list},
    Field{"instructions", kResponses, Shape::text},
    Field{"logit_bias", kChat, Shape::object},
    Field{"logprobs", kChat, Shape::flag},
    Field{"max_completion_tokens", kChat, Shape::whole, 1, 1e9},
    Field{"max_output_tokens", kResponses, Shape::whole, 1, 1e9},
    Field{"max_tokens", kChat, Shape::whole, 1, 1e9},
    Field{"max_tool_calls", kResponses, Shape::whole, 1, 1e9},
    Field{"messages", kChat, Shape::list},
    Field{"metadata", kBoth, Shape::object},
    Field{"modalities", kChat, Shape::list},
    Field{"model", kAll, Shape::text},
    Field{"n", kChat, Shape::whole, 1, 128},
    Field{"parallel_tool_calls", kBoth, Shape::flag},
    Field{"presence_penalty", kChat, Shape::number, -2, 2},
    Field{"previous_response_id", kResponses, Shape::text},
    Field{"prompt_cache_key", kBoth, Shape::text},
    Field{"reasoning", kResponses, Shape::object},
    Field{"reasoning_effort", kChat, Shape::text},
    Field{"response_format", kChat, Shape::object},
    Field{"safety_identifier", kBoth, Shape::text},
    Field{"seed", kChat, Shape::whole, -9.3e18, 9.3e18},
    Field{"service_tier", kBoth, Shape::text},
    Field{"stop", kChat, Shape::text_or_list},
    Field{"store", kBoth, Shape::flag},
    Field{"stream", kBoth, Shape::flag},
    Field{"stream_options", kBoth, Shape::object},
    Field{"temperature", kBoth, Shape::number, 0, 2},
    Field{"text", kResponses, Shape::object},
    Field{"tool_choice", kBoth, Shape::text_or_object},
    Field{"tools", kBoth, Shape::list},
    Field{"top_logprobs", kBoth, Shape::whole, 0, 20},
    Field{"top_p", kBoth, Shape::number, 0, 1},
    Field{"truncation", kResponses, Shape::text},
    Field{"user", kAll, Shape::text},
    Field{"verbosity", kChat, Shape::text},
};
static_assert(std::ranges::is_sorted(kFields, {}, &Field::name));

struct EchoField {
  std::string_view name;
  std::string_view Echo::* member;
};
constexpr std::array kEchoes{
    EchoField{"background", &Echo::background},
    EchoField{"instructions", &Echo::instructions},
    EchoField{"max_output_tokens", &Echo::max_output_tokens},
    EchoField{"max_tool_calls", &Echo::max_tool_calls},
    EchoField{"metadata", &Echo::metadata},
    EchoField{"parallel_tool_calls", &Echo::parallel_tool_calls},
    EchoField{"previous_response_id", &Echo::previous_response_id},
    EchoField{"prompt_cache_key", &Echo::prompt_cache_key},
    EchoField{"reasoning", &Echo::reasoning},
    EchoField{"safety_identifier", &Echo::safety_identifier},
    EchoField{"service_tier", &Echo::service_tier},
    EchoField{"store", &Echo::store},
    EchoField{"temperature", &Echo::temperature},
    EchoField{"text", &Echo::text},
    EchoField{"tool_choice", &Echo::tool_choice},
    EchoField{"tools", &Echo::tools},
    EchoField{"top_logprobs", &Echo::top_logprobs},
    EchoField{"top_p", &Echo::top_p},
    EchoField{"truncation", &Echo::truncation},
    EchoField{"user", &Echo::user},
};

std::uint8_t bit(Endpoint e) { return says_chat(e) ? kChat : e == Endpoint::responses ? kResponses : kEmbeddings; }

bool fits(Shape shape, JsonKind kind) {
  switch (shape) {
    case Shape::text: return kind == JsonKind::string;
    case Shape::flag: return kind == JsonKind::boolean;
    case Shape::whole:
    case Shape::number: return kind == JsonKind::number;
    case Shape::list: return kind == JsonKind::array;
    case Shape::object: return kind == JsonKind::object;
    case Shape::text_or_list: return kind == JsonKind::string || kind == JsonKind::array;
    case Shape::text_or_object: return kind == JsonKind::string || kind == JsonKind::object;
  }
  return false;
}

std::string_view shape_text(Shape shape) {
  constexpr std::array<std::string_view, 8> kTexts{
      "a string", "a boolean", "an integer",           "a decimal",
      "an array", "an object", "a string or an array", "a string or an object"};
  return kTexts[static_cast<std::size_t>(shape)];
}

bool must_not_be_null(std::string_view name) { return name == "model" || name == "messages" || name == "input"; }

Taken check_number(const Field& field, std::string_view token) {
  if (field.shape == Shape::whole && token.find_first_of(".eE") != std::string_view::npos)
    return std::unexpected(wrong_type(field.name, "an integer", "a decimal number"));
  double value = 0;
  std::from_chars(token.data(), token.data() + token.size(), value);
  if (field.low == field.high || (value >= field.low && value <= field.high)) return {};
  const bool below = value < field.low;
  return std::unexpected(bad_value(
      field.name,
      fmt::format("Invalid '{}': {} {} value. Expected a value {} {}, but got {} instead.", field.name,
                  field.shape == Shape::whole ? "integer" : "decimal", below ? "below minimum" : "above maximum",
                  below ? ">=" : "<=", below ? field.low : field.high, token),
      below ? (field.shape == Shape::whole ? "integer_below_min_value" : "decimal_below_min_value")
            : (field.shape == Shape::whole ? "integer_above_max_value" : "decimal_above_max_value")));
}

bool truth(const JsonMember& m) { return m.value == "true"; }

void take_stream_options(std::string_view object, Ask& ask) {
  if (const auto v = wire::json_find(object, {"include_usage"})) ask.include_usage = *v == "true";
  if (const auto v = wire::json_find(object, {"include_obfuscation"})) ask.include_obfuscation = *v != "false";
}

void take_tools(std::string_view tools, Ask& ask, Found& found) {
  ask.tools = tools;
  wire::JsonArray list(tools, kAskDepthMax);
  JsonMember m;
  while (list.next(m)) {
    if (m.kind != JsonKind::object) continue;
    const auto inner = wire::json_find(m.value, {"function"}).value_or(m.value);
    const auto text = [inner](std::string_view key) {
      return wire::json_text(wire::json_find(inner, {key}).value_or(""));
    };
    count_tool(ask, found, text("name"), text("description"), wire::json_find(inner, {"parameters"}).value_or(""));
  }
}

void take_choice(std::string_view choice, Ask& ask) {
  const auto word = wire::json_text(choice);
  if (word == "none") ask.choice = Choice::none;
  if (word != "required" && !choice.starts_with('{')) return;
  ask.choice = Choice::required;
  if (!word.empty()) return;
  const auto inner = wire::json_find(choice, {"function"}).value_or(choice);
  ask.choice_name = wire::json_text(wire::json_find(inner, {"name"}).value_or(""));
}

// response_format {"type","json_schema":{"schema":…}} or text.format {"type","schema":…}.
void take_format(std::string_view format, Ask& ask) {
  if (!format.starts_with('{')) return;
  const auto type = wire::json_text(wire::json_find(format, {"type"}).value_or(""));
  if (type == "json_object") ask.schema = kAnyObject;
  if (type != "json_schema") return;
  if (const auto s = wire::json_find(format, {"json_schema", "schema"}))
    ask.schema = *s;
  else
    ask.schema = wire::json_find(format, {"schema"}).value_or("{}");
}

// Fields that change the answer. Others are only checked, or repeated.
Taken store_field(Endpoint endpoint, const JsonMember& m, Ask& ask, Found& found) {
  const auto key = m.key;
  if (key == "model") {
    ask.model = wire::json_text(m.value);
  } else if (key == "messages") {
    found.prompt = true;
    return read_messages(m.value, ask);
  } else if (key == "input") {
    found.prompt = true;
    if (endpoint == Endpoint::responses) return read_input(m, ask);
    ask.input = m.value;
  } else if (key == "stream") {
    ask.stream = truth(m);
  } else if (key == "stream_options") {
    take_stream_options(m.value, ask);
  } else if (key == "max_tokens" || key == "max_completion_tokens" || key == "max_output_tokens") {
    ask.output_limit = wire::json_int(m.value);
  } else if (key == "n") {
    ask.n = wire::json_int(m.value).value_or(1);
  } else if (key == "dimensions") {
    ask.dimensions = wire::json_int(m.value).value_or(0);
  } else if (key == "encoding_format") {
    ask.encoding_format = wire::json_text(m.value);
  } else if (key == "tools") {
    take_tools(m.value, ask, found);
  } else if (key == "parallel_tool_calls") {
    ask.one_call = !truth(m);
  } else if (key == "tool_choice") {
    take_choice(m.value, ask);
  } else if (key == "response_format") {
    take_format(m.value, ask);
  } else if (key == "text") {
    take_format(wire::json_find(m.value, {"format"}).value_or(""), ask);
  } else if (key == "instructions") {
    count_system(ask, found, wire::json_text(m.value));
  } else if (key == "reasoning") {
    const auto summary = wire::json_find(m.value, {"summary"});
    ask.tells_thoughts = summary && *summary != "null";
  } else if (key == "previous_response_id") {
    ask.previous_response_id = wire::json_text(m.value);
  } else if (key == "store") {
    ask.store = truth(m);
  } else if (key == "background") {
    ask.background = truth(m);
  } else if (key == "service_tier") {
    ask.service_tier = wire::json_text(m.value);
  }
  return {};
}

}  // namespace

std::string_view kind_text(JsonKind kind) {
  constexpr std::array<std::string_view, 6> kTexts{"an object", "an array",  "a string",
                                                   "a number",  "a boolean", "null"};
  return kTexts[static_cast<std::size_t>(kind)];
}

Taken take_field(Endpoint endpoint, const JsonMember& m, Ask& ask, Found& found) {
  const auto* const field = std::ranges::lower_bound(kFields, m.key, {}, &Field::name);
  if (field == kFields.end() || field->name != m.key || (field->endpoints & bit(endpoint)) == 0) return {};
  if (endpoint == Endpoint::responses) {
    const auto* const echo = std::ranges::lower_bound(kEchoes, m.key, {}, &EchoField::name);
    if (echo != kEchoes.end() && echo->name == m.key) ask.echo.*echo->member = m.value;
  }
  if (m.kind == JsonKind::null && !must_not_be_null(m.key)) return {};
  if (!fits(field->shape, m.kind))
    return std::unexpected(wrong_type(m.key, shape_text(field->shape), kind_text(m.kind)));
  if (m.kind == JsonKind::number)
    if (const auto ok = check_number(*field, m.value); !ok) return ok;
  return store_field(endpoint, m, ask, found);
}

}  // namespace fw::fake
