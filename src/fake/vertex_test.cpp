// The fake Google Cloud over a socket: its three surfaces, sign-in, refusals.
#include <gtest/gtest.h>

#include "fake/caller.h"
#include "fake/minted.h"
#include "wire/json.h"

namespace fw::fake {
namespace {

const std::string kBase = "/v1/projects/fake-project/locations/";
const std::string kGenerate = kBase + "us-central1/publishers/google/models/gemini-2.5-flash:generateContent";
const std::string kGenerateStream =
    kBase + "us-central1/publishers/google/models/gemini-2.5-flash:streamGenerateContent";
const std::string kResponses = kBase + "global/publishers/openai/v1/responses";
const std::string kChat = kBase + "us-central1/endpoints/openapi/chat/completions";
constexpr std::string_view kHello =
    R"({"contents":[{"role":"user","parts":[{"text":"hello"}]}],"generationConfig":{"maxOutputTokens":6}})";

std::string text(std::string_view json, std::initializer_list<std::string_view> path) {
  return std::string(wire::json_text(wire::json_find(json, path).value_or("")));
}
std::int64_t number(std::string_view json, std::initializer_list<std::string_view> path) {
  return wire::json_int(wire::json_find(json, path).value_or("")).value_or(-1);
}
std::string part_of(std::string_view answer) {
  const auto candidate = first_element(wire::json_find(answer, {"candidates"}).value_or("[]"));
  return first_element(wire::json_find(candidate, {"content", "parts"}).value_or("[]"));
}

TEST(FakeVertex, generates_content) {
  const auto cloud = start_fake("vertex");
  Caller caller(*cloud);
  const auto reply = caller.post(kGenerate, kHello);
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_FALSE(wire::json_check(reply.body, 32)) << reply.body;
  EXPECT_EQ(text(first_element(reply.at({"candidates"})), {"finishReason"}), "MAX_TOKENS");
  EXPECT_EQ(number(reply.body, {"usageMetadata", "promptTokenCount"}), 2 + 4 + 2);
  EXPECT_EQ(number(reply.body, {"usageMetadata", "candidatesTokenCount"}), 6);
  EXPECT_EQ(text(reply.body, {"usageMetadata", "trafficType"}), "ON_DEMAND");
}

TEST(FakeVertex, streams_as_events_and_as_an_array) {
  const auto cloud = start_fake("vertex");
  Caller caller(*cloud);
  const auto whole = caller.post(kGenerate, kHello);
  const auto sse = caller.post(kGenerateStream + "?alt=sse", kHello);
  EXPECT_EQ(sse.field("content-type"), "text/event-stream");
  std::string said;
  std::int64_t counted = 0;
  for (const auto& e : sse.events()) {
    ASSERT_FALSE(wire::json_check(e, 32)) << e;
    said += text(part_of(e), {"text"});
    EXPECT_GE(number(e, {"usageMetadata", "candidatesTokenCount"}), counted);  // cumulative
    counted = number(e, {"usageMetadata", "candidatesTokenCount"});
  }
  EXPECT_EQ(said, text(part_of(whole.body), {"text"}));
  EXPECT_EQ(counted, 6);
  const auto array = caller.post(kGenerateStream, kHello);
  EXPECT_EQ(array.field("content-type"), "application/json; charset=UTF-8");
  EXPECT_FALSE(wire::json_check(array.body, 32)) << array.body;
  said.clear();
  wire::JsonArray pieces(array.body, 32);
  wire::JsonMember m;
  while (pieces.next(m)) said += text(part_of(m.value), {"text"});
  EXPECT_EQ(said, text(part_of(whole.body), {"text"}));
}

TEST(FakeVertex, calls_functions_and_wants_their_responses) {
  const auto cloud = start_fake("vertex");
  Caller caller(*cloud);
  const std::string tools =
      R"("tools":[{"functionDeclarations":[{"name":"now","parametersJsonSchema":{"type":"object","properties":{"tz":{"type":"string"}}}}]}])";
  const auto called =
      caller.post(kGenerate, R"({"contents":[{"role":"user","parts":[{"text":"time?"}]}],)" + tools + "}");
  EXPECT_EQ(wire::json_find(part_of(called.body), {"functionCall", "args"}), R"({"tz":"sample tz"})") << called.body;
  EXPECT_EQ(text(first_element(called.at({"candidates"})), {"finishReason"}), "STOP");
  const std::string turn =
      R"({"role":"user","parts":[{"text":"x"}]},{"role":"model","parts":[{"functionCall":{"name":"now","args":{}}}]})";
  EXPECT_EQ(
      caller.post(kGenerate, R"({"contents":[)" + turn + R"(,{"role":"user","parts":[{"text":"y"}]}],)" + tools + "}")
          .status,
      400);
  const auto answered = caller.post(
      kGenerate, R"({"contents":[)" + turn +
                     R"(,{"role":"user","parts":[{"functionResponse":{"name":"now","response":{"result":"12"}}}]}],)" +
                     tools + "}");
  EXPECT_NE(text(part_of(answered.body), {"text"}), "") << answered.body;
  const auto three = kBase + "global/publishers/google/models/gemini-3-pro:generateContent";
  const auto unsigned_call =
      caller.post(three, R"({"contents":[)" + turn +
                             R"(,{"role":"user","parts":[{"functionResponse":{"name":"now","response":{}}}]}]})");
  EXPECT_NE(unsigned_call.body.find("thought_signature"), std::string::npos) << unsigned_call.body;
}

TEST(FakeVertex, refuses_what_it_does_not_know) {
  const auto cloud = start_fake("vertex");
  Caller caller(*cloud);
  const auto unknown =
      caller.post(kGenerate, R"({"contents":[{"role":"user","parts":[{"text":"x"}]}],"temperature":1})");
  EXPECT_EQ(unknown.status, 400);
  EXPECT_EQ(text(unknown.body, {"error", "status"}), "INVALID_ARGUMENT");
  EXPECT_NE(unknown.body.find("Unknown name"), std::string::npos);
  EXPECT_EQ(caller.post(kGenerate, R"({"contents":[]})").status, 400);
  EXPECT_EQ(caller.post(kGenerate, R"({"contents":[{"role":"assistant","parts":[{"text":"x"}]}]})").status, 400);
  EXPECT_EQ(caller.post(kBase + "us-central1/publishers/google/models/gemini-0:generateContent", kHello).status, 404);
  EXPECT_EQ(caller
                .post("/v1/projects/another/locations/global/publishers/google/models/gemini-2.5-flash:generateContent",
                      kHello)
                .status,
            403);
  EXPECT_EQ(caller.post(kBase + "mars/publishers/google/models/gemini-2.5-flash:generateContent", kHello).status, 400);
  EXPECT_EQ(caller.post("/elsewhere", "{}").status, 404);
}

TEST(FakeVertex, takes_names_as_the_proto_spells_them) {
  const auto cloud = start_fake("vertex");
  Caller caller(*cloud);
  const auto reply = caller.post(
      kGenerate,
      R"({"contents":[{"role":"user","parts":[{"text":"x"}]}],"generation_config":{"max_output_tokens":9},"tools":[{"function_declarations":[{"name":"now","parameters_json_schema":{"type":"object","properties":{"tz":{"type":"string"}}}}]}]})");
  EXPECT_EQ(wire::json_find(part_of(reply.body), {"functionCall", "args"}), R"({"tz":"sample tz"})") << reply.body;
}

TEST(FakeVertex, tells_a_blocked_prompt_without_a_candidate) {
  const auto cloud = start_fake("vertex");
  Caller caller(*cloud);
  const auto reply =
      caller.post(kGenerate, R"({"contents":[{"role":"user","parts":[{"text":"trigger the content filter"}]}]})");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.at({"candidates"}), "[]");
  EXPECT_EQ(text(reply.body, {"promptFeedback", "blockReason"}), "PROHIBITED_CONTENT");
}

TEST(FakeVertex, speaks_responses_for_gpt_and_chat_for_the_rest) {
  const auto cloud = start_fake("vertex");
  Caller caller(*cloud);
  EXPECT_EQ(caller.post(kResponses, R"({"model":"gpt-6-luna","input":"x","store":false})").status, 200);
  EXPECT_EQ(caller.post(kResponses, R"({"model":"gpt-6-luna","input":"x","store":true})").status, 400);
  EXPECT_EQ(
      caller.post(kBase + "us-central1/publishers/openai/v1/responses", R"({"model":"gpt-6-luna","input":"x"})").status,
      404);
  EXPECT_EQ(caller.post(kResponses, R"({"model":"gpt-6-luna","input":"x"})", "OpenAI-Project: p\r\n").status, 400);
  const auto chat = caller.post(
      kChat,
      R"({"model":"openai/gpt-oss-120b-maas","stream":true,"max_tokens":2,"messages":[{"role":"user","content":"x"}]})");
  const auto events = chat.events();
  ASSERT_GT(events.size(), 2u) << chat.body;
  EXPECT_EQ(events.back(), "[DONE]");
  EXPECT_EQ(text(events[events.size() - 2], {"usage", "extra_properties", "google", "traffic_type"}), "ON_DEMAND");
  EXPECT_EQ(number(events[events.size() - 2], {"usage", "completion_tokens"}), 2);
}

TEST(FakeVertex, throttles_without_saying_for_how_long) {
  const auto cloud = start_fake("vertex");
  Caller caller(*cloud);
  caller.post("/_fake/faults", "status 429 retry_after_ms=500; status 503 wrapped=true");
  const auto reply = caller.post(kGenerate, kHello);
  EXPECT_EQ(reply.status, 429);
  EXPECT_EQ(reply.field("retry-after"), "");
  EXPECT_EQ(text(reply.body, {"error", "status"}), "RESOURCE_EXHAUSTED");
  const auto wrapped = caller.post(kGenerate, kHello);
  EXPECT_EQ(text(first_element(wrapped.body), {"error", "status"}), "UNAVAILABLE") << wrapped.body;
  caller.post("/_fake/faults", "error_event after=2 status=503");
  const auto events = caller.post(kGenerateStream + "?alt=sse", kHello).events();
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(number(events.back(), {"error", "code"}), 503);
  caller.post("/_fake/faults", "no_usage");
  EXPECT_EQ(caller.post(kGenerate, kHello).body.find("usageMetadata"), std::string::npos);
}

TEST(FakeVertex, wants_a_token_of_googles) {
  const auto cloud = start_fake("vertex");
  Caller caller(*cloud);
  IdMint ids(3);
  timespec t{};
  clock_gettime(CLOCK_REALTIME, &t);
  const auto token = [&](std::string_view issuer, std::string_view scope, std::int64_t lasts_s) {
    return "ya29." +
           mint({std::string(issuer), std::string(scope), "s", t.tv_sec * 1'000'000'000, t.tv_sec + lasts_s}, ids);
  };
  const auto status = [&](std::string key) {
    caller.use_key(std::move(key));
    return caller.post(kGenerate, kHello).status;
  };
  constexpr std::string_view kScope = "https://www.googleapis.com/auth/cloud-platform";
  EXPECT_EQ(status(token(kGoogleIssuer, kScope, 60)), 200);
  EXPECT_EQ(status(token(kGoogleIssuer, kScope, -1)), 401);
  EXPECT_EQ(status(token(kGoogleIssuer, "https://www.googleapis.com/auth/drive", 60)), 401);
  EXPECT_EQ(status(token(kEntraIssuer, kScope, 60)), 401);
  EXPECT_EQ(status("ya29.nonsense"), 401);
  EXPECT_EQ(status(""), 401);
  const auto good = token(kGoogleIssuer, kScope, 60);
  EXPECT_EQ(caller.post("/_fake/standing", R"({"revoke":true})").status, 200);
  EXPECT_EQ(status(good), 401);
}

}  // namespace
}  // namespace fw::fake
