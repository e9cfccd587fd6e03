#include "cloud/anthropic/hosts.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "cloud/aws/bedrock_hosts.h"
#include "cloud/google/places.h"
#include "cloud/openai_http/request.h"

namespace fw::cloud::anthropic {
namespace {

using openai_http::wrong_setting;

constexpr std::array<HostRow, 4> kHosts{{
    {Host::direct, "direct", "", true, true, false, true, true, "@anthropic-ai/sdk 1.12.0 client.ts", "2026-11-22"},
    {Host::foundry, "foundry", "", true, true, false, true, true, "@anthropic-ai/foundry-sdk 1.1.1 client.ts",
     "2026-11-22"},
    {Host::bedrock, "bedrock", "bedrock-2023-05-31", false, false, true, false, false,
     "@anthropic-ai/bedrock-sdk 1.1.3 client.ts", "2026-11-22"},
    {Host::vertex, "vertex", "vertex-2023-10-16", false, true, false, false, false,
     "@anthropic-ai/vertex-sdk 1.1.3 client.ts", "2026-11-22"},
}};

constexpr std::string_view kVersionLine = "anthropic-version: 2023-06-01\r\n";
constexpr std::string_view kDirectUrl = "https://api.anthropic.com";
constexpr std::string_view kFoundryExample = "https://RESOURCE.services.ai.azure.com/anthropic";

// Hosts to which a key goes over TLS only.
bool is_canonical(std::string_view host) {
  return host == "api.anthropic.com" || host.ends_with(".services.ai.azure.com") ||
         host.ends_with(".azure.anthropic.com");
}

Result<wire::Url> key_url(const ProviderSettings& settings, Host host) {
  const bool foundry = host == Host::foundry;
  if (foundry && settings.base_url.empty())
    return wrong_setting(settings, "base_url", fmt::format("found none, expected the resource's: {}", kFoundryExample));
  auto url = wire::parse_url(settings.base_url.empty() ? kDirectUrl : std::string_view(settings.base_url));
  if (!url) return wrong_setting(settings, "base_url", url.error());
  if (foundry && !url->path.ends_with("/anthropic"))
    return wrong_setting(settings, "base_url",
                         fmt::format("found the path '{}', expected one that ends in /anthropic, as in {}", url->path,
                                     kFoundryExample));
  if (url->path.ends_with("/v1") || url->path.ends_with("/messages") || !url->query.empty())
    return wrong_setting(settings, "base_url",
                         fmt::format("found the path '{}', expected none such as in {}; /v1/messages is added here",
                                     url->path, foundry ? kFoundryExample : kDirectUrl));
  if (is_canonical(url->host) && !url->tls)
    return wrong_setting(settings, "base_url",
                         fmt::format("found http for {}, expected https: the key would travel in the clear", url->host));
  return *std::move(url);
}

Result<Site> key_site(const ProviderSettings& settings, Host host) {
  auto url = key_url(settings, host);
  if (!url) return std::unexpected(std::move(url.error()));
  auto site = openai_http::plain_site(settings, *std::move(url));
  if (!site) return site;
  auto line = openai_http::key_line(settings, "x-api-key", "");
  if (!line) return std::unexpected(std::move(line.error()));
  site->auth_lines = *std::move(line);
  site->static_lines += kVersionLine;
  return site;
}

Result<Site> bedrock_site(const ProviderSettings& settings) {
  auto url = aws::bedrock_url(settings, aws::Host::runtime);
  if (!url) return std::unexpected(std::move(url.error()));
  auto site = openai_http::plain_site(settings, *std::move(url));
  if (site) site->region = settings.region;
  return site;
}

}  // namespace

const HostRow& row(Host host) { return kHosts[static_cast<std::size_t>(host)]; }

std::optional<Host> host_of(std::string_view word) {
  const auto found = std::ranges::find(kHosts, word, &HostRow::word);
  return found == kHosts.end() ? std::nullopt : std::optional(found->host);
}

Host host_of(const Site& site) { return host_of(std::string_view(site.host)).value_or(Host::direct); }

Result<Site> make_site(const ProviderSettings& settings, Host host) {
  auto site = host == Host::bedrock  ? bedrock_site(settings)
              : host == Host::vertex ? google::project_site(settings)
                                     : key_site(settings, host);
  if (site) site->host = row(host).word;
  return site;
}

std::string path_of(Host host, std::string_view model, bool stream) {
  const std::string id = wire::percent_encode_segment(model);
  if (host == Host::bedrock) return fmt::format("/model/{}/invoke{}", id, stream ? "-with-response-stream" : "");
  if (host == Host::vertex)
    return fmt::format("/publishers/anthropic/models/{}:{}", id, stream ? "streamRawPredict" : "rawPredict");
  return "/v1/messages";
}

}  // namespace fw::cloud::anthropic
