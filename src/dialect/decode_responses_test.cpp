#include <gtest/gtest.h>

#include <initializer_list>

#include "dialect/answer_testing.h"

namespace fw::dialect::testing {
namespace {

using inner::ItemKind;

std::string event(std::string_view type, std::string_view members) {
  std::string out("event: response.");
  out.append(type).append("\ndata: {\"type\":\"response.").append(type).append("\"");
  if (!members.empty()) out.append(",").append(members);
  return out + "}\n\n";
}

const std::string kCreated = event(
    "created", R"("response":{"id":"resp_1","created_at":7,"model":"m","status":"in_progress","service_tier":"auto"})");
const std::string kMessage =
    event("output_item.added", R"("output_index":0,"item":{"type":"message","id":"msg_1","content":[]})");
const std::string kCompleted = event(
    "completed",
    R"("response":{"id":"resp_1","model":"m","status":"completed","completed_at":9,"output":[],"service_tier":"default","usage":{"input_tokens":7,"output_tokens":3,"total_tokens":10}})");

std::string text(std::string_view delta) {
  return event("output_text.delta",
               R"("output_index":0,"content_index":0,"item_id":"msg_1","delta":")" + std::string(delta) + "\"");
}

Collect decode(std::initializer_list<std::string> parts) {
  std::string all;
  for (const auto& part : parts) all += part;
  auto out = decode_stream(Dialect::responses, all);
  EXPECT_EQ(out.story(), decode_stream(Dialect::responses, all, 1).story());
  EXPECT_EQ(out.breaches, "");
  return out;
}

ChatView view(const Collect& collected) { return collected.chat("").at(0); }

TEST(ResponsesDecoder, tells_text_as_it_comes) {
  const auto got = decode({kCreated, kMessage, text("He\\\"y"), text(" you"), kCompleted});
  EXPECT_EQ(got.id + got.model + got.tier, "resp_1mdefault");
  EXPECT_EQ(got.created, 7);
  EXPECT_EQ(got.finishes.at(0).created, 9);
  EXPECT_EQ(view(got).content, "He\\\"y you");
  EXPECT_EQ(view(got).finish, "stop");
  EXPECT_EQ(got.usage.input, 7);
}

TEST(ResponsesDecoder, needs_no_event_names) {
  std::string bytes = kCreated + kMessage + text("a") + kCompleted;
  for (std::size_t at; (at = bytes.find("event: ")) != std::string::npos;)
    bytes.erase(at, bytes.find('\n', at) + 1 - at);
  EXPECT_EQ(decode({bytes}).story(), decode({kCreated, kMessage, text("a"), kCompleted}).story());
}

// Text may come in pieces, when it is done, or in the Response at the end; it is told once.
TEST(ResponsesDecoder, neither_loses_nor_doubles_a_text) {
  const std::string done = event("output_text.done", R"("output_index":0,"content_index":0,"text":"abc")");
  const std::string part =
      event("content_part.done",
            R"("output_index":0,"content_index":0,"part":{"type":"output_text","text":"abc","annotations":[]})");
  const std::string kItem =
      R"({"type":"message","id":"msg_1","status":"completed","content":[{"type":"output_text","text":"abc"}]})";
  const std::string item = event("output_item.done", R"("output_index":0,"item":)" + kItem);
  const std::string end =
      event("completed", R"("response":{"id":"resp_1","model":"m","status":"completed","output":[)" + kItem + "]}");
  const std::string delta = text("abc");
  for (int mask = 1; mask < 32; ++mask)
    for (const bool added : {true, false}) {
      const auto if_set = [mask](int bit, const std::string& bytes) {
        return (mask >> bit & 1) != 0 ? bytes : std::string();
      };
      const auto got = decode({kCreated, added ? kMessage : "", if_set(0, delta), if_set(1, done), if_set(2, part),
                               if_set(3, item), if_set(4, end), (mask >> 4 & 1) != 0 ? "" : kCompleted});
      ASSERT_EQ(got.items.size(), 1u) << mask;
      EXPECT_EQ(view(got).content, "abc") << mask;
    }
}

TEST(ResponsesDecoder, tells_the_rest_of_deltas_that_stop_early) {
  const std::string done = event("output_text.done", R"("output_index":0,"content_index":0,"text":"ab\u00e9d")");
  EXPECT_EQ(view(decode({kCreated, kMessage, text("ab"), done, kCompleted})).content, R"(ab\u00e9d)");
  EXPECT_EQ(view(decode({kCreated, kMessage, text("ax"), done, kCompleted})).content, "ax");
}

TEST(ResponsesDecoder, tells_an_item_that_only_the_end_knows) {
  const auto got = decode(
      {kCreated, event("output_item.added", R"("output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[]})"),
       event("output_item.done", R"("output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[]})"),
       event(
           "completed",
           R"("response":{"status":"completed","output":[{"type":"reasoning","id":"rs_1","summary":[]},{"type":"function_call","id":"fc_1","call_id":"c","name":"f","arguments":"{}"}]})")});
  ASSERT_EQ(got.items.size(), 2u);
  EXPECT_EQ(view(got).calls, "1 c f {}\n");
  EXPECT_EQ(view(got).finish, "tool_calls");
}

TEST(ResponsesDecoder, knows_items_by_their_ids_where_the_indexes_lie) {
  const auto item = [](std::string_view id, std::string_view said) {
    return R"({"type":"message","id":")" + std::string(id) + R"(","content":[{"type":"output_text","text":")" +
           std::string(said) + "\"}]}";
  };
  const auto got = decode({kCreated, event("output_item.done", "\"output_index\":0,\"item\":" + item("m1", "a")),
                           event("output_item.done", "\"output_index\":0,\"item\":" + item("m2", "b")),
                           event("completed", "\"response\":{\"status\":\"completed\",\"output\":[" + item("m1", "a") +
                                                  "," + item("m2", "b") + "]}")});
  ASSERT_EQ(got.items.size(), 2u);
  EXPECT_EQ(view(got).content, "ab");
}

TEST(ResponsesDecoder, keeps_calls_and_their_pieces) {
  const auto got = decode(
      {kCreated,
       event(
           "output_item.added",
           R"("output_index":0,"item":{"type":"function_call","id":"fc_1","call_id":"c1","name":"f","arguments":""})"),
       event(
           "output_item.added",
           R"("output_index":1,"item":{"type":"custom_tool_call","id":"ctc_1","call_id":"c2","name":"g","input":""})"),
       event("function_call_arguments.delta", R"("output_index":0,"item_id":"fc_1","delta":"{")"),
       event("custom_tool_call_input.delta", R"("output_index":1,"item_id":"ctc_1","delta":"x")"),
       event("function_call_arguments.delta", R"("output_index":0,"item_id":"fc_1","delta":"}")"),
       event("function_call_arguments.done", R"("output_index":0,"item_id":"fc_1","name":"f","arguments":"{}")"),
       event(
           "output_item.done",
           R"("output_index":0,"item":{"type":"function_call","id":"fc_1","call_id":"c1","name":"f","arguments":"{}"})"),
       event("custom_tool_call_input.done", R"("output_index":1,"item_id":"ctc_1","input":"x")"), kCompleted});
  EXPECT_EQ(view(got).calls, "1 c1 f {}\n3 c2 g x\n");
  EXPECT_EQ(view(got).finish, "tool_calls");
}

TEST(ResponsesDecoder, keeps_reasoning_summaries_and_what_is_encrypted) {
  const auto got = decode(
      {kCreated,
       event("output_item.added",
             R"("output_index":0,"item":{"type":"reasoning","id":"rs_1","encrypted_content":"early","summary":[]})"),
       event("reasoning_summary_part.added",
             R"("output_index":0,"summary_index":0,"part":{"type":"summary_text","text":""})"),
       event("reasoning_summary_text.delta", R"("output_index":0,"summary_index":0,"delta":"one")"),
       event("reasoning_summary_text.delta", R"("output_index":0,"summary_index":1,"delta":"two")"),
       event("reasoning.delta", R"("output_index":0,"content_index":0,"delta":"hm")"),
       event(
           "output_item.done",
           R"("output_index":0,"item":{"type":"reasoning","id":"rs_1","encrypted_content":"late","summary":[{"type":"summary_text","text":"one"},{"type":"summary_text","text":"two"}],"content":[{"type":"reasoning_text","text":"hm"}]})"),
       kCompleted});
  ASSERT_EQ(got.items.size(), 1u);
  EXPECT_EQ(got.items[0].encrypted, "late");
  EXPECT_EQ(got.chat().at(0).reasoning, R"(one\n\ntwo\n\nhm)");
}

TEST(ResponsesDecoder, keeps_refusals_logprobs_and_annotations) {
  const auto got = decode(
      {kCreated, kMessage,
       event("output_text.delta", R"("output_index":0,"content_index":0,"delta":"a","logprobs":[{"token":"a"}])"),
       event(
           "output_text.annotation.added",
           R"("output_index":0,"content_index":0,"annotation_index":0,"annotation":{"type":"url_citation","url":"u"})"),
       event("refusal.delta", R"("output_index":0,"content_index":1,"delta":"no")"),
       event(
           "output_item.done",
           R"("output_index":0,"item":{"type":"message","id":"msg_1","status":"incomplete","content":[{"type":"output_text","text":"a","logprobs":[{"token":"a"}],"annotations":[{"type":"url_citation","url":"u"},{"type":"url_citation","url":"v"}]},{"type":"refusal","refusal":"no"}]})"),
       kCompleted});
  EXPECT_EQ(view(got).logprobs, R"({"token":"a"})");
  EXPECT_EQ(view(got).annotations, R"(type="url_citation" url="u" ,type="url_citation" url="v" )");
  EXPECT_EQ(view(got).refusal, "no");
  EXPECT_TRUE(got.items[0].cut);
}

TEST(ResponsesDecoder, hands_on_items_only_responses_knows) {
  const auto got = decode(
      {kCreated, event("web_search_call.searching", R"("output_index":0,"item_id":"ws_1")"),
       event("output_item.done", R"("output_index":0,"item":{"type":"web_search_call","id":"ws_1"})"), kCompleted});
  ASSERT_EQ(got.items.size(), 1u);
  EXPECT_EQ(got.items[0].raw, R"({"type":"web_search_call","id":"ws_1"})");
  EXPECT_EQ(view(got).finish, "stop");
}

std::string incomplete(std::string_view reason) {
  return event("incomplete",
               R"("response":{"status":"incomplete","incomplete_details":{"reason":")" + std::string(reason) + "\"}}");
}

TEST(ResponsesDecoder, says_why_an_answer_is_incomplete) {
  EXPECT_EQ(view(decode({kCreated, kMessage, text("a"), incomplete("max_output_tokens")})).finish, "length");
  EXPECT_EQ(view(decode({kCreated, kMessage, text("a"), incomplete("content_filter")})).finish, "content_filter");
  EXPECT_EQ(view(decode({kCreated, kMessage, text("a"), incomplete("patience")})).finish, "patience");
}

TEST(ResponsesDecoder, reads_errors_in_every_shape) {
  EXPECT_EQ(decode({"event: error\ndata: "
                    "{\"type\":\"error\",\"code\":\"c\",\"message\":\"m\",\"param\":null,\"sequence_number\":1}\n\n"})
                .error,
            "c: m");
  EXPECT_EQ(decode({"data: {\"type\":\"error\",\"error\":{\"code\":\"c\",\"message\":\"m\"}}\n\n"}).error, "c: m");
  EXPECT_EQ(decode({"data: {\"error\":{\"code\":\"c\",\"message\":\"m\"}}\n\n"}).error, "c: m");
  EXPECT_EQ(decode({"event: error\ndata: upstream died\n\n"}).error, ": upstream died");
  const auto failed = decode(
      {kCreated, kMessage, text("a"),
       event(
           "failed",
           R"("response":{"status":"failed","error":{"code":"server_error","message":"m"},"usage":{"input_tokens":7,"output_tokens":1}})")});
  EXPECT_EQ(failed.error, "server_error: m");
  EXPECT_EQ(failed.usage.input, 7);
  EXPECT_EQ(decode({kCreated, event("cancelled", R"("response":{"status":"cancelled"})")}).error,
            ": The provider ended the response as cancelled.");
}

TEST(ResponsesDecoder, ends_with_its_terminal_event_and_tolerates_a_sentinel) {
  auto decoder = make_decoder(Dialect::responses, {});
  Collect out;
  decoder->feed(kCreated + kMessage + text("a") + "data: [DONE]\n\n", out);
  EXPECT_FALSE(decoder->ended());
  decoder->feed(kCompleted, out);
  EXPECT_TRUE(decoder->ended());
  const auto before = out.story();
  decoder->feed(text("b") + kCompleted, out);
  EXPECT_EQ(out.story(), before);
}

TEST(ResponsesDecoder, ends_at_what_is_no_stream_of_its_dialect) {
  for (const char* bytes :
       {"data: hello\n\n", "data: [1]\n\n", "data: {\"type\":\"response.output_text.delta\",\"delta\":\"a\n\n"})
    EXPECT_TRUE(decode({bytes}).error.starts_with("not_a_stream")) << bytes;
  EXPECT_TRUE(decode({event("completed", "")}).error.starts_with("not_a_stream"));
  auto decoder = make_decoder(Dialect::responses, {});
  Collect out;
  for (int i = 0; i < 5000 && !decoder->ended(); ++i)
    decoder->feed(event("output_text.delta", "\"output_index\":" + std::to_string(i) + R"(,"delta":"a")"), out);
  EXPECT_TRUE(out.error.starts_with("too_many_items"));
}

TEST(ResponsesDecoder, takes_an_event_that_lacks_only_its_last_brace) {
  const std::string last = "data: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\"}\n\n";
  EXPECT_EQ(view(decode({kCreated, kMessage, text("a"), last})).finish, "stop");
}

TEST(ResponsesDecoder, refuses_what_is_no_answer) {
  EXPECT_TRUE(
      decode_whole(Dialect::responses, "<html>").error.starts_with("The provider's answer is not a JSON object"));
  EXPECT_EQ(decode_whole(Dialect::responses, "{}").error, "The provider's answer is no response.");
  EXPECT_EQ(
      decode_whole(Dialect::responses, R"({"object":"response","status":"failed","error":{"code":"c","message":"m"}})")
          .error,
      "c: m");
}

}  // namespace
}  // namespace fw::dialect::testing
