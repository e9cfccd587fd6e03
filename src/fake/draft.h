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

enum class SegmentKind : std::uint8_t { text, call, reasoning, refusal };

// One item: a message's text, or a tool call whose arguments are the text.
struct Segment {
  SegmentKind kind = SegmentKind::text;
  TextPtr text;
  std::size_t pieces = 0;  // of the text; a limit may have cut it
  std::string call_id;
  std::string call_name;  // raw, as the request spelt it
  bool is_call() const { return kind == SegmentKind::call; }
  bool is_reasoning() const { return kind == SegmentKind::reasoning; }
  bool is_refusal() const { return kind == SegmentKind::refusal; }
  std::string_view whole() const { return text->first(pieces); }
  // One for each event that carries it; a call's beginning is one more.
  std::int64_t tokens() const { return static_cast<std::int64_t>(pieces) + (is_call() ? 1 : 0); }
};

enum class Finish : std::uint8_t { stop, length, tool_calls, content_filter };

struct Draft {
  std::vector<Segment> segments;
  Finish finish = Finish::stop;
  std::int64_t tokens() const;  // of one choice
  std::int64_t reasoning_tokens() const;
  // The same words as plain text, or the JSON of a call's arguments; "{}" where a limit cut them.
  static std::string plain(const Segment& segment);
  static std::string arguments(const Segment& segment);
};

// What drafts are made of.
struct Material {
  TextPtr text;                 // the default answer
  std::size_t text_pieces = 0;  // so many of it
  bool tool_calls = true;
  bool thinks = true;
};

// Calls tools where the request has some and it is the model's turn to (see kWordsPhrase, kParallelPhrase);
// JSON where a schema is asked for; else the default text. At most `tokens_max` of it.
Draft make_draft(const Ask& ask, const Material& material, IdMint& ids, std::int64_t tokens_max = INT64_MAX);

}  // namespace fw::fake
