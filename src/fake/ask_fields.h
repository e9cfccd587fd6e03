// The fields of a request, one at a time: their types, and where they go.
#pragma once

#include <expected>

#include "fake/ask.h"
#include "wire/json.h"

namespace fw::fake {

inline constexpr int kAskDepthMax = 512;

// What was seen of the fields that must be there.
struct Found {
  bool prompt = false;  // messages or input
};

// Puts a top-level member where it belongs. Refused: a known field of a wrong type or range.
std::expected<void, Refusal> take_field(Endpoint endpoint, const wire::JsonMember& m, Ask& ask, Found& found);

// The prompt itself: `messages` of a chat, `input` of a Response.
std::expected<void, Refusal> read_messages(std::string_view array, Ask& ask);
std::expected<void, Refusal> read_input(const wire::JsonMember& input, Ask& ask);

// "a string", "an array", …, as OpenAI's messages name a kind.
std::string_view kind_text(wire::JsonKind kind);

}  // namespace fw::fake
