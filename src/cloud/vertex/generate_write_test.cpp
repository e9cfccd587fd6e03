#include "cloud/vertex/generate_write.h"

#include <gtest/gtest.h>

#include "wire/json.h"

namespace fw::cloud::vertex {
namespace {

using dialect::Operation;
using dialect::inner::Request;

std::string written(Operation operation, const std::string& body, std::string_view model = "\"google/gemini-3-pro\"") {
  Request request;
  if (const auto read = dialect::inner::read_request(operation, body, request); !read)
    return "unread: " + read.error().message;
  std::string once;
  const auto done = write_generate_request(request, {model, nullptr}, once);
  if (!done) return done.error().param + ": " + done.error().message;
  std::string twice;
  EXPECT_TRUE(write_generate_request(request, {model, nullptr}, twice));
  EXPECT_EQ(once, twice);
  EXPECT_FALSE(wire::json_check(once, 128)) << once;
  return once;
}

std::string chat(const std::string& members, std::string_view model = "\"google/gemini-3-pro\"") {
  return written(Operation::chat, R"({"model":"m",)" + members + "}", model);
}

std::string responses(const std::string& members, std::string_view model = "\"google/gemini-3-pro\"") {
  return written(Operation::responses, R"({"model":"m",)" + members + "}", model);
}

// What stands in generationConfig for one user message and these members.
std::string config(const std::string& members, std::string_view model = "\"google/gemini-3-pro\"") {
  const std::string body = chat(R"("messages":[{"role":"user","content":"x"}],)" + members, model);
  const auto found = wire::json_check(body, 128) ? std::nullopt : wire::json_find(body, {"generationConfig"});
  return found ? std::string(*found) : body;
}

constexpr const char* kTools =
    R"("tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"}}}])";

std::string mode(const std::string& members) {
  const std::string body = chat(R"("messages":[{"role":"user","content":"x"}],)" + members);
  return std::string(wire::json_find(body, {"toolConfig", "functionCallingConfig"}).value_or(body));
}

TEST(GenerateWrite, hoists_instructions_and_merges_neighbours) {
  EXPECT_EQ(
      chat(
          R"("messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"a"},{"role":"user","content":"b"},)"
          R"({"role":"assistant","content":"c"},{"role":"developer","content":"Now!"},{"role":"user","content":"d\n"}])"),
      R"({"systemInstruction":{"parts":[{"text":"Be brief."},{"text":"Now!"}]},"contents":[)"
      R"({"role":"user","parts":[{"text":"a"},{"text":"b"}]},{"role":"model","parts":[{"text":"c"}]},)"
      R"({"role":"user","parts":[{"text":"d\n"}]}]})");
  EXPECT_EQ(
      responses(R"("instructions":"Be brief.","input":"Hi")"),
      R"({"systemInstruction":{"parts":[{"text":"Be brief."}]},"contents":[{"role":"user","parts":[{"text":"Hi"}]}]})");
}

TEST(GenerateWrite, lets_instructions_alone_be_what_the_user_says) {
  EXPECT_EQ(chat(R"("messages":[{"role":"system","content":"Go."},{"role":"user","content":""}])"),
            R"({"contents":[{"role":"user","parts":[{"text":"Go."}]}]})");
}

TEST(GenerateWrite, writes_calls_and_results_by_name_in_the_order_of_the_calls) {
  const std::string messages =
      R"("messages":[{"role":"user","content":"x"},{"role":"assistant","content":null,"tool_calls":[)"
      R"({"id":"1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}},)"
      R"({"id":"2","type":"function","function":{"name":"g","arguments":""}}]},)"
      R"({"role":"tool","tool_call_id":"2","content":"{\"ok\":true}"},{"role":"tool","tool_call_id":"1","content":"fine"},)"
      R"({"role":"user","content":"thanks"}])";
  const std::string rest =
      R"({"role":"user","parts":[{"functionResponse":{"name":"f","response":{"result":"fine"}}},)"
      R"({"functionResponse":{"name":"g","response":{"ok":true}}}]},{"role":"user","parts":[{"text":"thanks"}]}]})";
  EXPECT_EQ(chat(messages, "\"gemini-2.5-pro\""),
            R"({"contents":[{"role":"user","parts":[{"text":"x"}]},{"role":"model","parts":[)"
            R"({"functionCall":{"name":"f","args":{"a":1}}},{"functionCall":{"name":"g","args":{}}}]},)" +
                rest);
  EXPECT_EQ(chat(messages, "\"google/gemini-3-pro\""),
            R"({"contents":[{"role":"user","parts":[{"text":"x"}]},{"role":"model","parts":[)"
            R"({"functionCall":{"name":"f","args":{"a":1}},"thoughtSignature":"skip_thought_signature_validator"},)"
            R"({"functionCall":{"name":"g","args":{}}}]},)" +
                rest);
}

TEST(GenerateWrite, gives_signatures_back_where_they_came_from) {
  EXPECT_EQ(responses(R"("input":[{"role":"user","content":"x"},)"
                      R"({"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"vertex:c2ln"},)"
                      R"({"type":"function_call","call_id":"1","name":"f","arguments":"{}"},)"
                      R"({"type":"function_call_output","call_id":"1","output":"y"},)"
                      R"({"type":"message","role":"assistant","content":[{"type":"output_text","text":"z"}]},)"
                      R"({"type":"reasoning","id":"rs_2","summary":[],"encrypted_content":"vertex:ZW5k"},)"
                      R"({"role":"user","content":"w"}])"),
            R"({"contents":[{"role":"user","parts":[{"text":"x"}]},)"
            R"({"role":"model","parts":[{"functionCall":{"name":"f","args":{}},"thoughtSignature":"c2ln"}]},)"
            R"({"role":"user","parts":[{"functionResponse":{"name":"f","response":{"result":"y"}}}]},)"
            R"({"role":"model","parts":[{"text":"z"},{"text":"","thoughtSignature":"ZW5k"}]},)"
            R"({"role":"user","parts":[{"text":"w"}]}]})");
  // Another cloud's cannot be read there.
  EXPECT_EQ(
      responses(
          R"("input":[{"role":"user","content":"x"},{"type":"reasoning","id":"r","summary":[],"encrypted_content":"gAAA"},)"
          R"({"type":"function_call","call_id":"1","name":"f","arguments":"{}"}])",
          "\"gemini-2.5-pro\""),
      R"({"contents":[{"role":"user","parts":[{"text":"x"}]},{"role":"model","parts":[{"functionCall":{"name":"f","args":{}}}]}]})");
}

TEST(GenerateWrite, writes_images_files_and_sounds) {
  EXPECT_EQ(
      chat(R"("messages":[{"role":"user","content":[{"type":"text","text":"see"},)"
           R"({"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO\/w=="}},)"
           R"({"type":"image_url","image_url":{"url":"https://x.example/a.WEBP?size=1"}},)"
           R"({"type":"image_url","image_url":{"url":"gs://bucket/a"}},)"
           R"({"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBE"}},)"
           R"({"type":"input_audio","input_audio":{"data":"UklG","format":"wav"}}]}])"),
      R"({"contents":[{"role":"user","parts":[{"text":"see"},{"inlineData":{"mimeType":"image/png","data":"iVBO/w=="}},)"
      R"({"fileData":{"mimeType":"image/webp","fileUri":"https://x.example/a.WEBP?size=1"}},)"
      R"({"fileData":{"mimeType":"image/jpeg","fileUri":"gs://bucket/a"}},)"
      R"({"inlineData":{"mimeType":"application/pdf","data":"JVBE"}},{"inlineData":{"mimeType":"audio/wav","data":"UklG"}}]}]})");
}

TEST(GenerateWrite, puts_pictures_of_a_result_inside_it_or_after_it) {
  const std::string input =
      R"("input":[{"type":"function_call","call_id":"1","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"1",)"
      R"("output":[{"type":"input_text","text":"here"},{"type":"input_image","image_url":"data:image/png;base64,iVBO"}]}])";
  EXPECT_NE(
      responses(input).find(R"({"functionResponse":{"name":"f","response":{"result":"here"},"parts":[{"inlineData")"),
      std::string::npos);
  EXPECT_NE(responses(input, "\"gemini-2.5-pro\"")
                .find(R"({"functionResponse":{"name":"f","response":{"result":"here"}}},{"inlineData")"),
            std::string::npos);
}

TEST(GenerateWrite, declares_functions_with_their_json_schema) {
  EXPECT_EQ(
      chat(R"("messages":[{"role":"user","content":"x"}],)" + std::string(kTools)),
      R"({"contents":[{"role":"user","parts":[{"text":"x"}]}],"tools":[{"functionDeclarations":[{"name":"f","description":"d",)"
      R"("parametersJsonSchema":{"type":"object"}}]}],"toolConfig":{"functionCallingConfig":{"mode":"AUTO"}}})");
}

TEST(GenerateWrite, knows_every_way_to_choose_a_tool) {
  const std::string tools = std::string(kTools) + ",";
  EXPECT_EQ(mode(tools + R"("tool_choice":"auto")"), R"({"mode":"AUTO"})");
  EXPECT_EQ(mode(tools + R"("tool_choice":"none")"), R"({"mode":"NONE"})");
  EXPECT_EQ(mode(tools + R"("tool_choice":"required")"), R"({"mode":"ANY"})");
  EXPECT_EQ(mode(tools + R"("tool_choice":{"type":"function","function":{"name":"f"}})"),
            R"({"mode":"ANY","allowedFunctionNames":["f"]})");
  EXPECT_EQ(
      mode(
          tools +
          R"("tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"f"}}]}})"),
      R"({"mode":"ANY","allowedFunctionNames":["f"]})");
  EXPECT_EQ(mode(R"("tools":[{"type":"function","function":{"name":"f","strict":true}}])"), R"({"mode":"VALIDATED"})");
}

TEST(GenerateWrite, says_the_sampling_fields_in_googles_words) {
  EXPECT_EQ(
      config(
          R"("max_completion_tokens":10,"temperature":0.50,"top_p":1,"seed":7,"presence_penalty":0.1,"frequency_penalty":0.2,)"
          R"("n":2,"stop":["a","b"],"logprobs":true,"top_logprobs":3)"),
      R"({"maxOutputTokens":10,"temperature":0.50,"topP":1,"seed":7,"presencePenalty":0.1,"frequencyPenalty":0.2,)"
      R"("candidateCount":2,"stopSequences":["a","b"],"responseLogprobs":true,"logprobs":3})");
  EXPECT_EQ(config(R"("stop":"a")"), R"({"stopSequences":["a"]})");
  EXPECT_EQ(config(R"("response_format":{"type":"json_object"})"), R"({"responseMimeType":"application/json"})");
  EXPECT_EQ(
      config(
          R"("response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"},"strict":true}})"),
      R"({"responseMimeType":"application/json","responseJsonSchema":{"type":"object"}})");
}

TEST(GenerateWrite, turns_effort_into_levels_or_budgets) {
  const auto thinking = [](const std::string& effort, std::string_view model) {
    return config(R"("reasoning_effort":")" + effort + "\"", model);
  };
  constexpr std::string_view k25 = "\"google/gemini-2.5-flash\"";
  constexpr std::string_view k3 = "\"gemini-3-pro\"";
  for (const auto& [effort, budget] :
       {std::pair("none", 0), {"minimal", 1024}, {"low", 1024}, {"medium", 8192}, {"high", 24576}, {"xhigh", 24576}})
    EXPECT_EQ(thinking(effort, k25), R"({"thinkingConfig":{"thinkingBudget":)" + std::to_string(budget) + "}}")
        << effort;
  for (const auto& [effort, level] :
       {std::pair("minimal", "MINIMAL"), {"low", "LOW"}, {"medium", "MEDIUM"}, {"high", "HIGH"}, {"max", "HIGH"}})
    EXPECT_EQ(thinking(effort, k3), R"({"thinkingConfig":{"thinkingLevel":")" + std::string(level) + "\"}}") << effort;
  EXPECT_EQ(thinking("none", k3), R"({"thinkingConfig":{"thinkingBudget":0}})");
  EXPECT_NE(responses(R"("input":"x","reasoning":{"effort":"low","summary":"auto"})")
                .find(R"("thinkingConfig":{"thinkingLevel":"LOW","includeThoughts":true})"),
            std::string::npos);
}

TEST(GenerateWrite, leaves_out_what_the_place_cannot_be_told) {
  Request request;
  const std::string body = R"({"model":"m","messages":[{"role":"user","content":"x"}],"temperature":1,"seed":3})";
  ASSERT_TRUE(dialect::inner::read_chat_request(body, request));
  dialect::Fates fates;
  fates.apply(dialect::Need::seed, dialect::Fate::dropped);
  std::string out;
  ASSERT_TRUE(write_generate_request(request, {"\"gemini-3\"", &fates}, out));
  EXPECT_EQ(out, R"({"contents":[{"role":"user","parts":[{"text":"x"}]}],"generationConfig":{"temperature":1}})");
}

TEST(GenerateWrite, names_the_field_of_what_cannot_be_said) {
  const auto begins = [](const std::string& text, std::string_view with) {
    EXPECT_TRUE(text.starts_with(with)) << text;
  };
  begins(config(R"("stop":["1","2","3","4","5","6"])"), "stop: ");
  begins(config(R"("reasoning_effort":"lots")"), "reasoning_effort: ");
  begins(
      chat(
          R"("messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,%%"}}]}])"),
      "messages: ");
  begins(
      chat(R"("messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"file:///etc/passwd"}}]}])"),
      "messages: ");
  begins(responses(R"("input":[{"type":"function_call_output","call_id":"?","output":"y"}])"), "input: ");
  begins(responses(R"("input":[{"type":"function_call","call_id":"1","name":"f","arguments":"[1]"}])"), "input: ");
  begins(responses(R"("input":[{"role":"user","content":[{"type":"input_image","file_id":"file-1"}]}])"), "input: ");
}

}  // namespace
}  // namespace fw::cloud::vertex
