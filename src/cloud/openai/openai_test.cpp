#include <gtest/gtest.h>

#include "cloud/adapter.h"

namespace fw::cloud {
namespace {

ProviderSettings account() {
  ProviderSettings settings;
  settings.name = "direct";
  settings.api_key = "sk-canary";
  return settings;
}

Result<Site> site(const ProviderSettings& settings) { return find("openai")->site(settings); }

std::string line(const ProviderSettings& settings, const Call& call) {
  const auto made = site(settings);
  EXPECT_TRUE(made) << (made ? "" : made.error().message);
  const std::string head = find("openai")->request_head(*made, call);
  return head.substr(0, head.find("\r\n"));
}

TEST(OpenAi, asks_the_global_host_by_default) {
  const auto made = site(account());
  ASSERT_TRUE(made);
  EXPECT_EQ(made->host_line, "Host: api.openai.com\r\n");
  EXPECT_TRUE(made->url.tls);
  EXPECT_EQ(made->auth_lines, "Authorization: Bearer sk-canary\r\n");
}

TEST(OpenAi, asks_a_residency_host) {
  for (const char* region : {"us", "eu", "ae", "au", "in", "jp"}) {
    ProviderSettings settings = account();
    settings.residency = region;
    EXPECT_EQ(site(settings)->host_line, std::string("Host: ") + region + ".api.openai.com\r\n");
  }
  ProviderSettings settings = account();
  settings.residency = "mars";
  EXPECT_EQ(site(settings).error().param, "residency");
  settings.residency = "eu";
  settings.base_url = "https://us.api.openai.com/v1";
  EXPECT_EQ(site(settings).error().param, "residency");
}

TEST(OpenAi, says_what_is_wrong_with_a_base_url) {
  ProviderSettings settings = account();
  settings.base_url = "https://api.openai.com";
  auto made = site(settings);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().param, "base_url");
  EXPECT_EQ(made.error().origin, Origin::operator_);
  EXPECT_NE(made.error().message.find("provider 'direct'"), std::string::npos);
  EXPECT_NE(made.error().message.find("end in '/v1'"), std::string::npos) << made.error().message;
  EXPECT_NE(made.error().message.find("https://api.openai.com/v1"), std::string::npos);
  for (const char* bad : {"http://api.openai.com/v1", "http://eu.api.openai.com/v1", "https://api.openai.com/v1?x=1",
                          "ftp://x/v1", "https://user:pw@x/v1", "nonsense", "https://api.openai.com/v12"}) {
    settings.base_url = bad;
    EXPECT_FALSE(site(settings)) << bad;
  }
  for (const char* good : {"http://127.0.0.1:9000/v1", "https://proxy.example/openai/v1", "https://api.openai.com/v1/"}) {
    settings.base_url = good;
    EXPECT_TRUE(site(settings)) << good;
  }
}

TEST(OpenAi, refuses_a_key_that_would_break_the_request_and_does_not_repeat_it) {
  for (const char* key : {"", "sk-canary\n", "sk-canary\r\nX: y", " sk-canary", "sk-canary\x01", "sk-canary\xc3\xa9"}) {
    ProviderSettings settings = account();
    settings.api_key = key;
    const auto made = site(settings);
    ASSERT_FALSE(made) << key;
    EXPECT_EQ(made.error().param, "auth.api_key");
    EXPECT_EQ(made.error().message.find("canary"), std::string::npos);
  }
}

TEST(OpenAi, sends_organization_and_project_where_given) {
  ProviderSettings settings = account();
  settings.extra = {{"organization", "org-1"}, {"project", "proj_1"}};
  const auto made = site(settings);
  ASSERT_TRUE(made);
  EXPECT_NE(made->static_lines.find("OpenAI-Organization: org-1\r\nOpenAI-Project: proj_1\r\n"), std::string::npos);
}

TEST(OpenAi, refuses_to_forward_credentials_and_connection_fields) {
  for (const char* name : {"Authorization", "api-key", "Cookie", "Host", "connection", "transfer-encoding", "", "a b", "a:b"}) {
    ProviderSettings settings = account();
    settings.forward_headers = {name};
    EXPECT_FALSE(site(settings)) << name;
  }
  ProviderSettings settings = account();
  settings.forward_headers = {"x-trace", "OpenAI-Safety-Identifier"};
  EXPECT_TRUE(site(settings));
}

TEST(OpenAi, has_a_path_for_each_operation) {
  const ProviderSettings settings = account();
  EXPECT_EQ(line(settings, {.operation = Operation::chat, .model = "m", .response_id = {}, .query = {}}),
            "POST /v1/chat/completions HTTP/1.1");
  EXPECT_EQ(line(settings, {.operation = Operation::embeddings, .model = "m", .response_id = {}, .query = {}}),
            "POST /v1/embeddings HTTP/1.1");
  EXPECT_EQ(line(settings, {.operation = Operation::responses_get, .model = {}, .response_id = "resp_1",
                            .query = "include[]=a&api-version=x&stream=true"}),
            "GET /v1/responses/resp_1?include[]=a&stream=true HTTP/1.1");
  EXPECT_EQ(line(settings, {.operation = Operation::responses_delete, .model = {}, .response_id = "resp_1", .query = {}}),
            "DELETE /v1/responses/resp_1 HTTP/1.1");
  EXPECT_EQ(line(settings, {.operation = Operation::responses_cancel, .model = {}, .response_id = "resp_1", .query = {}}),
            "POST /v1/responses/resp_1/cancel HTTP/1.1");
}

TEST(OpenAi, lets_no_id_or_query_break_out_of_the_request_line) {
  EXPECT_EQ(line(account(), {.operation = Operation::responses_get, .model = {}, .response_id = "../x y\r\nA: b",
                             .query = "a=1\r\nHost: evil&b= 2&c=3"}),
            "GET /v1/responses/..%2Fx%20y%0D%0AA%3A%20b?c=3 HTTP/1.1");
}

TEST(OpenAi, gives_the_same_head_twice) {
  const auto made = site(account());
  const Call call{.operation = Operation::chat, .model = "m", .response_id = {}, .query = {}};
  EXPECT_EQ(find("openai")->request_head(*made, call), find("openai")->request_head(*made, call));
}

TEST(OpenAi, names_its_answers) {
  const std::array<wire::HeaderField, 1> fields{{{"x-request-id", "req_1", wire::HeaderId::x_request_id}}};
  EXPECT_EQ(find("openai")->request_id(fields), "req_1");
  EXPECT_EQ(find("openai")->request_id({}), "");
  EXPECT_EQ(find("openai")->on_cancel(), OnCancel::drain);
  EXPECT_EQ(find("openai")->cache_lifetime(), dialect::CacheLifetime::m30);
}

}  // namespace
}  // namespace fw::cloud
