#include "dialect/chat_words.h"

#include "dialect/event_decoder.h"
#include "dialect/key.h"
#include "dialect/skim.h"

namespace fw::dialect {
namespace {

using wire::JsonKind;
using wire::JsonMember;

// The value of a member that is one of these, else nothing.
std::string_view value_if(const JsonMember& member, JsonKind kind) {
  return member.kind == kind ? member.value : std::string_view();
}

void read_logprobs(std::string_view object, int depth_max, ChatChoice& out) {
  SkimObject members(object, depth_max);
  for (JsonMember member; members.next(member);) {
    if (is(member.key, "content")) out.logprobs = array_or_nothing(member);
    if (is(member.key, "refusal")) out.refusal_logprobs = array_or_nothing(member);
  }
}

void read_arguments(const JsonMember& member, ChatCall& out) {
  out.arguments = wire::json_text(member.value);
  if (member.kind == JsonKind::object) wire::json_escape(out.made, member.value);
}

// What stands under `function` or `custom`, and is all there is of a `function_call`.
void read_called(std::string_view object, int depth_max, ChatCall& out) {
  SkimObject members(object, depth_max);
  for (JsonMember member; members.next(member);) {
    if (is(member.key, "name")) out.name = wire::json_text(member.value);
    if (is(member.key, "arguments") || is(member.key, "input")) read_arguments(member, out);
  }
}

void read_choice_member(const JsonMember& member, int depth_max, ChatChoice& out) {
  const std::string_view key = member.key;
  if (is(key, "index")) out.index = wire::json_int(member.value).value_or(0);
  if (is(key, "delta") || is(key, "message")) out.said = value_if(member, JsonKind::object);
  if (is(key, "finish_reason")) out.finish = wire::json_text(member.value);
  if (is(key, "logprobs") && member.kind == JsonKind::object) read_logprobs(member.value, depth_max, out);
}

void append_member(std::string& out, std::string_view key, std::string_view value) {
  out.append(1, '"').append(key).append("\":").append(value);
}

constexpr int kAnnotationDepth = 64;

std::string_view type_of(std::string_view annotation) {
  SkimObject members(annotation, kAnnotationDepth);
  for (JsonMember member; members.next(member);)
    if (is(member.key, "type") && member.kind == JsonKind::string) return member.value;
  return {};
}

// Every member but the type, each with a comma before it unless it is the first.
void append_rest(std::string_view object, bool first, std::string& out) {
  SkimObject members(object, kAnnotationDepth);
  for (JsonMember member; members.next(member);) {
    if (is(member.key, "type")) continue;
    if (!first) out += ',';
    first = false;
    append_member(out, member.key, member.value);
  }
}

}  // namespace

void read_chat_top(const JsonMember& member, ChatTop& out) {
  const std::string_view key = member.key;
  if (is(key, "choices")) out.choices = value_if(member, JsonKind::array);
  if (is(key, "id")) out.id = wire::json_text(member.value);
  if (is(key, "model")) out.model = wire::json_text(member.value);
  if (is(key, "created")) out.created = seconds_of(member.value);
  if (is(key, "service_tier")) out.service_tier = wire::json_text(member.value);
  if (is(key, "usage")) out.usage = value_if(member, JsonKind::object);
  if (is(key, "error") && member.kind != JsonKind::null) out.error = member.value;
  if (is(key, "object")) out.flat_error = member.value == R"("error")";
}

ChatChoice read_chat_choice(std::string_view object, int depth_max) {
  ChatChoice out;
  SkimObject members(object, depth_max);
  for (JsonMember member; members.next(member);) read_choice_member(member, depth_max, out);
  return out;
}

bool read_only_choice(std::string_view choices, int depth_max, ChatChoice& out) {
  // Between the brackets stands one valid object and nothing else, or several.
  wire::JsonObject members(choices.substr(1, choices.size() - 2), depth_max);
  for (JsonMember member; members.next(member);) read_choice_member(member, depth_max, out);
  return members.error() == nullptr;
}

ChatSaid read_chat_said(std::string_view object, int depth_max) {
  ChatSaid out;
  std::string_view reasoning;
  SkimObject members(object, depth_max);
  for (JsonMember member; members.next(member);) {
    const std::string_view key = member.key;
    if (is(key, "content")) {
      out.content = wire::json_text(member.value);
      out.content_parts = value_if(member, JsonKind::array);
    }
    if (is(key, "refusal")) out.refusal = wire::json_text(member.value);
    if (is(key, "reasoning_content")) out.reasoning = wire::json_text(member.value);
    if (is(key, "reasoning")) reasoning = wire::json_text(member.value);
    if (is(key, "tool_calls")) out.tool_calls = value_if(member, JsonKind::array);
    if (is(key, "function_call")) out.function_call = value_if(member, JsonKind::object);
    if (is(key, "annotations")) out.annotations = value_if(member, JsonKind::array);
  }
  if (out.reasoning.empty()) out.reasoning = reasoning;
  return out;
}

ChatCall read_chat_call(std::string_view object, int depth_max) {
  ChatCall out;
  SkimObject members(object, depth_max);
  for (JsonMember member; members.next(member);) {
    const std::string_view key = member.key;
    if (is(key, "index")) out.index = wire::json_int(member.value).value_or(-1);
    if (is(key, "id")) out.id = wire::json_text(member.value);
    if (is(key, "type")) out.custom |= member.value == R"("custom")";
    if (member.kind != JsonKind::object || (key != "function" && key != "custom")) continue;
    out.custom |= is(key, "custom");
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
