#include "cloud/openai_http/failure.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace fw::cloud::openai_http {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

template <std::size_t N>
bool any_is(const ErrorBody& error, const std::array<std::string_view, N>& words) {
  return std::ranges::any_of(words, [&](std::string_view word) {
    return error.code == word || error.type == word || error.inner_code == word;
  });
}

template <std::size_t N>
bool any_said(const ErrorBody& error, const std::array<std::string_view, N>& phrases) {
  return std::ranges::any_of(phrases, [&](std::string_view phrase) { return says(error.message, phrase); });
}

// Nothing but a payment or another account helps.
constexpr std::array<std::string_view, 6> kQuotaCodes{"insufficient_quota",       "billing_hard_limit_reached",
                                                      "credit_balance_exhausted", "billing_not_active",
                                                      "account_deactivated",      "exceeded_current_quota_error"};
constexpr std::array<std::string_view, 2> kQuotaPhrases{"exceeded your current quota", "insufficient balance"};

constexpr std::array<std::string_view, 7> kOverloadCodes{
    "overloaded",          "overloaded_error",     "engine_overloaded", "server_overloaded",
    "service_unavailable", "resource_unavailable", "unavailable_error"};
// Capacity of the cloud, not a limit of the account: flex, Azure's peak load.
constexpr std::array<std::string_view, 5> kOverloadPhrases{"resource unavailable", "temporarily unable", "high demand",
                                                           "overloaded", "at capacity"};

constexpr std::array<std::string_view, 3> kContextCodes{"context_length_exceeded", "exceed_context_size_error",
                                                        "string_above_max_length"};
constexpr std::array<std::string_view, 5> kContextPhrases{
    "maximum context length", "context size has been exceeded", "exceeds the available context size",
    "exceed context window", "context window"};

constexpr std::array<std::string_view, 6> kFilterCodes{
    "content_filter",   "content_policy_violation", "ResponsibleAIPolicyViolation",
    "moderation_blocked", "image_content_policy_violation", "bio_policy"};

constexpr std::array<std::string_view, 6> kRateCodes{"rate_limit_exceeded", "rate_limit_error", "too_many_requests",
                                                     "RateLimitReached",    "tokens",           "requests"};

constexpr std::array<std::string_view, 4> kRequestCodes{"invalid_request_error", "invalid_prompt", "BadRequestError",
                                                        "data_residency_mismatch"};

bool is_quota(const ErrorBody& error) {
  const auto ends = [&error](std::string_view tail) { return error.code.ends_with(tail) || error.type.ends_with(tail); };
  return any_is(error, kQuotaCodes) || ends("_spend_limit_exceeded") || ends("_usage_limit_exceeded") ||
         any_said(error, kQuotaPhrases);
}

FailureKind kind_of_400(const ErrorBody& error) {
  if (any_is(error, kFilterCodes)) return FailureKind::content_filter;
  if (any_is(error, kContextCodes) || any_said(error, kContextPhrases)) return FailureKind::context_length;
  return FailureKind::invalid_request;
}

FailureKind kind_of_429(const ErrorBody& error) {
  if (is_quota(error)) return FailureKind::quota_exhausted;
  if (any_is(error, kOverloadCodes) || any_said(error, kOverloadPhrases)) return FailureKind::overloaded;
  return FailureKind::rate_limited;
}

FailureKind kind_of_5xx(int status, const ErrorBody& error) {
  if (status == 504) return FailureKind::timed_out;
  if (status == 503 || status == 529 || any_is(error, kOverloadCodes)) return FailureKind::overloaded;
  // llama.cpp answers 500 when a generation outgrows its slot.
  if (any_is(error, kContextCodes) || says(error.message, "context size has been exceeded"))
    return FailureKind::context_length;
  return FailureKind::server_error;
}

// Without a status the code has to say it; some servers write the status as the code.
FailureKind kind_in_stream(const ErrorBody& error) {
  int status = 0;
  const char* const end = error.code.data() + error.code.size();
  if (std::from_chars(error.code.data(), end, status).ptr == end && status >= 400 && status < 600)
    return kind_of(status, error);
  if (is_quota(error)) return FailureKind::quota_exhausted;
  if (any_is(error, kRateCodes)) return FailureKind::rate_limited;
  if (any_is(error, kOverloadCodes)) return FailureKind::overloaded;
  const FailureKind refused = kind_of_400(error);
  if (refused != FailureKind::invalid_request || any_is(error, kRequestCodes)) return refused;
  return FailureKind::server_error;
}

}  // namespace

std::size_t find_phrase(std::string_view text, std::string_view phrase) {
  const auto same = [](char a, char b) { return lower(a) == lower(b); };
  const auto at = std::search(text.begin(), text.end(), phrase.begin(), phrase.end(), same);
  return at == text.end() ? std::string_view::npos : static_cast<std::size_t>(at - text.begin());
}

FailureKind kind_of(int status, const ErrorBody& error) {
  switch (status) {
    case 0: return kind_in_stream(error);
    case 401: return FailureKind::unauthorized;
    case 402: return FailureKind::quota_exhausted;  // DeepSeek, OpenRouter
    case 403: return is_quota(error) ? FailureKind::quota_exhausted : FailureKind::forbidden;
    case 404: return FailureKind::not_found;
    case 408: return FailureKind::timed_out;
    case 413: return FailureKind::too_large;
    case 424: return FailureKind::server_error;
    case 429: return kind_of_429(error);
    default: break;
  }
  if (status >= 500) return kind_of_5xx(status, error);
  if (status >= 400) return kind_of_400(error);
  // A redirect, which we do not follow, or a success that was none.
  return FailureKind::malformed;
}

Verdict verdict_of(FailureKind kind, ErrorBody error) {
  Verdict verdict = cloud::verdict_of(kind);
  verdict.code = std::move(error.code);
  verdict.type = std::move(error.type);
  verdict.param = std::move(error.param);
  verdict.message = kind == FailureKind::unauthorized ? "The provider refused the credential." : std::move(error.message);
  return verdict;
}

Verdict classify(const Answer& answer, WallTime now, KindOf kind) {
  ErrorBody error = read_error_body(answer.body);
  const FailureKind failure = kind(answer.status, error);
  std::uint32_t wait_ms = retry_after_ms(answer.fields, now);
  const bool may_wait = failure == FailureKind::rate_limited || failure == FailureKind::overloaded;
  if (wait_ms == 0 && may_wait) wait_ms = retry_after_ms(error.message);
  Verdict verdict = verdict_of(failure, std::move(error));
  verdict.retry_after_ms = wait_ms;
  return verdict;
}

Verdict classify_stream(const dialect::ProviderStreamError& error, KindOf kind) {
  if (error.malformed) return verdict_of(FailureKind::malformed, {error.code, error.type, {}, error.message, {}});
  ErrorBody body{error.code, error.type, {}, error.message, {}};
  Verdict verdict = verdict_of(kind(0, body), std::move(body));
  // It answered 200 and began to work.
  if (verdict.billing == Billing::refused_unbilled) verdict.billing = Billing::ambiguous;
  return verdict;
}

}  // namespace fw::cloud::openai_http
