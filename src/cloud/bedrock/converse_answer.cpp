// What stands still in a Converse answer: usage, the reason of its end, the types of exceptions.
#include <algorithm>
#include <array>

#include "cloud/bedrock/converse_decode.h"
#include "wire/json.h"

namespace fw::cloud::bedrock {
namespace {

using dialect::CacheLifetime;
using dialect::Finish;
using dialect::Usage;
using wire::JsonMember;

constexpr int kDepthMax = 16;
constexpr std::int64_t kCountMax = 1'000'000'000'000;  // no answer has more; sums stay far from overflow

struct FinishRow {
  std::string_view word;
  StopReason reason;
};

// enum StopReason of @aws-sdk/client-bedrock-runtime 3.1163.0 (2026-11-05), all of it.
constexpr std::array<FinishRow, 9> kFinish{{{"end_turn", {Finish::stop, false}},
                                            {"stop_sequence", {Finish::stop, false}},
                                            {"tool_use", {Finish::tool_calls, false}},
                                            {"max_tokens", {Finish::length, false}},
                                            {"model_context_window_exceeded", {Finish::length, false}},
                                            {"content_filtered", {Finish::content_filter, false}},
                                            {"guardrail_intervened", {Finish::content_filter, false}},
                                            {"malformed_model_output", {Finish::other, true}},
                                            {"malformed_tool_use", {Finish::other, true}}}};

// Null is absent; anything else that cannot be a count makes the whole doubtful.
void take(const JsonMember& member, std::int64_t& into, bool& bad) {
  if (member.kind == wire::JsonKind::null) return;
  const auto count = wire::json_int(member.value);
  bad |= !count || *count < 0 || *count > kCountMax;
  if (count) into = std::clamp<std::int64_t>(*count, 0, kCountMax);
}

// One of `cacheDetails`: {"ttl":"1h","inputTokens":5}.
void add_detail(std::string_view object, Usage& usage) {
  std::int64_t count = 0;
  CacheLifetime lifetime = CacheLifetime::m5;
  wire::JsonObject members(object, kDepthMax);
  for (JsonMember member; members.next(member);) {
    if (member.key == "inputTokens") take(member, count, usage.inconsistent);
    if (member.key == "ttl")
      lifetime = dialect::cache_lifetime(wire::json_text(member.value)).value_or(CacheLifetime::m5);
  }
  auto& bucket = usage.cache_write[static_cast<std::size_t>(lifetime)];
  bucket = std::min(bucket + count, kCountMax);
}

}  // namespace

Usage read_converse_usage(std::string_view usage_object) {
  Usage usage;
  std::int64_t written = 0;
  wire::JsonObject members(usage_object, kDepthMax);
  for (JsonMember member; members.next(member);) {
    const auto count = [&](std::int64_t& into) {
      usage.reported |= member.kind == wire::JsonKind::number;
      take(member, into, usage.inconsistent);
    };
    if (member.key == "inputTokens") count(usage.input);
    if (member.key == "outputTokens") count(usage.output);
    if (member.key == "cacheReadInputTokens") count(usage.cache_read);
    if (member.key == "cacheWriteInputTokens") count(written);
    if (member.key != "cacheDetails" || member.kind != wire::JsonKind::array) continue;
    wire::JsonArray details(member.value, kDepthMax);
    for (JsonMember detail; details.next(detail);) add_detail(detail.value, usage);
  }
  if (!usage.reported) return {};
  const std::int64_t unnamed = written - usage.cache_written();
  usage.inconsistent |= unnamed < 0 && written > 0;
  usage.cache_write[static_cast<std::size_t>(CacheLifetime::m5)] += std::max<std::int64_t>(unnamed, 0);
  return usage;
}

StopReason read_stop_reason(std::string_view word) {
  const auto row = std::ranges::find(kFinish, word, &FinishRow::word);
  return row == kFinish.end() ? StopReason{} : row->reason;
}

bool is_retryable_exception(std::string_view type) {
  // Every other one of ConverseStreamOutput is: internalServer, modelStreamError, serviceUnavailable,
  // throttling (@ai-sdk/amazon-bedrock 5.0.101 amazon-bedrock-stream-error.ts).
  return type != "validationException" && type != "ValidationException";
}

}  // namespace fw::cloud::bedrock
