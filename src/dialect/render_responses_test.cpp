#include <gtest/gtest.h>

#include <initializer_list>

#include "dialect/answer_testing.h"
#include "dialect/protocol_testing.h"

namespace fw::dialect::testing {
namespace {

using inner::ItemKind;

inner::Request plain() {
  inner::Request request;
  request.from = Dialect::responses;
  return request;
}

std::unique_ptr<AnswerRenderer> renderer(bool stream, const inner::Request& request = plain()) {
  return make_renderer(Dialect::responses, request, {.id = "0123", .model = "asked", .created = 5, .stream = stream});
}

void tell(AnswerRenderer& to, std::initializer_list<AnswerEvent> events) {
  for (const auto& event : events) to.on(event);
  to.end();
}

std::string stream_of(std::initializer_list<AnswerEvent> events) {
  const auto to = renderer(true);
  tell(*to, events);
  std::string out;
  to->take(out);
  EXPECT_EQ(check_responses_stream(out), "");
  return out;
}

Json whole_of(std::initializer_list<AnswerEvent> events, const inner::Request& request = plain()) {
  const auto to = renderer(false, request);
  tell(*to, events);
  Json out(to->whole());
  EXPECT_EQ(check_response(out), "");
  return out;
}

const AnswerEvent kBegin{.kind = EventKind::begin, .created = 7, .id = "chatcmpl-1", .model = "m"};
const AnswerEvent kMessage{.kind = EventKind::item_begin};
const AnswerEvent kText{.text = "a"};
const AnswerEvent kEnd{.kind = EventKind::item_end};
const AnswerEvent kStop{.kind = EventKind::finish};

std::vector<std::string> names_of(std::string_view stream) {
  std::vector<std::string> out;
  for (auto& event : events_of(stream)) out.push_back(std::move(event.name));
  return out;
}

TEST(ResponsesRenderer, tells_a_message_by_the_whole_protocol) {
  const auto out = stream_of({kBegin, kMessage, kText, kText, kEnd, kStop});
  EXPECT_EQ(names_of(out),
            (std::vector<std::string>{
                "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added",
                "response.output_text.delta", "response.output_text.delta", "response.output_text.done",
                "response.content_part.done", "response.output_item.done", "response.completed"}));
  EXPECT_NE(
      out.find(
          "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"sequence_number\":4,"
          "\"item_id\":\"msg_0123_0\",\"output_index\":0,\"content_index\":0,\"delta\":\"a\",\"logprobs\":[]}\n\n"),
      out.npos);
  EXPECT_NE(
      out.find(
          R"("item":{"id":"msg_0123_0","type":"message","status":"completed","content":[{"type":"output_text","annotations":[],"logprobs":[],"text":"aa"}],"role":"assistant"})"),
      out.npos);
}

TEST(ResponsesRenderer, tells_calls_and_reasoning_by_the_whole_protocol) {
  const AnswerEvent function{.kind = EventKind::item_begin, .item = ItemKind::function_call, .output = 1, .name = "f"};
  const AnswerEvent custom{
      .kind = EventKind::item_begin, .item = ItemKind::custom_call, .output = 2, .call_id = "c", .name = "g"};
  const auto out = stream_of({kBegin,
                              {.kind = EventKind::item_begin, .item = ItemKind::reasoning},
                              {.kind = EventKind::reasoning_summary, .text = "s"},
                              {.kind = EventKind::reasoning_text, .text = "t"},
                              {.kind = EventKind::encrypted, .text = "e"},
                              kEnd,
                              function,
                              {.kind = EventKind::arguments, .output = 1, .text = "{}"},
                              {.kind = EventKind::item_end, .output = 1},
                              custom,
                              {.kind = EventKind::arguments, .output = 2, .text = "x"},
                              {.kind = EventKind::item_end, .output = 2},
                              {.kind = EventKind::finish, .finish = Finish::tool_calls}});
  EXPECT_EQ(names_of(out), (std::vector<std::string>{"response.created",
                                                     "response.in_progress",
                                                     "response.output_item.added",
                                                     "response.reasoning_summary_part.added",
                                                     "response.reasoning_summary_text.delta",
                                                     "response.reasoning_summary_text.done",
                                                     "response.reasoning_summary_part.done",
                                                     "response.content_part.added",
                                                     "response.reasoning_text.delta",
                                                     "response.reasoning_text.done",
                                                     "response.content_part.done",
                                                     "response.output_item.done",
                                                     "response.output_item.added",
                                                     "response.function_call_arguments.delta",
                                                     "response.function_call_arguments.done",
                                                     "response.output_item.done",
                                                     "response.output_item.added",
                                                     "response.custom_tool_call_input.delta",
                                                     "response.custom_tool_call_input.done",
                                                     "response.output_item.done",
                                                     "response.completed"}));
  EXPECT_NE(
      out.find(
          R"({"id":"rs_0123_0","type":"reasoning","summary":[{"type":"summary_text","text":"s"}],"content":[{"type":"reasoning_text","text":"t"}],"encrypted_content":"e"})"),
      out.npos);
  EXPECT_NE(
      out.find(
          R"({"id":"fc_0123_1","type":"function_call","status":"completed","arguments":"{}","call_id":"call_0123_1","name":"f"})"),
      out.npos);
}

TEST(ResponsesRenderer, says_why_an_answer_is_incomplete) {
  const AnswerEvent cut{.kind = EventKind::item_end, .finish = Finish::length};
  const auto length = whole_of({kBegin, kMessage, kText, cut, {.kind = EventKind::finish, .finish = Finish::length}});
  EXPECT_EQ(length["status"].text(), "incomplete");
  EXPECT_EQ(length["incomplete_details"].raw(), R"({"reason":"max_output_tokens"})");
  EXPECT_EQ(length["output"].at(0)["status"].text(), "incomplete");
  const auto out =
      stream_of({kBegin, kMessage, kText, cut, {.kind = EventKind::finish, .finish = Finish::content_filter}});
  EXPECT_NE(out.find("event: response.incomplete\n"), out.npos);
  EXPECT_NE(out.find(R"("incomplete_details":{"reason":"content_filter"})"), out.npos);
}

TEST(ResponsesRenderer, repeats_defaults_where_the_request_says_nothing) {
  const auto got = whole_of({kBegin, kMessage, kText, kEnd, kStop});
  const std::initializer_list<std::pair<std::string_view, std::string_view>> expected{
      {"id", R"("resp_0123")"},
      {"object", R"("response")"},
      {"created_at", "7"},
      {"status", R"("completed")"},
      {"background", "false"},
      {"error", "null"},
      {"incomplete_details", "null"},
      {"instructions", "null"},
      {"max_output_tokens", "null"},
      {"max_tool_calls", "null"},
      {"metadata", "{}"},
      {"model", R"("m")"},
      {"parallel_tool_calls", "true"},
      {"previous_response_id", "null"},
      {"service_tier", R"("default")"},
      {"store", "false"},
      {"temperature", "1"},
      {"top_p", "1"},
      {"tool_choice", R"("auto")"},
      {"tools", "[]"},
      {"truncation", R"("disabled")"},
      {"top_logprobs", "0"},
      {"presence_penalty", "0"},
      {"frequency_penalty", "0"},
      {"reasoning", R"({"effort":null,"summary":null})"},
      {"text", R"({"format":{"type":"text"},"verbosity":"medium"})"},
      {"usage", "null"}};
  for (const auto& [key, value] : expected) EXPECT_EQ(got[key].raw(), value) << key;
}

constexpr std::string_view kRequest = R"({"model":"x","input":"hi","instructions":"be\nbrief","max_output_tokens":9,
 "temperature":0.5,"top_p":0.9,"parallel_tool_calls":false,"metadata":{"a":
 "b"},"store":true,"truncation":"auto","service_tier":"flex","prompt_cache_key":"k","safety_identifier":"s","user":"u",
 "reasoning":{"effort":"low","summary":"auto"},"text":{"verbosity":"low","format":{"type":"json_schema","name":"n",
 "schema":{"type":"object"},"strict":true}},"tool_choice":{"type":"function","name":"f"},"tools":[{"type":"function",
 "name":"f","parameters":{"type":"object"}},{"type":"custom","name":"g"},{"type":"function","name":"h","strict":false,
 "parameters":{}}],"top_logprobs":2})";

TEST(ResponsesRenderer, repeats_what_the_request_said) {
  std::string body(kRequest);
  inner::Request request;
  const auto read = inner::read_responses_request(body, request);
  ASSERT_TRUE(read) << read.error().message;
  const auto to = renderer(false, request);
  request = {};
  body.assign(body.size(), 'x');  // what is repeated was copied
  tell(*to, {kBegin, kMessage, kText, kEnd, kStop});
  const Json got(to->whole());
  EXPECT_EQ(check_response(got), "");
  const std::initializer_list<std::pair<std::string_view, std::string_view>> expected{
      {"instructions", R"("be\nbrief")"},
      {"max_output_tokens", "9"},
      {"temperature", "0.5"},
      {"top_p", "0.9"},
      {"parallel_tool_calls", "false"},
      {"store", "false"},
      {"truncation", R"("auto")"},
      {"service_tier", R"("flex")"},
      {"prompt_cache_key", R"("k")"},
      {"safety_identifier", R"("s")"},
      {"user", R"("u")"},
      {"top_logprobs", "2"},
      {"reasoning", R"({"effort":"low","summary":"auto"})"},
      {"tool_choice", R"({"type":"function","name":"f"})"},
      {"text",
       R"({"format":{"type":"json_schema","description":null,"name":"n","schema":{"type":"object"},"strict":true},"verbosity":"low"})"}};
  for (const auto& [key, value] : expected) EXPECT_EQ(got[key].raw(), value) << key;
  EXPECT_EQ(got["metadata"]["a"].text(), "b");
  EXPECT_EQ(got["tools"].at(0).raw(),
            R"({"type":"function","description":null,"name":"f","parameters":{"type":"object"},"strict":true})");
  EXPECT_EQ(got["tools"].at(1).raw(), R"({"type":"custom","description":null,"format":{"type":"text"},"name":"g"})");
  EXPECT_EQ(got["tools"].at(2)["strict"].raw(), "false");
}

TEST(ResponsesRenderer, keeps_the_upstreams_ids_where_they_are_of_its_kind) {
  const AnswerEvent begin{.kind = EventKind::begin, .id = "resp_up", .model = "m"};
  const auto got = whole_of({begin, {.kind = EventKind::item_begin, .id = "msg_up"}, kText, kEnd, kStop});
  EXPECT_EQ(got["id"].text(), "resp_up");
  EXPECT_EQ(got["output"].at(0)["id"].text(), "msg_up");
}

TEST(ResponsesRenderer, tells_usage_with_its_details) {
  Usage usage;
  usage.reported = true;
  usage.input = 4;
  usage.cache_read = 3;
  usage.cache_write[static_cast<std::size_t>(CacheLifetime::m30)] = 2;
  usage.output = 2;
  usage.reasoning = 1;
  const auto got = whole_of({kBegin, kMessage, kText, kEnd, {.kind = EventKind::usage, .usage = &usage}, kStop});
  EXPECT_EQ(got["usage"].raw(), R"({"input_tokens":9,"input_tokens_details":{"cached_tokens":3,"cache_write_tokens":2,)"
                                R"("cache_write_tokens_details":{"ttl_30m_tokens":2}},"output_tokens":3,)"
                                R"("output_tokens_details":{"reasoning_tokens":1},"total_tokens":12})");
}

TEST(ResponsesRenderer, tells_an_error_of_ours_with_the_next_number) {
  const auto to = renderer(true);
  tell(*to, {kBegin, kMessage, kText});
  std::string out;
  to->take(out);
  EXPECT_EQ(out.find("response.completed"), out.npos);
  EXPECT_EQ(to->render_error({Code::stream_truncated, Origin::provider, Retry::never, "cut", {}, 0}),
            "event: error\ndata: {\"type\":\"error\",\"code\":\"stream_truncated\",\"message\":\"cut\",\"param\":null,"
            "\"sequence_number\":5}\n\n");
}

TEST(ResponsesRenderer, keeps_a_text_whose_item_was_never_begun) {
  const auto got = whole_of({kBegin, kText, kStop});
  EXPECT_EQ(got["output"].at(0)["content"].at(0)["text"].text(), "a");
}

}  // namespace
}  // namespace fw::dialect::testing
