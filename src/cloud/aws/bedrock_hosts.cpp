#include "cloud/aws/bedrock_hosts.h"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

#include "cloud/openai_http/request.h"

namespace fw::cloud::aws {
namespace {

using openai_http::wrong_setting;

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

Result<void> check_region(const ProviderSettings& settings) {
  if (settings.region.empty())
    return wrong_setting(settings, "region", "found no region, expected one such as us-east-1");
  if (!is_region(settings.region))
    return wrong_setting(settings, "region",
                         fmt::format("found '{}', expected a Region's code such as us-east-1", settings.region));
  return {};
}

// What a host name of AWS's own says must agree with the rest: a signature for another Region or
// service is refused there, and a key must not travel in the clear.
Result<void> check_aws_host(const ProviderSettings& settings, Host host, const wire::Url& url) {
  const auto named = read_aws_host(url.host);
  if (!named) return {};
  if (!url.tls)
    return wrong_setting(settings, "base_url",
                         fmt::format("found http for {}, expected https: the key would travel in the clear", url.host));
  if (named->host != host)
    return wrong_setting(settings, "base_url",
                         fmt::format("found {}, expected a host of bedrock-{}; or say host: {}", url.host, name(host),
                                     name(named->host)));
  if (named->region != settings.region)
    return wrong_setting(settings, "base_url",
                         fmt::format("found {}, which is in {}, expected a host in {} as `region` says; signatures are "
                                     "for one Region",
                                     url.host, named->region, settings.region));
  return {};
}

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

Result<wire::Url> bedrock_url(const ProviderSettings& settings, Host host) {
  if (auto region = check_region(settings); !region) return std::unexpected(std::move(region.error()));
  std::string text = settings.base_url;
  if (text.empty()) {
    auto usual = default_url(host, settings.region);
    if (!usual)
      return wrong_setting(settings, "region",
                           fmt::format("found '{}', expected a Region where mantle is known to be: {}; where AWS has "
                                       "added one since, give its base_url",
                                       settings.region, mantle_regions()));
    text = *std::move(usual);
  }
  auto url = wire::parse_url(text);
  if (!url) return wrong_setting(settings, "base_url", url.error());
  if (!url->path.empty() || !url->query.empty())
    return wrong_setting(settings, "base_url",
                         fmt::format("found the path '{}', expected an origin such as "
                                     "https://bedrock-runtime.us-east-1.amazonaws.com; paths are added here",
                                     url->path));
  if (auto checked = check_aws_host(settings, host, *url); !checked) return std::unexpected(std::move(checked.error()));
  return *std::move(url);
}

}  // namespace fw::cloud::aws
