#include "cloud/google/sign_in.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "cloud/sign_in_testing.h"
#include "wire/json_write.h"
#include "wire/jwt.h"

namespace fw::cloud::google {
namespace {

using testing::address;
using testing::after;
using testing::environment;
using testing::fails;
using testing::Ran;
using testing::run;
using testing::says;

using Extra = std::map<std::string, std::string>;

ProviderSettings account(const Extra& extra) {
  ProviderSettings settings;
  settings.name = "google";
  settings.extra.insert(extra.begin(), extra.end());
  return settings;
}

std::unique_ptr<const SignIn> made(const Extra& extra, const Surroundings& around = {}) {
  auto sign_in = google_sign_in(account(extra), around);
  EXPECT_TRUE(sign_in) << sign_in.error().message;
  return sign_in ? std::move(*sign_in) : nullptr;
}

std::string pem() {
  std::ifstream file(FAIRWAY_SOURCE_DIR "/tests/data/jose/rfc7515-a2.pem");
  EXPECT_TRUE(file);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

constexpr const char* kEmail = "gateway@project.iam.gserviceaccount.com";

std::string key_file(const std::string& token_uri = "https://oauth2.googleapis.com/token") {
  std::string out;
  wire::JsonWriter(out)
      .begin_object()
      .member("type", "service_account")
      .member("project_id", "project")
      .member("private_key_id", "k1")
      .member("private_key", pem())
      .member("client_email", kEmail)
      .member("token_uri", token_uri)
      .end_object();
  return out;
}

std::string jwt(const std::string& claims) { return wire::sign_jwt(*wire::RsaKey::from_pem(pem()), "k1", claims); }

// As Google pads them.
const std::string kToken = R"({"access_token":"ya29.c.token......","expires_in":3599,"token_type":"Bearer"})";
const Extra kKey{{"auth.service_account_file", "/etc/sa.json"}};
constexpr const char* kIat = R"("iat":1795305600,"exp":1795309200})";

TEST(GoogleKey, signs_an_assertion_and_trades_it) {
  const auto sign_in = made(kKey);
  EXPECT_EQ(sign_in->describe(), "Google service account (key file)");
  const Ran ran = run(*sign_in, {says(200, key_file()), says(200, kToken)});
  ASSERT_TRUE(ran.result) << ran.error();
  EXPECT_EQ(ran.files, std::vector<std::string>{"/etc/sa.json"});
  EXPECT_EQ(address(ran.fetches[0]), "POST https://oauth2.googleapis.com/token");
  const std::string assertion = jwt(std::string(R"({"iss":"gateway@project.iam.gserviceaccount.com",)"
                                                R"("scope":"https://www.googleapis.com/auth/cloud-platform",)"
                                                R"("aud":"https://oauth2.googleapis.com/token",)") +
                                    kIat);
  EXPECT_EQ(ran.fetches[0].body,
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=" + assertion);
  EXPECT_NE(ran.fetches[0].lines.find("Content-Type: application/x-www-form-urlencoded\r\n"), std::string::npos);
  EXPECT_EQ(ran.result->bearer, "ya29.c.token......");
  EXPECT_EQ(ran.result->expires, after(3599));
  EXPECT_EQ(ran.result->refresh_at, after(3299));
}

TEST(GoogleKey, is_traded_where_the_settings_or_the_file_say) {
  const auto at = [](const Extra& extra, const std::string& uri) {
    const Ran ran = run(*made(extra), {says(200, key_file(uri)), says(200, kToken)});
    return address(ran.fetches.at(0));
  };
  EXPECT_EQ(at(kKey, "http://127.0.0.1:9/token"), "POST http://127.0.0.1:9/token");
  EXPECT_EQ(at({{"auth.service_account_file", "f"}, {"auth.token_url", "http://127.0.0.1:8/t"}},
               "https://oauth2.googleapis.com/token"),
            "POST http://127.0.0.1:8/t");
}

TEST(GoogleKey, may_sign_the_token_itself) {
  const auto sign_in = made({{"auth.service_account_file", "/etc/sa.json"}, {"auth.self_signed_jwt", "true"}});
  EXPECT_EQ(sign_in->describe(), "Google service account (self-signed JWT)");
  const Ran ran = run(*sign_in, {says(200, key_file())});
  ASSERT_TRUE(ran.result) << ran.error();
  EXPECT_TRUE(ran.fetches.empty());
  EXPECT_EQ(
      ran.result->bearer,
      jwt(std::string(
              R"({"iss":"gateway@project.iam.gserviceaccount.com","sub":"gateway@project.iam.gserviceaccount.com",)"
              R"("aud":"https://aiplatform.googleapis.com/",)") +
          kIat));
  EXPECT_EQ(ran.result->expires, after(3600));
  EXPECT_EQ(ran.result->refresh_at, after(3300));
}

TEST(GoogleKey, says_what_is_wrong_with_its_file) {
  const auto sign_in = made(kKey);
  const auto error = [&](const std::string& content) { return run(*sign_in, {says(200, content)}).error(); };
  EXPECT_EQ(run(*sign_in, {fails("no such file")}).error(), "the credentials file /etc/sa.json: no such file");
  EXPECT_EQ(error(""),
            "the credentials file /etc/sa.json: found an empty body, expected the JSON key of a service account");
  EXPECT_NE(error("-----BEGIN").find("found no JSON"), std::string::npos);
  EXPECT_NE(error(R"({"type":"external_account"})").find("found the type 'external_account', expected service_account"),
            std::string::npos);
  EXPECT_NE(error(R"({"type":"service_account","client_email":"a"})").find("found no private_key"), std::string::npos);
  const auto bad_key = error(R"({"type":"service_account","client_email":"a","private_key":"canary"})");
  EXPECT_NE(bad_key.find("private_key: found no private key"), std::string::npos);
  EXPECT_EQ(bad_key.find("canary"), std::string::npos);
  EXPECT_NE(error(key_file("http://oauth2.googleapis.com/token")).find("expected https"), std::string::npos);
  EXPECT_NE(error(key_file("nonsense")).find("token_uri"), std::string::npos);
}

TEST(GoogleKey, fails_in_the_endpoints_words_with_a_hint) {
  const auto sign_in = made(kKey);
  const auto error = [&](const Reply& reply) { return run(*sign_in, {says(200, key_file()), reply}).error(); };
  EXPECT_EQ(error(says(400, R"({"error":"invalid_grant","error_description":"Invalid JWT Signature."})")),
            "Google's token endpoint oauth2.googleapis.com answered 400: invalid_grant: Invalid JWT Signature. (the "
            "key was deleted or "
            "disabled, or belongs to another account)");
  EXPECT_NE(
      error(
          says(
              400,
              R"({"error":"invalid_grant","error_description":"Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe."})"))
          .find("is this machine's clock right?"),
      std::string::npos);
  EXPECT_NE(error(says(400, R"({"error":"invalid_grant","error_description":"Invalid JWT: Failed audience check."})"))
                .find("check token_uri"),
            std::string::npos);
  EXPECT_NE(error(says(200, "<!doctype html>")).find("found HTML"), std::string::npos);
  EXPECT_NE(error(says(200, R"({"access_token":"t","expires_in":0})")).find("expired at"), std::string::npos);
  EXPECT_NE(error(fails("connection refused")).find("gave no answer: connection refused"), std::string::npos);
  // An endpoint that repeats what it was sent.
  const std::string assertion = run(*sign_in, {says(200, key_file()), says(200, kToken)}).fetches[0].body;
  const std::string sent = assertion.substr(assertion.rfind('=') + 1);
  EXPECT_EQ(error(says(400, R"({"error":")" + sent + "\"}")),
            "Google's token endpoint oauth2.googleapis.com answered 400: ***");
}

TEST(GoogleMetadata, gives_the_machines_token) {
  const auto sign_in = made({{"auth.google", "metadata"}}, environment({{"GCE_METADATA_HOST", "ignored"}}));
  EXPECT_EQ(sign_in->describe(), "Google metadata server");
  const Ran ran = run(*sign_in, {says(200, kToken)});
  ASSERT_TRUE(ran.result) << ran.error();
  EXPECT_EQ(address(ran.fetches[0]),
            "GET http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token");
  EXPECT_EQ(ran.fetches[0].lines, "Metadata-Flavor: Google\r\n");
  EXPECT_EQ(ran.result->expires, after(3599));
  EXPECT_NE(run(*sign_in, {says(404, "<html>")}).error().find("the machine has no service account"), std::string::npos);
  EXPECT_NE(run(*sign_in, {says(200, "<html>")}).error().find("found HTML"), std::string::npos);
  EXPECT_NE(
      run(*sign_in, {fails("no such host")}).error().find("metadata.google.internal gave no answer: no such host"),
      std::string::npos);
}

TEST(GoogleMetadata, may_stand_elsewhere) {
  const auto at = [](const char* url) {
    return address(
        run(*made({{"auth.google", "metadata"}, {"auth.metadata_url", url}}), {says(200, kToken)}).fetches.at(0));
  };
  const std::string whole = "GET http://127.0.0.1:9/computeMetadata/v1/instance/service-accounts/default/token";
  EXPECT_EQ(at("http://127.0.0.1:9"), whole);
  EXPECT_EQ(at("http://127.0.0.1:9/computeMetadata/v1/"), whole);
  EXPECT_EQ(at("http://127.0.0.1:9/other/token"), "GET http://127.0.0.1:9/other/token");
}

TEST(GoogleDefault, takes_the_named_file_then_gclouds_then_the_machine) {
  const Extra extra{{"auth.google", "default"}};
  const auto named = made(extra, environment({{"GOOGLE_APPLICATION_CREDENTIALS", "/adc.json"}, {"HOME", "/h"}}));
  EXPECT_EQ(run(*named, {says(200, key_file()), says(200, kToken)}).files, std::vector<std::string>{"/adc.json"});
  // Named and missing: nothing else is tried.
  EXPECT_EQ(run(*named, {fails("no such file")}).error(), "the credentials file /adc.json: no such file");

  const auto home = made(extra, environment({{"HOME", "/h"}, {"GCE_METADATA_HOST", "127.0.0.1:9"}}));
  const Ran found = run(*home, {says(200, key_file()), says(200, kToken)});
  EXPECT_EQ(found.files, std::vector<std::string>{"/h/.config/gcloud/application_default_credentials.json"});
  const Ran machine = run(*home, {fails("no such file"), says(200, kToken)});
  EXPECT_TRUE(machine.result);
  EXPECT_EQ(address(machine.fetches[0]),
            "GET http://127.0.0.1:9/computeMetadata/v1/instance/service-accounts/default/token");
  const auto none = run(*home, {fails("no such file"), fails("timed out")}).error();
  EXPECT_NE(none.find("timed out; and GOOGLE_APPLICATION_CREDENTIALS is not set, and /h/.config/gcloud"),
            std::string::npos)
      << none;
  EXPECT_NE(run(*home, {says(200, "{}")}).error().find("found the type ''"), std::string::npos);

  const auto moved = made(extra, environment({{"CLOUDSDK_CONFIG", "/c"}, {"HOME", "/h"}}));
  EXPECT_EQ(run(*moved, {fails("no"), says(200, kToken)}).files,
            std::vector<std::string>{"/c/application_default_credentials.json"});
  const Ran bare = run(*made(extra), {says(200, kToken)});
  EXPECT_TRUE(bare.files.empty());
}

const std::string kUser =
    R"({"type":"authorized_user","client_id":"id.apps","client_secret":"canary-secret","refresh_token":"1//canary-refresh"})";

TEST(GoogleDefault, renews_a_persons_token) {
  const auto sign_in = made({{"auth.google", "default"}}, environment({{"GOOGLE_APPLICATION_CREDENTIALS", "/u.json"}}));
  const Ran ran = run(*sign_in, {says(200, kUser), says(200, kToken)});
  ASSERT_TRUE(ran.result) << ran.error();
  EXPECT_EQ(address(ran.fetches[0]), "POST https://oauth2.googleapis.com/token");
  EXPECT_EQ(
      ran.fetches[0].body,
      "grant_type=refresh_token&client_id=id.apps&client_secret=canary-secret&refresh_token=1%2F%2Fcanary-refresh");
  const auto revoked =
      run(*sign_in,
          {says(200, kUser),
           says(
               400,
               R"({"error":"invalid_grant","error_description":"Token has been expired or revoked: 1//canary-refresh"})")})
          .error();
  EXPECT_NE(revoked.find("gcloud auth application-default login"), std::string::npos);
  EXPECT_EQ(revoked.find("canary"), std::string::npos);
  EXPECT_NE(run(*sign_in, {says(200, R"({"type":"authorized_user","client_id":"x"})")})
                .error()
                .find("found no client_secret"),
            std::string::npos);
}

const std::string kActing = R"({"accessToken":"ya29.acting","expireTime":"2026-11-22T01:00:00Z"})";
constexpr const char* kActAt =
    "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/"
    "sa@p.iam.gserviceaccount.com:generateAccessToken";

TEST(GoogleDefault, lets_one_account_act_as_another) {
  const auto sign_in = made({{"auth.google", "default"}}, environment({{"GOOGLE_APPLICATION_CREDENTIALS", "/i.json"}}));
  const std::string file =
      std::string(R"({"type":"impersonated_service_account","service_account_impersonation_url":")") + kActAt +
      R"(","delegates":["d@p"],"source_credentials":)" + kUser + "}";
  const Ran ran = run(*sign_in, {says(200, file), says(200, kToken), says(200, kActing)});
  ASSERT_TRUE(ran.result) << ran.error();
  EXPECT_EQ(address(ran.fetches[1]), std::string("POST ") + kActAt);
  EXPECT_EQ(ran.fetches[1].body,
            R"({"scope":["https://www.googleapis.com/auth/cloud-platform"],"lifetime":"3600s","delegates":["d@p"]})");
  EXPECT_EQ(ran.result->bearer, "ya29.acting");
  EXPECT_EQ(ran.result->expires, after(3600));
  EXPECT_NE(run(*sign_in, {says(200, R"({"type":"impersonated_service_account"})")})
                .error()
                .find("found no source_credentials"),
            std::string::npos);
}

TEST(GoogleSignIn, says_what_is_wrong_with_its_settings) {
  const auto wrong = [](const Extra& extra) {
    const auto sign_in = google_sign_in(account(extra), {});
    if (sign_in) return std::string("accepted");
    EXPECT_EQ(sign_in.error().origin, Origin::operator_);
    return sign_in.error().param;
  };
  EXPECT_EQ(wrong({}), "auth");
  EXPECT_EQ(wrong({{"auth.service_account_file", "f"}, {"auth.google", "default"}}), "auth");
  EXPECT_EQ(wrong({{"auth.service_account_file", ""}}), "auth.service_account_file");
  EXPECT_EQ(wrong({{"auth.service_account_file", "f"}, {"auth.self_signed_jwt", "yes"}}), "auth.self_signed_jwt");
  EXPECT_EQ(wrong({{"auth.google", "metadata"}, {"auth.self_signed_jwt", "true"}}), "auth.self_signed_jwt");
  EXPECT_EQ(wrong({{"auth.google", "maybe"}}), "auth.google");
  EXPECT_EQ(wrong({{"auth.google.workload_identity_file", ""}}), "auth.google.workload_identity_file");
  EXPECT_EQ(wrong({{"auth.google", "metadata"}, {"auth.metadata_url", "nonsense"}}), "auth.metadata_url");
  EXPECT_EQ(wrong({{"auth.service_account_file", "f"}, {"auth.token_url", "http://oauth2.googleapis.com/token"}}),
            "auth.token_url");
  EXPECT_EQ(
      wrong({{"auth.google.workload_identity_file", "f"}, {"auth.sts_url", "http://sts.googleapis.com/v1/token"}}),
      "auth.sts_url");
}

}  // namespace
}  // namespace fw::cloud::google
