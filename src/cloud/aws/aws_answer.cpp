#include "cloud/aws/aws_answer.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <fmt/format.h>

#include "cloud/openai_http/failure.h"
#include "wire/json.h"

namespace fw::cloud::aws {
namespace {

// AWS refuses signatures that are five minutes off.
constexpr std::int64_t kSkewSeconds = 240;
// An expired credential that IMDS still hands out: when to ask for the next, as the SDKs do.
constexpr std::int64_t kStaleRefreshNs = 300'000'000'000;

std::unexpected<Error> unfit(const TokenSource& source, const Reply& reply, std::string_view found,
                             std::string_view expected) {
  return std::unexpected(token_error(
      fmt::format("{} answered 200: found {}, expected {}{}", source.who, found, expected, skew_words(reply))));
}

std::string_view missing_in(const AwsKeys& keys) {
  if (keys.access_key_id.empty()) return "AccessKeyId";
  if (keys.secret_access_key.empty()) return "SecretAccessKey";
  if (keys.session_token.empty()) return "a session token";
  return keys.expiration.empty() ? "Expiration" : "";
}

}  // namespace

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

std::string skew_words(const Reply& reply) {
  const auto date = std::ranges::find(reply.fields, "date", [](const auto& field) { return field.first; });
  const auto theirs = date == reply.fields.end() ? std::nullopt : openai_http::http_date_seconds(date->second);
  if (!theirs) return {};
  const std::int64_t ahead = reply.now.seconds() - *theirs;
  if (std::abs(ahead) <= kSkewSeconds) return {};
  return fmt::format(" (this machine's clock is {} s {} theirs; signatures need it right)", std::abs(ahead),
                     ahead > 0 ? "ahead of" : "behind");
}

Error aws_refused(const TokenSource& source, const Reply& reply, std::span<const TokenHint> hints) {
  Error error = token_refused(source, reply, hints);
  error.message += skew_words(reply);
  return error;
}

Result<Credential> credential_of(const TokenSource& source, const Reply& reply, AwsKeys keys, Expired expired) {
  if (const auto missing = missing_in(keys); !missing.empty())
    return unfit(source, reply, fmt::format("credentials without {}", missing),
                 "access key id, secret access key, session token and expiration");
  if (!is_token_text(keys.access_key_id) || !is_token_text(keys.secret_access_key) ||
      !is_token_text(keys.session_token))
    return unfit(source, reply, "credentials with other characters", "visible ASCII");
  const auto end = parse_rfc3339(keys.expiration);
  if (!end) return unfit(source, reply, "an expiration that is no time", "one such as 2026-11-22T06:00:00Z");
  const bool over = *end <= reply.now;
  if (over && expired == Expired::refused)
    return unfit(source, reply, fmt::format("credentials that expired at {}", rfc3339_text(*end)),
                 fmt::format("ones that live beyond {}; is this machine's clock right?", rfc3339_text(reply.now)));
  Credential made;
  made.access_key_id = std::move(keys.access_key_id);
  made.secret_access_key = std::move(keys.secret_access_key);
  made.session_token = std::move(keys.session_token);
  made.expires = *end;
  made.refresh_at = over ? WallTime{reply.now.ns + kStaleRefreshNs} : refresh_time(reply.now, *end);
  made.usable_after_end = expired == Expired::kept;
  return made;
}

Result<Credential> read_keys_json(const TokenSource& source, const Reply& reply, Expired expired) {
  if (reply.status != 200) return std::unexpected(aws_refused(source, reply));
  if (!is_json_object(reply.body))
    return unfit(source, reply, shape_of(reply.body), "a JSON object with AccessKeyId and SecretAccessKey");
  const std::string code = json_string(reply.body, {"Code"});
  if (!code.empty() && code != "Success") {
    Reply failed = reply;  // a failure told with status 200, as IMDS does
    failed.body.clear();
    wire::JsonWriter(failed.body)
        .begin_object()
        .member("error", code)
        .member("error_description", json_string(reply.body, {"Message"}))
        .end_object();
    return std::unexpected(aws_refused(source, failed));
  }
  AwsKeys keys{json_string(reply.body, {"AccessKeyId"}), json_string(reply.body, {"SecretAccessKey"}),
               json_string(reply.body, {"Token"}), json_string(reply.body, {"Expiration"})};
  return credential_of(source, reply, std::move(keys), expired);
}

}  // namespace fw::cloud::aws
