// What stands still in an answer: usage, and the reason of its end.
#include <algorithm>
#include <array>

#include "cloud/anthropic/messages_decode.h"
#include "wire/json.h"

namespace fw::cloud::anthropic {
namespace {

using dialect::CacheLifetime;
using dialect::Finish;
using wire::JsonMember;

constexpr int kDepthMax = 16;
constexpr std::int64_t kCountMax = 1'000'000'000'000;  // no answer has more; sums stay far from overflow

struct FinishRow {
  std::string_view word;
  Finish finish;
};

// type StopReason of @anthropic-ai/sdk 1.12.0, all of it.
constexpr std::array<FinishRow, 7> kFinish{{{"end_turn", Finish::stop},
                                            {"stop_sequence", Finish::stop},
                                            {"pause_turn", Finish::stop},
                                            {"tool_use", Finish::tool_calls},
                                            {"max_tokens", Finish::length},
                                            {"model_context_window_exceeded", Finish::length},
                                            {"refusal", Finish::content_filter}}};

struct TierRow {
  std::string_view word;
  std::string_view said;
};
constexpr std::array<TierRow, 3> kTiers{{{"standard", "default"}, {"priority", "priority"}, {"batch", "batch"}}};

// Null is absent; anything else that cannot be a count makes the whole doubtful.
bool take(const JsonMember& member, std::int64_t& into, bool& bad) {
  if (member.kind == wire::JsonKind::null) return false;
  const auto count = wire::json_int(member.value);
  bad |= !count || *count < 0 || *count > kCountMax;
  if (count) into = std::clamp<std::int64_t>(*count, 0, kCountMax);
  return count.has_value();
}

// The one count of an object that matters here.
void take_within(const JsonMember& object, std::string_view key, std::int64_t& into, bool& bad) {
  if (object.kind != wire::JsonKind::object) return;
  wire::JsonObject members(object.value, kDepthMax);
  for (JsonMember member; members.next(member);)
    if (member.key == key) take(member, into, bad);
}

}  // namespace

void MessagesUsage::read(std::string_view usage_object) {
  wire::JsonObject members(usage_object, kDepthMax);
  for (JsonMember member; members.next(member);) {
    if (member.key == "input_tokens") reported_ |= take(member, input_, bad_);
    if (member.key == "output_tokens") reported_ |= take(member, output_, bad_);
    if (member.key == "cache_read_input_tokens") take(member, cache_read_, bad_);
    if (member.key == "cache_creation_input_tokens") take(member, cache_written_, bad_);
    if (member.key == "cache_creation") {
      take_within(member, "ephemeral_5m_input_tokens", written_5m_, bad_);
      take_within(member, "ephemeral_1h_input_tokens", written_1h_, bad_);
    }
    if (member.key == "output_tokens_details") take_within(member, "thinking_tokens", thinking_, bad_);
    if (member.key == "server_tool_use") take_within(member, "web_search_requests", searches_, bad_);
    if (member.key != "service_tier") continue;
    const auto row = std::ranges::find(kTiers, wire::json_text(member.value), &TierRow::word);
    if (row != kTiers.end()) tier_ = row->said;
  }
}

dialect::Usage MessagesUsage::usage() const {
  dialect::Usage usage;
  if (!reported_) return usage;
  usage.reported = true;
  usage.inconsistent = bad_ || thinking_ > output_;
  usage.input = input_;
  usage.cache_read = cache_read_;
  // The lifetimes are told once, the sum goes on being counted.
  usage.cache_write[static_cast<std::size_t>(CacheLifetime::h1)] = written_1h_;
  usage.cache_write[static_cast<std::size_t>(CacheLifetime::m5)] = std::max(cache_written_ - written_1h_, written_5m_);
  usage.reasoning = std::min(thinking_, output_);
  usage.output = output_ - usage.reasoning;
  usage.tool_calls = searches_;
  return usage;
}

Finish read_stop_reason(std::string_view word) {
  const auto row = std::ranges::find(kFinish, word, &FinishRow::word);
  return row == kFinish.end() ? Finish::other : row->finish;
}

}  // namespace fw::cloud::anthropic
