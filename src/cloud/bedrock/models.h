// Model families, told by ids, and what Bedrock asks of the ids inside a conversation.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fw::cloud::bedrock {

enum class Family : std::uint8_t { other, gpt, gpt_oss, claude, nova_reasoning, mistral };

// By a model id, a profile id (`us.openai.gpt-6-sol`) or an ARN that ends in one of them. An
// application profile's ARN names no model: other.
Family family_of(std::string_view model);

// The scope that a cross-Region profile's id or ARN names ("global", "us"); empty: it is none.
std::string_view profile_scope(std::string_view model);
bool is_application_profile(std::string_view model);

// A tool call's id as the family takes it: unchanged where it fits [a-zA-Z0-9_-]{1,64} (Converse API
// reference, ToolUseBlock), for Mistral nine letters or digits; else made of its hash. The same id
// always becomes the same. `raw` is the inside of a JSON string; so is what is appended.
void append_call_id(std::string& out, std::string_view raw, Family family);

}  // namespace fw::cloud::bedrock
