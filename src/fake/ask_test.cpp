#include "fake/ask.h"

#include <gtest/gtest.h>

#include "fake/asked.h"
#include "fake/draft.h"

namespace fw::fake {
namespace {

TEST(Asked, is_read_once_for_the_same_words) {
  const std::string body = R"({"model":"m","messages":[{"role":"user","content":"x"}]})";
  const auto first = read_asked(nullptr, Endpoint::chat, false, body);
  EXPECT_EQ(read_asked(first, Endpoint::chat, false, body), first);
  EXPECT_NE(read_asked(first, Endpoint::responses, false, body), first);
  EXPECT_NE(read_asked(first, Endpoint::chat, true, body), first);
  EXPECT_NE(read_asked(first, Endpoint::chat, false, body + " "), first);
  const std::string large = R"({"model":")" + std::string(kAskedBytesMax, 'x') + R"("})";
  const auto unkept = read_asked(first, Endpoint::chat, false, large);
  EXPECT_TRUE(unkept->body.empty());
  EXPECT_NE(read_asked(unkept, Endpoint::chat, false, large), unkept);
}

std::string refusal(Endpoint endpoint, std::string_view body) {
  const auto ask = read_ask(endpoint, body, false);
  return ask ? "" : ask.error().param + ": " + ask.error().message;
}

Ask chat(std::string_view body) {
  auto ask = read_ask(Endpoint::chat, body, false);
  EXPECT_TRUE(ask) << ask.error().message;
  return ask ? *ask : Ask{};
}

TEST(Ask, counts_a_prompt_by_the_stated_rule) {
  // 2 + (4 + 3) + (4 + 1 + 85): "eleven chars" is 12 bytes, "hi" 2.
  const auto ask = chat(R"({"model":"m","messages":[{"role":"system","content":"eleven chars"},
      {"role":"user","content":[{"type":"text","text":"hi"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}]})");
  EXPECT_EQ(ask.prompt_tokens, 2 + 7 + 90);
  EXPECT_EQ(ask.last_user_text, "hi");
}

TEST(Ask, counts_the_same_words_the_same_in_both_dialects) {
  const auto responses = read_ask(Endpoint::responses, R"({"model":"m","input":"how are you"})", false);
  ASSERT_TRUE(responses);
  EXPECT_EQ(responses->prompt_tokens,
            chat(R"({"model":"m","messages":[{"role":"user","content":"how are you"}]})").prompt_tokens);
}

TEST(Ask, refuses_known_fields_of_a_wrong_type) {
  const auto with = [](std::string_view field) {
    return std::string(R"({"model":"m","messages":[{"role":"user","content":"x"}],)") + std::string(field) + "}";
  };
  EXPECT_EQ(refusal(Endpoint::chat, with(R"("temperature":"hot")")),
            "temperature: Invalid type for 'temperature': expected a decimal, but got a string instead.");
  EXPECT_EQ(
      refusal(Endpoint::chat, with(R"("temperature":3)")),
      "temperature: Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 3 instead.");
  EXPECT_EQ(refusal(Endpoint::chat, with(R"("n":0)")),
            "n: Invalid 'n': integer below minimum value. Expected a value >= 1, but got 0 instead.");
  EXPECT_NE(refusal(Endpoint::chat, with(R"("n":1.5)")), "");
  EXPECT_NE(refusal(Endpoint::chat, with(R"("stream":"yes")")), "");
  EXPECT_EQ(refusal(Endpoint::chat, with(R"("temperature":null)")), "");
  EXPECT_EQ(refusal(Endpoint::chat, with(R"("a_field_of_tomorrow":{"x":[1]})")), "");
}

TEST(Ask, refuses_a_prompt_that_is_none) {
  EXPECT_EQ(refusal(Endpoint::chat, R"({"messages":[]})").substr(0, 9), "messages:");
  EXPECT_EQ(refusal(Endpoint::chat, R"({"messages":[{"role":"user","content":"x"}]})"),
            "model: Missing required parameter: 'model'.");
  EXPECT_EQ(refusal(Endpoint::chat, R"({"model":"m"})"), "messages: Missing required parameter: 'messages'.");
  EXPECT_NE(refusal(Endpoint::chat, R"({"model":"m","messages":[{"role":"robot","content":"x"}]})"), "");
  EXPECT_NE(refusal(Endpoint::chat, R"({"model":"m","messages":["x"]})"), "");
  EXPECT_NE(refusal(Endpoint::chat, R"({"model":"m","messages":[{"role":"user","content":"x"}],)"), "");
  EXPECT_EQ(refusal(Endpoint::responses, R"({"model":"m"})"), "input: Missing required parameter: 'input'.");
  EXPECT_EQ(refusal(Endpoint::responses, R"({"model":"m","previous_response_id":"r"})"), "");
}

Draft draft(std::string_view body, bool tool_calls = true) {
  IdMint ids(1);
  Material material;
  material.text = AnswerText::cut("one two three four");
  material.text_pieces = 4;
  material.tool_calls = tool_calls;
  return make_draft(chat(body), material, ids);
}

constexpr std::string_view kTool =
    R"({"type":"function","function":{"name":"now","parameters":{"type":"object","properties":{"tz":{"type":"string"}}}}})";

std::string with_tools(std::string_view tools, std::string_view say, std::string_view more = "") {
  return std::string(R"({"model":"m","messages":[{"role":"user","content":")") + std::string(say) + R"("}],"tools":[)" +
         std::string(tools) + "]" + std::string(more) + "}";
}

TEST(Draft, calls_one_tool_or_two) {
  EXPECT_EQ(draft(with_tools(kTool, "time?")).segments.size(), 1u);
  EXPECT_EQ(draft(with_tools(kTool, "in parallel")).segments.size(), 2u);
  EXPECT_EQ(draft(with_tools(std::string(kTool) + "," + std::string(kTool), "time?")).segments.size(), 2u);
  EXPECT_EQ(draft(with_tools(kTool, "in parallel", R"(,"parallel_tool_calls":false)")).segments.size(), 1u);
  const auto d = draft(with_tools(kTool, "time?"));
  EXPECT_EQ(d.finish, Finish::tool_calls);
  EXPECT_EQ(d.segments[0].call_name, "now");
  EXPECT_EQ(d.segments[0].whole(), R"({\"tz\":\"sample tz\"})");
}

TEST(Draft, answers_in_words_after_a_tool_and_when_told_to) {
  EXPECT_EQ(draft(with_tools(kTool, "answer in words")).finish, Finish::stop);
  EXPECT_EQ(draft(with_tools(kTool, "time?", R"(,"tool_choice":"none")")).finish, Finish::stop);
  EXPECT_EQ(draft(with_tools(kTool, "answer in words", R"(,"tool_choice":"required")")).finish, Finish::tool_calls);
  EXPECT_EQ(
      draft(
          R"({"model":"m","messages":[{"role":"user","content":"t"},{"role":"tool","tool_call_id":"c","content":"12"}],"tools":[)" +
          std::string(kTool) + "]}")
          .finish,
      Finish::stop);
  EXPECT_EQ(draft(with_tools(kTool, "time?"), false).finish, Finish::stop);
}

TEST(Draft, is_cut_where_the_output_may_end) {
  const auto d = draft(R"({"model":"m","messages":[{"role":"user","content":"x"}],"max_completion_tokens":2})");
  EXPECT_EQ(d.finish, Finish::length);
  EXPECT_EQ(d.tokens(), 2);
  EXPECT_EQ(d.segments[0].whole(), "one two");
  const auto cut_call = draft(with_tools(kTool, "time?", R"(,"max_tokens":1)"));
  EXPECT_EQ(cut_call.finish, Finish::length);
  EXPECT_EQ(cut_call.tokens(), 1);
}

TEST(Draft, satisfies_a_schema) {
  const auto d = draft(
      R"({"model":"m","messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_schema","json_schema":
      {"name":"n","schema":{"type":"object","properties":{"ok":{"type":"boolean"}}}}}})");
  EXPECT_EQ(d.segments[0].whole(), R"({\"ok\":true})");
}

}  // namespace
}  // namespace fw::fake
