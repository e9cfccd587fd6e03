// What one answer consumed, in buckets that do not overlap.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "dialect/dialect.h"
#include "wire/json.h"

namespace fw::dialect {

// For how long a cloud was paid to keep a prefix. `standard`: a count without a lifetime, which has
// the cloud's default one.
enum class CacheLifetime : std::uint8_t { standard, m5, m30, h1, h12 };
inline constexpr std::size_t kCacheLifetimes = 5;

// "default", "5m", "30m", "1h", "12h".
std::string_view name(CacheLifetime lifetime);
std::optional<CacheLifetime> cache_lifetime(std::string_view name);

struct Usage {
  std::int64_t input = 0;  // uncached text
  std::int64_t cache_read = 0;
  std::array<std::int64_t, kCacheLifetimes> cache_write{};
  std::int64_t output = 0;  // text without reasoning
  std::int64_t reasoning = 0;
  std::int64_t audio_in = 0;
  std::int64_t audio_out = 0;
  std::int64_t image = 0;       // image tokens of the input
  std::int64_t tool_calls = 0;  // hosted tool requests billed by the piece; not tokens
  bool reported = false;        // false: the cloud said nothing, which is not zero
  bool inconsistent = false;    // the cloud's numbers contradict each other; clamped, totals kept

  std::int64_t cache_written() const;
  std::int64_t total_input() const;   // everything the prompt counted for
  std::int64_t total_output() const;  // everything generated
  std::int64_t total() const { return total_input() + total_output(); }
  // Bucket by bucket.
  void add(const Usage& other);
  // Counts without a lifetime become counts of the cloud's default lifetime.
  void give_lifetime(CacheLifetime standard);
  bool operator==(const Usage&) const = default;
};

// Each reads one `usage` object as its dialect writes it and never fails: what cannot be read is
// absent. Cached, written, audio and image tokens are taken out of the prompt count they are part
// of; reasoning counted beside the completion (xAI: prompt + completion + reasoning = total) is
// recognised by the total. `null` and text that is no object give an unreported usage.
// Sources: openai 7.57.0 `CompletionUsage`, `ResponseUsage`; recorded streams of xAI and DeepSeek.
Usage read_usage(Operation operation, std::string_view usage_object);
Usage read_chat_usage(std::string_view usage_object);
Usage read_responses_usage(std::string_view usage_object);

// Billable requests of hosted tools in `response.tool_usage` (OpenAI: web_search.num_requests).
std::int64_t read_tool_requests(std::string_view tool_usage_object);

// The same in place, while what the objects stand in is read.
Usage read_usage(Operation operation, wire::JsonObject& usage);
std::int64_t read_tool_requests(wire::JsonObject& tool_usage);

}  // namespace fw::dialect
