// The same question in four dialects: counted the same, answered the same.
#include <gtest/gtest.h>

#include <array>

#include "fake/ask.h"
#include "fake/draft.h"

namespace fw::fake {
namespace {

struct Question {
  const char* name;
  std::array<std::string_view, 4> bodies;  // chat, Responses, Converse, generateContent
};

constexpr std::array
    kQuestions{
        Question{
            "text with a system prompt",
            {R"({"messages":[{"role":"system","content":"be brief"},{"role":"user","content":"h\u00e9llo\n"}]})",
             R"({"input":[{"role":"user","content":[{"type":"input_text","text":"héllo\n"}]}],"instructions":"be brief"})",
             R"({"system":[{"text":"be brief"}],"messages":[{"role":"user","content":[{"text":"héllo\n"}]}]})",
             R"({"systemInstruction":{"parts":[{"text":"be brief"}]},"contents":[{"role":"user","parts":[{"text":"héllo\n"}]}]})"}},
        Question{"a limit",
                 {R"({"messages":[{"role":"user","content":"x"}],"max_completion_tokens":3})",
                  R"({"input":"x","max_output_tokens":3})",
                  R"({"messages":[{"role":"user","content":[{"text":"x"}]}],"inferenceConfig":{"maxTokens":3}})",
                  R"({"contents":[{"role":"user","parts":[{"text":"x"}]}],"generationConfig":{"maxOutputTokens":3}})"}},
        Question{
            "parallel tools",
            {R"({"tools":[{"type":"function","function":{"name":"now","description":"time","parameters":{"type":"object", "properties":{"tz":{"type":"string"}}}}}],"messages":[{"role":"user","content":"in parallel"}]})",
             R"({"input":"in parallel","tools":[{"type":"function","name":"now","description":"time","parameters":{"type":"object","properties":{"tz":{"type":"string"}}},"strict":true}]})",
             R"({"messages":[{"role":"user","content":[{"text":"in parallel"}]}],"toolConfig":{"tools":[{"toolSpec":{"name":"now","description":"time","inputSchema":{"json":{"type":"object","properties":{"tz":{"type":"string"}}}}}}]}})",
             R"({"contents":[{"role":"user","parts":[{"text":"in parallel"}]}],"tools":[{"functionDeclarations":[{"name":"now","description":"time","parametersJsonSchema":{"type":"object","properties":{"tz":{"type":"string"}}}}]}]})"}},
        Question{
            "a tool named, without parameters",
            {R"({"tools":[{"type":"function","function":{"name":"a"}},{"type":"function","function":{"name":"b"}}],"tool_choice":{"type":"function","function":{"name":"b"}},"messages":[{"role":"user","content":"x"}]})",
             R"({"tools":[{"type":"function","name":"a","parameters":null},{"type":"function","name":"b"}],"tool_choice":{"type":"function","name":"b"},"input":"x"})",
             R"({"toolConfig":{"tools":[{"toolSpec":{"name":"a","inputSchema":{"json":{"type":"object"}}}},{"toolSpec":{"name":"b","inputSchema":{"json":{"type":"object","properties":{}}}}}],"toolChoice":{"tool":{"name":"b"}}},"messages":[{"role":"user","content":[{"text":"x"}]}]})",
             R"({"tools":[{"functionDeclarations":[{"name":"a"},{"name":"b","parametersJsonSchema":{"type":"object"}}]}],"toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["b"]}},"contents":[{"role":"user","parts":[{"text":"x"}]}]})"}},
        Question{
            "two results of a turn",
            {R"({"messages":[{"role":"user","content":"t"},{"role":"assistant","content":"","tool_calls":[{"id":"1","type":"function","function":{"name":"now","arguments":"{\"tz\": \"a b\"}"}},{"id":"2","type":"function","function":{"name":"now","arguments":"{}"}}]},{"role":"tool","tool_call_id":"1","content":"{\"h\": 12}"},{"role":"tool","tool_call_id":"2","content":"13"}]})",
             R"({"input":[{"role":"user","content":"t"},{"type":"function_call","call_id":"1","name":"now","arguments":"{\"tz\":\"a b\"}"},{"type":"function_call","call_id":"2","name":"now","arguments":"{}"},{"type":"function_call_output","call_id":"1","output":"{\"h\":12}"},{"type":"function_call_output","call_id":"2","output":"13"}]})",
             R"({"messages":[{"role":"user","content":[{"text":"t"}]},{"role":"assistant","content":[{"toolUse":{"toolUseId":"1","name":"now","input":{"tz":"a b"}}},{"toolUse":{"toolUseId":"2","name":"now","input":{}}}]},{"role":"user","content":[{"toolResult":{"toolUseId":"1","content":[{"json":{"h":12}}]}},{"toolResult":{"toolUseId":"2","content":[{"text":"13"}]}}]}]})", R"({"contents":[{"role":"user","parts":[{"text":"t"}]},{"role":"model","parts":[{"functionCall":{"name":"now","args":{"tz":"a b"}}},{"functionCall":{"name":"now","args":{}}}]},{"role":"user","parts":[{"functionResponse":{"name":"now","response":{"h":12}}},{"functionResponse":{"name":"now","response":{"result":"13"}}}]}]})"}},
        Question{
            "a schema",
            {R"({"messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object","properties":{"ok":{"type":"boolean"}}}}}})",
             R"({"input":"x","text":{"format":{"type":"json_schema","name":"n","schema":{"type":"object","properties":{"ok":{"type":"boolean"}}}}}})",
             R"({"messages":[{"role":"user","content":[{"text":"x"}]}],"outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"name":"n","schema":"{\"type\":\"object\",\"properties\":{\"ok\":{\"type\":\"boolean\"}}}"}}}}})",
             R"({"contents":[{"role":"user","parts":[{"text":"x"}]}],"generationConfig":{"responseMimeType":"application/json","responseSchema":{"type":"OBJECT","properties":{"ok":{"type":"BOOLEAN"}}}}})"}},
        Question{
            "an image",
            {R"({"messages":[{"role":"user","content":[{"type":"text","text":"what"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}]})",
             R"({"input":[{"role":"user","content":[{"type":"input_text","text":"what"},{"type":"input_image","image_url":"data:image/png;base64,AAAA"}]}]})",
             R"({"messages":[{"role":"user","content":[{"text":"what"},{"image":{"format":"png","source":{"bytes":"AAAA"}}}]}]})",
             R"({"contents":[{"role":"user","parts":[{"text":"what"},{"inlineData":{"mimeType":"image/png","data":"AAAA"}}]}]})"}},
        Question{
            "neighbours that a dialect merges",
            {R"({"messages":[{"role":"user","content":"a"},{"role":"user","content":"think first, then refuse to answer"}]})",
             R"({"input":[{"role":"user","content":"a"},{"role":"user","content":"think first, then refuse to answer"}]})",
             R"({"messages":[{"role":"user","content":[{"text":"a"},{"text":"think first, then refuse to answer"}]}]})",
             R"({"contents":[{"role":"user","parts":[{"text":"a"},{"text":"think first, then refuse to answer"}]}]})"}},
        Question{"the filter half way",
                 {R"({"messages":[{"role":"user","content":"get filtered"}]})", R"({"input":"get filtered"})",
                  R"({"messages":[{"role":"user","content":[{"text":"get filtered"}]}]})",
                  R"({"contents":[{"role":"user","parts":[{"text":"get filtered"}]}]})"}},
    };
constexpr std::array kEndpoints{Endpoint::chat, Endpoint::responses, Endpoint::converse, Endpoint::generate};

std::string told(const Draft& draft) {
  std::string out = std::to_string(static_cast<int>(draft.finish));
  for (const auto& s : draft.segments)
    out += "|" + std::to_string(static_cast<int>(s.kind)) + std::string(s.call_name) + ":" + std::string(s.whole());
  return out;
}

TEST(Same, question_counts_and_is_answered_the_same_in_every_dialect) {
  Material material;
  material.text = AnswerText::cut("one two three four five six");
  material.text_pieces = 6;
  for (const auto& q : kQuestions) {
    std::int64_t tokens = 0;
    std::string first;
    for (std::size_t i = 0; i < kEndpoints.size(); ++i) {
      const auto ask = read_ask(kEndpoints[i], q.bodies[i], true);
      ASSERT_TRUE(ask) << q.name << ", dialect " << i << ": " << ask.error().message;
      IdMint ids(1);
      const auto said = told(make_draft(*ask, material, ids));
      if (i == 0) {
        tokens = ask->prompt_tokens;
        first = said;
      }
      EXPECT_EQ(ask->prompt_tokens, tokens) << q.name << ", dialect " << i;
      EXPECT_EQ(said, first) << q.name << ", dialect " << i;
    }
  }
}

}  // namespace
}  // namespace fw::fake
