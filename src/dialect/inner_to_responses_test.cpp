#include <gtest/gtest.h>

#include "dialect/inner_testing.h"

namespace fw::dialect::inner::testing {
namespace {

struct Pair {
  const char* name;
  const char* fields;    // of the Chat body, after "messages":[…]
  const char* expected;  // of the Responses body, after "input":…
};

constexpr std::string_view kTools =
    R"("tools":[{"type":"function","name":"f","parameters":{"type":"object","properties":{}},"strict":false}])";

std::string chat_of(std::string_view messages, std::string_view fields = {}) {
  return std::string(R"({"model":"m","messages":)").append(messages).append(fields).append("}");
}

std::string input_of(std::string_view messages) {
  const std::string body = to_responses(chat_of(messages));
  if (body.starts_with("!")) return body;
  return std::string(*wire::json_find(body, {"input"}));
}

constexpr Pair kFields[] = {
    {"nothing", "", R"("store":false)"},
    {"store true is kept", R"(,"store":true)", R"("store":true)"},
    {"store false is said", R"(,"store":false)", R"("store":false)"},
    {"null says nothing", R"(,"store":null,"user":null,"tools":null,"stop":null,"n":null)", R"("store":false)"},
    {"both limits, the new one counts", R"(,"max_completion_tokens":9,"max_tokens":7)",
     R"("store":false,"max_output_tokens":9)"},
    {"both limits, the other way round", R"(,"max_tokens":7,"max_completion_tokens":9)",
     R"("store":false,"max_output_tokens":9)"},
    {"the old limit", R"(,"max_tokens":7)", R"("store":false,"max_output_tokens":7)"},
    {"what has the same name",
     R"(,"user":"u","safety_identifier":"s","metadata":{"a":"b"},"temperature":1E400,"top_p":-0)",
     R"("store":false,"user":"u","safety_identifier":"s","metadata":{"a":"b"},"temperature":1E400,"top_p":-0)"},
    {"cache", R"(,"prompt_cache_key":"k","prompt_cache_retention":"24h","prompt_cache_options":{"ttl":"30m"})",
     R"("store":false,"prompt_cache_key":"k","prompt_cache_retention":"24h","prompt_cache_options":{"ttl":"30m"})"},
    {"tier and moderation", R"(,"service_tier":"flex","moderation":{"model":"o"})",
     R"("store":false,"service_tier":"flex","moderation":{"model":"o"})"},
    {"effort", R"(,"reasoning_effort":"low")", R"("reasoning":{"effort":"low"},"store":false)"},
    {"verbosity", R"(,"verbosity":"high")", R"("text":{"verbosity":"high"},"store":false)"},
    {"json mode", R"(,"response_format":{"type":"json_object"})",
     R"("text":{"format":{"type":"json_object"}},"store":false)"},
    {"plain text", R"(,"response_format":{"type":"text"})", R"("text":{"format":{"type":"text"}},"store":false)"},
    {"schema",
     R"(,"response_format":{"type":"json_schema","json_schema":{"name":"n","description":"d","schema":{"type":"object"},"strict":true}},"verbosity":"low")",
     R"("text":{"format":{"type":"json_schema","name":"n","description":"d","schema":{"type":"object"},"strict":true},"verbosity":"low"},"store":false)"},
    {"schema without a schema", R"(,"response_format":{"type":"json_schema","json_schema":{"name":"n"}})",
     R"("text":{"format":{"type":"json_schema","name":"n","schema":{}}},"store":false)"},
    {"logprobs", R"(,"logprobs":true,"top_logprobs":2)",
     R"("include":["message.output_text.logprobs"],"store":false,"top_logprobs":2)"},
    {"no logprobs", R"(,"logprobs":false)", R"("store":false)"},
    {"a tool says that it is not strict",
     R"(,"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"}}}])",
     R"("tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object"},"strict":false}],"store":false)"},
    {"a strict tool", R"(,"tools":[{"function":{"strict":true,"name":"f","parameters":{}},"type":"function"}])",
     R"("tools":[{"type":"function","name":"f","parameters":{},"strict":true}],"store":false)"},
    {"a tool without parameters", R"(,"tools":[{"type":"function","function":{"name":"f","strict":null}}])",
     R"("tools":[{"type":"function","name":"f","parameters":{"type":"object","properties":{}},"strict":false}],"store":false)"},
    {"custom tools",
     R"(,"tools":[{"type":"custom","custom":{"name":"a"}},{"type":"custom","custom":{"name":"b","description":"d","format":{"type":"grammar","grammar":{"definition":"x: y","syntax":"lark"}}}},{"type":"custom","custom":{"name":"c","format":{"type":"text"}}}])",
     R"("tools":[{"type":"custom","name":"a"},{"type":"custom","name":"b","description":"d","format":{"type":"grammar","syntax":"lark","definition":"x: y"}},{"type":"custom","name":"c","format":{"type":"text"}}],"store":false)"},
    {"old functions", R"(,"functions":[{"name":"f","parameters":{}}],"function_call":{"name":"f"})",
     R"("tools":[{"type":"function","name":"f","parameters":{},"strict":false}],"tool_choice":{"type":"function","name":"f"},"store":false)"},
    {"old choice by word", R"(,"functions":[{"name":"f","parameters":{}}],"function_call":"none")",
     R"("tools":[{"type":"function","name":"f","parameters":{},"strict":false}],"tool_choice":"none","store":false)"},
    {"what Responses has no word for",
     R"(,"n":2,"stop":["a"],"seed":1,"logit_bias":{"1":2},"presence_penalty":1,"frequency_penalty":1,"prediction":{"type":"content","content":"x"},"web_search_options":{},"unheard":1)",
     R"("store":false)"},
    {"stream", R"(,"stream":true)", R"("store":false)"},
};

TEST(ChatToResponses, says_every_field_in_its_words) {
  for (const Pair& pair : kFields) {
    SCOPED_TRACE(pair.name);
    const std::string body = to_responses(chat_of(R"([{"role":"user","content":"q"}])", pair.fields));
    const bool stream = std::string_view(pair.name) == "stream";
    EXPECT_EQ(body, std::string(R"({"model":"up")")
                        .append(stream ? R"(,"stream":true)" : "")
                        .append(R"(,"input":[{"type":"message","role":"user","content":"q"}],)")
                        .append(pair.expected)
                        .append("}"));
  }
}

TEST(ChatToResponses, says_the_choice_of_a_tool_in_its_words) {
  constexpr Pair kChoices[] = {
      {"auto", R"("auto")", R"("auto")"},
      {"none", R"("none")", R"("none")"},
      {"required", R"("required")", R"("required")"},
      {"named", R"({"type":"function","function":{"name":"f"}})", R"({"type":"function","name":"f"})"},
      {"custom", R"({"type":"custom","custom":{"name":"f"}})", R"({"type":"custom","name":"f"})"},
      {"allowed",
       R"({"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"f"}},{"type":"custom","custom":{"name":"g"}}]}})",
       R"({"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"f"},{"type":"custom","name":"g"}]})"},
  };
  for (const Pair& pair : kChoices) {
    SCOPED_TRACE(pair.name);
    const auto fields = std::string(R"(,"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":)")
                            .append(pair.fields)
                            .append(R"(,"parallel_tool_calls":false)");
    const std::string body = to_responses(chat_of(R"([])", fields));
    EXPECT_EQ(body, std::string(R"({"model":"up","input":[],)")
                        .append(kTools)
                        .append(R"(,"tool_choice":)")
                        .append(pair.expected)
                        .append(R"(,"parallel_tool_calls":false,"store":false})"));
  }
}

TEST(ChatToResponses, asks_for_obfuscation_as_the_client_did) {
  const auto options = [](std::string_view asked) {
    const std::string body = to_responses(chat_of(R"([{"role":"user","content":"q"}])",
                                                  std::string(R"(,"stream":true,"stream_options":)").append(asked)));
    return std::string(wire::json_find(body, {"stream_options"}).value_or("-"));
  };
  EXPECT_EQ(options(R"({"include_usage":true})"), "-");
  EXPECT_EQ(options(R"({"include_usage":true,"include_obfuscation":false})"), R"({"include_obfuscation":false})");
  EXPECT_EQ(options("null"), "-");
}

TEST(ChatToResponses, makes_items_of_messages) {
  constexpr Pair kMessages[] = {
      {"roles keep their order",
       R"([{"role":"system","content":"a"},{"role":"developer","content":"b"},{"role":"user","content":"c"},{"role":"system","content":"d"}])",
       R"([{"type":"message","role":"system","content":"a"},{"type":"message","role":"developer","content":"b"},{"type":"message","role":"user","content":"c"},{"type":"message","role":"system","content":"d"}])"},
      {"one text is a string", R"([{"content":[{"type":"text","text":"a"}],"role":"user"}])",
       R"([{"type":"message","role":"user","content":"a"}])"},
      {"two texts", R"([{"role":"user","content":[{"type":"text","text":"a"},{"text":"b","type":"text"}]}])",
       R"([{"type":"message","role":"user","content":[{"type":"input_text","text":"a"},{"type":"input_text","text":"b"}]}])"},
      {"two texts of the model",
       R"([{"role":"assistant","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}])",
       R"([{"type":"message","role":"assistant","content":[{"type":"output_text","text":"a","annotations":[]},{"type":"output_text","text":"b","annotations":[]}]}])"},
      {"a marked text",
       R"([{"role":"user","content":[{"type":"text","text":"a","prompt_cache_breakpoint":{"mode":"explicit"}}]}])",
       R"([{"type":"message","role":"user","content":[{"type":"input_text","text":"a","prompt_cache_breakpoint":{"mode":"explicit"}}]}])"},
      {"images",
       R"([{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://e/x","detail":"low"}},{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}}]}])",
       R"([{"type":"message","role":"user","content":[{"type":"input_image","image_url":"https://e/x","detail":"low"},{"type":"input_image","image_url":"data:image/png;base64,AA==","detail":"auto"}]}])"},
      {"files",
       R"([{"role":"user","content":[{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,AA=="}},{"type":"file","file":{"file_id":"file-1"}}]}])",
       R"([{"type":"message","role":"user","content":[{"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,AA=="},{"type":"input_file","file_id":"file-1"}]}])"},
      {"sound is left out",
       R"([{"role":"user","content":[{"type":"text","text":"a"},{"type":"input_audio","input_audio":{"data":"AA==","format":"wav"}}]}])",
       R"([{"type":"message","role":"user","content":"a"}])"},
      {"only sound",
       R"([{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"AA==","format":"wav"}}]}])",
       R"([{"type":"message","role":"user","content":""}])"},
      {"nobody knows what", R"([{"role":"user","content":[{"type":"hologram","x":1},{"type":"text","text":"a"}]}])",
       R"([{"type":"message","role":"user","content":"a"}])"},
      {"a call",
       R"([{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]},{"role":"tool","tool_call_id":"c1","content":"42"}])",
       R"([{"type":"function_call","call_id":"c1","name":"f","arguments":"{\"a\":1}"},{"type":"function_call_output","call_id":"c1","output":"42"}])"},
      {"a call and words",
       R"([{"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":""}},{"id":"c2","type":"function","function":{"arguments":"{}","name":"g"}}],"content":"so"}])",
       R"([{"type":"message","role":"assistant","content":"so"},{"type":"function_call","call_id":"c1","name":"f","arguments":""},{"type":"function_call","call_id":"c2","name":"g","arguments":"{}"}])"},
      {"a call and an empty word",
       R"([{"role":"assistant","content":"","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":""}}]}])",
       R"([{"type":"function_call","call_id":"c1","name":"f","arguments":""}])"},
      {"a custom call",
       R"([{"role":"assistant","tool_calls":[{"id":"c1","type":"custom","custom":{"name":"f","input":"go"}}]},{"role":"tool","tool_call_id":"c1","content":"went"}])",
       R"([{"type":"custom_tool_call","call_id":"c1","name":"f","input":"go"},{"type":"custom_tool_call_output","call_id":"c1","output":"went"}])"},
      {"a result in parts",
       R"([{"role":"tool","tool_call_id":"c1","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}])",
       R"([{"type":"function_call_output","call_id":"c1","output":[{"type":"input_text","text":"a"},{"type":"input_text","text":"b"}]}])"},
      {"an empty result", R"([{"role":"tool","tool_call_id":"c1","content":null}])",
       R"([{"type":"function_call_output","call_id":"c1","output":""}])"},
      {"an old call",
       R"([{"role":"user","content":"q"},{"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}},{"role":"function","name":"f","content":"r"}])",
       R"([{"type":"message","role":"user","content":"q"},{"type":"function_call","call_id":"call_function_1","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"call_function_1","output":"r"}])"},
      {"a refusal", R"([{"role":"assistant","content":null,"refusal":"no"}])",
       R"([{"type":"message","role":"assistant","content":[{"type":"refusal","refusal":"no"}]}])"},
      {"a refusal and words", R"([{"role":"assistant","content":"well","refusal":"no"}])",
       R"([{"type":"message","role":"assistant","content":[{"type":"output_text","text":"well","annotations":[]},{"type":"refusal","refusal":"no"}]}])"},
      {"a refusal as a part", R"([{"role":"assistant","content":[{"type":"refusal","refusal":"no"}]}])",
       R"([{"type":"message","role":"assistant","content":[{"type":"refusal","refusal":"no"}]}])"},
      {"nothing said", R"([{"role":"assistant","content":null}])",
       R"([{"type":"message","role":"assistant","content":""}])"},
      {"a name is left out", R"([{"role":"user","name":"bob","content":"q"}])",
       R"([{"type":"message","role":"user","content":"q"}])"},
      {"an answer sent back whole",
       R"([{"role":"assistant","content":"a","refusal":null,"annotations":[],"audio":null,"function_call":null,"tool_calls":null,"reasoning_content":"hm"}])",
       R"([{"type":"message","role":"assistant","content":"a"}])"},
      {"escapes are copied", R"([{"role":"us\u0065r","c\u006fntent":"\ud83d\ude00 \u0000 \" é"}])",
       R"([{"type":"message","role":"user","content":"\ud83d\ude00 \u0000 \" é"}])"},
  };
  for (const Pair& pair : kMessages) {
    SCOPED_TRACE(pair.name);
    EXPECT_EQ(input_of(pair.fields), pair.expected);
  }
}

TEST(ChatToResponses, leaves_out_what_the_place_cannot_be_told) {
  const auto body = chat_of(
      R"([{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://e"}},{"type":"image_url","image_url":{"url":"data:x","detail":"low"}}]},{"role":"assistant","tool_calls":[{"id":"c","type":"custom","custom":{"name":"f","input":"go"}}]},{"role":"tool","tool_call_id":"c","content":"went"}])",
      R"(,"tools":[{"type":"custom","custom":{"name":"f"}}],"tool_choice":"auto","metadata":{"a":"b"},"store":true,"verbosity":"low","reasoning_effort":"low","logprobs":true,"response_format":{"type":"json_object"})");
  EXPECT_EQ(
      to_responses(body, {Need::image_url, Need::image_detail, Need::custom_tools, Need::metadata, Need::store,
                          Need::verbosity, Need::reasoning_effort, Need::logprobs, Need::json_mode}),
      R"({"model":"up","input":[{"type":"message","role":"user","content":[{"type":"input_image","image_url":"data:x","detail":"auto"}]}]})");
  EXPECT_EQ(to_responses(chat_of("[]", R"(,"tools":[{"type":"function","function":{"name":"f","strict":true}}])"),
                         {Need::strict_tools}),
            std::string(R"({"model":"up","input":[],)").append(kTools).append(R"(,"store":false})"));
}

}  // namespace
}  // namespace fw::dialect::inner::testing
