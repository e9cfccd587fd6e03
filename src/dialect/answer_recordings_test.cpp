// Every recorded answer, decoded and rendered in each dialect.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "dialect/answer_testing.h"
#include "dialect/protocol_testing.h"
#include "dialect/recordings_testing.h"

namespace fw::dialect::testing {
namespace {

// Raw values are compared as they are spelt, and a stream has no room for line breaks.
std::string without_breaks(std::string text) {
  for (char& c : text)
    if (c == '\n' || c == '\r') c = ' ';
  return text;
}

std::string cut_at(const Recording& recording, std::size_t cut) {
  Collect out;
  auto decoder = make_decoder(recording.dialect, {});
  decoder->feed(recording.bytes.substr(0, cut), out);
  decoder->feed(recording.bytes.substr(cut), out);
  return out.story();
}

TEST(Recordings, decode_alike_at_every_split) {
  EXPECT_GT(streams().size(), 30u);
  for (const auto& recording : streams()) {
    const auto whole = decode_stream(recording.dialect, recording.bytes);
    EXPECT_EQ(whole.breaches, "") << recording.name;
    const auto size = recording.bytes.size();
    for (const std::size_t step : {size < 20'000 ? 1u : 11u, 1000u})
      EXPECT_EQ(decode_stream(recording.dialect, recording.bytes, step).story(), whole.story()) << recording.name;
    const std::size_t step = size < 3000 ? 1 : size / (size < 50'000 ? 31 : 3) + 1;
    for (std::size_t cut = 1; cut < size; cut += step)
      ASSERT_EQ(cut_at(recording, cut), whole.story()) << recording.name << " cut at " << cut;
  }
}

// Whatever way a text came, it is there once: the Response at the end says so.
TEST(Recordings, of_responses_give_what_their_last_event_repeats) {
  std::size_t compared = 0;
  for (const auto& recording : streams()) {
    if (recording.dialect != Dialect::responses) continue;
    const auto events = events_of(recording.bytes);
    const auto last = std::ranges::find_if(events, [](const StreamEvent& event) {
      return event.text.find("\"response.completed\"") != std::string::npos;
    });
    ASSERT_NE(last, events.end()) << recording.name;
    const Json response = Json(last->text)["response"];
    if (response["output"].size() == 0) continue;  // one was written by hand and leaves it out
    auto streamed = decode_stream(recording.dialect, recording.bytes);
    auto whole = decode_whole(Dialect::responses, response.raw());
    for (auto* collected : {&streamed, &whole})
      for (auto& item : collected->items) item.encrypted = item.raw = "";  // encrypted anew each time
    EXPECT_EQ(streamed.story(), whole.story()) << recording.name;
    ++compared;
  }
  EXPECT_GT(compared, 15u);
}

std::unique_ptr<AnswerRenderer> renderer_for(Dialect client, bool stream) {
  static const inner::Request kRequest;
  return make_renderer(client, kRequest,
                       {.id = "00112233445566778899aabbccddeeff",
                        .model = "gpt",
                        .created = 1700000000,
                        .stream = stream,
                        .include_usage = true});
}

struct Rendered {
  std::string bytes;
  std::unique_ptr<StreamRelay> relay;
};

Rendered relayed(const Recording& recording, Dialect client, std::size_t step) {
  Rendered out;
  out.relay = make_translating_relay(make_decoder(recording.dialect, {}), renderer_for(client, true));
  feed_pieces(recording.bytes, step, [&](std::string_view piece) {
    std::vector<std::string_view> views;
    out.relay->feed(piece, views);
    for (const auto view : views) out.bytes += view;
  });
  return out;
}

// A client of the same dialect as the decoder that reads the rendering again.
void expect_same_for_client(const Recording& recording, Dialect client) {
  const auto source = decode_stream(recording.dialect, recording.bytes);
  const auto rendered = relayed(recording, client, 4096);
  if (!source.error.empty()) {
    ASSERT_NE(rendered.relay->error(), nullptr) << recording.name;
    EXPECT_FALSE(rendered.relay->error()->relayed);
    return;
  }
  const bool chat = client == Dialect::chat;
  EXPECT_TRUE(rendered.relay->ended() && rendered.relay->started()) << recording.name;
  EXPECT_EQ(chat ? check_chat_stream(rendered.bytes) : check_responses_stream(rendered.bytes), "") << recording.name;
  auto again = decode_stream(client, rendered.bytes);
  if (source.tier.empty()) again.tier = "";  // a Response always has one
  EXPECT_EQ(again.breaches + again.error, "") << recording.name;
  EXPECT_EQ(client == Dialect::chat ? again.chat("") : again.chat(), source.chat()) << recording.name;
  EXPECT_EQ(again.usage, source.usage) << recording.name;
  if (!chat && recording.dialect == Dialect::responses) EXPECT_EQ(again.story(), source.story()) << recording.name;
  EXPECT_EQ(rendered.bytes, relayed(recording, client, 13).bytes) << recording.name;
}

TEST(Recordings, mean_the_same_to_clients_of_either_dialect) {
  for (const auto& recording : streams())
    for (const auto client : {Dialect::chat, Dialect::responses}) expect_same_for_client(recording, client);
}

TEST(Recordings, are_read_for_the_books_as_when_they_pass) {
  for (const auto& recording : streams()) {
    auto passing = make_relay(recording.dialect, true, {});
    // Several responses in one recording are several streams; what passes counts them all.
    const auto end = recording.bytes.find("\"response.completed\"");
    const auto bytes =
        recording.dialect == Dialect::chat ? recording.bytes.size() : recording.bytes.find("\n\n", end) + 2;
    std::vector<std::string_view> out;
    passing->feed(std::string_view(recording.bytes).substr(0, bytes), out);
    const auto translated = relayed(recording, Dialect::chat, 4096);
    EXPECT_EQ(translated.relay->usage(), passing->usage()) << recording.name;
    EXPECT_EQ(translated.relay->response_id(), passing->response_id()) << recording.name;
    EXPECT_EQ(translated.relay->service_tier(), passing->service_tier()) << recording.name;
    EXPECT_EQ(translated.relay->ended(), passing->ended()) << recording.name;
    EXPECT_EQ(translated.relay->error() != nullptr, passing->error() != nullptr) << recording.name;
  }
}

TEST(Recordings, in_one_piece_mean_the_same_in_either_dialect) {
  EXPECT_GT(bodies().size(), 8u);
  for (auto& recording : bodies()) {
    recording.bytes = without_breaks(recording.bytes);
    const auto source = decode_whole(recording.dialect, recording.bytes);
    EXPECT_EQ(source.breaches + source.error, "") << recording.name;
    for (const auto client : {Dialect::chat, Dialect::responses}) {
      auto decoder = make_decoder(recording.dialect, {});
      auto renderer = renderer_for(client, false);
      const auto answer = translate_answer(*decoder, *renderer, recording.bytes, 128);
      ASSERT_TRUE(answer) << recording.name << answer.error().message;
      EXPECT_EQ(answer->usage, source.usage) << recording.name;
      const Json body(answer->body);
      EXPECT_EQ(client == Dialect::chat ? check_chat_completion(body) : check_response(body), "") << recording.name;
      auto again = decode_whole(client, answer->body);
      if (source.tier.empty()) again.tier = "";
      EXPECT_EQ(client == Dialect::chat ? again.chat("") : again.chat(), source.chat()) << recording.name;
      EXPECT_EQ(again.usage, source.usage) << recording.name;
      if (client == recording.dialect && client == Dialect::responses)
        EXPECT_EQ(again.story(), source.story()) << recording.name;
    }
  }
}

}  // namespace
}  // namespace fw::dialect::testing
