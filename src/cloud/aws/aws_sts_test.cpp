#include <gtest/gtest.h>

#include "cloud/aws/sign_in_testing.h"

namespace fw::cloud::aws {
namespace {

using namespace testing;

const Extra kWebIdentity{{"auth.aws.web_identity.role_arn", kRole}, {"auth.aws.web_identity.token_file", "/var/token"}};
const Extra kAssume{{"auth.aws.assume_role.role_arn", kRole},
                    {"auth.aws.assume_role.external_id", "ext-1"},
                    {"auth.aws.assume_role.from", "default"}};
const std::map<std::string, std::string, std::less<>> kCaller{
    {"AWS_ACCESS_KEY_ID", kId}, {"AWS_SECRET_ACCESS_KEY", kSecret}, {"AWS_SESSION_TOKEN", "SESSIONTOKEN"}};

// The signature was made with @smithy/signature-v4 5.7.5.
TEST(AssumeRole, asks_as_the_sdk_does) {
  const auto ran = run(kAssume, kCaller, {says(200, sts_xml("AssumeRole"))});
  expect_temporary(ran, after(3600));
  EXPECT_EQ(ran.result->refresh_at, after(3300));
  ASSERT_EQ(ran.fetches.size(), 1U);
  EXPECT_EQ(address(ran.fetches[0]), "POST https://sts.us-east-2.amazonaws.com/");
  EXPECT_EQ(
      ran.fetches[0].body,
      "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Ffairway&RoleSessionName="
      "fairway&DurationSeconds=3600&ExternalId=ext-1");
  EXPECT_EQ(ran.fetches[0].lines,
            "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n"
            "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/us-east-2/sts/aws4_request, "
            "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token, "
            "Signature=fe0ed35dfa086d6c63377beeb3e8e32ad754e42039c37c02983f3530ceb7df64\r\n"
            "X-Amz-Date: 20261122T000000Z\r\n"
            "X-Amz-Content-Sha256: 7dea25506f420d125e2e4ae42a9d1d82e1ac53611ac80c5c19f304cb6a64f9a7\r\n"
            "X-Amz-Security-Token: SESSIONTOKEN\r\n");
}

TEST(AssumeRole, one_role_may_lead_to_the_next) {
  const auto ran =
      run({{"auth.aws.assume_role.role_arn", kRole},
           {"auth.aws.assume_role.from.assume_role.role_arn", "arn:aws:iam::1:role/first"},
           {"auth.aws.assume_role.from.assume_role.from", "container"},
           {"auth.container_url", "http://127.0.0.1:9001/creds"},
           {"auth.sts_url", "http://127.0.0.1:9000/sts"}},
          {}, {says(200, keys_json()), says(200, sts_xml("AssumeRole")), says(200, sts_xml("AssumeRole"))});
  expect_temporary(ran, after(3600));
  ASSERT_EQ(ran.fetches.size(), 3U);
  EXPECT_EQ(address(ran.fetches[0]), "GET http://127.0.0.1:9001/creds");
  EXPECT_TRUE(ran.fetches[1].body.contains("role%2Ffirst"));
  EXPECT_TRUE(ran.fetches[2].body.contains("role%2Ffairway"));
  EXPECT_TRUE(ran.fetches[2].lines.contains("Credential=ASIATEMP/"));
  EXPECT_EQ(address(ran.fetches[2]), "POST http://127.0.0.1:9000/sts");
}

TEST(AssumeRole, a_failure_of_its_source_is_its_own) {
  const auto ran = run({{"auth.aws.assume_role.role_arn", kRole},
                        {"auth.aws.assume_role.from", "container"},
                        {"auth.container_url", "http://127.0.0.1:9001/creds"}},
                       {}, {says(403, R"({"message":"no such task"})")});
  expect_error(ran, "the container's credentials endpoint answered 403: no such task");
}

TEST(WebIdentity, sends_the_files_token_unsigned) {
  const auto ran = run(kWebIdentity, {{"AWS_ENDPOINT_URL_STS", "http://ignored"}},
                       {says(200, "IDENTITYTOKEN\n"), says(200, sts_xml("AssumeRoleWithWebIdentity"))});
  expect_temporary(ran, after(3600));
  EXPECT_EQ(ran.files, std::vector<std::string>{"/var/token"});
  ASSERT_EQ(ran.fetches.size(), 1U);
  EXPECT_EQ(address(ran.fetches[0]), "POST https://sts.us-east-2.amazonaws.com/");
  EXPECT_EQ(ran.fetches[0].lines, "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n");
  EXPECT_TRUE(ran.fetches[0].body.starts_with("Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn="));
  EXPECT_TRUE(ran.fetches[0].body.ends_with("&WebIdentityToken=IDENTITYTOKEN"));
}

TEST(WebIdentity, a_file_without_a_token_is_named) {
  expect_error(run(kWebIdentity, {}, {fails("no such file")}),
               "/var/token: found no such file, expected a file with a token");
  expect_error(run(kWebIdentity, {}, {says(200, " \n")}), "/var/token: found no token");
}

Ran answered(Reply reply) { return run(kWebIdentity, {}, {says(200, "IDENTITYTOKEN"), std::move(reply)}); }

TEST(Sts, refusals_are_told_in_its_own_words_and_explained) {
  const auto ran =
      answered(says(403, sts_error("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")));
  expect_error(ran,
               "AWS STS (AssumeRoleWithWebIdentity arn:aws:iam::123456789012:role/fairway) answered 403: AccessDenied: "
               "Not authorized to perform");
  expect_error(ran, "the role's trust policy");
  expect_error(answered(says(400, sts_error("InvalidIdentityToken", "bad &lt;audience&gt;"))), "bad <audience>");
}

TEST(Sts, an_error_that_repeats_the_secret_is_masked) {
  const auto web = answered(says(400, sts_error("InvalidIdentityToken", "token IDENTITYTOKEN is bad")));
  expect_error(web, "token *** is bad");
  const auto role =
      run(kAssume, kCaller,
          {says(403, sts_error("SignatureDoesNotMatch", "canonical: x-amz-security-token:SESSIONTOKEN"))});
  expect_error(role, "x-amz-security-token:***");
  expect_error(role, "does the secret access key belong to the access key id?");
  expect_error(run(kAssume, kCaller, {says(500, std::string("oops ") + kSecret)}), "oops ***");
  run(kAssume, kCaller, {says(500, std::string("<oops>") + kSecret)});
}

TEST(Sts, clocks_that_differ_are_named) {
  Reply reply = says(403, sts_error("SignatureDoesNotMatch", "Signature expired: 20261122T000000Z"));
  reply.fields = {{"date", "Sat, 21 Nov 2026 23:40:00 GMT"}};
  const auto ran = answered(reply);
  expect_error(ran, "(is this machine's clock right?)");
  expect_error(ran, "this machine's clock is 1200 s ahead of theirs");
  reply.fields = {{"date", "Sun, 22 Nov 2026 00:30:00 GMT"}};
  expect_error(answered(reply), "this machine's clock is 1800 s behind theirs");
  reply.fields = {{"date", "Sun, 22 Nov 2026 00:03:00 GMT"}};
  EXPECT_FALSE(answered(reply).error().contains("this machine's clock is 1"));
}

TEST(Sts, answers_that_are_none_are_refused) {
  expect_error(answered(fails("connection refused")), "gave no answer: connection refused");
  expect_error(answered(says(500, "")), "answered 500");
  expect_error(answered(says(200, "<html><body>sign in</body></html>")),
               "expected an AssumeRoleWithWebIdentityResponse");
  expect_error(answered(says(200, "<!DOCTYPE html><html>")), "found HTML or XML, expected an AssumeRole");
  expect_error(answered(says(200, keys_json())), "found JSON, expected an AssumeRole");
  const std::string whole = sts_xml("AssumeRoleWithWebIdentity");
  expect_error(answered(says(200, whole.substr(0, whole.size() / 2))), "found half of it, expected an AssumeRole");
  expect_error(answered(says(200, sts_xml("AssumeRole"))), "expected an AssumeRoleWithWebIdentityResponse");
}

TEST(Sts, every_part_of_a_credential_is_needed) {
  for (const char* name : {"AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"}) {
    std::string text = sts_xml("AssumeRoleWithWebIdentity");
    const std::string open = "<" + std::string(name) + ">";
    const auto at = text.find(open);
    const auto end = text.find('<', at + open.size());
    text.erase(at + open.size(), end - at - open.size());
    expect_error(answered(says(200, text)), "found credentials without ");
  }
}

TEST(Sts, credentials_that_are_over_or_cannot_be_sent_are_refused) {
  const std::string action = "AssumeRoleWithWebIdentity";
  const auto over = answered(says(200, sts_xml(action, "2026-11-21T23:59:59Z")));
  expect_error(over, "found credentials that expired at 2026-11-21T23:59:59Z");
  expect_error(over, "is this machine's clock right?");
  expect_error(answered(says(200, sts_xml(action, "soon"))), "an expiration that is no time");
  std::string text = sts_xml(action);
  text.replace(text.find("ASIATEMP"), 8, "AS&#13;&#10;X: y");
  expect_error(answered(says(200, text)), "other characters");
}

}  // namespace
}  // namespace fw::cloud::aws
