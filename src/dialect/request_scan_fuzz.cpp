// A request body: what the scan accepts must come out of the splice as the same JSON but for the model
// and the usage asked for. The first byte chooses the operation.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "dialect/request.h"
#include "wire/json.h"

namespace {

using fw::dialect::Operation;
using fw::dialect::RequestFacts;
using fw::wire::JsonMember;

constexpr int kDepth = 32;
constexpr std::string_view kModel = R"("up\"stream")";

void demand(bool holds) {
  if (!holds) std::abort();
}

struct Member {
  std::string key;
  std::string value;
};

std::vector<Member> members_of(std::string_view object) {
  std::vector<Member> out;
  fw::wire::JsonObject members(object, kDepth + 2);
  for (JsonMember member; members.next(member);) out.push_back({std::string(member.key), std::string(member.value)});
  demand(members.error() == nullptr);
  return out;
}

std::string splice(Operation operation, const RequestFacts& facts, std::string_view body) {
  std::string out;
  const auto pieces = fw::dialect::splice_request(operation, facts, body, kModel);
  for (const auto piece : pieces) out += piece;
  demand(out.size() == pieces.bytes());
  return out;
}

void expect_same_but(const std::vector<Member>& before, const std::vector<Member>& after, bool adds_usage) {
  const bool appended = after.size() == before.size() + 1;
  demand(after.size() == before.size() || (adds_usage && appended && after.back().key == "stream_options"));
  for (std::size_t i = 0; i < before.size(); ++i) {
    demand(before[i].key == after[i].key);
    if (before[i].key == "model") {
      demand(after[i].value == kModel);
    } else if (before[i].key != "stream_options" || !adds_usage) {
      demand(before[i].value == after[i].value);
    }
  }
  if (!adds_usage) return;
  for (const Member& member : after)
    if (member.key == "stream_options") demand(fw::wire::json_find(member.value, {"include_usage"}) == "true");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  constexpr Operation kOperations[] = {Operation::chat, Operation::responses, Operation::embeddings};
  const Operation operation = kOperations[bytes[0] % 3];
  const std::vector<char> copy(bytes + 1, bytes + size);  // of its exact size, for the sanitizer
  const std::string_view body(copy.data(), copy.size());
  const auto facts = fw::dialect::scan_request(operation, body, kDepth);
  if (!facts) {
    demand(fw::row(facts.error().code).status == 400 && !facts.error().message.empty());
    return 0;
  }
  demand(!fw::wire::json_check(body, kDepth));
  demand(!facts->model.empty() && facts->n >= 1 && body[facts->close_offset] == '}');
  const std::string sent = splice(operation, *facts, body);
  demand(sent == splice(operation, *facts, body));
  demand(!fw::wire::json_check(sent, kDepth + 2));
  const bool adds_usage = operation == Operation::chat && facts->stream;
  expect_same_but(members_of(body), members_of(sent), adds_usage && !facts->wants_usage);
  return 0;
}
