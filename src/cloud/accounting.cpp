#include "cloud/accounting.h"

#include <algorithm>
#include <array>

namespace fw::cloud {
namespace {

struct Row {
  std::string_view cloud;
  Accounting counts;
};

// openai: platform.openai.com/docs/guides/rate-limits, per minute, x-ratelimit-* and Retry-After (2026-11-22).
// azure: learn.microsoft.com, "Azure OpenAI quotas and limits" and "Manage quota" (2026-10): tokens per minute, requests in
//   windows of 1 or 10 s, x-ratelimit-* and retry-after-ms.
// bedrock: docs.aws.amazon.com/bedrock/latest/userguide, quotas-mantle and quotas (2026-09): cache reads are not counted;
//   a ThrottlingException names no wait.
// vertex: cloud.google.com, "Dynamic shared quota": 429 RESOURCE_EXHAUSTED without a wait.
// compatible: what vLLM's and other servers' proxies do differs; a wait is told by most.
constexpr std::array<Row, 5> kRows{{
    {"openai", {.tokens_window_s = 60, .requests_window_s = 60, .counts_cached = true, .tells_wait = true, .tells_left = true}},
    {"azure", {.tokens_window_s = 60, .requests_window_s = 10, .counts_cached = true, .tells_wait = true, .tells_left = true}},
    {"bedrock", {.tokens_window_s = 60, .requests_window_s = 60, .counts_cached = false, .tells_wait = false, .tells_left = false}},
    {"vertex", {.tokens_window_s = 60, .requests_window_s = 60, .counts_cached = true, .tells_wait = false, .tells_left = false}},
    {"compatible", {.tokens_window_s = 60, .requests_window_s = 60, .counts_cached = true, .tells_wait = true, .tells_left = false}},
}};

}  // namespace

Accounting accounting(std::string_view cloud) {
  const auto it = std::ranges::find(kRows, cloud, &Row::cloud);
  return it == kRows.end() ? Accounting{} : it->counts;
}

}  // namespace fw::cloud
