#include "cloud/azure/sign_in.h"

#include <gtest/gtest.h>

#include "cloud/sign_in_testing.h"

namespace fw::cloud {
namespace {

using testing::address;
using testing::after;
using testing::environment;
using testing::fails;
using testing::Ran;
using testing::run;
using testing::says;

using Extra = std::map<std::string, std::string>;

ProviderSettings account(Extra extra, std::string api_key = {}) {
  ProviderSettings settings;
  settings.name = "sweden";
  settings.base_url = "https://res.openai.azure.com/openai/v1";
  settings.api_key = std::move(api_key);
  settings.extra.insert(extra.begin(), extra.end());
  return settings;
}

const Extra kApplication{{"auth.entra.tenant_id", "contoso.example"},
                         {"auth.entra.client_id", "11111111-2222-3333-4444-555555555555"},
                         {"auth.entra.client_secret", "canary~secret+1"}};

Extra with(Extra base, const Extra& more) {
  for (const auto& [name, value] : more) base[name] = value;
  return base;
}

std::unique_ptr<const SignIn> made(const ProviderSettings& settings, const Surroundings& around = {}) {
  auto sign_in = find("azure")->sign_in(settings, around);
  EXPECT_TRUE(sign_in) << sign_in.error().message;
  return sign_in ? std::move(*sign_in) : nullptr;
}

// The setting a refusal is about.
std::string wrong(const ProviderSettings& settings, const Surroundings& around = {}) {
  const auto sign_in = find("azure")->sign_in(settings, around);
  if (sign_in) return "accepted";
  EXPECT_EQ(sign_in.error().origin, Origin::operator_);
  EXPECT_EQ(sign_in.error().message.find("canary"), std::string::npos);
  return sign_in.error().param;
}

const std::string kToken =
    R"({"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":"eyJ0.entra.t"})";

TEST(Entra, trades_a_client_secret_for_a_token) {
  const auto sign_in = made(account(kApplication));
  EXPECT_EQ(sign_in->describe(), "Entra client credentials");
  const Ran ran = run(*sign_in, {says(200, kToken)});
  ASSERT_TRUE(ran.result) << ran.error();
  EXPECT_EQ(address(ran.fetches[0]), "POST https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token");
  EXPECT_EQ(ran.fetches[0].body,
            "grant_type=client_credentials&client_id=11111111-2222-3333-4444-555555555555&"
            "scope=https%3A%2F%2Fai.azure.com%2F.default&client_secret=canary~secret%2B1");
  EXPECT_NE(ran.fetches[0].lines.find("Content-Type: application/x-www-form-urlencoded\r\n"), std::string::npos);
  EXPECT_EQ(ran.result->bearer, "eyJ0.entra.t");
  EXPECT_EQ(ran.result->expires, after(3599));
  EXPECT_EQ(ran.result->refresh_at, after(3299));
}

TEST(Entra, trades_the_file_of_a_workload_identity_read_anew_each_time) {
  Extra extra = with(kApplication, {{"auth.entra.token_file", "/var/run/token"},
                                    {"auth.entra.scope", "https://cognitiveservices.azure.com/.default"}});
  extra.erase("auth.entra.client_secret");
  const auto sign_in = made(account(extra));
  EXPECT_EQ(sign_in->describe(), "Entra workload identity");
  for (const std::string assertion : {"first.jwt.x", "second.jwt.y"}) {
    const Ran ran = run(*sign_in, {says(200, assertion + "\n"), says(200, kToken)});
    ASSERT_TRUE(ran.result) << ran.error();
    EXPECT_EQ(ran.files, std::vector<std::string>{"/var/run/token"});
    EXPECT_EQ(
        ran.fetches[0].body,
        "grant_type=client_credentials&client_id=11111111-2222-3333-4444-555555555555&"
        "scope=https%3A%2F%2Fcognitiveservices.azure.com%2F.default&"
        "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=" +
            assertion);
  }
  EXPECT_EQ(run(*sign_in, {fails("no such file")}).error(), "the token file /var/run/token: no such file");
  EXPECT_NE(run(*sign_in, {says(200, " \n")}).error().find("found no token in it"), std::string::npos);
  EXPECT_NE(run(*sign_in, {says(200, "two words")}).error().find("found no token in it"), std::string::npos);
}

TEST(Entra, fails_in_the_endpoints_words_with_a_hint_and_without_the_secret) {
  const auto sign_in = made(account(kApplication));
  const auto error = [&](int status, std::string body) {
    return run(*sign_in, {says(status, std::move(body))}).error();
  };
  EXPECT_EQ(
      error(
          401,
          R"({"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided: canary~secret+1"})"),
      "the token endpoint of Entra ID answered 401: invalid_client: AADSTS7000215: Invalid client secret provided: "
      "***");
  EXPECT_NE(
      error(
          400,
          R"({"error":"invalid_resource","error_description":"AADSTS500011: The resource principal named x was not found"})")
          .find("check auth.entra.scope"),
      std::string::npos);
  EXPECT_NE(error(400, R"({"error":"invalid_request","error_description":"AADSTS90002: Tenant 'x' not found."})")
                .find("check auth.entra.tenant_id"),
            std::string::npos);
  EXPECT_NE(
      error(
          400,
          R"({"error":"invalid_client","error_description":"AADSTS700213: No matching federated identity record found"})")
          .find("api://AzureADTokenExchange"),
      std::string::npos);
  EXPECT_NE(error(200, "<html>captive portal</html>").find("found HTML"), std::string::npos);
  EXPECT_NE(error(200, R"({"access_token":"t","expires_in":-1})").find("expired at"), std::string::npos);
  EXPECT_EQ(run(*sign_in, {fails("connection refused")}).error(),
            "the token endpoint of Entra ID gave no answer: connection refused");
}

TEST(Entra, is_asked_where_the_settings_say) {
  const auto at = [](const Extra& more, const Surroundings& around = {}) {
    const auto sign_in = made(account(with(kApplication, more)), around);
    return address(run(*sign_in, {says(200, kToken)}).fetches.at(0));
  };
  EXPECT_EQ(at({{"auth.authority", "https://login.microsoftonline.us/"}}),
            "POST https://login.microsoftonline.us/contoso.example/oauth2/v2.0/token");
  EXPECT_EQ(at({{"auth.token_url", "http://127.0.0.1:9/t/token?x=1"}}), "POST http://127.0.0.1:9/t/token?x=1");
  // Only the default form looks at the environment.
  EXPECT_EQ(at({}, environment({{"AZURE_AUTHORITY_HOST", "https://elsewhere"}, {"AZURE_TENANT_ID", "other"}})),
            "POST https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token");
  EXPECT_EQ(at({{"auth.entra.tenant_id", "a/../b"}}),
            "POST https://login.microsoftonline.com/a%2F..%2Fb/oauth2/v2.0/token");
}

TEST(Entra, reads_the_environment_by_default) {
  const ProviderSettings settings = account({{"auth.entra", "default"}});
  const auto secret = environment({{"AZURE_TENANT_ID", "t"},
                                   {"AZURE_CLIENT_ID", "c"},
                                   {"AZURE_CLIENT_SECRET", "canary"},
                                   {"AZURE_FEDERATED_TOKEN_FILE", "/f"},
                                   {"AZURE_AUTHORITY_HOST", "https://login.microsoftonline.us/"}});
  EXPECT_EQ(address(run(*made(settings, secret), {says(200, kToken)}).fetches[0]),
            "POST https://login.microsoftonline.us/t/oauth2/v2.0/token");
  const auto federated = environment({{"AZURE_TENANT_ID", "t"},
                                      {"AZURE_CLIENT_ID", "c"},
                                      {"AZURE_CLIENT_SECRET", ""},
                                      {"AZURE_FEDERATED_TOKEN_FILE", "/f"}});
  EXPECT_EQ(run(*made(settings, federated), {says(200, "jwt"), says(200, kToken)}).files[0], "/f");
  EXPECT_EQ(wrong(settings), "accepted") << "the settings alone are right";
  EXPECT_EQ(wrong(settings, environment({})), "auth.entra");
  EXPECT_EQ(wrong(settings, environment({{"AZURE_TENANT_ID", "t"}, {"AZURE_CLIENT_ID", "c"}})), "auth.entra");
}

TEST(Entra, says_what_is_wrong_with_its_settings) {
  const auto without = [](const char* name) {
    Extra extra = kApplication;
    extra.erase(name);
    return account(extra);
  };
  EXPECT_EQ(wrong(without("auth.entra.tenant_id")), "auth.entra.tenant_id");
  EXPECT_EQ(wrong(without("auth.entra.client_id")), "auth.entra.client_id");
  EXPECT_EQ(wrong(without("auth.entra.client_secret")), "auth.entra");
  EXPECT_EQ(wrong(account(with(kApplication, {{"auth.entra.token_file", "/f"}}))), "auth.entra");
  EXPECT_EQ(wrong(account(with(kApplication, {{"auth.entra.client_secret", ""}}))), "auth.entra.client_secret");
  EXPECT_EQ(wrong(account(with(kApplication, {{"auth.entra.client_secret", "canary\n"}}))), "auth.entra.client_secret");
  EXPECT_EQ(wrong(account(with(kApplication, {{"auth.authority", "http://login.microsoftonline.com"}}))),
            "auth.authority");
  EXPECT_EQ(wrong(account(with(kApplication, {{"auth.token_url", "nonsense"}}))), "auth.token_url");
  EXPECT_EQ(wrong(account({{"auth.entra", "maybe"}})), "auth.entra");
}

TEST(Entra, stands_alone) {
  EXPECT_EQ(wrong(account(kApplication, "canary")), "auth");
  EXPECT_EQ(wrong(account(with(kApplication, {{"auth.managed_identity", "system"}}))), "auth");
  EXPECT_EQ(find("azure")->site(account(kApplication, "canary")).error().param, "auth");
  EXPECT_EQ(find("azure")->site(account({})).error().param, "auth.api_key");
  const auto site = find("azure")->site(account(kApplication));
  ASSERT_TRUE(site);
  EXPECT_EQ(site->auth_lines, "");
  EXPECT_EQ(made(account({}, "canary")), nullptr);
  Credential credential;
  credential.bearer = "t";
  std::string lines;
  find("azure")->authorize(*site, credential, {}, lines);
  EXPECT_EQ(lines, "authorization: Bearer t\r\n");
}

// After Microsoft's "Use managed identities on a virtual machine to acquire access token".
const std::string kIdentityToken =
    R"({"access_token":"eyJ0.mi.t","client_id":"5E29463D","expires_in":"86399","expires_on":"1795391999",)"
    R"("ext_expires_in":"86399","not_before":"1795305300","refresh_in":"43200","resource":"https://ai.azure.com","token_type":"Bearer"})";

TEST(ManagedIdentity, asks_the_metadata_server_of_a_machine) {
  const auto sign_in = made(account({{"auth.managed_identity", "system"}}));
  EXPECT_EQ(sign_in->describe(), "Azure managed identity (VM)");
  const Ran ran = run(*sign_in, {says(200, kIdentityToken)});
  ASSERT_TRUE(ran.result) << ran.error();
  EXPECT_EQ(address(ran.fetches[0]),
            "GET "
            "http://169.254.169.254/metadata/identity/oauth2/"
            "token?api-version=2018-02-01&resource=https%3A%2F%2Fai.azure.com");
  EXPECT_EQ(ran.fetches[0].lines, "Metadata: true\r\n");
  EXPECT_EQ(ran.result->bearer, "eyJ0.mi.t");
  EXPECT_EQ(ran.result->expires, after(86399));
  EXPECT_EQ(ran.result->refresh_at, after(43200));
}

TEST(ManagedIdentity, may_be_assigned_by_the_user_and_asked_elsewhere) {
  const auto at = [](const Extra& extra, const Surroundings& around = {}) {
    return address(run(*made(account(extra), around), {says(200, kIdentityToken)}).fetches.at(0));
  };
  const std::string query = "?api-version=2018-02-01&resource=https%3A%2F%2Fai.azure.com";
  EXPECT_EQ(at({{"auth.managed_identity.client_id", "abc"}}),
            "GET http://169.254.169.254/metadata/identity/oauth2/token" + query + "&client_id=abc");
  EXPECT_EQ(at({{"auth.managed_identity", "system"}, {"auth.metadata_url", "http://127.0.0.1:9"}}),
            "GET http://127.0.0.1:9/metadata/identity/oauth2/token" + query);
  EXPECT_EQ(at({{"auth.managed_identity", "system"}, {"auth.metadata_url", "http://127.0.0.1:9/x/token"}}),
            "GET http://127.0.0.1:9/x/token" + query);
  EXPECT_EQ(at({{"auth.managed_identity", "system"}},
               environment({{"AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:8/"}})),
            "GET http://127.0.0.1:8/metadata/identity/oauth2/token" + query);
  EXPECT_EQ(at({{"auth.managed_identity.scope", "https://cognitiveservices.azure.com/.default"}}),
            "GET "
            "http://169.254.169.254/metadata/identity/oauth2/"
            "token?api-version=2018-02-01&resource=https%3A%2F%2Fcognitiveservices.azure.com");
}

TEST(ManagedIdentity, asks_app_services_endpoint_with_its_header) {
  const auto around =
      environment({{"IDENTITY_ENDPOINT", "http://127.0.0.1:41741/MSI/token/"}, {"IDENTITY_HEADER", "853b9a84-canary"}});
  const auto sign_in = made(account({{"auth.managed_identity.client_id", "abc"}}), around);
  EXPECT_EQ(sign_in->describe(), "Azure managed identity (App Service)");
  // No expires_in there: only the absolute time, in text.
  const Ran ran = run(
      *sign_in, {says(200, R"({"access_token":"t","expires_on":"1795309200","resource":"r","token_type":"Bearer"})")});
  ASSERT_TRUE(ran.result) << ran.error();
  EXPECT_EQ(
      address(ran.fetches[0]),
      "GET http://127.0.0.1:41741/MSI/token?api-version=2019-08-01&resource=https%3A%2F%2Fai.azure.com&client_id=abc");
  EXPECT_EQ(ran.fetches[0].lines, "X-IDENTITY-HEADER: 853b9a84-canary\r\n");
  EXPECT_EQ(ran.result->expires, after(3600));
  EXPECT_EQ(run(*sign_in, {says(400, R"({"statusCode":400,"message":"bad header 853b9a84-canary"})")}).error(),
            "the managed identity endpoint 127.0.0.1:41741 answered 400: bad header ***");
  EXPECT_EQ(wrong(account({{"auth.managed_identity", "system"}}),
                  environment({{"IDENTITY_ENDPOINT", "nonsense"}, {"IDENTITY_HEADER", "x"}})),
            "auth.metadata_url");
  EXPECT_EQ(wrong(account({{"auth.managed_identity", "system"}}),
                  environment({{"IDENTITY_ENDPOINT", "http://h"}, {"IDENTITY_HEADER", "x\r\ny"}})),
            "auth.managed_identity");
}

TEST(ManagedIdentity, fails_in_the_servers_words) {
  const auto sign_in = made(account({{"auth.managed_identity", "system"}}));
  const auto missing =
      run(*sign_in, {says(400, R"({"error":"invalid_request","error_description":"Identity not found"})")}).error();
  EXPECT_EQ(
      missing,
      "the managed identity endpoint 169.254.169.254 answered 400: invalid_request: Identity not found (assign an "
      "identity to this machine, or correct auth.managed_identity.client_id)");
  const auto gone = run(*sign_in, {says(410, "")});
  EXPECT_EQ(gone.result.error().retry_after_ms, 3000U);
  EXPECT_NE(run(*sign_in, {says(404, "")}).error().find("answered 404"), std::string::npos);
  EXPECT_NE(run(*sign_in, {fails("timed out")}).error().find("gave no answer: timed out"), std::string::npos);
  EXPECT_NE(run(*sign_in, {says(200, R"({"access_token":"t","expires_on":"1795305000"})")})
                .error()
                .find("expired at 2026-11-21T23:50:00Z"),
            std::string::npos);
  EXPECT_EQ(wrong(account({{"auth.managed_identity", "maybe"}})), "auth.managed_identity");
  EXPECT_EQ(wrong(account({{"auth.managed_identity.client_id", ""}})), "auth.managed_identity.client_id");
}

}  // namespace
}  // namespace fw::cloud
