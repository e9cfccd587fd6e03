#include "cloud/anthropic/fields.h"

#include <array>

namespace fw::cloud::anthropic {
namespace {

using dialect::Fate;
using dialect::Need;

constexpr std::string_view kSdk = "@anthropic-ai/sdk 1.12.0 MessageCreateParams";
constexpr std::string_view kAiSdk = "@ai-sdk/anthropic 3.0.139 getModelCapabilities";
constexpr std::string_view kDate = "2026-11-22";

constexpr FieldRow said(Need need, Fate fate, std::string_view how) {
  return {{need, fate, how}, Dialect::messages, "", kSdk, kDate};
}
constexpr FieldRow of_model(std::string_view models, Need need, Fate fate, std::string_view how) {
  return {{need, fate, how}, Dialect::messages, models, kAiSdk, kDate};
}

constexpr std::string_view kNoSampling = "the model refuses it";
constexpr std::string_view kNoForcing = "the model refuses forced calls: it always thinks";

constexpr std::array kRows{
    said(Need::max_tokens, Fate::mapped,
         "max_tokens, thoughts included; required there: without one the model's own limit (models.cpp)"),
    said(Need::temperature, Fate::mapped,
         "brought into 0 to 1; refused with the field's name beside a reasoning effort, unless it is 1"),
    said(Need::user, Fate::mapped, "metadata.user_id"),
    said(Need::safety_identifier, Fate::mapped, "metadata.user_id, before user"),
    said(Need::metadata, Fate::dropped, "metadata holds a user's id and nothing else"),
    said(Need::service_tier, Fate::mapped,
         "auto, priority and fast are auto, default is standard_only, others are refused with the field's name; hosts "
         "bedrock and vertex take auto and default only"),
    said(Need::reasoning_effort, Fate::mapped,
         "thinking.type adaptive and output_config.effort, of models before 4.6 thinking.budget_tokens (minimal and "
         "low 1024, medium 8192, high and above 24576, at most half of max_tokens); none is disabled, where a model "
         "cannot stop thinking low. No thinking beside a forced call, nor by budget after calls without their thoughts"),
    said(Need::reasoning_summary, Fate::mapped, "thinking.display summarized; its length cannot be chosen"),
    said(Need::encrypted_reasoning, Fate::mapped,
         "signatures and redacted thoughts of Anthropic's models, marked; another cloud's is left out"),
    said(Need::reasoning_items, Fate::mapped, "thinking blocks with their signature; unsigned ones are left out"),
    said(Need::include, Fate::dropped, "encrypted reasoning always comes; the rest is of OpenAI's hosted tools"),
    said(Need::stream_options, Fate::mapped, "usage always comes; nothing is padded"),
    said(Need::strict_tools, Fate::mapped, "strict, where the request says it"),
    said(Need::tool_choice_required, Fate::mapped, "tool_choice any"),
    said(Need::tool_choice_none, Fate::mapped, "tool_choice none"),
    said(Need::tool_choice_named, Fate::mapped, "tool_choice tool"),
    said(Need::json_schema, Fate::mapped,
         "output_config.format, always strict; its name and description go; every object must say "
         "additionalProperties: false"),
    said(Need::image, Fate::mapped, "source base64: jpeg, png, gif, webp"),
    said(Need::image_url, Fate::mapped, "source url; hosts bedrock and vertex refuse it with the field's name"),
    said(Need::file, Fate::mapped, "document: PDF as base64, text as text"),
    said(Need::file_url, Fate::mapped, "document with source url; hosts bedrock and vertex refuse it"),
    said(Need::tool_result_parts, Fate::mapped, "tool_result content"),
    of_model("*claude-sonnet-5", Need::temperature, Fate::dropped, kNoSampling),
    of_model("*claude-sonnet-5", Need::top_p, Fate::dropped, kNoSampling),
    of_model("*claude-opus-5", Need::temperature, Fate::dropped, kNoSampling),
    of_model("*claude-opus-5", Need::top_p, Fate::dropped, kNoSampling),
    of_model("*claude-haiku-5", Need::temperature, Fate::dropped, kNoSampling),
    of_model("*claude-haiku-5", Need::top_p, Fate::dropped, kNoSampling),
    of_model("*claude-fable-5", Need::temperature, Fate::dropped, kNoSampling),
    of_model("*claude-fable-5", Need::top_p, Fate::dropped, kNoSampling),
    of_model("*claude-opus-4-7", Need::temperature, Fate::dropped, kNoSampling),
    of_model("*claude-opus-4-7", Need::top_p, Fate::dropped, kNoSampling),
    of_model("*claude-opus-4-8", Need::temperature, Fate::dropped, kNoSampling),
    of_model("*claude-opus-4-8", Need::top_p, Fate::dropped, kNoSampling),
    of_model("*claude-sonnet-5-5", Need::tool_choice_required, Fate::refused, kNoForcing),
    of_model("*claude-sonnet-5-5", Need::tool_choice_named, Fate::refused, kNoForcing),
    of_model("*claude-opus-5-5", Need::tool_choice_required, Fate::refused, kNoForcing),
    of_model("*claude-opus-5-5", Need::tool_choice_named, Fate::refused, kNoForcing),
    of_model("*claude-fable-5-1", Need::tool_choice_required, Fate::refused, kNoForcing),
    of_model("*claude-fable-5-1", Need::tool_choice_named, Fate::refused, kNoForcing),
    of_model("*claude-3", Need::reasoning_effort, Fate::dropped, "the model does not think"),
    of_model("*claude-3", Need::json_schema, Fate::dropped, "the model knows no output_config.format"),
    of_model("*claude-sonnet-4-2", Need::json_schema, Fate::dropped, "the model knows no output_config.format"),
    of_model("*claude-opus-4-2", Need::json_schema, Fate::dropped, "the model knows no output_config.format"),
};

}  // namespace

std::span<const FieldRow> fields() { return kRows; }

}  // namespace fw::cloud::anthropic
