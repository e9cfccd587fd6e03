#include <gtest/gtest.h>

#include "cloud/aws/sign_in_testing.h"

namespace fw::cloud::aws {
namespace {

using namespace testing;
using Variables = std::map<std::string, std::string, std::less<>>;

// Everything the chain could find, and a place for each; what stands earlier counts.
Variables all() {
  return {{"AWS_BEARER_TOKEN_BEDROCK", "bedrock-api-key-e"},
          {"AWS_ACCESS_KEY_ID", kId},
          {"AWS_SECRET_ACCESS_KEY", kSecret},
          {"AWS_SESSION_TOKEN", "SESSIONTOKEN"},
          {"HOME", "/h"},
          {"AWS_WEB_IDENTITY_TOKEN_FILE", "/t"},
          {"AWS_ROLE_ARN", kRole},
          {"AWS_ROLE_SESSION_NAME", "pod"},
          {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2"},
          {"AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9000"},
          {"AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1338/"}};
}

Ran with(const Variables& variables, std::deque<Reply> replies) {
  return run({{"auth.aws", "default"}}, variables, std::move(replies));
}

Variables without(std::initializer_list<const char*> names) {
  Variables out = all();
  for (const char* name : names) out.erase(name);
  return out;
}

Variables from_profile() {
  return without({"AWS_BEARER_TOKEN_BEDROCK", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"});
}

TEST(DefaultChain, a_bedrock_key_comes_first) {
  const auto ran = with(all(), {});
  ASSERT_TRUE(ran.result);
  EXPECT_EQ(ran.result->bearer, "bedrock-api-key-e");
  Variables broken = all();
  broken["AWS_BEARER_TOKEN_BEDROCK"] = "CALLERTOKEN\n";
  expect_error(with(broken, {}), "AWS_BEARER_TOKEN_BEDROCK: found a key with other characters");
}

TEST(DefaultChain, then_the_keys_of_the_environment) {
  const auto ran = with(without({"AWS_BEARER_TOKEN_BEDROCK"}), {});
  ASSERT_TRUE(ran.result);
  EXPECT_EQ(ran.result->access_key_id, kId);
  EXPECT_EQ(ran.result->session_token, "SESSIONTOKEN");
  expect_error(with(without({"AWS_BEARER_TOKEN_BEDROCK", "AWS_ACCESS_KEY_ID"}), {}),
               "found AWS_SECRET_ACCESS_KEY alone");
  Variables dated = without({"AWS_BEARER_TOKEN_BEDROCK"});
  dated["AWS_CREDENTIAL_EXPIRATION"] = "2026-11-22T02:00:00+01:00";
  const auto later = with(dated, {});
  ASSERT_TRUE(later.result);
  EXPECT_EQ(later.result->expires, after(3600));
  dated["AWS_CREDENTIAL_EXPIRATION"] = "2026-11-21T02:00:00Z";
  expect_error(with(dated, {}), "expired at 2026-11-21T02:00:00Z");
}

TEST(DefaultChain, then_the_profile) {
  const std::string keys = std::string("aws_access_key_id=FILE\naws_secret_access_key=") + kSecret + "\n";
  const auto ran = with(from_profile(), {fails("no such file"), says(200, "[default]\n" + keys)});
  ASSERT_TRUE(ran.result) << ran.error();
  EXPECT_EQ(ran.result->access_key_id, "FILE");
  Variables named = from_profile();
  named["AWS_PROFILE"] = "p";
  const auto other = with(named, {says(200, "[profile p]\n" + keys), fails("no such file")});
  ASSERT_TRUE(other.result) << other.error();
  expect_error(with(named, {says(200, "[default]\n" + keys), fails("no such file")}), "AWS profile 'p': not found");
  // One that is there and broken ends the search.
  expect_error(with(from_profile(), {says(200, "[default]\naws_access_key_id=A\n"), fails("no such file")}),
               "found half a pair");
}

TEST(DefaultChain, then_web_identity) {
  const auto ran = with(from_profile(), {says(200, "[default]\nregion=x\n"), fails("no such file"),
                                         says(200, "IDENTITYTOKEN"), says(200, sts_xml("AssumeRoleWithWebIdentity"))});
  expect_temporary(ran, after(3600));
  EXPECT_EQ(address(ran.fetches[0]), "POST http://127.0.0.1:9000/");
  EXPECT_TRUE(ran.fetches[0].body.contains("RoleSessionName=pod&"));
  Variables half = from_profile();
  half.erase("AWS_ROLE_ARN");
  expect_error(with(half, {fails("no such file"), fails("no such file")}), "found AWS_WEB_IDENTITY_TOKEN_FILE alone");
}

TEST(DefaultChain, then_the_container) {
  Variables variables = from_profile();
  variables.erase("AWS_WEB_IDENTITY_TOKEN_FILE");
  const auto ran = with(variables, {fails("no such file"), fails("no such file"), says(200, keys_json())});
  expect_temporary(ran, after(6 * 3600));
  EXPECT_EQ(address(ran.fetches[0]), "GET http://169.254.170.2/v2");
}

TEST(DefaultChain, then_the_instance) {
  Variables variables{{"AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1338/"}};
  const auto ran = with(variables, {says(200, "SESSIONTOKEN"), says(200, "role"), says(200, keys_json())});
  expect_temporary(ran, after(6 * 3600));
  EXPECT_EQ(address(ran.fetches[0]), "PUT http://127.0.0.1:1338/latest/api/token");
  variables = {{"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6"}};
  EXPECT_EQ(address(with(variables, {says(500, "")}).fetches[0]), "PUT http://[fd00:ec2::254]/latest/api/token");
  variables = {{"AWS_EC2_METADATA_V1_DISABLED", "true"}};
  expect_error(with(variables, {says(403, "")}), "the instance metadata service answered 403");
}

TEST(DefaultChain, says_where_it_looked) {
  const auto ran = with({}, {fails("timeout"), fails("timeout")});
  expect_error(ran, "found no AWS credentials: AWS_ACCESS_KEY_ID,");
  expect_error(ran, "the instance metadata service gave no answer: timeout");
  expect_error(with({{"AWS_EC2_METADATA_DISABLED", "true"}}, {}), "and AWS_EC2_METADATA_DISABLED is set");
}

TEST(DefaultChain, the_token_service_is_of_the_providers_region_and_partition) {
  const auto asked = [](std::string region, Variables variables) {
    auto settings = provider({{"auth.aws.assume_role.role_arn", kRole}});
    settings.region = std::move(region);
    variables["AWS_ACCESS_KEY_ID"] = kId;
    variables["AWS_SECRET_ACCESS_KEY"] = kSecret;
    const auto made = aws_sign_in(settings, environment(variables));
    return made ? address(cloud::testing::run(**made, {says(200, sts_xml("AssumeRole"))}).fetches.at(0))
                : made.error().message;
  };
  EXPECT_EQ(asked("eu-west-1", {{"AWS_REGION", "x"}}), "POST https://sts.eu-west-1.amazonaws.com/");
  EXPECT_EQ(asked("cn-north-1", {}), "POST https://sts.cn-north-1.amazonaws.com.cn/");
  EXPECT_EQ(asked("eusc-de-east-1", {}), "POST https://sts.eusc-de-east-1.amazonaws.eu/");
  EXPECT_EQ(asked("", {{"AWS_REGION", "eu-north-1"}}), "POST https://sts.eu-north-1.amazonaws.com/");
  EXPECT_EQ(asked("", {{"AWS_DEFAULT_REGION", "eu-north-1"}}), "POST https://sts.eu-north-1.amazonaws.com/");
  EXPECT_EQ(asked("", {}), "POST https://sts.us-east-1.amazonaws.com/");
  EXPECT_EQ(asked("eu-west-1", {{"AWS_ENDPOINT_URL", "http://127.0.0.1:4566"}}), "POST http://127.0.0.1:4566/");
  EXPECT_EQ(asked("eu-west-1",
                  {{"AWS_ENDPOINT_URL", "http://127.0.0.1:4566"}, {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"}}),
            "POST https://sts.eu-west-1.amazonaws.com/");
  EXPECT_TRUE(
      asked("eu-west-1", {{"AWS_ENDPOINT_URL_STS", "http://sts.eu-west-1.amazonaws.com"}}).contains("expected https"));
}

}  // namespace
}  // namespace fw::cloud::aws
