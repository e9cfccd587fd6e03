#include <gtest/gtest.h>

#include "dialect/inner_testing.h"

namespace fw::dialect::inner::testing {
namespace {

struct Bad {
  const char* said;
  const char* param;
  Code code = Code::invalid_value;
};

void expect_refused(Operation operation, const std::string& body, const Bad& bad) {
  SCOPED_TRACE(body);
  ASSERT_FALSE(wire::json_check(body, kDepth));
  Request request;
  const auto read = read_request(operation, body, request);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().param, bad.param);
  EXPECT_EQ(read.error().code, bad.code);
  EXPECT_EQ(read.error().origin, Origin::client);
  EXPECT_NE(read.error().message.find(bad.param), std::string::npos);
}

TEST(ReadChat, says_where_a_body_is_wrong) {
  constexpr auto kMissing = Code::missing_parameter;
  constexpr Bad kBad[] = {
      {R"("temperature":"hot")", "temperature"},
      {R"("user":5)", "user"},
      {R"("metadata":[])", "metadata"},
      {R"("stop":{})", "stop"},
      {R"("messages":{})", "messages"},
      {R"("messages":["x"])", "messages[0]"},
      {R"("messages":[{"content":"x"}])", "messages[0].role", kMissing},
      {R"("messages":[{"role":"user","content":"x"},{"role":"robot"}])", "messages[1].role"},
      {R"("messages":[{"role":5}])", "messages[0].role"},
      {R"("messages":[{"role":"user","content":5}])", "messages[0].content"},
      {R"("messages":[{"role":"user","content":["x"]}])", "messages[0].content[0]"},
      {R"("messages":[{"role":"user","content":[{"type":"text","text":"a"},{"text":"x"}]}])",
       "messages[0].content[1].type", kMissing},
      {R"("messages":[{"role":"user","content":[{"type":"text"}]}])", "messages[0].content[0].text", kMissing},
      {R"("messages":[{"role":"user","content":[{"type":"text","text":5}]}])", "messages[0].content[0].text"},
      {R"("messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":5}}]}])",
       "messages[0].content[0].image_url.url"},
      {R"("messages":[{"role":"user","content":[{"type":"image_url"}]}])", "messages[0].content[0].image_url",
       kMissing},
      {R"("messages":[{"role":"user","content":[{"type":"file","file":5}]}])", "messages[0].content[0].file"},
      {R"("messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{}}]}])",
       "messages[0].content[0].input_audio.data", kMissing},
      {R"("messages":[{"role":"user","name":5}])", "messages[0].name"},
      {R"("messages":[{"role":"tool","content":"x"}])", "messages[0].tool_call_id", kMissing},
      {R"("messages":[{"role":"assistant","tool_calls":{}}])", "messages[0].tool_calls"},
      {R"("messages":[{"role":"assistant","tool_calls":[5]}])", "messages[0].tool_calls[0]"},
      {R"("messages":[{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":"{}"}},{"function":{"name":"f"}}]}])",
       "messages[0].tool_calls[1].id", kMissing},
      {R"("messages":[{"role":"assistant","tool_calls":[{"id":"c","function":{"arguments":"{}"}}]}])",
       "messages[0].tool_calls[0].function.name", kMissing},
      {R"("messages":[{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":{}}}]}])",
       "messages[0].tool_calls[0].function.arguments"},
      {R"("messages":[{"role":"assistant","tool_calls":[{"id":"c","custom":{"name":"f"}}]}])",
       "messages[0].tool_calls[0].custom.input", kMissing},
      {R"("messages":[{"role":"assistant","function_call":{"name":"f"}}])", "messages[0].function_call.arguments",
       kMissing},
      {R"("messages":[{"role":"assistant","refusal":5}])", "messages[0].refusal"},
      {R"("tools":{})", "tools"},
      {R"("tools":[5])", "tools[0]"},
      {R"("tools":[{"function":{"name":"f"}}])", "tools[0].type", kMissing},
      {R"("tools":[{"type":"function","function":{}}])", "tools[0].name", kMissing},
      {R"("tools":[{"type":"function","function":{"name":"f","parameters":"x"}}])", "tools[0].parameters"},
      {R"("tools":[{"type":"function","function":{"name":"f","strict":"x"}}])", "tools[0].strict"},
      {R"("functions":[{}])", "functions[0].name", kMissing},
      {R"("function_call":5)", "tool_choice"},
      {R"("tool_choice":"maybe")", "tool_choice"},
      {R"("tool_choice":{})", "tool_choice.type", kMissing},
      {R"("tool_choice":{"type":"function"})", "tool_choice.name"},
      {R"("response_format":"json")", "response_format"},
      {R"("response_format":{"type":"yaml"})", "response_format.type"},
      {R"("response_format":{"type":"json_schema"})", "response_format.name", kMissing},
      {R"("response_format":{"type":"json_schema","json_schema":{"name":"n","schema":5}})",
       "response_format.json_schema.schema"},
  };
  for (const Bad& bad : kBad)
    expect_refused(Operation::chat, std::string(R"({"model":"m",)").append(bad.said).append("}"), bad);
}

TEST(ReadResponses, says_where_a_body_is_wrong) {
  constexpr auto kMissing = Code::missing_parameter;
  constexpr Bad kBad[] = {
      {R"("input":5)", "input"},
      {R"("input":[5])", "input[0]"},
      {R"("input":[{"role":"user","content":"a"},{}])", "input[1].type", kMissing},
      {R"("input":[{"type":"message","content":"a"}])", "input[0].role", kMissing},
      {R"("input":[{"role":"tool","content":"a"}])", "input[0].role"},
      {R"("input":[{"role":"user","content":5}])", "input[0].content"},
      {R"("input":[{"content":[{"type":"input_text"}],"role":"user"}])", "input[0].content[0].text", kMissing},
      {R"("input":[{"type":"function_call","name":"f","arguments":""}])", "input[0].call_id", kMissing},
      {R"("input":[{"type":"function_call","call_id":"c","name":5,"arguments":""}])", "input[0].name"},
      {R"("input":[{"type":"function_call","call_id":"c","name":"f","arguments":{}}])", "input[0].arguments"},
      {R"("input":[{"type":"custom_tool_call","call_id":"c","name":"f"}])", "input[0].input", kMissing},
      {R"("input":[{"type":"function_call_output","call_id":"c"}])", "input[0].output", kMissing},
      {R"("input":[{"type":"function_call_output","output":"c"}])", "input[0].call_id", kMissing},
      {R"("input":[{"type":"function_call_output","call_id":"c","output":5}])", "input[0].output"},
      {R"("input":[{"type":"function_call_output","call_id":"c","output":[{"type":"input_image"}]}])",
       "input[0].output[0].image_url", kMissing},
      {R"("input":[{"type":"reasoning","summary":5}])", "input[0].summary"},
      {R"("input":[{"type":"reasoning","encrypted_content":5}])", "input[0].encrypted_content"},
      {R"("text":5)", "text"},
      {R"("text":{"verbosity":5})", "text.verbosity"},
      {R"("text":{"format":{"type":"json_schema"}})", "text.format.name", kMissing},
      {R"("reasoning":[])", "reasoning"},
      {R"("reasoning":{"effort":5})", "reasoning.effort"},
      {R"("include":"x")", "include"},
      {R"("instructions":["x"])", "instructions"},
      {R"("tools":[{"type":"custom"}])", "tools[0].name", kMissing},
  };
  for (const Bad& bad : kBad)
    expect_refused(Operation::responses, std::string(R"({"model":"m",)").append(bad.said).append("}"), bad);
}

}  // namespace
}  // namespace fw::dialect::inner::testing
