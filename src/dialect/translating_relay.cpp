// A stream on its way from a cloud to a client that speaks another dialect.
#include <utility>

#include "dialect/answer_events.h"
#include "dialect/render_parts.h"

namespace fw::dialect {
namespace {

constexpr std::size_t kIdBytesMax = 512;
constexpr std::size_t kWordBytesMax = 64;

bool is_content(EventKind kind) {
  return kind != EventKind::begin && kind != EventKind::usage && kind != EventKind::finish && kind != EventKind::error;
}

class TranslatingRelay final : public StreamRelay, private AnswerSink {
 public:
  TranslatingRelay(std::unique_ptr<AnswerDecoder> decoder, std::unique_ptr<AnswerRenderer> renderer)
      : decoder_(std::move(decoder)), renderer_(std::move(renderer)) {}

  void feed(std::string_view bytes, std::vector<std::string_view>& out) override {
    buffer_.clear();
    if (ended_) return;
    decoder_->feed(bytes, *this);
    give(out);
  }

  void close(std::vector<std::string_view>& out) override {
    buffer_.clear();
    if (ended_) return;
    decoder_->close(*this);
    give(out);
  }

  std::string render_error(const Error& error) const override { return renderer_->render_error(error); }

 private:
  void on(const AnswerEvent& event) override;
  void give(std::vector<std::string_view>& out);
  void fail(ProviderStreamError told) { error_ = std::make_unique<ProviderStreamError>(std::move(told)); }

  std::unique_ptr<AnswerDecoder> decoder_;
  std::unique_ptr<AnswerRenderer> renderer_;
  std::string buffer_;  // what the client gets of this feed
  bool finished_ = false;
};

static_assert(sizeof(TranslatingRelay) < 400);  // one for each open stream

void TranslatingRelay::on(const AnswerEvent& event) {
  if (error_) return;
  if (!event.service_tier.empty()) service_tier_ = event.service_tier.substr(0, kWordBytesMax);
  switch (event.kind) {
    case EventKind::begin: response_id_ = event.id.substr(0, kIdBytesMax); break;
    case EventKind::usage: told_usage() = *event.usage; break;
    case EventKind::finish:
      finished_ = true;
      finish_ = finish_word(event.finish, event.text).substr(0, kWordBytesMax);
      break;
    case EventKind::error: return fail(*event.error);
    default: started_ |= is_content(event.kind); break;
  }
  seen_.on(event);
  renderer_->on(event);
}

void TranslatingRelay::give(std::vector<std::string_view>& out) {
  if (decoder_->ended() && !error_) {
    if (!finished_)
      fail({.code = "no_ending",
            .type = "server_error",
            .message = "The provider's answer has no end.",
            .retryable = true,
            .malformed = true});
    else
      renderer_->end();
    started_ |= finished_;
  }
  ended_ = decoder_->ended() || error_ != nullptr;
  if (error_) error_->relayed = false;  // an error of the client's dialect is still to come
  if (!started_) return;
  renderer_->take(buffer_);
  if (!buffer_.empty()) out.emplace_back(buffer_);
}

// Renders, and keeps what the records need.
class Taking final : public AnswerSink {
 public:
  Taking(AnswerRenderer& renderer, TranslatedAnswer& answer) : renderer_(renderer), answer_(answer) {}

  void on(const AnswerEvent& event) override {
    if (event.kind == EventKind::error) failure_ = std::make_unique<ProviderStreamError>(*event.error);
    if (event.kind == EventKind::begin) answer_.response_id = event.id.substr(0, kIdBytesMax);
    if (event.kind == EventKind::usage) answer_.usage = *event.usage;
    if (event.kind == EventKind::finish)
      answer_.finish = finish_word(event.finish, event.text).substr(0, kWordBytesMax);
    if (!event.service_tier.empty()) answer_.service_tier = event.service_tier.substr(0, kWordBytesMax);
    if (!failure_) renderer_.on(event);
  }

  const ProviderStreamError* failure() const { return failure_.get(); }

 private:
  AnswerRenderer& renderer_;
  TranslatedAnswer& answer_;
  std::unique_ptr<ProviderStreamError> failure_;
};

}  // namespace

std::unique_ptr<StreamRelay> make_translating_relay(std::unique_ptr<AnswerDecoder> decoder,
                                                    std::unique_ptr<AnswerRenderer> renderer) {
  return std::make_unique<TranslatingRelay>(std::move(decoder), std::move(renderer));
}

Result<TranslatedAnswer> translate_answer(AnswerDecoder& decoder, AnswerRenderer& renderer, std::string_view body,
                                          int depth_max) {
  TranslatedAnswer answer;
  Taking sink(renderer, answer);
  if (auto read = decoder.whole(body, depth_max, sink); !read) return std::unexpected(std::move(read.error()));
  if (const auto* told = sink.failure()) {
    const std::string message = told->message.empty() ? "The provider's answer tells a failure." : told->message;
    const Retry retry = told->retryable ? Retry::elsewhere : Retry::never;
    return std::unexpected(Error{Code::all_deployments_failed, Origin::provider, retry, message});
  }
  renderer.end();
  answer.body = renderer.whole();
  return answer;
}

}  // namespace fw::dialect
