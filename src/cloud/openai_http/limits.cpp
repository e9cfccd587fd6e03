#include "cloud/openai_http/limits.h"

#include <charconv>
#include <cmath>

#include "cloud/openai_http/failure.h"

namespace fw::cloud::openai_http {
namespace {

using wire::HeaderId;

constexpr double kLongestMs = 86'400'000;
constexpr LimitFields kRequests{HeaderId::ratelimit_limit_requests, HeaderId::ratelimit_remaining_requests,
                                HeaderId::ratelimit_reset_requests};
constexpr LimitFields kTokens{HeaderId::ratelimit_limit_tokens, HeaderId::ratelimit_remaining_tokens,
                              HeaderId::ratelimit_reset_tokens};

// Digits and nothing else.
std::optional<std::int64_t> count(std::string_view text) {
  std::int64_t value = 0;
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end || text.front() == '-') return std::nullopt;
  return value;
}

// A field that is there once.
struct Once {
  std::string_view value;
  int times = 0;
  void see(std::string_view v) { value = v, ++times; }
};

bool is_limit(HeaderId id) { return id >= HeaderId::ratelimit_limit_requests && id <= HeaderId::ratelimit_reset_tokens; }

}  // namespace

std::optional<StatedLimit> limit_of(std::span<const wire::HeaderField> fields, const LimitFields& names, ResetMs reset,
                                    WallTime now) {
  Once limit, remaining, until;
  for (const auto& f : fields) {
    if (f.id == names.limit) limit.see(f.value);
    if (f.id == names.remaining) remaining.see(f.value);
    if (f.id == names.reset) until.see(f.value);
  }
  if (limit.times != 1 || remaining.times != 1) return std::nullopt;
  const auto full = count(limit.value);
  const auto left = count(remaining.value);
  if (!full || !left || *left > *full) return std::nullopt;
  const auto wait = until.times == 1 ? reset(until.value, now) : std::nullopt;
  return StatedLimit{*full, *left, wait.value_or(0)};
}

StatedLimits limits(std::span<const wire::HeaderField> fields) {
  StatedLimits out;
  // Most answers of servers without limits end here.
  bool any = false;
  for (const auto& f : fields) any |= is_limit(f.id);
  if (!any) return out;
  const auto reset = [](std::string_view text, WallTime) { return duration_ms(text); };
  out.requests = limit_of(fields, kRequests, reset, {});
  out.tokens = limit_of(fields, kTokens, reset, {});
  return out;
}

std::optional<std::int64_t> duration_ms(std::string_view text) {
  const auto ms = span_ms(text);
  if (!ms || !(*ms <= kLongestMs)) return std::nullopt;
  return static_cast<std::int64_t>(std::ceil(*ms));
}

}  // namespace fw::cloud::openai_http
