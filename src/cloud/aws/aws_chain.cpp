#include "cloud/aws/aws_chain.h"

#include <fmt/format.h>

#include "cloud/aws/aws_answer.h"
#include "cloud/aws/aws_metadata.h"
#include "cloud/aws/aws_profile.h"
#include "cloud/aws/aws_sts.h"

namespace fw::cloud::aws {
namespace {

std::unexpected<Error> failed(std::string message) {
  return std::unexpected(token_error(fmt::format("AWS credentials of the environment: {}", message)));
}

}  // namespace

Result<std::optional<Credential>> environment_keys(const Surroundings& surroundings, WallTime now) {
  const auto id = variable(surroundings, "AWS_ACCESS_KEY_ID");
  const auto secret = variable(surroundings, "AWS_SECRET_ACCESS_KEY");
  if (!id && !secret) return std::optional<Credential>();
  if (!id || !secret)
    return failed(fmt::format("found {} alone, expected AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
                              id ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY"));
  Credential made;
  made.access_key_id = *id;
  made.secret_access_key = *secret;
  made.session_token = variable(surroundings, "AWS_SESSION_TOKEN").value_or("");
  const bool visible =
      is_token_text(*id) && is_token_text(*secret) && (made.session_token.empty() || is_token_text(made.session_token));
  if (!visible) return failed("found keys with other characters, expected visible ASCII");
  const auto expiration = variable(surroundings, "AWS_CREDENTIAL_EXPIRATION");
  if (!expiration) return made;
  const auto end = parse_rfc3339(*expiration);
  if (!end) return failed("AWS_CREDENTIAL_EXPIRATION: expected a time such as 2026-11-22T06:00:00Z");
  if (*end <= now) return failed(fmt::format("they expired at {}", rfc3339_text(*end)));
  made.expires = *end;
  made.refresh_at = refresh_time(now, *end);
  return made;
}

Flow<Credential> default_credentials(Places places, WallTime now) {
  const Surroundings& surroundings = places->surroundings;
  auto keys = environment_keys(surroundings, now);
  if (!keys) co_return std::unexpected(keys.error());
  if (*keys) co_return **std::move(keys);
  auto looking = default_profile(places, now);
  auto profile = co_await looking;
  if (!profile) co_return std::unexpected(profile.error());
  if (*profile) co_return **std::move(profile);
  if (const auto file = variable(surroundings, "AWS_WEB_IDENTITY_TOKEN_FILE")) {
    AwsRole role;
    role.arn = variable(surroundings, "AWS_ROLE_ARN").value_or("");
    role.session_name = variable(surroundings, "AWS_ROLE_SESSION_NAME").value_or(role.session_name);
    if (role.arn.empty()) co_return failed("found AWS_WEB_IDENTITY_TOKEN_FILE alone, expected AWS_ROLE_ARN with it");
    auto asking = assume_role_with_web_identity(places, std::move(role), *file);
    co_return co_await asking;
  }
  if (in_container(surroundings)) {
    auto asking = container_credentials(places);
    co_return co_await asking;
  }
  constexpr std::string_view kNone =
      "found no AWS credentials: AWS_ACCESS_KEY_ID, AWS_WEB_IDENTITY_TOKEN_FILE and AWS_CONTAINER_CREDENTIALS_*_URI "
      "are "
      "not set, no profile says any";
  if (places->imds_disabled)
    co_return std::unexpected(token_error(fmt::format("{}, and AWS_EC2_METADATA_DISABLED is set", kNone)));
  auto asking = instance_credentials(places);
  auto made = co_await asking;
  if (!made) made.error().message = fmt::format("{}; {}", kNone, made.error().message);
  co_return made;
}

}  // namespace fw::cloud::aws
