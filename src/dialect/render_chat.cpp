// Chat completions for a client.
#include <optional>
#include <utility>

#include "dialect/chat_words.h"
#include "dialect/error.h"
#include "dialect/render_parts.h"
#include "wire/json.h"

namespace fw::dialect {
namespace {

using inner::ItemKind;

bool is_call(ItemKind kind) { return kind == ItemKind::function_call || kind == ItemKind::custom_call; }

// What both forms know of an item.
struct Item {
  std::uint32_t output = 0;
  std::uint32_t choice = 0;
  std::uint32_t call = 0;  // which of the choice's calls
  ItemKind kind = ItemKind::message;
  bool open = true;
};

constexpr std::size_t kItemsMax = 1u << 20;  // a decoder's own limit is far below

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
  Item* begin_item(const AnswerEvent& event, std::uint32_t call);

  RenderOptions options_;  // id and model are escaped once the answer began
  std::string tier_;
  std::vector<Item> items_;
  std::unique_ptr<Usage> usage_;
};

void ChatAnswer::begin(const AnswerEvent& event) {
  if (event.id.starts_with("chatcmpl-")) {
    options_.id = event.id;
  } else {
    options_.id.insert(0, "chatcmpl-");
  }
  if (event.created != 0) options_.created = event.created;
  std::string model(event.model);
  if (model.empty()) wire::json_escape(model, options_.model);
  options_.model = std::move(model);
  note_tier(event);
}

// "auto" is what was asked for, never what was served.
void ChatAnswer::note_tier(const AnswerEvent& event) {
  if (!event.service_tier.empty() && event.service_tier != "auto") tier_ = event.service_tier;
}

std::string ChatAnswer::head(std::string_view object) const {
  std::string out;
  out.append(R"("id":")").append(options_.id).append(R"(","object":")").append(object).append(R"(","created":)");
  append_number(out, options_.created);
  out.append(R"(,"model":")").append(options_.model).append("\"");
  if (!tier_.empty()) out.append(R"(,"service_tier":")").append(tier_).append("\"");
  return out;
}

std::string ChatAnswer::call_id(const AnswerEvent& event) const {
  if (!event.call_id.empty()) return std::string(event.call_id);
  std::string out("call_");
  out.append(options_.id.starts_with("chatcmpl-") ? std::string_view(options_.id).substr(9) : options_.id).append("_");
  append_number(out, event.output);
  return out;
}

Item* ChatAnswer::begin_item(const AnswerEvent& event, std::uint32_t call) {
  if (items_.size() >= kItemsMax) return nullptr;
  items_.push_back({.output = event.output, .choice = event.choice, .call = call, .kind = event.item});
  return &items_.back();
}

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

constexpr std::string_view kParagraph = R"(\n\n)";

template <class Choice>
Choice& choice_of(std::vector<Choice>& choices, std::uint32_t index) {
  for (Choice& choice : choices)
    if (choice.index == index) return choice;
  choices.emplace_back();
  choices.back().index = index;
  return choices.back();
}

struct StreamChoice {
  std::uint32_t index = 0;
  std::uint32_t calls = 0;
  Paragraphs reasoning;
  bool role = false;
};

// Nothing is kept of what was rendered.
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
      if (Item* item = open_item(items_, event)) item->open = false;
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
  const Item* item = begin_item(event, choice.calls);
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
  const Item* item = open_item(items_, event);
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
      if (const Item* item = open_item(items_, event)) calls_[item->call].arguments += event.text;
      break;
    case annotation: {
      std::string nested;
      append_annotation_as_chat(event.raw, nested);
      append_element(choice_of(choices_, event.choice).annotations, nested);
      break;
    }
    case item_end:
      if (Item* item = open_item(items_, event)) item->open = false;
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
  std::string out("{");
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
  return out + "}";
}

}  // namespace

std::unique_ptr<AnswerRenderer> make_chat_renderer(RenderOptions options) {
  if (options.stream) return std::make_unique<ChatStream>(std::move(options));
  return std::make_unique<ChatWhole>(std::move(options));
}

}  // namespace fw::dialect
