#include "dialect/chat_words.h"

#include "dialect/event_decoder.h"

namespace fw::dialect {
namespace {

using wire::JsonKind;
using wire::JsonMember;

// The value of a member that is one of these, else nothing.
std::string_view value_if(const JsonMember& member, JsonKind kind) {
  return member.kind == kind ? member.value : std::string_view();
}

void read_logprobs(std::string_view object, int depth_max, ChatChoice& out) {
  wire::JsonObject members(object, depth_max);
  for (JsonMember member; members.next(member);) {
    if (member.key == "content") out.logprobs = array_or_nothing(member);
    if (member.key == "refusal") out.refusal_logprobs = array_or_nothing(member);
  }
}

void read_arguments(const JsonMember& member, ChatCall& out) {
  out.arguments = wire::json_text(member.value);
  if (member.kind == JsonKind::object) wire::json_escape(out.made, member.value);
}

// What stands under `function` or `custom`, and is all there is of a `function_call`.
void read_called(std::string_view object, int depth_max, ChatCall& out) {
  wire::JsonObject members(object, depth_max);
  for (JsonMember member; members.next(member);) {
    if (member.key == "name") out.name = wire::json_text(member.value);
    if (member.key == "arguments" || member.key == "input") read_arguments(member, out);
  }
}

void append_member(std::string& out, std::string_view key, std::string_view value) {
  out.append(1, '"').append(key).append("\":").append(value);
}

constexpr int kAnnotationDepth = 64;

std::string_view type_of(std::string_view annotation) {
  wire::JsonObject members(annotation, kAnnotationDepth);
  for (JsonMember member; members.next(member);)
    if (member.key == "type" && member.kind == JsonKind::string) return member.value;
  return {};
}

// Every member but the type, each with a comma before it unless it is the first.
void append_rest(std::string_view object, bool first, std::string& out) {
  wire::JsonObject members(object, kAnnotationDepth);
  for (JsonMember member; members.next(member);) {
    if (member.key == "type") continue;
    if (!first) out += ',';
    first = false;
    append_member(out, member.key, member.value);
  }
}

}  // namespace

void read_chat_top(const JsonMember& member, ChatTop& out) {
  const std::string_view key = member.key;
  if (key == "choices") out.choices = value_if(member, JsonKind::array);
  if (key == "id") out.id = wire::json_text(member.value);
  if (key == "model") out.model = wire::json_text(member.value);
  if (key == "created") out.created = seconds_of(member.value);
  if (key == "service_tier") out.service_tier = wire::json_text(member.value);
  if (key == "usage") out.usage = value_if(member, JsonKind::object);
  if (key == "error" && member.kind != JsonKind::null) out.error = member.value;
  if (key == "object") out.flat_error = member.value == R"("error")";
}

ChatChoice read_chat_choice(std::string_view object, int depth_max) {
  ChatChoice out;
  wire::JsonObject members(object, depth_max);
  for (JsonMember member; members.next(member);) {
    const std::string_view key = member.key;
    if (key == "index") out.index = wire::json_int(member.value).value_or(0);
    if (key == "delta" || key == "message") out.said = value_if(member, JsonKind::object);
    if (key == "finish_reason") out.finish = wire::json_text(member.value);
    if (key == "logprobs" && member.kind == JsonKind::object) read_logprobs(member.value, depth_max, out);
  }
  return out;
}

ChatSaid read_chat_said(std::string_view object, int depth_max) {
  ChatSaid out;
  std::string_view reasoning;
  wire::JsonObject members(object, depth_max);
  for (JsonMember member; members.next(member);) {
    const std::string_view key = member.key;
    if (key == "content") {
      out.content = wire::json_text(member.value);
      out.content_parts = value_if(member, JsonKind::array);
    }
    if (key == "refusal") out.refusal = wire::json_text(member.value);
    if (key == "reasoning_content") out.reasoning = wire::json_text(member.value);
    if (key == "reasoning") reasoning = wire::json_text(member.value);
    if (key == "tool_calls") out.tool_calls = value_if(member, JsonKind::array);
    if (key == "function_call") out.function_call = value_if(member, JsonKind::object);
    if (key == "annotations") out.annotations = value_if(member, JsonKind::array);
  }
  if (out.reasoning.empty()) out.reasoning = reasoning;
  return out;
}

ChatCall read_chat_call(std::string_view object, int depth_max) {
  ChatCall out;
  wire::JsonObject members(object, depth_max);
  for (JsonMember member; members.next(member);) {
    const std::string_view key = member.key;
    if (key == "index") out.index = wire::json_int(member.value).value_or(-1);
    if (key == "id") out.id = wire::json_text(member.value);
    if (key == "type") out.custom |= member.value == R"("custom")";
    if (member.kind != JsonKind::object || (key != "function" && key != "custom")) continue;
    out.custom |= key == "custom";
    read_called(member.value, depth_max, out);
  }
  return out;
}

ChatCall read_function_call(std::string_view object, int depth_max) {
  ChatCall out;
  read_called(object, depth_max, out);
  return out;
}

void append_annotation_as_chat(std::string_view responses_form, std::string& out) {
  const auto type = type_of(responses_form);
  if (type.empty()) {
    out += responses_form;
    return;
  }
  out += '{';
  append_member(out, "type", type);
  out.append(",").append(type).append(":{");
  append_rest(responses_form, true, out);
  out += "}}";
}

void append_annotation_as_responses(std::string_view chat_form, std::string& out) {
  const auto type = type_of(chat_form);
  const auto inner = type.empty() ? std::nullopt : wire::json_find(chat_form, {wire::json_text(type)});
  if (!inner || !inner->starts_with('{')) {
    out += chat_form;
    return;
  }
  out += '{';
  append_member(out, "type", type);
  append_rest(*inner, false, out);
  out += '}';
}

}  // namespace fw::dialect
