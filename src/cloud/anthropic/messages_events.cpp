#include "cloud/anthropic/messages_events.h"

#include "cloud/anthropic/messages_write.h"
#include "wire/json.h"

namespace fw::cloud::anthropic {
namespace {

using dialect::AnswerEvent;
using dialect::AnswerSink;
using dialect::EventKind;
using dialect::Finish;
using dialect::inner::ItemKind;
using wire::JsonKind;
using wire::JsonMember;

constexpr std::size_t kWordBytesMax = 64;          // of a reason nobody knows
constexpr std::size_t kSignatureBytesMax = 1 << 20;  // recorded ones have a few thousand
constexpr std::uint32_t kItemsMax = 4096;

AnswerEvent event_of(EventKind kind, ItemKind item, std::uint32_t output) {
  AnswerEvent event;
  event.kind = kind;
  event.item = item;
  event.output = output;
  return event;
}

std::string_view text_of(const JsonMember& member) {
  return member.kind == JsonKind::string ? wire::json_text(member.value) : std::string_view();
}

// How the last item ended: cut off, or of itself.
Finish item_finish(Finish finish) {
  return finish == Finish::length || finish == Finish::content_filter ? finish : Finish::stop;
}

}  // namespace

// The members of an event that matter, and of a message.
struct MessagesEvents::Words {
  std::string_view type, message, block, delta, usage, content, stop_reason, id, model;
};

// Of a content block or a delta.
struct MessagesEvents::BlockWords {
  std::string_view type, text, thinking, signature, redacted, id, name, input, partial_json;
};

MessagesEvents::Words MessagesEvents::read(std::string_view object, int depth_max, bool& valid) const {
  Words words;
  wire::JsonObject members(object, depth_max);
  for (JsonMember member; members.next(member);) {
    const bool nested = member.kind == JsonKind::object;
    if (member.key == "type") words.type = text_of(member);
    if (member.key == "id") words.id = text_of(member);
    if (member.key == "model") words.model = text_of(member);
    if (member.key == "stop_reason") words.stop_reason = text_of(member);
    if (member.key == "content" && member.kind == JsonKind::array) words.content = member.value;
    if (member.key == "message" && nested) words.message = member.value;
    if (member.key == "content_block" && nested) words.block = member.value;
    if (member.key == "delta" && nested) words.delta = member.value;
    if (member.key == "usage" && nested) words.usage = member.value;
  }
  valid = members.error() == nullptr;
  return words;
}

MessagesEvents::BlockWords MessagesEvents::read_block(std::string_view object, int depth_max, bool& valid) const {
  BlockWords words;
  wire::JsonObject members(object, depth_max);
  for (JsonMember member; members.next(member);) {
    if (member.key == "type") words.type = text_of(member);
    if (member.key == "text") words.text = text_of(member);
    if (member.key == "thinking") words.thinking = text_of(member);
    if (member.key == "signature") words.signature = text_of(member);
    if (member.key == "data") words.redacted = text_of(member);
    if (member.key == "id") words.id = text_of(member);
    if (member.key == "name") words.name = text_of(member);
    if (member.key == "partial_json") words.partial_json = text_of(member);
    if (member.key == "input" && member.kind == JsonKind::object) words.input = member.value;
  }
  valid = members.error() == nullptr;
  return words;
}

Taken MessagesEvents::take(std::string_view object, int depth_max, AnswerSink& sink) {
  bool valid = false;
  const Words words = read(object, depth_max, valid);
  if (!valid) return Taken::malformed;
  if (words.type == "error") return Taken::error;
  if (words.type == "message_start") {
    begin(words.message.empty() ? "{}" : words.message, depth_max, sink);
  } else if (words.type == "content_block_start") {
    valid = begin_block(words.block.empty() ? "{}" : words.block, depth_max, sink);
  } else if (words.type == "content_block_delta") {
    valid = delta(words.delta.empty() ? "{}" : words.delta, depth_max, sink);
  } else if (words.type == "content_block_stop") {
    end_block(sink);
  } else if (words.type == "message_delta") {
    if (!words.usage.empty()) usage_.read(words.usage);
    const Words told = read(words.delta.empty() ? "{}" : words.delta, depth_max, valid);
    if (!told.stop_reason.empty()) stop_reason_ = told.stop_reason.substr(0, kWordBytesMax);
  } else if (words.type == "message_stop") {
    return finish(sink), Taken::ended;
  }
  // `ping`, and what may come to be: guide "Streaming messages" says to pass over unknown events.
  return valid ? Taken::told : Taken::malformed;
}

void MessagesEvents::begin(std::string_view message, int depth_max, AnswerSink& sink) {
  if (begun_) return;
  begun_ = true;
  bool valid = false;
  const Words words = read(message, depth_max, valid);
  if (!words.usage.empty()) usage_.read(words.usage);
  AnswerEvent event = event_of(EventKind::begin, ItemKind::message, 0);
  event.id = words.id;
  event.model = words.model;
  event.service_tier = usage_.service_tier();
  sink.on(event);
}

bool MessagesEvents::begin_block(std::string_view object, int depth_max, AnswerSink& sink) {
  bool valid = false;
  const BlockWords words = read_block(object, depth_max, valid);
  if (!valid || output_ >= kItemsMax) return false;
  end_block(sink);
  pending_.clear();
  block_ = Block::other;
  if (words.type == "text") {
    block_ = Block::text;
    if (!words.text.empty()) tell(EventKind::text, words.text, sink);
  } else if (words.type == "tool_use") {
    block_ = Block::call;
    open(ItemKind::function_call, words.id, words.name, sink);
    pending_ = words.input;
  } else if (words.type == "thinking") {
    block_ = Block::thought;
    open(ItemKind::reasoning, {}, {}, sink);
    if (!words.thinking.empty()) tell(EventKind::reasoning_summary, words.thinking, sink);
    pending_ = words.signature;
  } else if (words.type == "redacted_thinking") {
    open(ItemKind::reasoning, {}, {}, sink);
    sealed(kRedactedPrefix, words.redacted, sink);
  }
  return true;
}

bool MessagesEvents::delta(std::string_view object, int depth_max, AnswerSink& sink) {
  bool valid = false;
  const BlockWords words = read_block(object, depth_max, valid);
  if (!valid || pending_.size() + words.signature.size() > kSignatureBytesMax) return false;
  if (block_ == Block::text && !words.text.empty()) tell(EventKind::text, words.text, sink);
  if (block_ == Block::call) arguments(words.partial_json, sink);
  if (block_ == Block::thought && !words.thinking.empty()) tell(EventKind::reasoning_summary, words.thinking, sink);
  if (block_ == Block::thought) pending_ += words.signature;
  return true;
}

// A block's end. Its item stays open: text may go on in the next block, and only the answer's end says
// whether the last one was cut off.
void MessagesEvents::end_block(AnswerSink& sink) {
  if (block_ == Block::thought) sealed(kSignaturePrefix, pending_, sink);
  if (block_ == Block::call && !has_arguments_ && pending_.starts_with('{')) {
    std::string input;
    wire::json_escape(input, pending_);
    arguments(input, sink);
  }
  block_ = Block::none;
}

void MessagesEvents::open(ItemKind item, std::string_view id, std::string_view name, AnswerSink& sink) {
  begin("{}", 1, sink);
  close(Finish::stop, sink);
  open_ = item;
  has_arguments_ = false;
  AnswerEvent event = event_of(EventKind::item_begin, item, output_);
  event.call_id = id;
  event.name = name;
  sink.on(event);
}

void MessagesEvents::close(Finish finish, AnswerSink& sink) {
  if (!open_) return;
  AnswerEvent event = event_of(EventKind::item_end, *open_, output_++);
  event.finish = finish;
  open_.reset();
  sink.on(event);
}

void MessagesEvents::tell(EventKind kind, std::string_view text, AnswerSink& sink) {
  if (kind == EventKind::text && open_ != ItemKind::message) open(ItemKind::message, {}, {}, sink);
  AnswerEvent event = event_of(kind, *open_, output_);
  event.text = text;
  sink.on(event);
}

void MessagesEvents::arguments(std::string_view text, AnswerSink& sink) {
  if (text.empty() || open_ != ItemKind::function_call) return;
  has_arguments_ = true;
  tell(EventKind::arguments, text, sink);
}

// Marked, so that it is known when a client brings it back.
void MessagesEvents::sealed(std::string_view prefix, std::string_view text, AnswerSink& sink) {
  if (text.empty() || open_ != ItemKind::reasoning) return;
  tell(EventKind::encrypted, std::string(prefix).append(text), sink);
}

void MessagesEvents::finish(AnswerSink& sink) {
  begin("{}", 1, sink);
  end_block(sink);
  const Finish reason = read_stop_reason(stop_reason_);
  close(item_finish(reason), sink);
  const dialect::Usage usage = usage_.usage();
  AnswerEvent told = event_of(EventKind::usage, ItemKind::message, 0);
  told.usage = &usage;
  sink.on(told);
  AnswerEvent event = event_of(EventKind::finish, ItemKind::message, 0);
  event.finish = reason;
  if (reason == Finish::other) event.text = stop_reason_.empty() ? std::string_view("unknown") : stop_reason_;
  event.service_tier = usage_.service_tier();
  sink.on(event);
}

bool MessagesEvents::whole(std::string_view object, int depth_max, AnswerSink& sink) {
  bool valid = false;
  const Words words = read(object, depth_max, valid);
  if (!valid || words.type != "message" || words.content.empty()) return false;
  begin(object, depth_max, sink);
  stop_reason_ = words.stop_reason.substr(0, kWordBytesMax);
  wire::JsonArray blocks(words.content, depth_max);
  for (JsonMember block; blocks.next(block);) {
    if (block.kind != JsonKind::object || !begin_block(block.value, depth_max, sink)) continue;
    end_block(sink);
  }
  finish(sink);
  return true;
}

}  // namespace fw::cloud::anthropic
