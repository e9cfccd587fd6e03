// Converse between OpenAI's dialects: from a client's body to Bedrock's, and from its stream back.
#include <gtest/gtest.h>

#include "cloud/adapter.h"
#include "cloud/bedrock/converse_testing.h"

namespace fw::cloud::bedrock {
namespace {

using dialect::Operation;
using dialect::inner::Request;

constexpr std::string_view kClaude = R"("us.anthropic.claude-opus-4-6-v1")";

std::string write(Operation operation, std::string_view body, std::string_view model = kClaude) {
  Request request;
  const auto read = dialect::inner::read_request(operation, body, request);
  if (!read) return "unread: " + read.error().message;
  const auto fates = cloud::fates(*find("bedrock"), Dialect::converse, wire::json_text(model), true);
  EXPECT_TRUE((request.needs & fates.refused).none());
  std::string out;
  const auto written = find("bedrock")->write_request({}, Dialect::converse, request, {model, &fates}, out);
  if (!written) return written.error().param + ": " + written.error().message;
  EXPECT_FALSE(wire::json_check(out, 64)) << out;
  return out;
}

constexpr std::string_view kConversation =
    R"({"system":[{"text":"Be brief."}],"messages":[{"role":"user","content":[{"text":"Weather?"},)"
    R"({"image":{"format":"png","source":{"bytes":"AAEC"}}}]},)"
    R"({"role":"assistant","content":[{"text":"I look."},{"toolUse":{"toolUseId":"call_1","name":"f","input":{"a":1}}},)"
    R"({"toolUse":{"toolUseId":"call_2","name":"f","input":{}}}]},)"
    R"({"role":"user","content":[{"toolResult":{"toolUseId":"call_1","content":[{"text":"sun"}]}},)"
    R"({"toolResult":{"toolUseId":"call_2","content":[{"text":"rain"}]}},{"text":"So?"}]}],)"
    R"("inferenceConfig":{"maxTokens":64,"temperature":0.2},)"
    R"("toolConfig":{"tools":[{"toolSpec":{"name":"f","description":"d","inputSchema":{"json":{"type":"object"}},"strict":true}}]},)"
    R"("additionalModelRequestFields":{"tool_choice":{"type":"any","disable_parallel_tool_use":true}},)"
    R"("outputConfig":{"effort":"low"}})";

TEST(ConverseTranslate, writes_a_chat_request) {
  EXPECT_EQ(
      write(Operation::chat,
            R"({"model":"m","stream":true,"max_completion_tokens":64,"temperature":0.2,"reasoning_effort":"minimal",
  "seed":7,"parallel_tool_calls":false,"tool_choice":"required",
  "tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"},"strict":true}}],
  "messages":[{"role":"system","content":"Be brief."},
   {"role":"user","content":[{"type":"text","text":"Weather?"},
     {"type":"image_url","image_url":{"url":"data:image/png;base64,AAEC","detail":"low"}}]},
   {"role":"assistant","content":"I look.","tool_calls":[
     {"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}},
     {"id":"call_2","type":"function","function":{"name":"f","arguments":""}}]},
   {"role":"tool","tool_call_id":"call_1","content":"sun"},
   {"role":"tool","tool_call_id":"call_2","content":[{"type":"text","text":"rain"}]},
   {"role":"user","content":"So?"}]})"),
      kConversation);
}

TEST(ConverseTranslate, writes_the_same_for_a_responses_request) {
  EXPECT_EQ(
      write(Operation::responses,
            R"({"model":"m","stream":true,"max_output_tokens":64,"temperature":0.2,"reasoning":{"effort":"minimal"},
  "instructions":"Be brief.","parallel_tool_calls":false,"tool_choice":"required","store":false,
  "include":["reasoning.encrypted_content"],
  "tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object"},"strict":true}],
  "input":[{"role":"user","content":[{"type":"input_text","text":"Weather?"},
     {"type":"input_image","image_url":"data:image/png;base64,AAEC"}]},
   {"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"x"},
   {"type":"message","role":"assistant","content":[{"type":"output_text","text":"I look."}]},
   {"type":"function_call","call_id":"call_1","name":"f","arguments":"{\"a\":1}"},
   {"type":"function_call","call_id":"call_2","name":"f","arguments":""},
   {"type":"function_call_output","call_id":"call_1","output":"sun"},
   {"type":"function_call_output","call_id":"call_2","output":[{"type":"input_text","text":"rain"}]},
   {"role":"user","content":"So?"}]})"),
      kConversation);
}

TEST(ConverseTranslate, writes_schemas_and_files) {
  EXPECT_EQ(
      write(
          Operation::chat,
          R"({"model":"m","response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}},
  "messages":[{"role":"user","content":[{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,AAEC"}}]}]})",
          R"("us.openai.gpt-6-sol")"),
      R"({"messages":[{"role":"user","content":[{"document":{"format":"pdf","name":"a-1","source":{"bytes":"AAEC"}}}]}],)"
      R"("outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"schema":"{\"type\":\"object\"}","name":"n"}}}}})");
}

TEST(ConverseTranslate, names_the_message_an_error_is_in) {
  const std::string told = write(Operation::chat,
                                 R"({"model":"m","messages":[{"role":"user","content":"a"},{"role":"user","content":[
  {"type":"image_url","image_url":{"url":"data:image/bmp;base64,AAEC"}}]}]})");
  EXPECT_TRUE(told.starts_with("messages[1].content: found an image of type 'image/bmp'")) << told;
}

std::string render(Operation operation, std::string_view request_body, std::string_view lines) {
  Request request;
  EXPECT_TRUE(dialect::inner::read_request(operation, request_body, request));
  dialect::RenderOptions options;
  options.id = "0123456789abcdef0123456789abcdef";
  options.model = "sol";
  options.created = 1'795'305'600;
  options.stream = true;
  options.include_usage = true;
  const auto relay =
      dialect::make_translating_relay(find("bedrock")->decoder({}, Dialect::converse, {}),
                                      dialect::make_renderer(dialect::dialect_of(operation), request, options));
  std::vector<std::string_view> views;
  std::string out;
  const std::string bytes = testing::frames_of(lines);
  relay->feed(bytes, views);
  for (const auto view : views) out += view;
  views.clear();
  relay->close(views);
  for (const auto view : views) out += view;
  EXPECT_EQ(relay->usage().total(), 12);
  return out;
}

constexpr std::string_view kAnswer = R"({"messageStart":{"role":"assistant"}}
{"contentBlockDelta":{"contentBlockIndex":0,"delta":{"text":"Hi"}}}
{"contentBlockStop":{"contentBlockIndex":0}}
{"contentBlockStart":{"contentBlockIndex":1,"start":{"toolUse":{"toolUseId":"t1","name":"f"}}}}
{"contentBlockDelta":{"contentBlockIndex":1,"delta":{"toolUse":{"input":"{\"a\":"}}}}
{"contentBlockDelta":{"contentBlockIndex":1,"delta":{"toolUse":{"input":"1}"}}}}
{"contentBlockStop":{"contentBlockIndex":1}}
{"messageStop":{"stopReason":"tool_use"}}
{"metadata":{"usage":{"inputTokens":3,"outputTokens":2,"totalTokens":12,"cacheReadInputTokens":7}}})";

TEST(ConverseTranslate, tells_a_chat_client_the_stream) {
  const std::string out = render(Operation::chat, R"({"model":"m","messages":[]})", kAnswer);
  for (const char* part :
       {R"("content":"Hi")", R"("id":"t1")", R"("arguments":"{\"a\":")", R"("arguments":"1}")",
        R"("finish_reason":"tool_calls")", R"("prompt_tokens":10)", R"("cached_tokens":7)", "data: [DONE]\n\n"})
    EXPECT_NE(out.find(part), std::string::npos) << part << " in\n" << out;
}

TEST(ConverseTranslate, tells_a_responses_client_the_stream) {
  const std::string out = render(Operation::responses, R"({"model":"m","input":"x"})", kAnswer);
  for (const char* part : {R"(event: response.output_text.delta)", R"("delta":"Hi")", R"("call_id":"t1")",
                           R"("arguments":"{\"a\":1}")", "event: response.completed", R"("input_tokens":10)"})
    EXPECT_NE(out.find(part), std::string::npos) << part << " in\n" << out;
}

}  // namespace
}  // namespace fw::cloud::bedrock
