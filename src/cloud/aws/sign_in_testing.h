// Answers of AWS's sources, and what must never show in an error.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cloud/aws/sign_in.h"
#include "cloud/sign_in_testing.h"

namespace fw::cloud::aws::testing {

using cloud::testing::address;
using cloud::testing::after;
using cloud::testing::environment;
using cloud::testing::fails;
using cloud::testing::kNow;
using cloud::testing::Ran;
using cloud::testing::says;

inline constexpr const char* kId = "AKIDEXAMPLE";
inline constexpr const char* kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
inline constexpr const char* kRole = "arn:aws:iam::123456789012:role/fairway";

using Extra = std::map<std::string, std::string>;

inline ProviderSettings provider(Extra extra) {
  ProviderSettings settings;
  settings.name = "aws";
  settings.region = "us-east-2";
  settings.extra = std::move(extra);
  return settings;
}

// Runs the sign-in of these settings against a script of replies. No error may hold a secret of this file.
inline Ran run(Extra extra, std::map<std::string, std::string, std::less<>> variables, std::deque<Reply> replies) {
  const auto made = aws_sign_in(provider(std::move(extra)), environment(std::move(variables)));
  if (!made) {
    ADD_FAILURE() << made.error().message;
    return {{}, {}, std::unexpected(Error{})};
  }
  Ran ran = cloud::testing::run(**made, std::move(replies));
  for (const char* secret : {kSecret, "TEMPSECRET", "TEMPTOKEN", "CALLERTOKEN", "IDENTITYTOKEN", "SESSIONTOKEN"})
    EXPECT_FALSE(ran.error().contains(secret)) << ran.error();
  return ran;
}

// The caller's part of an answer of AWS STS.
inline std::string sts_xml(const std::string& action, const std::string& expiration = "2026-11-22T01:00:00Z") {
  return "<" + action + "Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <" + action +
         "Result>\n    <AssumedRoleUser><Arn>arn:aws:sts::1:assumed-role/fairway/fairway</Arn></AssumedRoleUser>\n"
         "    <Credentials><AccessKeyId>ASIATEMP</AccessKeyId><SecretAccessKey>TEMPSECRET</SecretAccessKey>"
         "<SessionToken>TEMPTOKEN==</SessionToken><Expiration>" +
         expiration + "</Expiration></Credentials>\n  </" + action +
         "Result>\n  <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>\n</" + action + "Response>\n";
}

inline std::string sts_error(const std::string& code, const std::string& message) {
  return "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>" + code +
         "</Code><Message>" + message + "</Message></Error><RequestId>r</RequestId></ErrorResponse>";
}

inline std::string keys_json(const std::string& expiration = "2026-11-22T06:00:00Z") {
  return R"({"Code":"Success","Type":"AWS-HMAC","AccessKeyId":"ASIATEMP","SecretAccessKey":"TEMPSECRET","Token":"TEMPTOKEN==","Expiration":")" +
         expiration + "\"}";
}

inline void expect_temporary(const Ran& ran, WallTime expires) {
  ASSERT_TRUE(ran.result) << ran.error();
  EXPECT_EQ(ran.result->access_key_id, "ASIATEMP");
  EXPECT_EQ(ran.result->secret_access_key, "TEMPSECRET");
  EXPECT_EQ(ran.result->session_token, "TEMPTOKEN==");
  EXPECT_EQ(ran.result->expires, expires);
  EXPECT_EQ(ran.result->bearer, "");
}

inline void expect_error(const Ran& ran, std::string_view words) {
  EXPECT_TRUE(ran.error().contains(words)) << ran.error();
}

}  // namespace fw::cloud::aws::testing
