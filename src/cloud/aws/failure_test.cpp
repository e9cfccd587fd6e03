#include "cloud/aws/failure.h"

#include <gtest/gtest.h>

#include <array>

namespace fw::cloud::aws {
namespace {

Verdict read(int status, std::string_view type, std::string_view body) {
  const std::array<wire::HeaderField, 1> fields{{{"x-amzn-ErrorType", type, wire::HeaderId::x_amzn_errortype}}};
  return classify({status, "application/json", std::span(fields).first(type.empty() ? 0u : 1u), body}, {});
}

FailureKind kind(int status, std::string_view type, std::string_view body = R"({"message":"m"})") {
  return read(status, type, body).kind;
}

TEST(AwsFailure, knows_the_native_types) {
  EXPECT_EQ(kind(403, "AccessDeniedException"), FailureKind::forbidden);
  EXPECT_EQ(kind(400, "ValidationException"), FailureKind::invalid_request);
  EXPECT_EQ(kind(404, "ResourceNotFoundException"), FailureKind::not_found);
  EXPECT_EQ(kind(400, "ServiceQuotaExceededException"), FailureKind::quota_exhausted);
  EXPECT_EQ(kind(400, "ConflictException"), FailureKind::invalid_request);
  EXPECT_EQ(kind(429, "ThrottlingException"), FailureKind::rate_limited);
  EXPECT_EQ(kind(429, "ModelNotReadyException"), FailureKind::overloaded);
  EXPECT_EQ(kind(408, "ModelTimeoutException"), FailureKind::timed_out);
  EXPECT_EQ(kind(424, "ModelErrorException"), FailureKind::server_error);
  EXPECT_EQ(kind(424, "ModelStreamErrorException"), FailureKind::server_error);
  EXPECT_EQ(kind(500, "InternalServerException"), FailureKind::server_error);
  EXPECT_EQ(kind(503, "ServiceUnavailableException"), FailureKind::overloaded);
  EXPECT_EQ(kind(403, "ExpiredTokenException"), FailureKind::unauthorized);
  EXPECT_EQ(kind(403, "UnrecognizedClientException"), FailureKind::unauthorized);
}

TEST(AwsFailure, reads_the_type_wherever_it_stands) {
  EXPECT_EQ(read(429, "ThrottlingException:http://internal.amazon.com/coral/com.amazon.bedrock/", "{}").code,
            "ThrottlingException");
  EXPECT_EQ(kind(400, "", R"({"__type":"com.amazon.coral.service#ThrottlingException","message":"m"})"),
            FailureKind::rate_limited);
  EXPECT_EQ(kind(400, "", R"({"code":"ServiceQuotaExceededException","message":"m"})"), FailureKind::quota_exhausted);
  EXPECT_EQ(read(403, "", R"({"Message":"Missing Authentication Token"})").message, "Missing Authentication Token");
  EXPECT_EQ(kind(503, "", "<html>"), FailureKind::overloaded);
}

TEST(AwsFailure, asks_what_the_model_itself_answered) {
  const auto answered = [](std::string_view status) {
    return kind(424, "ModelErrorException",
                std::string(R"({"message":"m","resourceName":"r","originalStatusCode":)").append(status).append("}"));
  };
  EXPECT_EQ(answered("400"), FailureKind::invalid_request);
  EXPECT_EQ(answered("429"), FailureKind::overloaded);
  EXPECT_EQ(answered("500"), FailureKind::server_error);
  EXPECT_EQ(answered("99999999999"), FailureKind::server_error);
}

TEST(AwsFailure, tells_validations_apart_by_their_words) {
  const auto said = [](std::string_view message) {
    return kind(400, "ValidationException", std::string(R"({"message":")").append(message).append("\"}"));
  };
  EXPECT_EQ(said("Input is too long for requested model."), FailureKind::context_length);
  EXPECT_EQ(said("prompt is too long: 210000 tokens > 200000 maximum"), FailureKind::context_length);
  EXPECT_EQ(said("The provided model identifier is invalid."), FailureKind::not_found);
  EXPECT_EQ(said("Invocation of model ID openai.gpt-6-sol with on-demand throughput isn\\u2019t supported."),
            FailureKind::not_found);
  EXPECT_EQ(said("messages.0.content is empty"), FailureKind::invalid_request);
}

TEST(AwsFailure, knows_the_odd_answers_of_the_openai_paths) {
  EXPECT_EQ(
      kind(
          400, "",
          R"({"error":{"message":"Model 'openai.gpt-6-sol' isn't supported on this route","type":"invalid_request_error"}})"),
      FailureKind::not_found);
  EXPECT_EQ(kind(401, "", R"({"error":{"message":"Model openai.gpt-6-sol is not enabled"}})"), FailureKind::not_found);
  EXPECT_EQ(kind(401, "", R"({"error":{"message":"Invalid API key"}})"), FailureKind::unauthorized);
  EXPECT_EQ(read(400, "", R"({"error":"bare"})").message, "bare");
  EXPECT_EQ(read(400, "", R"({"error":{"message":{"message":"deep"}}})").message, "deep");
  EXPECT_EQ(kind(429, "", R"({"error":{"code":"rate_limit_exceeded","message":"m"}})"), FailureKind::rate_limited);
}

TEST(AwsFailure, says_by_how_much_the_clock_is_off) {
  EXPECT_EQ(clock_ahead_s(
                "Signature expired: 20261122T000000Z is now earlier than 20261122T001000Z (20261122T001500Z - 5 min.)"),
            -900);
  EXPECT_EQ(clock_ahead_s("Signature not yet current: 20261122T010000Z is still later than 20261122T000500Z "
                          "(20261122T000000Z + 5 min.)"),
            3600);
  EXPECT_EQ(clock_ahead_s("Signature expired: yesterday"), std::nullopt);
  EXPECT_EQ(clock_ahead_s("Signature expired: 20261399T000000Z (20261122T001500Z"), std::nullopt);
  const Verdict behind = read(403, "InvalidSignatureException",
                              R"x({"message":"Signature expired: 20261122T000000Z is now earlier than )x"
                              R"x(20261122T001000Z (20261122T001500Z - 5 min.)"})x");
  EXPECT_EQ(behind.kind, FailureKind::unauthorized);
  EXPECT_NE(behind.message.find("clock of the machine this gateway runs on is 900 seconds behind"), std::string::npos);
  EXPECT_NE(read(403, "", R"({"message":"Signature expired"})").message.find("by more than 5 minutes"),
            std::string::npos);
  EXPECT_NE(read(403, "RequestExpired", "{}").message.find("clock"), std::string::npos);
  EXPECT_EQ(read(403, "InvalidSignatureException",
                 R"({"message":"The request signature we calculated does not match. Credential=AKIDEXAMPLE"})")
                .message,
            "The provider refused the credential.");
}

TEST(AwsFailure, keeps_the_account_to_itself) {
  EXPECT_EQ(
      read(
          403, "AccessDeniedException",
          R"({"message":"User: arn:aws:sts::123456789012:assumed-role/prod/i-0ab is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.openai.gpt-6-sol."})")
          .message,
      "User: arn:* is not authorized to perform: bedrock:InvokeModel on resource: arn:*.");
  EXPECT_EQ(masked("account 123456789012, request 1234567890123, port 8080"),
            "account ************, request 1234567890123, port 8080");
  EXPECT_EQ(masked("arn: is short for it; (arn:aws:iam::1:role/x)"), "arn: is short for it; (arn:*)");
  EXPECT_EQ(masked(""), "");
}

TEST(AwsFailure, reads_exceptions_inside_streams) {
  const auto told = [](std::string_view code) {
    dialect::ProviderStreamError error;
    error.code = code;
    error.message = "m";
    return classify_stream(error);
  };
  EXPECT_EQ(told("throttlingException").kind, FailureKind::rate_limited);
  EXPECT_EQ(told("throttlingException").billing, Billing::ambiguous);
  EXPECT_EQ(told("validationException").kind, FailureKind::invalid_request);
  EXPECT_EQ(told("modelStreamErrorException").kind, FailureKind::server_error);
  EXPECT_EQ(told("serviceUnavailableException").kind, FailureKind::overloaded);
  EXPECT_EQ(told("malformed_tool_use").kind, FailureKind::server_error);
  EXPECT_EQ(told("rate_limit_exceeded").kind, FailureKind::rate_limited);
  dialect::ProviderStreamError garbage;
  garbage.malformed = true;
  EXPECT_EQ(classify_stream(garbage).kind, FailureKind::malformed);
}

}  // namespace
}  // namespace fw::cloud::aws
