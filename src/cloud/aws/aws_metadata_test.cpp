#include <gtest/gtest.h>

#include "cloud/aws/sign_in_testing.h"

namespace fw::cloud::aws {
namespace {

using namespace testing;
using Variables = std::map<std::string, std::string, std::less<>>;

const Extra kContainer{{"auth.aws", "container"}};
const Extra kImds{{"auth.aws", "imds"}};

TEST(Container, asks_ecs_where_the_relative_uri_says) {
  const auto ran = run(kContainer,
                       {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/abc?x=1"},
                        {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials"}},
                       {says(200, keys_json())});
  expect_temporary(ran, after(6 * 3600));
  EXPECT_EQ(ran.result->refresh_at, after(6 * 3600 - 300));
  ASSERT_EQ(ran.fetches.size(), 1U);
  EXPECT_EQ(address(ran.fetches[0]), "GET http://169.254.170.2/v2/credentials/abc?x=1");
  EXPECT_EQ(ran.fetches[0].lines, "Accept: application/json\r\n");
  EXPECT_EQ(ran.fetches[0].timeout_ms, 1000);
}

TEST(Container, asks_eks_with_the_token_of_the_file) {
  const auto ran = run(kContainer,
                       {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials"},
                        {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "other"},
                        {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/var/run/eks"}},
                       {says(200, "CALLERTOKEN\n"), says(200, keys_json())});
  expect_temporary(ran, after(6 * 3600));
  EXPECT_EQ(ran.files, std::vector<std::string>{"/var/run/eks"});
  EXPECT_EQ(ran.fetches[0].lines, "Accept: application/json\r\nAuthorization: CALLERTOKEN\r\n");
}

TEST(Container, the_setting_comes_before_the_environment) {
  const auto ran =
      run({{"auth.aws", "container"}, {"auth.container_url", "http://10.1.2.3:8000/creds"}},
          {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2"}, {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "CALLERTOKEN"}},
          {says(200, keys_json())});
  EXPECT_EQ(address(ran.fetches[0]), "GET http://10.1.2.3:8000/creds");
  EXPECT_TRUE(ran.fetches[0].lines.contains("Authorization: CALLERTOKEN\r\n"));
}

TEST(Container, plain_http_stays_on_the_machine) {
  const auto asked = [](const std::string& url) {
    return run(kContainer, {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", url}}, {says(200, keys_json())});
  };
  for (const char* url :
       {"http://localhost:1/c/", "http://127.9.9.9/c/", "http://[::1]:7/c/", "http://169.254.170.2/c/",
        "http://169.254.170.23/c/", "http://[fd00:ec2::23]/c/", "https://creds.example.com/c/"})
    EXPECT_EQ(address(asked(url).fetches.at(0)), std::string("GET ") + url);
  for (const char* url : {"http://example.com/c", "http://169.254.169.254/c", "http://127.evil.example/c",
                          "http://[::2]/c", "ftp://localhost/c", "/c"}) {
    const auto ran = run(kContainer, {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", url}}, {});
    EXPECT_FALSE(ran.result) << url;
    EXPECT_TRUE(ran.fetches.empty());
    expect_error(ran, "AWS_CONTAINER_CREDENTIALS_FULL_URI: ");
  }
  expect_error(run(kContainer, {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", ".evil.example/"}}, {}), "expected a path");
}

TEST(Container, is_asked_three_times_while_it_fails) {
  const Variables where{{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2"}};
  expect_temporary(run(kContainer, where, {fails("timeout"), says(500, "x"), says(200, keys_json())}), after(6 * 3600));
  expect_error(run(kContainer, where, {fails("timeout"), says(503, ""), fails("timeout")}), "gave no answer: timeout");
  expect_error(run(kContainer, where, {says(404, R"({"code":"x","message":"no role"})")}), "answered 404: no role");
}

TEST(Container, without_a_place_or_a_token_it_says_what_is_missing) {
  expect_error(run(kContainer, {}, {}), "expected one of them or auth.container_url");
  const Variables where{{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2"},
                        {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/t"}};
  expect_error(run(kContainer, where, {fails("no such file")}),
               "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: /t: no such file");
  expect_error(run(kContainer, where, {says(200, "\n")}), "found an empty file");
  expect_error(run(kContainer, where, {says(200, "CALLERTOKEN\r\nHost: evil")}), "cannot stand in a header field");
}

TEST(Container, answers_that_are_none_are_refused) {
  const auto answered = [](std::string body) {
    return run(
        kContainer,
        {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2"}, {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "CALLERTOKEN"}},
        {says(200, std::move(body))});
  };
  expect_error(answered("<!DOCTYPE html><html>"), "found HTML");
  expect_error(answered(""), "found an empty body");
  expect_error(answered(keys_json().substr(0, 90)), "expected a JSON object");
  expect_error(answered("[]"), "expected a JSON object");
  expect_error(answered("{}"), "found credentials without AccessKeyId");
  expect_error(answered(R"({"AccessKeyId":1,"SecretAccessKey":"TEMPSECRET"})"), "without AccessKeyId");
  expect_error(answered(R"({"AccessKeyId":"a","SecretAccessKey":"TEMPSECRET","Token":"TEMPTOKEN"})"),
               "without Expiration");
  expect_error(answered(keys_json("2026-11-21T00:00:00Z")), "expired at 2026-11-21");
  expect_error(answered(R"({"Code":"Failed","Message":"role of CALLERTOKEN is gone"})"), "Failed: role of *** is gone");
}

TEST(Imds, speaks_version_two) {
  const auto ran =
      run({{"auth.aws", "imds"}, {"auth.imds_url", "http://127.0.0.1:1338"}}, {{"AWS_EC2_METADATA_DISABLED", "true"}},
          {says(200, "SESSIONTOKEN"), says(200, "my+role\n"), says(200, keys_json())});
  expect_temporary(ran, after(6 * 3600));
  EXPECT_TRUE(ran.result->usable_after_end);
  ASSERT_EQ(ran.fetches.size(), 3U);
  EXPECT_EQ(address(ran.fetches[0]), "PUT http://127.0.0.1:1338/latest/api/token");
  EXPECT_EQ(ran.fetches[0].lines, "x-aws-ec2-metadata-token-ttl-seconds: 21600\r\n");
  EXPECT_EQ(address(ran.fetches[1]), "GET http://127.0.0.1:1338/latest/meta-data/iam/security-credentials/");
  EXPECT_EQ(ran.fetches[1].lines, "x-aws-ec2-metadata-token: SESSIONTOKEN\r\n");
  EXPECT_EQ(address(ran.fetches[2]), "GET http://127.0.0.1:1338/latest/meta-data/iam/security-credentials/my%2Brole");
  EXPECT_EQ(ran.fetches[2].lines, "x-aws-ec2-metadata-token: SESSIONTOKEN\r\n");
  EXPECT_EQ(ran.fetches[2].timeout_ms, 1000);
}

TEST(Imds, falls_back_to_version_one_only_where_the_session_is_unknown_or_silent) {
  for (const Reply& reply : {says(403, ""), says(404, ""), says(405, ""), fails("timeout")}) {
    const auto ran = run(kImds, {}, {reply, says(200, "role"), says(200, keys_json())});
    expect_temporary(ran, after(6 * 3600));
    EXPECT_EQ(ran.fetches[1].lines, "");
    EXPECT_EQ(address(ran.fetches[1]), "GET http://169.254.169.254/latest/meta-data/iam/security-credentials/");
  }
  expect_error(run(kImds, {}, {says(400, "bad")}), "the instance metadata service answered 400: bad");
  expect_error(run(kImds, {}, {says(500, "")}), "the instance metadata service answered 500");
  expect_error(run(kImds, {}, {says(200, "two words")}), "found no session token");
}

TEST(Imds, a_refused_session_is_opened_anew_once) {
  const auto ran = run(kImds, {},
                       {says(200, "SESSIONTOKEN1"), says(401, ""), says(200, "SESSIONTOKEN2"), says(200, "role"),
                        says(200, keys_json())});
  expect_temporary(ran, after(6 * 3600));
  EXPECT_EQ(ran.fetches[3].lines, "x-aws-ec2-metadata-token: SESSIONTOKEN2\r\n");
  expect_error(
      run(kImds, {},
          {says(200, "SESSIONTOKEN1"), says(200, "role"), says(401, ""), says(200, "SESSIONTOKEN2"), says(401, "no")}),
      "answered 401: no");
}

TEST(Imds, credentials_that_are_over_are_kept_and_asked_for_again_soon) {
  const auto ran =
      run(kImds, {}, {says(200, "SESSIONTOKEN"), says(200, "role"), says(200, keys_json("2026-11-21T23:00:00Z"))});
  expect_temporary(ran, after(-3600));
  EXPECT_TRUE(ran.result->usable_after_end);
  EXPECT_EQ(ran.result->refresh_at, after(300));
}

TEST(Imds, answers_that_are_none_are_refused) {
  const auto listed = [](Reply reply) { return run(kImds, {}, {says(200, "SESSIONTOKEN"), std::move(reply)}); };
  expect_error(listed(says(404, "")), "this instance has no role");
  expect_error(listed(says(200, "")), "found an empty body, expected the name of a role");
  expect_error(listed(says(200, "<html>")), "expected the name of a role");
  expect_error(listed(says(200, "two words")), "expected the name of a role");
  expect_error(listed(fails("connection reset")), "gave no answer: connection reset");
  const auto answered = [](Reply reply) {
    return run(kImds, {}, {says(200, "SESSIONTOKEN"), says(200, "role"), std::move(reply)});
  };
  expect_error(answered(says(403, "SESSIONTOKEN refused")), "*** refused");
  expect_error(answered(says(200, "<!DOCTYPE html>")), "found HTML");
  expect_error(answered(says(200, keys_json().substr(0, 100))), "expected a JSON object");
  expect_error(answered(says(200, R"({"Code":"AssumeRoleUnauthorizedAccess","Message":"EC2 cannot assume the role"})")),
               "AssumeRoleUnauthorizedAccess: EC2 cannot assume the role");
}

}  // namespace
}  // namespace fw::cloud::aws
