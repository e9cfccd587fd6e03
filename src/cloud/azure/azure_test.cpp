#include <gtest/gtest.h>

#include "cloud/adapter.h"

namespace fw::cloud {
namespace {

ProviderSettings account(std::string base_url, std::string api_version = {}) {
  ProviderSettings settings;
  settings.name = "sweden";
  settings.api_key = "canary";
  settings.base_url = std::move(base_url);
  settings.api_version = std::move(api_version);
  return settings;
}

constexpr const char* kV1 = "https://res.openai.azure.com/openai/v1";
constexpr const char* kClassic = "https://res.openai.azure.com/openai";

std::string line(const ProviderSettings& settings, const Call& call) {
  const auto made = find("azure")->site(settings);
  EXPECT_TRUE(made) << (made ? "" : made.error().message);
  if (!made) return {};
  const std::string head = find("azure")->request_head(*made, call);
  return head.substr(0, head.find("\r\n"));
}

Call ask(Operation operation, std::string_view query = {}) {
  return {.operation = operation, .dialect = dialect_of(operation), .model = "sol prod", .response_id = "resp_1", .query = query};
}

TEST(Azure, speaks_the_v1_path_without_a_version) {
  EXPECT_EQ(line(account(kV1), ask(Operation::chat)), "POST /openai/v1/chat/completions HTTP/1.1");
  EXPECT_EQ(line(account(kV1), ask(Operation::chat, "api-version=v1")), "POST /openai/v1/chat/completions HTTP/1.1");
  EXPECT_EQ(line(account(kV1, "preview"), ask(Operation::responses)),
            "POST /openai/v1/responses?api-version=preview HTTP/1.1");
  EXPECT_EQ(line(account("https://res.services.ai.azure.com/openai/v1/"), ask(Operation::embeddings)),
            "POST /openai/v1/embeddings HTTP/1.1");
}

TEST(Azure, speaks_the_classic_path_with_the_deployment_in_it) {
  const ProviderSettings classic = account(kClassic, "2024-10-21");
  EXPECT_EQ(line(classic, ask(Operation::chat)),
            "POST /openai/deployments/sol%20prod/chat/completions?api-version=2024-10-21 HTTP/1.1");
  EXPECT_EQ(line(classic, ask(Operation::embeddings, "API-Version=1999-01-01&x=1")),
            "POST /openai/deployments/sol%20prod/embeddings?api-version=2024-10-21&x=1 HTTP/1.1");
  EXPECT_EQ(line(classic, ask(Operation::responses)), "POST /openai/responses?api-version=2024-10-21 HTTP/1.1");
  EXPECT_EQ(line(classic, ask(Operation::responses_cancel)),
            "POST /openai/responses/resp_1/cancel?api-version=2024-10-21 HTTP/1.1");
  const auto made = find("azure")->site(classic);
  EXPECT_TRUE(find("azure")->model_in_path(*made, Operation::chat));
  EXPECT_FALSE(find("azure")->model_in_path(*made, Operation::responses));
  EXPECT_FALSE(find("azure")->model_in_path(*find("azure")->site(account(kV1)), Operation::chat));
}

TEST(Azure, sends_its_key_in_a_field_of_its_own) {
  const auto made = find("azure")->site(account(kV1));
  ASSERT_TRUE(made);
  EXPECT_EQ(made->auth_lines, "api-key: canary\r\n");
  EXPECT_EQ(made->host_line, "Host: res.openai.azure.com\r\n");
}

TEST(Azure, says_what_is_wrong_with_its_settings) {
  const auto param = [](const ProviderSettings& settings) {
    const auto made = find("azure")->site(settings);
    if (made) return std::string("accepted");
    EXPECT_EQ(made.error().message.find("canary"), std::string::npos);
    return made.error().param;
  };
  EXPECT_EQ(param(account("")), "base_url");
  EXPECT_EQ(param(account("https://res.openai.azure.com")), "base_url");
  EXPECT_EQ(param(account("https://res.openai.azure.com/v1")), "base_url");
  EXPECT_EQ(param(account("http://res.openai.azure.com/openai/v1")), "base_url");
  EXPECT_EQ(param(account("http://127.0.0.1:9000/openai/v1")), "accepted");
  EXPECT_EQ(param(account(kClassic)), "api_version");
  EXPECT_EQ(param(account(kClassic, "2024-10-21&x=1")), "api_version");
  ProviderSettings keyless = account(kV1);
  keyless.api_key.clear();
  EXPECT_EQ(param(keyless), "auth.api_key");
}

TEST(Azure, names_its_answers) {
  const std::array<wire::HeaderField, 2> fields{{{"x-request-id", "x", wire::HeaderId::x_request_id},
                                                 {"apim-request-id", "a", wire::HeaderId::apim_request_id}}};
  EXPECT_EQ(find("azure")->request_id(fields), "a");
  EXPECT_EQ(find("azure")->request_id(std::span(fields).first(1)), "x");
}

}  // namespace
}  // namespace fw::cloud
