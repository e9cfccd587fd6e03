#include "dialect/response_words.h"

#include <array>

#include "dialect/event_decoder.h"
#include "dialect/inner_names.h"
#include "dialect/key.h"
#include "dialect/skim.h"

namespace fw::dialect {
namespace {

using inner::ItemKind;
using wire::JsonKind;
using wire::JsonMember;

struct Row {
  std::string_view key;  // the type after "response."
  ResponseEvent event = ResponseEvent::other;
};

// `reasoning.delta` is how Open Responses spells `reasoning_text.delta`.
constexpr inner::Names kEvents{std::to_array<Row>({
    {"output_text.delta", ResponseEvent::text_delta},
    {"function_call_arguments.delta", ResponseEvent::arguments_delta},
    {"reasoning_summary_text.delta", ResponseEvent::summary_delta},
    {"reasoning_text.delta", ResponseEvent::reasoning_delta},
    {"custom_tool_call_input.delta", ResponseEvent::arguments_delta},
    {"reasoning.delta", ResponseEvent::reasoning_delta},
    {"refusal.delta", ResponseEvent::refusal_delta},
    {"output_text.annotation.added", ResponseEvent::annotation},
    {"output_item.added", ResponseEvent::item_added},
    {"output_item.done", ResponseEvent::item_done},
    {"content_part.added", ResponseEvent::part_added},
    {"content_part.done", ResponseEvent::part_done},
    {"output_text.done", ResponseEvent::text_done},
    {"function_call_arguments.done", ResponseEvent::arguments_done},
    {"custom_tool_call_input.done", ResponseEvent::arguments_done},
    {"refusal.done", ResponseEvent::refusal_done},
    {"reasoning_text.done", ResponseEvent::reasoning_done},
    {"reasoning.done", ResponseEvent::reasoning_done},
    {"reasoning_summary_text.done", ResponseEvent::summary_done},
    {"reasoning_summary_part.added", ResponseEvent::summary_part_added},
    {"reasoning_summary_part.done", ResponseEvent::summary_part_done},
    {"created", ResponseEvent::created},
    {"in_progress", ResponseEvent::created},
    {"queued", ResponseEvent::created},
    {"completed", ResponseEvent::terminal},
    {"incomplete", ResponseEvent::terminal},
    {"cancelled", ResponseEvent::terminal},
    {"failed", ResponseEvent::failed},
    {"error", ResponseEvent::error},
    {"done", ResponseEvent::terminal},
})};

std::string_view text_of(const JsonMember& member) { return wire::json_text(member.value); }

std::string_view object_of(const JsonMember& member) {
  return member.kind == JsonKind::object ? member.value : std::string_view();
}

std::string_view reason_of(std::string_view details, int depth_max) {
  SkimObject members(details, depth_max);
  for (JsonMember member; members.next(member);)
    if (is(member.key, "reason")) return text_of(member);
  return {};
}

ItemKind kind_of(std::string_view type) {
  if (type == "message") return ItemKind::message;
  if (type == "function_call") return ItemKind::function_call;
  if (type == "reasoning") return ItemKind::reasoning;
  return type == "custom_tool_call" ? ItemKind::custom_call : ItemKind::other;
}

std::uint32_t index_of(const JsonMember& member) {
  const auto index = wire::json_int(member.value).value_or(0);
  return index < 0 || index > 0xffffffff ? 0 : static_cast<std::uint32_t>(index);
}

}  // namespace

ResponseEvent response_event_of(std::string_view type) {
  constexpr std::string_view kPrefix = "response.";
  if (type == "error") return ResponseEvent::error;
  if (!type.starts_with(kPrefix)) return ResponseEvent::other;
  type.remove_prefix(kPrefix.size());
  const Row* row = kEvents.find(type);
  return row == nullptr ? ResponseEvent::other : row->event;
}

void read_response_event(const JsonMember& member, ResponseEventWords& out) {
  const std::string_view key = member.key;
  if (is(key, "delta")) out.delta = text_of(member);
  if (is(key, "output_index")) out.output_index = wire::json_int(member.value).value_or(-1);
  if (is(key, "content_index") || is(key, "summary_index")) out.index = index_of(member);
  if (is(key, "type")) out.type = text_of(member);
  if (is(key, "item_id")) out.item_id = text_of(member);
  if (is(key, "logprobs")) out.logprobs = array_or_nothing(member);
  if (is(key, "text") || is(key, "refusal") || is(key, "arguments") || is(key, "input")) out.whole = text_of(member);
  if (is(key, "item")) out.item = object_of(member);
  if (is(key, "part")) out.part = object_of(member);
  if (is(key, "response")) out.response = object_of(member);
  if (is(key, "annotation")) out.annotation = object_of(member);
  if (is(key, "error") && member.kind != JsonKind::null) out.error = member.value;
}

void read_response_top(const JsonMember& member, int depth_max, ResponseTop& out) {
  const std::string_view key = member.key;
  if (is(key, "id")) out.id = text_of(member);
  if (is(key, "object")) out.object = text_of(member);
  if (is(key, "model")) out.model = text_of(member);
  if (is(key, "status")) out.status = text_of(member);
  if (is(key, "service_tier")) out.service_tier = text_of(member);
  if (is(key, "created_at")) out.created = seconds_of(member.value);
  if (is(key, "completed_at")) out.completed = seconds_of(member.value);
  if (is(key, "output")) out.output = array_or_nothing(member);
  if (is(key, "usage")) out.usage = object_of(member);
  if (is(key, "tool_usage")) out.tool_usage = object_of(member);
  if (is(key, "error") && member.kind != JsonKind::null) out.error = member.value;
  if (is(key, "incomplete_details") && member.kind == JsonKind::object) out.reason = reason_of(member.value, depth_max);
}

ResponseItem read_response_item(std::string_view object, int depth_max) {
  ResponseItem out;
  SkimObject members(object, depth_max);
  for (JsonMember member; members.next(member);) {
    const std::string_view key = member.key;
    if (is(key, "type")) out.type = text_of(member);
    if (is(key, "id")) out.id = text_of(member);
    if (is(key, "call_id")) out.call_id = text_of(member);
    if (is(key, "name")) out.name = text_of(member);
    if (is(key, "arguments") || is(key, "input")) out.arguments = text_of(member);
    if (is(key, "encrypted_content")) out.encrypted = text_of(member);
    if (is(key, "status")) out.status = text_of(member);
    if (is(key, "content")) out.content = array_or_nothing(member);
    if (is(key, "summary")) out.summary = array_or_nothing(member);
  }
  out.kind = kind_of(out.type);
  return out;
}

ResponsePart read_response_part(std::string_view object, int depth_max) {
  ResponsePart out;
  SkimObject members(object, depth_max);
  for (JsonMember member; members.next(member);) {
    const std::string_view key = member.key;
    if (is(key, "type")) {
      out.is_refusal = text_of(member) == "refusal";
      out.is_reasoning = text_of(member) == "reasoning_text" || text_of(member) == "summary_text";
    }
    if (is(key, "text")) out.text = text_of(member);
    if (is(key, "refusal")) out.refusal = text_of(member);
    if (is(key, "annotations")) out.annotations = array_or_nothing(member);
    if (is(key, "logprobs")) out.logprobs = array_or_nothing(member);
  }
  return out;
}

}  // namespace fw::dialect
