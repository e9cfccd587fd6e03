#include <gtest/gtest.h>

#include <array>
#include <memory>

#include "cloud/adapter.h"

namespace fw::cloud {
namespace {

ProviderSettings account(std::string region = "us-east-1", std::string host = {}, std::string base_url = {}) {
  ProviderSettings settings;
  settings.name = "aws";
  settings.region = std::move(region);
  settings.base_url = std::move(base_url);
  settings.api_key = "canary";
  if (!host.empty()) settings.extra["host"] = std::move(host);
  return settings;
}

Site site(const ProviderSettings& settings) {
  auto made = find("bedrock")->site(settings);
  EXPECT_TRUE(made) << (made ? "" : made.error().message);
  return made ? *made : Site{};
}

std::string line(const ProviderSettings& settings, const Call& call) {
  const std::string head = find("bedrock")->request_head(site(settings), call);
  return head.substr(0, head.find("\r\n"));
}

TEST(Bedrock, asks_converse_with_the_model_in_the_path) {
  Call call{.operation = Operation::chat,
            .dialect = Dialect::converse,
            .model = "openai.gpt-oss-120b-1:0",
            .response_id = {},
            .query = "x=1"};
  EXPECT_EQ(line(account(), call), "POST /model/openai.gpt-oss-120b-1%3A0/converse HTTP/1.1");
  call.stream = true;
  call.operation = Operation::responses;
  EXPECT_EQ(line(account(), call), "POST /model/openai.gpt-oss-120b-1%3A0/converse-stream HTTP/1.1");
  call.model = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc";
  EXPECT_EQ(line(account(), call),
            "POST /model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fabc/"
            "converse-stream HTTP/1.1");
}

TEST(Bedrock, asks_openais_paths_by_the_dialect_spoken_to_it) {
  Call call{.operation = Operation::chat,
            .dialect = Dialect::responses,
            .model = "us.openai.gpt-6-sol",
            .response_id = "resp/1",
            .query = "x=1"};
  EXPECT_EQ(line(account(), call), "POST /openai/v1/responses?x=1 HTTP/1.1");
  call.operation = Operation::responses;
  call.dialect = Dialect::chat;
  EXPECT_EQ(line(account(), call), "POST /openai/v1/chat/completions?x=1 HTTP/1.1");
  call.operation = Operation::responses_get;
  EXPECT_EQ(line(account(), call), "GET /openai/v1/responses/resp%2F1?x=1 HTTP/1.1");
  call.model = "openai.gpt-oss-120b";
  EXPECT_EQ(line(account("us-east-1", "mantle"), call), "GET /v1/responses/resp%2F1?x=1 HTTP/1.1");
  call.operation = Operation::responses_cancel;
  call.model = "openai.gpt-6-sol";
  EXPECT_EQ(line(account("us-east-1", "mantle"), call), "POST /openai/v1/responses/resp%2F1/cancel?x=1 HTTP/1.1");
}

TEST(Bedrock, speaks_of_stored_responses_where_there_are_responses) {
  const Adapter& bedrock = *find("bedrock");
  const Site runtime = site(account());
  EXPECT_TRUE(bedrock.speaks(runtime, "us.openai.gpt-6-sol", Operation::responses_get));
  EXPECT_FALSE(bedrock.speaks(runtime, "openai.gpt-oss-120b-1:0", Operation::responses_get));
  EXPECT_TRUE(bedrock.speaks(runtime, "openai.gpt-oss-120b-1:0", Operation::responses));
  EXPECT_TRUE(bedrock.speaks(site(account("us-east-2", "mantle")), "openai.gpt-oss-120b", Operation::responses_cancel));
  EXPECT_FALSE(bedrock.speaks(runtime, "amazon.titan-embed-text-v2:0", Operation::embeddings));
}

TEST(Bedrock, says_what_is_wrong_with_its_settings) {
  const auto param = [](const ProviderSettings& settings) {
    const auto made = find("bedrock")->site(settings);
    if (made) return std::string("accepted");
    EXPECT_EQ(made.error().message.find("canary"), std::string::npos);
    EXPECT_EQ(made.error().origin, Origin::operator_);
    return made.error().param + ": " + made.error().message;
  };
  const auto starts = [&param](const ProviderSettings& settings, std::string_view begin) {
    EXPECT_TRUE(param(settings).starts_with(begin)) << param(settings);
  };
  starts(account(), "accepted");
  starts(account(""), "region: provider 'aws': found no region");
  starts(account("us_east_1"), "region: ");
  starts(account("us-east-1", "Mantle"), "host: ");
  starts(account("cn-north-1", "mantle"), "region: ");
  starts(account("cn-north-1", "mantle", "https://bedrock-mantle.cn-north-1.api.aws"), "accepted");
  starts(account("us-east-1", "", "http://127.0.0.1:9000"), "accepted");
  starts(account("us-east-1", "", "https://vpce-1.bedrock-runtime.us-east-1.vpce.amazonaws.com/"), "accepted");
  starts(account("us-east-1", "", "http://bedrock-runtime.us-east-1.amazonaws.com"),
         "base_url: provider 'aws': found http");
  starts(account("us-east-1", "", "https://bedrock-runtime.us-west-2.amazonaws.com"),
         "base_url: provider 'aws': found bedrock-runtime.us-west-2.amazonaws.com, which is in us-west-2");
  starts(account("us-east-1", "", "https://bedrock-mantle.us-east-1.api.aws"), "base_url: ");
  starts(account("us-east-1", "", "https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1"), "base_url: ");
  ProviderSettings project = account();
  project.extra["project"] = "proj_1";
  starts(project, "project: ");
  project.extra["host"] = "mantle";
  starts(project, "accepted");
  EXPECT_EQ(site(project).static_lines.find("OpenAI-Project: proj_1\r\n"), site(project).static_lines.size() - 24);
  project.extra["project"] = "a\nb";
  starts(project, "project: ");
}

TEST(Bedrock, signs_for_the_service_of_its_host) {
  Credential keys;
  keys.access_key_id = "AKIDEXAMPLE";
  keys.secret_access_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
  const std::array<std::string_view, 2> body{R"({"messages":[{"role":"user",)", R"("content":[{"text":"hi"}]}]})"};
  ToSign request{.method = "POST",
                 .target = "/model/openai.gpt-oss-120b-1%3A0/converse",
                 .content_type = "application/json",
                 .body = body,
                 .now = WallTime{1'795'305'600'000'000'000}};
  const auto lines = [&](const ProviderSettings& settings) {
    std::string out;
    find("bedrock")->authorize(site(settings), keys, request, out);
    return out;
  };
  // The golden signatures of two requests, made with @smithy/signature-v4 5.7.5.
  EXPECT_NE(lines(account()).find("530a703d14e85d730c5987d91f783696318c114055c2b81885e82c06db11ffa0"),
            std::string::npos)
      << lines(account());
  keys.session_token = "SESSIONTOKEN";
  request.target = "/openai/v1/responses";
  EXPECT_NE(
      lines(account("us-east-2", "mantle")).find("e34a2756e8ecf814cf619e693f63b4746a72c1bc5a10d9a118dae3a0f335ed6b"),
      std::string::npos);
  keys.bearer = "bedrock-api-key-x";
  EXPECT_EQ(lines(account()), "Authorization: Bearer bedrock-api-key-x\r\n");
}

TEST(Bedrock, names_its_answers) {
  const std::array<wire::HeaderField, 2> fields{{{"x-request-id", "x", wire::HeaderId::x_request_id},
                                                 {"x-amzn-requestid", "a", wire::HeaderId::x_amzn_requestid}}};
  EXPECT_EQ(find("bedrock")->request_id(fields), "a");
  EXPECT_EQ(find("bedrock")->request_id(std::span(fields).first(1)), "x");
}

TEST(Bedrock, reads_and_writes_converse_itself) {
  const auto decoder = find("bedrock")->decoder({}, Dialect::converse, {});
  EXPECT_EQ(decoder->stream_type(), "application/vnd.amazon.eventstream");
  std::string body;
  dialect::inner::Request request;
  EXPECT_TRUE(find("bedrock")->write_request({}, Dialect::converse, request, {.model_json = "\"m\""}, body));
  EXPECT_EQ(body, R"({"messages":[]})");
}

}  // namespace
}  // namespace fw::cloud
