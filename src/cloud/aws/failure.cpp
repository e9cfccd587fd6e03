#include "cloud/aws/failure.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include <fmt/format.h>

#include "cloud/openai_http/failure.h"
#include "wire/json.h"

namespace fw::cloud::aws {
namespace {

using openai_http::ErrorBody;
using openai_http::says;

constexpr int kDepthMax = 64;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// What only the native API says, beside type and message.
struct Native {
  std::string type;         // ThrottlingException
  std::string message;      // of {"Message":…}, as IAM and the signature check write it
  int original_status = 0;  // ModelErrorException: what the model itself answered
};

struct TypeRow {
  std::string_view type;  // without "Exception"; compared without the case of its first letter
  FailureKind kind;
};

// Bedrock API reference, "Common errors" and the schema of @aws-sdk/client-bedrock-runtime 3.1163.0
// (2026-11-05). ValidationException and ModelErrorException are told apart by more than the type.
constexpr std::array<TypeRow, 27> kTypes{{
    {"AccessDenied", FailureKind::forbidden},
    {"OptInRequired", FailureKind::forbidden},
    {"NotAuthorized", FailureKind::forbidden},
    {"Conflict", FailureKind::invalid_request},
    {"ResourceNotFound", FailureKind::not_found},
    {"UnknownOperation", FailureKind::not_found},
    {"ServiceQuotaExceeded", FailureKind::quota_exhausted},  // status 400
    {"Throttling", FailureKind::rate_limited},
    {"ThrottledException", FailureKind::rate_limited},
    {"TooManyRequests", FailureKind::rate_limited},
    {"ModelNotReady", FailureKind::overloaded},  // status 429; the SDKs try again
    {"ModelTimeout", FailureKind::timed_out},
    {"ModelStreamError", FailureKind::server_error},
    {"InternalServer", FailureKind::server_error},
    {"InternalFailure", FailureKind::server_error},
    {"ServiceUnavailable", FailureKind::overloaded},
    {"RequestEntityTooLarge", FailureKind::too_large},
    {"ExpiredToken", FailureKind::unauthorized},
    {"UnrecognizedClient", FailureKind::unauthorized},
    {"InvalidClientTokenId", FailureKind::unauthorized},
    {"InvalidSignature", FailureKind::unauthorized},
    {"SignatureDoesNotMatch", FailureKind::unauthorized},
    {"IncompleteSignature", FailureKind::unauthorized},
    {"MissingAuthenticationToken", FailureKind::unauthorized},
    {"RequestExpired", FailureKind::unauthorized},
    {"RequestTimeTooSkewed", FailureKind::unauthorized},
    {"RequestInTheFuture", FailureKind::unauthorized},
}};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// "throttlingException", "ThrottlingException" and "Throttling" are one.
bool is_type(std::string_view told, std::string_view type) {
  constexpr std::string_view kTail = "Exception";
  if (told.ends_with(kTail) && !type.ends_with(kTail)) told.remove_suffix(kTail.size());
  return told.size() == type.size() && !told.empty() && lower(told.front()) == lower(type.front()) &&
         told.substr(1) == type.substr(1);
}

// "com.amazon.coral.service#AccessDeniedException:http://internal.amazon.com/…"
std::string_view bare_type(std::string_view text) {
  if (const auto hash = text.find('#'); hash != text.npos) text.remove_prefix(hash + 1);
  return text.substr(0, std::min(text.find(':'), kWordBytesMax));
}

Native read_native(const Answer& answer) {
  Native native;
  wire::JsonObject members(answer.body, kDepthMax);
  for (wire::JsonMember member; members.next(member);) {
    const bool text = member.kind == wire::JsonKind::string;
    if (text && (member.key == "__type" || (member.key == "code" && native.type.empty())))
      native.type = bare_type(wire::json_text(member.value));
    if (text && member.key == "Message") wire::json_unescape(wire::json_text(member.value), native.message);
    if (member.key == "originalStatusCode")
      native.original_status =
          static_cast<int>(std::clamp<std::int64_t>(wire::json_int(member.value).value_or(0), 0, 999));
  }
  // The field wins: proxies copy bodies more often than fields.
  const std::string_view field = wire::field_value(answer.fields, wire::HeaderId::x_amzn_errortype);
  if (!field.empty()) native.type = bare_type(field);
  return native;
}

template <std::size_t N>
bool any_said(std::string_view message, const std::array<std::string_view, N>& phrases) {
  return std::ranges::any_of(phrases, [message](std::string_view phrase) { return says(message, phrase); });
}

// Messages of Anthropic's, Amazon's, Meta's and Mistral's models behind ValidationException.
constexpr std::array<std::string_view, 5> kContextPhrases{
    "input is too long", "prompt is too long", "too many input tokens", "maximum number of tokens", "context length"};
// The deployment's model or path is wrong here, whatever the request says: another place may serve it.
constexpr std::array<std::string_view, 5> kModelPhrases{"model identifier is invalid", "on-demand throughput isn",
                                                        "supported on this route", "is not enabled",
                                                        "reached the end of its life"};

FailureKind kind_of_validation(const ErrorBody& error, FailureKind usual) {
  if (any_said(error.message, kContextPhrases)) return FailureKind::context_length;
  if (any_said(error.message, kModelPhrases)) return FailureKind::not_found;
  return usual;
}

// The request failed inside the model; what it answered itself says more.
FailureKind kind_of_model_error(int original_status) {
  if (original_status == 429 || original_status == 503) return FailureKind::overloaded;
  const bool clients =
      original_status >= 400 && original_status < 500 && original_status != 408 && original_status != 424;
  return clients ? FailureKind::invalid_request : FailureKind::server_error;
}

// `status` 0: told inside a stream.
FailureKind kind_of(int status, const ErrorBody& error, std::string_view type, int original_status) {
  if (is_type(type, "ModelError")) return kind_of_model_error(original_status);
  if (is_type(type, "Validation")) return kind_of_validation(error, FailureKind::invalid_request);
  for (const TypeRow& row : kTypes)
    if (is_type(type, row.type)) return row.kind;
  const FailureKind usual = openai_http::kind_of(status, error);
  // 401 "… is not enabled" names a model on the wrong path, not a bad credential.
  return status >= 400 && status <= 404 && status != 402 ? kind_of_validation(error, usual) : usual;
}

// Seconds since 1970 of "20261122T000000Z".
std::optional<std::int64_t> amz_seconds(std::string_view text) {
  if (text.size() < 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  std::array<int, 6> part{};
  constexpr std::array<std::array<std::size_t, 2>, 6> kAt{{{0, 4}, {4, 2}, {6, 2}, {9, 2}, {11, 2}, {13, 2}}};
  for (std::size_t i = 0; i < part.size(); ++i) {
    const std::string_view digits = text.substr(kAt[i][0], kAt[i][1]);
    if (!std::ranges::all_of(digits, is_digit)) return std::nullopt;
    std::from_chars(digits.data(), digits.data() + digits.size(), part[i]);
  }
  const std::chrono::year_month_day date{std::chrono::year(part[0]), std::chrono::month(static_cast<unsigned>(part[1])),
                                         std::chrono::day(static_cast<unsigned>(part[2]))};
  if (!date.ok()) return std::nullopt;
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  return std::int64_t{days} * 86'400 + part[3] * 3600 + part[4] * 60 + part[5];
}

bool is_skew_type(std::string_view type) {
  return is_type(type, "RequestExpired") || is_type(type, "RequestTimeTooSkewed") ||
         is_type(type, "RequestInTheFuture");
}

// Nothing: the clock is not what it is about.
std::optional<std::string> say_clock(std::string_view type, std::string_view message) {
  const auto ahead = clock_ahead_s(message);
  if (ahead && *ahead != 0)
    return fmt::format(
        "The clock of the machine this gateway runs on is {} seconds {} Amazon's, so that its signatures "
        "are refused. Set it right.",
        *ahead < 0 ? -*ahead : *ahead, *ahead < 0 ? "behind" : "ahead of");
  if (ahead || is_skew_type(type) || says(message, "signature expired") || says(message, "signature not yet current"))
    return "The clock of the machine this gateway runs on differs from Amazon's by more than 5 minutes, so that its "
           "signatures are refused. Set it right.";
  return std::nullopt;
}

bool is_signature_type(std::string_view type) {
  return is_skew_type(type) || is_type(type, "InvalidSignature") || is_type(type, "SignatureDoesNotMatch");
}

Verdict verdict_of(FailureKind kind, ErrorBody error, std::string_view type) {
  const auto clock = kind == FailureKind::unauthorized || kind == FailureKind::forbidden
                         ? say_clock(is_signature_type(type) ? type : std::string_view(), error.message)
                         : std::nullopt;
  if (clock) kind = FailureKind::unauthorized;
  Verdict verdict = openai_http::verdict_of(kind, std::move(error));
  if (clock) verdict.message = *clock;
  verdict.code = masked(std::move(verdict.code));
  verdict.type = masked(std::move(verdict.type));
  verdict.param = masked(std::move(verdict.param));
  verdict.message = masked(std::move(verdict.message));
  return verdict;
}

bool ends_arn(char c) {
  constexpr std::string_view kEnds = " \t,;\"'()[]{}<>`";
  return kEnds.find(c) != kEnds.npos;
}

// An ARN may end a sentence.
std::size_t arn_size(std::string_view text) {
  auto size = static_cast<std::size_t>(std::ranges::find_if(text, ends_arn) - text.begin());
  while (size > 0 && (text[size - 1] == '.' || text[size - 1] == ':')) --size;
  return size;
}

}  // namespace

std::string tidy(std::string_view text, std::size_t bytes_max) {
  std::size_t size = std::min(text.size(), bytes_max);
  while (size < text.size() && size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0u) == 0x80u) --size;
  std::string out(text.substr(0, size));
  std::ranges::replace_if(out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return out;
}

std::string masked(std::string text) {
  constexpr std::string_view kArn = "arn:";
  constexpr std::size_t kAccountDigits = 12;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = std::string_view(text).substr(at);
    if (const std::size_t size = rest.starts_with(kArn) ? arn_size(rest) : 0; size > kArn.size()) {
      out += "arn:*";
      at += size;
      continue;
    }
    const auto digits = static_cast<std::size_t>(std::ranges::find_if_not(rest, is_digit) - rest.begin());
    if (digits == kAccountDigits)
      out.append(kAccountDigits, '*');
    else
      out.append(rest.substr(0, std::max<std::size_t>(digits, 1)));
    at += std::max<std::size_t>(digits, 1);
  }
  return out;
}

std::optional<std::int64_t> clock_ahead_s(std::string_view message) {
  for (const std::string_view lead : {"Signature expired: ", "Signature not yet current: "}) {
    const auto at = openai_http::find_phrase(message, lead);
    if (at == message.npos) continue;
    const std::string_view rest = message.substr(at + lead.size());
    const auto open = rest.find('(');
    const auto ours = amz_seconds(rest);
    const auto theirs = open == rest.npos ? std::nullopt : amz_seconds(rest.substr(open + 1));
    if (ours && theirs) return *ours - *theirs;
  }
  return std::nullopt;
}

Verdict classify(const Answer& answer, WallTime now) {
  ErrorBody error = openai_http::read_error_body(answer.body);
  const Native native = read_native(answer);
  if (!native.message.empty()) error.message = tidy(native.message, kMessageBytesMax);
  if (!native.type.empty()) error.type = tidy(native.type, kWordBytesMax);
  if (error.code.empty()) error.code = error.type;
  const FailureKind kind = kind_of(answer.status, error, native.type, native.original_status);
  std::uint32_t wait_ms = openai_http::retry_after_ms(answer.fields, now);
  const bool may_wait = kind == FailureKind::rate_limited || kind == FailureKind::overloaded;
  if (wait_ms == 0 && may_wait) wait_ms = openai_http::retry_after_ms(error.message);
  Verdict verdict = verdict_of(kind, std::move(error), native.type);
  verdict.retry_after_ms = wait_ms;
  return verdict;
}

Verdict classify_stream(const dialect::ProviderStreamError& error) {
  ErrorBody body{error.code, error.type, {}, error.message, {}};
  const std::string type(bare_type(error.code.empty() ? error.type : error.code));
  FailureKind kind = error.malformed ? FailureKind::malformed : kind_of(0, body, type, 0);
  Verdict verdict = verdict_of(kind, std::move(body), type);
  // It answered 200 and began to work.
  if (verdict.billing == Billing::refused_unbilled) verdict.billing = Billing::ambiguous;
  return verdict;
}

}  // namespace fw::cloud::aws
