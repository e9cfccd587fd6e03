#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "dialect/inner_random.h"
#include "dialect/inner_testing.h"

namespace fw::dialect::inner::testing {
namespace {

// There and back once settles the spelling (a model's name, the order of members, one text as a
// string); from then on a round trip must change nothing.
void expect_round_trip(Dialect client, std::string_view body) {
  SCOPED_TRACE(std::string(body));
  const Dialect other = client == Dialect::chat ? Dialect::responses : Dialect::chat;
  const std::string there = translate(client, other, body);
  ASSERT_FALSE(there.starts_with("!")) << there;
  EXPECT_EQ(there, translate(client, other, body)) << "the same input gives the same bytes";
  EXPECT_EQ(there, translate(other, other, there)) << "its own dialect is not translated";
  const std::string back = translate(other, client, there);
  EXPECT_EQ(there, translate(client, other, back)) << "what both can say is kept";
  EXPECT_EQ(back, translate(other, client, translate(client, other, back)));
  EXPECT_EQ(back, translate(client, client, back));
}

TEST(RoundTrip, of_random_chats_keeps_what_both_can_say) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    expect_round_trip(Dialect::chat, RandomRequest(seed).chat());
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
  }
}

TEST(RoundTrip, of_random_responses_keeps_what_both_can_say) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    expect_round_trip(Dialect::responses, RandomRequest(seed).responses());
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
  }
}

// The body itself comes back, byte by byte, where it is spelt as we spell.
TEST(RoundTrip, gives_back_a_chat_spelt_as_we_spell) {
  const std::string body =
      R"({"model":"up","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"system","content":"s"},{"role":"user","content":[{"type":"text","text":"q"},{"type":"image_url","image_url":{"url":"https://e","detail":"low"}}]},{"role":"assistant","content":"so","refusal":"no","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"c2","type":"custom","custom":{"name":"g","input":"go"}}]},{"role":"tool","content":"1","tool_call_id":"c1"},{"role":"tool","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}],"tool_call_id":"c2"}],"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"},"strict":true}},{"type":"custom","custom":{"name":"g","format":{"type":"grammar","grammar":{"syntax":"lark","definition":"x"}}}}],"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"f"}}]}},"parallel_tool_calls":false,"response_format":{"type":"json_schema","json_schema":{"name":"n","description":"d","schema":{"type":"object"},"strict":true}},"logprobs":true,"top_logprobs":2,"user":"u","safety_identifier":"s","metadata":{"a":"b"},"store":true,"temperature":1E400,"top_p":1.0,"max_completion_tokens":9,"verbosity":"low","reasoning_effort":"high","service_tier":"flex","prompt_cache_key":"k","prompt_cache_retention":"24h","prompt_cache_options":{"ttl":"30m"},"moderation":{"model":"o"}})";
  EXPECT_EQ(to_chat(to_responses(body)), body);
}

std::string file(const std::string& path) {
  std::ifstream in(std::string(FAIRWAY_SOURCE_DIR) + path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(RoundTrip, copies_naughty_strings_as_they_are_spelt) {
  const std::string list = file("/tests/data/blns/blns.json");
  wire::JsonArray strings(list, 2);
  std::size_t count = 0;
  for (wire::JsonMember each; strings.next(each); ++count) {
    const auto text = std::string(each.value);
    const std::string chat = R"({"model":"up","messages":[{"role":"user","content":)" + text +
                             R"(},{"role":"assistant","content":null,"tool_calls":[{"id":)" + text +
                             R"(,"type":"function","function":{"name":)" + text + R"(,"arguments":)" + text +
                             R"(}}]},{"role":"tool","content":)" + text + R"(,"tool_call_id":)" + text +
                             R"(}],"user":)" + text + R"(,"store":false})";
    EXPECT_EQ(to_chat(to_responses(chat)), chat);
  }
  EXPECT_EQ(strings.error(), nullptr);
  EXPECT_GT(count, 500u);
}

TEST(RoundTrip, keeps_the_spelling_of_escapes_and_numbers) {
  for (const char* text :
       {R"("\ud83d\ude00")", R"("\ud800")", R"("\u0000")", R"("\/\b\f\n\r\t\"\\")", R"("\u00E9é")"}) {
    const std::string chat =
        std::string(R"({"model":"up","messages":[{"role":"user","content":)") + text + R"(}],"store":false})";
    EXPECT_EQ(to_chat(to_responses(chat)), chat);
  }
  for (const char* number : {"1E400", "-0", "1.0", "1e-7", "0.10", "12345678901234567890"}) {
    const std::string chat =
        std::string(R"({"model":"up","messages":[{"role":"user","content":""}],"store":false,"temperature":)") +
        number + "}";
    EXPECT_EQ(to_chat(to_responses(chat)), chat);
  }
}

TEST(RoundTrip, carries_a_schema_as_deep_as_the_scan_allows) {
  std::string schema = "{}";
  for (int i = 0; i < kDepth - 4; ++i) schema = R"({"a":)" + schema + "}";
  const std::string chat =
      R"({"model":"up","messages":[],"tools":[{"type":"function","function":{"name":"f","parameters":)" + schema +
      "}}]}";
  EXPECT_TRUE(to_responses(chat).starts_with("! ")) << "deeper than the limit";
  std::string fits = "{}";
  for (int i = 0; i < kDepth - 5; ++i) fits = R"({"a":)" + fits + "}";
  expect_round_trip(
      Dialect::chat,
      R"({"model":"up","messages":[{"role":"user","content":"q"}],"tools":[{"type":"function","function":{"name":"f","parameters":)" +
          fits + "}}]}");
}

}  // namespace
}  // namespace fw::dialect::inner::testing
