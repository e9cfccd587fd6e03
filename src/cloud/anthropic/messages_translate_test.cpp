// A stream of Messages as clients of OpenAI's dialects get it, and their next request as Messages gets it.
#include <gtest/gtest.h>

#include "cloud/adapter.h"
#include "cloud/anthropic/messages_testing.h"

namespace fw::cloud::anthropic {
namespace {

using dialect::Operation;
using dialect::inner::Request;

constexpr std::string_view kAnswer =
    R"({"type":"message_start","message":{"id":"msg_1","model":"claude-x","usage":{"input_tokens":3,"cache_read_input_tokens":7,"output_tokens":1,"service_tier":"standard"}}}
{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}
{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}
{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}}
{"type":"content_block_stop","index":0}
{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}
{"type":"ping"}
{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Hi"}}
{"type":"content_block_stop","index":1}
{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"toolu_1","name":"f","input":{}}}
{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"a\":"}}
{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"1}"}}
{"type":"content_block_stop","index":2}
{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":2}}
{"type":"message_stop"})";

std::string render(Operation operation, std::string_view request_body, std::string_view host) {
  Request request;
  EXPECT_TRUE(dialect::inner::read_request(operation, request_body, request));
  dialect::RenderOptions options;
  options.id = "0123456789abcdef0123456789abcdef";
  options.model = "sol";
  options.created = 1'795'305'600;
  options.stream = true;
  options.include_usage = true;
  Site site;
  site.host = host;
  const auto relay =
      dialect::make_translating_relay(find("anthropic")->decoder(site, Dialect::messages, {}),
                                      dialect::make_renderer(dialect::dialect_of(operation), request, options));
  std::vector<std::string_view> views;
  std::string out;
  const std::string bytes = host == "bedrock" ? testing::frames_of(kAnswer) : testing::sse_of(kAnswer);
  relay->feed(bytes, views);
  for (const auto view : views) out += view;
  EXPECT_TRUE(relay->ended());
  EXPECT_EQ(relay->usage().total(), 12);
  EXPECT_EQ(relay->service_tier(), "default");
  return out;
}

TEST(MessagesTranslate, tells_a_chat_client_the_stream) {
  const std::string out = render(Operation::chat, R"({"model":"m","messages":[]})", "direct");
  for (const char* part :
       {R"("content":"Hi")", R"("id":"toolu_1")", R"("arguments":"{\"a\":")", R"("arguments":"1}")",
        R"("finish_reason":"tool_calls")", R"("prompt_tokens":10)", R"("cached_tokens":7)", "data: [DONE]\n\n"})
    EXPECT_NE(out.find(part), std::string::npos) << part << " in\n" << out;
  EXPECT_EQ(render(Operation::chat, R"({"model":"m","messages":[]})", "bedrock"), out);
}

TEST(MessagesTranslate, tells_a_responses_client_the_stream) {
  const std::string out = render(Operation::responses, R"({"model":"m","input":"x"})", "vertex");
  for (const char* part : {"event: response.output_text.delta", R"("delta":"Hi")", R"("call_id":"toolu_1")",
                           R"("arguments":"{\"a\":1}")", R"("encrypted_content":"anthropic:c2ln")",
                           "event: response.reasoning_summary_text.delta", "event: response.completed",
                           R"("input_tokens":10)"})
    EXPECT_NE(out.find(part), std::string::npos) << part << " in\n" << out;
}

}  // namespace
}  // namespace fw::cloud::anthropic
