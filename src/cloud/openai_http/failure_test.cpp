#include "cloud/openai_http/failure.h"

#include <gtest/gtest.h>

namespace fw::cloud::openai_http {
namespace {

FailureKind kind(int status, std::string_view body) { return kind_of(status, read_error_body(body)); }

TEST(ErrorBody, reads_openais_shape) {
  const ErrorBody error =
      read_error_body(R"({"error":{"message":"a\nb","type":"t","param":"p","code":"c","innererror":{"code":"i"}}})");
  EXPECT_EQ(error.message, "a b");
  EXPECT_EQ(error.type, "t");
  EXPECT_EQ(error.param, "p");
  EXPECT_EQ(error.code, "c");
  EXPECT_EQ(error.inner_code, "i");
}

TEST(ErrorBody, reads_the_odd_shapes) {
  EXPECT_EQ(read_error_body(R"({"error":"boom"})").message, "boom");
  EXPECT_EQ(read_error_body(R"({"error":{"message":{"message":"deep","code":7}}})").message, "deep");
  EXPECT_EQ(read_error_body(R"({"error":{"message":{"why":1}}})").message, R"({"why":1})");
  EXPECT_EQ(read_error_body(R"({"object":"error","message":"flat","code":400})").code, "400");
  EXPECT_EQ(read_error_body(R"({"type":"error","error":{"type":"overloaded_error","message":"m"}})").type,
            "overloaded_error");
  EXPECT_EQ(read_error_body(R"([{"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}}])").type, "RESOURCE_EXHAUSTED");
  EXPECT_EQ(read_error_body(R"({"detail":"no"})").message, "no");
  EXPECT_EQ(read_error_body(R"({"statusCode":429,"message":"m"})").code, "429");
  EXPECT_EQ(read_error_body("<!doctype html><title>Oops</title>").message, "an HTML page: Oops");
  EXPECT_EQ(read_error_body("<p>").message, "an HTML page");
  EXPECT_EQ(read_error_body("no healthy upstream").message, "no healthy upstream");
  EXPECT_EQ(read_error_body("").message, "");
  EXPECT_EQ(read_error_body(" \r\n").message, "");
}

TEST(ErrorBody, reads_what_stands_before_a_cut) {
  const ErrorBody error = read_error_body(R"({"message":"m","code":"c","detail":[{"msg":"field)");
  EXPECT_EQ(error.message, "m");
  EXPECT_EQ(error.code, "c");
}

TEST(ErrorBody, is_bounded_and_has_no_control_bytes) {
  const std::string long_text(100'000, 'x');
  EXPECT_EQ(read_error_body(R"({"error":{"message":")" + long_text + R"("}})").message.size(), 4096u);
  EXPECT_EQ(read_error_body(R"({"error":{"code":")" + long_text + R"("}})").code.size(), 256u);
  EXPECT_EQ(read_error_body(long_text).message.size(), 4096u);
  EXPECT_EQ(read_error_body("a\x1b[31m\x7f" "b").message, "a [31m b");
  // 4095 bytes and a character of three: cut before it.
  const std::string euro = std::string(4095, 'x') + "\u20ac";
  EXPECT_EQ(read_error_body(euro).message.size(), 4095u);
}

TEST(Failure, has_a_kind_for_every_status) {
  EXPECT_EQ(kind(400, "{}"), FailureKind::invalid_request);
  EXPECT_EQ(kind(401, "{}"), FailureKind::unauthorized);
  EXPECT_EQ(kind(402, "{}"), FailureKind::quota_exhausted);
  EXPECT_EQ(kind(403, "{}"), FailureKind::forbidden);
  EXPECT_EQ(kind(404, "{}"), FailureKind::not_found);
  EXPECT_EQ(kind(408, "{}"), FailureKind::timed_out);
  EXPECT_EQ(kind(409, "{}"), FailureKind::invalid_request);
  EXPECT_EQ(kind(413, "{}"), FailureKind::too_large);
  EXPECT_EQ(kind(422, "{}"), FailureKind::invalid_request);
  EXPECT_EQ(kind(424, "{}"), FailureKind::server_error);
  EXPECT_EQ(kind(429, "{}"), FailureKind::rate_limited);
  EXPECT_EQ(kind(500, "{}"), FailureKind::server_error);
  EXPECT_EQ(kind(502, "{}"), FailureKind::server_error);
  EXPECT_EQ(kind(503, "{}"), FailureKind::overloaded);
  EXPECT_EQ(kind(504, "{}"), FailureKind::timed_out);
  EXPECT_EQ(kind(529, "{}"), FailureKind::overloaded);
  EXPECT_EQ(kind(301, ""), FailureKind::malformed);
  EXPECT_EQ(kind(200, "<html>"), FailureKind::malformed);
}

TEST(Failure, goes_elsewhere_for_408_429_5xx_and_529_but_not_for_400s) {
  for (const int status : {408, 424, 429, 500, 502, 503, 504, 529, 401, 403, 402})
    EXPECT_TRUE(verdict_of(kind(status, "{}"), {}).elsewhere) << status;
  for (const int status : {400, 404, 405, 409, 413, 415, 422, 431})
    EXPECT_FALSE(verdict_of(kind(status, "{}"), {}).elsewhere) << status;
}

TEST(Failure, tells_a_spent_account_from_a_busy_one) {
  for (const char* code : {"insufficient_quota", "project_spend_limit_exceeded", "organization_usage_limit_exceeded",
                           "credit_balance_exhausted", "billing_hard_limit_reached"}) {
    const FailureKind spent = kind(429, std::string(R"({"error":{"code":")") + code + R"("}})");
    EXPECT_EQ(spent, FailureKind::quota_exhausted) << code;
    EXPECT_EQ(verdict_of(spent, {}).mark, Mark::account_exhausted);
  }
  EXPECT_EQ(kind(429, R"({"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":null}})"),
            FailureKind::quota_exhausted);
  EXPECT_EQ(kind(429, R"({"error":{"code":"rate_limit_exceeded","message":"Rate limit reached"}})"),
            FailureKind::rate_limited);
}

TEST(Failure, does_not_pass_on_the_words_of_a_refused_credential) {
  const Verdict verdict = verdict_of(FailureKind::unauthorized, {.code = "c", .type = {}, .param = {},
                                                                  .message = "Incorrect key sk-abc", .inner_code = {}});
  EXPECT_EQ(verdict.message, "The provider refused the credential.");
  EXPECT_EQ(verdict.code, "c");
}

TEST(StreamFailure, is_told_by_its_code_and_may_be_charged) {
  const auto told = [](std::string code, std::string type = {}) {
    dialect::ProviderStreamError error;
    error.code = std::move(code);
    error.type = std::move(type);
    return classify_stream(error, kind_of);
  };
  EXPECT_EQ(told("rate_limit_exceeded").kind, FailureKind::rate_limited);
  EXPECT_EQ(told("429").kind, FailureKind::rate_limited);
  EXPECT_EQ(told("500").kind, FailureKind::server_error);
  EXPECT_EQ(told("server_error").kind, FailureKind::server_error);
  EXPECT_EQ(told("", "overloaded_error").kind, FailureKind::overloaded);
  EXPECT_EQ(told("invalid_prompt").kind, FailureKind::invalid_request);
  EXPECT_FALSE(told("invalid_prompt").elsewhere);
  EXPECT_EQ(told("insufficient_quota").mark, Mark::account_exhausted);
  EXPECT_EQ(told("").kind, FailureKind::server_error);
  EXPECT_EQ(told("rate_limit_exceeded").billing, Billing::ambiguous);
  dialect::ProviderStreamError garbage;
  garbage.malformed = true;
  EXPECT_EQ(classify_stream(garbage, kind_of).kind, FailureKind::malformed);
}

}  // namespace
}  // namespace fw::cloud::openai_http
