#include "cloud/aws/sign_in.h"

#include <gtest/gtest.h>

#include <set>

#include "cloud/aws/sign_in_testing.h"

namespace fw::cloud::aws {
namespace {

using namespace testing;

Error refused(const ProviderSettings& settings) {
  const auto made = aws_sign_in(settings, environment({}));
  if (made) {
    ADD_FAILURE() << "accepted as " << (*made)->describe();
    return {};
  }
  EXPECT_EQ(made.error().origin, Origin::operator_);
  EXPECT_TRUE(made.error().message.starts_with("provider 'aws': ")) << made.error().message;
  EXPECT_FALSE(made.error().message.contains(kSecret));
  return made.error();
}
Error refused(Extra extra) { return refused(provider(std::move(extra))); }

std::string described(Extra extra) {
  const auto made = aws_sign_in(provider(std::move(extra)), environment({}));
  return made ? (*made)->describe() : made.error().message;
}

TEST(AwsSignIn, keys_and_api_keys_are_ready_at_once) {
  const auto ran =
      run({{"auth.access_key_id", kId}, {"auth.secret_access_key", kSecret}, {"auth.session_token", "SESSIONTOKEN"}},
          {}, {});
  ASSERT_TRUE(ran.result);
  EXPECT_EQ(ran.result->access_key_id, kId);
  EXPECT_EQ(ran.result->secret_access_key, kSecret);
  EXPECT_EQ(ran.result->session_token, "SESSIONTOKEN");
  EXPECT_EQ(ran.result->expires, WallTime{INT64_MAX});
  auto settings = provider({});
  settings.api_key = "bedrock-api-key-x";
  const auto made = aws_sign_in(settings, environment({{"AWS_ACCESS_KEY_ID", kId}}));
  ASSERT_TRUE(made);
  EXPECT_EQ((*made)->describe(), "Bedrock API key");
  EXPECT_EQ(cloud::testing::run(**made, {}).result->bearer, "bedrock-api-key-x");
}

TEST(AwsSignIn, says_what_it_is) {
  EXPECT_EQ(described({{"auth.access_key_id", kId}, {"auth.secret_access_key", kSecret}}), "AWS access key");
  EXPECT_EQ(described({{"auth.aws", "default"}}), "AWS default chain");
  EXPECT_EQ(described({{"auth.aws", "container"}}), "AWS container credentials");
  EXPECT_EQ(described({{"auth.aws", "imds"}, {"auth.sign_with", "short_term_key"}}),
            "AWS instance role (IMDSv2), as a short-term Bedrock key");
  EXPECT_EQ(described({{"auth.aws.assume_role.role_arn", kRole},
                       {"auth.aws.assume_role.from.web_identity.role_arn", "arn:aws:iam::1:role/w"},
                       {"auth.aws.assume_role.from.web_identity.token_file", "/t"}}),
            std::string("AWS role ") + kRole + ", assumed by AWS web identity for arn:aws:iam::1:role/w");
  EXPECT_EQ(described({{"auth.aws.assume_role.role_arn", kRole}, {"auth.aws.assume_role.from.profile", "p"}}),
            std::string("AWS role ") + kRole + ", assumed by AWS profile 'p'");
  EXPECT_EQ(described({{"auth.aws.assume_role.role_arn", kRole}}),
            std::string("AWS role ") + kRole + ", assumed by AWS default chain");
}

TEST(AwsSignIn, makes_short_term_keys_of_any_credentials) {
  const auto ran = run(
      {{"auth.aws", "container"}, {"auth.container_url", "http://127.0.0.1:1/c"}, {"auth.sign_with", "short_term_key"}},
      {}, {says(200, keys_json())});
  ASSERT_TRUE(ran.result) << ran.error();
  EXPECT_TRUE(ran.result->bearer.starts_with("bedrock-api-key-"));
  EXPECT_EQ(ran.result->secret_access_key, "");
  EXPECT_EQ(ran.result->expires, after(6 * 3600));
  // A key that is one already stays as it is.
  const auto bearer =
      run({{"auth.aws", "default"}, {"auth.sign_with", "short_term_key"}}, {{"AWS_BEARER_TOKEN_BEDROCK", "b"}}, {});
  EXPECT_EQ(bearer.result->bearer, "b");
}

TEST(AwsSignIn, refuses_none_two_and_halves) {
  EXPECT_EQ(refused(Extra{}).param, "auth");
  EXPECT_EQ(refused(Extra{{"auth.access_key_id", kId}}).param, "auth.secret_access_key");
  EXPECT_EQ(refused(Extra{{"auth.secret_access_key", kSecret}}).param, "auth.access_key_id");
  EXPECT_EQ(refused(Extra{{"auth.session_token", "t"}}).param, "auth.access_key_id");
  EXPECT_EQ(
      refused(Extra{{"auth.access_key_id", kId}, {"auth.secret_access_key", kSecret}, {"auth.aws", "imds"}}).param,
      "auth");
  auto both = provider({{"auth.aws", "imds"}});
  both.api_key = "k";
  EXPECT_TRUE(refused(both).message.contains("two sign-ins at once"));
  EXPECT_EQ(refused(Extra{{"auth.aws.profile", "p"}, {"auth.aws.web_identity.role_arn", kRole}}).param, "auth.aws");
  EXPECT_EQ(refused(Extra{{"auth.aws", "imds"}, {"auth.aws.profile", "p"}}).param, "auth.aws");
  EXPECT_EQ(refused(Extra{{"auth.aws.web_identity.role_arn", kRole}}).param, "auth.aws.web_identity.token_file");
  EXPECT_EQ(refused(Extra{{"auth.aws.web_identity.token_file", "/t"}}).param, "auth.aws.web_identity.role_arn");
  EXPECT_EQ(refused(Extra{{"auth.aws.assume_role.from", "imds"}}).param, "auth.aws.assume_role.role_arn");
  EXPECT_EQ(refused(Extra{{"auth.aws.assume_role.role_arn", kRole},
                          {"auth.aws.assume_role.from", "imds"},
                          {"auth.aws.assume_role.from.profile", "p"}})
                .param,
            "auth.aws.assume_role.from");
}

TEST(AwsSignIn, refuses_empty_and_unknown_texts) {
  for (const Setting& setting : kAwsSettings) {
    const auto error = refused(Extra{{std::string(setting.name), ""}});
    EXPECT_EQ(error.param, setting.name);
    EXPECT_TRUE(error.message.contains("found an empty text"));
  }
  EXPECT_EQ(refused(Extra{{"auth.aws", "ec2"}}).param, "auth.aws");
  EXPECT_EQ(refused(Extra{{"auth.aws.assume_role.role_arn", kRole}, {"auth.aws.assume_role.from", "x"}}).param,
            "auth.aws.assume_role.from");
  EXPECT_EQ(
      refused(Extra{{"auth.aws.web_identity.role_arn", "fairway"}, {"auth.aws.web_identity.token_file", "/t"}}).param,
      "auth.aws.web_identity.role_arn");
  const auto broken =
      refused(Extra{{"auth.access_key_id", kId}, {"auth.secret_access_key", std::string(kSecret) + "\n"}});
  EXPECT_EQ(broken.param, "auth.secret_access_key");
  EXPECT_TRUE(broken.message.contains("line break"));
  auto key = provider({});
  key.api_key = "a b";
  EXPECT_EQ(refused(key).param, "auth.api_key");
}

TEST(AwsSignIn, checks_urls_and_how_to_sign) {
  EXPECT_EQ(refused(Extra{{"auth.aws", "imds"}, {"auth.imds_url", "169.254.169.254"}}).param, "auth.imds_url");
  EXPECT_EQ(refused(Extra{{"auth.aws", "container"}, {"auth.container_url", "/c"}}).param, "auth.container_url");
  EXPECT_TRUE(refused(Extra{{"auth.aws", "default"}, {"auth.sts_url", "http://sts.us-east-1.amazonaws.com"}})
                  .message.contains("https"));
  EXPECT_EQ(refused(Extra{{"auth.aws", "imds"}, {"auth.sign_with", "sigv2"}}).param, "auth.sign_with");
  auto key = provider({{"auth.sign_with", "short_term_key"}});
  key.api_key = "k";
  EXPECT_EQ(refused(key).param, "auth.sign_with");
  auto nowhere = provider({{"auth.aws", "imds"}, {"auth.sign_with", "short_term_key"}});
  nowhere.region.clear();
  EXPECT_EQ(refused(nowhere).param, "region");
}

TEST(AwsSignIn, settings_have_names_of_their_own) {
  std::set<std::string_view> names;
  for (const Setting& setting : kAwsSettings) {
    EXPECT_TRUE(names.insert(setting.name).second) << setting.name;
    EXPECT_FALSE(setting.doc.empty());
  }
}

}  // namespace
}  // namespace fw::cloud::aws
