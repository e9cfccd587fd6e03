#include "cloud/bedrock/endpoints.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "cloud/bedrock/models.h"

namespace fw::cloud::bedrock {
namespace {

std::string spoken(Host host, std::string_view model) {
  std::string words;
  for (const auto dialect : dialects(host, model))
    words.append(words.empty() ? "" : " ").append(dialect::name(dialect));
  return words;
}

TEST(BedrockEndpoints, follow_the_partition) {
  EXPECT_EQ(default_url(Host::runtime, "us-east-1"), "https://bedrock-runtime.us-east-1.amazonaws.com");
  EXPECT_EQ(default_url(Host::runtime, "us-gov-west-1"), "https://bedrock-runtime.us-gov-west-1.amazonaws.com");
  EXPECT_EQ(default_url(Host::runtime, "cn-north-1"), "https://bedrock-runtime.cn-north-1.amazonaws.com.cn");
  EXPECT_EQ(default_url(Host::runtime, "eusc-de-east-1"), "https://bedrock-runtime.eusc-de-east-1.amazonaws.eu");
  EXPECT_EQ(default_url(Host::mantle, "us-east-2"), "https://bedrock-mantle.us-east-2.api.aws");
  EXPECT_EQ(default_url(Host::mantle, "cn-north-1"), std::nullopt);
}

TEST(BedrockEndpoints, read_the_names_of_awss_own_hosts) {
  const auto read = [](std::string_view name) {
    const auto host = read_aws_host(name);
    return host ? fmt::format("{} {}", bedrock::name(host->host), host->region) : "none";
  };
  EXPECT_EQ(read("bedrock-runtime.us-east-1.amazonaws.com"), "runtime us-east-1");
  EXPECT_EQ(read("bedrock-runtime-fips.us-gov-west-1.amazonaws.com"), "runtime us-gov-west-1");
  EXPECT_EQ(read("bedrock-runtime.cn-north-1.amazonaws.com.cn"), "runtime cn-north-1");
  EXPECT_EQ(read("bedrock-runtime.eu-west-1.api.aws"), "runtime eu-west-1");
  EXPECT_EQ(read("bedrock-runtime.eusc-de-east-1.api.amazonwebservices.eu"), "runtime eusc-de-east-1");
  EXPECT_EQ(read("vpce-0a1b-2c3d.bedrock-runtime.us-east-1.vpce.amazonaws.com"), "runtime us-east-1");
  EXPECT_EQ(read("bedrock-mantle.us-east-2.api.aws"), "mantle us-east-2");
  for (const char* other : {"", "127.0.0.1", "localhost", "bedrock-runtime", "bedrock-runtime.us-east-1",
                            "bedrock-runtime.us-east-1.example.com", "bedrock.us-east-1.amazonaws.com", "a.b.c.d"})
    EXPECT_EQ(read(other), "none") << other;
}

TEST(BedrockEndpoints, know_what_a_region_looks_like) {
  for (const char* good : {"us-east-1", "ap-southeast-3", "us-gov-west-1", "eusc-de-east-1"})
    EXPECT_TRUE(is_region(good));
  for (const char* bad : {"", "us", "useast", "US-EAST-1", "us-east-1/x", "-us-east-1", "us east-1", "eu/west-1"})
    EXPECT_FALSE(is_region(bad)) << bad;
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
