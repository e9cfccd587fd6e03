// The words of generateContent's answers: why it ended, what it cost, which traffic served it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dialect/answer_events.h"
#include "dialect/usage.h"

namespace fw::cloud::vertex {

// What a finishReason means. `failed`: the answer cannot be used, another try may do better.
struct FinishRow {
  std::string_view reason;
  dialect::Finish finish;
  bool failed;
};
// An unknown reason is Finish::other. STOP of an answer that calls functions is tool_calls, which
// the caller knows. Source: @google/genai 3.1.0 `FinishReason`.
const FinishRow& finish_of(std::string_view reason);

// Reads one usageMetadata: the prompt's count includes what was cached, the candidates' excludes
// thoughts, tool results that Google fed back count as input. Never fails; unreported if no count
// is there. Source: @google/genai 3.1.0 `GenerateContentResponseUsageMetadata`.
dialect::Usage read_generate_usage(std::string_view object);

// "default", "priority", "flex", "offpeak", "provisioned" of a usageMetadata's trafficType; empty: not told.
std::string_view served_tier(std::string_view usage_object);

// Appends a logprobsResult as Chat writes logprobs.content; nothing if it holds no token.
void write_logprobs(std::string_view logprobs_result, std::string& out);

// Seconds since 1970 of "2026-04-02T17:03:50.399550Z"; 0: unreadable.
std::int64_t unix_seconds(std::string_view rfc3339);

}  // namespace fw::cloud::vertex
