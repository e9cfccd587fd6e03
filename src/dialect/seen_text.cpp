#include "dialect/seen_text.h"

#include <algorithm>
#include <array>

#include "dialect/answer_events.h"
#include "dialect/event_relay.h"
#include "wire/json.h"

namespace fw::dialect {
namespace {

using wire::JsonKind;
using wire::JsonMember;

// Members of a delta that hold text; vLLM, DeepSeek and others write `reasoning` or `reasoning_content`.
constexpr std::array<std::string_view, 4> kTexts{"content", "refusal", "reasoning_content", "reasoning"};
// Events of Responses whose `delta` is text that is charged as output; summaries of reasoning are not.
constexpr std::array<std::string_view, 5> kDeltas{"response.output_text.delta", "response.refusal.delta", "response.reasoning_text.delta",
                                                  "response.function_call_arguments.delta", "response.custom_tool_call_input.delta"};

template <std::size_t N>
bool is_among(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::ranges::find(words, word) != words.end();
}

// What a model writes around a text (openai/harmony, "Message format"): <|channel|>final<|message|> in front of a message,
// <|channel|>commentary to=functions.NAME <|constrain|>json<|message|> in front of a call's arguments, and one token at
// the end of either. What is charged is text and framing: seen in the recordings (seen_text_test.cpp).
constexpr std::int64_t kBeforeMessage = 3;
constexpr std::int64_t kBeforeCall = 9;
constexpr std::int64_t kBehind = 1;

// The value behind the first `key` (with its quotes) of an object, where nothing but a colon and blanks stand between.
std::string_view behind(std::string_view text, std::string_view key) {
  const auto at = text.find(key);
  if (at == text.npos) return {};
  const auto colon = text.find_first_not_of(" \t\r\n", at + key.size());
  if (colon == text.npos || text[colon] != ':') return {};
  const auto value = text.find_first_not_of(" \t\r\n", colon + 1);
  return value == text.npos ? std::string_view() : text.substr(value);
}

// The inside of the string that begins here.
std::string_view string_at(std::string_view text) {
  if (!text.starts_with('"')) return {};
  for (std::size_t end = 1; end < text.size(); ++end) {
    if (text[end] == '"') return text.substr(1, end - 1);
    if (text[end] == '\\') ++end;
  }
  return {};
}

class Counting final : public AnswerSink {
 public:
  explicit Counting(SeenText& text) : text_(text) {}
  void on(const AnswerEvent& event) override { text_.on(event); }

 private:
  SeenText& text_;
};

}  // namespace

SeenText::Text& SeenText::text() {
  if (!text_) text_ = std::make_unique<Text>();
  return *text_;
}

void SeenText::append(std::string_view escaped) {
  auto& tally = text().tally;
  if (escaped.find('\\') == escaped.npos) return tally.add(escaped);
  wire::json_unescape(escaped, tally.waiting());
  tally.settle();
}

void SeenText::begin_message() { text().framing += kBeforeMessage; }

void SeenText::begin_call(std::string_view escaped_name) {
  text().framing += kBeforeCall;
  append(escaped_name);
}

void SeenText::add(std::string_view escaped) {
  if (escaped.empty()) return;
  append(escaped);
  ++text().events;
}

void SeenText::add_chat(std::string_view from_delta) {
  const auto value = behind(from_delta, R"("delta")");
  if (!value.starts_with('{')) return;
  bool said = false;
  wire::JsonObject members(value, kEventDepthMax);
  for (JsonMember member; members.next(member);) {
    if (member.kind == JsonKind::string && is_among(member.key, kTexts) && member.value.size() > 2) {
      if (!text_) begin_message();
      append(wire::json_text(member.value));
      said = true;
    }
    if (member.kind != JsonKind::array || member.key != "tool_calls") continue;
    if (const auto name = string_at(behind(member.value, R"("name")")); !name.empty()) begin_call(name);
    const auto arguments = string_at(behind(member.value, R"("arguments")"));
    if (!arguments.empty()) append(arguments);
    said = said || !arguments.empty();
  }
  if (said) ++text().events;
}

void SeenText::add_responses(std::string_view name, std::string_view data) {
  constexpr std::string_view kAdded = "response.output_item.added";
  const auto type = name.empty() ? string_at(behind(data, R"("type")")) : name;
  if (is_among(type, kDeltas)) return add(string_at(behind(data, R"("delta")")));
  if (type != kAdded) return;
  const auto item = behind(data, R"("item")");
  const auto kind = string_at(behind(item, R"("type")"));
  if (kind == "message") begin_message();
  if (kind == "function_call" || kind == "custom_tool_call") begin_call(string_at(behind(item, R"("name")")));
}

void SeenText::on(const AnswerEvent& event) {
  using enum EventKind;
  switch (event.kind) {
    case item_begin:
      if (event.item == inner::ItemKind::message) begin_message();
      if (is_call(event.item)) begin_call(event.name);
      return;
    case EventKind::text:
    case refusal:
    case reasoning_text:
    case arguments:
      return add(event.text);
    default:
      return;
  }
}

Seen SeenText::seen() const {
  if (!text_) return {};
  const auto text = text_->tally.total();
  return {text + text_->framing, std::min(text, text_->events)};
}

Seen seen_in(AnswerDecoder& decoder, std::string_view body, int depth_max) {
  SeenText text;
  Counting sink(text);
  if (!decoder.whole(body, depth_max, sink)) return {};
  const auto tokens = text.seen().tokens;
  return {tokens == 0 ? 0 : tokens + kBehind, 0};
}

}  // namespace fw::dialect
