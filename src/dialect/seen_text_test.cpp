#include "dialect/seen_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "dialect/answer_events.h"
#include "dialect/recordings_testing.h"
#include "dialect/relay.h"

namespace fw::dialect {
namespace {

std::unique_ptr<StreamRelay> relayed(const testing::Recording& recording) {
  auto relay = make_relay(recording.dialect, false, {});
  std::vector<std::string_view> out;
  relay->feed(recording.bytes, out);
  return relay;
}

const testing::Recording& recorded(std::string_view name) {
  static const auto all = testing::streams();
  const auto found = std::ranges::find_if(all, [&](const auto& one) { return one.name.starts_with(name); });
  EXPECT_NE(found, all.end()) << name;
  return *found;
}

// Real answers without anything hidden: OpenAI's own count is reached to the last token, the one that ends the message.
TEST(SeenText, counts_what_openai_counted) {
  for (const auto* name : {"openai-mcp-tool-approval-4-stream/", "openai-shell-local-multiturn-1-stream/", "openai-shell-skills-1-stream/"}) {
    const auto relay = relayed(recorded(name));
    EXPECT_EQ(relay->seen().tokens + 1, relay->usage().output) << name;
    EXPECT_LE(relay->seen().least, relay->usage().output) << name;
    EXPECT_GT(relay->seen().least, 0) << name;
  }
}

TEST(SeenText, counts_a_call_with_its_frame) {
  for (const auto* name : {"openai-tool-search-1-stream/", "openai-client-tool-search-2-stream/", "recordings/openai-responses-tools"}) {
    const auto relay = relayed(recorded(name));
    EXPECT_NEAR(static_cast<double>(relay->seen().tokens), static_cast<double>(relay->usage().output), 2.0) << name;
  }
}

// Another vocabulary than o200k: an estimate.
TEST(SeenText, is_near_the_count_of_other_models) {
  for (const auto& [name, part] : {std::pair{"xai-text-stream/", 0.02}, std::pair{"azure-deepseek-reasoning-1-stream/", 0.06}}) {
    const auto relay = relayed(recorded(name));
    const auto counted = static_cast<double>(relay->usage().total_output());
    EXPECT_NEAR(static_cast<double>(relay->seen().tokens), counted, part * counted) << name;
    EXPECT_LE(static_cast<double>(relay->seen().least), counted) << name;
  }
}

TEST(SeenText, reads_a_chunk_however_it_is_written) {
  struct Case {
    std::string_view delta;
    std::int64_t tokens, least;
  };
  constexpr std::array kCases{
      Case{R"("delta":{"content":" hello"}})", 3 + 1, 1},
      Case{R"("delta" : { "role":"assistant" , "content" : " hello" } })", 3 + 1, 1},
      Case{R"("delta":{"content":"\n\"\u0041\""}})", 3 + 3, 1},
      Case{R"("delta":{"content":"","refusal":null},"finish_reason":null})", 0, 0},
      Case{R"("delta":{"reasoning_content":" hello","content":null}})", 3 + 1, 1},
      Case{R"("delta":{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"look","arguments":""}}]}})", 9 + 1, 0},
      Case{R"("delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":1"}}]}})", 4, 1},
      Case{R"("delta":"text")", 0, 0},
      Case{R"("delta":{"content":" hel)", 0, 0},
      Case{"", 0, 0}};
  for (const auto& c : kCases) {
    SeenText text;
    text.add_chat(c.delta);
    EXPECT_EQ(text.seen().tokens, c.tokens) << c.delta;
    EXPECT_EQ(text.seen().least, c.least) << c.delta;
  }
}

TEST(SeenText, leaves_out_what_is_not_charged_as_output) {
  SeenText text;
  text.add_responses("response.reasoning_summary_text.delta", R"({"type":"response.reasoning_summary_text.delta","delta":" hello"})");
  text.add_responses("response.output_text.done", R"({"type":"response.output_text.done","text":" hello"})");
  EXPECT_EQ(text.seen().tokens, 0);
  text.add_responses("", R"({"type":"response.output_text.delta","delta":" hello"})");
  EXPECT_EQ(text.seen().tokens, 1);
}

TEST(SeenText, of_a_whole_answer_is_read_by_its_decoder) {
  const auto count = [](std::string_view body) {
    const auto decoder = make_decoder(Dialect::chat, {});
    return seen_in(*decoder, body, 64);
  };
  const auto seen = count(R"({"id":"1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hello, world!"},"finish_reason":"stop"}]})");
  EXPECT_EQ(seen.tokens, 3 + 4 + 1);
  EXPECT_EQ(seen.least, 0);
  EXPECT_EQ(count("{").tokens, 0);
}

}  // namespace
}  // namespace fw::dialect
