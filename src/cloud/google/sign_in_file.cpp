// Credentials files: service account keys, a person's refresh token, and who acts for whom.
#include <fmt/format.h>

#include "cloud/google/sign_in_flows.h"
#include "wire/json.h"
#include "wire/jwt.h"

namespace fw::cloud::google {
namespace {

constexpr std::string_view kTokenUri = "https://oauth2.googleapis.com/token";
// A self-signed token's audience is the service, whichever of its hosts is asked (AIP-4111).
constexpr std::string_view kService = "https://aiplatform.googleapis.com/";
constexpr std::int64_t kAssertionSeconds = 3600;  // more is refused
constexpr std::string_view kFormLines =
    "Content-Type: application/x-www-form-urlencoded\r\nAccept: application/json\r\n";

constexpr std::array<TokenHint, 7> kHints{{
    {"Invalid JWT Signature", "the key was deleted or disabled, or belongs to another account"},
    {"reasonable timeframe", "is this machine's clock right?"},
    {"expired or revoked", "sign in again: gcloud auth application-default login"},
    {"invalid_rapt", "sign in again: gcloud auth application-default login"},
    {"audience", "the audience must be that of Google's token endpoint: check token_uri in the file"},
    {"account not found", "the service account was deleted, or its name is wrong"},
    {"invalid_scope", "the account may not ask for cloud-platform"},
}};

constexpr std::array<TokenHint, 2> kImpersonationHints{{
    {"PERMISSION_DENIED",
     "the caller needs roles/iam.workloadIdentityUser or roles/iam.serviceAccountTokenCreator on "
     "the service account"},
    {"iam.serviceAccounts.getAccessToken",
     "the caller needs roles/iam.serviceAccountTokenCreator on the service "
     "account"},
}};

struct Account {
  std::string email;
  std::string key_id;
  std::string audience;
};

std::string claims(const Account& account, std::int64_t now_s, bool self_signed) {
  std::string out;
  wire::JsonWriter json(out);
  json.begin_object().member("iss", account.email);
  if (self_signed)
    json.member("sub", account.email).member("aud", kService);
  else
    json.member("scope", kCloudScope).member("aud", account.audience);
  json.member("iat", now_s).member("exp", now_s + kAssertionSeconds).end_object();
  return out;
}

Flow<Credential> trade(wire::Url url, std::string form, std::vector<std::string> secrets) {
  const TokenSource source{fmt::format("Google's token endpoint {}", url.authority()), std::move(secrets)};
  Fetch request{.method = "POST", .url = std::move(url), .lines = std::string(kFormLines), .body = std::move(form)};
  Ask question(std::move(request));
  const Reply reply = co_await question;
  co_return read_token(source, reply, kHints);
}

// A person's own, as `gcloud auth application-default login` leaves them.
Flow<Credential> refreshed_token(const GoogleOptions& options, const CredentialFile& file) {
  std::string form;
  wire::append_form(form, "grant_type", "refresh_token");
  std::vector<std::string> secrets;
  for (const char* name : {"client_id", "client_secret", "refresh_token"}) {
    auto text = text_in(file, {name});
    if (!text) co_return std::unexpected(std::move(text.error()));
    wire::append_form(form, name, *text);
    if (name != std::string_view("client_id")) secrets.push_back(*std::move(text));
  }
  auto url = options.token_url ? Result<wire::Url>(*options.token_url) : url_in(file, {"token_uri"}, kTokenUri);
  if (!url) co_return std::unexpected(std::move(url.error()));
  auto trading = trade(*std::move(url), std::move(form), std::move(secrets));
  auto made = co_await trading;
  co_return made;
}

Credential self_made(std::string jwt, WallTime now) {
  Credential made;
  made.bearer = std::move(jwt);
  made.expires = WallTime{(now.seconds() + kAssertionSeconds) * 1'000'000'000};
  made.refresh_at = refresh_time(now, made.expires);
  return made;
}

// One account acting as another, as `gcloud auth application-default login --impersonate-service-account` writes it.
Flow<Credential> delegated_token(const GoogleOptions& options, const CredentialFile& file) {
  const auto inner = wire::json_find(file.json, {"source_credentials"});
  if (!inner || !is_json_object(*inner)) co_return wrong_file(file, "found no source_credentials");
  if (json_string(*inner, {"type"}) == "impersonated_service_account")
    co_return wrong_file(file, "found source_credentials that impersonate in turn, expected those of the caller");
  const CredentialFile source{file.path, std::string(*inner), file.read_at};
  auto first = token_by_file(options, source);
  auto caller = co_await first;
  if (!caller) co_return caller;
  auto second = impersonated_token(file, *caller);
  auto made = co_await second;
  co_return made;
}

// The members `scope`, `lifetime` and `delegates` of a request to impersonate.
std::string impersonation_body(const CredentialFile& file) {
  const auto asked = wire::json_find(file.json, {"service_account_impersonation", "token_lifetime_seconds"});
  const auto seconds = asked ? wire::json_int(*asked).value_or(kAssertionSeconds) : kAssertionSeconds;
  const auto delegates = wire::json_find(file.json, {"delegates"});
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().key("scope").begin_array().string(kCloudScope).end_array();
  json.member("lifetime", fmt::format("{}s", seconds));
  if (delegates && delegates->starts_with('[')) json.key("delegates").raw(*delegates);
  json.end_object();
  return body;
}

}  // namespace

std::unexpected<Error> wrong_file(const CredentialFile& file, std::string_view what) {
  return std::unexpected(token_error(fmt::format("the credentials file {}: {}", file.path, what)));
}

Result<std::string> text_in(const CredentialFile& file, std::initializer_list<std::string_view> path) {
  auto text = json_string(file.json, path);
  if (text.empty()) return wrong_file(file, fmt::format("found no {}, expected a text", fmt::join(path, ".")));
  return text;
}

Result<wire::Url> url_in(const CredentialFile& file, std::initializer_list<std::string_view> path,
                         std::string_view fallback) {
  auto text = json_string(file.json, path);
  if (text.empty()) text = fallback;
  auto url = wire::parse_url(text);
  if (!url) return wrong_file(file, fmt::format("{}: {}", fmt::join(path, "."), url.error()));
  if (!url->tls && url->host.ends_with(kTlsOnly[0]))
    return wrong_file(file, fmt::format("{}: found http for {}, expected https", fmt::join(path, "."), url->host));
  return *std::move(url);
}

Result<CredentialFile> credentials_in(const std::string& path, Reply content, std::string_view wanted) {
  CredentialFile file{path, std::move(content.body), content.now};
  if (content.status == 0) return wrong_file(file, content.failure);
  if (!is_json_object(file.json))
    return wrong_file(file, fmt::format("found {}, expected {}", shape_of(file.json), wanted));
  return file;
}

Flow<CredentialFile> read_credentials(const std::string& path, std::string_view wanted) {
  Ask question(ReadFile{path});
  Reply content = co_await question;
  co_return credentials_in(path, std::move(content), wanted);
}

Flow<Credential> service_account_token(const GoogleOptions& options, const CredentialFile& file, bool self_signed) {
  if (const auto type = json_string(file.json, {"type"}); type != "service_account")
    co_return wrong_file(file, fmt::format("found the type '{}', expected service_account; other files are named by "
                                           "auth.google",
                                           type));
  const auto email = text_in(file, {"client_email"});
  const auto pem = text_in(file, {"private_key"});
  if (!email) co_return std::unexpected(email.error());
  if (!pem) co_return std::unexpected(pem.error());
  const auto key = wire::RsaKey::from_pem(*pem);
  if (!key) co_return wrong_file(file, fmt::format("private_key: {}", key.error()));
  auto own_url = url_in(file, {"token_uri"}, kTokenUri);
  if (!own_url) co_return std::unexpected(std::move(own_url.error()));
  Account account{*email, json_string(file.json, {"private_key_id"}), json_string(file.json, {"token_uri"})};
  if (account.audience.empty()) account.audience = kTokenUri;
  std::string jwt = wire::sign_jwt(*key, account.key_id, claims(account, file.read_at.seconds(), self_signed));
  if (self_signed) co_return self_made(std::move(jwt), file.read_at);
  std::string form;
  wire::append_form(form, "grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
  wire::append_form(form, "assertion", jwt);
  auto trading = trade(options.token_url.value_or(*own_url), std::move(form), {std::move(jwt)});
  auto made = co_await trading;
  co_return made;
}

Flow<Credential> impersonated_token(const CredentialFile& file, const Credential& caller) {
  auto url = url_in(file, {"service_account_impersonation_url"});
  if (!url) co_return std::unexpected(std::move(url.error()));
  const TokenSource source{fmt::format("Google's IAM credentials endpoint {}", url->authority()), {caller.bearer}};
  Fetch request{.method = "POST", .url = *std::move(url), .lines = {}, .body = impersonation_body(file)};
  request.lines = fmt::format("Authorization: Bearer {}\r\nContent-Type: application/json\r\n", caller.bearer);
  Ask question(std::move(request));
  const Reply reply = co_await question;
  co_return read_token(source, reply, kImpersonationHints, {"accessToken", "", "expireTime"});
}

Flow<Credential> token_by_file(const GoogleOptions& options, const CredentialFile& file) {
  const auto type = json_string(file.json, {"type"});
  if (type == "service_account") {
    auto flow = service_account_token(options, file, false);
    auto made = co_await flow;
    co_return made;
  }
  if (type == "external_account") {
    auto flow = federated_token(options, file);
    auto made = co_await flow;
    co_return made;
  }
  if (type == "authorized_user") {
    auto flow = refreshed_token(options, file);
    auto made = co_await flow;
    co_return made;
  }
  if (type == "impersonated_service_account") {
    auto flow = delegated_token(options, file);
    auto made = co_await flow;
    co_return made;
  }
  co_return wrong_file(file, fmt::format("found the type '{}', expected service_account, external_account, "
                                         "authorized_user or impersonated_service_account",
                                         type));
}

Flow<Credential> metadata_token(const GoogleOptions& options) {
  const TokenSource source{fmt::format("Google's metadata server {}", options.metadata_url.authority()), {}};
  Fetch request{.method = "GET",
                .url = options.metadata_url,
                .lines = "Metadata-Flavor: Google\r\n",
                .body = {},
                .timeout_ms = 5000};
  Ask question(std::move(request));
  const Reply reply = co_await question;
  auto made = read_token(source, reply);
  if (!made && reply.status == 404) made.error().message += " (the machine has no service account)";
  co_return made;
}

}  // namespace fw::cloud::google
