#include "cloud/bedrock/converse_decode.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cloud/aws/failure.h"
#include "wire/event_stream.h"
#include "wire/json.h"

namespace fw::cloud::bedrock {
namespace {

using dialect::AnswerEvent;
using dialect::AnswerSink;
using dialect::EventKind;
using dialect::Usage;
using dialect::inner::ItemKind;
using wire::JsonKind;
using wire::JsonMember;

constexpr int kEventDepthMax = 128;
constexpr std::size_t kBlocksMax = 4096;  // content blocks of one answer

AnswerEvent event_of(EventKind kind, ItemKind item = ItemKind::message, std::uint32_t output = 0,
                     std::string_view text = {}) {
  AnswerEvent event;
  event.kind = kind;
  event.item = item;
  event.output = output;
  event.text = text;
  return event;
}

// The items of one answer. Blocks become items, but for text blocks that follow each other: they are
// one message.
class Items {
 public:
  void begin_answer(AnswerSink& sink) {
    if (begun_) return;
    begun_ = true;
    sink.on(event_of(EventKind::begin));
  }
  void text(std::string_view raw, AnswerSink& sink) {
    if (raw.empty()) return;
    if (open_ != ItemKind::message) begin(ItemKind::message, {}, {}, sink);
    sink.on(event_of(EventKind::text, ItemKind::message, output_, raw));
  }
  void reasoning(EventKind kind, std::string_view raw, AnswerSink& sink) {
    if (raw.empty()) return;
    if (open_ != ItemKind::reasoning || block_over_) begin(ItemKind::reasoning, {}, {}, sink);
    sink.on(event_of(kind, ItemKind::reasoning, output_, raw));
  }
  void call(std::string_view id, std::string_view name, AnswerSink& sink) {
    begin(ItemKind::function_call, id, name, sink);
    has_arguments_ = false;
  }
  void arguments(std::string_view raw, AnswerSink& sink) {
    if (raw.empty() || open_ != ItemKind::function_call) return;
    has_arguments_ = true;
    sink.on(event_of(EventKind::arguments, ItemKind::function_call, output_, raw));
  }
  // A block's end. Its item stays open: text may go on in the next block, and only the answer's end
  // says whether the last one was cut off.
  void end_block() { block_over_ = true; }
  void end(dialect::Finish finish, AnswerSink& sink) {
    if (!open_) return;
    // A call without input is streamed as an empty string (recorded); clients parse what they get.
    if (open_ == ItemKind::function_call && !has_arguments_ && finish != dialect::Finish::length) arguments("{}", sink);
    AnswerEvent event = event_of(EventKind::item_end, *open_, output_++);
    event.finish = finish;
    open_.reset();
    sink.on(event);
  }

 private:
  void begin(ItemKind item, std::string_view call_id, std::string_view name, AnswerSink& sink) {
    begin_answer(sink);
    end(dialect::Finish::stop, sink);
    open_ = item;
    block_over_ = false;
    AnswerEvent event = event_of(EventKind::item_begin, item, output_);
    event.call_id = call_id;
    event.name = name;
    sink.on(event);
  }

  std::optional<ItemKind> open_;
  std::uint32_t output_ = 0;
  bool begun_ = false;
  bool block_over_ = false;
  bool has_arguments_ = false;
};

// How the last item ended: cut off, or of itself.
dialect::Finish item_finish(std::string_view stop_reason) {
  const dialect::Finish finish = read_stop_reason(stop_reason).finish;
  const bool cut = finish == dialect::Finish::length || finish == dialect::Finish::content_filter;
  return cut ? finish : dialect::Finish::stop;
}

// Calls `visit(member)` for each member; false: no valid JSON object.
template <class Visit>
bool each(std::string_view object, int depth_max, Visit visit) {
  wire::JsonObject members(object, depth_max);
  for (JsonMember member; members.next(member);) visit(member);
  return members.error() == nullptr;
}

class ConverseDecoder final : public dialect::AnswerDecoder {
 public:
  explicit ConverseDecoder(dialect::RelayLimits limits) : frames_(limits.event_bytes) {}

  void feed(std::string_view bytes, AnswerSink& sink) override {
    if (ended_) return;
    frames_.feed(bytes);
    wire::EventMessage message;
    while (!ended_) {
      const auto next = frames_.next(message);
      if (next == wire::EventStreamDecoder::Next::need_more) return;
      if (next == wire::EventStreamDecoder::Next::fault)
        return malformed(fmt::format("The event stream is corrupt: {}.", wire::say(frames_.fault())), sink);
      take(message, sink);
    }
  }

  bool ended() const override { return ended_; }
  std::string_view stream_type() const override { return kEventStreamType; }
  Result<void> whole(std::string_view body, int depth_max, AnswerSink& sink) override;

 private:
  void take(const wire::EventMessage& message, AnswerSink& sink) {
    const std::string_view type = message.text(":message-type");
    if (type == "exception") return exception(message.text(":exception-type"), message.payload, sink);
    if (type == "error") return fail(message.text(":error-code"), message.text(":error-message"), true, sink);
    if (type != "event" || !event(message.text(":event-type"), message.payload, sink))
      malformed("An event of the stream is not what Converse sends.", sink);
  }

  // False: malformed. Unknown events are passed over.
  bool event(std::string_view type, std::string_view payload, AnswerSink& sink) {
    if (type == "messageStart") return items_.begin_answer(sink), is_object(payload);
    if (type == "contentBlockStart") return block_start(payload, sink);
    if (type == "contentBlockDelta") return block_delta(payload, sink);
    if (type == "contentBlockStop") return items_.end_block(), is_object(payload);
    if (type == "messageStop") return message_stop(payload, sink);
    if (type == "metadata") return metadata(payload, sink);
    return true;
  }

  static bool is_object(std::string_view payload) {
    return each(payload, kEventDepthMax, [](const JsonMember&) {});
  }

  bool block_start(std::string_view payload, AnswerSink& sink);
  bool block_delta(std::string_view payload, AnswerSink& sink);
  bool message_stop(std::string_view payload, AnswerSink& sink);
  bool metadata(std::string_view payload, AnswerSink& sink);
  void block(std::string_view object, int depth_max, AnswerSink& sink);
  void reasoning(std::string_view object, int depth_max, AnswerSink& sink);
  void finish_if_complete(AnswerSink& sink);
  void exception(std::string_view type, std::string_view payload, AnswerSink& sink);
  void fail(std::string_view code, std::string_view message, bool retryable, AnswerSink& sink);
  void malformed(std::string message, AnswerSink& sink);
  void end_with(const dialect::ProviderStreamError& error, AnswerSink& sink);

  wire::EventStreamDecoder frames_;
  Items items_;
  std::string stop_reason_;  // empty: not told yet
  std::string service_tier_;
  std::optional<Usage> usage_;
  std::size_t blocks_ = 0;
  bool ended_ = false;
};

std::string_view text_of(const JsonMember& member) {
  return member.kind == JsonKind::string ? wire::json_text(member.value) : std::string_view();
}

// A short word the cloud chose; a longer one is none.
std::string_view word_of(std::string_view token) {
  const std::string_view word = wire::json_text(token);
  return word.size() <= aws::kWordBytesMax ? word : std::string_view();
}

struct ToolUse {
  std::string_view id;
  std::string_view name;
  std::string_view input;  // as written
};

ToolUse read_tool_use(std::string_view object, int depth_max) {
  ToolUse use;
  each(object, depth_max, [&use](const JsonMember& member) {
    if (member.key == "toolUseId") use.id = text_of(member);
    if (member.key == "name") use.name = text_of(member);
    if (member.key == "input") use.input = member.value;
  });
  return use;
}

bool ConverseDecoder::block_start(std::string_view payload, AnswerSink& sink) {
  std::string_view start;
  if (!each(payload, kEventDepthMax, [&](const JsonMember& member) {
        if (member.key == "start" && member.kind == JsonKind::object) start = member.value;
      }))
    return false;
  if (++blocks_ > kBlocksMax) return false;
  if (const auto use = wire::json_find(start.empty() ? "{}" : start, {"toolUse"}); use && use->starts_with('{')) {
    const ToolUse call = read_tool_use(*use, kEventDepthMax);
    items_.call(call.id, call.name, sink);
  }
  return true;
}

bool ConverseDecoder::block_delta(std::string_view payload, AnswerSink& sink) {
  std::string_view delta;
  if (!each(payload, kEventDepthMax, [&](const JsonMember& member) {
        if (member.key == "delta" && member.kind == JsonKind::object) delta = member.value;
      }))
    return false;
  if (delta.empty()) return true;
  each(delta, kEventDepthMax, [&](const JsonMember& member) {
    if (member.key == "text") items_.text(text_of(member), sink);
    if (member.kind != JsonKind::object) return;
    if (member.key == "reasoningContent") reasoning(member.value, kEventDepthMax, sink);
    if (member.key == "toolUse")
      items_.arguments(wire::json_text(read_tool_use(member.value, kEventDepthMax).input), sink);
  });
  return true;
}

// Deltas say {text}, {signature} or {redactedContent}; whole blocks wrap the first two in
// reasoningText. `data` and `redactedReasoning` are older spellings of Claude's.
void ConverseDecoder::reasoning(std::string_view object, int depth_max, AnswerSink& sink) {
  each(object, depth_max, [&](const JsonMember& member) {
    const std::string_view key = member.key;
    if (key == "reasoningText" || key == "redactedReasoning") {
      if (member.kind == JsonKind::object) reasoning(member.value, depth_max, sink);
    } else if (key == "text") {
      items_.reasoning(EventKind::reasoning_text, text_of(member), sink);
    } else if (key == "signature" || key == "redactedContent" || key == "data") {
      items_.reasoning(EventKind::encrypted, text_of(member), sink);
    }
  });
}

bool ConverseDecoder::message_stop(std::string_view payload, AnswerSink& sink) {
  if (!each(payload, kEventDepthMax, [&](const JsonMember& member) {
        if (member.key == "stopReason") stop_reason_ = word_of(member.value);
      }))
    return false;
  if (stop_reason_.empty()) stop_reason_ = "unknown";
  items_.begin_answer(sink);
  items_.end(item_finish(stop_reason_), sink);
  finish_if_complete(sink);
  return true;
}

bool ConverseDecoder::metadata(std::string_view payload, AnswerSink& sink) {
  usage_.emplace();
  const bool valid = each(payload, kEventDepthMax, [&](const JsonMember& member) {
    if (member.kind != JsonKind::object) return;
    if (member.key == "usage") usage_ = read_converse_usage(member.value);
    if (member.key == "serviceTier") service_tier_ = word_of(wire::json_find(member.value, {"type"}).value_or(""));
  });
  if (valid) finish_if_complete(sink);
  return valid;
}

// `metadata` is documented to come last; recordings have it before `messageStop`, too.
void ConverseDecoder::finish_if_complete(AnswerSink& sink) {
  if (!usage_ || stop_reason_.empty()) return;
  items_.begin_answer(sink);
  AnswerEvent told = event_of(EventKind::usage);
  told.usage = &*usage_;
  sink.on(told);
  const StopReason reason = read_stop_reason(stop_reason_);
  if (reason.failed)
    return fail(stop_reason_, "The model's output could not be used; Bedrock ended the answer.", true, sink);
  ended_ = true;
  AnswerEvent finish = event_of(EventKind::finish);
  finish.finish = reason.finish;
  if (reason.finish == dialect::Finish::other) finish.text = stop_reason_;
  finish.service_tier = service_tier_;
  sink.on(finish);
}

void ConverseDecoder::exception(std::string_view type, std::string_view payload, AnswerSink& sink) {
  std::string message;
  each(payload, kEventDepthMax, [&message](const JsonMember& member) {
    if (message.empty() && (member.key == "message" || member.key == "Message"))
      wire::json_unescape(text_of(member), message);
  });
  fail(type, message, is_retryable_exception(type), sink);
}

void ConverseDecoder::end_with(const dialect::ProviderStreamError& error, AnswerSink& sink) {
  ended_ = true;
  AnswerEvent event = event_of(EventKind::error);
  event.error = &error;
  sink.on(event);
}

void ConverseDecoder::fail(std::string_view code, std::string_view message, bool retryable, AnswerSink& sink) {
  dialect::ProviderStreamError error;
  error.code = aws::tidy(code, aws::kWordBytesMax);
  error.type = error.code;
  error.message = aws::masked(aws::tidy(message, aws::kMessageBytesMax));
  error.retryable = retryable;
  end_with(error, sink);
}

void ConverseDecoder::malformed(std::string message, AnswerSink& sink) {
  dialect::ProviderStreamError error;
  error.code = "malformed_stream";
  error.message = std::move(message);
  error.retryable = true;
  error.malformed = true;
  end_with(error, sink);
}

// One block of a whole answer: {"text"}, {"toolUse"}, {"reasoningContent"}, {"citationsContent"}.
void ConverseDecoder::block(std::string_view object, int depth_max, AnswerSink& sink) {
  each(object, depth_max, [&](const JsonMember& member) {
    if (member.key == "text") items_.text(text_of(member), sink);
    if (member.kind != JsonKind::object) return;
    if (member.key == "reasoningContent") {
      reasoning(member.value, depth_max, sink);
    } else if (member.key == "toolUse") {
      const ToolUse use = read_tool_use(member.value, depth_max);
      items_.call(use.id, use.name, sink);
      std::string input;
      if (use.input.starts_with('{')) wire::json_escape(input, use.input);
      items_.arguments(input, sink);
    } else if (member.key == "citationsContent") {
      wire::JsonArray texts(wire::json_find(member.value, {"content"}).value_or("[]"), depth_max);
      for (JsonMember cited; texts.next(cited);)
        if (cited.kind == JsonKind::object) block(cited.value, depth_max, sink);
    }
  });
  items_.end_block();
}

Result<void> ConverseDecoder::whole(std::string_view body, int depth_max, AnswerSink& sink) {
  std::string_view output;
  const bool valid = each(body, depth_max, [&](const JsonMember& member) {
    const bool object = member.kind == JsonKind::object;
    if (member.key == "output" && object) output = member.value;
    if (member.key == "stopReason") stop_reason_ = word_of(member.value);
    if (member.key == "usage" && object) usage_ = read_converse_usage(member.value);
    if (member.key == "serviceTier" && object)
      service_tier_ = word_of(wire::json_find(member.value, {"type"}).value_or(""));
  });
  const auto content = output.empty() ? std::nullopt : wire::json_find(output, {"message", "content"});
  if (!valid || !content || !content->starts_with('[') || stop_reason_.empty())
    return std::unexpected(Error{Code::all_deployments_failed, Origin::provider, Retry::elsewhere,
                                 "The provider's answer is not one of Converse: no output.message.content."});
  items_.begin_answer(sink);
  wire::JsonArray blocks(*content, depth_max);
  for (JsonMember member; blocks.next(member);)
    if (member.kind == JsonKind::object) block(member.value, depth_max, sink);
  items_.end(item_finish(stop_reason_), sink);
  if (!usage_) usage_.emplace();
  finish_if_complete(sink);
  return {};
}

}  // namespace

std::unique_ptr<dialect::AnswerDecoder> converse_decoder(dialect::RelayLimits limits) {
  return std::make_unique<ConverseDecoder>(limits);
}

}  // namespace fw::cloud::bedrock
