// The token endpoints over a socket, and that the fakes take what they issue.
#include <gtest/gtest.h>

#include "fake/base64url.h"
#include "fake/caller.h"
#include "fake/issuers.h"
#include "fake/minted.h"
#include "fake/service_account.h"
#include "fake/service_account_key.h"
#include "wire/json.h"
#include "wire/jwt.h"
#include "wire/sigv4.h"

namespace fw::fake {
namespace {

constexpr std::string_view kForm = "Content-Type: application/x-www-form-urlencoded\r\n";
constexpr std::string_view kClient = "client_id=11111111-2222-3333-4444-555555555555&client_secret=fake-entra-secret";
constexpr std::string_view kScope = "https%3A%2F%2Fcognitiveservices.azure.com%2F.default";

std::string text(std::string_view json, std::initializer_list<std::string_view> path) {
  return std::string(wire::json_text(wire::json_find(json, path).value_or("")));
}

// The text of an XML element.
std::string element(std::string_view xml, std::string_view name) {
  const auto open = "<" + std::string(name) + ">";
  const auto at = xml.find(open);
  if (at == std::string_view::npos) return {};
  const auto from = at + open.size();
  return std::string(xml.substr(from, xml.find("</", from) - from));
}

std::int64_t now_s() {
  timespec t{};
  clock_gettime(CLOCK_REALTIME, &t);
  return t.tv_sec;
}

std::string unsigned_jwt(std::int64_t expires_s) {
  return to_base64url(R"({"alg":"RS256"})") + "." +
         to_base64url(R"({"iss":"cluster","sub":"pod","exp":)" + std::to_string(expires_s) + "}") + "." +
         to_base64url("x");
}

struct World {
  std::unique_ptr<FakeCloud> tokens = start_fake("tokens");
  Caller caller{*tokens};
  World() { caller.use_key(""); }
  Reply post(std::string_view path, const std::string& form, std::string_view lines = kForm) {
    return caller.post(path, form, lines);
  }
  Reply get(const std::string& path, std::string_view lines = "") {
    caller.send(caller.request("GET", path, "", lines));
    return caller.read();
  }
};

TEST(FakeEntra, issues_what_the_fake_azure_takes) {
  World w;
  const auto azure = start_fake("azure");
  Caller cloud(*azure);
  const auto take = [&](std::string_view scope) {
    const auto reply = w.post("/my-tenant/oauth2/v2.0/token",
                              "grant_type=client_credentials&" + std::string(kClient) + "&scope=" + std::string(scope));
    EXPECT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(reply.at({"expires_in"}), "3600");
    cloud.use_key(text(reply.body, {"access_token"}));
    return cloud.get("/openai/v1/models").status;
  };
  EXPECT_EQ(take(kScope), 200);
  EXPECT_EQ(take("https%3A%2F%2Fai.azure.com%2F.default"), 200);
  EXPECT_EQ(take("https%3A%2F%2Fmanagement.azure.com%2F.default"), 401);
  w.caller.post("/_fake/standing", R"({"token_lifetime_s":-1})");
  const auto late = w.post("/t/oauth2/v2.0/token",
                           "grant_type=client_credentials&" + std::string(kClient) + "&scope=" + std::string(kScope));
  cloud.use_key(text(late.body, {"access_token"}));
  EXPECT_EQ(cloud.get("/openai/v1/models").status, 401);
}

TEST(FakeEntra, refuses_in_entras_words) {
  World w;
  const auto refused = [&](const std::string& form) {
    const auto reply = w.post("/t/oauth2/v2.0/token", form);
    return std::to_string(reply.status) + " " + text(reply.body, {"error"}) + " " +
           text(reply.body, {"error_description"}).substr(0, 13);
  };
  const std::string grant = "grant_type=client_credentials&scope=" + std::string(kScope);
  EXPECT_EQ(refused(grant + "&client_id=11111111-2222-3333-4444-555555555555&client_secret=wrong"),
            "401 invalid_client AADSTS7000215");
  EXPECT_EQ(refused(grant + "&client_id=nobody&client_secret=x"), "400 unauthorized_client AADSTS700016:");
  EXPECT_EQ(refused(grant), "400 invalid_request AADSTS900144:");
  EXPECT_EQ(refused("grant_type=client_credentials&scope=https%3A%2F%2Fai.azure.com&" + std::string(kClient)),
            "400 invalid_scope AADSTS1002012");
  EXPECT_EQ(refused("grant_type=password&" + std::string(kClient)), "400 unsupported_grant_type AADSTS70003: ");
  const auto assertion = [&](std::int64_t expires_s) {
    return refused(grant +
                   "&client_id=11111111-2222-3333-4444-555555555555&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%"
                   "3Aclient-assertion-type%3Ajwt-bearer&client_assertion=" +
                   unsigned_jwt(expires_s));
  };
  EXPECT_EQ(assertion(now_s() + 60), "200  ");
  EXPECT_EQ(assertion(now_s() - 1), "401 invalid_client AADSTS700024:");
}

TEST(FakeEntra, knows_managed_identities) {
  World w;
  const std::string path = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fai.azure.com";
  EXPECT_EQ(w.get(path).status, 400);
  const auto reply = w.get(path, "Metadata: true\r\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(text(reply.body, {"resource"}), "https://ai.azure.com");
  EXPECT_FALSE(text(reply.body, {"expires_on"}).empty());  // a text
  const std::string app = "/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fai.azure.com";
  EXPECT_EQ(w.get(app).status, 401);
  EXPECT_EQ(w.get(app, "X-IDENTITY-HEADER: fake-identity-header\r\n").status, 200);
  w.caller.post("/_fake/faults", "status 410 model=azure_imds");
  EXPECT_EQ(w.get(path, "Metadata: true\r\n").status, 410);
}

TEST(FakeSts, assumes_roles_that_bedrock_takes) {
  World w;
  const auto bedrock = start_fake("bedrock");
  Caller cloud(*bedrock);
  cloud.use_key("");
  const std::string path = "/model/us.openai.gpt-6-sol/converse";
  const std::string_view body = R"({"messages":[{"role":"user","content":[{"text":"x"}]}]})";
  const auto assume = [&](const std::string& more, const Signing& signing) {
    const auto form =
        "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Ffairway&"
        "RoleSessionName=fairway" +
        more;
    return w.post("/", form, std::string(kForm) + signed_lines("/", form, signing));
  };
  const auto first = assume("&DurationSeconds=900", {.service = "sts"});
  ASSERT_EQ(first.status, 200) << first.body;
  const Signing role{.pair = element(first.body, "AccessKeyId") + ":" + element(first.body, "SecretAccessKey"),
                     .session = element(first.body, "SessionToken")};
  EXPECT_EQ(cloud.post(path, body, signed_lines(path, body, role)).status, 200);
  EXPECT_TRUE(element(first.body, "Expiration").ends_with("Z"));
  auto chained = role;
  chained.service = "sts";
  EXPECT_EQ(assume("", chained).status, 200);
  EXPECT_EQ(element(assume("&DurationSeconds=7200", chained).body, "Code"), "ValidationError");
  EXPECT_EQ(element(assume("", {.service = "sts", .pair = "AKIAIOSFODNN7EXAMPLE:wrong"}).body, "Code"),
            "SignatureDoesNotMatch");
  cloud.post("/_fake/standing", R"({"revoke":true})");
  EXPECT_TRUE(cloud.post(path, body, signed_lines(path, body, role))
                  .field("x-amzn-errortype")
                  .starts_with("ExpiredTokenException"));
}

TEST(FakeSts, takes_a_web_identity_unsigned) {
  World w;
  const auto assume = [&](const std::string& token) {
    return w.post("/",
                  "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&"
                  "RoleSessionName=fairway&WebIdentityToken=" +
                      token);
  };
  EXPECT_FALSE(element(assume(unsigned_jwt(now_s() + 60)).body, "SessionToken").empty());
  EXPECT_EQ(element(assume(unsigned_jwt(now_s() - 1)).body, "Code"), "ExpiredTokenException");
  EXPECT_EQ(element(assume("nothing").body, "Code"), "InvalidIdentityToken");
}

TEST(FakeMetadata, gives_an_instance_its_role_by_the_second_version_only) {
  World w;
  const std::string roles = "/latest/meta-data/iam/security-credentials/";
  EXPECT_EQ(w.get(roles).status, 401);
  w.caller.send(w.caller.request("PUT", "/latest/api/token", "", "X-aws-ec2-metadata-token-ttl-seconds: 21600\r\n"));
  const auto token = w.caller.read();
  const auto with = "X-aws-ec2-metadata-token: " + token.body + "\r\n";
  EXPECT_EQ(w.get(roles, with).body, "fake-role");
  const auto keys = w.get(roles + "fake-role", with);
  EXPECT_EQ(text(keys.body, {"Code"}), "Success");
  EXPECT_FALSE(text(keys.body, {"SecretAccessKey"}).empty());
  w.caller.send(w.caller.request("PUT", "/latest/api/token", "", "X-aws-ec2-metadata-token-ttl-seconds: 30000\r\n"));
  EXPECT_EQ(w.caller.read().status, 400);
}

TEST(FakeMetadata, gives_containers_theirs) {
  World w;
  EXPECT_FALSE(text(w.get("/v2/credentials/task").body, {"Token"}).empty());
  EXPECT_EQ(w.get("/v1/credentials").status, 401);
  EXPECT_EQ(w.get("/v1/credentials", "Authorization: fake-container-token\r\n").status, 200);
}

// What a service account signs.
std::string account_jwt(std::string_view audience, std::int64_t lasts_s, std::string_view subject = "") {
  const auto key = wire::RsaKey::from_pem(kServiceAccountKey);
  EXPECT_TRUE(key);
  std::string claims;
  wire::JsonWriter j(claims);
  j.begin_object()
      .member("iss", kServiceAccount)
      .member("aud", audience)
      .member("iat", now_s())
      .member("exp", now_s() + lasts_s);
  if (subject.empty())
    j.member("scope", "https://www.googleapis.com/auth/cloud-platform");
  else
    j.member("sub", subject);
  j.end_object();
  return wire::sign_jwt(*key, kServiceAccountKeyId, claims);
}

TEST(FakeGoogle, issues_to_a_service_account_what_the_fake_vertex_takes) {
  World w;
  const auto vertex = start_fake("vertex");
  Caller cloud(*vertex);
  const auto asked = [&](const std::string& jwt) {
    return w.post("/token", "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=" + jwt);
  };
  const auto good = asked(account_jwt("https://oauth2.googleapis.com/token", 3'600));
  ASSERT_EQ(good.status, 200) << good.body;
  EXPECT_EQ(good.at({"expires_in"}), "3599");
  const std::string path =
      "/v1/projects/fake-project/locations/global/publishers/google/models/gemini-2.5-pro:generateContent";
  const std::string_view body = R"({"contents":[{"role":"user","parts":[{"text":"x"}]}]})";
  cloud.use_key(text(good.body, {"access_token"}));
  EXPECT_EQ(cloud.post(path, body).status, 200);
  cloud.use_key(account_jwt("https://aiplatform.googleapis.com/", 3'600, kServiceAccount));
  EXPECT_EQ(cloud.post(path, body).status, 200);
  cloud.use_key(account_jwt("https://storage.googleapis.com/", 3'600, kServiceAccount));
  EXPECT_EQ(cloud.post(path, body).status, 401);
  EXPECT_EQ(text(asked(account_jwt("https://example.com", 3'600)).body, {"error_description"}),
            "Invalid JWT: Failed audience check.");
  EXPECT_EQ(asked(account_jwt("https://oauth2.googleapis.com/token", 7'200)).status, 400);
  auto forged = account_jwt("https://oauth2.googleapis.com/token", 3'600);
  forged[forged.rfind('.') + 5] ^= 1;
  EXPECT_EQ(text(asked(forged).body, {"error"}), "invalid_grant");
}

TEST(FakeGoogle, exchanges_a_federated_identity_and_lends_it_an_account) {
  World w;
  const auto exchange =
      w.post("/v1/token",
             "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&audience=%2F%2Fiam.googleapis.com%"
             "2Fprojects%2F1%2Flocations%2Fglobal%2FworkloadIdentityPools%2Fp%2Fproviders%2Fx&scope=https%3A%2F%2Fwww."
             "googleapis.com%2Fauth%2Fcloud-platform&requested_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%"
             "3Aaccess_token&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt&subject_token=" +
                 unsigned_jwt(now_s() + 60));
  ASSERT_EQ(exchange.status, 200) << exchange.body;
  const auto lend = [&](const std::string& token) {
    return w.post("/v1/projects/-/serviceAccounts/" + std::string(kServiceAccount) + ":generateAccessToken",
                  R"({"scope":["https://www.googleapis.com/auth/cloud-platform"],"lifetime":"3600s"})",
                  "Authorization: Bearer " + token + "\r\n");
  };
  EXPECT_FALSE(text(lend(text(exchange.body, {"access_token"})).body, {"accessToken"}).empty());
  EXPECT_EQ(lend("ya29.x").status, 401);
}

TEST(FakeGoogle, has_a_metadata_server) {
  World w;
  const std::string path = "/computeMetadata/v1/instance/service-accounts/default/token";
  EXPECT_EQ(w.get(path).status, 403);
  const auto reply = w.get(path, "Metadata-Flavor: Google\r\n");
  EXPECT_EQ(text(reply.body, {"token_type"}), "Bearer");
  EXPECT_EQ(reply.field("metadata-flavor"), "Google");
}

TEST(FakeTokens, counts_and_fails_as_scripted_in_each_ones_words) {
  World w;
  w.caller.post("/_fake/faults",
                "status 503 model=entra; status 500 model=sts; status 503 model=google_iam; reset model=google_oauth");
  EXPECT_EQ(text(w.post("/t/oauth2/v2.0/token", "x=y").body, {"error"}), "temporarily_unavailable");
  EXPECT_EQ(element(w.post("/", "Action=x").body, "Code"), "InternalFailure");
  EXPECT_EQ(text(w.post("/v1/projects/-/serviceAccounts/x:generateAccessToken", "{}").body, {"error", "status"}),
            "UNAVAILABLE");
  const auto bill = w.get("/_fake/bill");
  EXPECT_EQ(wire::json_find(bill.body, {"totals", "requests"}), "3");
  EXPECT_NE(bill.body.find(R"("model":"entra")"), std::string::npos);
}

}  // namespace
}  // namespace fw::fake
