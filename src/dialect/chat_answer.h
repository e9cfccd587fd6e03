// What a streamed chat completion and a whole one have in common.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dialect/error.h"
#include "dialect/render_parts.h"

namespace fw::dialect {

struct ChatItem {
  std::uint32_t output = 0;
  std::uint32_t choice = 0;
  std::uint32_t call = 0;  // which of the choice's calls
  inner::ItemKind kind = inner::ItemKind::message;
  bool open = true;
};

// Ids, names and reasoning, which a stream and a whole answer have in common.
class ChatAnswer : public AnswerRenderer {
 public:
  explicit ChatAnswer(RenderOptions options) : options_(std::move(options)) {}
  std::string render_error(const Error& error) const override { return "data: " + error_json(error) + "\n\n"; }

 protected:
  // `"id":…,"object":…,"created":…,"model":…` and the tier if it is known.
  std::string head(std::string_view object) const;
  void begin(const AnswerEvent& event);
  void note_tier(const AnswerEvent& event);
  std::string call_id(const AnswerEvent& event) const;
  // The item that begins; null: there are too many.
  ChatItem* begin_item(const AnswerEvent& event, std::uint32_t call);

  RenderOptions options_;  // id and model are escaped once the answer began
  std::string tier_;
  std::vector<ChatItem> items_;
  std::unique_ptr<Usage> usage_;
};

// Separates what came as parts of their own where Chat has one string.
class Paragraphs {
 public:
  // True where a part begins that is not the first.
  bool next(const AnswerEvent& event) {
    const bool summary = event.kind == EventKind::reasoning_summary;
    const bool same = any_ && output_ == event.output && part_ == event.part && summary_ == summary;
    output_ = event.output;
    part_ = event.part;
    summary_ = summary;
    return std::exchange(any_, true) && !same;
  }

 private:
  std::uint32_t output_ = 0;
  std::uint32_t part_ = 0;
  bool summary_ = false;
  bool any_ = false;
};

inline constexpr std::string_view kParagraph = R"(\n\n)";

template <class Choice>
Choice& choice_of(std::vector<Choice>& choices, std::uint32_t index) {
  for (Choice& choice : choices)
    if (choice.index == index) return choice;
  choices.emplace_back();
  choices.back().index = index;
  return choices.back();
}

std::unique_ptr<AnswerRenderer> make_chat_stream(RenderOptions options);
std::unique_ptr<AnswerRenderer> make_chat_whole(RenderOptions options);

}  // namespace fw::dialect
