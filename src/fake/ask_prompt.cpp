// The prompt: which texts it holds, who speaks last.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "fake/ask_fields.h"
#include "fake/tokens.h"

namespace fw::fake {
namespace {

using wire::JsonKind;
using wire::JsonMember;
using Taken = std::expected<void, Refusal>;

// A message, or an item of a Response's input.
struct Spoken {
  std::string_view type;
  std::string_view role;
  JsonMember content;
  bool has_content = false;
  std::string_view calls;            // raw array of a chat's
  std::string_view name, arguments;  // of a Response's call
  JsonMember output;                 // of its result
};

Spoken read_spoken(std::string_view object) {
  Spoken s;
  wire::JsonObject members(object, kAskDepthMax);
  JsonMember m;
  while (members.next(m)) {
    if (m.key == "role") {
      s.role = wire::json_text(m.value);
    } else if (m.key == "type") {
      s.type = wire::json_text(m.value);
    } else if (m.key == "content") {
      s.content = m;
      s.has_content = true;
    } else if (m.key == "tool_calls") {
      s.calls = m.value;
    } else if (m.key == "name") {
      s.name = wire::json_text(m.value);
    } else if (m.key == "arguments" || m.key == "input") {
      s.arguments = m.value;
    } else if (m.key == "output") {
      s.output = m;
    }
  }
  return s;
}

// "messages[3]", worded only when something is wrong there.
struct Where {
  std::string_view list;
  int index;
  std::string text(std::string_view more = "") const { return fmt::format("{}[{}]{}", list, index, more); }
};

// Texts of the content; the last of them, if any.
Taken read_content(const JsonMember& content, const Where& place, Ask& ask, std::string_view& last) {
  if (content.kind == JsonKind::null) return {};
  if (content.kind == JsonKind::string) {
    last = wire::json_text(content.value);
    count_text(ask, last);
    return {};
  }
  if (content.kind != JsonKind::array)
    return std::unexpected(wrong_type(place.text(".content"), "a string or an array", kind_text(content.kind)));
  wire::JsonArray parts(content.value, kAskDepthMax);
  JsonMember part;
  for (int i = 0; parts.next(part); ++i) {
    if (part.kind != JsonKind::object)
      return std::unexpected(wrong_type(place.text(fmt::format(".content[{}]", i)), "an object", kind_text(part.kind)));
    const auto type = wire::json_text(wire::json_find(part.value, {"type"}).value_or(""));
    if (type.ends_with("text") || type == "refusal") {
      last = wire::json_text(wire::json_find(part.value, {type == "refusal" ? "refusal" : "text"}).value_or(""));
      count_text(ask, last);
    } else if (type == "image_url" || type == "input_image") {
      ask.prompt_tokens += kTokensPerImage;
    } else if (type.empty()) {
      return std::unexpected(missing_param(place.text(fmt::format(".content[{}].type", i))));
    }
  }
  return {};
}

void count_calls(std::string_view calls, Ask& ask) {
  wire::JsonArray list(calls, kAskDepthMax);
  JsonMember m;
  while (list.next(m)) {
    if (m.kind != JsonKind::object) continue;
    const auto inner =
        wire::json_find(m.value, {"function"}).value_or(wire::json_find(m.value, {"custom"}).value_or(m.value));
    const auto name = wire::json_text(wire::json_find(inner, {"name"}).value_or(""));
    count_call(ask, name,
               wire::json_find(inner, {"arguments"}).value_or(wire::json_find(inner, {"input"}).value_or("")));
  }
}

// What a tool answered: a text, or parts of which only the texts count.
void count_output(const JsonMember& output, Ask& ask) {
  if (output.kind != JsonKind::array) return count_result(ask, output.value);
  wire::JsonArray parts(output.value, kAskDepthMax);
  JsonMember m;
  while (parts.next(m))
    if (m.kind == JsonKind::object) count_result(ask, wire::json_find(m.value, {"text"}).value_or(""));
}

Taken take_spoken(const Spoken& s, const Where& place, Ask& ask) {
  const bool result = s.role == "tool" || s.role == "function";
  ask.after_tool = result || s.type.ends_with("_output");
  if (result) {
    count_output(s.content, ask);
    return {};
  }
  if (s.type.ends_with("_call")) {
    count_call(ask, s.name, s.arguments);
    return {};
  }
  if (s.type.ends_with("_output")) {
    count_output(s.output, ask);
    return {};
  }
  std::string_view last;
  // Nothing was said beside the calls.
  const bool silent = !s.calls.empty() && s.has_content && s.content.value == R"("")";
  if (s.has_content && !silent)
    if (const auto ok = read_content(s.content, place, ask, last); !ok) return ok;
  if (!s.calls.empty()) count_calls(s.calls, ask);
  if (s.role == "user") ask.last_user_text = last;
  return {};
}

Taken check_role(const Spoken& s, const Where& place) {
  constexpr std::array<std::string_view, 6> kRoles{"system", "assistant", "user", "function", "tool", "developer"};
  if (s.role.empty()) return std::unexpected(missing_param(place.text(".role")));
  if (std::ranges::find(kRoles, s.role) != kRoles.end()) return {};
  return std::unexpected(bad_value(
      place.text(".role"), fmt::format("Invalid value: '{}'. Supported values are: 'system', 'assistant', 'user', "
                                       "'function', 'tool', and 'developer'.",
                                       s.role)));
}

}  // namespace

Taken read_messages(std::string_view array, Ask& ask) {
  wire::JsonArray messages(array, kAskDepthMax);
  JsonMember m;
  int i = 0;
  for (; messages.next(m); ++i) {
    const Where place{"messages", i};
    if (m.kind != JsonKind::object) return std::unexpected(wrong_type(place.text(), "an object", kind_text(m.kind)));
    const auto spoken = read_spoken(m.value);
    if (const auto ok = check_role(spoken, place); !ok) return ok;
    if (const auto ok = take_spoken(spoken, place, ask); !ok) return ok;
  }
  if (i == 0)
    return std::unexpected(
        bad_value("messages",
                  "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty "
                  "array instead.",
                  "empty_array"));
  return {};
}

Taken read_input(const JsonMember& input, Ask& ask) {
  if (input.kind == JsonKind::string) {
    ask.last_user_text = wire::json_text(input.value);
    count_text(ask, ask.last_user_text);
    return {};
  }
  wire::JsonArray items(input.value, kAskDepthMax);
  JsonMember m;
  for (int i = 0; items.next(m); ++i) {
    const Where place{"input", i};
    if (m.kind != JsonKind::object) return std::unexpected(wrong_type(place.text(), "an object", kind_text(m.kind)));
    const auto spoken = read_spoken(m.value);
    if (spoken.type.empty() && spoken.role.empty()) return std::unexpected(missing_param(place.text(".role")));
    if (const auto ok = take_spoken(spoken, place, ask); !ok) return ok;
  }
  return {};
}

}  // namespace fw::fake
