#include "cloud/aws/bedrock_hosts.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

namespace fw::cloud::aws {
namespace {

TEST(BedrockHosts, follow_the_partition) {
  EXPECT_EQ(default_url(Host::runtime, "us-east-1"), "https://bedrock-runtime.us-east-1.amazonaws.com");
  EXPECT_EQ(default_url(Host::runtime, "us-gov-west-1"), "https://bedrock-runtime.us-gov-west-1.amazonaws.com");
  EXPECT_EQ(default_url(Host::runtime, "cn-north-1"), "https://bedrock-runtime.cn-north-1.amazonaws.com.cn");
  EXPECT_EQ(default_url(Host::runtime, "eusc-de-east-1"), "https://bedrock-runtime.eusc-de-east-1.amazonaws.eu");
  EXPECT_EQ(default_url(Host::mantle, "us-east-2"), "https://bedrock-mantle.us-east-2.api.aws");
  EXPECT_EQ(default_url(Host::mantle, "cn-north-1"), std::nullopt);
}

TEST(BedrockHosts, read_the_names_of_awss_own_hosts) {
  const auto read = [](std::string_view name) {
    const auto host = read_aws_host(name);
    return host ? fmt::format("{} {}", aws::name(host->host), host->region) : "none";
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

TEST(BedrockHosts, know_what_a_region_looks_like) {
  for (const char* good : {"us-east-1", "ap-southeast-3", "us-gov-west-1", "eusc-de-east-1"})
    EXPECT_TRUE(is_region(good));
  for (const char* bad : {"", "us", "useast", "US-EAST-1", "us-east-1/x", "-us-east-1", "us east-1", "eu/west-1"})
    EXPECT_FALSE(is_region(bad)) << bad;
}

}  // namespace
}  // namespace fw::cloud::aws
