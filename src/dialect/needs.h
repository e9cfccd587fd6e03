// What a request asks for beyond plain text in and out, as bits: what a place can carry is a mask.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace fw::dialect {

// One bit per field or feature. Fields that both dialects know under different names are one need
// and bear the name of Chat Completions (openai 7.57.0 `ChatCompletionCreateParams`,
// `ResponseCreateParams`); features inside a field are named after it.
enum class Need : std::uint8_t {
  // Top-level fields.
  user, safety_identifier, metadata, seed, store, background, previous_response_id, conversation, prompt,
  include, instructions, context_management, max_tokens, max_tool_calls, temperature, top_p, frequency_penalty,
  presence_penalty, logit_bias, logprobs, top_logprobs, several_choices, stop, verbosity, reasoning_effort,
  reasoning_summary, service_tier, prompt_cache_key, prompt_cache_retention, prompt_cache_options, truncation,
  prediction, modalities, audio_output, web_search_options, moderation, stream_options, parallel_tool_calls_off,
  // Tools.
  tools, strict_tools, custom_tools, hosted_tools, tool_choice_required, tool_choice_none, tool_choice_named,
  tool_choice_allowed,
  // The answer's form.
  json_mode, json_schema,
  // Content.
  image, image_url, image_detail, file, file_url, file_id, audio_input, tool_result_parts, encrypted_reasoning,
  reasoning_items, item_reference, message_name, message_phase, image_file_id, unknown_content,
  // Any other field, whatever its name.
  unknown_field,
  count_
};
inline constexpr std::size_t kNeeds = static_cast<std::size_t>(Need::count_);

using Needs = std::bitset<kNeeds>;
inline void set(Needs& needs, Need need) { needs.set(static_cast<std::size_t>(need)); }
inline bool has(const Needs& needs, Need need) { return needs.test(static_cast<std::size_t>(need)); }

// As `x-fairway-dropped`, refusals and the clouds' tables spell it: "seed", "image_url", ….
std::string_view name(Need need);
std::optional<Need> need_of(std::string_view name);

// What people, policies and `explain` call it: one or more needs (design.md section 2, Records). "text"
// is no feature: all have it.
struct Feature {
  std::string_view name;
  Needs of;  // any of them
};
std::span<const Feature> features();
const Feature* feature_of(std::string_view name);  // null: there is none of that name

// True for what has no effect on the meaning of the answer: policy `lossy: hints` may drop it.
bool is_hint(Need need);
const Needs& hints();

// What becomes of a need on its way to a place.
enum class Fate : std::uint8_t {
  carried,  // says the same there
  mapped,   // said in other words, to the same effect
  dropped,  // the place cannot be told: lost unless the policy refuses
  refused,  // the place cannot serve a request that asks for it
};
std::string_view name(Fate fate);

// One row of a table of fates. What no row names is carried.
struct FateRow {
  Need need;
  Fate fate;
  std::string_view how;  // for people: what it becomes, or why it cannot
};

// The sum of such tables, as masks.
struct Fates {
  Needs mapped;
  Needs dropped;
  Needs refused;
  // A later word replaces an earlier one.
  void apply(Need need, Fate fate) {
    const auto bit = static_cast<std::size_t>(need);
    mapped.set(bit, fate == Fate::mapped);
    dropped.set(bit, fate == Fate::dropped);
    refused.set(bit, fate == Fate::refused);
  }
};

}  // namespace fw::dialect
