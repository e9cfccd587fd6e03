#include <gtest/gtest.h>

#include <set>

#include "dialect/inner_testing.h"

namespace fw::dialect::inner::testing {
namespace {

struct Asked {
  const char* said;
  const char* needs;
};

std::string needs_of(Operation operation, const std::string& body) {
  Request request;
  const auto read = read_request(operation, body, request);
  return read ? say(request.needs) : "! " + read.error().message;
}

std::string top_needs_of(Operation operation, const std::string& body) {
  const auto facts = scan_request(operation, body, kDepth);
  return facts ? say(facts->needs) : "! " + facts.error().message;
}

constexpr Asked kChat[] = {
    {R"("temperature":null,"stop":null,"metadata":{},"logit_bias":{ },"stop":[],"n":1,"store":false,"logprobs":false,"top_logprobs":0)",
     ""},
    {R"("parallel_tool_calls":true,"tool_choice":"auto","service_tier":"auto","modalities":["text"],"verbosity":"medium")",
     ""},
    {R"("frequency_penalty":0,"presence_penalty":-0.0,"service_tier":"default","response_format":{"type":"text"})", ""},
    {R"("stream":true,"stream_options":{"include_usage":true,"include_obfuscation":true})", ""},
    {R"("stream":true,"stream_options":{"include_obfuscation":false})", "stream_options"},
    {R"("temperature":1)", "temperature"},
    {R"("max_tokens":1)", "max_completion_tokens"},
    {R"("n":2)", "n"},
    {R"("store":true,"service_tier":"flex")", "store service_tier"},
    {R"("seed":0,"stop":"x","logit_bias":{"1":2},"presence_penalty":0.1)", "seed presence_penalty logit_bias stop"},
    {R"("logprobs":true,"top_logprobs":1)", "logprobs top_logprobs"},
    {R"("modalities":["text","audio"],"audio":{"voice":"v","format":"wav"})", "modalities audio"},
    {R"("parallel_tool_calls":false)", "parallel_tool_calls"},
    {R"("tool_choice":"required")", "tool_choice.required"},
    {R"("tool_choice":"none")", "tool_choice.none"},
    {R"("tool_choice":{"type":"function","function":{"name":"f"}})", "tool_choice.named"},
    {R"("tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[]}})",
     "tool_choice.allowed_tools"},
    {R"("function_call":{"name":"f"})", "tool_choice.named"},
    {R"("functions":[{"name":"f"}])", "tools"},
    {R"("response_format":{"type":"json_object"})", "response_format.json_object"},
    {R"("response_format":{"json_schema":{"name":"n"},"type":"json_schema"})", "response_format.json_schema"},
    {R"("verbosity":"low","reasoning_effort":"none")", "verbosity reasoning_effort"},
    {R"("prediction":{"type":"content"},"web_search_options":{"a":1},"moderation":{"model":"m"})",
     "prediction web_search_options moderation"},
    {R"("prompt_cache_key":"k","prompt_cache_retention":"24h","prompt_cache_options":{"mode":"explicit"})",
     "prompt_cache_key prompt_cache_retention prompt_cache_options"},
    {R"("truncation":"auto")", "unknown_field"},
    {R"("unheard":1)", "unknown_field"},
    {R"("unheard":null)", ""},
    {R"("t\u0065mperature":1)", "temperature"},
};

TEST(Needs, of_a_chats_fields_go_by_their_values) {
  for (const Asked& asked : kChat) {
    const auto body = std::string(R"({"model":"m","messages":[],)").append(asked.said).append("}");
    SCOPED_TRACE(body);
    EXPECT_EQ(needs_of(Operation::chat, body), asked.needs);
    EXPECT_EQ(top_needs_of(Operation::chat, body), asked.needs);
  }
}

constexpr Asked kResponses[] = {
    {R"("truncation":"disabled","background":false,"parallel_tool_calls":true,"tool_choice":"auto","store":false,"include":[],"instructions":null)",
     ""},
    {R"("text":{"format":{"type":"text"},"verbosity":"medium"},"reasoning":{"context":"auto","mode":"standard","effort":null},"tools":[])",
     ""},
    {R"("truncation":"auto","background":true,"store":true)", "store background truncation"},
    {R"("previous_response_id":"r","conversation":{"id":"c"},"prompt":{"id":"p"})",
     "previous_response_id conversation prompt"},
    {R"("include":["message.output_text.logprobs"])", "logprobs"},
    {R"("include":["reasoning.encrypted_content"])", "reasoning.encrypted_content"},
    {R"("include":["code_interpreter_call.outputs"])", "include"},
    {R"("instructions":"x","max_output_tokens":2,"max_tool_calls":1)",
     "instructions max_completion_tokens max_tool_calls"},
    {R"("reasoning":{"effort":"low","summary":"auto"})", "reasoning_effort reasoning.summary"},
    {R"("reasoning":{"generate_summary":"auto"})", "reasoning.summary"},
    {R"("reasoning":{"mode":"pro"})", "unknown_field"},
    {R"("text":{"format":{"type":"json_schema","name":"n","schema":{}},"verbosity":"low"})",
     "verbosity response_format.json_schema"},
    {R"("context_management":[{"type":"compaction"}])", "context_management"},
    {R"("tool_choice":{"type":"web_search"})", "tools.hosted"},
    {R"("seed":1)", "unknown_field"},
    {R"("top_logprobs":1,"user":"u","safety_identifier":"s")", "user safety_identifier top_logprobs"},
};

TEST(Needs, of_a_responses_fields_go_by_their_values) {
  for (const Asked& asked : kResponses) {
    const auto body = std::string(R"({"model":"m","input":[],)").append(asked.said).append("}");
    SCOPED_TRACE(body);
    EXPECT_EQ(needs_of(Operation::responses, body), asked.needs);
    EXPECT_EQ(top_needs_of(Operation::responses, body), asked.needs);
  }
}

TEST(Needs, of_the_top_level_alone_do_not_look_into_content_and_tools) {
  const std::string body =
      R"({"model":"m","messages":[{"role":"user","name":"n","content":[{"type":"image_url","image_url":{"url":"data:"}}]}],"tools":[{"type":"custom","custom":{"name":"f"}}]})";
  EXPECT_EQ(top_needs_of(Operation::chat, body), "tools");
  EXPECT_EQ(needs_of(Operation::chat, body), "tools tools.custom image messages.name");
}

constexpr Asked kParts[] = {
    {R"({"type":"text","text":"a"})", ""},
    {R"({"type":"text","text":"a","prompt_cache_breakpoint":{"mode":"explicit"}})", "prompt_cache_options"},
    {R"({"type":"image_url","image_url":{"url":"data:image/png;base64,AA"}})", "image"},
    {R"({"type":"image_url","image_url":{"url":"https://e","detail":"low"}})", "image image.url image.detail"},
    {R"({"type":"image_url","image_url":{"url":"data:","detail":"auto"}})", "image"},
    {R"({"type":"file","file":{"file_data":"data:"}})", "file"},
    {R"({"type":"file","file":{"file_id":"f"}})", "file file.id"},
    {R"({"type":"input_file","file_url":"https://e"})", "file file.url"},
    {R"({"type":"input_image","file_id":"f"})", "image image.file_id"},
    {R"({"type":"input_audio","input_audio":{"data":"AA","format":"wav"}})", "input_audio"},
    {R"({"type":"hologram"})", "unknown_content"},
};

TEST(Needs, of_content_are_found_in_either_dialect) {
  for (const Asked& asked : kParts) {
    SCOPED_TRACE(asked.said);
    const auto content = std::string(R"([{"role":"user","content":[)").append(asked.said).append("]}]}");
    EXPECT_EQ(needs_of(Operation::chat, R"({"model":"m","messages":)" + content), asked.needs);
    EXPECT_EQ(needs_of(Operation::responses, R"({"model":"m","input":)" + content), asked.needs);
  }
}

constexpr Asked kItems[] = {
    {R"({"type":"reasoning","id":"r","summary":[]})", "reasoning.items"},
    {R"({"type":"reasoning","id":"r","summary":[],"encrypted_content":null})", "reasoning.items"},
    {R"({"type":"reasoning","id":"r","summary":[],"encrypted_content":"E"})",
     "reasoning.encrypted_content reasoning.items"},
    {R"({"type":"item_reference","id":"r"})", "item_reference"},
    {R"({"type":"mcp_call","id":"r"})", "unknown_content"},
    {R"({"role":"assistant","content":"a","phase":"commentary"})", "messages.phase"},
    {R"({"type":"function_call","call_id":"c","name":"f","arguments":"","id":"x","status":"completed"})", ""},
    {R"({"type":"function_call","call_id":"c","name":"f","arguments":"","namespace":"n"})", "unknown_field"},
    {R"({"type":"function_call_output","call_id":"c","output":[{"type":"input_text","text":"a"}]})", ""},
    {R"({"type":"function_call_output","call_id":"c","output":[{"type":"input_image","image_url":"data:"}]})",
     "image tool_result.parts"},
    {R"({"type":"custom_tool_call","call_id":"c","name":"f","input":""})", "tools.custom"},
};

TEST(Needs, of_items) {
  for (const Asked& asked : kItems) {
    SCOPED_TRACE(asked.said);
    EXPECT_EQ(needs_of(Operation::responses, std::string(R"({"model":"m","input":[)").append(asked.said).append("]}")),
              asked.needs);
  }
}

TEST(Needs, of_tools) {
  constexpr Asked kTools[] = {
      {R"({"type":"function","name":"f"})", "tools"},
      {R"({"type":"function","name":"f","strict":true})", "tools tools.strict"},
      {R"({"type":"function","function":{"name":"f","strict":true}})", "tools tools.strict"},
      {R"({"type":"custom","name":"f"})", "tools tools.custom"},
      {R"({"type":"mcp","server_label":"s"})", "tools tools.hosted"},
      {R"({"type":"function","name":"f","defer_loading":true})", "tools unknown_field"},
      {R"({"type":"function","name":"f","defer_loading":false})", "tools"},
  };
  for (const Asked& asked : kTools) {
    SCOPED_TRACE(asked.said);
    EXPECT_EQ(needs_of(Operation::responses,
                       std::string(R"({"model":"m","input":"q","tools":[)").append(asked.said).append("]}")),
              asked.needs);
  }
}

TEST(Needs, have_names_of_their_own_that_lead_back) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kNeeds; ++i) {
    const auto need = static_cast<Need>(i);
    EXPECT_FALSE(name(need).empty());
    EXPECT_TRUE(names.insert(name(need)).second) << name(need);
    EXPECT_EQ(need_of(name(need)), need);
  }
}

TEST(Fates, name_a_need_at_most_once_a_dialect) {
  for (const Dialect upstream :
       {Dialect::chat, Dialect::responses, Dialect::converse, Dialect::generate_content, Dialect::messages}) {
    Needs seen;
    for (const auto& row : dialect_fates(upstream)) {
      EXPECT_FALSE(has(seen, row.need)) << name(upstream) << ' ' << name(row.need);
      EXPECT_NE(row.fate, Fate::carried);
      EXPECT_FALSE(row.how.empty());
      set(seen, row.need);
    }
  }
}

}  // namespace
}  // namespace fw::dialect::inner::testing
