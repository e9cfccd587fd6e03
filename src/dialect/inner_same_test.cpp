#include <gtest/gtest.h>

#include "dialect/inner_testing.h"

namespace fw::dialect::inner::testing {
namespace {

std::string chat(std::string_view body, std::initializer_list<Need> dropped) {
  return translate(Dialect::chat, Dialect::chat, body, dropped);
}
std::string responses(std::string_view body, std::initializer_list<Need> dropped) {
  return translate(Dialect::responses, Dialect::responses, body, dropped);
}

TEST(SameDialect, keeps_the_clients_bytes_where_nothing_is_dropped) {
  EXPECT_EQ(
      chat(
          R"({ "messages" : [ {"role":"user", "content":"q", "odd":1} ] , "model":"m", "unheard" : [1, 2], "stop":null })",
          {}),
      R"({"model":"up","messages":[{"role":"user", "content":"q", "odd":1}],"unheard":[1, 2],"stop":null})");
  EXPECT_EQ(
      responses(
          R"({"input":[{"type":"mcp_call","x":[ ]}],"model":"m","reasoning":{"effort":"low","mode":"pro"},"include":["a"]})",
          {}),
      R"({"model":"up","input":[{"type":"mcp_call","x":[ ]}],"reasoning":{"effort":"low","mode":"pro"},"include":["a"]})");
}

TEST(SameDialect, leaves_out_dropped_fields_whatever_their_value) {
  EXPECT_EQ(chat(R"({"model":"m","messages":[],"seed":1,"metadata":{},"n":1,"\u0075ser":"x","temperature":1})",
                 {Need::seed, Need::metadata, Need::several_choices, Need::user}),
            R"({"model":"up","messages":[],"temperature":1})");
  EXPECT_EQ(
      responses(
          R"({"model":"m","input":"q","text":{"verbosity":"low","format":{"type":"json_object"},"x":1},"reasoning":{"summary":"auto","effort":"low"},"include":["a","reasoning.encrypted_content"]})",
          {Need::verbosity, Need::reasoning_summary, Need::encrypted_reasoning}),
      R"({"model":"up","input":"q","text":{"format":{"type":"json_object"},"x":1},"reasoning":{"effort":"low"},"include":["a"]})");
  EXPECT_EQ(
      responses(
          R"({"model":"m","input":"q","text":{"format":{"type":"json_object"}},"reasoning":{"effort":"low"},"include":["a"]})",
          {Need::json_mode, Need::reasoning_effort, Need::include}),
      R"({"model":"up","input":"q","text":{},"reasoning":{},"include":[]})");
}

TEST(SameDialect, writes_only_those_messages_anew_that_hold_what_is_dropped) {
  const auto body =
      R"({"model":"m","messages":[{"role":"user", "content":"q"},{"role":"user", "name":"bob", "content":[{"type":"image_url","image_url":{"url":"data:x","detail":"low"}},{"type":"hologram"}]},{"role":"assistant", "content":null, "tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]}]})";
  EXPECT_EQ(
      chat(body, {Need::image_detail}),
      R"({"model":"up","messages":[{"role":"user", "content":"q"},{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:x"}},{"type":"hologram"}],"name":"bob"},{"role":"assistant", "content":null, "tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]}]})");
  EXPECT_EQ(
      chat(body, {Need::message_name, Need::image}),
      R"({"model":"up","messages":[{"role":"user", "content":"q"},{"role":"user","content":[{"type":"hologram"}]},{"role":"assistant", "content":null, "tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]}]})");
}

TEST(SameDialect, writes_only_those_items_anew_that_hold_what_is_dropped) {
  const auto body =
      R"({"model":"m","input":[{"role":"user", "content":"q"},{"type":"reasoning","id":"r","summary":[{"type":"summary_text","text":"t"}],"encrypted_content":"E"},{"type":"message","id":"m","role":"assistant","phase":"commentary","status":"completed","content":[{"type":"output_text","text":"a","annotations":[]}]}]})";
  EXPECT_EQ(
      responses(body, {Need::encrypted_reasoning}),
      R"({"model":"up","input":[{"role":"user", "content":"q"},{"type":"reasoning","id":"r","summary":[{"type":"summary_text","text":"t"}]},{"type":"message","id":"m","role":"assistant","phase":"commentary","status":"completed","content":[{"type":"output_text","text":"a","annotations":[]}]}]})");
  EXPECT_EQ(
      responses(body, {Need::reasoning_items, Need::message_phase}),
      R"({"model":"up","input":[{"role":"user", "content":"q"},{"type":"message","role":"assistant","id":"m","status":"completed","content":[{"type":"output_text","text":"a","annotations":[]}]}]})");
}

TEST(SameDialect, leaves_out_tools_one_by_one) {
  const auto body =
      R"({"model":"m","input":"q","tools":[{"type":"function","name":"f","parameters":{},"strict":true,"defer_loading":false},{"type":"web_search"},{"type":"custom","name":"c"}],"tool_choice":"auto","parallel_tool_calls":false})";
  EXPECT_EQ(
      responses(body, {Need::hosted_tools}),
      R"({"model":"up","input":"q","tools":[{"type":"function","name":"f","parameters":{},"strict":true,"defer_loading":false},{"type":"custom","name":"c"}],"tool_choice":"auto","parallel_tool_calls":false})");
  EXPECT_EQ(
      responses(body, {Need::strict_tools, Need::custom_tools, Need::hosted_tools}),
      R"({"model":"up","input":"q","tools":[{"type":"function","name":"f","parameters":{},"strict":false}],"tool_choice":"auto","parallel_tool_calls":false})");
  EXPECT_EQ(responses(body, {Need::tools}), R"({"model":"up","input":"q"})");
  EXPECT_EQ(chat(R"({"model":"m","messages":[],"functions":[{"name":"f"}],"function_call":"auto"})", {Need::tools}),
            R"({"model":"up","messages":[]})");
  EXPECT_EQ(chat(R"({"model":"m","messages":[],"functions":[{"name":"f"}],"function_call":"auto"})", {Need::seed}),
            R"({"model":"up","messages":[],"functions":[{"name":"f"}],"function_call":"auto"})");
}

TEST(Request, is_empty_again_once_cleared) {
  Request request;
  ASSERT_TRUE(read_chat_request(
      R"({"model":"m","stream":true,"messages":[{"role":"\u0075ser","content":"q"}],"tools":[{"type":"custom","custom":{"name":"f"}}],"tool_choice":"none","functions":[{"name":"g"}],"x":1,"seed":1,"response_format":{"type":"json_object"},"parallel_tool_calls":false})",
      request));
  request.clear();
  ASSERT_TRUE(read_chat_request(R"({"model":"m","messages":[]})", request));
  std::string out;
  ASSERT_TRUE(write_responses_request(request, {"\"up\""}, out));
  EXPECT_EQ(out, R"({"model":"up","input":[],"store":false})");
  EXPECT_EQ(say(request.needs), "");
  EXPECT_FALSE(request.legacy_functions);
}

}  // namespace
}  // namespace fw::dialect::inner::testing
