// Entra ID's token endpoint and the managed identities in front of it.
#include <fmt/format.h>

#include <algorithm>

#include "fake/aws_canonical.h"
#include "fake/aws_check.h"
#include "fake/issuers.h"
#include "fake/minted.h"
#include "fake/percent.h"
#include "fake/service_account.h"
#include "fake/time_text.h"
#include "wire/json_write.h"

namespace fw::fake {
namespace {

constexpr std::string_view kAssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
constexpr std::string_view kDefaultScope = "/.default";
constexpr std::int64_t kLongLived = 7'200;  // from then on a time to refresh is told

Spoken refuse(int status, std::string_view error, int number, std::string_view text, const Shown& shown, IdMint& ids) {
  const auto time = second_text(shown.now.seconds());
  const auto trace = ids.hex("", 32);
  std::string out;
  wire::JsonWriter w(out);
  w.begin_object().member("error", error);
  w.member("error_description",
           fmt::format("AADSTS{}: {} Trace ID: {} Correlation ID: {} Timestamp: {}", number, text, trace, trace, time));
  w.key("error_codes").begin_array().number(number).end_array();
  w.member("timestamp", time).member("trace_id", trace).member("correlation_id", trace);
  w.member("error_uri", fmt::format("https://login.microsoftonline.com/error?code={}", number)).end_object();
  return {.status = status, .body = std::move(out)};
}

std::string without_slash(std::string text) {
  while (text.ends_with('/')) text.pop_back();
  return text;
}

std::string token_for(std::string_view resource, std::string_view client, const Shown& shown, IdMint& ids) {
  return mint({std::string(kEntraIssuer), without_slash(std::string(resource)), std::string(client), shown.now.ns,
               shown.now.seconds() + shown.standing.token_lifetime_s},
              ids);
}

// What proves the client: its secret, or an assertion that is in time. Nothing: it does.
std::optional<Spoken> check_client(std::string_view client, const Shown& shown, IdMint& ids) {
  const auto prefix = fmt::format("{}:", client);
  const auto pair = std::ranges::find_if(shown.options.keys, [&](const auto& p) { return p.starts_with(prefix); });
  if (pair == shown.options.keys.end())
    return refuse(400, "unauthorized_client", 700016,
                  fmt::format("Application with identifier '{}' was not found in the directory 'fake'.", client), shown,
                  ids);
  if (const auto secret = form_value(shown.body, "client_secret")) {
    if (pair->substr(prefix.size()) == *secret) return std::nullopt;
    return refuse(
        401, "invalid_client", 7000215,
        fmt::format("Invalid client secret provided. Ensure the secret being sent in the request is the client "
                    "secret value, not the client secret ID, for a secret added to app '{}'.",
                    client),
        shown, ids);
  }
  const auto assertion = form_value(shown.body, "client_assertion");
  if (!assertion || form_value(shown.body, "client_assertion_type") != kAssertionType)
    return refuse(
        401, "invalid_client", 7000216,
        "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.", shown,
        ids);
  const auto jwt = read_jwt(*assertion);
  if (!jwt) return refuse(401, "invalid_client", 50027, "JWT token is invalid or malformed.", shown, ids);
  if (jwt->expires_s != 0 && jwt->expires_s <= shown.now.seconds())
    return refuse(401, "invalid_client", 700024, "Client assertion is not within its valid time range.", shown, ids);
  return std::nullopt;
}

}  // namespace

bool azure_audience(std::string_view audience) {
  return audience == "https://cognitiveservices.azure.com" || audience == "https://ai.azure.com";
}

Spoken oauth_error(int status, std::string_view error, std::string_view description) {
  std::string out;
  wire::JsonWriter(out).begin_object().member("error", error).member("error_description", description).end_object();
  return {.status = status, .body = std::move(out)};
}

Spoken entra_token(const Shown& shown, IdMint& ids) {
  const auto said = [&shown](std::string_view name) { return form_value(shown.body, name).value_or(""); };
  if (said("grant_type") != "client_credentials")
    return refuse(400, "unsupported_grant_type", 70003,
                  fmt::format("The app requested an unsupported grant type '{}'.", said("grant_type")), shown, ids);
  const auto client = said("client_id");
  if (client.empty())
    return refuse(400, "invalid_request", 900144, "The request body must contain the following parameter: 'client_id'.",
                  shown, ids);
  if (auto refusal = check_client(client, shown, ids)) return std::move(*refusal);
  const auto scope = said("scope");
  if (!scope.ends_with(kDefaultScope))
    return refuse(400, "invalid_scope", 1002012,
                  fmt::format("The provided value for scope {} is not valid. Client credential flows must have a scope "
                              "value with /.default suffixed to the resource identifier (application ID URI).",
                              scope),
                  shown, ids);
  const auto lifetime = shown.standing.token_lifetime_s;
  std::string out;
  wire::JsonWriter w(out);
  w.begin_object().member("token_type", "Bearer").member("expires_in", lifetime).member("ext_expires_in", lifetime);
  if (lifetime >= kLongLived) w.member("refresh_in", lifetime / 2);
  w.member("access_token", token_for(scope.substr(0, scope.size() - kDefaultScope.size()), client, shown, ids))
      .end_object();
  return {.body = std::move(out), .lines = "cache-control: no-store, no-cache\r\n"};
}

namespace {

// What both forms of a managed identity say; numbers as texts, as they do.
Spoken identity_token(const Shown& shown, IdMint& ids, bool instance) {
  const auto said = [&shown](std::string_view name) { return form_value(shown.head.query, name).value_or(""); };
  const auto resource = said("resource");
  if (resource.empty()) return oauth_error(400, "invalid_request", "Required query variable 'resource' is missing");
  const auto client = said("client_id");
  if (!client.empty() && !kEntraPair.starts_with(client))
    return oauth_error(400, "invalid_request", "Identity not found");
  const auto lifetime = shown.standing.token_lifetime_s;
  std::string out;
  wire::JsonWriter w(out);
  w.begin_object().member("access_token", token_for(resource, client, shown, ids));
  w.member("client_id", kEntraPair.substr(0, kEntraPair.find(':')));
  w.member("expires_on", fmt::format("{}", shown.now.seconds() + lifetime));
  if (instance) {
    w.member("expires_in", fmt::format("{}", lifetime)).member("ext_expires_in", fmt::format("{}", lifetime));
    if (lifetime >= kLongLived) w.member("refresh_in", fmt::format("{}", lifetime / 2));
    w.member("not_before", fmt::format("{}", shown.now.seconds()));
  }
  w.member("resource", resource).member("token_type", "Bearer").end_object();
  return {.body = std::move(out)};
}

}  // namespace

Spoken azure_instance_token(const Shown& shown, IdMint& ids) {
  if (lower(field_named(shown.head.fields, "metadata")) != "true" ||
      !field_named(shown.head.fields, "x-forwarded-for").empty())
    return oauth_error(400, "invalid_request", "Required metadata header not specified");
  if (form_value(shown.head.query, "api-version").value_or("") < "2018-02-01")
    return oauth_error(400, "bad_request_102", "Required API version not specified");
  return identity_token(shown, ids, true);
}

Spoken azure_app_token(const Shown& shown, IdMint& ids) {
  if (field_named(shown.head.fields, "x-identity-header") != kIdentityHeader)
    return {.status = 401, .body = R"({"statusCode":401,"message":"The X-IDENTITY-HEADER is missing or wrong."})"};
  if (form_value(shown.head.query, "api-version") != "2019-08-01")
    return {.status = 400, .body = R"({"statusCode":400,"message":"The api-version is not supported."})"};
  return identity_token(shown, ids, false);
}

}  // namespace fw::fake
