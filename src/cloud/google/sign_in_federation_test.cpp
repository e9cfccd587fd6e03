#include <gtest/gtest.h>

#include "cloud/sign_in_testing.h"
#include "cloud/google/sign_in.h"

namespace fw::cloud::google {
namespace {

using testing::address;
using testing::after;
using testing::environment;
using testing::fails;
using testing::Ran;
using testing::run;
using testing::says;

constexpr const char* kActAt =
    "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/"
    "sa@p.iam.gserviceaccount.com:generateAccessToken";
const std::string kActing = R"({"accessToken":"ya29.acting","expireTime":"2026-11-22T01:00:00Z"})";
const std::string kFederated =
    R"({"access_token":"ya29.federated","issued_token_type":"urn:ietf:params:oauth:token-type:access_token","token_type":"Bearer","expires_in":3599})";
constexpr const char* kAudience =
    "//iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/p/providers/aws";

// A file as `gcloud iam workload-identity-pools create-cred-config` writes it.
std::string file(const std::string& source, const std::string& more = {}) {
  return std::string(R"({"universe_domain":"googleapis.com","type":"external_account","audience":")") + kAudience +
         R"(","subject_token_type":"urn:ietf:params:oauth:token-type:jwt","token_url":"https://sts.googleapis.com/v1/token",)" +
         more + R"("credential_source":)" + source + "}";
}

std::string acting() { return std::string(R"("service_account_impersonation_url":")") + kActAt + "\","; }

std::unique_ptr<const SignIn> made(std::map<std::string, std::string> more = {}, const Surroundings& around = {}) {
  ProviderSettings settings;
  settings.name = "google";
  settings.extra = {{"auth.google.workload_identity_file", "/wif.json"}};
  for (const auto& [name, value] : more) settings.extra[name] = value;
  auto sign_in = google_sign_in(settings, around);
  EXPECT_TRUE(sign_in) << sign_in.error().message;
  return sign_in ? std::move(*sign_in) : nullptr;
}

// Percent-decoding once.
std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string form_value(std::string_view body, std::string_view name) {
  const auto start = body.find(std::string(name) + "=");
  if (start == body.npos) return "none";
  const auto from = start + name.size() + 1;
  return decoded(body.substr(from, body.find('&', from) - from));
}

const std::string kFormBefore =
    "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&audience=%2F%2Fiam.googleapis.com%2Fprojects%"
    "2F123%2Flocations%2F"
    "global%2FworkloadIdentityPools%2Fp%2Fproviders%2Faws&scope=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fcloud-"
    "platform&"
    "requested_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token&subject_token=";

TEST(GoogleFederation, trades_a_token_from_a_file) {
  const auto sign_in = made();
  EXPECT_EQ(sign_in->describe(), "Google workload identity federation");
  const Ran ran =
      run(*sign_in, {says(200, file(R"({"file":"/var/token"})")), says(200, "subject.jwt.x\n"), says(200, kFederated)});
  ASSERT_TRUE(ran.result) << ran.error();
  EXPECT_EQ(ran.files, (std::vector<std::string>{"/wif.json", "/var/token"}));
  EXPECT_EQ(address(ran.fetches[0]), "POST https://sts.googleapis.com/v1/token");
  EXPECT_EQ(ran.fetches[0].body,
            kFormBefore + "subject.jwt.x&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt");
  EXPECT_EQ(ran.result->bearer, "ya29.federated");
  EXPECT_EQ(ran.result->expires, after(3599));
}

TEST(GoogleFederation, acts_as_a_service_account_where_the_file_names_one) {
  const Ran ran =
      run(*made(), {says(200, file(R"({"file":"/t"})",
                                   acting() + R"("service_account_impersonation":{"token_lifetime_seconds":2800},)")),
                    says(200, "s"), says(200, kFederated), says(200, kActing)});
  ASSERT_TRUE(ran.result) << ran.error();
  EXPECT_EQ(address(ran.fetches[1]), std::string("POST ") + kActAt);
  EXPECT_EQ(ran.fetches[1].lines, "Authorization: Bearer ya29.federated\r\nContent-Type: application/json\r\n");
  EXPECT_EQ(ran.fetches[1].body, R"({"scope":["https://www.googleapis.com/auth/cloud-platform"],"lifetime":"2800s"})");
  EXPECT_EQ(ran.result->bearer, "ya29.acting");
  EXPECT_EQ(ran.result->expires, after(3600));
}

TEST(GoogleFederation, fails_in_the_words_of_whoever_refused) {
  const auto sign_in = made();
  const auto sts = [&](const Reply& reply) {
    return run(*sign_in, {says(200, file(R"({"file":"/t"})")), says(200, "subject-canary"), reply}).error();
  };
  const auto audience = sts(says(
      400,
      R"({"error":"invalid_grant","error_description":"The audience in ID Token [subject-canary] does not match the expected audience."})"));
  EXPECT_NE(audience.find("Google's security token service sts.googleapis.com answered 400: invalid_grant: The "
                          "audience in ID Token [***]"),
            std::string::npos)
      << audience;
  EXPECT_NE(audience.find("must be issued for the audience"), std::string::npos);
  EXPECT_NE(sts(says(200, "<html>")).find("found HTML"), std::string::npos);
  const auto denied =
      run(*sign_in,
          {says(200, file(R"({"file":"/t"})", acting())), says(200, "s"), says(200, kFederated),
           says(
               403,
               R"({"error":{"code":403,"message":"Permission 'iam.serviceAccounts.getAccessToken' denied","status":"PERMISSION_DENIED"}})")})
          .error();
  EXPECT_NE(denied.find("iamcredentials.googleapis.com answered 403: PERMISSION_DENIED: Permission"), std::string::npos)
      << denied;
  EXPECT_NE(denied.find("roles/iam.workloadIdentityUser"), std::string::npos);
  const auto past = run(*sign_in, {says(200, file(R"({"file":"/t"})", acting())), says(200, "s"), says(200, kFederated),
                                   says(200, R"({"accessToken":"t","expireTime":"2026-11-21T23:00:00Z"})")})
                        .error();
  EXPECT_NE(past.find("expired at 2026-11-21T23:00:00Z"), std::string::npos) << past;
}

TEST(GoogleFederation, says_what_is_wrong_with_its_files) {
  const auto sign_in = made();
  const auto error = [&](std::deque<Reply> replies) { return run(*sign_in, std::move(replies)).error(); };
  EXPECT_EQ(error({fails("permission denied")}), "the credentials file /wif.json: permission denied");
  EXPECT_NE(error({says(200, R"({"type":"service_account"})")}).find("auth.service_account_file"), std::string::npos);
  EXPECT_NE(error({says(200, R"({"type":"external_account"})")}).find("found no audience"), std::string::npos);
  EXPECT_NE(error({says(200, file(R"({"executable":{"command":"x"}})"))}).find("programs and certificates"),
            std::string::npos);
  EXPECT_EQ(error({says(200, file(R"({"file":"/t"})")), fails("no such file")}),
            "the subject token's file /t: no such file");
  EXPECT_NE(error({says(200, file(R"({"file":"/t"})")), says(200, " \n")}).find("found no subject token"),
            std::string::npos);
  EXPECT_NE(error({says(200, file(R"({"file":"/t","format":{"type":"json","subject_token_field_name":"id"}})")),
                   says(200, R"({"x":1})")})
                .find("found no subject token"),
            std::string::npos);
}

TEST(GoogleFederation, asks_a_url_for_the_token_with_its_headers) {
  const std::string source =
      R"({"url":"http://127.0.0.1:9/token?aud=x","headers":{"Metadata":"True"},"format":{"type":"json","subject_token_field_name":"access_token"}})";
  const auto sign_in = made({{"auth.sts_url", "http://127.0.0.1:8/sts"}});
  const Ran ran = run(*sign_in, {says(200, file(source, R"("client_id":"c","client_secret":"s3cret",)")),
                                 says(200, R"({"access_token":"subject"})"), says(200, kFederated)});
  ASSERT_TRUE(ran.result) << ran.error();
  EXPECT_EQ(address(ran.fetches[0]), "GET http://127.0.0.1:9/token?aud=x");
  EXPECT_EQ(ran.fetches[0].lines, "Metadata: True\r\n");
  EXPECT_EQ(address(ran.fetches[1]), "POST http://127.0.0.1:8/sts");
  EXPECT_EQ(form_value(ran.fetches[1].body, "subject_token"), "subject");
  EXPECT_NE(ran.fetches[1].lines.find("Authorization: Basic YzpzM2NyZXQ=\r\n"), std::string::npos);
  EXPECT_NE(run(*sign_in, {says(200, file(source)), says(403, "no")})
                .error()
                .find("the subject token's source 127.0.0.1:9 answered 403: no"),
            std::string::npos);
  const std::string bad = R"({"url":"http://127.0.0.1:9/","headers":{"A":"b\r\nC: d"}})";
  EXPECT_NE(run(*sign_in, {says(200, file(bad))}).error().find("cannot stand in a header field"), std::string::npos);
}

const std::string kAwsSource =
    R"({"environment_id":"aws1","region_url":"http://169.254.169.254/latest/meta-data/placement/availability-zone",)"
    R"("url":"http://169.254.169.254/latest/meta-data/iam/security-credentials","regional_cred_verification_url":)"
    R"("https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15",)"
    R"("imdsv2_session_token_url":"http://169.254.169.254/latest/api/token"})";
const std::string kAwsKeys =
    R"({"Code":"Success","AccessKeyId":"AKIDEXAMPLE","SecretAccessKey":"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY","Token":"SESSIONTOKEN"})";

// Made with google-auth-library 10.9.1 `awsrequestsigner.js`.
std::string signed_token(const std::string& session_header, const std::string& session_field,
                         const std::string& signature) {
  return std::string(
             R"({"url":"https://sts.us-east-2.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15","method":"POST","headers":[)"
             R"({"key":"authorization","value":"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/us-east-2/sts/aws4_request, SignedHeaders=host;x-amz-date;)") +
         session_header + "x-goog-cloud-target-resource, Signature=" + signature +
         R"("},{"key":"host","value":"sts.us-east-2.amazonaws.com"},{"key":"x-amz-date","value":"20261122T000000Z"},)" +
         session_field + R"({"key":"x-goog-cloud-target-resource","value":")" + kAudience + "\"}]}";
}

TEST(GoogleFederation, lets_aws_vouch_by_a_signed_request) {
  const Ran ran = run(*made(), {says(200, file(kAwsSource)), says(200, "IMDSTOKEN"), says(200, "us-east-2b"),
                                says(200, "my-role\n"), says(200, kAwsKeys), says(200, kFederated)});
  ASSERT_TRUE(ran.result) << ran.error();
  EXPECT_EQ(address(ran.fetches[0]), "PUT http://169.254.169.254/latest/api/token");
  EXPECT_EQ(ran.fetches[0].lines, "x-aws-ec2-metadata-token-ttl-seconds: 300\r\n");
  EXPECT_EQ(address(ran.fetches[1]), "GET http://169.254.169.254/latest/meta-data/placement/availability-zone");
  EXPECT_EQ(ran.fetches[1].lines, "x-aws-ec2-metadata-token: IMDSTOKEN\r\n");
  EXPECT_EQ(address(ran.fetches[2]), "GET http://169.254.169.254/latest/meta-data/iam/security-credentials");
  EXPECT_EQ(address(ran.fetches[3]), "GET http://169.254.169.254/latest/meta-data/iam/security-credentials/my-role");
  EXPECT_EQ(decoded(form_value(ran.fetches[4].body, "subject_token")),
            signed_token("x-amz-security-token;", R"({"key":"x-amz-security-token","value":"SESSIONTOKEN"},)",
                         "b5aea7b638357e829fe12938bbd57be0528443ef225bb524aefe7aa78eceb478"));
}

TEST(GoogleFederation, takes_aws_keys_of_the_environment_first_only_by_default) {
  const auto around = environment({{"GOOGLE_APPLICATION_CREDENTIALS", "/adc.json"},
                                   {"AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"},
                                   {"AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"},
                                   {"AWS_REGION", "us-east-2"}});
  ProviderSettings settings;
  settings.extra = {{"auth.google", "default"}};
  const auto by_default = google_sign_in(settings, around);
  ASSERT_TRUE(by_default);
  const Ran ran = run(**by_default, {says(200, file(kAwsSource)), says(200, kFederated)});
  ASSERT_TRUE(ran.result) << ran.error();
  EXPECT_EQ(decoded(form_value(ran.fetches[0].body, "subject_token")),
            signed_token("", "", "cd8954982c52443c76a91dd4405f49ddeebe6df7451d06f253d39e1a2cdf1677"));
  // Named outright, the file's own addresses come first; what it leaves open the environment fills.
  EXPECT_EQ(run(*made({}, around), {says(200, file(kAwsSource)), says(200, "T"), says(200, "us-east-2b"),
                                    says(200, "r"), says(200, kAwsKeys), says(200, kFederated)})
                .fetches.size(),
            5U);
  const std::string bare =
      R"({"environment_id":"aws1","regional_cred_verification_url":"https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15"})";
  EXPECT_TRUE(run(*made({}, around), {says(200, file(bare)), says(200, kFederated)}).result);
}

TEST(GoogleFederation, says_which_answer_of_aws_was_wrong) {
  const auto error = [](std::deque<Reply> replies) {
    replies.push_front(says(200, file(kAwsSource)));
    return run(*made(), std::move(replies)).error();
  };
  EXPECT_EQ(error({fails("timed out")}), "the AWS metadata server 169.254.169.254 gave no answer: timed out");
  EXPECT_NE(error({says(200, "a b")}).find("imdsv2_session_token_url"), std::string::npos);
  EXPECT_NE(error({says(200, "T"), says(200, "<html>")}).find("found no availability zone"), std::string::npos);
  EXPECT_NE(error({says(200, "T"), says(200, "us-east-2b"), says(404, "")}).find("answered 404"), std::string::npos);
  EXPECT_NE(error({says(200, "T"), says(200, "us-east-2b"), says(200, "../x")}).find("found no role"),
            std::string::npos);
  EXPECT_NE(
      error({says(200, "T"), says(200, "us-east-2b"), says(200, "r"), says(200, "{}")}).find("without AccessKeyId"),
      std::string::npos);
  EXPECT_NE(run(*made(), {says(200, file(R"({"environment_id":"aws2"})"))}).error().find("expected aws1"),
            std::string::npos);
  EXPECT_NE(
      run(*made(), {says(200, file(R"({"environment_id":"aws1"})"))}).error().find("regional_cred_verification_url"),
      std::string::npos);
}

}  // namespace
}  // namespace fw::cloud::google
