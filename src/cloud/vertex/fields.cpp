#include "cloud/vertex/fields.h"

#include <array>

namespace fw::cloud::vertex {
namespace {

using dialect::Fate;
using dialect::Need;

constexpr auto kNative = Dialect::generate_content;
constexpr auto kGpt = Dialect::responses;
constexpr auto kOpenApi = Dialect::chat;

constexpr std::string_view kGenai = "npm @google/genai 3.1.0 genai.d.ts";
constexpr std::string_view kGenaiDate = "2026-11-13";
constexpr std::string_view kGuide = "developers.openai.com/api/docs/guides/google-cloud";
constexpr std::string_view kPartner =
    "docs.cloud.google.com/gemini-enterprise-agent-platform/models/partner-models/openai/responses";
constexpr std::string_view kLibrary =
    "docs.cloud.google.com/vertex-ai/generative-ai/docs/multimodal/call-vertex-using-openai-library";
constexpr std::string_view kPaygo = "docs.cloud.google.com/vertex-ai/generative-ai/docs/priority-paygo";
constexpr std::string_view kHere = "this adapter";
constexpr std::string_view kDate = "2026-11-22";

constexpr FieldRow native(Need need, Fate fate, std::string_view how, std::string_view source = kGenai) {
  return {{need, fate, how}, kNative, "", source, source == kGenai ? kGenaiDate : kDate};
}

constexpr std::array kNativeRows{
    native(Need::instructions, Fate::mapped, "systemInstruction"),
    native(Need::max_tokens, Fate::mapped, "generationConfig.maxOutputTokens; thoughts count too"),
    native(Need::temperature, Fate::mapped, "generationConfig.temperature"),
    native(Need::top_p, Fate::mapped, "generationConfig.topP"),
    native(Need::seed, Fate::mapped, "generationConfig.seed"),
    native(Need::frequency_penalty, Fate::mapped, "generationConfig.frequencyPenalty"),
    native(Need::presence_penalty, Fate::mapped, "generationConfig.presencePenalty"),
    native(Need::stop, Fate::mapped, "generationConfig.stopSequences; more than 5 are refused with the field's name"),
    native(Need::several_choices, Fate::mapped, "generationConfig.candidateCount"),
    native(Need::logprobs, Fate::mapped, "generationConfig.responseLogprobs"),
    native(Need::top_logprobs, Fate::mapped, "generationConfig.logprobs"),
    native(Need::reasoning_effort, Fate::mapped,
           "thinkingConfig: Gemini 2.5 by budget (none 0, minimal and low 1024, medium 8192, high and above 24576), "
           "Gemini 3 by level (minimal, low, medium, high and above HIGH)",
           kLibrary),
    native(Need::reasoning_summary, Fate::mapped, "thinkingConfig.includeThoughts; its length cannot be chosen"),
    native(Need::encrypted_reasoning, Fate::mapped, "thoughtSignature of the part; another cloud's is left out"),
    native(Need::reasoning_items, Fate::mapped, "their signatures; the text of thoughts does not go back"),
    native(Need::include, Fate::dropped, "what else can be included comes from OpenAI's hosted tools"),
    native(Need::tools, Fate::mapped, "functionDeclarations with parametersJsonSchema"),
    native(Need::strict_tools, Fate::mapped, "functionCallingConfig.mode VALIDATED, for all tools of the request"),
    native(Need::tool_choice_required, Fate::mapped, "functionCallingConfig.mode ANY"),
    native(Need::tool_choice_none, Fate::mapped, "functionCallingConfig.mode NONE"),
    native(Need::tool_choice_named, Fate::mapped, "mode ANY with one of allowedFunctionNames"),
    native(Need::tool_choice_allowed, Fate::mapped, "mode VALIDATED or ANY with allowedFunctionNames"),
    native(Need::json_mode, Fate::mapped, "responseMimeType application/json"),
    native(Need::json_schema, Fate::mapped, "responseJsonSchema; always strict, its name and description go"),
    native(Need::image, Fate::mapped, "inlineData"),
    native(Need::image_url, Fate::mapped, "fileData; the media type by the address's extension, else JPEG"),
    native(Need::file, Fate::mapped, "inlineData; the media type by data URL or file name, else PDF"),
    native(Need::file_url, Fate::mapped, "fileData"),
    native(Need::audio_input, Fate::mapped, "inlineData audio/FORMAT"),
    native(Need::tool_result_parts, Fate::mapped, "functionResponse.parts; before Gemini 3 after the results"),
    native(Need::stream_options, Fate::mapped, "usage is always told"),
    native(Need::user, Fate::dropped, "no such field"),
    native(Need::safety_identifier, Fate::dropped, "no such field"),
    native(Need::metadata, Fate::dropped, "labels allow lower case, digits, '_' and '-' only, and appear on the bill"),
    native(Need::store, Fate::dropped, "nothing is stored"),
    native(Need::logit_bias, Fate::dropped, "no such field"),
    native(Need::verbosity, Fate::dropped, "no such field"),
    native(Need::service_tier, Fate::dropped,
           "a header there, the same for all requests of a provider: shared_request_type", kPaygo),
    native(Need::prompt_cache_key, Fate::dropped, "caching is implicit"),
    native(Need::prompt_cache_retention, Fate::dropped, "caching is implicit"),
    native(Need::prompt_cache_options, Fate::dropped, "explicit caches are resources of their own there"),
    native(Need::truncation, Fate::dropped, "a prompt that is too long is refused"),
    native(Need::prediction, Fate::dropped, "no such field"),
    native(Need::modalities, Fate::refused, "text is what comes"),
    native(Need::moderation, Fate::dropped, "safetySettings have other categories"),
    native(Need::context_management, Fate::dropped, "no such field"),
    native(Need::max_tool_calls, Fate::dropped, "no such field"),
    native(Need::parallel_tool_calls_off, Fate::dropped, "several calls may come at a time"),
    native(Need::image_detail, Fate::dropped, "mediaResolution counts otherwise"),
    native(Need::message_name, Fate::dropped, "no such field"),
    native(Need::message_phase, Fate::dropped, "no such field"),
    native(Need::unknown_field, Fate::dropped, "not understood", kHere),
    native(Need::background, Fate::refused, "no such thing"),
    native(Need::previous_response_id, Fate::refused, "nothing is stored"),
    native(Need::conversation, Fate::refused, "nothing is stored"),
    native(Need::prompt, Fate::refused, "templates of another cloud"),
    native(Need::item_reference, Fate::refused, "nothing is stored"),
    native(Need::file_id, Fate::refused, "files of another cloud"),
    native(Need::image_file_id, Fate::refused, "files of another cloud"),
    native(Need::audio_output, Fate::refused, "not by generateContent of text models"),
    native(Need::web_search_options, Fate::refused, "the googleSearch tool cites in a form of its own"),
    native(Need::hosted_tools, Fate::refused, "OpenAI's are not there"),
    native(Need::custom_tools, Fate::refused, "functions only"),
    native(Need::unknown_content, Fate::refused, "not understood", kHere),
};

// GPT on Google. What the two guides do not name is carried and unverified.
constexpr std::array<FieldRow, 14> kGptRows{{
    {{Need::store, Fate::dropped, "store:false is said instead, always"}, kGpt, "", kGuide, kDate},
    {{Need::previous_response_id, Fate::refused, "nothing is stored"}, kGpt, "", kGuide, kDate},
    {{Need::conversation, Fate::refused, "nothing is stored"}, kGpt, "", kGuide, kDate},
    {{Need::background, Fate::refused, "needs a stored response; unverified"}, kGpt, "", kGuide, kDate},
    {{Need::item_reference, Fate::refused, "nothing is stored"}, kGpt, "", kGuide, kDate},
    {{Need::prompt, Fate::refused, "templates of an OpenAI project"}, kGpt, "", kPartner, kDate},
    {{Need::file_id, Fate::refused, "files of an OpenAI project"}, kGpt, "", kPartner, kDate},
    {{Need::image_file_id, Fate::refused, "files of an OpenAI project"}, kGpt, "", kPartner, kDate},
    {{Need::hosted_tools, Fate::refused, "none is documented there; unverified"}, kGpt, "", kPartner, kDate},
    {{Need::web_search_options, Fate::refused, "a hosted tool; unverified"}, kGpt, "", kPartner, kDate},
    {{Need::audio_input, Fate::refused, "text and images in"}, kGpt, "", kPartner, kDate},
    {{Need::audio_output, Fate::refused, "text out"}, kGpt, "", kPartner, kDate},
    {{Need::moderation, Fate::dropped, "not documented there"}, kGpt, "", kPartner, kDate},
    {{Need::service_tier, Fate::dropped,
      "a header there, the same for all requests of a provider: shared_request_type"},
     kGpt,
     "",
     kPaygo,
     kDate},
}};

constexpr FieldRow openapi(Need need, Fate fate, std::string_view how, std::string_view models = "") {
  return {{need, fate, how}, kOpenApi, models, kLibrary, kDate};
}

constexpr std::array kOpenApiRows{
    openapi(Need::max_tokens, Fate::carried, "max_tokens and max_completion_tokens are the same"),
    openapi(Need::json_schema, Fate::mapped, "by Google, to responseSchema"),
    openapi(Need::reasoning_effort, Fate::mapped, "by Google: low 1024, medium 8192, high 24576 tokens", "google/"),
    openapi(Need::image_url, Fate::refused, "gs:// addresses and data URLs only", "google/"),
    openapi(Need::image_url, Fate::refused, "gs:// addresses and data URLs only", "gemini-"),
    openapi(Need::image_detail, Fate::dropped, "not supported"),
    openapi(Need::logit_bias, Fate::dropped, "not documented there"),
    openapi(Need::verbosity, Fate::dropped, "not documented there"),
    openapi(Need::user, Fate::dropped, "ignored"),
    openapi(Need::safety_identifier, Fate::dropped, "ignored"),
    openapi(Need::metadata, Fate::dropped, "ignored"),
    openapi(Need::store, Fate::dropped, "nothing is stored"),
    openapi(Need::prompt_cache_key, Fate::dropped, "caching is implicit"),
    openapi(Need::prompt_cache_retention, Fate::dropped, "caching is implicit"),
    openapi(Need::prompt_cache_options, Fate::dropped, "caching is implicit"),
    openapi(Need::prediction, Fate::dropped, "not documented there"),
    openapi(Need::moderation, Fate::dropped, "not documented there"),
    openapi(Need::service_tier, Fate::dropped, "a header there: shared_request_type"),
    openapi(Need::parallel_tool_calls_off, Fate::dropped, "not documented there"),
    openapi(Need::web_search_options, Fate::refused, "grounding is a tool of Google's"),
    openapi(Need::custom_tools, Fate::refused, "functions only"),
    openapi(Need::audio_output, Fate::refused, "text out"),
    openapi(Need::file_id, Fate::refused, "files of another cloud"),
    openapi(Need::image_file_id, Fate::refused, "files of another cloud"),
};

constexpr auto kRows = [] {
  std::array<FieldRow, kNativeRows.size() + kGptRows.size() + kOpenApiRows.size()> all{};
  std::size_t at = 0;
  for (const auto& row : kNativeRows) all[at++] = row;
  for (const auto& row : kGptRows) all[at++] = row;
  for (const auto& row : kOpenApiRows) all[at++] = row;
  return all;
}();

}  // namespace

std::span<const FieldRow> fields() { return kRows; }

}  // namespace fw::cloud::vertex
