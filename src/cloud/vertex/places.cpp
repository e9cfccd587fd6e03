#include "cloud/vertex/places.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "wire/url.h"

namespace fw::cloud::vertex {
namespace {

using dialect::Dialect;

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

constexpr std::array kResponses{Dialect::responses};
constexpr std::array kChat{Dialect::chat};
constexpr std::array kGemini{Dialect::generate_content, Dialect::chat};
constexpr std::array kGoogle{Dialect::chat, Dialect::generate_content};

// The first row that fits counts.
constexpr std::array<Place, 7> kPlaces{{
    {"gpt-oss-", kChat, "openai/", "docs.cloud.google.com/vertex-ai/generative-ai/docs/maas/openai", "2026-11-22"},
    {"gpt-", kResponses, "", "developers.openai.com/api/docs/guides/google-cloud (private preview)", "2026-11-22"},
    {"gemini-", kGemini, "google/", "@google/genai 3.1.0 generateContent", "2026-11-22"},
    {"google/gemini-", kGoogle, "",
     "docs.cloud.google.com/vertex-ai/generative-ai/docs/multimodal/call-vertex-using-openai-library", "2026-11-22"},
    {"google/", kChat, "",
     "docs.cloud.google.com/vertex-ai/generative-ai/docs/multimodal/call-vertex-using-openai-library", "2026-11-22"},
    {"#", kChat, "",
     "docs.cloud.google.com/vertex-ai/generative-ai/docs/multimodal/call-vertex-using-openai-library (self-deployed)",
     "2026-11-22"},
    {"", kChat, "", "docs.cloud.google.com/vertex-ai/generative-ai/docs/maas/openai", "2026-11-22"},
}};

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool fits(const Place& place, std::string_view model) {
  return place.models == "#" ? is_digits(model) : model.starts_with(place.models);
}

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

const Place& place_of(std::string_view model) {
  return *std::ranges::find_if(kPlaces, [model](const Place& place) { return fits(place, model); });
}

std::string path_of(std::string_view model, Dialect dialect, bool stream) {
  switch (dialect) {
    case Dialect::responses: return "/publishers/openai/v1/responses";
    case Dialect::generate_content:
      return fmt::format("/publishers/google/models/{}:{}", wire::percent_encode_segment(bare(model)),
                         stream ? "streamGenerateContent?alt=sse" : "generateContent");
    default: break;
  }
  return fmt::format("/endpoints/{}/chat/completions", is_digits(model) ? model : "openapi");
}

std::string embeddings_path() { return "/endpoints/openapi/embeddings"; }

std::string_view bare(std::string_view model) { return model.substr(model.rfind('/') + 1); }

bool is_early_gemini(std::string_view model) {
  const std::string_view name = bare(model);
  return name.starts_with("gemini-1") || name.starts_with("gemini-2") || name == "gemini-pro" ||
         name == "gemini-pro-vision";
}

}  // namespace fw::cloud::vertex
