// Chat completions for a client, streamed: nothing is kept of what was rendered.
#include "dialect/chat_answer.h"
#include "dialect/chat_words.h"

namespace fw::dialect {
namespace {

using inner::ItemKind;

struct StreamChoice {
  std::uint32_t index = 0;
  std::uint32_t calls = 0;
  Paragraphs reasoning;
  bool role = false;
};

class ChatStream final : public ChatAnswer {
 public:
  using ChatAnswer::ChatAnswer;
  void on(const AnswerEvent& event) override;
  void take(std::string& out) override { hand_over(made_, out); }
  std::string whole() override { return {}; }
  void end() override;

 private:
  StreamChoice& speaker(const AnswerEvent& event, bool call = false);
  void open_chunk(std::uint32_t choice);
  void close_chunk();
  void close_chunk(std::string_view logprobs, bool of_refusal);
  void text(const AnswerEvent& event);
  void reasoning(const AnswerEvent& event);
  void begin_call(const AnswerEvent& event);
  void arguments(const AnswerEvent& event);
  void annotation(const AnswerEvent& event);
  void finish(const AnswerEvent& event);
  void ensure_head();

  std::string made_;
  std::string head_;  // what each chunk begins with, up to the choice's index
  std::vector<StreamChoice> choices_;
  bool begun_ = false;
  bool finished_ = false;
};

void ChatStream::on(const AnswerEvent& event) {
  using enum EventKind;
  switch (event.kind) {
    case begin:
      if (!std::exchange(begun_, true)) ChatAnswer::begin(event);
      break;
    case item_begin:
      if (is_call(event.item)) return begin_call(event);
      begin_item(event, 0);
      speaker(event);
      break;
    case text:
    case refusal:
    case logprobs: return ChatStream::text(event);
    case reasoning_text:
    case reasoning_summary: return reasoning(event);
    case arguments: return ChatStream::arguments(event);
    case annotation: return ChatStream::annotation(event);
    case item_end:
      if (ChatItem* item = open_item(items_, event)) item->open = false;
      break;
    case other_item: speaker(event); break;
    case usage: usage_ = std::make_unique<Usage>(*event.usage); break;
    case finish: return ChatStream::finish(event);
    case encrypted:
    case error: break;
  }
}

void ChatStream::ensure_head() {
  if (!head_.empty()) return;
  if (!std::exchange(begun_, true)) ChatAnswer::begin({});
  head_.append("data: {").append(head("chat.completion.chunk")).append(R"(,"choices":[)");
}

// The choice that speaks; its role comes first. Content is null where a call is all there is so far.
StreamChoice& ChatStream::speaker(const AnswerEvent& event, bool call) {
  StreamChoice& choice = choice_of(choices_, event.choice);
  if (std::exchange(choice.role, true)) return choice;
  open_chunk(event.choice);
  made_.append(R"("role":"assistant","content":)").append(call ? "null" : R"("")").append(R"(,"refusal":null)");
  close_chunk();
  return choice;
}

void ChatStream::open_chunk(std::uint32_t choice) {
  ensure_head();
  made_.append(head_).append(R"({"index":)");
  append_number(made_, choice);
  made_.append(R"(,"delta":{)");
}

void ChatStream::close_chunk() {
  made_.append(R"(},"logprobs":null,"finish_reason":null}])");
  made_.append(options_.include_usage ? ",\"usage\":null}\n\n" : "}\n\n");
}

void ChatStream::close_chunk(std::string_view logprobs, bool of_refusal) {
  if (logprobs.empty()) return close_chunk();
  made_.append(of_refusal ? R"(},"logprobs":{"content":null,"refusal":)" : R"(},"logprobs":{"content":)");
  append_on_one_line(made_, logprobs);
  made_.append(of_refusal ? "}" : R"(,"refusal":null})").append(R"(,"finish_reason":null}])");
  made_.append(options_.include_usage ? ",\"usage\":null}\n\n" : "}\n\n");
}

void ChatStream::text(const AnswerEvent& event) {
  if (event.text.empty() && event.raw.empty()) return;
  speaker(event);
  open_chunk(event.choice);
  const bool refusal = event.kind == EventKind::refusal;
  if (!event.text.empty()) made_.append(refusal ? R"("refusal":")" : R"("content":")").append(event.text).append("\"");
  close_chunk(event.raw, refusal);
}

void ChatStream::reasoning(const AnswerEvent& event) {
  if (event.text.empty()) return;
  const bool apart = speaker(event).reasoning.next(event);
  open_chunk(event.choice);
  made_.append(R"("reasoning_content":")").append(apart ? kParagraph : "").append(event.text).append("\"");
  close_chunk();
}

void ChatStream::begin_call(const AnswerEvent& event) {
  StreamChoice& choice = speaker(event, true);
  const ChatItem* item = begin_item(event, choice.calls);
  if (item == nullptr) return;
  ++choice.calls;
  const bool custom = event.item == ItemKind::custom_call;
  open_chunk(event.choice);
  made_.append(R"("tool_calls":[{"index":)");
  append_number(made_, item->call);
  made_.append(R"(,"id":")").append(call_id(event)).append(R"(","type":")").append(custom ? "custom" : "function");
  made_.append(custom ? R"(","custom":{"name":")" : R"(","function":{"name":")").append(event.name);
  made_.append(custom ? R"(","input":""}}])" : R"(","arguments":""}}])");
  close_chunk();
}

void ChatStream::arguments(const AnswerEvent& event) {
  const ChatItem* item = open_item(items_, event);
  if (item == nullptr || event.text.empty()) return;
  const bool custom = item->kind == ItemKind::custom_call;
  open_chunk(item->choice);
  made_.append(R"("tool_calls":[{"index":)");
  append_number(made_, item->call);
  made_.append(custom ? R"(,"custom":{"input":")" : R"(,"function":{"arguments":")").append(event.text).append("\"}}]");
  close_chunk();
}

void ChatStream::annotation(const AnswerEvent& event) {
  speaker(event);
  std::string nested;
  append_annotation_as_chat(event.raw, nested);
  open_chunk(event.choice);
  made_.append(R"("annotations":[)");
  append_on_one_line(made_, nested);
  made_ += ']';
  close_chunk();
}

void ChatStream::finish(const AnswerEvent& event) {
  note_tier(event);
  speaker(event);
  head_.clear();
  open_chunk(event.choice);
  made_.append(R"(},"logprobs":null,"finish_reason":")").append(finish_word(event.finish, event.text)).append("\"}]");
  made_.append(options_.include_usage ? ",\"usage\":null}\n\n" : "}\n\n");
  finished_ = true;
}

void ChatStream::end() {
  if (!std::exchange(finished_, false)) return;
  if (options_.include_usage && usage_ && usage_->reported) {
    made_.append(head_).append(R"(],"usage":)");
    append_chat_usage(made_, *usage_);
    made_.append("}\n\n");
  }
  made_.append("data: [DONE]\n\n");
}

}  // namespace

std::unique_ptr<AnswerRenderer> make_chat_stream(RenderOptions options) {
  return std::make_unique<ChatStream>(std::move(options));
}

}  // namespace fw::dialect
