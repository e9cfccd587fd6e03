// The fake Bedrock over a socket: both hosts, sign-in, refusals, its own dialect and stream.
#include <gtest/gtest.h>

#include "fake/caller.h"
#include "fake/minted.h"
#include "wire/event_stream.h"
#include "wire/hash.h"
#include "wire/json.h"

namespace fw::fake {
namespace {

constexpr std::string_view kHello =
    R"({"messages":[{"role":"user","content":[{"text":"hello"}]}],"inferenceConfig":{"maxTokens":6}})";
constexpr std::string_view kConverse = "/model/us.openai.gpt-6-sol/converse";
constexpr std::string_view kStream = "/model/us.openai.gpt-6-sol/converse-stream";

std::string text(std::string_view json, std::initializer_list<std::string_view> path) {
  return std::string(wire::json_text(wire::json_find(json, path).value_or("")));
}
std::int64_t number(std::string_view json, std::initializer_list<std::string_view> path) {
  return wire::json_int(wire::json_find(json, path).value_or("")).value_or(-1);
}

struct Event {
  std::string type, payload;
};

// All messages of a stream; the last has the type "fault" if it cannot be read.
std::vector<Event> events(std::string_view body) {
  std::vector<Event> all;
  wire::EventStreamDecoder decoder(1 << 20);
  decoder.feed(body);
  wire::EventMessage m;
  for (;;) {
    const auto next = decoder.next(m);
    if (next == wire::EventStreamDecoder::Next::need_more) return all;
    if (next == wire::EventStreamDecoder::Next::fault) {
      all.push_back({"fault", std::string(wire::say(decoder.fault()))});
      return all;
    }
    const auto type = m.text(":event-type").empty() ? m.text(":exception-type") : m.text(":event-type");
    all.push_back({std::string(type), std::string(m.payload)});
  }
}

TEST(FakeBedrock, answers_converse_with_usage_without_the_cached_part) {
  const auto cloud = start_fake("bedrock");
  Caller caller(*cloud);
  const auto reply = caller.post(kConverse, kHello);
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_FALSE(wire::json_check(reply.body, 32)) << reply.body;
  EXPECT_EQ(text(reply.body, {"stopReason"}), "max_tokens");
  EXPECT_EQ(number(reply.body, {"usage", "inputTokens"}), 2 + 4 + 2);
  EXPECT_EQ(number(reply.body, {"usage", "outputTokens"}), 6);
  EXPECT_EQ(number(reply.body, {"usage", "totalTokens"}), 14);
  EXPECT_EQ(reply.field("x-amzn-requestid").size(), 36u);
  const std::string longer(8'000, 'x');
  const auto again = R"({"messages":[{"role":"user","content":[{"text":")" + longer + R"("}]}]})";
  caller.post(kConverse, again);
  const auto cached = caller.post(kConverse, again);
  EXPECT_EQ(number(cached.body, {"usage", "cacheReadInputTokens"}), 1'920);
  EXPECT_EQ(number(cached.body, {"usage", "inputTokens"}), 2 + 4 + 2'000 - 1'920);
}

TEST(FakeBedrock, streams_binary_events_with_metadata_last) {
  const auto cloud = start_fake("bedrock");
  Caller caller(*cloud);
  const auto whole = caller.post(kConverse, kHello);
  const auto reply = caller.post(kStream, kHello);
  EXPECT_EQ(reply.field("content-type"), "application/vnd.amazon.eventstream");
  const auto all = events(reply.body);
  ASSERT_GT(all.size(), 4u);
  EXPECT_EQ(all.front().type, "messageStart");
  EXPECT_EQ(all.back().type, "metadata");
  EXPECT_EQ(all[all.size() - 2].type, "messageStop");
  std::string said;
  for (const auto& e : all)
    if (e.type == "contentBlockDelta") said += text(e.payload, {"delta", "text"});
  const auto block = first_element(whole.at({"output", "message", "content"}));
  EXPECT_EQ(said, text(block, {"text"}));
  EXPECT_EQ(number(all.back().payload, {"usage", "outputTokens"}), 6);
}

TEST(FakeBedrock, calls_tools_and_wants_their_results) {
  const auto cloud = start_fake("bedrock");
  Caller caller(*cloud);
  const std::string tools =
      R"("toolConfig":{"tools":[{"toolSpec":{"name":"now","inputSchema":{"json":{"type":"object","properties":{"tz":{"type":"string"}}}}}}]})";
  const auto called =
      caller.post(kConverse, R"({"messages":[{"role":"user","content":[{"text":"in parallel"}]}],)" + tools + "}");
  EXPECT_EQ(text(called.body, {"stopReason"}), "tool_use");
  const auto use = first_element(called.at({"output", "message", "content"}));
  EXPECT_EQ(wire::json_find(use, {"toolUse", "input"}), R"({"tz":"sample tz"})");
  EXPECT_TRUE(text(use, {"toolUse", "toolUseId"}).starts_with("tooluse_"));
  const auto streamed =
      caller.post(kStream, R"({"messages":[{"role":"user","content":[{"text":"time?"}]}],)" + tools + "}");
  std::string input;
  for (const auto& e : events(streamed.body))
    if (e.type == "contentBlockDelta") input += text(e.payload, {"delta", "toolUse", "input"});
  EXPECT_EQ(input, R"({\"tz\":\"sample tz\"})");
  const std::string use_turn =
      R"({"role":"assistant","content":[{"toolUse":{"toolUseId":"t1","name":"now","input":{}}}]})";
  const auto unanswered =
      caller.post(kConverse, R"({"messages":[{"role":"user","content":[{"text":"x"}]},)" + use_turn +
                                 R"(,{"role":"user","content":[{"text":"and?"}]}],)" + tools + "}");
  EXPECT_EQ(unanswered.status, 400);
  EXPECT_NE(unanswered.body.find("Expected toolResult blocks at messages.2.content for the following Ids: t1"),
            std::string::npos);
  const auto answered = caller.post(
      kConverse, R"({"messages":[{"role":"user","content":[{"text":"x"}]},)" + use_turn +
                     R"(,{"role":"user","content":[{"toolResult":{"toolUseId":"t1","content":[{"text":"12"}]}}]}],)" +
                     tools + "}");
  EXPECT_EQ(text(answered.body, {"stopReason"}), "end_turn") << answered.body;
}

TEST(FakeBedrock, refuses_conversations_that_are_none) {
  const auto cloud = start_fake("bedrock");
  Caller caller(*cloud);
  for (const auto& [body, words] : {
           std::pair{R"({"messages":[]})", "messages field is empty"},
           std::pair{R"({"messages":[{"role":"assistant","content":[{"text":"x"}]}]})",
                     "must start with a user message"},
           std::pair{
               R"({"messages":[{"role":"user","content":[{"text":"x"}]},{"role":"user","content":[{"text":"y"}]}]})",
               "must alternate"},
           std::pair{R"({"messages":[{"role":"user","content":[{"text":" "}]}]})", "is blank"},
           std::pair{R"({"messages":[{"role":"user","content":[]}]})", "is empty"},
           std::pair{R"({"messages":[{"role":"user","content":[{"text":"x"}]}],"inferenceConfig":{"temperature":1.5}})",
                     "less than or equal to 1"},
           std::pair{R"({"messages":[{"role":"user","content":[{"image":{"format":"bmp","source":{"bytes":"AA"}}}]}]})",
                     "enum value set"},
           std::pair{R"({"messages":[{"role":"user","content":[{"text":"x"}]}],"toolConfig":{"tools":[]}})",
                     "greater than or equal to 1"},
       }) {
    const auto reply = caller.post(kConverse, body);
    EXPECT_EQ(reply.status, 400) << body;
    EXPECT_NE(reply.body.find(words), std::string::npos) << reply.body;
    EXPECT_TRUE(reply.field("x-amzn-errortype").starts_with("ValidationException:")) << body;
  }
}

TEST(FakeBedrock, knows_its_two_hosts_and_their_models) {
  const auto cloud = start_fake("bedrock");
  Caller caller(*cloud);
  const auto chat = [&caller](std::string path, std::string_view model, std::string_view more = "") {
    const bool responses = path.ends_with("responses");
    return caller.post(path,
                       R"({"model":")" + std::string(model) + R"(",)" + std::string(more) +
                           (responses ? R"("input":"x","max_output_tokens":2})"
                                      : R"("messages":[{"role":"user","content":"x"}],"max_completion_tokens":2})"));
  };
  // runtime
  EXPECT_EQ(chat("/openai/v1/chat/completions", "us.openai.gpt-6-sol").status, 200);
  EXPECT_EQ(chat("/openai/v1/responses", "global.openai.gpt-6-sol").status, 200);
  EXPECT_EQ(chat("/openai/v1/chat/completions", "openai.gpt-oss-120b-1:0").status, 200);
  EXPECT_NE(chat("/runtime/openai/v1/responses", "openai.gpt-6-sol").body.find("on-demand throughput"),
            std::string::npos);
  EXPECT_NE(chat("/openai/v1/responses", "openai.gpt-oss-120b-1:0").body.find("does not support the Responses API"),
            std::string::npos);
  EXPECT_EQ(chat("/openai/v1/responses", "us.openai.gpt-6-sol", R"("background":true,)").status, 400);
  EXPECT_EQ(caller.get("/runtime/openai/v1/models").status, 404);
  // mantle
  EXPECT_EQ(chat("/mantle/openai/v1/responses", "openai.gpt-6-sol").status, 200);
  EXPECT_EQ(chat("/mantle/v1/responses", "openai.gpt-oss-120b").status, 200);
  EXPECT_EQ(chat("/mantle/openai/v1/responses", "us.openai.gpt-6-sol").status, 404);
  for (const auto* const wrong :
       {"/mantle/v1/responses openai.gpt-6-sol", "/mantle/openai/v1/chat/completions openai.gpt-oss-20b"}) {
    const std::string_view both = wrong;
    const auto reply = chat(std::string(both.substr(0, both.find(' '))), both.substr(both.find(' ') + 1));
    EXPECT_EQ(reply.status, 400);
    EXPECT_NE(reply.body.find("isn't supported on this route"), std::string::npos) << reply.body;
  }
  EXPECT_NE(caller.get("/mantle/v1/models").body.find("openai.gpt-oss-120b"), std::string::npos);
}

TEST(FakeBedrock, keeps_responses_and_mantle_inherits_their_model) {
  const auto cloud = start_fake("bedrock");
  Caller caller(*cloud);
  const auto first = caller.post("/mantle/openai/v1/responses", R"({"model":"openai.gpt-6-sol","input":"x"})");
  const auto id = text(first.body, {"id"});
  const auto next =
      caller.post("/mantle/openai/v1/responses", R"({"previous_response_id":")" + id + R"(","input":"y"})");
  EXPECT_EQ(next.status, 200) << next.body;
  EXPECT_EQ(text(next.body, {"model"}), "openai.gpt-6-sol");
  const auto runtime = caller.post("/openai/v1/responses", R"({"previous_response_id":")" + id + R"(","input":"y"})");
  EXPECT_EQ(runtime.status, 400);
  EXPECT_EQ(caller.get("/openai/v1/responses/" + id).status, 200);
  EXPECT_EQ(caller.del("/openai/v1/responses/" + id).status, 200);
  EXPECT_EQ(caller.get("/openai/v1/responses/" + id).status, 404);
}

TEST(FakeBedrock, takes_models_by_arn_and_in_percent) {
  const auto cloud = start_fake("bedrock");
  Caller caller(*cloud);
  for (const auto* const id :
       {"openai.gpt-oss-120b-1%3A0", "openai.gpt-oss-120b-1:0",
        "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.openai.gpt-6-sol"})
    EXPECT_EQ(caller.post("/model/" + std::string(id) + "/converse", kHello).status, 200) << id;
  const auto elsewhere = caller.post(
      "/model/arn%3Aaws%3Abedrock%3Aeu-west-1%3A123456789012%3Ainference-profile%2Fus.openai.gpt-6-sol/converse",
      kHello);
  EXPECT_EQ(text(elsewhere.body, {"message"}), "The provided model identifier is invalid.");
}

TEST(FakeBedrock, checks_every_signature) {
  const auto cloud = start_fake("bedrock");
  Caller caller(*cloud);
  caller.use_key("");
  const auto path = std::string("/model/openai.gpt-oss-120b-1%3A0/converse");
  const auto with = [&](const Signing& signing) {
    return caller.post(path, kHello, signed_lines(path, kHello, signing));
  };
  EXPECT_EQ(with({}).status, 200);
  const auto refused = [&](const Signing& signing, std::string_view exception) {
    const auto reply = with(signing);
    EXPECT_EQ(reply.status, 403) << reply.body;
    EXPECT_TRUE(reply.field("x-amzn-errortype").starts_with(exception)) << reply.field("x-amzn-errortype");
  };
  refused({.region = "us-east-2"}, "InvalidSignatureException");
  refused({.service = "bedrock-runtime"}, "InvalidSignatureException");
  refused({.late_s = 400}, "InvalidSignatureException");
  refused({.pair = "AKIAIOSFODNN7EXAMPLE:wrong"}, "InvalidSignatureException");
  refused({.pair = "AKIAUNKNOWN:secret"}, "UnrecognizedClientException");
  EXPECT_EQ(caller.post(path, kHello).field("x-amzn-errortype").substr(0, 34), "MissingAuthenticationTokenExceptio");
  caller.use_key("not-a-key");
  EXPECT_EQ(caller.post(path, kHello).status, 403);
  EXPECT_EQ(caller.post("/openai/v1/chat/completions", "{}").status, 401);
}

TEST(FakeBedrock, tells_the_hosts_apart_by_what_was_signed_for) {
  const auto cloud = start_fake("bedrock");
  Caller caller(*cloud);
  caller.use_key("");
  const std::string path = "/openai/v1/responses";
  const std::string_view bare = R"({"model":"openai.gpt-6-sol","input":"x"})";
  EXPECT_EQ(caller.post(path, bare, signed_lines(path, bare, {.service = "bedrock-mantle"})).status, 200);
  EXPECT_EQ(caller.post(path, bare, signed_lines(path, bare, {.service = "bedrock"})).status, 400);
  caller.use_key("fake-bedrock-key");  // a bearer says nothing: a bare id is mantle's
  EXPECT_EQ(caller.post(path, bare).status, 200);
  const auto runtime = start_fake("bedrock", {.speed = 0, .host = "runtime"});
  EXPECT_EQ(Caller(*runtime).post(path, bare).status, 400);
  caller.use_key("");
  const std::string sure = "/mantle/openai/v1/responses";
  EXPECT_EQ(caller.post(sure, bare, signed_lines(sure, bare, {.service = "bedrock"})).status, 403);
}

TEST(FakeBedrock, plays_its_documented_errors) {
  const auto cloud = start_fake("bedrock");
  Caller caller(*cloud);
  const auto said = [&](std::string_view fault) {
    caller.post("/_fake/faults", fault);
    const auto reply = caller.post(kConverse, kHello);
    const auto type = reply.field("x-amzn-errortype");
    EXPECT_EQ(reply.field("retry-after"), "");
    return std::to_string(reply.status) + " " + type.substr(0, type.find(':'));
  };
  EXPECT_EQ(said("status 429"), "429 ThrottlingException");
  EXPECT_EQ(said("status 429 code=ModelNotReadyException"), "429 ModelNotReadyException");
  EXPECT_EQ(said("status 400 code=ServiceQuotaExceededException"), "400 ServiceQuotaExceededException");
  EXPECT_EQ(said("status 403"), "403 AccessDeniedException");
  EXPECT_EQ(said("status 404"), "404 ResourceNotFoundException");
  EXPECT_EQ(said("status 408"), "408 ModelTimeoutException");
  EXPECT_EQ(said("status 424"), "424 ModelErrorException");
  EXPECT_EQ(said("status 500"), "500 InternalServerException");
  EXPECT_EQ(said("status 503"), "503 ServiceUnavailableException");
}

TEST(FakeBedrock, breaks_its_stream_in_every_way) {
  const auto cloud = start_fake("bedrock");
  Caller caller(*cloud);
  const auto played = [&](std::string_view fault) {
    caller.post("/_fake/faults", fault);
    return events(caller.post(kStream, kHello).body);
  };
  const auto thrown = played("error_event after=2 code=throttlingException message=\"slow down\"");
  ASSERT_EQ(thrown.size(), 3u);
  EXPECT_EQ(thrown.back().type, "throttlingException");
  EXPECT_EQ(thrown.back().payload, R"({"message":"slow down"})");
  EXPECT_EQ(played("no_usage").back().type, "messageStop");
  const auto spoilt = played("corrupt after=2");
  ASSERT_EQ(spoilt.size(), 3u);
  EXPECT_EQ(spoilt.back().type, "fault");
  EXPECT_EQ(played("truncate after=3").size(), 3u);
  caller.post("/_fake/faults", "cut_off after=2");
  const auto cut = caller.post(kConverse, R"({"messages":[{"role":"user","content":[{"text":"x"}]}]})");
  EXPECT_EQ(text(cut.body, {"stopReason"}), "max_tokens");
  EXPECT_EQ(number(cut.body, {"usage", "outputTokens"}), 2);
}

TEST(FakeBedrock, invokes_a_chat_in_its_envelope) {
  const auto cloud = start_fake("bedrock");
  Caller caller(*cloud);
  constexpr std::string_view kBody = R"({"messages":[{"role":"user","content":"x"}],"max_completion_tokens":3})";
  const auto whole = caller.post("/model/openai.gpt-oss-120b-1%3A0/invoke", kBody);
  EXPECT_EQ(text(first_element(whole.at({"choices"})), {"finish_reason"}), "length") << whole.body;
  EXPECT_EQ(whole.field("x-amzn-bedrock-output-token-count"), "3");
  const auto all = events(caller.post("/model/openai.gpt-oss-120b-1%3A0/invoke-with-response-stream", kBody).body);
  ASSERT_EQ(all.size(), 5u);  // role, three deltas, finish
  const auto last = wire::base64_decode(text(all.back().payload, {"bytes"}));
  ASSERT_TRUE(last);
  EXPECT_FALSE(wire::json_check(*last, 16)) << *last;
  EXPECT_EQ(number(*last, {"amazon-bedrock-invocationMetrics", "outputTokenCount"}), 3);
  EXPECT_EQ(caller.post("/model/amazon.nova-pro-v1%3A0/invoke", kBody).status, 400);
}

TEST(FakeBedrock, reasons_and_counts_it) {
  const auto cloud = start_fake("bedrock");
  Caller caller(*cloud);
  const auto reply = caller.post(kConverse, R"({"messages":[{"role":"user","content":[{"text":"think first"}]}]})");
  const auto block = first_element(reply.at({"output", "message", "content"}));
  EXPECT_NE(text(block, {"reasoningContent", "reasoningText", "text"}), "");
}

}  // namespace
}  // namespace fw::fake
