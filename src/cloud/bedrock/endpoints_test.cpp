#include "cloud/bedrock/endpoints.h"

#include <gtest/gtest.h>

#include "cloud/bedrock/models.h"

namespace fw::cloud::bedrock {
namespace {

std::string spoken(Host host, std::string_view model) {
  std::string words;
  for (const auto dialect : dialects(host, model))
    words.append(words.empty() ? "" : " ").append(dialect::name(dialect));
  return words;
}

TEST(BedrockEndpoints, choose_the_prefix_by_model) {
  EXPECT_EQ(openai_prefix(Host::runtime, "us.openai.gpt-6-sol"), "/openai/v1");
  EXPECT_EQ(openai_prefix(Host::runtime, "openai.gpt-oss-120b-1:0"), "/openai/v1");
  EXPECT_EQ(openai_prefix(Host::mantle, "openai.gpt-6-sol"), "/openai/v1");
  EXPECT_EQ(openai_prefix(Host::mantle, "openai.gpt-oss-120b"), "/v1");
  EXPECT_EQ(openai_prefix(Host::mantle, "google.gemma-4-27b"), "/openai/v1");
  EXPECT_EQ(openai_prefix(Host::mantle, "google.gemma-3-27b"), "/v1");
  EXPECT_EQ(openai_prefix(Host::mantle, "xai.grok-5"), "/openai/v1");
  EXPECT_EQ(openai_prefix(Host::mantle, "deepseek.v3.1"), "/v1");
}

TEST(BedrockEndpoints, know_the_dialects_of_a_model) {
  EXPECT_EQ(spoken(Host::mantle, "openai.gpt-6-sol"), "responses chat");
  EXPECT_EQ(spoken(Host::mantle, "openai.gpt-oss-120b"), "responses chat");
  for (const char* profile : {"us.openai.gpt-6-sol", "global.openai.gpt-5.6-luna", "us-gov.openai.gpt-6.1-terra",
                              "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.openai.gpt-6-sol"})
    EXPECT_EQ(spoken(Host::runtime, profile), "responses chat converse") << profile;
  EXPECT_EQ(spoken(Host::runtime, "us.openai.gpt-5.5"), "responses chat");
  EXPECT_EQ(spoken(Host::runtime, "openai.gpt-oss-20b-1:0"), "chat converse");
  for (const char* other : {"us.anthropic.claude-opus-5", "amazon.nova-pro-v1:0", "meta.llama4", "google.gemma-3",
                            "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/openai.gpt-x"})
    EXPECT_EQ(spoken(Host::runtime, other), "converse") << other;
}

TEST(BedrockModels, are_told_by_their_ids) {
  EXPECT_EQ(family_of("us.openai.gpt-6-sol"), Family::gpt);
  EXPECT_EQ(family_of("openai.gpt-oss-120b-1:0"), Family::gpt_oss);
  EXPECT_EQ(family_of("arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-5"), Family::claude);
  EXPECT_EQ(family_of("us.amazon.nova-2-lite-v1:0"), Family::nova_reasoning);
  EXPECT_EQ(family_of("amazon.nova-pro-v1:0"), Family::other);
  EXPECT_EQ(family_of("mistral.pixtral-large"), Family::mistral);
  EXPECT_EQ(family_of("arn:aws:bedrock:us-east-1:1:application-inference-profile/openai.x"), Family::other);
}

}  // namespace
}  // namespace fw::cloud::bedrock
