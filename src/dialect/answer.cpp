#include "dialect/answer.h"

#include <fmt/format.h>

#include "dialect/key.h"
#include "wire/json.h"

namespace fw::dialect {
namespace {

using wire::JsonKind;
using wire::JsonMember;

// The finish_reason of the first choice; reads the array to its end.
std::string_view first_finish(wire::JsonObject& answer) {
  std::string_view finish;
  auto choices = wire::JsonArray::inside(answer);
  if (JsonMember choice; choices.next_key(choice)) {
    if (choice.kind == JsonKind::object) {
      auto members = wire::JsonObject::inside(choices);
      for (JsonMember member; members.next(member);)
        if (is(member.key, "finish_reason")) finish = wire::json_text(member.value);
    } else {
      choices.read(choice);
    }
  }
  choices.pass_rest();
  return finish;
}

class Reading {
 public:
  Reading(Operation operation, std::string_view body, int depth_max) : operation_(operation), members_(body, depth_max) {}

  void run() {
    for (JsonMember member; members_.next_key(member);)
      if (!enter(member) && members_.read(member)) take(member);
    answer.usage.tool_calls = tool_calls_;
    // A failed response is a valid one; a chat completion beside an error is none.
    if (failed_ && operation_ == Operation::chat) answer.valid = false;
  }
  const wire::JsonError* error() const { return members_.error(); }

  WholeAnswer answer;

 private:
  // What is made of more than one value, if it is of the kind it should be.
  bool enter(const JsonMember& member) {
    const bool object = member.kind == JsonKind::object;
    if (object && is(member.key, "usage")) {
      auto usage = wire::JsonObject::inside(members_);
      answer.usage = read_usage(operation_, usage);
    } else if (object && is(member.key, "tool_usage")) {
      auto tools = wire::JsonObject::inside(members_);
      tool_calls_ = read_tool_requests(tools);
    } else if (member.kind == JsonKind::array && is(member.key, "choices")) {
      answer.valid |= operation_ == Operation::chat;
      answer.finish = first_finish(members_);
    } else {
      return false;
    }
    return true;
  }

  void take(const JsonMember& member) {
    const auto key = member.key;
    if (is(key, "id")) answer.response_id = wire::json_text(member.value);
    if (is(key, "model")) answer.model = wire::json_text(member.value);
    if (is(key, "service_tier")) answer.service_tier = wire::json_text(member.value);
    if (is(key, "status")) answer.finish = wire::json_text(member.value);
    if (is(key, "data")) answer.valid |= operation_ == Operation::embeddings && member.kind == JsonKind::array;
    if (is(key, "object")) answer.valid |= dialect_of(operation_) == Dialect::responses && wire::json_text(member.value).starts_with("response");
    failed_ |= is(key, "error") && member.kind != JsonKind::null;
  }

  Operation operation_;
  wire::JsonObject members_;
  std::int64_t tool_calls_ = 0;
  bool failed_ = false;
};

}  // namespace

Result<WholeAnswer> read_answer(Operation operation, std::string_view body, int depth_max) {
  Reading reading(operation, body, depth_max);
  reading.run();
  if (const auto* error = reading.error())
    return std::unexpected(Error{Code::all_deployments_failed, Origin::provider, Retry::elsewhere,
                                 fmt::format("The provider's answer is not a JSON object: {} (at byte {}).",
                                             wire::say(error->fault), error->offset)});
  return reading.answer;
}

}  // namespace fw::dialect
