// The inner form of an answer: events, the same for a stream and for an answer in one piece. Every
// upstream dialect is decoded into them, every client dialect is rendered from them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "dialect/dialect.h"
#include "dialect/inner.h"
#include "dialect/relay.h"
#include "dialect/usage.h"

namespace fw::dialect {

enum class EventKind : std::uint8_t {
  begin,              // id, model, created; once, first
  item_begin,         // item; id where the upstream gave one; call_id and name for calls
  text,               // text of the open message; part: which one; raw: its logprobs, if told, as below
  refusal,            // text: what a model says when it declines; part and raw as for text
  reasoning_text,     // text of the open reasoning item: the thinking itself; part: which one
  reasoning_summary,  // text of the open reasoning item: a summary of it; part: which one
  arguments,          // text: a piece of the open call's arguments or input
  encrypted,          // text: the open reasoning item's encrypted content or signature
  annotation,         // raw: one annotation of the open message, as Responses writes it
  logprobs,           // raw: an array as Chat writes it in logprobs.content, where no text comes with it
  item_end,           // finish: length or content_filter if the item was cut off there
  other_item,         // raw: a whole output item only Responses knows
  usage,              // usage; the last one told counts
  finish,             // finish; text: the upstream's word for `other`; created: when it was complete; once a choice
  error,              // error; nothing follows
};

enum class Finish : std::uint8_t { stop, length, tool_calls, content_filter, other };

// Views hold until the sink returns. Several items may be open at once; an event about one bears its
// `output` and `choice`. `text` is the inside of a JSON string: escaped, without
// quotes, valid UTF-8; an escape is never cut in two.
struct AnswerEvent {
  EventKind kind = EventKind::text;
  inner::ItemKind item = inner::ItemKind::message;  // item_begin: message, function_call, custom_call, reasoning
  Finish finish = Finish::stop;
  std::uint32_t output = 0;  // which item, counted from 0 as they begin
  std::uint32_t choice = 0;  // Chat's index, where several were asked for
  std::uint32_t part = 0;
  std::int64_t created = 0;  // seconds since 1970; 0: not told
  std::string_view text = {};
  std::string_view id = {};  // begin: of the answer; item_begin: of the item; escaped, without quotes, as are the next
  std::string_view model = {};
  std::string_view call_id = {};  // may be empty: the renderer makes one
  std::string_view name = {};
  std::string_view service_tier = {};  // begin or finish: the one served, if told
  std::string_view raw = {};
  const Usage* usage = nullptr;
  const ProviderStreamError* error = nullptr;
};

constexpr bool is_call(inner::ItemKind kind) {
  return kind == inner::ItemKind::function_call || kind == inner::ItemKind::custom_call;
}

class AnswerSink {
 public:
  virtual ~AnswerSink() = default;
  virtual void on(const AnswerEvent& event) = 0;
};

// Reads one answer of an upstream. One object per answer.
class AnswerDecoder {
 public:
  virtual ~AnswerDecoder() = default;

  // The next bytes of a stream, freed of their transfer coding. What is malformed is told as an
  // error event with ProviderStreamError::malformed. Nothing after an error or the ending.
  virtual void feed(std::string_view bytes, AnswerSink& sink) = 0;
  // The transfer's end: for dialects whose ending it is, the events that were waiting for it.
  virtual void close(AnswerSink&) {}
  // The dialect's own ending was seen (after feed or close), or an error.
  virtual bool ended() const = 0;
  // An answer in one piece. Error (origin provider): it is none of this dialect.
  virtual Result<void> whole(std::string_view body, int depth_max, AnswerSink& sink) = 0;
  // Content type of its streams, lower case: "text/event-stream".
  virtual std::string_view stream_type() const { return "text/event-stream"; }
};

// What an answer says of the exchange rather than of the upstream.
struct RenderOptions {
  std::string id;            // for dialects whose ids the upstream did not give: 32 hex digits, unlike any other
  std::string model;         // said where the upstream names none; not escaped
  std::int64_t created = 0;  // seconds since 1970, where the upstream does not say
  bool stream = false;
  bool include_usage = false;  // Chat: the client asked for the usage chunk
};

// Writes one answer for a client. One object per answer; the same events give the same bytes.
class AnswerRenderer : public AnswerSink {
 public:
  // The stream's bytes made since the last call, complete events only, swapped into `out` (cleared
  // before). Ends with the dialect's ending after a finish event, without one after an error.
  virtual void take(std::string& out) = 0;
  // The whole body, once finish was seen; RenderOptions::stream must be false.
  virtual std::string whole() = 0;
  // An error inside a stream, as the dialect tells it.
  virtual std::string render_error(const Error& error) const = 0;
  // Called when the upstream's ending was seen: what the ending of the client's dialect still needs.
  virtual void end() = 0;
};

// Chat and Responses as upstreams; null for a dialect that a cloud's folder decodes.
std::unique_ptr<AnswerDecoder> make_decoder(Dialect upstream, RelayLimits limits);

// Chat and Responses as clients. What the answer repeats of the request is copied.
std::unique_ptr<AnswerRenderer> make_renderer(Dialect client, const inner::Request& request, RenderOptions options);

// A stream translated on its way: what make_relay() is for one that passes. `strip_usage` is the
// renderer's business.
std::unique_ptr<StreamRelay> make_translating_relay(std::unique_ptr<AnswerDecoder> decoder,
                                                    std::unique_ptr<AnswerRenderer> renderer);

// A whole answer translated.
struct TranslatedAnswer {
  std::string body;
  Usage usage;
  std::string response_id;
  std::string service_tier;
  std::string finish;
};
// Error (origin provider, another deployment may do better): no answer of the upstream's dialect,
// or one that tells a failure.
Result<TranslatedAnswer> translate_answer(AnswerDecoder& decoder, AnswerRenderer& renderer, std::string_view body,
                                          int depth_max);

}  // namespace fw::dialect
