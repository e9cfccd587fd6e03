#include "fake/converse.h"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <utility>

#include "wire/event_stream.h"
#include "wire/hash.h"
#include "wire/json_write.h"

namespace fw::fake {
namespace {

std::string_view stop_reason(Finish f) {
  constexpr std::array<std::string_view, 4> kReasons{"end_turn", "max_tokens", "tool_use", "content_filtered"};
  return kReasons[static_cast<std::size_t>(f)];
}

// Bedrock's look of an id.
std::string tool_use_id(const Segment& s) { return "tooluse_" + s.call_id.substr(s.call_id.find('_') + 1); }

// What was read from or written to the cache is not in inputTokens.
void append_usage(std::string& out, const Tokens& t) {
  fmt::format_to(std::back_inserter(out),
                 R"({{"cacheReadInputTokens":{},"cacheWriteInputTokens":{},"inputTokens":{},"outputTokens":{},)"
                 R"("totalTokens":{}}})",
                 t.cached, t.cache_written, t.input - t.cached - t.cache_written, t.output, t.input + t.output);
}

void append_block(std::string& out, const Segment& s) {
  auto to = std::back_inserter(out);
  if (s.is_call())
    fmt::format_to(to, R"({{"toolUse":{{"input":{},"name":"{}","toolUseId":"{}"}}}})", Draft::arguments(s), s.call_name,
                   tool_use_id(s));
  else if (s.is_reasoning())
    fmt::format_to(to, R"({{"reasoningContent":{{"reasoningText":{{"text":"{}"}}}}}})", s.whole());
  else
    fmt::format_to(to, R"({{"text":"{}"}})", s.whole());
}

void append_event(std::string& out, std::string_view type, std::string_view payload) {
  const wire::EventHeader headers[] = {{.name = ":event-type", .bytes = type},
                                       {.name = ":content-type", .bytes = "application/json"},
                                       {.name = ":message-type", .bytes = "event"}};
  wire::write_event_message(out, headers, payload);
}

void append_exception(std::string& out, const Fault& fault) {
  const auto type = fault.code.empty() ? std::string_view("internalServerException") : std::string_view(fault.code);
  std::string payload;
  wire::JsonWriter(payload)
      .begin_object()
      .member("message", fault.message.empty()
                             ? "The system encountered an unexpected error during processing. Try your "
                               "request again."
                             : std::string_view(fault.message))
      .end_object();
  const wire::EventHeader headers[] = {{.name = ":exception-type", .bytes = type},
                                       {.name = ":content-type", .bytes = "application/json"},
                                       {.name = ":message-type", .bytes = "exception"}};
  wire::write_event_message(out, headers, payload);
}

// Frames have checksums: the last byte of one belongs to that of the message.
class BinarySource : public EventSource {
 public:
  void append_error(std::string& out, const Fault& fault) const override { append_exception(out, fault); }
  std::string_view content_type() const override { return "application/vnd.amazon.eventstream"; }
  void spoil(std::string& event) const override {
    if (!event.empty()) event.back() = static_cast<char>(event.back() ^ 0x55);
  }
};

class ConverseStream final : public BinarySource {
 public:
  explicit ConverseStream(ConverseAnswer answer) : answer_(std::move(answer)) {}

  Step next(std::string& out) override {
    switch (phase_) {
      case Phase::start:
        phase_ = Phase::blocks;
        append_event(out, "messageStart", R"({"p":"abcdefghij","role":"assistant"})");
        return Step::frame;
      case Phase::blocks:
        if (segment_ < answer_.draft.segments.size()) return block(out);
        phase_ = Phase::metadata;
        append_event(out, "messageStop",
                     fmt::format(R"({{"p":"abcdefghijklm","stopReason":"{}"}})", stop_reason(answer_.draft.finish)));
        return Step::frame;
      case Phase::metadata:
        phase_ = Phase::over;
        if (!answer_.tells_usage) break;
        return metadata(out);
      case Phase::over: break;
    }
    return Step::over;
  }

  Tokens so_far() const override {
    auto t = answer_.usage;
    t.output = contents_;
    t.reasoning = reasoning_;
    return t;
  }

 private:
  enum class Phase : std::uint8_t { start, blocks, metadata, over };

  Step block(std::string& out) {
    const auto& s = answer_.draft.segments[segment_];
    if (s.is_call() && !std::exchange(opened_, true)) {
      ++contents_;
      append_event(
          out, "contentBlockStart",
          fmt::format(R"({{"contentBlockIndex":{},"p":"abcd","start":{{"toolUse":{{"name":"{}","toolUseId":"{}"}}}}}})",
                      segment_, s.call_name, tool_use_id(s)));
      return Step::content;
    }
    if (piece_ < s.pieces) return delta(out, s);
    append_event(out, "contentBlockStop", fmt::format(R"({{"contentBlockIndex":{},"p":"abcdefg"}})", segment_));
    ++segment_;
    piece_ = 0;
    opened_ = false;
    return Step::frame;
  }

  Step delta(std::string& out, const Segment& s) {
    const auto piece = s.text->piece(piece_++);
    const auto told = s.is_call()        ? fmt::format(R"({{"toolUse":{{"input":"{}"}}}})", piece)
                      : s.is_reasoning() ? fmt::format(R"({{"reasoningContent":{{"text":"{}"}}}})", piece)
                                         : fmt::format(R"({{"text":"{}"}})", piece);
    append_event(out, "contentBlockDelta",
                 fmt::format(R"({{"contentBlockIndex":{},"delta":{},"p":"{}"}})", segment_, told, padding()));
    ++contents_;
    reasoning_ += s.is_reasoning();
    return Step::content;
  }

  Step metadata(std::string& out) {
    std::string payload;
    fmt::format_to(std::back_inserter(payload), R"({{"metrics":{{"latencyMs":{}}},"p":"abcdef","usage":)",
                   answer_.latency_ms);
    append_usage(payload, answer_.usage);
    payload += '}';
    append_event(out, "metadata", payload);
    return Step::frame;
  }

  // Bedrock pads its deltas so that their sizes tell nothing.
  std::string_view padding() const {
    constexpr std::string_view kPad = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP";
    return kPad.substr(0, 3 + static_cast<std::size_t>(contents_ * 7 % 37));
  }

  ConverseAnswer answer_;
  std::size_t segment_ = 0;
  std::size_t piece_ = 0;
  std::int64_t contents_ = 0;
  std::int64_t reasoning_ = 0;
  Phase phase_ = Phase::start;
  bool opened_ = false;
};

class InvokeStream final : public BinarySource {
 public:
  explicit InvokeStream(std::unique_ptr<EventSource> chat) : chat_(std::move(chat)) {}

  // The last chunk carries the invocation's metrics, so one is always held back.
  Step next(std::string& out) override {
    if (over_) return Step::over;
    if (held_.empty() && !take()) return Step::over;
    auto now = std::exchange(held_, {});
    const auto step = step_;
    if (!take()) {
      over_ = true;
      const auto t = chat_->so_far();
      now.pop_back();
      fmt::format_to(std::back_inserter(now),
                     R"(,"amazon-bedrock-invocationMetrics":{{"inputTokenCount":{},"outputTokenCount":{},)"
                     R"("invocationLatency":100,"firstByteLatency":50}}}})",
                     t.input, t.output);
    }
    append_event(out, "chunk", fmt::format(R"({{"bytes":"{}","p":"abcdefghijkl"}})", wire::base64(now)));
    return step;
  }
  Tokens so_far() const override { return chat_->so_far(); }

 private:
  // The next JSON of the chat; false: there is none.
  bool take() {
    constexpr std::string_view kData = "data: ";
    std::string event;
    step_ = chat_->next(event);
    if (step_ == Step::over || event.starts_with("data: [DONE]")) return false;
    held_ = event.substr(kData.size(), event.size() - kData.size() - 2);
    return true;
  }

  std::unique_ptr<EventSource> chat_;
  std::string held_;
  Step step_ = Step::frame;
  bool over_ = false;
};

}  // namespace

void append_converse(std::string& out, const ConverseAnswer& answer) {
  fmt::format_to(std::back_inserter(out), R"({{"metrics":{{"latencyMs":{}}},"output":{{"message":{{"content":[)",
                 answer.latency_ms);
  bool first = true;
  for (const auto& s : answer.draft.segments) {
    if (!std::exchange(first, false)) out += ',';
    append_block(out, s);
  }
  fmt::format_to(std::back_inserter(out), R"(],"role":"assistant"}}}},"stopReason":"{}")",
                 stop_reason(answer.draft.finish));
  if (answer.tells_usage) {
    out += R"(,"usage":)";
    append_usage(out, answer.usage);
  }
  out += '}';
}

std::unique_ptr<EventSource> converse_stream(ConverseAnswer answer) {
  return std::make_unique<ConverseStream>(std::move(answer));
}

std::unique_ptr<EventSource> invoke_stream(std::unique_ptr<EventSource> chat) {
  return std::make_unique<InvokeStream>(std::move(chat));
}

}  // namespace fw::fake
