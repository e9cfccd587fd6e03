#include "cloud/token.h"

#include <gtest/gtest.h>

#include "cloud/sign_in_testing.h"

namespace fw::cloud {
namespace {

using testing::after;
using testing::kNow;
using testing::says;

const TokenSource kSource{"the source", {"s3cret-value"}};

std::string error_of(const Reply& reply) {
  const auto made = read_token(kSource, reply);
  return made ? "none" : made.error().message;
}

TEST(Token, lives_as_long_as_the_answer_says_in_any_of_its_spellings) {
  for (const char* life :
       {R"("expires_in":3600)", R"("expires_in":"3600")", R"("expires_on":"1795309200")",
        R"("expires_on":1795309200,"expires_in":"86400")", R"("expires_on":"2026-11-22T01:00:00Z")"}) {
    const auto made =
        read_token(kSource, says(200, std::string(R"({"access_token":"t.o-k","token_type":"bearer",)") + life + "}"));
    ASSERT_TRUE(made) << life << made.error().message;
    EXPECT_EQ(made->bearer, "t.o-k");
    EXPECT_EQ(made->expires, after(3600)) << life;
    EXPECT_EQ(made->refresh_at, after(3300));
  }
}

TEST(Token, is_renewed_when_the_answer_asks_for_it_but_never_after_its_time) {
  const auto refresh = [](const char* in) {
    return read_token(kSource,
                      says(200, std::string(R"({"access_token":"t","expires_in":86400,"refresh_in":)") + in + "}"))
        ->refresh_at;
  };
  EXPECT_EQ(refresh("43200"), after(43200));
  EXPECT_EQ(refresh("\"43200\""), after(43200));
  EXPECT_EQ(refresh("90000"), after(86400 - 300));
  EXPECT_EQ(refresh("-5"), after(86400 - 300));
}

TEST(Token, that_is_none_is_refused_with_what_was_found) {
  EXPECT_EQ(error_of(says(200, "<html>Sign in</html>")),
            "the source answered 200: found HTML or XML, expected a JSON object with access_token");
  EXPECT_EQ(error_of(says(200, "")),
            "the source answered 200: found an empty body, expected a JSON object with access_token");
  EXPECT_EQ(error_of(says(200, "{\"access_token\":")),
            "the source answered 200: found no JSON, expected a JSON object with access_token");
  EXPECT_EQ(error_of(says(200, "[1]")),
            "the source answered 200: found JSON, expected a JSON object with access_token");
  EXPECT_EQ(error_of(says(200, R"({"a":1})")),
            "the source answered 200: found JSON without access_token, expected a token");
  EXPECT_EQ(error_of(says(200, R"({"access_token":7,"expires_in":1})")),
            "the source answered 200: found JSON without access_token, expected a token");
  EXPECT_NE(error_of(says(200, R"({"access_token":"a\r\nX: y","expires_in":60})")).find("other characters"),
            std::string::npos);
  EXPECT_NE(error_of(says(200, R"({"access_token":"a","token_type":"pop","expires_in":60})")).find("bearer"),
            std::string::npos);
  EXPECT_NE(error_of(says(200, R"({"access_token":"a"})")).find("without expires_in"), std::string::npos);
  EXPECT_EQ(error_of(says(200, R"({"error":"slow_down"})")), "the source answered 200: slow_down");
}

TEST(Token, that_has_expired_is_refused_and_the_clock_is_named) {
  const std::string expected =
      "the source answered 200: found a token that expired at 2026-11-21T23:59:00Z, expected one that "
      "lives beyond 2026-11-22T00:00:00Z; is this machine's clock right?";
  EXPECT_EQ(error_of(says(200, R"({"access_token":"a","expires_on":"1795305540"})")), expected);
  EXPECT_EQ(error_of(says(200, R"({"access_token":"a","expires_in":-60})")), expected);
  EXPECT_NE(error_of(says(200, R"({"access_token":"a","expires_in":0})")), "none");
  EXPECT_NE(error_of(says(200, R"({"access_token":"a","expires_in":-9223372036854775807})")), "none");
  const auto endless = read_token(kSource, says(200, R"({"access_token":"a","expires_in":9223372036854775807})"));
  EXPECT_EQ(endless->expires, after(366 * 86'400));
}

TEST(Token, refusals_come_in_the_sources_own_words_without_its_secrets) {
  EXPECT_EQ(
      error_of(says(401, R"({"error":"invalid_client","error_description":"the secret s3cret-value\r\n is wrong"})")),
      "the source answered 401: invalid_client: the secret *** is wrong");
  EXPECT_EQ(error_of(says(403, R"({"error":{"code":403,"message":"no","status":"PERMISSION_DENIED"}})")),
            "the source answered 403: PERMISSION_DENIED: no");
  EXPECT_EQ(error_of(says(400, R"({"statusCode":400,"message":"unsupported"})")),
            "the source answered 400: unsupported");
  EXPECT_EQ(error_of(says(404, "404 page not found\n")), "the source answered 404: 404 page not found");
  EXPECT_EQ(error_of(says(502, "<html>bad gateway</html>")), "the source answered 502: HTML or XML");
  EXPECT_EQ(error_of(says(500, "{}")), "the source answered 500: a body without words");
  EXPECT_EQ(error_of(testing::fails("connection refused")), "the source gave no answer: connection refused");
  EXPECT_LT(error_of(says(400, R"({"error":")" + std::string(100'000, 'x') + "\"}")).size(), 700U);
  // A secret across the cut is not left in half.
  const auto cut = error_of(says(400, R"({"error":")" + std::string(594, 'x') + "s3cret-value\"}"));
  EXPECT_EQ(cut.find("s3c"), std::string::npos);
}

TEST(Token, refusals_say_how_long_to_wait_and_what_it_means) {
  Reply busy = says(429, R"({"error":"busy"})");
  busy.fields = {{"retry-after", "7"}};
  EXPECT_EQ(read_token(kSource, busy).error().retry_after_ms, 7000U);
  const std::array<TokenHint, 1> hints{{{"busy", "wait"}}};
  EXPECT_EQ(token_refused(kSource, busy, hints).message, "the source answered 429: busy (wait)");
  EXPECT_EQ(token_refused(kSource, busy, hints).origin, Origin::provider);
}

}  // namespace
}  // namespace fw::cloud
