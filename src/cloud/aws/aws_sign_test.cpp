#include "cloud/aws/aws_sign.h"

#include <gtest/gtest.h>

#include <array>

#include "cloud/aws/sign_in_testing.h"
#include "wire/hash.h"

namespace fw::cloud::aws {
namespace {

using namespace testing;

Credential keys(std::string session_token = {}) {
  Credential out;
  out.access_key_id = kId;
  out.secret_access_key = kSecret;
  out.session_token = std::move(session_token);
  return out;
}

// The signatures of wire/sigv4_test.cpp, here as lines.
TEST(SignAws, writes_the_lines_of_a_signed_request) {
  const std::array<std::string_view, 2> body{R"({"messages":[{"role":"user",)", R"("content":[{"text":"hi"}]}]})"};
  const ToSign request{"POST", "/model/openai.gpt-oss-120b-1%3A0/converse", "application/json", body, kNow};
  std::string lines = "A: b\r\n";
  sign_aws(keys(), "us-east-1", "bedrock", "bedrock-runtime.us-east-1.amazonaws.com", request, lines);
  EXPECT_EQ(lines,
            "A: b\r\nAuthorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/us-east-1/bedrock/aws4_request, "
            "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, "
            "Signature=530a703d14e85d730c5987d91f783696318c114055c2b81885e82c06db11ffa0\r\n"
            "X-Amz-Date: 20261122T000000Z\r\n"
            "X-Amz-Content-Sha256: c3335e07d6e89650bf94cb98664be69f8774dbc3198df221f113db0a59ea14f0\r\n");
}

TEST(SignAws, sends_and_signs_a_session_token) {
  const std::string_view body = R"({"messages":[{"role":"user","content":[{"text":"hi"}]}]})";
  const ToSign request{"POST", "/openai/v1/responses", "application/json", {&body, 1}, kNow};
  std::string lines;
  sign_aws(keys("SESSIONTOKEN"), "us-east-2", "bedrock-mantle", "bedrock-mantle.us-east-2.api.aws", request, lines);
  EXPECT_TRUE(lines.contains("Signature=e34a2756e8ecf814cf619e693f63b4746a72c1bc5a10d9a118dae3a0f335ed6b\r\n"));
  EXPECT_TRUE(lines.ends_with("X-Amz-Security-Token: SESSIONTOKEN\r\n"));
}

TEST(SignAws, a_request_without_a_body_has_no_content_type_to_sign) {
  const ToSign request{"GET", "/openai/v1/responses/r?include=a", "", {}, kNow};
  std::string lines;
  sign_aws(keys(), "r", "bedrock", "h", request, lines);
  EXPECT_TRUE(lines.contains("SignedHeaders=host;x-amz-content-sha256;x-amz-date,")) << lines;
}

TEST(SignAws, a_bearer_token_needs_no_signature) {
  Credential credential;
  credential.bearer = "bedrock-api-key-x";
  const ToSign request{"GET", "/", "", {}, kNow};
  std::string lines;
  sign_aws(credential, "r", "bedrock", "h", request, lines);
  EXPECT_EQ(lines, "Authorization: Bearer bedrock-api-key-x\r\n");
}

// Made with @aws/bedrock-token-generator 1.1.0 at this time for eu-west-1.
TEST(ShortTermKey, is_the_one_of_awss_generator) {
  const auto plain = short_term_key(keys(), "eu-west-1", kNow);
  EXPECT_EQ(
      plain.bearer,
      "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29tLz9BY3Rpb249Q2FsbFdpdGhCZWFyZXJUb2tlbiZYLUFtei1BbGdvcml0aG09QVd"
      "TNC1ITUFDLVNIQTI1NiZYLUFtei1DcmVkZW50aWFsPUFLSURFWEFNUExFJTJGMjAyNjExMjIlMkZldS13ZXN0LTElMkZiZWRyb2NrJTJGYX"
      "dzNF9yZXF1ZXN0JlgtQW16LURhdGU9MjAyNjExMjJUMDAwMDAwWiZYLUFtei1FeHBpcmVzPTQzMjAwJlgtQW16LVNpZ25hdHVyZT0zNjYwN"
      "jc1MjI3ZjU2M2UxMWFiYTZlY2E5YzE4N2MwYjljMzUwMDQ1Y2JhYWQ0MDFmNDkxZDIyZjA4ZDcwMWI0JlgtQW16LVNpZ25lZEhlYWRlcnM9"
      "aG9zdCZWZXJzaW9uPTE=");
  const auto temporary = short_term_key(keys("SESSION/TOKEN+=="), "eu-west-1", kNow);
  const auto url = wire::base64_decode(std::string_view(temporary.bearer).substr(16));
  ASSERT_TRUE(url);
  EXPECT_EQ(
      *url,
      "bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
      "AKIDEXAMPLE%2F20261122%2Feu-west-1%2Fbedrock%2Faws4_request&X-Amz-Date=20261122T000000Z&X-Amz-Expires=43200"
      "&X-Amz-Security-Token=SESSION%2FTOKEN%2B%3D%3D&X-Amz-Signature="
      "a3cd45e42fbfcf8549c94481f221646f42359b68e9d0110eea24de0087aac204&X-Amz-SignedHeaders=host&Version=1");
}

TEST(ShortTermKey, lives_no_longer_than_its_keys) {
  EXPECT_EQ(short_term_key(keys(), "r", kNow).expires, after(43'200));
  EXPECT_EQ(short_term_key(keys(), "r", kNow).refresh_at, after(43'200 - 300));
  Credential temporary = keys("t");
  temporary.expires = after(3600);
  temporary.refresh_at = after(3000);
  const auto made = short_term_key(temporary, "r", kNow);
  EXPECT_EQ(made.expires, after(3600));
  EXPECT_EQ(made.refresh_at, after(3000));
}

}  // namespace
}  // namespace fw::cloud::aws
