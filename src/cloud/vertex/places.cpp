#include "cloud/vertex/places.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "wire/url.h"

namespace fw::cloud::vertex {
namespace {

using dialect::Dialect;

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

}  // namespace

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
