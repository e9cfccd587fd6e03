#include <gtest/gtest.h>

#include <initializer_list>

#include "dialect/answer_testing.h"
#include "dialect/protocol_testing.h"

namespace fw::dialect::testing {
namespace {

using inner::ItemKind;

std::unique_ptr<AnswerRenderer> renderer(bool stream, bool include_usage = false) {
  static const inner::Request kRequest;
  return make_renderer(
      Dialect::chat, kRequest,
      {.id = "0123", .model = "asked\"", .created = 5, .stream = stream, .include_usage = include_usage});
}

void tell(AnswerRenderer& to, std::initializer_list<AnswerEvent> events) {
  for (const auto& event : events) to.on(event);
  to.end();
}

std::string stream_of(std::initializer_list<AnswerEvent> events, bool include_usage = false) {
  const auto to = renderer(true, include_usage);
  tell(*to, events);
  std::string out;
  to->take(out);
  EXPECT_EQ(check_chat_stream(out), "");
  return out;
}

std::string whole_of(std::initializer_list<AnswerEvent> events) {
  const auto to = renderer(false);
  tell(*to, events);
  const auto out = to->whole();
  EXPECT_EQ(check_chat_completion(Json(out)), "");
  return out;
}

const AnswerEvent kBegin{.kind = EventKind::begin, .created = 7, .id = "resp_1", .model = "m"};
const AnswerEvent kMessage{.kind = EventKind::item_begin};
const AnswerEvent kText{.text = R"(a\n)"};
const AnswerEvent kEnd{.kind = EventKind::item_end};
const AnswerEvent kStop{.kind = EventKind::finish};

TEST(ChatRenderer, writes_the_role_then_text_then_the_reason_it_stopped) {
  constexpr std::string_view kHead =
      R"(data: {"id":"chatcmpl-0123","object":"chat.completion.chunk","created":7,"model":"m","choices":[{"index":0,"delta":{)";
  std::string expected;
  for (const std::string_view rest :
       {R"("role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}]})",
        R"("content":"a\n"},"logprobs":null,"finish_reason":null}]})",
        R"(},"logprobs":null,"finish_reason":"stop"}]})"})
    expected.append(kHead).append(rest).append("\n\n");
  EXPECT_EQ(stream_of({kBegin, kMessage, kText, kEnd, kStop}), expected + "data: [DONE]\n\n");
}

TEST(ChatRenderer, writes_a_whole_completion) {
  EXPECT_EQ(
      whole_of({kBegin, kMessage, kText, kEnd, kStop}),
      R"({"id":"chatcmpl-0123","object":"chat.completion","created":7,"model":"m","choices":[{"index":0,"message":)"
      R"({"role":"assistant","content":"a\n","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}]})");
}

TEST(ChatRenderer, says_what_the_upstream_leaves_out) {
  const Json body(whole_of({{.kind = EventKind::begin}, kMessage, kText, kEnd, kStop}));
  EXPECT_EQ(body["model"].raw(), R"("asked\"")");
  EXPECT_EQ(body["created"].number(), 5);
  EXPECT_EQ(
      Json(whole_of({{.kind = EventKind::begin, .id = "chatcmpl-up"}, kMessage, kText, kEnd, kStop}))["id"].text(),
      "chatcmpl-up");
}

TEST(ChatRenderer, writes_calls_with_their_index_and_makes_missing_ids) {
  const std::string out =
      stream_of({kBegin,
                 {.kind = EventKind::item_begin, .item = ItemKind::function_call, .call_id = "call_a", .name = "f"},
                 {.kind = EventKind::item_begin, .item = ItemKind::custom_call, .output = 1, .name = "g"},
                 {.kind = EventKind::arguments, .output = 0, .text = "{}"},
                 {.kind = EventKind::arguments, .output = 1, .text = "x"},
                 {.kind = EventKind::item_end},
                 {.kind = EventKind::item_end, .output = 1},
                 {.kind = EventKind::finish, .finish = Finish::tool_calls}});
  EXPECT_NE(out.find(R"("role":"assistant","content":null,"refusal":null)"), out.npos);
  EXPECT_NE(
      out.find(R"("tool_calls":[{"index":0,"id":"call_a","type":"function","function":{"name":"f","arguments":""}}])"),
      out.npos);
  EXPECT_NE(
      out.find(R"("tool_calls":[{"index":1,"id":"call_0123_1","type":"custom","custom":{"name":"g","input":""}}])"),
      out.npos);
  EXPECT_NE(out.find(R"("tool_calls":[{"index":0,"function":{"arguments":"{}"}}])"), out.npos);
  EXPECT_NE(out.find(R"("tool_calls":[{"index":1,"custom":{"input":"x"}}])"), out.npos);
  EXPECT_NE(out.find(R"("finish_reason":"tool_calls")"), out.npos);
}

TEST(ChatRenderer, tells_usage_only_to_those_who_asked) {
  Usage usage;
  usage.reported = true;
  usage.input = 4;
  usage.cache_read = 3;
  usage.output = 2;
  usage.reasoning = 1;
  const AnswerEvent told{.kind = EventKind::usage, .usage = &usage};
  EXPECT_EQ(stream_of({kBegin, kMessage, kText, kEnd, told, kStop}).find("usage"), std::string::npos);
  const auto out = stream_of({kBegin, kMessage, kText, kEnd, kStop, told}, true);
  EXPECT_NE(out.find(R"("choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10,)"
                     R"("prompt_tokens_details":{"cached_tokens":3,"cache_write_tokens":0,"audio_tokens":0},)"
                     R"("completion_tokens_details":{"reasoning_tokens":1,"audio_tokens":0,)"
                     R"("accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}})"),
            out.npos);
  EXPECT_NE(out.find(R"("finish_reason":null}],"usage":null})"), out.npos);
  EXPECT_EQ(stream_of({kBegin, kMessage, kText, kEnd, kStop}, true).find("prompt_tokens"), std::string::npos);
}

TEST(ChatRenderer, tells_reasoning_in_paragraphs) {
  const AnswerEvent reasoning{.kind = EventKind::item_begin, .item = ItemKind::reasoning};
  const auto summary = [](std::uint32_t part, std::string_view text) {
    return AnswerEvent{.kind = EventKind::reasoning_summary, .part = part, .text = text};
  };
  const auto events = {kBegin, reasoning, summary(0, "a"), summary(0, "b"), summary(1, "c"), kEnd, kStop};
  EXPECT_EQ(Json(whole_of(events))["choices"].at(0)["message"]["reasoning_content"].text(), R"(ab\n\nc)");
  const auto out = stream_of(events);
  EXPECT_NE(out.find(R"("delta":{"reasoning_content":"\n\nc"})"), out.npos);
}

TEST(ChatRenderer, keeps_lines_whole) {
  const auto out = stream_of({kBegin,
                              kMessage,
                              {.text = "a", .raw = "[\n{\"token\":\r\n\"a\"}]"},
                              {.kind = EventKind::annotation, .raw = "{\"type\":\"t\",\n\"x\":1}"},
                              kEnd,
                              kStop});
  EXPECT_NE(out.find(R"("logprobs":{"content":[ {"token":  "a"}],"refusal":null})"), out.npos);
  EXPECT_NE(out.find(R"("annotations":[{"type":"t","t":{"x":1}}])"), out.npos);
}

TEST(ChatRenderer, says_the_tier_that_served) {
  const AnswerEvent begin{.kind = EventKind::begin, .id = "resp_1", .model = "m", .service_tier = "auto"};
  const AnswerEvent finish{.kind = EventKind::finish, .service_tier = "priority"};
  const auto out = stream_of({begin, kMessage, kText, kEnd, finish});
  EXPECT_EQ(out.find("auto"), out.npos);
  EXPECT_NE(out.find(R"("service_tier":"priority")"), out.npos);
}

TEST(ChatRenderer, ends_nothing_that_did_not_finish) {
  const auto to = renderer(true);
  tell(*to, {kBegin, kMessage, kText});
  std::string out;
  to->take(out);
  EXPECT_EQ(out.find("DONE"), out.npos);
  EXPECT_EQ(
      to->render_error({Code::stream_truncated, Origin::provider, Retry::never, "cut", {}, 0}),
      "data: "
      "{\"error\":{\"message\":\"cut\",\"type\":\"server_error\",\"param\":null,\"code\":\"stream_truncated\"}}\n\n");
}

TEST(ChatRenderer, hands_over_what_it_made_once) {
  const auto to = renderer(true);
  std::string out = "old";
  to->take(out);
  EXPECT_EQ(out, "");
  tell(*to, {kBegin, kMessage});
  to->take(out);
  EXPECT_FALSE(out.empty());
  to->take(out);
  EXPECT_EQ(out, "");
}

}  // namespace
}  // namespace fw::dialect::testing
