// Chat completions as an upstream: unnamed events, each a chunk, ended by [DONE].
#include <fmt/format.h>

#include <functional>
#include <utility>

#include "dialect/chat_words.h"
#include "dialect/event_decoder.h"
#include "dialect/skim.h"

namespace fw::dialect {
namespace {

using inner::ItemKind;
using wire::JsonKind;
using wire::JsonMember;

bool is_done(std::string_view data) {
  constexpr std::string_view kDone = "[DONE]";
  return data.starts_with(kDone) && data.find_first_not_of(" \t", kDone.size()) == std::string_view::npos;
}

// `finish_reason` as OpenAI spells it and as compatible servers do.
Finish finish_of(std::string_view word) {
  if (word == "stop" || word == "eos" || word == "eos_token" || word == "end_turn" || word == "stop_sequence" ||
      word == "STOP")
    return Finish::stop;
  if (word == "length" || word == "max_tokens" || word == "model_length" || word == "MAX_TOKENS") return Finish::length;
  if (word == "tool_calls" || word == "function_call") return Finish::tool_calls;
  return word == "content_filter" ? Finish::content_filter : Finish::other;
}

struct Choice {
  std::uint32_t index = 0;
  std::uint32_t output = 0;  // of the open message or reasoning item
  ItemKind kind = ItemKind::message;
  bool open = false;
  bool any = false;  // an item began
  bool finished = false;
  Finish finish = Finish::stop;
  std::string word = {};  // of Finish::other
};

// What a call said before its name was told.
struct Held {
  std::string id;
  std::string arguments;
};

struct Call {
  std::uint32_t choice = 0;
  std::uint32_t output = 0;
  std::int64_t index = 0;
  std::size_t id_mark = 0;  // a hash: some servers tell calls apart by their ids only
  ItemKind kind = ItemKind::function_call;
  bool begun = false;
  std::unique_ptr<Held> held;
};

constexpr std::size_t kTierBytesMax = 64;
constexpr std::size_t kWordBytesMax = 64;
constexpr std::size_t kHeldBytesMax = 64u << 10;  // of calls that never say their name

class ChatDecoder final : public EventDecoder {
 public:
  explicit ChatDecoder(RelayLimits limits) : EventDecoder(limits) {}
  Result<void> whole(std::string_view body, int depth_max, AnswerSink& sink) override;

 private:
  void take(const wire::SseEvent& event, AnswerSink& sink) override;
  void take_top(const ChatTop& top, AnswerSink& sink);
  void begin(const ChatTop& top, AnswerSink& sink);
  void take_choice(const ChatChoice& words, AnswerSink& sink);
  void say(std::size_t at, const ChatChoice& words, AnswerSink& sink);
  void say_parts(std::size_t at, std::string_view parts, AnswerSink& sink);
  void text(EventKind kind, std::size_t at, std::string_view text, std::string_view raw, AnswerSink& sink);
  void annotate(std::size_t at, std::string_view annotations, AnswerSink& sink);
  void take_call(std::size_t at, const ChatCall& words, AnswerSink& sink);
  Call* call_of(std::uint32_t choice, const ChatCall& words, AnswerSink& sink);
  void begin_call(Call& call, std::string_view id, std::string_view name, AnswerSink& sink);
  void hold(Call& call, const ChatCall& words, AnswerSink& sink);
  std::size_t choice_at(std::int64_t index, AnswerSink& sink);
  void open(std::size_t at, ItemKind kind, AnswerSink& sink);
  void close_item(Choice& choice, Finish cut, AnswerSink& sink);
  void conclude(AnswerSink& sink);
  void finish(std::size_t at, AnswerSink& sink);

  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  std::vector<Choice> choices_;
  std::vector<Call> calls_;
  std::string tier_;
  std::uint32_t outputs_ = 0;
  int depth_max_ = kEventDepthMax;
  bool begun_ = false;
};

static_assert(sizeof(ChatDecoder) < 300);  // one for each open stream

void ChatDecoder::take(const wire::SseEvent& event, AnswerSink& sink) {
  if (is_done(event.data)) {
    conclude(sink);
    return;
  }
  if (event.name == "error") {
    fail(read_stream_error(event.data), sink);
    return;
  }
  ChatTop top;
  wire::JsonObject members(event.data, depth_max_);
  for (JsonMember member; members.next(member);) read_chat_top(member, top);
  if (!read_whole(members, event.data)) {
    fail_not_json(sink);
  } else if (!top.error.empty() || top.flat_error) {
    fail(read_stream_error(top.flat_error ? event.data : top.error), sink);
  } else {
    take_top(top, sink);
  }
}

Result<void> ChatDecoder::whole(std::string_view body, int depth_max, AnswerSink& sink) {
  depth_max_ = depth_max;
  ChatTop top;
  wire::JsonObject members(body, depth_max);
  for (JsonMember member; members.next(member);) read_chat_top(member, top);
  const auto none = [](std::string why) {
    return std::unexpected(Error{Code::all_deployments_failed, Origin::provider, Retry::elsewhere, std::move(why)});
  };
  if (const auto* error = members.error())
    return none(fmt::format("The provider's answer is not a JSON object: {} (at byte {}).", wire::say(error->fault),
                            error->offset));
  if (!top.error.empty() || top.flat_error) {
    fail(read_stream_error(top.flat_error ? body : top.error), sink);
    return {};
  }
  if (no_elements(top.choices)) return none("The provider's answer is no chat completion: it has no choices.");
  take_top(top, sink);
  if (!ended_) conclude(sink);
  return {};
}

void ChatDecoder::take_top(const ChatTop& top, AnswerSink& sink) {
  const bool says = !no_elements(top.choices);
  // Azure's first chunk has filter results and an empty id.
  if (!begun_ && (says || !top.id.empty() || !top.usage.empty())) begin(top, sink);
  if (!top.service_tier.empty()) tier_ = top.service_tier.substr(0, kTierBytesMax);
  if (ChatChoice only; says && read_only_choice(top.choices, depth_max_, only)) {
    take_choice(only, sink);
  } else if (says) {
    SkimArray choices(top.choices, depth_max_);
    for (JsonMember choice; !ended_ && choices.next(choice);)
      take_choice(read_chat_choice(choice.value, depth_max_), sink);
  }
  if (top.usage.empty() || ended_) return;
  const Usage usage = read_chat_usage(top.usage);
  sink.on({.kind = EventKind::usage, .usage = &usage});
}

void ChatDecoder::begin(const ChatTop& top, AnswerSink& sink) {
  begun_ = true;
  sink.on({.kind = EventKind::begin,
           .created = top.created,
           .id = top.id,
           .model = top.model,
           .service_tier = top.service_tier});
}

void ChatDecoder::take_choice(const ChatChoice& words, AnswerSink& sink) {
  const std::size_t at = choice_at(words.index, sink);
  if (ended_) return;
  if (!words.said.empty() || !words.logprobs.empty()) say(at, words, sink);
  if (words.finish.empty()) return;
  Choice& choice = choices_[at];
  choice.finished = true;
  choice.finish = finish_of(words.finish);
  if (choice.finish == Finish::other) choice.word = words.finish.substr(0, kWordBytesMax);
}

std::size_t ChatDecoder::choice_at(std::int64_t index, AnswerSink& sink) {
  const auto wanted = static_cast<std::uint32_t>(index);
  for (std::size_t i = 0; i < choices_.size(); ++i)
    if (choices_[i].index == wanted) return i;
  if (choices_.size() >= kAnswerItemsMax) {
    fail_malformed("too_many_items", "The provider's answer has more choices than can be asked for.", sink);
    return kNone;
  }
  choices_.push_back({.index = wanted});
  return choices_.size() - 1;
}

void ChatDecoder::say(std::size_t at, const ChatChoice& words, AnswerSink& sink) {
  const ChatSaid said = words.said.empty() ? ChatSaid{} : read_chat_said(words.said, depth_max_);
  if (!said.reasoning.empty()) text(EventKind::reasoning_text, at, said.reasoning, {}, sink);
  if (!said.content.empty() || !words.logprobs.empty()) text(EventKind::text, at, said.content, words.logprobs, sink);
  if (!said.content_parts.empty()) say_parts(at, said.content_parts, sink);
  if (!said.refusal.empty() || !words.refusal_logprobs.empty())
    text(EventKind::refusal, at, said.refusal, words.refusal_logprobs, sink);
  if (!no_elements(said.annotations)) annotate(at, said.annotations, sink);
  if (!said.function_call.empty()) take_call(at, read_function_call(said.function_call, depth_max_), sink);
  if (no_elements(said.tool_calls)) return;
  SkimArray calls(said.tool_calls, depth_max_);
  for (JsonMember call; !ended_ && calls.next(call);) take_call(at, read_chat_call(call.value, depth_max_), sink);
}

// [{"type":"thinking","thinking":[{"type":"text","text":…}]},{"type":"text","text":…}]
void ChatDecoder::say_parts(std::size_t at, std::string_view parts, AnswerSink& sink) {
  SkimArray array(parts, depth_max_);
  for (JsonMember part; !ended_ && array.next(part);) {
    if (part.kind != JsonKind::object) continue;
    SkimObject members(part.value, depth_max_);
    for (JsonMember member; members.next(member);) {
      if (member.key == "text" && member.kind == JsonKind::string)
        text(EventKind::text, at, wire::json_text(member.value), {}, sink);
      if (member.key != "thinking" || member.kind != JsonKind::array) continue;
      SkimArray thoughts(member.value, depth_max_);
      for (JsonMember thought; thoughts.next(thought);)
        if (const auto said = wire::json_find(thought.value, {"text"}))
          text(EventKind::reasoning_text, at, wire::json_text(*said), {}, sink);
    }
  }
}

void ChatDecoder::text(EventKind kind, std::size_t at, std::string_view text, std::string_view raw, AnswerSink& sink) {
  if (text.empty() && raw.empty()) return;
  open(at, kind == EventKind::reasoning_text ? ItemKind::reasoning : ItemKind::message, sink);
  if (ended_) return;
  const Choice& choice = choices_[at];
  sink.on({.kind = kind, .output = choice.output, .choice = choice.index, .text = text, .raw = raw});
}

void ChatDecoder::annotate(std::size_t at, std::string_view annotations, AnswerSink& sink) {
  open(at, ItemKind::message, sink);
  std::string flat;
  SkimArray array(annotations, depth_max_);
  for (JsonMember annotation; !ended_ && array.next(annotation);) {
    if (annotation.kind != JsonKind::object) continue;
    flat.clear();
    append_annotation_as_responses(annotation.value, flat);
    const Choice& choice = choices_[at];
    sink.on({.kind = EventKind::annotation, .output = choice.output, .choice = choice.index, .raw = flat});
  }
}

void ChatDecoder::open(std::size_t at, ItemKind kind, AnswerSink& sink) {
  Choice& choice = choices_[at];
  if (choice.open && choice.kind == kind) return;
  close_item(choice, Finish::stop, sink);
  if (outputs_ >= kAnswerItemsMax) {
    fail_malformed("too_many_items", "The provider's answer has too many items.", sink);
    return;
  }
  choice.open = choice.any = true;
  choice.kind = kind;
  choice.output = outputs_++;
  sink.on({.kind = EventKind::item_begin, .item = kind, .output = choice.output, .choice = choice.index});
}

void ChatDecoder::close_item(Choice& choice, Finish cut, AnswerSink& sink) {
  if (!std::exchange(choice.open, false)) return;
  sink.on({.kind = EventKind::item_end, .finish = cut, .output = choice.output, .choice = choice.index});
}

// The call a delta belongs to, made if there is none; null: there are too many. Some servers tell no
// index, and some the same one for every call of a turn.
Call* ChatDecoder::call_of(std::uint32_t choice, const ChatCall& words, AnswerSink& sink) {
  const std::size_t mark = words.id.empty() ? 0 : std::hash<std::string_view>()(words.id);
  Call* found = nullptr;
  for (std::size_t i = calls_.size(); i-- > 0 && found == nullptr;)
    if (calls_[i].choice == choice && (words.index < 0 || calls_[i].index == words.index)) found = &calls_[i];
  const bool other_id = found != nullptr && mark != 0 && found->id_mark != 0 && found->id_mark != mark;
  if (found != nullptr && !(other_id && (words.index < 0 || !words.name.empty()))) {
    if (found->id_mark == 0) found->id_mark = mark;
    return found;
  }
  if (calls_.size() >= kAnswerItemsMax) {
    fail_malformed("too_many_items", "The provider's answer has too many calls.", sink);
    return nullptr;
  }
  const ItemKind kind = words.custom ? ItemKind::custom_call : ItemKind::function_call;
  calls_.push_back({.choice = choice, .index = words.index, .id_mark = mark, .kind = kind, .held = nullptr});
  return &calls_.back();
}

void ChatDecoder::take_call(std::size_t at, const ChatCall& words, AnswerSink& sink) {
  Choice& choice = choices_[at];
  Call* call = call_of(choice.index, words, sink);
  if (call == nullptr) return;
  if (!call->begun && words.name.empty()) {
    hold(*call, words, sink);
    return;
  }
  if (!call->begun) {
    close_item(choice, Finish::stop, sink);
    choice.any = true;
    begin_call(*call, words.id, words.name, sink);
  }
  if (ended_ || words.text().empty()) return;
  sink.on({.kind = EventKind::arguments, .output = call->output, .choice = call->choice, .text = words.text()});
}

void ChatDecoder::hold(Call& call, const ChatCall& words, AnswerSink& sink) {
  if (!call.held) call.held = std::make_unique<Held>();
  if (call.held->id.empty()) call.held->id = words.id;
  call.held->arguments += words.text();
  if (call.held->arguments.size() + call.held->id.size() > kHeldBytesMax)
    fail_malformed("nameless_call", "The provider sent a tool call without a name.", sink);
}

void ChatDecoder::begin_call(Call& call, std::string_view id, std::string_view name, AnswerSink& sink) {
  if (outputs_ >= kAnswerItemsMax) {
    fail_malformed("too_many_items", "The provider's answer has too many items.", sink);
    return;
  }
  const auto held = std::move(call.held);
  call.begun = true;
  call.output = outputs_++;
  sink.on({.kind = EventKind::item_begin,
           .item = call.kind,
           .output = call.output,
           .choice = call.choice,
           .call_id = held && !held->id.empty() ? held->id : id,
           .name = name});
  if (held && !held->arguments.empty())
    sink.on({.kind = EventKind::arguments, .output = call.output, .choice = call.choice, .text = held->arguments});
}

// Finish reasons wait for the ending: some servers go on after them.
void ChatDecoder::conclude(AnswerSink& sink) {
  if (choices_.empty()) {
    fail_malformed("empty_stream", "The provider's stream ended without an answer.", sink);
    return;
  }
  for (std::size_t i = 0; i < choices_.size() && !ended_; ++i) finish(i, sink);
  ended_ = true;
}

void ChatDecoder::finish(std::size_t at, AnswerSink& sink) {
  const std::uint32_t index = choices_[at].index;
  Call* last = nullptr;
  for (Call& call : calls_) {
    if (call.choice != index || ended_) continue;
    if (!call.begun) begin_call(call, {}, {}, sink);
    last = &call;
  }
  if (last == nullptr && !choices_[at].any) open(at, ItemKind::message, sink);
  if (ended_) return;
  Choice& choice = choices_[at];
  if (!choice.finished && last != nullptr) choice.finish = Finish::tool_calls;
  const bool cut_off = choice.finish == Finish::length || choice.finish == Finish::content_filter;
  const Finish cut = cut_off ? choice.finish : Finish::stop;
  const bool call_is_last = last != nullptr && !(choice.open && choice.output > last->output);
  for (const Call& call : calls_)
    if (call.choice == index)
      sink.on({.kind = EventKind::item_end,
               .finish = &call == last && call_is_last ? cut : Finish::stop,
               .output = call.output,
               .choice = index});
  close_item(choice, cut, sink);
  sink.on({.kind = EventKind::finish,
           .finish = choice.finish,
           .choice = index,
           .text = choice.word,
           .service_tier = tier_});
}

}  // namespace

std::unique_ptr<AnswerDecoder> make_chat_decoder(RelayLimits limits) { return std::make_unique<ChatDecoder>(limits); }

}  // namespace fw::dialect
