#include "dialect/needs.h"

#include <algorithm>

namespace fw::dialect {
namespace {

// In the order of Need.
constexpr std::array<std::string_view, kNeeds> kNames{{
    "user", "safety_identifier", "metadata", "seed", "store", "background", "previous_response_id", "conversation",
    "prompt", "include", "instructions", "context_management", "max_completion_tokens", "max_tool_calls",
    "temperature", "top_p", "frequency_penalty", "presence_penalty", "logit_bias", "logprobs", "top_logprobs", "n",
    "stop", "verbosity", "reasoning_effort", "reasoning.summary", "service_tier", "prompt_cache_key",
    "prompt_cache_retention", "prompt_cache_options", "truncation", "prediction", "modalities", "audio",
    "web_search_options", "moderation", "stream_options", "parallel_tool_calls", "tools", "tools.strict",
    "tools.custom", "tools.hosted", "tool_choice.required", "tool_choice.none", "tool_choice.named",
    "tool_choice.allowed_tools", "response_format.json_object", "response_format.json_schema", "image",
    "image.url", "image.detail", "file", "file.url", "file.id", "input_audio", "tool_result.parts",
    "reasoning.encrypted_content", "reasoning.items", "item_reference", "messages.name", "messages.phase",
    "image.file_id", "unknown_content", "unknown_field",
}};

constexpr std::array kHints{Need::user, Need::safety_identifier, Need::metadata, Need::seed, Need::prompt_cache_key,
                            Need::prompt_cache_retention, Need::prompt_cache_options, Need::stream_options,
                            Need::image_detail, Need::message_name, Need::encrypted_reasoning, Need::reasoning_items,
                            Need::reasoning_summary, Need::service_tier, Need::message_phase, Need::prediction};

Needs any_of(std::initializer_list<Need> needs) {
  Needs all;
  for (const auto need : needs) set(all, need);
  return all;
}

}  // namespace

std::span<const Feature> features() {
  static const std::array all{
      Feature{"vision", any_of({Need::image, Need::image_url, Need::image_detail, Need::image_file_id})},
      Feature{"audio", any_of({Need::audio_input, Need::audio_output})},
      Feature{"files", any_of({Need::file, Need::file_url, Need::file_id})},
      Feature{"tools", any_of({Need::tools, Need::strict_tools, Need::custom_tools})},
      Feature{"json_schema", any_of({Need::json_schema})},
      Feature{"json_mode", any_of({Need::json_mode})},
      Feature{"reasoning", any_of({Need::reasoning_effort, Need::reasoning_summary, Need::reasoning_items, Need::encrypted_reasoning})},
      Feature{"logprobs", any_of({Need::logprobs, Need::top_logprobs})},
      Feature{"background", any_of({Need::background})},
      Feature{"store", any_of({Need::store})},
      Feature{"previous_response", any_of({Need::previous_response_id})},
      Feature{"hosted_tool", any_of({Need::hosted_tools, Need::web_search_options})},
  };
  return all;
}

const Feature* feature_of(std::string_view name) {
  const auto all = features();
  const auto it = std::ranges::find(all, name, &Feature::name);
  return it == all.end() ? nullptr : &*it;
}

std::string_view name(Need need) { return kNames[static_cast<std::size_t>(need)]; }

std::optional<Need> need_of(std::string_view name) {
  const auto it = std::ranges::find(kNames, name);
  if (it == kNames.end()) return std::nullopt;
  return static_cast<Need>(it - kNames.begin());
}

bool is_hint(Need need) { return std::ranges::find(kHints, need) != kHints.end(); }

const Needs& hints() {
  static const Needs all = [] {
    Needs made;
    for (const auto need : kHints) set(made, need);
    return made;
  }();
  return all;
}

std::string_view name(Fate fate) {
  constexpr std::array<std::string_view, 4> kFates{"carried", "mapped", "dropped", "refused"};
  return kFates[static_cast<std::size_t>(fate)];
}

}  // namespace fw::dialect
