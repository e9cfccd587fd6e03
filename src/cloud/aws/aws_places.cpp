#include "cloud/aws/aws_places.h"

#include <array>

#include <fmt/format.h>

#include "cloud/openai_http/request.h"
#include "cloud/token.h"
#include "wire/http1_names.h"

namespace fw::cloud::aws {
namespace {

constexpr std::array<std::string_view, 4> kTlsOnly{".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".api.aws"};

constexpr std::string_view kImds = "http://169.254.169.254";
constexpr std::string_view kImds6 = "http://[fd00:ec2::254]";

bool is_true(const std::optional<std::string>& text) { return text && wire::equal_ignoring_case(*text, "true"); }

Result<wire::Url> url_of(const ProviderSettings& settings, std::string_view setting, const std::string& usual) {
  const std::string* said = extra_setting(settings, setting);
  return token_url(settings, setting, said != nullptr ? *said : usual, kTlsOnly);
}

std::string region_of(const ProviderSettings& settings, const Surroundings& environment) {
  if (!settings.region.empty()) return settings.region;
  for (std::string_view name : {"AWS_REGION", "AWS_DEFAULT_REGION"})
    if (auto region = variable(environment, name)) return *std::move(region);
  return "us-east-1";
}

std::string usual_sts(const Surroundings& environment, std::string_view region) {
  const bool ignored = is_true(variable(environment, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"));
  for (std::string_view name : {"AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"})
    if (auto url = variable(environment, name); url && !ignored) return *std::move(url);
  return sts_origin(region);
}

std::string usual_imds(const Surroundings& environment) {
  if (auto url = variable(environment, "AWS_EC2_METADATA_SERVICE_ENDPOINT")) return *std::move(url);
  const auto mode = variable(environment, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
  return std::string(mode && wire::equal_ignoring_case(*mode, "ipv6") ? kImds6 : kImds);
}

}  // namespace

std::string sts_origin(std::string_view region) {
  std::string_view suffix = "amazonaws.com";
  if (region.starts_with("cn-")) suffix = "amazonaws.com.cn";
  if (region.starts_with("eusc-")) suffix = "amazonaws.eu";
  return fmt::format("https://sts.{}.{}", region, suffix);
}

Result<Places> read_places(const ProviderSettings& settings, const Surroundings& surroundings, bool environment) {
  const Surroundings looked_at = environment ? surroundings : Surroundings{};
  AwsPlaces places;
  places.region = region_of(settings, looked_at);
  auto sts = url_of(settings, "auth.sts_url", usual_sts(looked_at, places.region));
  if (!sts) return std::unexpected(sts.error());
  auto imds = url_of(settings, "auth.imds_url", usual_imds(looked_at));
  if (!imds) return std::unexpected(imds.error());
  if (const std::string* text = extra_setting(settings, "auth.container_url")) {
    auto container = url_of(settings, "auth.container_url", *text);
    if (!container) return std::unexpected(container.error());
    places.container = *std::move(container);
  }
  places.sts = *std::move(sts);
  places.imds = *std::move(imds);
  places.imds_v1_disabled = is_true(variable(looked_at, "AWS_EC2_METADATA_V1_DISABLED"));
  places.imds_disabled = is_true(variable(looked_at, "AWS_EC2_METADATA_DISABLED"));
  places.surroundings = surroundings;
  return std::make_shared<const AwsPlaces>(std::move(places));
}

}  // namespace fw::cloud::aws
