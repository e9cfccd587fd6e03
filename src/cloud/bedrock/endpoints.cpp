#include "cloud/bedrock/endpoints.h"

#include <algorithm>
#include <array>

#include "cloud/bedrock/models.h"

namespace fw::cloud::bedrock {
namespace {

using dialect::Dialect;

constexpr std::string_view kReadOn = "2026-11-22";

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
