#include "cloud/bedrock/endpoints.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "cloud/bedrock/models.h"

namespace fw::cloud::bedrock {
namespace {

using dialect::Dialect;

constexpr std::string_view kReadOn = "2026-11-22";

struct PartitionRow {
  std::string_view region_prefix;  // empty: every other region
  std::string_view runtime_suffix;
  std::string_view source;
  std::string_view date;
};

constexpr std::array<PartitionRow, 3> kPartitions{{
    {"cn-", "amazonaws.com.cn", "openai 7.57.0 src/internal/bedrock.ts", "2026-11-13"},
    {"eusc-", "amazonaws.eu", "openai 7.57.0 src/internal/bedrock.ts", "2026-11-13"},
    {"", "amazonaws.com", "AWS user guide, endpoints (us-gov-* too)", kReadOn},
}};

// Dual-stack names and VPC endpoints are reached by base_url only; here so that their region is checked.
constexpr std::array<std::string_view, 5> kSuffixes{"amazonaws.com", "amazonaws.com.cn", "amazonaws.eu", "api.aws",
                                                    "api.amazonwebservices.eu"};
constexpr std::string_view kVpcLabel = "vpce.";

struct ServiceRow {
  std::string_view label;
  Host host;
};

constexpr std::array<ServiceRow, 4> kServices{{{"bedrock-runtime", Host::runtime},
                                               {"bedrock-runtime-fips", Host::runtime},
                                               {"bedrock-mantle", Host::mantle},
                                               {"bedrock-mantle-fips", Host::mantle}}};

constexpr std::string_view kMantleSuffix = "api.aws";

// AWS user guide, "bedrock-mantle" and "models-endpoint-availability", read 2026-11-22. Each GPT model
// is in few of them: GPT-5.5 us-east-2, GPT-5.4 us-east-2 and us-west-2, GPT-6 Sol and Luna us-east-1,
// GPT-6 Astra us-west-2. That is for the operator to know: it changes by the week.
constexpr std::array<std::string_view, 14> kMantleRegions{
    "us-east-1",    "us-east-2", "us-west-2", "ap-southeast-3", "ap-south-1", "ap-southeast-2", "ap-northeast-1",
    "eu-central-1", "eu-west-1", "eu-west-2", "eu-south-1",     "eu-north-1", "sa-east-1",      "us-gov-west-1"};

struct PrefixRow {
  Host host;
  std::string_view model;  // by its beginning; empty: every other one
  std::string_view path;
  std::string_view source;
  std::string_view date;
};

// AWS moved GPT on mantle from /v1 to /openai/v1 on 2026-04-29. The wrong one is answered by 400
// "isn't supported on this route" or a misleading 401. The first row that fits counts.
constexpr std::array<PrefixRow, 6> kPrefixes{{
    {Host::mantle, "openai.gpt-oss", "/v1", "AWS user guide, bedrock-mantle", kReadOn},
    {Host::mantle, "openai.gpt-", "/openai/v1", "AWS user guide, bedrock-mantle", kReadOn},
    {Host::mantle, "google.gemma-4", "/openai/v1", "AWS user guide, bedrock-mantle", kReadOn},
    {Host::mantle, "xai.", "/openai/v1", "AWS user guide, bedrock-mantle", kReadOn},
    {Host::mantle, "", "/v1", "AWS user guide, bedrock-mantle", kReadOn},
    {Host::runtime, "", "/openai/v1", "AWS user guide, inference-responses-api", kReadOn},
}};

constexpr std::array kResponsesChat{Dialect::responses, Dialect::chat};
constexpr std::array kResponsesChatConverse{Dialect::responses, Dialect::chat, Dialect::converse};
constexpr std::array kChatConverse{Dialect::chat, Dialect::converse};
constexpr std::array kConverse{Dialect::converse};

struct SpokenRow {
  Host host;
  std::string_view model;  // a part of it; empty: every other one
  std::span<const Dialect> dialects;
  std::string_view source;
  std::string_view date;
};

// The first row that fits counts. Converse began with GPT-5.6.
constexpr std::array<SpokenRow, 6> kSpoken{{
    {Host::mantle, "", kResponsesChat, "AWS user guide, bedrock-mantle", kReadOn},
    {Host::runtime, "openai.gpt-oss", kChatConverse, "AWS user guide, models-endpoint-availability", kReadOn},
    {Host::runtime, "openai.gpt-5.4", kResponsesChat, "OpenAI guide, amazon-bedrock", kReadOn},
    {Host::runtime, "openai.gpt-5.5", kResponsesChat, "OpenAI guide, amazon-bedrock", kReadOn},
    {Host::runtime, "openai.gpt-", kResponsesChatConverse, "AWS model cards of GPT-5.6, 6 and 6.1", kReadOn},
    {Host::runtime, "", kConverse, "AWS user guide, models-endpoint-availability", kReadOn},
}};

}  // namespace

std::string_view name(Host host) { return host == Host::mantle ? "mantle" : "runtime"; }

std::optional<Host> host_of(std::string_view word) {
  for (const Host host : {Host::runtime, Host::mantle})
    if (name(host) == word) return host;
  return std::nullopt;
}

std::string_view signing_service(std::string_view host_word) {
  return host_word == name(Host::mantle) ? "bedrock-mantle" : "bedrock";
}

std::optional<std::string> default_url(Host host, std::string_view region) {
  if (host == Host::mantle) {
    if (std::ranges::find(kMantleRegions, region) == kMantleRegions.end()) return std::nullopt;
    return fmt::format("https://bedrock-mantle.{}.{}", region, kMantleSuffix);
  }
  const auto row = std::ranges::find_if(
      kPartitions, [region](const PartitionRow& partition) { return region.starts_with(partition.region_prefix); });
  return fmt::format("https://bedrock-runtime.{}.{}", region, row->runtime_suffix);
}

std::string mantle_regions() { return fmt::format("{}", fmt::join(kMantleRegions, ", ")); }

bool is_region(std::string_view text) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return text.size() >= 4 && text.size() <= 32 && text.front() != '-' && text.back() != '-' &&
         text.find('-') != text.npos && std::ranges::all_of(text, plain);
}

std::optional<AwsHost> read_aws_host(std::string_view name) {
  for (std::string_view rest = name; !rest.empty();) {
    const auto dot = rest.find('.');
    if (dot == rest.npos) break;
    const auto service = std::ranges::find(kServices, rest.substr(0, dot), &ServiceRow::label);
    rest.remove_prefix(dot + 1);
    if (service == kServices.end()) continue;
    const std::string_view region = rest.substr(0, rest.find('.'));
    if (region.size() == rest.size()) break;
    std::string_view suffix = rest.substr(region.size() + 1);
    if (suffix.starts_with(kVpcLabel)) suffix.remove_prefix(kVpcLabel.size());
    if (std::ranges::find(kSuffixes, suffix) != kSuffixes.end()) return AwsHost{service->host, region};
  }
  return std::nullopt;
}

std::string_view openai_prefix(Host host, std::string_view model) {
  const auto row = std::ranges::find_if(kPrefixes, [host, model](const PrefixRow& prefix) {
    return prefix.host == host && model.starts_with(prefix.model);
  });
  return row->path;
}

std::span<const Dialect> dialects(Host host, std::string_view model) {
  // Application profiles are refused by the OpenAI-shaped paths (AWS user guide, inference-responses-api).
  const std::string_view known = is_application_profile(model) ? std::string_view() : model;
  const auto row = std::ranges::find_if(kSpoken, [host, known](const SpokenRow& spoken) {
    return spoken.host == host && known.find(spoken.model) != known.npos;
  });
  return row->dialects;
}

}  // namespace fw::cloud::bedrock
