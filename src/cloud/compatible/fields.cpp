// What becomes of a request's fields at servers that speak the OpenAI API. The rows are vLLM's, whose request models
// take any further field and pass over it; llama.cpp and Ollama do the same [unverified]. A server that knows better
// is better described by a cloud of its own.
#include <array>

#include "cloud/compatible/compatible.h"

namespace fw::cloud::compatible {
namespace {

using dialect::Fate;
using dialect::Need;

constexpr std::string_view kChat = "vllm-project/vllm, openai/chat_completion/protocol.py @ d5dba2d7";
constexpr std::string_view kResponses = "vllm-project/vllm, openai/responses/protocol.py; unverified";
constexpr std::string_view kRead = "2026-11-22";
constexpr std::string_view kIgnored = "accepted and ignored";

constexpr FieldRow chat(Need need, Fate fate, std::string_view how) {
  return {{need, fate, how}, Dialect::chat, "", kChat, kRead};
}

constexpr FieldRow responses(Need need, Fate fate, std::string_view how) {
  return {{need, fate, how}, Dialect::responses, "", kResponses, kRead};
}

constexpr std::array kRows{
    chat(Need::service_tier, Fate::dropped, kIgnored),
    chat(Need::verbosity, Fate::dropped, kIgnored),
    chat(Need::user, Fate::dropped, kIgnored),
    chat(Need::safety_identifier, Fate::dropped, kIgnored),
    chat(Need::metadata, Fate::dropped, kIgnored),
    chat(Need::prompt_cache_key, Fate::dropped, "ignored: prefixes are cached of themselves"),
    chat(Need::prompt_cache_retention, Fate::dropped, "ignored: prefixes are cached of themselves"),
    chat(Need::prompt_cache_options, Fate::dropped, "ignored: prefixes are cached of themselves"),
    chat(Need::prediction, Fate::dropped, kIgnored),
    chat(Need::audio_output, Fate::dropped, "ignored: the answer is text"),
    chat(Need::web_search_options, Fate::dropped, kIgnored),
    chat(Need::moderation, Fate::dropped, kIgnored),
    chat(Need::file, Fate::refused, "no such content part"),
    chat(Need::file_url, Fate::refused, "no such content part"),
    chat(Need::file_id, Fate::refused, "no such content part"),
    chat(Need::custom_tools, Fate::refused, "tools are functions"),
    chat(Need::hosted_tools, Fate::refused, "tools are functions"),
    chat(Need::tool_choice_allowed, Fate::refused, "none, auto, required or one function"),
    responses(Need::service_tier, Fate::dropped, kIgnored),
    responses(Need::verbosity, Fate::dropped, kIgnored),
    responses(Need::safety_identifier, Fate::dropped, kIgnored),
    responses(Need::prompt_cache_key, Fate::dropped, "ignored: prefixes are cached of themselves"),
    responses(Need::prompt_cache_retention, Fate::dropped, "ignored: prefixes are cached of themselves"),
    responses(Need::prompt_cache_options, Fate::dropped, "ignored: prefixes are cached of themselves"),
    responses(Need::moderation, Fate::dropped, kIgnored),
    responses(Need::prompt, Fate::refused, "there are no stored prompts"),
};

}  // namespace

std::span<const FieldRow> field_rows() { return kRows; }

}  // namespace fw::cloud::compatible
