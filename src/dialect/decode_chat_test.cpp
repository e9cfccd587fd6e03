#include <gtest/gtest.h>

#include <initializer_list>

#include "dialect/answer_testing.h"

namespace fw::dialect::testing {
namespace {

using inner::ItemKind;

std::string chunk(std::string_view choice) {
  return "data: {\"id\":\"c1\",\"created\":7,\"model\":\"m\",\"choices\":[" + std::string(choice) + "]}\n\n";
}
std::string delta(std::string_view members) { return chunk("{\"index\":0,\"delta\":{" + std::string(members) + "}}"); }
std::string finish(std::string_view word) {
  return chunk("{\"index\":0,\"delta\":{},\"finish_reason\":\"" + std::string(word) + "\"}");
}

Collect decode(std::initializer_list<std::string> parts, bool done = true) {
  std::string all;
  for (const auto& part : parts) all += part;
  if (done) all += "data: [DONE]\n\n";
  auto out = decode_stream(Dialect::chat, all);
  EXPECT_EQ(out.story(), decode_stream(Dialect::chat, all, 1).story());
  EXPECT_EQ(out.breaches, "");
  return out;
}

ChatView view(const Collect& collected) { return collected.chat("").at(0); }

TEST(ChatDecoder, tells_text_as_it_comes) {
  const auto got = decode({delta(R"("role":"assistant","content":"","refusal":null)"), delta(R"("content":"He\"y ")"),
                           delta(R"("content":"\u00e9")"), finish("stop")});
  EXPECT_EQ(got.id + got.model, "c1m");
  EXPECT_EQ(got.created, 7);
  ASSERT_EQ(got.items.size(), 1u);
  EXPECT_EQ(view(got).content, R"(He\"y \u00e9)");
  EXPECT_EQ(view(got).finish, "stop");
}

TEST(ChatDecoder, tells_an_empty_answer_as_an_empty_message) {
  const auto got = decode({delta(R"("role":"assistant","content":"")"), finish("length")});
  ASSERT_EQ(got.items.size(), 1u);
  EXPECT_EQ(got.items[0].kind, ItemKind::message);
  EXPECT_TRUE(got.items[0].cut);
}

TEST(ChatDecoder, keeps_parallel_calls_apart) {
  const auto got = decode(
      {delta(
           R"("content":null,"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}])"),
       delta(R"("tool_calls":[{"index":0,"function":{"arguments":"{\"x\":"}}])"),
       delta(R"("tool_calls":[{"index":1,"id":"b","type":"function","function":{"name":"g","arguments":"{"}}])"),
       delta(R"("tool_calls":[{"index":0,"function":{"arguments":"1}"}},{"index":1,"function":{"arguments":"}"}}])"),
       finish("tool_calls")});
  EXPECT_EQ(view(got).calls, "1 a f {\\\"x\\\":1}\n1 b g {}\n");
  EXPECT_EQ(view(got).finish, "tool_calls");
}

TEST(ChatDecoder, reads_custom_calls_and_the_legacy_function_call) {
  const auto custom =
      decode({delta(R"("tool_calls":[{"index":0,"id":"a","type":"custom","custom":{"name":"f","input":"x"}}])"),
              delta(R"("tool_calls":[{"index":0,"custom":{"input":"y"}}])"), finish("tool_calls")});
  EXPECT_EQ(view(custom).calls, "3 a f xy\n");
  const auto legacy = decode({delta(R"("function_call":{"name":"f","arguments":"{"})"),
                              delta(R"("function_call":{"arguments":"}"})"), finish("function_call")});
  EXPECT_EQ(view(legacy).calls, "1  f {}\n");
  EXPECT_EQ(view(legacy).finish, "tool_calls");
}

TEST(ChatDecoder, tells_calls_apart_that_bear_one_index_or_none) {
  const auto same = decode(
      {delta(
           R"("tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}},{"index":0,"id":"b","function":{"name":"g","arguments":"{}"}}])"),
       finish("stop")});
  EXPECT_EQ(view(same).calls, "1 a f {}\n1 b g {}\n");
  const auto none =
      decode({delta(R"("tool_calls":[{"id":"a","function":{"name":"f","arguments":"{"}}])"),
              delta(R"("tool_calls":[{"function":{"arguments":"}"}}])"),
              delta(R"("tool_calls":[{"id":"b","function":{"name":"g","arguments":"{}"}}])"), finish("stop")});
  EXPECT_EQ(view(none).calls, "1 a f {}\n1 b g {}\n");
}

TEST(ChatDecoder, says_which_call_was_cut_off) {
  const auto got = decode({delta(R"("content":"a","tool_calls":[{"index":0,"id":"a","function":{"name":"f"}}])"),
                           delta(R"("tool_calls":[{"index":1,"id":"b","function":{"name":"g","arguments":"{"}}])"),
                           finish("length")});
  ASSERT_EQ(got.items.size(), 3u);
  EXPECT_FALSE(got.items[0].cut || got.items[1].cut);
  EXPECT_TRUE(got.items[2].cut);
}

TEST(ChatDecoder, learns_the_id_of_a_call_late) {
  const auto got = decode({delta(R"("tool_calls":[{"index":0,"function":{"name":"f","arguments":"{"}}])"),
                           delta(R"("tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"}"}}])"),
                           delta(R"("tool_calls":[{"index":0,"id":"b","function":{"name":"g","arguments":"{}"}}])"),
                           finish("stop")});
  EXPECT_EQ(view(got).calls, "1  f {}\n1 b g {}\n");
}

TEST(ChatDecoder, waits_for_the_name_of_a_call) {
  const auto late =
      decode({delta(R"("tool_calls":[{"index":0,"id":"a","function":{"arguments":"{"}}])"),
              delta(R"("tool_calls":[{"index":0,"function":{"name":"f","arguments":"}"}}])"), finish("stop")});
  EXPECT_EQ(view(late).calls, "1 a f {}\n");
  const auto never =
      decode({delta(R"("tool_calls":[{"index":0,"id":"a","function":{"arguments":"{}"}}])"), finish("stop")});
  EXPECT_EQ(view(never).calls, "1 a  {}\n");
  const auto repeated =
      decode({delta(R"("tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}])"),
              delta(R"("tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"}"}}])"), finish("stop")});
  EXPECT_EQ(view(repeated).calls, "1 a f {}\n");
}

TEST(ChatDecoder, takes_arguments_that_came_as_an_object) {
  const auto got = decode(
      {delta(R"("tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":{"x":"y"}}}])"), finish("stop")});
  EXPECT_EQ(view(got).calls, "1 a f {\\\"x\\\":\\\"y\\\"}\n");
}

TEST(ChatDecoder, reads_reasoning_in_every_spelling_once) {
  for (const char* members : {R"("reasoning_content":"hm","content":null)", R"("reasoning":"hm","content":"")",
                              R"("reasoning":"hm","reasoning_content":"hm")",
                              R"("content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]}])"}) {
    const auto got = decode({delta(members), delta(R"("content":"so")"), finish("stop")});
    ASSERT_EQ(got.items.size(), 2u) << members;
    EXPECT_EQ(got.items[0].kind, ItemKind::reasoning) << members;
    EXPECT_EQ(view(got).reasoning, "hm") << members;
    EXPECT_EQ(view(got).content, "so") << members;
  }
}

TEST(ChatDecoder, keeps_refusals_logprobs_and_annotations) {
  const auto got =
      decode({chunk(R"({"index":0,"delta":{"content":"a"},"logprobs":{"content":[{"token":"a"}],"refusal":null}})"),
              delta(R"("annotations":[{"type":"url_citation","url_citation":{"url":"u","start_index":0}}])"),
              delta(R"("refusal":"no")"), finish("stop")});
  EXPECT_EQ(view(got).logprobs, R"({"token":"a"})");
  EXPECT_EQ(view(got).annotations, R"(start_index=0 type="url_citation" url="u" )");
  EXPECT_EQ(view(got).refusal, "no");
}

TEST(ChatDecoder, keeps_several_choices_apart) {
  const auto got = decode({chunk(R"({"index":0,"delta":{"content":"a"}},{"index":1,"delta":{"content":"b"}})"),
                           chunk(R"({"index":1,"delta":{"content":"c"},"finish_reason":"length"})"), finish("stop")});
  const auto choices = got.chat();
  EXPECT_EQ(choices.at(0).content + choices.at(0).finish, "astop");
  EXPECT_EQ(choices.at(1).content + choices.at(1).finish, "bclength");
}

TEST(ChatDecoder, reads_usage_and_the_tier_from_wherever_they_stand) {
  const auto got =
      decode({delta(R"("content":"a")"), finish("stop"),
              "data: {\"id\":\"c1\",\"service_tier\":\"flex\",\"choices\":[],\"usage\":{\"prompt_tokens\":7,"
              "\"completion_tokens\":3,\"total_tokens\":10}}\n\n"});
  EXPECT_EQ(got.usage.input, 7);
  EXPECT_EQ(got.usage.output, 3);
  EXPECT_EQ(got.tier, "flex");
}

TEST(ChatDecoder, passes_over_azures_filter_chunks) {
  const auto got = decode({"data: {\"choices\":[],\"id\":\"\",\"model\":\"\",\"prompt_filter_results\":[]}\n\n",
                           delta(R"("content":"a")"), finish("stop"),
                           chunk(R"({"index":0,"finish_reason":null,"content_filter_offsets":{"check_offset":1}})")});
  EXPECT_EQ(got.id, "c1");
  EXPECT_EQ(view(got).content, "a");
  EXPECT_EQ(view(got).finish, "stop");
}

TEST(ChatDecoder, goes_on_after_a_finish_that_was_none) {
  const auto got = decode({delta(R"("content":"a")"), finish("stop"), delta(R"("content":"b")"), finish("length")});
  EXPECT_EQ(view(got).content, "ab");
  EXPECT_EQ(view(got).finish, "length");
}

TEST(ChatDecoder, understands_words_of_other_servers_and_keeps_the_rest) {
  EXPECT_EQ(view(decode({delta(R"("content":"a")"), finish("eos_token")})).finish, "stop");
  EXPECT_EQ(view(decode({delta(R"("content":"a")"), finish("MAX_TOKENS")})).finish, "length");
  EXPECT_EQ(view(decode({delta(R"("content":"a")"), finish("insufficient_system_resource")})).finish,
            "insufficient_system_resource");
  EXPECT_EQ(view(decode({delta(R"("content":"a")")})).finish, "stop");
  EXPECT_EQ(view(decode({delta(R"("tool_calls":[{"index":0,"id":"a","function":{"name":"f"}}])")})).finish,
            "tool_calls");
}

TEST(ChatDecoder, has_not_ended_without_its_sentinel) {
  auto decoder = make_decoder(Dialect::chat, {});
  Collect out;
  decoder->feed(delta(R"("content":"a")") + finish("stop"), out);
  EXPECT_FALSE(decoder->ended());
  EXPECT_TRUE(out.finishes.empty());
  decoder->feed("data: [DONE]\n\n", out);
  EXPECT_TRUE(decoder->ended());
  EXPECT_EQ(out.finishes.size(), 1u);
  const auto before = out.story();
  decoder->feed(delta(R"("content":"b")"), out);
  EXPECT_EQ(out.story(), before);
}

TEST(ChatDecoder, reads_errors_in_every_shape) {
  for (const char* bytes :
       {"data: {\"error\":{\"message\":\"slow down\",\"type\":\"requests\",\"code\":\"rate_limit_exceeded\"}}\n\n",
        "event: error\ndata: {\"message\":\"slow down\",\"type\":\"requests\",\"code\":\"rate_limit_exceeded\"}\n\n",
        "data: {\"object\":\"error\",\"message\":\"slow "
        "down\",\"type\":\"requests\",\"code\":\"rate_limit_exceeded\"}\n\n",
        "error: {\"code\":\"rate_limit_exceeded\",\"message\":\"slow down\",\"type\":\"requests\"}\n\n"})
    EXPECT_EQ(decode({bytes}).error, "rate_limit_exceeded: slow down") << bytes;
  EXPECT_EQ(decode({delta(R"("content":"a")"), "data: {\"error\":\"out of memory\"}\n\n"}).error, ": out of memory");
}

TEST(ChatDecoder, ends_at_what_is_no_stream_of_its_dialect) {
  for (const char* bytes :
       {"data: hello\n\n", "data: [1]\n\n", "data: {\"choices\":[{\"delta\":{\"content\":\"a\n\n", "data: \"x\"\n\n"}) {
    const auto got = decode({bytes}, false);
    EXPECT_TRUE(got.error.starts_with("not_a_stream")) << bytes;
    EXPECT_TRUE(got.items.empty());
  }
  EXPECT_TRUE(decode({}).error.starts_with("empty_stream"));
  EXPECT_TRUE(decode({"data: {\"id\":\"x\",\"choices\":[]}\n\n"}).error.starts_with("empty_stream"));
  Collect out;
  make_decoder(Dialect::chat, {.event_bytes = 64})->feed(delta("\"content\":\"" + std::string(100, 'x') + "\""), out);
  EXPECT_TRUE(out.error.starts_with("event_too_long"));
}

TEST(ChatDecoder, bounds_what_an_upstream_can_make_it_keep) {
  auto decoder = make_decoder(Dialect::chat, {});
  Collect out;
  for (int i = 0; i < 5000 && !decoder->ended(); ++i)
    decoder->feed(
        delta("\"tool_calls\":[{\"index\":" + std::to_string(i) + ",\"id\":\"a\",\"function\":{\"name\":\"f\"}}]"),
        out);
  EXPECT_TRUE(out.error.starts_with("too_many_items"));
  auto nameless = make_decoder(Dialect::chat, {});
  Collect other;
  const std::string much(10000, 'x');
  for (int i = 0; i < 8; ++i)
    nameless->feed(delta(R"("tool_calls":[{"index":0,"function":{"arguments":")" + much + "\"}}]"), other);
  EXPECT_TRUE(other.error.starts_with("nameless_call"));
}

TEST(ChatDecoder, reads_an_answer_in_one_piece) {
  const auto got =
      decode_whole(Dialect::chat, R"({"id":"c1","created":7,"model":"m","service_tier":"default","choices":[
      {"index":0,"message":{"role":"assistant","content":"a","reasoning_content":"hm","refusal":null,"tool_calls":
      [{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}],
      "usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}})");
  EXPECT_EQ(got.breaches + got.error, "");
  EXPECT_EQ(view(got).content + view(got).reasoning + view(got).calls, "ahm1 a f {}\n");
  EXPECT_EQ(got.usage.input, 7);
  EXPECT_EQ(got.tier, "default");
}

TEST(ChatDecoder, refuses_what_is_no_answer) {
  EXPECT_TRUE(decode_whole(Dialect::chat, "<html>").error.starts_with("The provider's answer is not a JSON object"));
  EXPECT_EQ(decode_whole(Dialect::chat, "{}").error, "The provider's answer is no chat completion: it has no choices.");
  EXPECT_EQ(decode_whole(Dialect::chat, R"({"choices":[]})").error,
            "The provider's answer is no chat completion: it has no choices.");
  EXPECT_EQ(decode_whole(Dialect::chat, R"({"error":{"code":"x","message":"m"}})").error, "x: m");
}

}  // namespace
}  // namespace fw::dialect::testing
