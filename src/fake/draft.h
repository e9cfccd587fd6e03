// An answer before it is spelt in a dialect: texts and tool calls, and what they count.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fake/ask.h"
#include "fake/bill.h"
#include "fake/ids.h"
#include "fake/text.h"

namespace fw::fake {

// One item: a message's text, or a tool call whose arguments are the text.
struct Segment {
  TextPtr text;
  std::size_t pieces = 0;  // of the text; a limit may have cut it
  std::string call_id;     // empty: a message
  std::string call_name;   // raw, as the request spelt it
  bool is_call() const { return !call_id.empty(); }
  std::string_view whole() const { return text->first(pieces); }
  // One for each event that carries it; a call's beginning is one more.
  std::int64_t tokens() const { return static_cast<std::int64_t>(pieces) + (is_call() ? 1 : 0); }
};

enum class Finish : std::uint8_t { stop, length, tool_calls };

struct Draft {
  std::vector<Segment> segments;
  Finish finish = Finish::stop;
  std::int64_t tokens() const;  // of one choice
};

// What drafts are made of.
struct Material {
  TextPtr text;                 // the default answer
  std::size_t text_pieces = 0;  // so many of it
  bool tool_calls = true;
};

// Calls tools where the request has some and it is the model's turn to (see kWordsPhrase, kParallelPhrase);
// JSON where a schema is asked for; else the default text.
Draft make_draft(const Ask& ask, const Material& material, IdMint& ids);

}  // namespace fw::fake
