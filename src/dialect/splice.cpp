#include <algorithm>

#include "dialect/request.h"

namespace fw::dialect {
namespace {

// Bytes of the body from `at` on that give way to `text`.
struct Edit {
  std::size_t at = 0;
  std::size_t removed = 0;
  std::string_view text;
};

constexpr std::string_view kWholeOptions = R"({"include_usage":true})";
constexpr std::string_view kOptionsMember = R"(,"stream_options":{"include_usage":true})";
constexpr std::string_view kFirstOption = R"("include_usage":true)";
constexpr std::string_view kFirstOptionOfMany = R"("include_usage":true,)";

std::size_t offset_in(std::string_view body, std::string_view part) {
  return static_cast<std::size_t>(part.data() - body.data());
}

bool has_members(std::string_view object) {
  return object.find_first_not_of(" \t\r\n", 1) != object.size() - 1;
}

// What makes the cloud tell the usage of a chat stream. Always possible: the model stands in the
// body, so a member inserted before the final } follows another one.
Edit usage_edit(const RequestFacts& facts, std::string_view body) {
  if (facts.stream_options.empty()) return {facts.close_offset, 0, kOptionsMember};
  const std::size_t at = offset_in(body, facts.stream_options);
  if (facts.stream_options == "null") return {at, facts.stream_options.size(), kWholeOptions};
  if (!facts.include_usage.empty()) return {offset_in(body, facts.include_usage), facts.include_usage.size(), "true"};
  return {at + 1, 0, has_members(facts.stream_options) ? kFirstOptionOfMany : kFirstOption};
}

}  // namespace

Pieces splice_request(Operation operation, const RequestFacts& facts, std::string_view body,
                      std::string_view model_json, LimitField limit) {
  std::array<Edit, 3> edits{Edit{offset_in(body, facts.model_token), facts.model_token.size(), model_json}, Edit{}, Edit{}};
  std::size_t count = 1;
  if (operation == Operation::chat && facts.stream && !facts.wants_usage) edits[count++] = usage_edit(facts, body);
  if (operation == Operation::chat && respells(facts, limit)) edits[count++] = {offset_in(body, facts.limit_key), facts.limit_key.size(), name(limit)};
  for (std::size_t i = 1; i < count; ++i)
    for (std::size_t at = i; at > 0 && edits[at].at < edits[at - 1].at; --at) std::swap(edits[at], edits[at - 1]);

  Pieces pieces;
  std::size_t from = 0;
  for (std::size_t i = 0; i < count; ++i) {
    pieces.push(body.substr(from, edits[i].at - from));
    pieces.push(edits[i].text);
    from = edits[i].at + edits[i].removed;
  }
  pieces.push(body.substr(from));
  return pieces;
}

}  // namespace fw::dialect
