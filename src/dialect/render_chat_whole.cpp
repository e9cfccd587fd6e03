// Chat completions for a client, in one piece.
#include "dialect/chat_answer.h"
#include "dialect/chat_words.h"

namespace fw::dialect {
namespace {

using inner::ItemKind;

struct WholeChoice {
  std::uint32_t index = 0;
  std::uint32_t calls = 0;
  Paragraphs reasoning_parts;
  std::string content, refusal, reasoning;              // escaped
  std::string annotations, logprobs, refusal_logprobs;  // elements
  std::string finish;
  bool spoke = false;  // a message began
  bool refused = false;
};

class ChatWhole final : public ChatAnswer {
 public:
  using ChatAnswer::ChatAnswer;
  void on(const AnswerEvent& event) override;
  void take(std::string& out) override { out.clear(); }
  std::string whole() override;
  void end() override {}

 private:
  struct Call {
    std::uint32_t choice = 0;
    ItemKind kind = ItemKind::function_call;
    std::string id, name, arguments;
  };
  void text(const AnswerEvent& event);
  void reasoning(const AnswerEvent& event);
  void begin_call(const AnswerEvent& event);
  void append_choice(std::string& out, const WholeChoice& choice) const;
  void append_calls(std::string& out, std::uint32_t choice) const;

  std::vector<WholeChoice> choices_;
  std::vector<Call> calls_;
  bool begun_ = false;
};

void ChatWhole::on(const AnswerEvent& event) {
  using enum EventKind;
  switch (event.kind) {
    case begin:
      if (!std::exchange(begun_, true)) ChatAnswer::begin(event);
      break;
    case item_begin:
      if (is_call(event.item)) return begin_call(event);
      begin_item(event, 0);
      choice_of(choices_, event.choice).spoke |= event.item == ItemKind::message;
      break;
    case text:
    case refusal:
    case logprobs: return ChatWhole::text(event);
    case reasoning_text:
    case reasoning_summary: return reasoning(event);
    case arguments:
      if (const ChatItem* item = open_item(items_, event)) calls_[item->call].arguments += event.text;
      break;
    case annotation: {
      std::string nested;
      append_annotation_as_chat(event.raw, nested);
      append_element(choice_of(choices_, event.choice).annotations, nested);
      break;
    }
    case item_end:
      if (ChatItem* item = open_item(items_, event)) item->open = false;
      break;
    case usage: usage_ = std::make_unique<Usage>(*event.usage); break;
    case finish:
      note_tier(event);
      choice_of(choices_, event.choice).finish = finish_word(event.finish, event.text);
      break;
    case encrypted:
    case other_item:
    case error: break;
  }
}

void ChatWhole::text(const AnswerEvent& event) {
  WholeChoice& choice = choice_of(choices_, event.choice);
  const bool refusal = event.kind == EventKind::refusal;
  (refusal ? choice.refused : choice.spoke) |= !event.text.empty();
  (refusal ? choice.refusal : choice.content) += event.text;
  if (!event.raw.empty()) append_elements(refusal ? choice.refusal_logprobs : choice.logprobs, event.raw);
}

void ChatWhole::reasoning(const AnswerEvent& event) {
  if (event.text.empty()) return;
  WholeChoice& choice = choice_of(choices_, event.choice);
  if (choice.reasoning_parts.next(event)) choice.reasoning += kParagraph;
  choice.reasoning += event.text;
}

void ChatWhole::begin_call(const AnswerEvent& event) {
  if (!begun_) ChatAnswer::begin({});
  begun_ = true;
  choice_of(choices_, event.choice);
  if (begin_item(event, static_cast<std::uint32_t>(calls_.size())) == nullptr) return;
  calls_.push_back({event.choice, event.item, call_id(event), std::string(event.name), {}});
}

void ChatWhole::append_calls(std::string& out, std::uint32_t choice) const {
  std::string list;
  for (const Call& call : calls_) {
    if (call.choice != choice) continue;
    const bool custom = call.kind == ItemKind::custom_call;
    if (!list.empty()) list += ',';
    list.append(R"({"id":")").append(call.id).append(R"(","type":")").append(custom ? "custom" : "function");
    list.append(custom ? R"(","custom":{"name":")" : R"(","function":{"name":")").append(call.name);
    list.append(custom ? R"(","input":")" : R"(","arguments":")").append(call.arguments).append("\"}}");
  }
  if (!list.empty()) out.append(R"(,"tool_calls":[)").append(list).append("]");
}

void quoted_or_null(std::string& out, std::string_view key, std::string_view text, bool told) {
  out.append(",\"").append(key).append("\":");
  if (told) {
    out.append(1, '"').append(text).append("\"");
  } else {
    out.append("null");
  }
}

void list_or_null(std::string& out, std::string_view key, std::string_view elements) {
  out.append("\"").append(key).append("\":");
  if (elements.empty()) {
    out.append("null");
  } else {
    out.append("[").append(elements).append("]");
  }
}

void ChatWhole::append_choice(std::string& out, const WholeChoice& choice) const {
  out.append(R"({"index":)");
  append_number(out, choice.index);
  out.append(R"(,"message":{"role":"assistant")");
  quoted_or_null(out, "content", choice.content, choice.spoke && !(choice.refused && choice.content.empty()));
  quoted_or_null(out, "refusal", choice.refusal, choice.refused);
  if (!choice.reasoning.empty()) quoted_or_null(out, "reasoning_content", choice.reasoning, true);
  append_calls(out, choice.index);
  out.append(R"(,"annotations":[)").append(choice.annotations).append(R"(]},"logprobs":)");
  if (choice.logprobs.empty() && choice.refusal_logprobs.empty()) {
    out.append("null");
  } else {
    out += '{';
    list_or_null(out, "content", choice.logprobs);
    out += ',';
    list_or_null(out, "refusal", choice.refusal_logprobs);
    out += '}';
  }
  out.append(R"(,"finish_reason":")").append(choice.finish.empty() ? "stop" : choice.finish).append("\"}");
}

std::string ChatWhole::whole() {
  if (!std::exchange(begun_, true)) ChatAnswer::begin({});
  constexpr std::size_t kFrameBytes = 1'024;  // what stands around the words
  std::size_t words = 0;
  for (const WholeChoice& choice : choices_) words += choice.content.size() + choice.reasoning.size();
  std::string out;
  out.reserve(words + kFrameBytes);
  out += '{';
  out.append(head("chat.completion")).append(R"(,"choices":[)");
  for (const WholeChoice& choice : choices_) {
    if (&choice != choices_.data()) out += ',';
    append_choice(out, choice);
  }
  out += ']';
  if (usage_ && usage_->reported) {
    out.append(R"(,"usage":)");
    append_chat_usage(out, *usage_);
  }
  out += '}';
  return out;
}

}  // namespace

std::unique_ptr<AnswerRenderer> make_chat_whole(RenderOptions options) {
  return std::make_unique<ChatWhole>(std::move(options));
}

}  // namespace fw::dialect
