#include "cloud/google/places.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "cloud/openai_http/request.h"

namespace fw::cloud::google {
namespace {

using openai_http::wrong_setting;

struct HostRule {
  std::string_view locations;  // a location, or "*" for every region
  std::string_view before;     // of the host's name, around the location
  std::string_view after;
  bool named;  // the host names the location
  std::string_view source;
  std::string_view date;
};

constexpr std::array<HostRule, 4> kHosts{{
    {"global", "", "aiplatform.googleapis.com", false, "@google/genai 3.1.0, openai 7.57.0 vertex.ts", "2026-11-13"},
    {"us", "aiplatform.", ".rep.googleapis.com", true, "@ai-sdk/google-vertex 5.0.141, maas provider", "2026-11-13"},
    {"eu", "aiplatform.", ".rep.googleapis.com", true, "@ai-sdk/google-vertex 5.0.141, maas provider", "2026-11-13"},
    {"*", "", "-aiplatform.googleapis.com", true, "@google/genai 3.1.0, openai 7.57.0 vertex.ts", "2026-11-13"},
}};

bool is_region(std::string_view location) {
  const auto dash = location.find('-');
  const bool plain = std::ranges::all_of(
      location, [](char c) { return c == '-' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
  return plain && location.size() <= 40 && dash != location.npos && dash > 0 && location.back() >= '0' &&
         location.back() <= '9';
}

const HostRule& rule_of(std::string_view location) {
  const auto it = std::ranges::find(kHosts, location, &HostRule::locations);
  return it == kHosts.end() ? kHosts.back() : *it;
}

std::string setting(const ProviderSettings& settings, const char* name) {
  const auto it = settings.extra.find(name);
  return it == settings.extra.end() ? std::string() : it->second;
}

// The origin, checked against the location: a host of Google's own serves one location only.
Result<wire::Url> origin(const ProviderSettings& settings, std::string_view location) {
  auto url = wire::parse_url(settings.base_url.empty() ? "https://" + host_of(location) : settings.base_url);
  if (!url) return wrong_setting(settings, "base_url", url.error());
  if (!url->path.empty() || !url->query.empty())
    return wrong_setting(settings, "base_url",
                         "found a path or a query, expected an origin such as https://aiplatform.googleapis.com; "
                         "project and location have fields of their own");
  if (google::is_google(url->host) && !url->tls)
    return wrong_setting(
        settings, "base_url",
        fmt::format("found http for {}, expected https: the token would travel in the clear", url->host));
  const auto served = location_of(url->host);
  if (served && *served != location)
    return wrong_setting(settings, "base_url",
                         fmt::format("found the host of location {}, expected that of {}, which is https://{}; or "
                                     "set location: {}",
                                     *served, location, host_of(location), *served));
  return *std::move(url);
}

}  // namespace

bool is_location(std::string_view location) { return rule_of(location).locations != "*" || is_region(location); }

bool is_project(std::string_view project) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !project.empty() && project.size() <= 128 && letter(project.front()) &&
         std::ranges::all_of(project, [&](char c) { return letter(c) || c == '.' || c == ':'; });
}

std::string host_of(std::string_view location) {
  const HostRule& rule = rule_of(location);
  return fmt::format("{}{}{}", rule.before, rule.named ? location : "", rule.after);
}

std::optional<std::string> location_of(std::string_view host) {
  for (const HostRule& rule : kHosts) {
    if (!rule.named) {
      if (host == rule.after) return std::string(rule.locations);
      continue;
    }
    if (!host.starts_with(rule.before) || !host.ends_with(rule.after) ||
        host.size() <= rule.before.size() + rule.after.size())
      continue;
    const auto named = host.substr(rule.before.size(), host.size() - rule.before.size() - rule.after.size());
    if (is_location(named)) return std::string(named);
  }
  return std::nullopt;
}

bool is_google(std::string_view host) { return host == "googleapis.com" || host.ends_with(".googleapis.com"); }

Result<Site> project_site(const ProviderSettings& settings) {
  std::string project = setting(settings, "project");
  std::string location = setting(settings, "location");
  if (location.empty()) location = "global";
  if (!is_project(project))
    return wrong_setting(settings, "project", "expected a project's id such as my-project-123456");
  if (!is_location(location))
    return wrong_setting(
        settings, "location",
        fmt::format("found '{}', expected global, us, eu or a region such as europe-west4", location));
  auto url = origin(settings, location);
  if (!url) return std::unexpected(std::move(url.error()));
  url->path = fmt::format("/v1/projects/{}/locations/{}", project, location);
  auto site = openai_http::plain_site(settings, *std::move(url));
  if (!site) return site;
  site->region = std::move(location);
  site->project = std::move(project);
  return site;
}

}  // namespace fw::cloud::google
