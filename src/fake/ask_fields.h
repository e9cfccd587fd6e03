// The fields of a request, one at a time: their types, and where they go.
#pragma once

#include <expected>
#include <string_view>
#include <vector>

#include "fake/ask.h"
#include "wire/json.h"

namespace fw::fake {

inline constexpr int kAskDepthMax = 512;
// What is answered where JSON is asked for without a schema.
inline constexpr std::string_view kAnyObject = R"({"type":"object","properties":{"answer":{"type":"string"}}})";

// What was seen of the fields that must be there.
struct Found {
  bool prompt = false;  // messages or input
  // They stand before the rest of the prompt, wherever the body has them.
  std::vector<std::string_view> tools;
  std::vector<std::string_view> system;
};

// Puts a top-level member where it belongs. Refused: a known field of a wrong type or range.
std::expected<void, Refusal> take_field(Endpoint endpoint, const wire::JsonMember& m, Ask& ask, Found& found);

// The prompt itself: `messages` of a chat, `input` of a Response.
std::expected<void, Refusal> read_messages(std::string_view array, Ask& ask);
std::expected<void, Refusal> read_input(const wire::JsonMember& input, Ask& ask);

// The bodies of the native dialects.
std::expected<void, Refusal> take_converse_field(const wire::JsonMember& m, Ask& ask, Found& found);
std::expected<void, Refusal> take_count_field(const wire::JsonMember& m, Ask& ask, Found& found);
std::expected<void, Refusal> take_generate_field(const wire::JsonMember& m, Ask& ask, Found& found);

// Counting, by the rule in `tokens.h`; `raw` stands between quotes, still escaped.
void count_text(Ask& ask, std::string_view raw);
void count_system(Ask& ask, Found& found, std::string_view raw);
// Arguments and results are JSON, or a string that holds it: blanks in them do not count.
void count_call(Ask& ask, std::string_view name, std::string_view arguments);
void count_result(Ask& ask, std::string_view result);
void count_tool(Ask& ask, Found& found, std::string_view name, std::string_view description, std::string_view schema);

// "a string", "an array", …, as OpenAI's messages name a kind.
std::string_view kind_text(wire::JsonKind kind);

}  // namespace fw::fake
