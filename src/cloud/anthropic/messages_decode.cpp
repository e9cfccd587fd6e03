#include "cloud/anthropic/messages_decode.h"

#include <fmt/format.h>

#include "cloud/anthropic/messages_events.h"
#include "cloud/aws/failure.h"
#include "dialect/event_decoder.h"
#include "wire/event_stream.h"
#include "wire/hash.h"
#include "wire/json.h"

namespace fw::cloud::anthropic {
namespace {

using dialect::AnswerSink;
using dialect::ProviderStreamError;

constexpr int kEventDepthMax = 128;

Result<void> read_whole(MessagesEvents& events, std::string_view body, int depth_max, AnswerSink& sink) {
  if (events.whole(body, depth_max, sink)) return {};
  return std::unexpected(Error{Code::all_deployments_failed, Origin::provider, Retry::elsewhere,
                               "The provider's answer is not one of Messages: no message with content."});
}

// Server-sent events, as Anthropic, Foundry and Google send them.
class SseMessages final : public dialect::EventDecoder {
 public:
  using EventDecoder::EventDecoder;
  Result<void> whole(std::string_view body, int depth_max, AnswerSink& sink) override {
    return read_whole(events_, body, depth_max, sink);
  }

 private:
  void take(const wire::SseEvent& event, AnswerSink& sink) override {
    switch (events_.take(event.data, kEventDepthMax, sink)) {
      case Taken::told: return;
      case Taken::ended: ended_ = true; return;
      case Taken::error: return fail(dialect::read_stream_error(event.data), sink);
      case Taken::malformed: return fail_not_json(sink);
    }
  }

  MessagesEvents events_;
};

// Bedrock: each frame is {"bytes":"BASE64"} around one of Anthropic's events.
class FramedMessages final : public dialect::AnswerDecoder {
 public:
  explicit FramedMessages(dialect::RelayLimits limits) : frames_(limits.event_bytes) {}

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
  std::string_view stream_type() const override { return "application/vnd.amazon.eventstream"; }
  Result<void> whole(std::string_view body, int depth_max, AnswerSink& sink) override {
    return read_whole(events_, body, depth_max, sink);
  }

 private:
  void take(const wire::EventMessage& message, AnswerSink& sink) {
    const std::string_view type = message.text(":message-type");
    if (type == "exception") return exception(message.text(":exception-type"), message.payload, sink);
    if (type == "error") return told(message.text(":error-code"), message.text(":error-message"), sink);
    if (type != "event") return malformed("A frame of the stream is not what InvokeModel sends.", sink);
    if (message.text(":event-type") == "chunk") chunk(message.payload, sink);
  }

  void chunk(std::string_view payload, AnswerSink& sink) {
    std::string_view bytes;
    wire::JsonObject members(payload, kEventDepthMax);
    for (wire::JsonMember member; members.next(member);)
      if (member.key == "bytes") bytes = wire::json_text(member.value);
    const auto event = wire::base64_decode(bytes);
    if (members.error() != nullptr || bytes.empty() || !event)
      return malformed("A chunk of the stream holds no bytes.", sink);
    switch (events_.take(*event, kEventDepthMax, sink)) {
      case Taken::told: return;
      case Taken::ended: ended_ = true; return;
      case Taken::error: return fail(dialect::read_stream_error(*event), sink);
      case Taken::malformed: return malformed("A chunk of the stream is no event of Anthropic's.", sink);
    }
  }

  void exception(std::string_view type, std::string_view payload, AnswerSink& sink) {
    std::string message;
    wire::JsonObject members(payload, kEventDepthMax);
    for (wire::JsonMember member; members.next(member);)
      if (message.empty() && (member.key == "message" || member.key == "Message"))
        wire::json_unescape(wire::json_text(member.value), message);
    told(type, message, sink);
  }

  void told(std::string_view code, std::string_view message, AnswerSink& sink) {
    ProviderStreamError error;
    error.code = error.type = aws::tidy(code, aws::kWordBytesMax);
    error.message = aws::tidy(message, aws::kMessageBytesMax);
    fail(std::move(error), sink);
  }

  void malformed(std::string message, AnswerSink& sink) {
    ProviderStreamError error;
    error.code = "malformed_stream";
    error.message = std::move(message);
    error.malformed = true;
    fail(std::move(error), sink);
  }

  void fail(ProviderStreamError error, AnswerSink& sink) {
    ended_ = true;
    error.retryable = error.malformed || aws::classify_stream(error).elsewhere;
    error.message = aws::masked(std::move(error.message));
    dialect::AnswerEvent event;
    event.kind = dialect::EventKind::error;
    event.error = &error;
    sink.on(event);
  }

  wire::EventStreamDecoder frames_;
  MessagesEvents events_;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<dialect::AnswerDecoder> messages_decoder(bool framed, dialect::RelayLimits limits) {
  if (framed) return std::make_unique<FramedMessages>(limits);
  return std::make_unique<SseMessages>(limits);
}

}  // namespace fw::cloud::anthropic
