// For the fuzzers of the decoders: one answer decoded and rendered, in pieces and in one.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dialect/answer_events.h"
#include "wire/json.h"
#include "wire/sse.h"

namespace fw::dialect::fuzzing {

inline void demand(bool holds) {
  if (!holds) std::abort();
}

// Bits of the first byte: the client's dialect, the limit of an event, whether Chat's client wants usage.
struct Choice {
  explicit Choice(std::uint8_t byte)
      : client((byte & 1) != 0 ? Dialect::responses : Dialect::chat),
        limits{(byte & 2) != 0 ? std::size_t{256} : std::size_t{1} << 20},
        include_usage((byte & 4) != 0) {}
  Dialect client;
  RelayLimits limits;
  bool include_usage;
};

inline std::unique_ptr<AnswerRenderer> renderer(const Choice& choice, bool stream) {
  static const inner::Request kRequest;
  return make_renderer(
      choice.client, kRequest,
      {.id = "0123", .model = "m", .created = 5, .stream = stream, .include_usage = choice.include_usage});
}

struct Outcome {
  std::string client;
  std::unique_ptr<StreamRelay> relay;
};

inline Outcome relayed(Dialect upstream, const Choice& choice, std::string_view in, std::size_t step) {
  Outcome out{{}, make_translating_relay(make_decoder(upstream, choice.limits), renderer(choice, true))};
  for (std::size_t at = 0; at < in.size(); at += step) {
    const auto piece = in.substr(at, step);
    const std::vector<char> bytes(piece.begin(), piece.end());  // of its exact size, for the sanitizer
    std::vector<std::string_view> views;
    out.relay->feed({bytes.data(), bytes.size()}, views);
    for (const auto view : views) out.client += view;
  }
  return out;
}

inline void expect_same(const Outcome& one, const Outcome& other) {
  const StreamRelay& a = *one.relay;
  const StreamRelay& b = *other.relay;
  demand(one.client == other.client);
  demand(a.started() == b.started() && a.ended() == b.ended() && a.seen().tokens == b.seen().tokens);
  demand(a.usage() == b.usage() && a.response_id() == b.response_id());
  demand(a.service_tier() == b.service_tier() && a.finish() == b.finish());
  demand((a.error() == nullptr) == (b.error() == nullptr));
  if (a.error() != nullptr) demand(a.error()->code == b.error()->code && a.error()->message == b.error()->message);
}

// What a client gets is events of one line, each valid JSON, and an ending only where there is one.
inline void expect_sound(const Outcome& outcome, Dialect client) {
  wire::SseDecoder decoder(outcome.client.size() + 1);
  decoder.feed(outcome.client);
  bool done = false;
  for (wire::SseEvent event; decoder.next(event) == wire::SseDecoder::Next::event;) {
    demand(!done && event.canonical && event.has_data);
    done = event.data == "[DONE]" || event.name == "response.completed" || event.name == "response.incomplete";
    demand(event.data == "[DONE]" || !wire::json_check(event.data, wire::json_depth_cap));
    demand((client == Dialect::chat) == event.name.empty());
  }
  demand(!decoder.partial());
  const bool complete = outcome.relay->ended() && outcome.relay->error() == nullptr;
  demand(done == complete);
  demand(outcome.client.empty() || outcome.relay->started());
}

inline void expect_sound_whole(Dialect upstream, const Choice& choice, std::string_view in) {
  const auto decoder = make_decoder(upstream, choice.limits);
  const auto to = renderer(choice, false);
  const auto answer = translate_answer(*decoder, *to, in, 128);
  if (answer) demand(!wire::json_check(answer->body, wire::json_depth_cap));
}

inline int run(Dialect upstream, const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const Choice choice(bytes[0]);
  const std::string_view in(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const auto whole = relayed(upstream, choice, in, in.size() + 1);
  expect_sound(whole, choice.client);
  for (const std::size_t step : {std::size_t{1}, std::size_t{3}, std::size_t{17}, in.size() / 2 + 1})
    expect_same(whole, relayed(upstream, choice, in, step));
  expect_sound_whole(upstream, choice, in);
  return 0;
}

}  // namespace fw::dialect::fuzzing
