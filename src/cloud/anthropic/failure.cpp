#include "cloud/anthropic/failure.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "cloud/aws/failure.h"
#include "cloud/google/failure.h"
#include "cloud/openai_http/limits.h"
#include "cloud/token.h"
#include "wire/json.h"

namespace fw::cloud::anthropic {
namespace {

using openai_http::ErrorBody;
using openai_http::says;

constexpr int kDepthMax = 64;

struct TypeRow {
  std::string_view type;
  FailureKind kind;
};

// docs "Errors", type ErrorType of @anthropic-ai/sdk 1.12.0. invalid_request_error says more in its message.
constexpr std::array<TypeRow, 9> kTypes{{{"authentication_error", FailureKind::unauthorized},
                                         {"billing_error", FailureKind::quota_exhausted},
                                         {"permission_error", FailureKind::forbidden},
                                         {"not_found_error", FailureKind::not_found},
                                         {"request_too_large", FailureKind::too_large},
                                         {"rate_limit_error", FailureKind::rate_limited},
                                         {"timeout_error", FailureKind::timed_out},
                                         {"api_error", FailureKind::server_error},
                                         {"overloaded_error", FailureKind::overloaded}}};

// All of these come as 400 invalid_request_error (fixtures).
constexpr std::array<std::string_view, 3> kContextPhrases{"prompt is too long", "exceed context limit",
                                                          "input length and `max_tokens`"};
constexpr std::array<std::string_view, 2> kQuotaPhrases{"credit balance is too low", "reached your specified api usage"};

template <std::size_t N>
bool any_said(const ErrorBody& error, const std::array<std::string_view, N>& phrases) {
  return std::ranges::any_of(phrases, [&error](std::string_view phrase) { return says(error.message, phrase); });
}

std::string_view field(std::span<const wire::HeaderField> fields, std::string_view name) {
  const auto found =
      std::ranges::find_if(fields, [name](const auto& f) { return wire::equal_ignoring_case(f.name, name); });
  return found == fields.end() ? std::string_view() : found->value;
}

// Where a limit has nothing left, the time of its reset; Retry-After counts before it (docs "Rate limits").
std::uint32_t reset_ms(std::span<const wire::HeaderField> fields, WallTime now) {
  std::int64_t wait_ms = 0;
  for (const std::string_view limit : {"requests", "tokens", "input-tokens", "output-tokens"}) {
    if (field(fields, fmt::format("anthropic-ratelimit-{}-remaining", limit)) != "0") continue;
    const auto reset = parse_rfc3339(field(fields, fmt::format("anthropic-ratelimit-{}-reset", limit)));
    if (reset) wait_ms = std::max(wait_ms, (reset->ns - now.ns) / 1'000'000);
  }
  return static_cast<std::uint32_t>(std::min<std::int64_t>(wait_ms, UINT32_MAX));
}

enum class Shape : std::uint8_t { anthropic, aws, google };

// {"type":"error","error":{…}} is Anthropic's own, and clouds pass it on; {"error":{"status":…}} is Google's;
// {"message":…} and whatever bears an x-amzn-ErrorType is Amazon's.
Shape shape_of(const Answer& answer) {
  if (!wire::field_value(answer.fields, wire::HeaderId::x_amzn_errortype).empty()) return Shape::aws;
  bool error = false;
  bool message = false;
  wire::JsonObject members(answer.body, kDepthMax);
  for (wire::JsonMember member; members.next(member);) {
    if (member.key == "type" && member.value == R"("error")") return Shape::anthropic;
    const bool object = member.key == "error" && member.kind == wire::JsonKind::object;
    if (object && wire::json_find(member.value, {"status"})) return Shape::google;
    error = error || member.key == "error";
    message = message || member.key == "message" || member.key == "Message" || member.key == "__type";
  }
  const auto begin = answer.body.find_first_not_of(" \t\r\n");
  if (begin != answer.body.npos && answer.body[begin] == '[') return Shape::google;
  return message && !error ? Shape::aws : Shape::anthropic;
}

}  // namespace

FailureKind kind_of(int status, const ErrorBody& error) {
  if (any_said(error, kContextPhrases)) return FailureKind::context_length;
  if (any_said(error, kQuotaPhrases)) return FailureKind::quota_exhausted;
  if (says(error.message, "blocked by content filtering")) return FailureKind::content_filter;
  const auto row = std::ranges::find(kTypes, error.type, &TypeRow::type);
  if (row != kTypes.end()) return row->kind;
  return openai_http::kind_of(status, error);
}

Verdict classify(const Answer& answer, WallTime now) {
  const Shape shape = shape_of(answer);
  if (shape == Shape::aws) return aws::classify(answer, now);
  if (shape == Shape::google) return google::classify(answer, now);
  Verdict verdict = openai_http::classify(answer, now, kind_of);
  if (verdict.retry_after_ms == 0 && verdict.kind == FailureKind::rate_limited)
    verdict.retry_after_ms = reset_ms(answer.fields, now);
  return verdict;
}

StatedLimits limits(std::span<const wire::HeaderField> fields, WallTime now) {
  using enum wire::HeaderId;
  constexpr std::int64_t kLongestMs = 86'400'000;
  constexpr openai_http::LimitFields kRequests{anthropic_requests_limit, anthropic_requests_remaining, anthropic_requests_reset};
  constexpr openai_http::LimitFields kTokens{anthropic_tokens_limit, anthropic_tokens_remaining, anthropic_tokens_reset};
  const auto until = [](std::string_view text, WallTime from) -> std::optional<std::int64_t> {
    const auto reset = parse_rfc3339(text);
    if (!reset || *reset <= from) return std::nullopt;
    const auto ms = (reset->ns - from.ns) / 1'000'000;
    return ms <= kLongestMs ? std::optional(ms) : std::nullopt;
  };
  return {openai_http::limit_of(fields, kRequests, until, now), openai_http::limit_of(fields, kTokens, until, now), {}};
}

Verdict classify_stream(const dialect::ProviderStreamError& error) {
  // Exceptions of Bedrock's frames: their type is the code, too.
  if (!error.malformed && error.code.ends_with("Exception")) return aws::classify_stream(error);
  return openai_http::classify_stream(error, kind_of);
}

}  // namespace fw::cloud::anthropic
