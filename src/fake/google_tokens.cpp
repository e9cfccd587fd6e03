// Where Google's access tokens come from: service accounts, federation, an instance's metadata.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "fake/aws_check.h"
#include "fake/issuers.h"
#include "fake/minted.h"
#include "fake/percent.h"
#include "fake/service_account.h"
#include "wire/json.h"

namespace fw::fake {
namespace {

constexpr std::string_view kJwtGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
constexpr std::string_view kExchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange";
constexpr std::string_view kAccessToken = "urn:ietf:params:oauth:token-type:access_token";
constexpr std::string_view kAwsSubject = "urn:ietf:params:aws:token-type:aws4_request";
constexpr std::string_view kCloudScope = "https://www.googleapis.com/auth/cloud-platform";
constexpr std::string_view kFederated = "federated";
constexpr std::int64_t kJwtMostS = 3'600;
constexpr std::int64_t kGraceS = 300;  // of clocks
constexpr int kDepthMax = 8;

std::string token_of(std::string_view subject, std::string_view scope, const Shown& shown, IdMint& ids) {
  return std::string(kGoogleTokenPrefix) + mint({std::string(kGoogleIssuer), std::string(scope), std::string(subject),
                                                 shown.now.ns, shown.now.seconds() + shown.standing.token_lifetime_s},
                                                ids);
}

Spoken access_token(std::string token, const Shown& shown, std::string_view more = "") {
  std::string out;
  wire::JsonWriter w(out);
  // Google's own count is a second short of the hour.
  w.begin_object().member("access_token", token).member("expires_in", shown.standing.token_lifetime_s - 1);
  w.member("token_type", "Bearer");
  if (!more.empty()) w.member("issued_token_type", more);
  w.end_object();
  return {.body = std::move(out)};
}

// {"url","method","headers":[{"key","value"}]}: a GetCallerIdentity that somebody else may send.
bool good_aws_subject(std::string_view subject, std::string_view audience, const Shown& shown) {
  const auto json = percent_decoded(subject);
  if (wire::json_check(json, kDepthMax)) return false;
  const auto url = wire::json_text(wire::json_find(json, {"url"}).value_or(""));
  const auto mark = url.find('?');
  if (!url.starts_with("https://sts.") || mark == std::string_view::npos ||
      url.find("Action=GetCallerIdentity") == std::string_view::npos)
    return false;
  std::vector<wire::HeaderField> fields;
  wire::JsonArray list(wire::json_find(json, {"headers"}).value_or("[]"), kDepthMax);
  wire::JsonMember m;
  while (list.next(m))
    fields.push_back({wire::json_text(wire::json_find(m.value, {"key"}).value_or("")),
                      wire::json_text(wire::json_find(m.value, {"value"}).value_or("")), wire::HeaderId::other});
  if (field_named(fields, "x-goog-cloud-target-resource") != audience) return false;
  const AwsRules rules{.region = {},
                       .service = "sts",
                       .pairs = shown.options.keys,
                       .now = shown.now,
                       .revoked_before = shown.standing.revoked_before};
  const auto query = url.substr(mark + 1);
  return check_signature({"POST", "/", query, fields, ""}, rules).has_value();
}

}  // namespace

std::string_view google_status(int status) {
  struct Word {
    int status;
    std::string_view word;
  };
  constexpr std::array kWords{
      Word{400, "INVALID_ARGUMENT"},   Word{401, "UNAUTHENTICATED"},   Word{403, "PERMISSION_DENIED"},
      Word{404, "NOT_FOUND"},          Word{408, "DEADLINE_EXCEEDED"}, Word{409, "ABORTED"},
      Word{429, "RESOURCE_EXHAUSTED"}, Word{499, "CANCELLED"},         Word{500, "INTERNAL"},
      Word{501, "UNIMPLEMENTED"},      Word{503, "UNAVAILABLE"},       Word{504, "DEADLINE_EXCEEDED"}};
  const auto* const at = std::ranges::find(kWords, status, &Word::status);
  return at != kWords.end() ? at->word : status >= 500 ? "INTERNAL" : "INVALID_ARGUMENT";
}

Spoken google_error(int status, std::string_view word, std::string_view message, bool wrapped) {
  std::string out;
  wire::JsonWriter w(out);
  if (wrapped) w.begin_array();
  w.begin_object().key("error").begin_object();
  w.member("code", status).member("message", message).member("status", word).end_object().end_object();
  if (wrapped) w.end_array();
  return {.status = status, .body = std::move(out), .content_type = "application/json; charset=UTF-8"};
}

Spoken google_token(const Shown& shown, IdMint& ids) {
  if (form_value(shown.body, "grant_type") != kJwtGrant)
    return oauth_error(400, "unsupported_grant_type", "Invalid grant_type");
  const auto jwt = check_account_jwt(form_value(shown.body, "assertion").value_or(""));
  if (!jwt)
    return oauth_error(400, "invalid_grant",
                       jwt.error() == JwtFault::signature ? "Invalid JWT Signature." : "Bad Request");
  if (jwt->issuer != kServiceAccount) return oauth_error(400, "invalid_grant", "Invalid grant: account not found");
  const auto own = fmt::format("http://{}/token", shown.head.host);
  if (jwt->audience != "https://oauth2.googleapis.com/token" && jwt->audience != own)
    return oauth_error(400, "invalid_grant", "Invalid JWT: Failed audience check.");
  const auto now = shown.now.seconds();
  if (jwt->expires_s <= now - kGraceS || jwt->issued_s > now + kGraceS || jwt->expires_s - jwt->issued_s > kJwtMostS)
    return oauth_error(
        400, "invalid_grant",
        "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check "
        "your iat and exp values in the JWT claim.");
  if (jwt->scope.empty())
    return oauth_error(400, "invalid_scope", "Invalid OAuth scope or ID token audience provided.");
  return access_token(token_of(kServiceAccount, jwt->scope, shown, ids), shown);
}

Spoken google_exchange(const Shown& shown, IdMint& ids) {
  const bool json = shown.body.starts_with('{') && !wire::json_check(shown.body, kDepthMax);
  const auto said = [&](std::string_view name, std::string_view camel) {
    if (!json) return form_value(shown.body, name).value_or("");
    std::string plain;
    (void)wire::json_unescape(wire::json_text(wire::json_find(shown.body, {camel}).value_or("")), plain);
    return plain;
  };
  if (said("grant_type", "grantType") != kExchangeGrant)
    return oauth_error(400, "invalid_grant", "Invalid grant type.");
  const auto audience = said("audience", "audience");
  if (!audience.starts_with("//iam.googleapis.com/"))
    return oauth_error(
        400, "invalid_request",
        "Invalid value for \"audience\". This value should be the full resource name of the Identity Provider.");
  if (said("requested_token_type", "requestedTokenType") != kAccessToken)
    return oauth_error(400, "invalid_request", "Invalid requested token type.");
  const auto subject = said("subject_token", "subjectToken");
  if (said("subject_token_type", "subjectTokenType") == kAwsSubject) {
    if (!good_aws_subject(subject, audience, shown))
      return oauth_error(400, "invalid_grant", "Received invalid AWS response of type SignatureDoesNotMatch.");
  } else {
    const auto jwt = read_jwt(subject);
    if (!jwt) return oauth_error(400, "invalid_grant", "Unable to parse the ID Token.");
    if (jwt->expires_s != 0 && jwt->expires_s <= shown.now.seconds())
      return oauth_error(400, "invalid_grant", "ID Token is expired.");
  }
  return access_token(token_of(kFederated, said("scope", "scope"), shown, ids), shown, kAccessToken);
}

Spoken google_account_token(const Shown& shown, IdMint& ids) {
  const auto claims = read_minted(bearer(shown.head.fields));
  if (!claims || claims->issuer != kGoogleIssuer || claims->expires_s <= shown.now.seconds())
    return google_error(401, "UNAUTHENTICATED",
                        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie "
                        "or other valid authentication credential.");
  constexpr std::string_view kAccounts = "/serviceAccounts/";
  const auto path = percent_decoded(shown.head.path);
  const auto at = path.find(kAccounts);
  const auto account = path.substr(at + kAccounts.size(), path.rfind(':') - at - kAccounts.size());
  if (account != kServiceAccount)
    return google_error(403, "PERMISSION_DENIED",
                        "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).");
  if (wire::json_check(shown.body, kDepthMax) || !wire::json_find(shown.body, {"scope"}))
    return google_error(400, "INVALID_ARGUMENT", "Request contains an invalid argument.");
  std::string out;
  wire::JsonWriter w(out);
  w.begin_object().member("accessToken", token_of(account, kCloudScope, shown, ids));
  w.member("expireTime", second_text(shown.now.seconds() + shown.standing.token_lifetime_s)).end_object();
  return {.body = std::move(out)};
}

Spoken google_metadata(const Shown& shown, IdMint& ids) {
  constexpr std::string_view kAccountPath = "/computeMetadata/v1/instance/service-accounts/default/";
  if (shown.head.path != "/" && field_named(shown.head.fields, "metadata-flavor") != "Google")
    return {
        .status = 403, .body = "Missing Metadata-Flavor:Google header.", .content_type = "text/html; charset=UTF-8"};
  const auto path = shown.head.path;
  Spoken answer{.content_type = "application/text"};
  if (path == "/")
    answer.body = "computeMetadata/\n";
  else if (path == "/computeMetadata/v1/project/project-id")
    answer.body = shown.options.project;
  else if (path == "/computeMetadata/v1/universe/universe-domain")
    answer.body = "googleapis.com";
  else if (path == std::string(kAccountPath) + "email")
    answer.body = kServiceAccount;
  else if (path == std::string(kAccountPath) + "token")
    answer = access_token(token_of(kServiceAccount, kCloudScope, shown, ids), shown);
  else if (path == "/computeMetadata/v1/instance")
    answer.body = "service-accounts/\n";
  else
    answer = {.status = 404, .body = "404 Not Found", .content_type = "text/html; charset=UTF-8"};
  add_line(answer.lines, "metadata-flavor", "Google");
  add_line(answer.lines, "server", "Metadata Server for VM");
  return answer;
}

}  // namespace fw::fake
