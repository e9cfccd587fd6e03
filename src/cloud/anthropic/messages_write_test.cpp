// Requests of OpenAI's dialects as bodies of Messages, on every host.
#include "cloud/anthropic/messages_write.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "cloud/adapter.h"
#include "wire/json.h"

namespace fw::cloud::anthropic {
namespace {

using dialect::Operation;
using dialect::inner::Request;

struct Place {
  std::string_view model = "claude-opus-5";
  Host host = Host::direct;
};

// An error is told as "path: message".
std::string write(Operation operation, std::string_view body, Place place = {}) {
  Request request;
  const auto read = dialect::inner::read_request(operation, body, request);
  if (!read) return "unread: " + read.error().message;
  const auto fates = cloud::fates(*find("anthropic"), Dialect::messages, place.model, true);
  const std::string model = fmt::format("\"{}\"", place.model);
  Site site;
  site.host = row(place.host).word;
  std::string out;
  std::string again;
  const auto written = find("anthropic")->write_request(site, Dialect::messages, request, {model, &fates}, out);
  if (!written) return written.error().param + ": " + written.error().message;
  EXPECT_TRUE(find("anthropic")->write_request(site, Dialect::messages, request, {model, &fates}, again));
  EXPECT_EQ(out, again);
  EXPECT_FALSE(wire::json_check(out, 64)) << out;
  return out;
}

// What a Chat body with these further members becomes, without what every one has.
std::string chat(std::string_view members, Place place = {}) {
  const std::string out = write(
      Operation::chat,
      fmt::format(R"({{"model":"m","max_tokens":9000,"messages":[{{"role":"user","content":"a"}}]{}}})", members), place);
  const std::string usual = R"("max_tokens":9000,"messages":[{"role":"user","content":[{"type":"text","text":"a"}]}])";
  const auto at = out.find(usual);
  return at == out.npos ? out : out.substr(at + usual.size());
}

constexpr std::string_view kConversation =
    R"({"model":"claude-sonnet-4-6","max_tokens":64,"system":[{"type":"text","text":"Be brief."}],)"
    R"("messages":[{"role":"user","content":[{"type":"text","text":"Weather?"},)"
    R"({"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAEC"}}]},)"
    R"({"role":"assistant","content":[{"type":"text","text":"I look."},)"
    R"({"type":"tool_use","id":"call_1","name":"f","input":{"a":1}},)"
    R"({"type":"tool_use","id":"call_2","name":"f","input":{}}]},)"
    R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"call_1","content":[{"type":"text","text":"sun"}]},)"
    R"({"type":"tool_result","tool_use_id":"call_2","content":[{"type":"text","text":"rain"}]},)"
    R"({"type":"text","text":"So?"}]}],)"
    R"("tools":[{"name":"f","description":"d","input_schema":{"type":"object"},"strict":true}],)"
    R"("tool_choice":{"type":"auto","disable_parallel_tool_use":true},)"
    R"("thinking":{"type":"adaptive"},"output_config":{"effort":"low"},)"
    R"("metadata":{"user_id":"u-1"},"stream":true})";

TEST(MessagesWrite, writes_a_chat_request) {
  EXPECT_EQ(
      write(Operation::chat,
            R"({"model":"m","stream":true,"max_completion_tokens":64,"reasoning_effort":"minimal","user":"u-1",
  "seed":7,"parallel_tool_calls":false,"tool_choice":"auto",
  "tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"},"strict":true}}],
  "messages":[{"role":"system","content":"Be brief."},
   {"role":"user","content":[{"type":"text","text":"Weather?"},
     {"type":"image_url","image_url":{"url":"data:image/png;base64,AAEC","detail":"low"}}]},
   {"role":"assistant","content":"I look.","tool_calls":[
     {"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}},
     {"id":"call_2","type":"function","function":{"name":"f","arguments":""}}]},
   {"role":"tool","tool_call_id":"call_1","content":"sun"},
   {"role":"tool","tool_call_id":"call_2","content":[{"type":"text","text":"rain"}]},
   {"role":"user","content":"So?"}]})",
            {.model = "claude-sonnet-4-6"}),
      kConversation);
}

TEST(MessagesWrite, writes_the_same_for_a_responses_request) {
  EXPECT_EQ(
      write(Operation::responses,
            R"({"model":"m","stream":true,"max_output_tokens":64,"reasoning":{"effort":"minimal"},
  "instructions":"Be brief.","parallel_tool_calls":false,"tool_choice":"auto","store":false,"safety_identifier":"u-1",
  "user":"other","include":["reasoning.encrypted_content"],
  "tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object"},"strict":true}],
  "input":[{"role":"user","content":[{"type":"input_text","text":"Weather?"},
     {"type":"input_image","image_url":"data:image/png;base64,AAEC"}]},
   {"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"anothers"},
   {"type":"message","role":"assistant","content":[{"type":"output_text","text":"I look."}]},
   {"type":"function_call","call_id":"call_1","name":"f","arguments":"{\"a\":1}"},
   {"type":"function_call","call_id":"call_2","name":"f","arguments":""},
   {"type":"function_call_output","call_id":"call_1","output":"sun"},
   {"type":"function_call_output","call_id":"call_2","output":[{"type":"input_text","text":"rain"}]},
   {"role":"user","content":"So?"}]})",
            {.model = "claude-sonnet-4-6"}),
      kConversation);
}

TEST(MessagesWrite, says_what_each_host_wants) {
  constexpr std::string_view kBody = R"({"model":"m","stream":true,"messages":[{"role":"user","content":"a"}]})";
  const std::string rest = R"("max_tokens":128000,"messages":[{"role":"user","content":[{"type":"text","text":"a"}]}])";
  for (const Host host : {Host::direct, Host::foundry})
    EXPECT_EQ(write(Operation::chat, kBody, {.host = host}), R"({"model":"claude-opus-5",)" + rest + R"(,"stream":true})");
  EXPECT_EQ(write(Operation::chat, kBody, {.host = Host::bedrock}),
            R"({"anthropic_version":"bedrock-2023-05-31",)" + rest + "}");
  EXPECT_EQ(write(Operation::chat, kBody, {.host = Host::vertex}),
            R"({"anthropic_version":"vertex-2023-10-16",)" + rest + R"(,"stream":true})");
}

TEST(MessagesWrite, brings_thoughts_back_to_who_thought_them) {
  EXPECT_EQ(write(Operation::responses, R"({"model":"m","max_output_tokens":5,"input":[{"role":"user","content":"a"},
   {"type":"reasoning","id":"r","summary":[{"type":"summary_text","text":"h\"m"}],"encrypted_content":"anthropic:c2ln"},
   {"type":"reasoning","id":"s","summary":[],"encrypted_content":"anthropic-redacted:cmVk"},
   {"type":"function_call","call_id":"c","name":"f","arguments":"{}"},
   {"type":"function_call_output","call_id":"c","output":"  "}]})"),
            R"({"model":"claude-opus-5","max_tokens":5,"messages":[{"role":"user","content":[{"type":"text","text":"a"}]},)"
            R"({"role":"assistant","content":[{"type":"thinking","thinking":"h\"m","signature":"c2ln"},)"
            R"({"type":"redacted_thinking","data":"cmVk"},{"type":"tool_use","id":"c","name":"f","input":{}}]},)"
            R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"c"}]}],)"
            R"("tools":[{"name":"f","input_schema":{"type":"object","properties":{}}}],"tool_choice":{"type":"none"}})");
}

TEST(MessagesWrite, says_the_effort_as_the_model_knows_it) {
  EXPECT_EQ(chat(R"(,"reasoning_effort":"xhigh")"),
            R"(,"thinking":{"type":"adaptive"},"output_config":{"effort":"xhigh"}})");
  EXPECT_EQ(chat(R"(,"reasoning_effort":"xhigh")", {"claude-opus-4-6"}),
            R"(,"thinking":{"type":"adaptive"},"output_config":{"effort":"high"}})");
  EXPECT_EQ(chat(R"(,"reasoning_effort":"none")"), R"(,"thinking":{"type":"disabled"}})");
  EXPECT_EQ(chat(R"(,"reasoning_effort":"none")", {"claude-opus-5-5"}), R"(,"output_config":{"effort":"low"}})");
  EXPECT_EQ(chat(R"(,"reasoning_effort":"high")", {"claude-opus-4-5"}),
            R"(,"thinking":{"type":"enabled","budget_tokens":4500},"output_config":{"effort":"high"}})");
  EXPECT_EQ(chat(R"(,"reasoning_effort":"low")", {"claude-haiku-4-5"}),
            R"(,"thinking":{"type":"enabled","budget_tokens":1024}})");
  EXPECT_EQ(chat(R"(,"reasoning_effort":"low")", {"claude-3-haiku-20240307"}), "}");
  EXPECT_EQ(chat("", {"claude-haiku-4-5"}), "}");
  EXPECT_TRUE(chat(R"(,"reasoning_effort":"ultra")").starts_with("reasoning_effort: found the effort 'ultra'"));
}

TEST(MessagesWrite, does_not_think_where_that_would_be_refused) {
  constexpr std::string_view kForced =
      R"(,"reasoning_effort":"high","tool_choice":"required","tools":[{"type":"function","function":{"name":"f"}}])";
  EXPECT_EQ(chat(kForced), R"(,"tools":[{"name":"f","input_schema":{"type":"object","properties":{}}}],)"
                           R"("tool_choice":{"type":"any"},"output_config":{"effort":"high"}})");
  const std::string after_calls = write(Operation::chat, R"({"model":"m","reasoning_effort":"high","messages":[
   {"role":"user","content":"a"},
   {"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},
   {"role":"tool","tool_call_id":"c","content":"r"}]})", {"claude-haiku-4-5"});
  EXPECT_EQ(after_calls.find("thinking"), after_calls.npos) << after_calls;
}

TEST(MessagesWrite, asks_for_a_summary_of_thoughts) {
  const std::string out = write(Operation::responses, R"({"model":"m","input":"a","reasoning":{"summary":"auto"}})");
  EXPECT_NE(out.find(R"("thinking":{"type":"adaptive","display":"summarized"})"), out.npos) << out;
}

TEST(MessagesWrite, keeps_sampling_in_range_and_apart_from_thinking) {
  EXPECT_EQ(chat(R"(,"temperature":1.7,"top_p":0.9,"stop":"x")", {"claude-sonnet-4-6"}),
            R"(,"temperature":1,"top_p":0.9,"stop_sequences":["x"]})");
  EXPECT_EQ(chat(R"(,"stop":["x","y"],"temperature":0.5)"), R"(,"stop_sequences":["x","y"]})");
  EXPECT_TRUE(chat(R"(,"temperature":0.2,"reasoning_effort":"low")", {"claude-sonnet-4-6"})
                  .starts_with("temperature: found a temperature beside a reasoning effort"));
}

TEST(MessagesWrite, writes_schemas) {
  EXPECT_EQ(chat(R"(,"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}})"),
            R"(,"output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}}})");
  EXPECT_EQ(chat(R"(,"tools":[{"type":"function","function":{"name":"f","parameters":{ "properties":{}}}},
                     {"type":"function","function":{"name":"g","parameters":{}}}])"),
            R"(,"tools":[{"name":"f","input_schema":{"type":"object","properties":{}}},)"
            R"({"name":"g","input_schema":{"type":"object"}}]})");
}

TEST(MessagesWrite, chooses_tools) {
  const auto choice = [](std::string_view words) {
    const std::string out = chat(fmt::format(R"(,{},"tools":[{{"type":"function","function":{{"name":"f"}}}}])", words));
    const auto at = out.find(R"("tool_choice":)");
    return at == out.npos ? "none" : out.substr(at + 14, out.size() - at - 15);
  };
  EXPECT_EQ(choice(R"("tool_choice":"none")"), R"({"type":"none"})");
  EXPECT_EQ(choice(R"("tool_choice":"required","parallel_tool_calls":false)"),
            R"({"type":"any","disable_parallel_tool_use":true})");
  EXPECT_EQ(choice(R"("tool_choice":{"type":"function","function":{"name":"f"}})"), R"({"type":"tool","name":"f"})");
  EXPECT_EQ(choice(R"("parallel_tool_calls":false)"), R"({"type":"auto","disable_parallel_tool_use":true})");
  EXPECT_EQ(choice(R"("parallel_tool_calls":true)"), "none");
}

TEST(MessagesWrite, translates_the_service_tier) {
  EXPECT_EQ(chat(R"(,"service_tier":"default")"), R"(,"service_tier":"standard_only"})");
  EXPECT_EQ(chat(R"(,"service_tier":"priority")"), R"(,"service_tier":"auto"})");
  EXPECT_EQ(chat(R"(,"service_tier":"default")", {.host = Host::bedrock}), "}");
  EXPECT_TRUE(chat(R"(,"service_tier":"flex")").starts_with("service_tier: found the service tier 'flex'"));
  EXPECT_TRUE(chat(R"(,"service_tier":"priority")", {.host = Host::vertex}).starts_with("service_tier: "));
}

std::string part(std::string_view json, Host host = Host::direct) {
  const std::string out = write(
      Operation::chat, fmt::format(R"({{"model":"m","max_tokens":1,"messages":[{{"role":"user","content":[{}]}}]}})", json),
      {.host = host});
  const auto at = out.find(R"("content":[)");
  return at == out.npos ? out : out.substr(at + 11, out.size() - at - 15);
}

TEST(MessagesBlocks, carry_images_and_files) {
  EXPECT_EQ(part(R"({"type":"image_url","image_url":{"url":"https://x/a.png"}})"),
            R"({"type":"image","source":{"type":"url","url":"https://x/a.png"}})");
  EXPECT_EQ(part(R"({"type":"image_url","image_url":{"url":"data:image/jpg;base64,AAEC"}})"),
            R"({"type":"image","source":{"type":"base64","media_type":"image/jpeg","data":"AAEC"}})");
  EXPECT_EQ(part(R"({"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,AAEC"}})"),
            R"({"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"AAEC"},"title":"a.pdf"})");
  EXPECT_EQ(part(R"({"type":"file","file":{"filename":"a.txt","file_data":"aGkK"}})"),
            R"({"type":"document","source":{"type":"text","media_type":"text/plain","data":"hi\n"},"title":"a.txt"})");
}

TEST(MessagesBlocks, say_what_they_cannot_carry) {
  const auto starts = [](const std::string& told, std::string_view words) {
    EXPECT_TRUE(told.starts_with(fmt::format("messages[0].content: found {}", words))) << told;
  };
  for (const Host host : {Host::bedrock, Host::vertex})
    starts(part(R"({"type":"image_url","image_url":{"url":"https://x/a.png"}})", host), "an image by its URL");
  starts(part(R"({"type":"image_url","image_url":{"url":"data:image/bmp;base64,AAEC"}})"), "an image of type 'image/bmp'");
  starts(part(R"({"type":"image_url","image_url":{"url":"data:image/png;base64,%%"}})"), "an image that is not base64");
  starts(part(R"({"type":"image_url","image_url":{"url":"data:image/png,x"}})"), "a data URL without ;base64");
  starts(part(R"({"type":"file","file":{"filename":"a.doc","file_data":"data:application/msword;base64,AAEC"}})"),
         "a file of type 'application/msword'");
}

TEST(MessagesWrite, makes_ids_that_fit) {
  const std::string out = write(Operation::chat, R"({"model":"m","messages":[
   {"role":"assistant","tool_calls":[{"id":"a.b","type":"function","function":{"name":"f","arguments":"[1]"}}]},
   {"role":"tool","tool_call_id":"a.b","content":"r"}]})");
  const auto at = out.find(R"("id":"call_)");
  ASSERT_NE(at, out.npos) << out;
  const std::string id = out.substr(at + 6, 37);
  EXPECT_NE(out.find(R"("tool_use_id":")" + id), out.npos) << out;
  EXPECT_NE(out.find(R"("input":{"arguments":"[1]"})"), out.npos) << out;
}

}  // namespace
}  // namespace fw::cloud::anthropic
