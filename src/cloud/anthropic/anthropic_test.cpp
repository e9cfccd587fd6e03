#include "cloud/anthropic/anthropic.h"

#include <gtest/gtest.h>

#include <array>

#include "cloud/anthropic/hosts.h"
#include "cloud/anthropic/models.h"

namespace fw::cloud::anthropic {
namespace {

ProviderSettings settings_of(std::string_view host) {
  ProviderSettings settings;
  settings.name = "a";
  if (host != "direct") settings.extra["host"] = host;
  if (host == "direct" || host == "foundry") settings.api_key = "sk-ant-1";
  if (host == "foundry") settings.base_url = "https://res.services.ai.azure.com/anthropic/";
  if (host == "bedrock") settings.region = "us-east-1";
  if (host == "vertex") settings.extra["project"] = "p-1";
  return settings;
}

Site site_of(std::string_view host) {
  auto site = adapter().site(settings_of(host));
  EXPECT_TRUE(site) << host << ": " << site.error().message;
  return site ? *site : Site{};
}

std::string head(std::string_view host, std::string_view model, bool stream) {
  return adapter().request_head(site_of(host), Call{Operation::chat, Dialect::messages, stream, model, "", "beta=1"});
}

std::string refusal(const ProviderSettings& settings) {
  const auto site = adapter().site(settings);
  return site ? "none" : site.error().message;
}

bool has_line(const std::string& text, std::string_view line) {
  return text.find("\r\n" + std::string(line) + "\r\n") != text.npos;
}

TEST(Anthropic, asks_its_own_host_with_a_key_and_a_version) {
  const std::string asked = head("direct", "claude-opus-5", true);
  EXPECT_TRUE(asked.starts_with("POST /v1/messages HTTP/1.1\r\n")) << asked;
  EXPECT_TRUE(has_line(asked, "x-api-key: sk-ant-1")) << asked;
  EXPECT_TRUE(has_line(asked, "anthropic-version: 2023-06-01")) << asked;
  EXPECT_EQ(site_of("direct").url.authority(), "api.anthropic.com");
  EXPECT_EQ(head("direct", "claude-opus-5", false), asked);
}

TEST(Anthropic, asks_foundry_below_its_path) {
  const std::string asked = head("foundry", "claude-opus-5", false);
  EXPECT_TRUE(asked.starts_with("POST /anthropic/v1/messages HTTP/1.1\r\n")) << asked;
  EXPECT_TRUE(has_line(asked, "x-api-key: sk-ant-1"));
  EXPECT_TRUE(has_line(asked, "anthropic-version: 2023-06-01"));
}

TEST(Anthropic, names_the_model_in_bedrocks_path) {
  EXPECT_TRUE(head("bedrock", "us.anthropic.claude-opus-4-5-20251101-v1:0", false)
                  .starts_with("POST /model/us.anthropic.claude-opus-4-5-20251101-v1%3A0/invoke HTTP/1.1\r\n"));
  const std::string asked = head("bedrock", "arn:aws:bedrock:x:1:y/z", true);
  EXPECT_TRUE(asked.starts_with(
      "POST /model/arn%3Aaws%3Abedrock%3Ax%3A1%3Ay%2Fz/invoke-with-response-stream HTTP/1.1\r\n"))
      << asked;
  EXPECT_EQ(asked.find("anthropic-version"), asked.npos);
  EXPECT_EQ(site_of("bedrock").url.authority(), "bedrock-runtime.us-east-1.amazonaws.com");
}

TEST(Anthropic, names_the_model_in_googles_path) {
  EXPECT_TRUE(head("vertex", "claude-opus-4-1@20250805", false)
                  .starts_with("POST /v1/projects/p-1/locations/global/publishers/anthropic/models/"
                               "claude-opus-4-1%4020250805:rawPredict HTTP/1.1\r\n"));
  const std::string asked = head("vertex", "claude-opus-5", true);
  EXPECT_NE(asked.find("/claude-opus-5:streamRawPredict HTTP/1.1\r\n"), asked.npos) << asked;
  EXPECT_EQ(asked.find("anthropic-version"), asked.npos);
  EXPECT_EQ(site_of("vertex").url.authority(), "aiplatform.googleapis.com");
}

TEST(Anthropic, speaks_messages_only_and_stores_nothing) {
  const Site site = site_of("direct");
  ASSERT_EQ(adapter().dialects(site, "claude-opus-5").size(), 1u);
  EXPECT_EQ(adapter().dialects(site, "claude-opus-5").front(), Dialect::messages);
  EXPECT_TRUE(adapter().speaks(Operation::chat) && adapter().speaks(Operation::responses));
  EXPECT_FALSE(adapter().speaks(Operation::embeddings) || adapter().speaks(Operation::responses_get));
  EXPECT_FALSE(adapter().model_in_path(site, Operation::chat));
  EXPECT_TRUE(adapter().model_in_path(site_of("bedrock"), Operation::chat));
}

TEST(Anthropic, frames_streams_as_the_host_does) {
  EXPECT_EQ(adapter().decoder(site_of("bedrock"), Dialect::messages, {})->stream_type(),
            "application/vnd.amazon.eventstream");
  for (const char* host : {"direct", "foundry", "vertex"})
    EXPECT_EQ(adapter().decoder(site_of(host), Dialect::messages, {})->stream_type(), "text/event-stream");
}

TEST(Anthropic, signs_for_bedrock_and_bears_tokens_elsewhere) {
  Credential keys;
  keys.access_key_id = "AKIDEXAMPLE";
  keys.secret_access_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
  const std::array<std::string_view, 1> body{"{}"};
  const ToSign request{"POST", "/model/anthropic.claude-3-haiku-20240307-v1%3A0/invoke", "application/json", body,
                       WallTime{1'795'305'600 * std::int64_t{1'000'000'000}}};
  std::string lines;
  adapter().authorize(site_of("bedrock"), keys, request, lines);
  // Computed by Python's hmac and hashlib, the path encoded twice.
  EXPECT_NE(lines.find("Credential=AKIDEXAMPLE/20261122/us-east-1/bedrock/aws4_request, "
                       "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, "
                       "Signature=7be10c0b16e23a32bf039fcc13bb59b12400f14d033a1f174ff0e55e9365de91"),
            lines.npos)
      << lines;
  Credential token;
  token.bearer = "ya29.t";
  lines.clear();
  adapter().authorize(site_of("vertex"), token, request, lines);
  EXPECT_EQ(lines, "authorization: Bearer ya29.t\r\n");
}

std::string signs_in(const ProviderSettings& settings) {
  const auto made = adapter().sign_in(settings, {});
  if (!made) return made.error().message;
  return *made ? (*made)->describe() : "by header";
}

TEST(Anthropic, signs_in_as_the_host_wants) {
  EXPECT_EQ(signs_in(settings_of("direct")), "by header");
  EXPECT_EQ(signs_in(settings_of("foundry")), "by header");
  auto bedrock = settings_of("bedrock");
  bedrock.extra["auth.aws"] = "imds";
  EXPECT_NE(signs_in(bedrock).find("IMDS"), std::string::npos) << signs_in(bedrock);
  bedrock.extra.erase("auth.aws");
  bedrock.api_key = "bedrock-api-key-1";
  EXPECT_EQ(signs_in(bedrock).find("found"), std::string::npos) << signs_in(bedrock);
  auto vertex = settings_of("vertex");
  vertex.extra["auth.google"] = "metadata";
  EXPECT_NE(signs_in(vertex).find("Google"), std::string::npos) << signs_in(vertex);
}

TEST(Anthropic, refuses_another_hosts_sign_in) {
  auto direct = settings_of("direct");
  direct.extra["auth.aws"] = "default";
  EXPECT_NE(signs_in(direct).find("expected auth.api_key"), std::string::npos) << signs_in(direct);
  auto vertex = settings_of("vertex");
  vertex.api_key = "k";
  EXPECT_NE(signs_in(vertex).find("host vertex"), std::string::npos) << signs_in(vertex);
}

TEST(Anthropic, says_what_is_wrong_with_a_provider_entry) {
  auto settings = settings_of("direct");
  settings.extra["host"] = "azure";
  EXPECT_NE(refusal(settings).find("expected direct, foundry, bedrock or vertex"), std::string::npos);
  settings = settings_of("direct");
  settings.region = "us-east-1";
  EXPECT_NE(refusal(settings).find("it is host bedrock's"), std::string::npos) << refusal(settings);
  settings = settings_of("direct");
  settings.api_key.clear();
  EXPECT_NE(refusal(settings), "none");
  settings = settings_of("direct");
  settings.base_url = "https://api.anthropic.com/v1";
  EXPECT_NE(refusal(settings).find("/v1/messages is added"), std::string::npos) << refusal(settings);
  settings.base_url = "http://api.anthropic.com";
  EXPECT_NE(refusal(settings).find("https"), std::string::npos) << refusal(settings);
  settings.base_url = "http://127.0.0.1:9/x";
  EXPECT_EQ(refusal(settings), "none");
  settings = settings_of("foundry");
  settings.base_url = "https://res.services.ai.azure.com/openai/v1";
  EXPECT_NE(refusal(settings).find("/anthropic"), std::string::npos) << refusal(settings);
  settings.base_url.clear();
  EXPECT_NE(refusal(settings).find("found none"), std::string::npos) << refusal(settings);
  settings = settings_of("bedrock");
  settings.base_url = "https://bedrock-mantle.us-east-1.api.aws";
  EXPECT_NE(refusal(settings).find("bedrock-runtime"), std::string::npos) << refusal(settings);
  settings = settings_of("vertex");
  settings.extra["project"] = "";
  EXPECT_NE(refusal(settings).find("project"), std::string::npos) << refusal(settings);
}

TEST(Anthropic, finds_the_clouds_own_id_of_an_answer) {
  const std::array<wire::HeaderField, 2> fields{{{"content-type", "x", wire::HeaderId::content_type},
                                                 {"Request-Id", "req_1", wire::HeaderId::other}}};
  EXPECT_EQ(adapter().request_id(fields), "req_1");
  EXPECT_EQ(adapter().request_id({}), "");
}

TEST(AnthropicModels, are_told_by_their_ids) {
  EXPECT_EQ(model_of("us.anthropic.claude-opus-4-5-20251101-v1:0").thinking, Thinking::budget);
  EXPECT_EQ(model_of("us.anthropic.claude-opus-4-5-20251101-v1:0").efforts, Efforts::high);
  EXPECT_EQ(model_of("claude-opus-4-1@20250805").output_tokens_max, 32'000);
  EXPECT_EQ(model_of("claude-sonnet-4-6").efforts, Efforts::max);
  EXPECT_FALSE(model_of("claude-sonnet-5-5").may_stop_thinking);
  EXPECT_TRUE(model_of("claude-sonnet-5").may_stop_thinking);
  EXPECT_EQ(model_of("claude-new-9").thinking, Thinking::adaptive);
  EXPECT_EQ(model_of("my-deployment").output_tokens_max, 4'096);
}

TEST(AnthropicFields, differ_by_model) {
  const auto old = fates(adapter(), Dialect::messages, "claude-sonnet-4-6", true);
  const auto recent = fates(adapter(), Dialect::messages, "us.anthropic.claude-opus-5-5", true);
  EXPECT_FALSE(has(old.dropped, dialect::Need::temperature));
  EXPECT_TRUE(has(recent.dropped, dialect::Need::temperature));
  EXPECT_FALSE(has(old.refused, dialect::Need::tool_choice_required));
  EXPECT_TRUE(has(recent.refused, dialect::Need::tool_choice_required));
  for (const auto need : {dialect::Need::user, dialect::Need::safety_identifier, dialect::Need::encrypted_reasoning})
    EXPECT_FALSE(has(recent.dropped, need)) << dialect::name(need);
}

}  // namespace
}  // namespace fw::cloud::anthropic
