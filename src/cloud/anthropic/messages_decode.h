// Answers of the Messages API as events. Facts: @anthropic-ai/sdk 1.12.0 RawMessageStreamEvent,
// Message, Usage; streams recorded by vercel/ai (fixtures); for Bedrock's frames the API reference,
// InvokeModelWithResponseStream.
#pragma once

#include <memory>
#include <string_view>

#include "dialect/answer_events.h"

namespace fw::cloud::anthropic {

// `message_stop` ends a stream. `framed`: Anthropic's events come one each in the frames of an AWS
// event stream, and the exceptions of that are errors whose code is the exception's type.
std::unique_ptr<dialect::AnswerDecoder> messages_decoder(bool framed, dialect::RelayLimits limits);

// Counts as told so far: `message_start` tells all, `message_delta` those that changed, cumulative.
class MessagesUsage {
 public:
  // What cannot be read is absent.
  void read(std::string_view usage_object);
  // input_tokens counts neither cache reads nor writes. A write without a lifetime has five minutes
  // (guide "Prompt caching"); thoughts are part of output_tokens where they are told at all.
  dialect::Usage usage() const;
  // The served one in OpenAI's words, for `standard` is their `default`. Empty: not told.
  std::string_view service_tier() const { return tier_; }

 private:
  std::int64_t input_ = 0, cache_read_ = 0, cache_written_ = 0, written_5m_ = 0, written_1h_ = 0;
  std::int64_t output_ = 0, thinking_ = 0, searches_ = 0;
  std::string_view tier_;
  bool reported_ = false;
  bool bad_ = false;
};

// An unknown reason is `other`.
dialect::Finish read_stop_reason(std::string_view word);

}  // namespace fw::cloud::anthropic
