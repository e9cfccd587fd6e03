#include "cloud/bedrock/fields.h"

#include <array>

namespace fw::cloud::bedrock {
namespace {

using dialect::Fate;
using dialect::Need;

constexpr std::string_view kSchema = "@aws-sdk/client-bedrock-runtime 3.1163.0, ConverseRequest";
constexpr std::string_view kSchemaDate = "2026-11-05";
constexpr std::string_view kAiSdk = "@ai-sdk/amazon-bedrock 5.0.101";
constexpr std::string_view kAiSdkDate = "2026-09-29";
constexpr std::string_view kGuide = "AWS user guide, inference-responses-api";
constexpr std::string_view kMantleGuide = "AWS user guide, bedrock-mantle";
constexpr std::string_view kOpenAiGuide = "OpenAI guide, amazon-bedrock";
constexpr std::string_view kPortkey = "Portkey-AI/models general/bedrock-mantle.json";
constexpr std::string_view kPortkeyDate = "2026-08-21";
constexpr std::string_view kCard = "AWS model card, openai-gpt-6-astra";
constexpr std::string_view kCardDate = "2026-09-08";
constexpr std::string_view kReadOn = "2026-11-22";

// Tables of one dialect and model each.
struct Row {
  Need need;
  Fate fate;
  std::string_view how;
};

template <std::size_t N>
constexpr std::array<FieldRow, N> table(Dialect upstream, std::string_view models, std::string_view source,
                                        std::string_view date, const Row (&rows)[N]) {
  std::array<FieldRow, N> out{};
  for (std::size_t i = 0; i < N; ++i)
    out[i] = {{rows[i].need, rows[i].fate, rows[i].how}, upstream, models, source, date};
  return out;
}

// What ConverseRequest has members for.
constexpr auto kConverseMapped = table(
    Dialect::converse, "", kSchema, kSchemaDate,
    {
        {Need::instructions, Fate::mapped, "the first block of system"},
        {Need::metadata, Fate::mapped,
         "requestMetadata, for invocation logs; at most 16 pairs of its alphabet, others are left out"},
        {Need::max_tokens, Fate::mapped, "inferenceConfig.maxTokens"},
        {Need::temperature, Fate::mapped, "inferenceConfig.temperature, brought into 0 to 1"},
        {Need::top_p, Fate::mapped, "inferenceConfig.topP"},
        {Need::stop, Fate::mapped, "inferenceConfig.stopSequences"},
        {Need::service_tier, Fate::mapped, "serviceTier.type; fast is priority, auto is not said, scale is refused"},
        {Need::stream_options, Fate::mapped, "usage always comes, in the metadata event; nothing is padded"},
        {Need::tools, Fate::mapped, "toolConfig.tools[].toolSpec"},
        {Need::strict_tools, Fate::mapped,
         "toolSpec.strict where the request says it; every object of the schema must say additionalProperties: false"},
        {Need::tool_choice_required, Fate::mapped, "toolChoice.any, where the model's family takes it"},
        {Need::tool_choice_none, Fate::mapped,
         "the tools are left out; where the conversation holds calls Converse insists on them, and the model may call "
         "them"},
        {Need::tool_choice_named, Fate::mapped, "toolChoice.tool, where the model's family takes it"},
        {Need::json_schema, Fate::mapped,
         "outputConfig.textFormat with the schema as a string; every object must say additionalProperties: false"},
        {Need::image, Fate::mapped, "an image block with its bytes: png, jpeg, gif, webp"},
        {Need::file, Fate::mapped,
         "a document block with its bytes; its name loses what is not a letter, digit, space, - ( ) [ ]"},
        {Need::tool_result_parts, Fate::mapped, "blocks of toolResult.content"},
    });

// What it has none for.
constexpr auto kConverseLost = table(
    Dialect::converse, "", kSchema, kSchemaDate,
    {
        {Need::user, Fate::dropped, "no such field"},
        {Need::safety_identifier, Fate::dropped, "no such field"},
        {Need::seed, Fate::dropped, "no such field"},
        {Need::store, Fate::dropped, "nothing is stored, so nothing can be fetched later"},
        {Need::include, Fate::dropped, "no such field"},
        {Need::context_management, Fate::dropped, "no such field"},
        {Need::max_tool_calls, Fate::dropped, "no such field"},
        {Need::frequency_penalty, Fate::dropped, "no such field"},
        {Need::presence_penalty, Fate::dropped, "no such field"},
        {Need::logit_bias, Fate::dropped, "no such field"},
        {Need::logprobs, Fate::dropped, "no such field"},
        {Need::top_logprobs, Fate::dropped, "no such field"},
        {Need::verbosity, Fate::dropped, "no such field; models may have one of their own [unverified]"},
        {Need::reasoning_effort, Fate::dropped, "families that are not named below have no field for it that we know"},
        {Need::reasoning_summary, Fate::dropped, "no such field"},
        {Need::prompt_cache_key, Fate::dropped, "no such field"},
        {Need::prompt_cache_retention, Fate::dropped, "no such field; cache points are not invented"},
        {Need::prompt_cache_options, Fate::dropped, "no such field; cache points are not invented"},
        {Need::truncation, Fate::dropped, "no such field: what is too long is refused"},
        {Need::prediction, Fate::dropped, "no such field"},
        {Need::moderation, Fate::dropped, "no such field; guardrails are the account's"},
        {Need::parallel_tool_calls_off, Fate::dropped, "no such field"},
        {Need::tool_choice_allowed, Fate::dropped, "all tools are offered"},
        {Need::json_mode, Fate::dropped, "only JSON schemas have a field"},
        {Need::image_detail, Fate::dropped, "no such field"},
        {Need::encrypted_reasoning, Fate::dropped, "bound to the model and account that made it: not replayed"},
        {Need::reasoning_items, Fate::dropped, "unsigned reasoning is not replayed: some models would say it aloud"},
        {Need::message_name, Fate::dropped, "no such field"},
        {Need::message_phase, Fate::dropped, "no such field"},
        {Need::unknown_field, Fate::dropped, "no such field"},
    });

constexpr auto kConverseRefused =
    table(Dialect::converse, "", kSchema, kSchemaDate,
          {
              {Need::background, Fate::refused, "Converse is synchronous"},
              {Need::previous_response_id, Fate::refused, "nothing is stored"},
              {Need::conversation, Fate::refused, "nothing is stored"},
              {Need::prompt, Fate::refused, "OpenAI's stored prompts do not exist there"},
              {Need::several_choices, Fate::refused, "one answer per request"},
              {Need::modalities, Fate::refused, "answers are text"},
              {Need::audio_output, Fate::refused, "answers are text"},
              {Need::audio_input, Fate::refused, "few models take audio, and none of OpenAI's"},
              {Need::web_search_options, Fate::refused, "no hosted search"},
              {Need::custom_tools, Fate::refused, "tools take JSON objects only"},
              {Need::hosted_tools, Fate::refused, "no hosted tools of OpenAI's"},
              {Need::image_url, Fate::refused, "images come as bytes or from S3"},
              {Need::file_url, Fate::refused, "files come as bytes or from S3"},
              {Need::file_id, Fate::refused, "files are not stored there"},
              {Need::image_file_id, Fate::refused, "files are not stored there"},
              {Need::item_reference, Fate::refused, "nothing is stored"},
              {Need::unknown_content, Fate::refused, "no such block"},
          });

constexpr auto kConverseGpt =
    table(Dialect::converse, "*openai.gpt-", kAiSdk, kAiSdkDate,
          {
              {Need::reasoning_effort, Fate::mapped, "additionalModelRequestFields.reasoning.effort"},
              {Need::temperature, Fate::dropped, "refused by GPT on Converse"},
              {Need::top_p, Fate::dropped, "refused by GPT on Converse"},
              {Need::stop, Fate::dropped, "refused by OpenAI's models on Converse"},
          });
constexpr auto kConverseGptOss =
    table(Dialect::converse, "*openai.gpt-oss", kAiSdk, kAiSdkDate,
          {
              {Need::reasoning_effort, Fate::mapped,
               "additionalModelRequestFields.reasoning_effort: low, medium, high; less is low, more is high"},
              {Need::temperature, Fate::mapped, "inferenceConfig.temperature, brought into 0 to 1"},
              {Need::top_p, Fate::mapped, "inferenceConfig.topP"},
          });
constexpr auto kConverseAstra = table(
    Dialect::converse, "*openai.gpt-6-astra", kCard, kCardDate,
    {
        {Need::json_schema, Fate::refused, "no structured outputs on runtime; Responses may have them [unverified]"},
    });
constexpr auto kConverseClaude =
    table(Dialect::converse, "*anthropic.", kSchema, kSchemaDate,
          {
              {Need::reasoning_effort, Fate::mapped, "outputConfig.effort: minimal is low, none is not said"},
              {Need::parallel_tool_calls_off, Fate::mapped,
               "additionalModelRequestFields.tool_choice.disable_parallel_tool_use"},
          });
constexpr std::string_view kNoStrict = "Bedrock's copy of the Messages schema refuses it for this model";
constexpr std::array<FieldRow, 5> kClaudeNoStrict{{
    {{Need::strict_tools, Fate::dropped, kNoStrict}, Dialect::converse, "*claude-opus-4-7", kAiSdk, kAiSdkDate},
    {{Need::strict_tools, Fate::dropped, kNoStrict}, Dialect::converse, "*claude-opus-4-8", kAiSdk, kAiSdkDate},
    {{Need::strict_tools, Fate::dropped, kNoStrict}, Dialect::converse, "*claude-opus-5", kAiSdk, kAiSdkDate},
    {{Need::strict_tools, Fate::dropped, kNoStrict}, Dialect::converse, "*claude-fable-5", kAiSdk, kAiSdkDate},
    {{Need::strict_tools, Fate::dropped, kNoStrict}, Dialect::converse, "*claude-sonnet-5", kAiSdk, kAiSdkDate},
}};
constexpr auto kConverseNova =
    table(Dialect::converse, "*amazon.nova-2", kAiSdk, kAiSdkDate,
          {
              {Need::reasoning_effort, Fate::mapped,
               "additionalModelRequestFields.reasoningConfig.maxReasoningEffort: low, medium, high; none is not said"},
          });

// The OpenAI-shaped paths. What is refused where nothing is translated, the cloud refuses itself.
constexpr auto kResponses = table(
    Dialect::responses, "", kOpenAiGuide, kReadOn,
    {
        {Need::store, Fate::carried, "true unless said otherwise: kept 30 days in the Region that served the request"},
        {Need::file_id, Fate::refused, "no files API"},
        {Need::image_file_id, Fate::refused, "no files API"},
        {Need::audio_input, Fate::refused, "no audio"},
        {Need::audio_output, Fate::refused, "no audio"},
        {Need::moderation, Fate::dropped, "not among Bedrock's capabilities"},
        {Need::prompt, Fate::refused, "OpenAI's stored prompts do not exist there"},
        {Need::conversation, Fate::refused, "OpenAI's conversations do not exist there [unverified]"},
        {Need::hosted_tools, Fate::refused, "no file search, shell, image generation or remote MCP"},
        {Need::web_search_options, Fate::refused, "a field of Chat's search models"},
    });
// A bare id: mantle.
constexpr auto kResponsesMantle =
    table(Dialect::responses, "openai.gpt-", kMantleGuide, kReadOn,
          {
              {Need::hosted_tools, Fate::carried, "web search is there; the cloud refuses the others"},
              {Need::background, Fate::carried, "unless the account's retention mode is none"},
          });
// A profile, or its ARN: runtime.
constexpr auto kResponsesRuntime =
    table(Dialect::responses, "*.openai.gpt-", kGuide, kReadOn,
          {
              {Need::background, Fate::refused, "always synchronous: true is answered by 400"},
              {Need::previous_response_id, Fate::carried, "known in the Region that served it; `model` must be given"},
          });
constexpr auto kResponsesGlobal =
    table(Dialect::responses, "*global.openai.", kGuide, kReadOn,
          {
              {Need::store, Fate::carried,
               "kept 30 days in whichever Region served the request: say store: false under residency rules"},
          });
constexpr auto kResponses5 = table(Dialect::responses, "*openai.gpt-5", kPortkey, kPortkeyDate,
                                   {
                                       {Need::temperature, Fate::refused, "refused by GPT-5.4 to 5.6"},
                                       {Need::top_p, Fate::refused, "refused by GPT-5.4 to 5.6"},
                                   });

constexpr auto kChat = table(Dialect::chat, "", kOpenAiGuide, kReadOn,
                             {
                                 {Need::file_id, Fate::refused, "no files API"},
                                 {Need::image_file_id, Fate::refused, "no files API"},
                                 {Need::audio_input, Fate::refused, "no audio"},
                                 {Need::audio_output, Fate::refused, "no audio"},
                                 {Need::web_search_options, Fate::refused, "mantle searches in Responses only"},
                                 {Need::hosted_tools, Fate::refused, "mantle searches in Responses only"},
                                 {Need::prediction, Fate::dropped, "not among Bedrock's capabilities"},
                                 {Need::moderation, Fate::dropped, "not among Bedrock's capabilities"},
                             });
constexpr auto kChat5 = table(Dialect::chat, "*openai.gpt-5", kPortkey, kPortkeyDate,
                              {
                                  {Need::temperature, Fate::refused, "refused by GPT-5.4 to 5.6"},
                                  {Need::top_p, Fate::refused, "refused by GPT-5.4 to 5.6"},
                                  {Need::several_choices, Fate::refused, "refused by GPT-5.4 to 5.6"},
                                  {Need::frequency_penalty, Fate::refused, "refused by GPT-5.4 to 5.6"},
                                  {Need::presence_penalty, Fate::refused, "refused by GPT-5.4 to 5.6"},
                                  {Need::logit_bias, Fate::refused, "refused by GPT-5.4 to 5.6"},
                              });

template <std::size_t... Sizes>
constexpr auto joined(const std::array<FieldRow, Sizes>&... tables) {
  std::array<FieldRow, (Sizes + ...)> all{};
  std::size_t at = 0;
  const auto add = [&](const auto& rows) {
    for (const FieldRow& row : rows) all[at++] = row;
  };
  (add(tables), ...);
  return all;
}

constexpr auto kAll = joined(kConverseMapped, kConverseLost, kConverseRefused, kConverseGpt, kConverseGptOss,
                             kConverseAstra, kConverseClaude, kClaudeNoStrict, kConverseNova, kResponses,
                             kResponsesMantle, kResponsesRuntime, kResponsesGlobal, kResponses5, kChat, kChat5);

}  // namespace

std::span<const FieldRow> fields() { return kAll; }

}  // namespace fw::cloud::bedrock
