// What the decoders of dialects told in server-sent events share.
#pragma once

#include <cstdint>
#include <string_view>

#include "dialect/answer_events.h"
#include "dialect/event_relay.h"
#include "wire/json.h"
#include "wire/sse.h"

namespace fw::dialect {

// Items, calls and parts of one answer; more is no answer but an attack on our memory.
inline constexpr std::size_t kAnswerItemsMax = 4096;

// A quiet stream holds no memory but what an unfinished event needs.
class EventDecoder : public AnswerDecoder {
 public:
  explicit EventDecoder(RelayLimits limits) : events_(limits.event_bytes) {}
  void feed(std::string_view bytes, AnswerSink& sink) final;
  bool ended() const final { return ended_; }

 protected:
  // One event with data that is not blank.
  virtual void take(const wire::SseEvent& event, AnswerSink& sink) = 0;
  // The cloud's own words for what went wrong. Nothing follows.
  void fail(ProviderStreamError told, AnswerSink& sink);
  void fail_malformed(std::string_view code, std::string_view message, AnswerSink& sink);
  void fail_not_json(AnswerSink& sink);

  bool ended_ = false;

 private:
  void take_any(const wire::SseEvent& event, AnswerSink& sink);

  wire::SseDecoder events_;
};

// True where the members read so far are all there is: the end was reached, or only the closing
// brace is missing (recorded so).
bool read_whole(const wire::JsonObject& members, std::string_view text);

// An array without elements, or none at all.
bool no_elements(std::string_view array);

// Seconds since 1970 as servers write them, fractions included; 0: no such number.
std::int64_t seconds_of(std::string_view token);

// The array where it has elements, else nothing.
std::string_view array_or_nothing(const wire::JsonMember& member);

std::unique_ptr<AnswerDecoder> make_chat_decoder(RelayLimits limits);
std::unique_ptr<AnswerDecoder> make_responses_decoder(RelayLimits limits);

}  // namespace fw::dialect
