// Any answer a decoder can tell, rendered and decoded again.
#include <gtest/gtest.h>

#include <random>

#include "dialect/answer_testing.h"
#include "dialect/protocol_testing.h"

namespace fw::dialect::testing {
namespace {

using inner::ItemKind;

constexpr std::array<std::string_view, 12> kPieces{
    "Hello",           " wor", R"(\"quoted\")", R"(\\)", R"(\n)",   "\xC3\xA9\xE2\x80\xA8",
    R"(\ud83d\ude00)", "{}[]", R"(\u0000)",     R"(\/)", "data: x", "0"};

constexpr std::string_view kLogprobs = R"([{"token":"a","logprob":-0.1,"bytes":[97],"top_logprobs":[]}])";
constexpr std::string_view kAnnotation =
    R"({"type":"url_citation","start_index":1,"end_index":2,"url":"https://x","title":"T"})";

// Tells an answer as decoders do, to several sinks at once.
class Teller {
 public:
  Teller(unsigned seed, std::vector<AnswerSink*> sinks, bool chat)
      : random_(seed), sinks_(std::move(sinks)), chat_(chat) {}

  void tell() {
    on({.kind = EventKind::begin, .created = 1700000000, .id = chat_ ? "chatcmpl-7" : "resp_7", .model = "gpt-6"});
    const auto items = pick(4) + (chat_ ? 1 : 0);
    for (std::uint32_t i = 0; i < items; ++i) tell_item();
    while (!open_.empty()) end(0, false);
    if (pick(4) != 0) tell_usage();
    finish();
  }

 private:
  std::uint32_t pick(std::uint32_t below) { return static_cast<std::uint32_t>(random_() % below); }
  void on(const AnswerEvent& event) {
    for (auto* sink : sinks_) sink->on(event);
  }
  std::string_view piece() { return kPieces[pick(kPieces.size())]; }

  void tell_item() {
    constexpr std::array kKinds{ItemKind::message, ItemKind::function_call, ItemKind::custom_call, ItemKind::reasoning,
                                ItemKind::other};
    const auto kind = kKinds[pick(chat_ ? 4 : 5)];
    const auto output = outputs_++;
    const std::string id = "item_" + std::to_string(output);
    const std::string call_id = "call_" + std::to_string(output);
    if (kind == ItemKind::other) {
      const std::string raw = R"({"type":"web_search_call","id":")" + id + "\"}";
      on({.kind = EventKind::other_item, .item = kind, .output = output, .raw = raw});
      return;
    }
    const bool call = is_call(kind);
    called_ |= call;
    on({.kind = EventKind::item_begin,
        .item = kind,
        .output = output,
        .id = id,
        .call_id = call ? std::string_view(call_id) : std::string_view(),
        .name = call ? "get" : ""});
    open_.push_back(output);
    if (call) return tell_arguments(output);
    kind == ItemKind::message ? tell_message(output) : tell_reasoning(output);
    end(open_.size() - 1, pick(8) == 0);
  }

  // Sometimes a call stays open while others are told.
  void tell_arguments(std::uint32_t output) {
    for (auto left = pick(5); left-- > 0;) {
      const auto to = pick(3) == 0 ? open_[pick(static_cast<std::uint32_t>(open_.size()))] : output;
      on({.kind = EventKind::arguments, .output = to, .text = piece()});
    }
    if (pick(2) == 0) end(open_.size() - 1, false);
  }

  void tell_message(std::uint32_t output) {
    const auto parts = chat_ ? 1 : pick(3);
    for (std::uint32_t part = 0; part < parts; ++part) {
      const bool refusal = !chat_ && pick(4) == 0;
      on({.kind = refusal ? EventKind::refusal : EventKind::text, .output = output, .part = part, .text = "x"});
      for (auto left = pick(6); left-- > 0;) {
        const bool logprobs = !refusal && pick(4) == 0;
        on({.kind = refusal ? EventKind::refusal : EventKind::text,
            .output = output,
            .part = part,
            .text = piece(),
            .raw = logprobs ? kLogprobs : std::string_view()});
      }
      for (auto left = refusal ? 0 : pick(3); left-- > 0;)
        on({.kind = EventKind::annotation, .output = output, .part = part, .raw = kAnnotation});
    }
  }

  void tell_reasoning(std::uint32_t output) {
    for (const auto kind : {EventKind::reasoning_summary, EventKind::reasoning_text}) {
      if (chat_ && kind == EventKind::reasoning_summary) continue;
      const auto parts = chat_ ? 1 : pick(3);
      for (std::uint32_t part = 0; part < parts; ++part)
        for (auto left = pick(4) + 1; left-- > 0;) on({.kind = kind, .output = output, .part = part, .text = piece()});
    }
    if (!chat_ && pick(2) == 0) on({.kind = EventKind::encrypted, .output = output, .text = "gAAAA=="});
  }

  void end(std::size_t at, bool cut) {
    on({.kind = EventKind::item_end, .finish = cut && !chat_ ? Finish::length : Finish::stop, .output = open_[at]});
    open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(at));
  }

  void tell_usage() {
    Usage usage;
    usage.reported = true;
    for (auto* bucket : {&usage.input, &usage.cache_read, &usage.output, &usage.reasoning, &usage.audio_in,
                         &usage.audio_out, &usage.image})
      *bucket = pick(2) == 0 ? 0 : pick(100000);
    if (pick(2) == 0)
      for (auto& bucket : usage.cache_write) bucket = pick(500);
    on({.kind = EventKind::usage, .usage = &usage});
  }

  void finish() {
    AnswerEvent event{.kind = EventKind::finish, .service_tier = "default"};
    const auto choice = pick(4);
    event.finish = choice == 0   ? Finish::length
                   : choice == 1 ? Finish::content_filter
                   : choice == 2 ? Finish::other
                   : called_     ? Finish::tool_calls
                                 : Finish::stop;
    if (event.finish == Finish::other) event.text = "aborted";
    if (!chat_) event.created = 1700000009;
    on(event);
  }

  std::mt19937 random_;
  std::vector<AnswerSink*> sinks_;
  bool chat_;
  bool called_ = false;
  std::uint32_t outputs_ = 0;
  std::vector<std::uint32_t> open_;
};

std::unique_ptr<AnswerRenderer> renderer_for(Dialect client, bool stream) {
  static const inner::Request kRequest;
  return make_renderer(client, kRequest,
                       {.id = "0123", .model = "other", .created = 1, .stream = stream, .include_usage = true});
}

std::string taken(AnswerRenderer& renderer) {
  renderer.end();
  std::string out;
  renderer.take(out);
  return out;
}

constexpr unsigned kRounds = 200;

TEST(AnswerRoundTrip, through_responses_gives_the_same_events) {
  for (unsigned seed = 0; seed < kRounds; ++seed) {
    Collect told;
    const auto stream = renderer_for(Dialect::responses, true);
    const auto whole = renderer_for(Dialect::responses, false);
    Teller(seed, {&told, stream.get(), whole.get()}, false).tell();
    ASSERT_EQ(told.breaches, "") << "seed " << seed;
    const auto bytes = taken(*stream);
    ASSERT_EQ(check_responses_stream(bytes), "") << "seed " << seed << "\n" << bytes;
    ASSERT_EQ(decode_stream(Dialect::responses, bytes, 1 + seed % 50).story(), told.story()) << "seed " << seed;
    whole->end();
    const auto body = whole->whole();
    ASSERT_EQ(check_response(Json(body)), "") << "seed " << seed << "\n" << body;
    ASSERT_EQ(decode_whole(Dialect::responses, body).story(), told.story()) << "seed " << seed;
  }
}

TEST(AnswerRoundTrip, through_chat_gives_what_chat_can_say) {
  for (unsigned seed = 0; seed < kRounds; ++seed) {
    Collect told;
    const auto stream = renderer_for(Dialect::chat, true);
    const auto whole = renderer_for(Dialect::chat, false);
    Teller(seed, {&told, stream.get(), whole.get()}, true).tell();
    ASSERT_EQ(told.breaches, "") << "seed " << seed;
    const auto bytes = taken(*stream);
    ASSERT_EQ(check_chat_stream(bytes), "") << "seed " << seed << "\n" << bytes;
    const auto streamed = decode_stream(Dialect::chat, bytes, 1 + seed % 50);
    ASSERT_EQ(streamed.breaches + streamed.error, "");
    ASSERT_EQ(streamed.chat(""), told.chat()) << "seed " << seed << "\n" << bytes;
    ASSERT_EQ(streamed.usage, told.usage) << "seed " << seed;
    whole->end();
    const auto body = whole->whole();
    ASSERT_EQ(check_chat_completion(Json(body)), "") << "seed " << seed << "\n" << body;
    const auto again = decode_whole(Dialect::chat, body);
    ASSERT_EQ(again.chat(""), told.chat()) << "seed " << seed << "\n" << body;
    ASSERT_EQ(again.usage, told.usage) << "seed " << seed;
    ASSERT_EQ(again.id + again.model + again.tier, "chatcmpl-7gpt-6default");
  }
}

// Chat clients of an upstream that speaks Responses: what the events say, whatever Chat cannot.
TEST(AnswerRoundTrip, of_what_only_responses_can_say_keeps_what_chat_can) {
  for (unsigned seed = 0; seed < kRounds; ++seed) {
    Collect told;
    const auto stream = renderer_for(Dialect::chat, true);
    const auto whole = renderer_for(Dialect::chat, false);
    Teller(seed, {&told, stream.get(), whole.get()}, false).tell();
    const auto bytes = taken(*stream);
    ASSERT_EQ(check_chat_stream(bytes), "") << "seed " << seed << "\n" << bytes;
    const auto streamed = decode_stream(Dialect::chat, bytes);
    ASSERT_EQ(streamed.chat(""), told.chat()) << "seed " << seed << "\n" << bytes;
    ASSERT_EQ(decode_whole(Dialect::chat, whole->whole()).chat(""), told.chat()) << "seed " << seed;
  }
}

TEST(AnswerRoundTrip, of_the_same_events_gives_the_same_bytes) {
  for (const auto client : {Dialect::chat, Dialect::responses}) {
    const auto one = renderer_for(client, true);
    const auto other = renderer_for(client, true);
    Teller(7, {one.get(), other.get()}, false).tell();
    EXPECT_EQ(taken(*one), taken(*other));
  }
}

}  // namespace
}  // namespace fw::dialect::testing
