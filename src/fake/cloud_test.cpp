#include "fake/cloud.h"

#include <gtest/gtest.h>

#include <tuple>

#include "fake/caller.h"
#include "wire/hash.h"
#include "wire/json.h"

namespace fw::fake {
namespace {

constexpr std::string_view kChat =
    R"({"model":"gpt-6-sol","messages":[{"role":"user","content":"hello"}],"max_completion_tokens":12})";
constexpr std::string_view kChatStream =
    R"({"model":"gpt-6-sol","messages":[{"role":"user","content":"hello"}],"max_completion_tokens":12,"stream":true,"stream_options":{"include_usage":true}})";

std::string string_token(std::string_view text) { return "\"" + std::string(text) + "\""; }

std::int64_t number(std::string_view json, std::initializer_list<std::string_view> path) {
  return wire::json_int(wire::json_find(json, path).value_or("")).value_or(-1);
}

std::string first_choice(const Reply& reply) { return first_element(reply.at({"choices"})); }

// What a client puts together from a chat stream.
struct Joined {
  std::string text, finish, usage = "null";
  std::int64_t contents = 0;
  bool done = false;
};

Joined join(const std::vector<std::string>& events) {
  Joined j;
  for (const auto& event : events) {
    if (event == "[DONE]") {
      j.done = true;
      continue;
    }
    if (const auto usage = wire::json_find(event, {"usage"}); usage && *usage != "null") j.usage = *usage;
    const auto choice = first_element(wire::json_find(event, {"choices"}).value_or("[]"));
    if (choice.empty()) continue;
    const auto content = wire::json_find(choice, {"delta", "content"});
    if (content && content->size() > 2) {
      ++j.contents;
      j.text += wire::json_text(*content);
    }
    if (const auto f = wire::json_find(choice, {"finish_reason"}); f && *f != "null") j.finish = wire::json_text(*f);
  }
  return j;
}

TEST(FakeCloud, answers_a_chat_and_writes_it_on_its_bill) {
  const auto cloud = start_fake("openai");
  Caller caller(*cloud);
  const auto reply = caller.post("/v1/chat/completions", kChat);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(number(reply.body, {"usage", "prompt_tokens"}), 2 + 4 + 2);
  EXPECT_EQ(number(reply.body, {"usage", "completion_tokens"}), 12);
  EXPECT_EQ(reply.at({"model"}), string_token("gpt-6-sol-2026-09-22"));
  const auto bill = caller.get("/_fake/bill");
  EXPECT_EQ(number(bill.body, {"totals", "input_tokens"}), 8);
  EXPECT_EQ(number(bill.body, {"totals", "output_tokens"}), 12);
  const auto attempt = first_element(bill.at({"attempts"}));
  EXPECT_EQ(wire::json_find(attempt, {"id"}), string_token(reply.field("x-request-id")));
  EXPECT_EQ(wire::json_find(attempt, {"billed"}), "true");
}

TEST(FakeCloud, streams_the_same_answer_with_usage_that_adds_up) {
  for (const auto* const name : {"openai", "azure", "compatible"}) {
    Options options{.speed = 0};
    options.models = {{"gpt-6-sol", ""}};
    const auto cloud = start_fake(name, options);
    Caller caller(*cloud);
    const auto path = cloud->base_url().substr(cloud->base_url().find('/', 8)) + "/chat/completions";
    const auto whole = caller.post(path, kChat);
    const auto stream = caller.post(path, kChatStream);
    const auto joined = join(stream.events());
    EXPECT_TRUE(joined.done) << name;
    EXPECT_EQ(wire::json_find(first_choice(whole), {"message", "content"}), string_token(joined.text)) << name;
    EXPECT_EQ(joined.finish, "length") << name;
    EXPECT_EQ(number(joined.usage, {"completion_tokens"}), joined.contents) << name;
    EXPECT_EQ(number(joined.usage, {"total_tokens"}), 8 + 12) << name;
    EXPECT_EQ(stream.field("content-type"), "text/event-stream; charset=utf-8");
  }
}

TEST(FakeCloud, says_nothing_that_is_not_json) {
  constexpr std::string_view kTools =
      R"("tools":[{"type":"function","function":{"name":"now","parameters":{"type":"object","properties":{"zone":{"type":"string"}}}}}])";
  constexpr std::string_view kFlatTools =
      R"("tools":[{"type":"function","name":"now","parameters":{"type":"object","properties":{"zone":{"type":"string"}}}}])";
  for (const auto* const name : {"openai", "azure", "compatible"}) {
    Options options{.speed = 0};
    options.models = {{"m", ""}};
    options.async_filter = true;
    const auto cloud = start_fake(name, options);
    Caller caller(*cloud);
    const auto base = cloud->base_url().substr(cloud->base_url().find('/', 8));
    for (const bool stream : {false, true})
      for (const auto& [path, prompt, tools] :
           {std::tuple{"/chat/completions", R"("messages":[{"role":"user","content":"two in parallel"}])", kTools},
            std::tuple{"/responses", R"("input":"two in parallel")", kFlatTools},
            std::tuple{"/responses", R"("input":"in words","max_output_tokens":16)",
                       std::string_view(R"("tools":[])")}}) {
        const auto reply =
            caller.post(base + path, std::string(R"({"model":"m","stream":)") + (stream ? "true," : "false,") + prompt +
                                         "," + std::string(tools) + "}");
        ASSERT_EQ(reply.status, 200) << reply.body;
        if (!stream) EXPECT_FALSE(wire::json_check(reply.body, 64)) << name << path << reply.body;
        for (const auto& event : stream ? reply.events() : std::vector<std::string>{})
          EXPECT_TRUE(event == "[DONE]" || !wire::json_check(event, 64)) << name << path << event;
      }
    for (const auto* const page : {"/_fake/bill", "/_fake/requests", "/_fake/faults", "/_fake/about"})
      EXPECT_FALSE(wire::json_check(caller.get(page).body, 64)) << page;
  }
}

TEST(FakeCloud, tells_usage_in_a_stream_only_when_asked) {
  const auto cloud = start_fake("openai");
  Caller caller(*cloud);
  const auto reply = caller.post("/v1/chat/completions",
                                 R"({"model":"gpt-6-sol","stream":true,"messages":[{"role":"user","content":"x"}]})");
  EXPECT_EQ(reply.body.find("usage"), std::string::npos);
}

TEST(FakeCloud, streams_every_choice) {
  const auto cloud = start_fake("openai");
  Caller caller(*cloud);
  const auto reply = caller.post("/v1/chat/completions", R"({"model":"gpt-6-sol","stream":true,"n":2,"max_tokens":3,
      "stream_options":{"include_usage":true},"messages":[{"role":"user","content":"x"}]})");
  EXPECT_NE(reply.body.find(R"("index":1)"), std::string::npos);
  EXPECT_EQ(number(join(reply.events()).usage, {"completion_tokens"}), 6);
}

TEST(FakeCloud, asks_for_a_key_as_each_cloud_does) {
  const auto openai = start_fake("openai");
  Caller a(*openai);
  a.send("GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto missing = a.read();
  EXPECT_EQ(missing.status, 401);
  EXPECT_EQ(missing.at({"error", "code"}), "null");
  a.send("GET /v1/models HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sk-wrong-0123456789\r\n\r\n");
  const auto wrong = a.read();
  EXPECT_EQ(wrong.at({"error", "code"}), string_token("invalid_api_key"));
  EXPECT_EQ(wrong.body.find("sk-wrong-0123456789"), std::string::npos);

  const auto azure = start_fake("azure");
  Caller b(*azure);
  b.send("GET /openai/v1/models HTTP/1.1\r\nHost: x\r\napi-key: no\r\n\r\n");
  EXPECT_EQ(b.read().at({"error", "code"}), string_token("401"));
  b.send("GET /openai/v1/models HTTP/1.1\r\nHost: x\r\napi-key: fake-azure-key\r\n\r\n");
  EXPECT_EQ(b.read().status, 200);

  const auto open = start_fake("compatible");
  Caller c(*open);
  EXPECT_EQ(c.get("/v1/models").status, 200);
  Options keyed{.speed = 0};
  keyed.keys = {"local"};
  const auto closed = start_fake("compatible", keyed);
  Caller d(*closed);
  d.send("GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(d.read().at({"error"}), string_token("Unauthorized"));
}

TEST(FakeCloud, refuses_what_it_does_not_serve) {
  const auto openai = start_fake("openai");
  Caller a(*openai);
  const auto model = a.post("/v1/chat/completions", R"({"model":"gpt-9","messages":[{"role":"user","content":"x"}]})");
  EXPECT_EQ(model.status, 404);
  EXPECT_EQ(model.at({"error", "code"}), string_token("model_not_found"));
  EXPECT_EQ(a.get("/v1/nothing").status, 404);
  EXPECT_EQ(a.get("/v1/chat/completions").status, 405);
  EXPECT_EQ(a.post("/v1/chat/completions", "{\"model\":").status, 400);
  const auto compatible = start_fake("compatible");
  Caller b(*compatible);
  const auto vllm = b.post("/v1/chat/completions", kChat);
  EXPECT_EQ(vllm.at({"error", "type"}), string_token("NotFoundError"));
  EXPECT_EQ(vllm.at({"error", "code"}), "404");
}

TEST(FakeCloud, azure_knows_deployments_versions_and_its_filter) {
  const auto azure = start_fake("azure");
  Caller caller(*azure);
  constexpr std::string_view kAsk =
      R"({"messages":[{"role":"user","content":"hello"}],"max_completion_tokens":2,"stream":true})";
  const std::string classic = "/openai/deployments/sol-prod/chat/completions";
  const auto good = caller.post(classic + "?api-version=2024-10-21", kAsk);
  EXPECT_EQ(good.status, 200);
  EXPECT_NE(good.events().front().find("prompt_filter_results"), std::string::npos);
  EXPECT_FALSE(good.field("apim-request-id").empty());
  EXPECT_EQ(good.field("x-ms-region"), "swedencentral");
  EXPECT_EQ(caller.post(classic, kAsk).status, 404);
  EXPECT_EQ(caller.post(classic + "?api-version=1999-01-01", kAsk).status, 400);
  const auto unknown = caller.post("/openai/deployments/none/chat/completions?api-version=2024-10-21", kAsk);
  EXPECT_EQ(unknown.at({"error", "code"}), string_token("DeploymentNotFound"));
  const auto blocked =
      caller.post("/openai/v1/chat/completions",
                  R"({"model":"sol-prod","messages":[{"role":"user","content":"please trigger the content filter"}]})");
  EXPECT_EQ(blocked.status, 400);
  EXPECT_EQ(blocked.at({"error", "code"}), string_token("content_filter"));
  EXPECT_EQ(blocked.at({"error", "innererror", "code"}), string_token("ResponsibleAIPolicyViolation"));
}

TEST(FakeCloud, counts_its_rate_limit_down_and_then_throttles) {
  Options options{.speed = 0};
  options.requests_per_minute = 2;
  const auto cloud = start_fake("openai", options);
  Caller caller(*cloud);
  const auto first = caller.post("/v1/chat/completions", kChat);
  EXPECT_EQ(first.field("x-ratelimit-limit-requests"), "2");
  EXPECT_EQ(first.field("x-ratelimit-remaining-requests"), "1");
  EXPECT_FALSE(first.field("x-ratelimit-reset-tokens").empty());
  EXPECT_EQ(caller.post("/v1/chat/completions", kChat).status, 200);
  const auto third = caller.post("/v1/chat/completions", kChat);
  EXPECT_EQ(third.status, 429);
  EXPECT_EQ(third.at({"error", "code"}), string_token("rate_limit_exceeded"));
  EXPECT_FALSE(third.field("retry-after-ms").empty());
  EXPECT_EQ(number(caller.get("/_fake/bill").body, {"totals", "billed"}), 2);
}

TEST(FakeCloud, throttles_by_tokens_in_azures_words) {
  Options options{.speed = 0};
  options.tokens_per_minute = 10;
  const auto cloud = start_fake("azure", options);
  Caller caller(*cloud);
  const auto reply = caller.post("/openai/v1/chat/completions",
                                 R"({"model":"sol-prod","messages":[{"role":"user","content":"hello"}]})");
  EXPECT_EQ(reply.status, 429);
  EXPECT_EQ(reply.at({"error", "code"}), string_token("429"));
  EXPECT_EQ(reply.field("x-ratelimit-reset-requests").find_first_not_of("0123456789"), std::string::npos);
}

TEST(FakeCloud, calls_tools_in_streams_too) {
  const auto cloud = start_fake("openai");
  Caller caller(*cloud);
  const auto reply =
      caller.post("/v1/chat/completions",
                  R"({"model":"gpt-6-sol","stream":true,"messages":[{"role":"user","content":"both in parallel"}],
      "tools":[{"type":"function","function":{"name":"now","parameters":{"type":"object","properties":{"zone":{"type":"string"}}}}}]})");
  std::string arguments;
  for (const auto& event : reply.events()) {
    const auto at = event.find(R"("arguments":")");
    if (at != std::string::npos && event.find(R"("index":1,"function")") != std::string::npos) {
      const auto choice = first_element(*wire::json_find(event, {"choices"}));
      const auto call = first_element(*wire::json_find(choice, {"delta", "tool_calls"}));
      arguments += wire::json_text(*wire::json_find(call, {"function", "arguments"}));
    }
  }
  EXPECT_EQ(arguments, R"({\"zone\":\"sample zone\"})");
  EXPECT_EQ(join(reply.events()).finish, "tool_calls");
}

TEST(FakeCloud, keeps_responses_until_they_are_deleted) {
  const auto cloud = start_fake("openai");
  Caller caller(*cloud);
  const auto made = caller.post("/v1/responses", R"({"model":"gpt-6-sol","input":"hello","max_output_tokens":4})");
  EXPECT_EQ(made.at({"status"}), string_token("incomplete"));
  const auto id = std::string(wire::json_text(made.at({"id"})));
  EXPECT_EQ(caller.get("/v1/responses/" + id).body, made.body);
  const auto next =
      caller.post("/v1/responses", R"({"model":"gpt-6-sol","input":"more","previous_response_id":")" + id + "\"}");
  EXPECT_EQ(next.status, 200);
  EXPECT_EQ(number(next.body, {"usage", "input_tokens"}), 2 + 4 + 1 + (8 + 4));
  EXPECT_EQ(caller.post("/v1/responses/" + id + "/cancel", "").status, 400);
  EXPECT_EQ(caller.del("/v1/responses/" + id).at({"deleted"}), "true");
  EXPECT_EQ(caller.get("/v1/responses/" + id).status, 404);
  const auto lost =
      caller.post("/v1/responses", R"({"model":"gpt-6-sol","input":"x","previous_response_id":"resp_none"})");
  EXPECT_EQ(lost.at({"error", "code"}), string_token("previous_response_not_found"));
  const auto unstored = caller.post("/v1/responses", R"({"model":"gpt-6-sol","input":"x","store":false})");
  EXPECT_EQ(caller.get("/v1/responses/" + std::string(wire::json_text(unstored.at({"id"})))).status, 404);
}

TEST(FakeCloud, runs_responses_in_the_background_until_cancelled) {
  Options slow{.speed = 1};
  slow.first_token_ms = 600'000;
  const auto cloud = start_fake("openai", slow);
  Caller caller(*cloud);
  const auto made = caller.post("/v1/responses", R"({"model":"gpt-6-sol","input":"x","background":true})");
  EXPECT_EQ(made.at({"status"}), string_token("queued"));
  const auto path = "/v1/responses/" + std::string(wire::json_text(made.at({"id"})));
  EXPECT_EQ(caller.get(path).at({"status"}), string_token("queued"));
  EXPECT_EQ(caller.post(path + "/cancel", "").at({"status"}), string_token("cancelled"));
  EXPECT_EQ(caller.get(path).at({"status"}), string_token("cancelled"));
}

TEST(FakeCloud, streams_a_response_whose_parts_agree) {
  const auto cloud = start_fake("openai");
  Caller caller(*cloud);
  const auto reply = caller.post("/v1/responses", R"({"model":"gpt-6-sol","input":"hello","stream":true})");
  std::string text;
  std::int64_t sequence = 0;
  std::int64_t deltas = 0;
  const auto events = reply.events();
  for (const auto& event : events) {
    EXPECT_EQ(number(event, {"sequence_number"}), sequence++);
    if (wire::json_find(event, {"type"}) != string_token("response.output_text.delta")) continue;
    text += wire::json_text(*wire::json_find(event, {"delta"}));
    ++deltas;
  }
  EXPECT_EQ(number(events.back(), {"response", "usage", "output_tokens"}), deltas);
  EXPECT_NE(events.back().find("\"text\":" + string_token(text)), std::string::npos);
}

TEST(FakeCloud, embeds_the_same_vector_in_both_encodings) {
  const auto cloud = start_fake("openai");
  Caller caller(*cloud);
  const auto floats =
      caller.post("/v1/embeddings", R"({"model":"text-embedding-3-small","input":"hello","dimensions":2})");
  const auto base64 =
      caller.post("/v1/embeddings",
                  R"({"model":"text-embedding-3-small","input":"hello","dimensions":2,"encoding_format":"base64"})");
  const auto entry = first_element(floats.at({"data"}));
  std::string bytes;
  wire::JsonArray values(*wire::json_find(entry, {"embedding"}), 16);
  wire::JsonMember value;
  while (values.next(value)) {
    const float f = std::strtof(std::string(value.value).c_str(), nullptr);
    bytes.append(reinterpret_cast<const char*>(&f), sizeof f);
  }
  EXPECT_EQ(bytes.size(), 8u);
  // Eight digits of a number are not all of its bits, so the beginnings are compared.
  EXPECT_NE(base64.body.find("\"embedding\":\"" + wire::base64(bytes).substr(0, 2)), std::string::npos) << base64.body;
  EXPECT_EQ(number(floats.body, {"usage", "total_tokens"}), 2);
  EXPECT_EQ(caller.post("/v1/embeddings", R"({"model":"text-embedding-3-small","input":[]})").status, 400);
}

TEST(FakeCloud, counts_a_prompt_it_has_seen_as_cached) {
  const auto cloud = start_fake("openai");
  Caller caller(*cloud);
  const auto body = R"({"model":"gpt-6-sol","max_tokens":1,"messages":[{"role":"user","content":")" +
                    std::string(6'000, 'x') + "\"}]}";
  const auto first = caller.post("/v1/chat/completions", body);
  EXPECT_EQ(number(first.body, {"usage", "prompt_tokens_details", "cache_write_tokens"}), 1'408);
  const auto second = caller.post("/v1/chat/completions", body);
  EXPECT_EQ(number(second.body, {"usage", "prompt_tokens_details", "cached_tokens"}), 1'408);
  EXPECT_EQ(number(caller.get("/_fake/bill").body, {"totals", "cached_tokens"}), 1'408);
}

TEST(FakeCloud, keeps_requests_as_they_came_without_their_secrets) {
  const auto cloud = start_fake("openai");
  Caller caller(*cloud);
  caller.post("/v1/chat/completions?x=1", kChat, "X-Odd: \t kept \r\n");
  const auto requests = caller.get("/_fake/requests?last=1");
  EXPECT_NE(requests.body.find(R"("target":"/v1/chat/completions?x=1")"), std::string::npos);
  EXPECT_NE(requests.body.find(R"(["X-Odd","kept"])"), std::string::npos);
  EXPECT_NE(requests.body.find(R"(["Authorization","***"])"), std::string::npos);
  const auto entry = first_element(requests.at({"requests"}));
  std::string body;
  wire::json_unescape(wire::json_text(*wire::json_find(entry, {"body"})), body);
  EXPECT_EQ(body, kChat);
}

}  // namespace
}  // namespace fw::fake
