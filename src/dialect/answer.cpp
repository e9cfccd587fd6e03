#include "dialect/answer.h"

#include <fmt/format.h>

#include "wire/json.h"

namespace fw::dialect {
namespace {

using wire::JsonKind;
using wire::JsonMember;

std::string_view first_finish(std::string_view choices, int depth_max) {
  wire::JsonArray array(choices, depth_max);
  JsonMember choice;
  if (!array.next(choice)) return {};
  wire::JsonObject members(choice.value, depth_max);
  for (JsonMember member; members.next(member);)
    if (member.key == "finish_reason") return wire::json_text(member.value);
  return {};
}

Usage read_usage(Operation operation, std::string_view object) {
  if (operation == Operation::chat) return read_chat_usage(object);
  if (operation == Operation::embeddings) return read_embeddings_usage(object);
  return read_responses_usage(object);
}

// What makes an object an answer of this kind.
bool proves(Operation operation, const JsonMember& member) {
  if (operation == Operation::chat) return member.key == "choices" && member.kind == JsonKind::array;
  if (operation == Operation::embeddings) return member.key == "data" && member.kind == JsonKind::array;
  return member.key == "object" && wire::json_text(member.value).starts_with("response");
}

}  // namespace

Result<WholeAnswer> read_answer(Operation operation, std::string_view body, int depth_max) {
  WholeAnswer answer;
  bool failed = false;
  std::string_view tool_usage;
  wire::JsonObject members(body, depth_max);
  for (JsonMember member; members.next(member);) {
    const std::string_view key = member.key;
    answer.valid |= proves(operation, member);
    if (key == "id") answer.response_id = wire::json_text(member.value);
    if (key == "model") answer.model = wire::json_text(member.value);
    if (key == "service_tier") answer.service_tier = wire::json_text(member.value);
    if (key == "usage" && member.kind == JsonKind::object) answer.usage = read_usage(operation, member.value);
    if (key == "tool_usage" && member.kind == JsonKind::object) tool_usage = member.value;
    if (key == "choices") answer.finish = first_finish(member.value, depth_max);
    if (key == "status") answer.finish = wire::json_text(member.value);
    failed |= key == "error" && member.kind != JsonKind::null;
  }
  if (const auto* error = members.error())
    return std::unexpected(Error{Code::all_deployments_failed, Origin::provider, Retry::elsewhere,
                                 fmt::format("The provider's answer is not a JSON object: {} (at byte {}).",
                                             wire::say(error->fault), error->offset)});
  answer.usage.tool_calls = read_tool_requests(tool_usage);
  // A failed response is a valid one; a chat completion beside an error is none.
  if (failed && operation == Operation::chat) answer.valid = false;
  return answer;
}

}  // namespace fw::dialect
