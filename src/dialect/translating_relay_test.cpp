#include <gtest/gtest.h>

#include "dialect/answer_testing.h"
#include "dialect/protocol_testing.h"

namespace fw::dialect::testing {
namespace {

std::unique_ptr<AnswerRenderer> renderer(Dialect client, bool stream) {
  static const inner::Request kRequest;
  return make_renderer(client, kRequest, {.id = "0123", .model = "m", .created = 5, .stream = stream});
}

std::unique_ptr<StreamRelay> relay(Dialect upstream, Dialect client) {
  return make_translating_relay(make_decoder(upstream, {}), renderer(client, true));
}

std::string fed(StreamRelay& to, std::string_view bytes) {
  std::vector<std::string_view> views;
  to.feed(bytes, views);
  EXPECT_LE(views.size(), 1u);
  return views.empty() ? std::string() : std::string(views[0]);
}

constexpr std::string_view kCreated =
    "data: "
    "{\"type\":\"response.created\",\"response\":{\"id\":\"resp_1\",\"model\":\"m\",\"status\":\"in_progress\"}}\n\n";
constexpr std::string_view kAdded =
    "data: "
    "{\"type\":\"response.output_item.added\",\"output_index\":0,\"item\":{\"type\":\"message\",\"id\":\"msg_1\"}}\n\n";
constexpr std::string_view kDelta =
    "data: {\"type\":\"response.output_text.delta\",\"output_index\":0,\"content_index\":0,\"delta\":\"Hi\"}\n\n";
constexpr std::string_view kCompleted =
    "data: "
    "{\"type\":\"response.completed\",\"response\":{\"id\":\"resp_1\",\"status\":\"completed\",\"service_tier\":"
    "\"flex\","
    "\"usage\":{\"input_tokens\":7,\"output_tokens\":3,\"total_tokens\":10}}}\n\n";
constexpr std::string_view kFailed =
    "data: "
    "{\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":{\"code\":\"rate_limit_exceeded\","
    "\"message\":\"slow\"}}}\n\n";

TEST(TranslatingRelay, starts_with_content_and_not_before) {
  auto to = relay(Dialect::responses, Dialect::chat);
  EXPECT_EQ(fed(*to, kCreated), "");
  EXPECT_FALSE(to->started());
  EXPECT_EQ(to->response_id(), "resp_1");
  const auto first = fed(*to, kAdded);
  EXPECT_TRUE(to->started());
  EXPECT_NE(first.find(R"("role":"assistant")"), first.npos);
  EXPECT_NE(fed(*to, kDelta).find(R"("content":"Hi")"), std::string::npos);
  EXPECT_EQ(to->seen().tokens, 3 + 1);
  EXPECT_FALSE(to->ended());
  const auto last = fed(*to, kCompleted);
  EXPECT_TRUE(last.ends_with("data: [DONE]\n\n"));
  EXPECT_TRUE(to->ended());
  EXPECT_EQ(to->error(), nullptr);
  EXPECT_EQ(to->usage().input, 7);
  EXPECT_EQ(to->finish(), "stop");
  EXPECT_EQ(to->service_tier(), "flex");
  EXPECT_EQ(fed(*to, kDelta), "");
}

TEST(TranslatingRelay, gives_what_was_held_back_with_the_first_content) {
  auto to = relay(Dialect::chat, Dialect::responses);
  EXPECT_EQ(
      fed(*to,
          "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n"),
      "");
  const auto first = fed(*to, "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n");
  EXPECT_TRUE(first.starts_with("event: response.created\n"));
  EXPECT_TRUE(to->started());
  const auto last = fed(*to, "data: [DONE]\n\n");
  EXPECT_EQ(check_responses_stream(first + last), "");
}

TEST(TranslatingRelay, holds_an_error_back_while_another_deployment_can_answer) {
  auto to = relay(Dialect::responses, Dialect::chat);
  EXPECT_EQ(fed(*to, std::string(kCreated) + std::string(kFailed)), "");
  EXPECT_FALSE(to->started());
  EXPECT_TRUE(to->ended());
  ASSERT_NE(to->error(), nullptr);
  EXPECT_EQ(to->error()->code, "rate_limit_exceeded");
  EXPECT_TRUE(to->error()->retryable);
  EXPECT_FALSE(to->error()->relayed);
}

TEST(TranslatingRelay, leaves_a_late_error_to_the_gateway_without_an_ending) {
  for (const auto client : {Dialect::chat, Dialect::responses}) {
    auto to = relay(Dialect::responses, client);
    auto out = fed(*to, std::string(kCreated) + std::string(kAdded) + std::string(kDelta) + std::string(kFailed));
    EXPECT_NE(out.find("Hi"), out.npos);
    EXPECT_TRUE(to->started() && to->ended());
    ASSERT_NE(to->error(), nullptr);
    EXPECT_FALSE(to->error()->relayed);
    EXPECT_EQ(out.find("DONE"), out.npos);
    EXPECT_EQ(out.find("response.failed"), out.npos);
    const auto said = to->render_error({Code::stream_failed, Origin::provider, Retry::never, "slow", {}, 0});
    EXPECT_TRUE(said.ends_with("}\n\n"));
    // The number after the last one sent.
    if (client == Dialect::responses) {
      const auto events = events_of(out);
      const auto number = Json(events.back().text)["sequence_number"].number();
      EXPECT_EQ(Json(events_of(said)[0].text)["sequence_number"].number(), number + 1);
    }
  }
}

// One that tells its events where it is asked to.
class Scripted final : public AnswerDecoder {
 public:
  explicit Scripted(bool finish) : finish_(finish) {}
  void feed(std::string_view, AnswerSink& sink) override {
    sink.on({.kind = EventKind::begin});
    sink.on({.kind = EventKind::item_begin});
    sink.on({.text = "a"});
  }
  void close(AnswerSink& sink) override {
    if (finish_) sink.on({.kind = EventKind::finish});
    ended_ = true;
  }
  bool ended() const override { return ended_; }
  Result<void> whole(std::string_view, int, AnswerSink&) override { return {}; }

 private:
  bool finish_;
  bool ended_ = false;
};

TEST(TranslatingRelay, ends_with_the_transfer_where_the_dialect_does) {
  auto to = make_translating_relay(std::make_unique<Scripted>(true), renderer(Dialect::chat, true));
  fed(*to, "x");
  std::vector<std::string_view> views;
  to->close(views);
  ASSERT_EQ(views.size(), 1u);
  EXPECT_TRUE(views[0].ends_with("data: [DONE]\n\n"));
  EXPECT_TRUE(to->ended());
}

TEST(TranslatingRelay, makes_up_no_ending) {
  auto to = make_translating_relay(std::make_unique<Scripted>(false), renderer(Dialect::chat, true));
  fed(*to, "x");
  std::vector<std::string_view> views;
  to->close(views);
  EXPECT_TRUE(views.empty());
  ASSERT_NE(to->error(), nullptr);
  EXPECT_TRUE(to->error()->malformed);
}

TEST(TranslateAnswer, gives_the_body_and_what_the_books_need) {
  const auto decoder = make_decoder(Dialect::responses, {});
  const auto to = renderer(Dialect::chat, false);
  const auto got = translate_answer(
      *decoder, *to,
      R"({"id":"resp_1","object":"response","status":"completed","model":"m","service_tier":"flex","output":[{"type":"message","id":"x","content":[{"type":"output_text","text":"Hi"}]}],"usage":{"input_tokens":7,"output_tokens":3,"total_tokens":10}})",
      64);
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(Json(got->body)["choices"].at(0)["message"]["content"].text(), "Hi");
  EXPECT_EQ(got->usage.input, 7);
  EXPECT_EQ(got->response_id + got->service_tier + got->finish, "resp_1flexstop");
}

TEST(TranslateAnswer, refuses_failures_and_what_is_no_answer) {
  const auto refused = [](std::string_view body) {
    const auto decoder = make_decoder(Dialect::responses, {});
    const auto to = renderer(Dialect::chat, false);
    const auto got = translate_answer(*decoder, *to, body, 64);
    EXPECT_FALSE(got);
    return got ? Error{} : got.error();
  };
  const auto failed =
      refused(R"({"object":"response","status":"failed","error":{"code":"server_error","message":"boom"}})");
  EXPECT_EQ(failed.message, "boom");
  EXPECT_EQ(failed.origin, Origin::provider);
  EXPECT_EQ(failed.retry, Retry::elsewhere);
  EXPECT_EQ(refused(R"({"object":"response","status":"failed","error":{"code":"invalid_prompt","message":"m"}})").retry,
            Retry::never);
  EXPECT_EQ(refused("<html>").retry, Retry::elsewhere);
  EXPECT_EQ(refused("{}").origin, Origin::provider);
}

}  // namespace
}  // namespace fw::dialect::testing
