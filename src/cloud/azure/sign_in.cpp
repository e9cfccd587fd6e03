#include "cloud/azure/sign_in.h"

#include <algorithm>

#include <fmt/format.h>

#include "cloud/openai_http/request.h"
#include "cloud/token.h"

namespace fw::cloud::azure {
namespace {

using openai_http::wrong_setting;
using Made = Result<std::unique_ptr<const SignIn>>;

// Microsoft's "troubleshoot-errors.md" of 2026-09-20; https://cognitiveservices.azure.com/.default is the older one.
constexpr std::string_view kScope = "https://ai.azure.com/.default";
constexpr std::string_view kAuthority = "https://login.microsoftonline.com";
constexpr std::string_view kMetadata = "http://169.254.169.254";
constexpr std::string_view kMetadataPath = "/metadata/identity/oauth2/token";
constexpr int kMetadataTimeoutMs = 5000;
constexpr std::uint32_t kMetadataGoneMs = 3000;  // while it is updated, it says 410

constexpr std::array<std::string_view, 4> kTlsOnly{"login.microsoftonline.com", "login.microsoftonline.us",
                                                   "login.partner.microsoftonline.cn", "login.chinacloudapi.cn"};

// Microsoft: "Microsoft Entra authentication and authorization error codes".
constexpr std::array<TokenHint, 8> kEntraHints{{
    {"AADSTS500011", "the audience is unknown to this directory: check auth.entra.scope"},
    {"AADSTS70011", "check auth.entra.scope: it ends in /.default"},
    {"invalid_scope", "check auth.entra.scope: it ends in /.default"},
    {"AADSTS1002012", "check auth.entra.scope: it ends in /.default"},
    {"AADSTS700024",
     "the token of auth.entra.token_file is not valid at this time: is it renewed, is the clock right?"},
    {"AADSTS70021",
     "the application's federated credential names another issuer, subject or audience; the "
     "audience is usually api://AzureADTokenExchange"},
    {"AADSTS7002",
     "the application's federated credential names another issuer, subject or audience; the "
     "audience is usually api://AzureADTokenExchange"},
    {"AADSTS90002", "check auth.entra.tenant_id and auth.authority"},
}};

constexpr std::array<TokenHint, 3> kIdentityHints{{
    {"Identity not found", "assign an identity to this machine, or correct auth.managed_identity.client_id"},
    {"invalid_resource", "the audience is unknown to this directory: check auth.managed_identity.scope"},
    {"AADSTS500011", "the audience is unknown to this directory: check auth.managed_identity.scope"},
}};

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

struct Application {
  wire::Url url;
  std::string client_id;
  std::string client_secret;  // empty: token_file
  std::string token_file;
  std::string scope;
};

class EntraSignIn final : public SignIn {
 public:
  explicit EntraSignIn(Application application) : application_(std::move(application)) {}

  std::string describe() const override {
    return application_.token_file.empty() ? "Entra client credentials" : "Entra workload identity";
  }

  Flow<Credential> fetch(WallTime) const override {
    TokenSource source{"the token endpoint of Entra ID", {application_.client_secret}};
    std::string form;
    wire::append_form(form, "grant_type", "client_credentials");
    wire::append_form(form, "client_id", application_.client_id);
    wire::append_form(form, "scope", application_.scope);
    if (application_.token_file.empty()) {
      wire::append_form(form, "client_secret", application_.client_secret);
    } else {
      Ask file(ReadFile{application_.token_file});
      const Reply content = co_await file;
      if (content.status == 0) co_return unread(content.failure);
      const std::string assertion = trimmed(content.body);
      if (!is_token_text(assertion)) co_return unread("found no token in it, expected one JWT on one line");
      source.secrets.push_back(assertion);
      wire::append_form(form, "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
      wire::append_form(form, "client_assertion", assertion);
    }
    Fetch request{.method = "POST", .url = application_.url, .lines = {}, .body = std::move(form)};
    request.lines = "Content-Type: application/x-www-form-urlencoded\r\nAccept: application/json\r\n";
    Ask question(std::move(request));
    const Reply reply = co_await question;
    co_return read_token(source, reply, kEntraHints);
  }

 private:
  std::unexpected<Error> unread(std::string_view why) const {
    return std::unexpected(token_error(fmt::format("the token file {}: {}", application_.token_file, why)));
  }

  Application application_;
};

class ManagedIdentity final : public SignIn {
 public:
  ManagedIdentity(Fetch request, std::string header) : request_(std::move(request)), header_(std::move(header)) {}

  std::string describe() const override {
    return header_.empty() ? "Azure managed identity (VM)" : "Azure managed identity (App Service)";
  }

  Flow<Credential> fetch(WallTime) const override {
    const TokenSource source{fmt::format("the managed identity endpoint {}", request_.url.authority()), {header_}};
    Ask question(request_);
    const Reply reply = co_await question;
    auto made = read_token(source, reply, kIdentityHints);
    if (!made && reply.status == 410)
      made.error().retry_after_ms = std::max(made.error().retry_after_ms, kMetadataGoneMs);
    co_return made;
  }

 private:
  Fetch request_;
  std::string header_;  // a secret of App Service; empty: a VM
};

bool any_of_entra(const ProviderSettings& settings) {
  return std::ranges::any_of(std::array{"auth.entra", "auth.entra.tenant_id", "auth.entra.client_id",
                                        "auth.entra.client_secret", "auth.entra.token_file"},
                             [&](std::string_view name) { return extra_setting(settings, name) != nullptr; });
}

// A setting that may be missing but not empty.
Result<std::string> text_at(const ProviderSettings& settings, std::string_view name) {
  const std::string* found = extra_setting(settings, name);
  if (!found) return std::string();
  if (!is_token_text(*found)) return wrong_setting(settings, name, "expected visible ASCII without white space");
  return *found;
}

Result<std::string> scope_of(const ProviderSettings& settings, std::string_view name) {
  auto scope = text_at(settings, name);
  if (scope && scope->empty()) return std::string(kScope);
  return scope;
}

Result<wire::Url> entra_url(const ProviderSettings& settings, const Surroundings* defaults, std::string_view tenant) {
  if (const std::string* whole = extra_setting(settings, "auth.token_url"))
    return token_url(settings, "auth.token_url", *whole, kTlsOnly);
  if (tenant.empty())
    return wrong_setting(settings, "auth.entra.tenant_id", "found none, expected the directory's id or domain");
  std::string authority(kAuthority);
  if (const std::string* own = extra_setting(settings, "auth.authority"))
    authority = *own;
  else if (defaults)
    authority = variable(*defaults, "AZURE_AUTHORITY_HOST").value_or(authority);
  auto url = token_url(settings, "auth.authority", authority, kTlsOnly);
  if (url) url->path += "/" + wire::percent_encode_segment(tenant) + "/oauth2/v2.0/token";
  return url;
}

Made entra_as_written(const ProviderSettings& settings) {
  Application made;
  std::string tenant;
  const auto take = [&](std::string_view name, std::string& to) -> Result<void> {
    auto text = text_at(settings, name);
    if (!text) return std::unexpected(std::move(text.error()));
    to = *std::move(text);
    return {};
  };
  for (const auto& [name, to] :
       {std::pair{"auth.entra.tenant_id", &tenant}, std::pair{"auth.entra.client_id", &made.client_id},
        std::pair{"auth.entra.client_secret", &made.client_secret}})
    if (auto taken = take(name, *to); !taken) return std::unexpected(std::move(taken.error()));
  if (made.client_id.empty())
    return wrong_setting(settings, "auth.entra.client_id", "found none, expected the application's id");
  if (const std::string* file = extra_setting(settings, "auth.entra.token_file")) made.token_file = *file;
  if (made.client_secret.empty() == made.token_file.empty())
    return wrong_setting(settings, "auth.entra",
                         fmt::format("found {} of client_secret and token_file, expected one of them",
                                     made.token_file.empty() ? "none" : "both"));
  auto url = entra_url(settings, nullptr, tenant);
  if (!url) return std::unexpected(std::move(url.error()));
  made.url = *std::move(url);
  auto scope = scope_of(settings, "auth.entra.scope");
  if (!scope) return std::unexpected(std::move(scope.error()));
  made.scope = *std::move(scope);
  return std::make_unique<const EntraSignIn>(std::move(made));
}

// In the order of the SDKs' default chain: a secret before a federated token.
Made entra_by_default(const ProviderSettings& settings, const Surroundings& surroundings) {
  // Without surroundings only the settings are being checked.
  if (!surroundings.variable) return std::make_unique<const EntraSignIn>(Application{});
  const auto tenant = variable(surroundings, "AZURE_TENANT_ID");
  const auto client = variable(surroundings, "AZURE_CLIENT_ID");
  const auto secret = variable(surroundings, "AZURE_CLIENT_SECRET");
  const auto file = variable(surroundings, "AZURE_FEDERATED_TOKEN_FILE");
  if (!tenant || !client || (!secret && !file))
    return wrong_setting(settings, "auth.entra",
                         fmt::format("found no {} in the environment, expected AZURE_TENANT_ID, AZURE_CLIENT_ID and "
                                     "AZURE_CLIENT_SECRET or AZURE_FEDERATED_TOKEN_FILE; on a machine with an identity "
                                     "of its own write managed_identity: system",
                                     !tenant   ? "AZURE_TENANT_ID"
                                     : !client ? "AZURE_CLIENT_ID"
                                               : "AZURE_CLIENT_SECRET"));
  auto url = entra_url(settings, &surroundings, *tenant);
  if (!url) return std::unexpected(std::move(url.error()));
  Application made{*std::move(url), *client, secret.value_or(""), secret ? "" : *file, std::string(kScope)};
  return std::make_unique<const EntraSignIn>(std::move(made));
}

// Where managed identities are asked for, before the query.
Result<wire::Url> identity_url(const ProviderSettings& settings, const Surroundings& surroundings, bool app_service) {
  std::string text(kMetadata);
  if (const std::string* own = extra_setting(settings, "auth.metadata_url"))
    text = *own;
  else if (app_service)
    text = *variable(surroundings, "IDENTITY_ENDPOINT");
  else
    text = variable(surroundings, "AZURE_POD_IDENTITY_AUTHORITY_HOST").value_or(text);
  auto url = token_url(settings, "auth.metadata_url", text, {});
  if (url && url->path.empty() && !app_service) url->path = kMetadataPath;
  return url;
}

Made managed_identity(const ProviderSettings& settings, const Surroundings& surroundings) {
  const std::string* form = extra_setting(settings, "auth.managed_identity");
  if (form && *form != "system")
    return wrong_setting(settings, "auth.managed_identity",
                         fmt::format("found '{}', expected system or a mapping with client_id", *form));
  auto client = text_at(settings, "auth.managed_identity.client_id");
  if (!client) return std::unexpected(std::move(client.error()));
  auto scope = scope_of(settings, "auth.managed_identity.scope");
  if (!scope) return std::unexpected(std::move(scope.error()));
  const auto header = variable(surroundings, "IDENTITY_HEADER");
  const bool app_service = header && variable(surroundings, "IDENTITY_ENDPOINT");
  if (header && !is_token_text(*header))
    return wrong_setting(settings, "auth.managed_identity", "found an IDENTITY_HEADER that cannot stand in a header");
  auto url = identity_url(settings, surroundings, app_service);
  if (!url) return std::unexpected(std::move(url.error()));
  Fetch request{.method = "GET", .url = *std::move(url), .lines = {}, .body = {}, .timeout_ms = kMetadataTimeoutMs};
  std::string_view resource = *scope;
  if (resource.ends_with("/.default")) resource.remove_suffix(std::string_view("/.default").size());
  wire::append_form(request.url.query, "api-version", app_service ? "2019-08-01" : "2018-02-01");
  wire::append_form(request.url.query, "resource", resource);
  if (!client->empty()) wire::append_form(request.url.query, "client_id", *client);
  request.lines = app_service ? fmt::format("X-IDENTITY-HEADER: {}\r\n", *header) : "Metadata: true\r\n";
  return std::make_unique<const ManagedIdentity>(std::move(request), app_service ? *header : "");
}

}  // namespace

Result<Way> way_of(const ProviderSettings& settings) {
  const bool key = !settings.api_key.empty();
  const bool entra = any_of_entra(settings);
  const bool identity = extra_setting(settings, "auth.managed_identity") != nullptr ||
                        extra_setting(settings, "auth.managed_identity.client_id") != nullptr ||
                        extra_setting(settings, "auth.managed_identity.scope") != nullptr;
  const int ways = int{key} + int{entra} + int{identity};
  if (ways > 1)
    return wrong_setting(
        settings, "auth",
        fmt::format("found {} ways to sign in, expected one of api_key, entra and managed_identity", ways));
  if (ways == 0)
    return wrong_setting(
        settings, "auth.api_key",
        "found no key, expected auth: { api_key: ... }, { entra: ... } or { managed_identity: system }");
  if (entra) return Way::entra;
  return identity ? Way::managed_identity : Way::key;
}

Made make_sign_in(const ProviderSettings& settings, const Surroundings& surroundings) {
  const auto way = way_of(settings);
  if (!way) return std::unexpected(way.error());
  if (*way == Way::key) return nullptr;
  if (*way == Way::managed_identity) return managed_identity(settings, surroundings);
  const std::string* form = extra_setting(settings, "auth.entra");
  if (!form) return entra_as_written(settings);
  if (*form != "default")
    return wrong_setting(settings, "auth.entra",
                         fmt::format("found '{}', expected default or a mapping with tenant_id, client_id and "
                                     "client_secret or token_file",
                                     *form));
  return entra_by_default(settings, surroundings);
}

}  // namespace fw::cloud::azure
