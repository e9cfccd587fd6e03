#include <gtest/gtest.h>

#include "dialect/inner_testing.h"

namespace fw::dialect::inner::testing {
namespace {

struct Pair {
  const char* name;
  const char* said;
  const char* expected;
};

std::string messages_of(std::string_view input) {
  const std::string body = to_chat(std::string(R"({"model":"m","input":)").append(input).append("}"));
  if (body.starts_with("!")) return body;
  return std::string(*wire::json_find(body, {"messages"}));
}

TEST(ResponsesToChat, says_every_field_in_its_words) {
  constexpr Pair kFields[] = {
      {"nothing", "", ""},
      {"instructions come first", R"(,"instructions":"be \"kind\"")", ""},
      {"store is said if it was", R"(,"store":true)", R"(,"store":true)"},
      {"not storing too", R"(,"store":false)", R"(,"store":false)"},
      {"limit", R"(,"max_output_tokens":9)", R"(,"max_completion_tokens":9)"},
      {"same names", R"(,"user":"u","safety_identifier":"s","metadata":{"a":"b"},"temperature":1.0,"top_p":0.50)",
       R"(,"user":"u","safety_identifier":"s","metadata":{"a":"b"},"temperature":1.0,"top_p":0.50)"},
      {"cache, tier, moderation",
       R"(,"service_tier":"flex","prompt_cache_key":"k","prompt_cache_retention":"24h","prompt_cache_options":{"ttl":"30m"},"moderation":{"model":"o"})",
       R"(,"service_tier":"flex","prompt_cache_key":"k","prompt_cache_retention":"24h","prompt_cache_options":{"ttl":"30m"},"moderation":{"model":"o"})"},
      {"reasoning", R"(,"reasoning":{"effort":"low","summary":"auto"})", R"(,"reasoning_effort":"low")"},
      {"text", R"(,"text":{"verbosity":"low","format":{"type":"json_object"}})",
       R"(,"response_format":{"type":"json_object"},"verbosity":"low")"},
      {"schema", R"(,"text":{"format":{"type":"json_schema","strict":false,"schema":{"type":"object"},"name":"n"}})",
       R"(,"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"},"strict":false}})"},
      {"logprobs", R"(,"include":["message.output_text.logprobs","reasoning.encrypted_content"],"top_logprobs":2)",
       R"(,"logprobs":true,"top_logprobs":2)"},
      {"top_logprobs alone", R"(,"top_logprobs":2)", R"(,"logprobs":true,"top_logprobs":2)"},
      {"no top_logprobs", R"(,"top_logprobs":0)", ""},
      {"defaults",
       R"(,"truncation":"disabled","background":false,"parallel_tool_calls":true,"tool_choice":"auto","tools":[])", ""},
      {"no words for it",
       R"(,"max_tool_calls":2,"context_management":[{"type":"compaction"}],"truncation":"auto","unheard":{})", ""},
      {"tools",
       R"(,"tools":[{"type":"function","name":"f","parameters":{"type":"object"},"strict":false},{"type":"function","name":"g","description":"d","parameters":null,"strict":true}],"parallel_tool_calls":false)",
       R"(,"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}},{"type":"function","function":{"name":"g","description":"d","strict":true}}],"parallel_tool_calls":false)"},
      {"strict unless told otherwise, where the schema is fit",
       R"(,"tools":[{"type":"function","name":"f","parameters":{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}},{"type":"function","name":"g","parameters":{"type":"object","properties":{"a":{"type":"string"}}}}])",
       R"(,"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false},"strict":true}},{"type":"function","function":{"name":"g","parameters":{"type":"object","properties":{"a":{"type":"string"}}}}}])"},
      {"custom tools",
       R"(,"tools":[{"type":"custom","name":"a","format":{"type":"grammar","syntax":"regex","definition":"x"}},{"type":"custom","name":"b","description":"d","format":{"type":"text"}}],"tool_choice":{"type":"custom","name":"a"})",
       R"(,"tools":[{"type":"custom","custom":{"name":"a","format":{"type":"grammar","grammar":{"syntax":"regex","definition":"x"}}}},{"type":"custom","custom":{"name":"b","description":"d","format":{"type":"text"}}}],"tool_choice":{"type":"custom","custom":{"name":"a"}})"},
      {"hosted tools are left out, and what was said about tools",
       R"(,"tools":[{"type":"web_search","filters":{"name":1}}],"tool_choice":"required")", ""},
      {"a choice",
       R"(,"tools":[{"type":"function","name":"f","strict":false}],"tool_choice":{"type":"function","name":"f"})",
       R"(,"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":{"type":"function","function":{"name":"f"}})"},
      {"some allowed",
       R"(,"tools":[{"type":"function","name":"f","strict":false}],"tool_choice":{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"f"},{"type":"image_generation"}]})",
       R"(,"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"f"}}]}})"},
  };
  for (const Pair& pair : kFields) {
    SCOPED_TRACE(pair.name);
    const std::string body = to_chat(std::string(R"({"model":"m","input":"q")").append(pair.said).append("}"));
    const bool instructed = std::string_view(pair.said).starts_with(",\"instructions");
    EXPECT_EQ(body, std::string(R"({"model":"up","messages":[)")
                        .append(instructed ? R"({"role":"system","content":"be \"kind\""},)" : "")
                        .append(R"({"role":"user","content":"q"}])")
                        .append(pair.expected)
                        .append("}"));
  }
}

TEST(ResponsesToChat, always_asks_a_stream_for_its_usage) {
  EXPECT_EQ(
      to_chat(R"({"model":"m","stream":true,"input":"q"})"),
      R"({"model":"up","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"q"}]})");
  EXPECT_EQ(
      to_chat(R"({"model":"m","stream":true,"stream_options":{"include_obfuscation":false},"input":"q"})"),
      R"({"model":"up","stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false},"messages":[{"role":"user","content":"q"}]})");
  const auto same = translate(
      Dialect::chat, Dialect::chat,
      R"({"model":"m","messages":[],"stream":true,"stream_options":{"include_obfuscation":false,"include_usage":false}})");
  EXPECT_EQ(
      same,
      R"({"model":"up","messages":[],"stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false}})");
}

TEST(ResponsesToChat, makes_messages_of_items) {
  constexpr Pair kItems[] =
      {
          {"easy messages",
           R"([{"role":"developer","content":"a"},{"type":"message","role":"system","content":[{"type":"input_text","text":"b"}]},{"content":"c","role":"user"}])",
           R"([{"role":"developer","content":"a"},{"role":"system","content":"b"},{"role":"user","content":"c"}])"},
          {"parts",
           R"([{"role":"user","content":[{"type":"input_text","text":"a"},{"type":"input_image","image_url":"https://e","detail":"high"},{"type":"input_image","image_url":"data:x","detail":"original"},{"type":"input_file","filename":"f","file_data":"AA"},{"type":"input_file","file_id":"file-1"}]}])",
           R"([{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"https://e","detail":"high"}},{"type":"image_url","image_url":{"url":"data:x","detail":"high"}},{"type":"file","file":{"file_data":"AA","filename":"f"}},{"type":"file","file":{"file_id":"file-1"}}]}])"},
          {"no words for it",
           R"([{"role":"user","content":[{"type":"input_text","text":"a"},{"type":"input_image","file_id":"file-1","detail":"auto"},{"type":"input_file","file_url":"https://e"}]}])",
           R"([{"role":"user","content":"a"}])"},
          {"one go is one message",
           R"([{"type":"reasoning","id":"r","summary":[]},{"type":"message","id":"m","status":"completed","role":"assistant","content":[{"type":"output_text","text":"so","annotations":[],"logprobs":[]}]},{"type":"function_call","id":"fc_1","call_id":"c1","name":"f","arguments":"{}","status":"completed"},{"type":"reasoning","id":"r2","summary":[{"type":"summary_text","text":"t"}],"encrypted_content":"E"},{"type":"custom_tool_call","call_id":"c2","name":"g","input":"go"},{"type":"function_call_output","call_id":"c1","output":"1"},{"type":"custom_tool_call_output","call_id":"c2","output":"2"}])",
           R"([{"role":"assistant","content":"so","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"c2","type":"custom","custom":{"name":"g","input":"go"}}]},{"role":"tool","content":"1","tool_call_id":"c1"},{"role":"tool","content":"2","tool_call_id":"c2"}])"},
          {"words after calls",
           R"([{"type":"function_call","call_id":"c1","name":"f","arguments":"{}"},{"role":"assistant","content":"so"},{"type":"function_call_output","call_id":"c1","output":"1"}])",
           R"([{"role":"assistant","content":"so","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","content":"1","tool_call_id":"c1"}])"},
          {"two turns",
           R"([{"type":"function_call","call_id":"c1","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c1","output":"1"},{"type":"function_call","call_id":"c2","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c2","output":"2"}])", R"([{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","content":"1","tool_call_id":"c1"},{"role":"assistant","content":null,"tool_calls":[{"id":"c2","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","content":"2","tool_call_id":"c2"}])"},
          {"two texts", R"([{"role":"assistant","content":"a"},{"role":"assistant","content":"b"}])",
           R"([{"role":"assistant","content":"a"},{"role":"assistant","content":"b"}])"},
          {"a refusal", R"([{"type":"message","role":"assistant","content":[{"type":"refusal","refusal":"no"}]}])",
           R"([{"role":"assistant","content":null,"refusal":"no"}])"},
          {"a result in parts",
           R"([{"type":"function_call_output","call_id":"c1","output":[{"type":"input_text","text":"a"},{"type":"input_image","image_url":"data:x"},{"type":"input_text","text":"b"}]}])",
           R"([{"role":"tool","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}],"tool_call_id":"c1"}])"},
          {"a result with nothing in it", R"([{"type":"function_call_output","call_id":"c1","output":[]}])",
           R"([{"role":"tool","content":"","tool_call_id":"c1"}])"},
          {"only thoughts", R"([{"type":"reasoning","id":"r","summary":[]},{"role":"user","content":"q"}])",
           R"([{"role":"user","content":"q"}])"},
          {"what only Responses knows",
           R"([{"type":"web_search_call","id":"w","status":"completed","action":{"type":"search","content":5}},{"id":"ref"},{"type":"item_reference","id":"ref"},{"role":"user","content":"q"}])",
           R"([{"role":"user","content":"q"}])"},
          {"members in any order", R"([{"content":[{"text":"a","type":"input_text"}],"type":"message","role":"user"}])",
           R"([{"role":"user","content":"a"}])"},
      };
  for (const Pair& pair : kItems) {
    SCOPED_TRACE(pair.name);
    EXPECT_EQ(messages_of(pair.said), pair.expected);
  }
}

TEST(ResponsesToChat, needs_something_to_say) {
  EXPECT_EQ(to_chat(R"({"model":"m"})"),
            "! 'input' is missing, or holds nothing that Chat Completions has a message for.");
  EXPECT_TRUE(
      to_chat(R"({"model":"m","input":[{"type":"reasoning","id":"r","summary":[]}]})").starts_with("! 'input'"));
  EXPECT_EQ(to_chat(R"({"model":"m","instructions":"go"})"),
            R"({"model":"up","messages":[{"role":"system","content":"go"}]})");
}

TEST(ResponsesToChat, leaves_out_calls_of_custom_tools_with_their_results) {
  EXPECT_EQ(
      to_chat(
          R"({"model":"m","input":[{"role":"user","content":"q"},{"type":"custom_tool_call","call_id":"c","name":"g","input":"go"},{"type":"custom_tool_call_output","call_id":"c","output":"2"}]})",
          {Need::custom_tools}),
      R"({"model":"up","messages":[{"role":"user","content":"q"}]})");
}

}  // namespace
}  // namespace fw::dialect::inner::testing
