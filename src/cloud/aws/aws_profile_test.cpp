#include "cloud/aws/aws_profile.h"

#include <gtest/gtest.h>

#include "cloud/aws/sign_in_testing.h"

namespace fw::cloud::aws {
namespace {

using namespace testing;
using Variables = std::map<std::string, std::string, std::less<>>;

TEST(AwsProfiles, are_read_from_both_files) {
  const auto profiles = read_profiles(
      "\xef\xbb\xbf# a comment\r\n[default]\r\nRegion = eu-west-1 # here\r\n[profile \"dev ops\"]\nrole_arn=arn:x ; "
      "there\n"
      "s3 =\n  addressing_style = path\noutput=json\n[sso-session corp]\nsso_region=x\n[profilex]\na=b\n[profile  "
      "spaced ]\nk=v#w\n",
      "[default]\naws_access_key_id = A\nregion=us-east-1\n[other]\naws_secret_access_key=a=b==\n=c\nno "
      "equals\n[cut\nx=y\n");
  EXPECT_EQ(profiles.size(), 4U);
  EXPECT_EQ(profiles.at("default"), (AwsProfile{{"aws_access_key_id", "A"}, {"region", "us-east-1"}}));
  EXPECT_EQ(profiles.at("dev ops"), (AwsProfile{{"role_arn", "arn:x"}, {"output", "json"}}));
  EXPECT_EQ(profiles.at("spaced"), (AwsProfile{{"k", "v#w"}}));
  EXPECT_EQ(profiles.at("other"), (AwsProfile{{"aws_secret_access_key", "a=b=="}}));
}

const std::string kKeys = std::string("aws_access_key_id=") + kId + "\naws_secret_access_key=" + kSecret + "\n";

// Of one profile, with these files.
Ran of(const std::string& name, const std::string& config, const std::string& credentials,
       std::deque<Reply> replies = {}, Variables variables = {{"HOME", "/home/f"}}) {
  replies.push_front(credentials.empty() ? fails("no such file") : says(200, credentials));
  replies.push_front(config.empty() ? fails("no such file") : says(200, config));
  return run({{"auth.aws.profile", name}}, std::move(variables), std::move(replies));
}

TEST(Profile, gives_its_keys) {
  const auto ran = of("p", "", "[p]\n" + kKeys + "aws_session_token=SESSIONTOKEN\n");
  ASSERT_TRUE(ran.result) << ran.error();
  EXPECT_EQ(ran.result->access_key_id, kId);
  EXPECT_EQ(ran.result->secret_access_key, kSecret);
  EXPECT_EQ(ran.result->session_token, "SESSIONTOKEN");
  EXPECT_EQ(ran.result->refresh_at, WallTime{INT64_MAX});
  EXPECT_EQ(ran.files, (std::vector<std::string>{"/home/f/.aws/config", "/home/f/.aws/credentials"}));
}

TEST(Profile, files_are_where_the_environment_says) {
  const auto ran = of(
      "p", "[profile p]\n" + kKeys, "", {},
      {{"HOME", "/home/f"}, {"AWS_CONFIG_FILE", "~/c"}, {"AWS_SHARED_CREDENTIALS_FILE", "/s"}, {"AWS_PROFILE", "x"}});
  EXPECT_TRUE(ran.result) << ran.error();
  EXPECT_EQ(ran.files, (std::vector<std::string>{"/home/f/c", "/s"}));
}

TEST(Profile, a_role_is_assumed_by_another_profile) {
  const auto ran = of("p",
                      "[profile p]\nrole_arn = arn:aws:iam::1:role/second\nsource_profile = q\nexternal_id=e\n"
                      "role_session_name=me\nduration_seconds=900\n[profile "
                      "q]\nrole_arn=arn:aws:iam::1:role/first\nsource_profile=base\n",
                      "[base]\n" + kKeys + "role_arn=arn:aws:iam::1:role/unused\nsource_profile=p\n",
                      {says(200, sts_xml("AssumeRole")), says(200, sts_xml("AssumeRole"))});
  expect_temporary(ran, after(3600));
  ASSERT_EQ(ran.fetches.size(), 2U);
  EXPECT_TRUE(ran.fetches[0].body.contains("role%2Ffirst&RoleSessionName=fairway&DurationSeconds=3600"));
  EXPECT_TRUE(ran.fetches[1].body.contains("role%2Fsecond&RoleSessionName=me&DurationSeconds=900&ExternalId=e"));
  EXPECT_TRUE(ran.fetches[1].lines.contains("Credential=ASIATEMP/"));
}

TEST(Profile, may_be_its_own_source) {
  const auto ran =
      of("p", "", "[p]\n" + kKeys + "role_arn=" + kRole + "\nsource_profile=p\n", {says(200, sts_xml("AssumeRole"))});
  expect_temporary(ran, after(3600));
}

TEST(Profile, credential_sources_are_followed) {
  const auto config = [](const std::string& source) {
    return "[profile p]\nrole_arn=" + std::string(kRole) + "\ncredential_source=" + source + "\n";
  };
  const Variables variables{{"HOME", "/h"},
                            {"AWS_ACCESS_KEY_ID", kId},
                            {"AWS_SECRET_ACCESS_KEY", kSecret},
                            {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2"}};
  const auto from_environment = of("p", config("Environment"), "", {says(200, sts_xml("AssumeRole"))}, variables);
  expect_temporary(from_environment, after(3600));
  EXPECT_TRUE(from_environment.fetches[0].lines.contains("Credential=AKIDEXAMPLE/"));
  expect_temporary(
      of("p", config("EcsContainer"), "", {says(200, keys_json()), says(200, sts_xml("AssumeRole"))}, variables),
      after(3600));
  expect_temporary(
      of("p", config("Ec2InstanceMetadata"), "",
         {says(200, "SESSIONTOKEN"), says(200, "role"), says(200, keys_json()), says(200, sts_xml("AssumeRole"))}),
      after(3600));
  expect_error(of("p", config("Elsewhere"), ""), "credential_source: expected Environment");
  expect_error(of("p", config("Environment"), ""), "found no AWS_ACCESS_KEY_ID");
}

TEST(Profile, web_identity_stands_in_it_too) {
  const auto ran = of("p", "[profile p]\nrole_arn=" + std::string(kRole) + "\nweb_identity_token_file=/t\n", "",
                      {says(200, "IDENTITYTOKEN"), says(200, sts_xml("AssumeRoleWithWebIdentity"))});
  expect_temporary(ran, after(3600));
  EXPECT_EQ(ran.files.back(), "/t");
}

TEST(Profile, what_cannot_work_is_named) {
  expect_error(
      of("p", "", ""),
      "AWS profile 'p': not found in /home/f/.aws/config (no such file), /home/f/.aws/credentials (no such file)");
  expect_error(of("p", "[profile p]\nregion=x\n", ""), "found no credentials in it");
  expect_error(of("p", "[profile p]\nsso_session=corp\n", ""), "found sso_session, which a server cannot follow");
  expect_error(of("p", "[profile p]\ncredential_process=/bin/x\n", ""), "found credential_process");
  expect_error(of("p", "", "[p]\naws_access_key_id=A\n"), "found half a pair");
  expect_error(of("p", "", "[p]\naws_secret_access_key=" + std::string(kSecret) + "\n"), "found half a pair");
  const std::string role = "[profile p]\nrole_arn=arn:x\n";
  expect_error(of("p", role, ""), "found no credentials in it");
  expect_error(of("p", role + "source_profile=q\n", ""), "AWS profile 'q': not found in");
  expect_error(of("p", role + "source_profile=q\ncredential_source=Environment\n", ""), "expected one of them");
  expect_error(of("p", role + "source_profile=q\nmfa_serial=m\n", ""), "mfa_serial, which needs a person");
  expect_error(of("p", role + "source_profile=q\nduration_seconds=60\n", ""), "expected a number from 900 to 43200");
  expect_error(of("p", role + "source_profile=q\n[profile q]\nrole_arn=arn:y\nsource_profile=p\n", ""),
               "go round in a circle: q, p");
  const auto nowhere = run({{"auth.aws.profile", "p"}}, {}, {});
  expect_error(nowhere, "neither HOME nor AWS_CONFIG_FILE is set");
}

}  // namespace
}  // namespace fw::cloud::aws
