#include "gateway/exchange.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gateway/rig.h"
#include "wire/json.h"

namespace fw::gateway {
namespace {

using ::testing::Test;

std::string chunk(std::string_view content) {
  return fmt::format("data: {{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{}\"}}}}]}}\n\n", content);
}
constexpr std::string_view kUsageChunk =
    "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2,\"total_tokens\":7}}\n\n";
constexpr std::string_view kDone = "data: [DONE]\n\n";
constexpr std::string_view kAsk = R"({"model":"gpt","messages":[{"role":"user","content":"hi"}]})";
constexpr std::string_view kAskStream = R"({"model":"gpt","stream":true,"messages":[{"role":"user","content":"hi"}]})";

std::string body_of(std::string_view message) { return std::string(message.substr(message.find("\r\n\r\n") + 4)); }

std::string error_code(std::string_view message) {
  const auto body = body_of(message);
  const auto code = wire::json_find(body, {"error", "code"});
  return code ? std::string(wire::json_text(*code)) : "";
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

// Every attempt is settled, nothing is held, and there is one record per exchange.
void expect_settled(const Rig& rig) {
  EXPECT_EQ(rig.core->counts.exchanges_open, 0u);
  for (const auto& r : rig.core->records.newest(100))
    for (const auto& a : r.attempts) EXPECT_NE(a.state, ledger::AttemptState::open);
  for (const auto& key : rig.shared->keys->keys()) {
    const auto n = key->concurrent_max;
    std::size_t taken = 0;
    while (taken < n && key->permits->take()) ++taken;
    EXPECT_EQ(taken, n) << "a permit was not given back";
    while (taken-- > 0) key->permits->give();
  }
}

}  // namespace

TEST(Exchange, forwards_the_clients_bytes_around_the_model_name) {
  Rig rig;
  rig.plays.push_back({.answer = json_answer(kChatAnswer)});
  const auto answer = rig.ask(chat_request(R"({ "x-unknown" : 1.50e+00, "model":"gpt" ,"messages":[{"role":"user","content":"\u00e4"}],"zz":[1,2] })"));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
  EXPECT_EQ(body_of(answer), kChatAnswer);
  ASSERT_EQ(rig.received.size(), 1u);
  EXPECT_EQ(body_of(rig.received[0]), R"({ "x-unknown" : 1.50e+00, "model":"gpt-one" ,"messages":[{"role":"user","content":"\u00e4"}],"zz":[1,2] })");
  EXPECT_TRUE(has(rig.received[0], "sk-cloud-one-secret"));
  EXPECT_FALSE(has(rig.received[0], "sk-team-a"));
  EXPECT_TRUE(has(answer, "x-fairway-cost-usd: 0.000014\r\n")) << answer;
  EXPECT_EQ(rig.last().attempts.at(0).state, ledger::AttemptState::settled_exact);
  expect_settled(rig);
}

TEST(Exchange, pipelined_requests_are_answered_in_order_on_one_upstream_connection) {
  Rig rig;
  rig.plays.push_back({.answer = json_answer(kChatAnswer)});
  const auto one = chat_request(kAsk);
  const auto answer = rig.ask(one + one + "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n" + one);
  EXPECT_EQ(rig.received.size(), 3u);
  EXPECT_EQ(rig.dialled.size(), 1u);
  const auto second = answer.find("HTTP/1.1 404");
  ASSERT_NE(second, answer.npos);
  EXPECT_NE(answer.find("HTTP/1.1 200", second), answer.npos);
  expect_settled(rig);
}

TEST(Exchange, what_another_place_can_mend_goes_there) {
  for (const int status : {408, 429, 500, 502, 503, 504, 529}) {
    Rig rig;
    rig.plays.push_back({.answer = json_answer(R"({"error":{"message":"no","type":"x","param":null,"code":null}})", status)});
    rig.plays.push_back({.answer = json_answer(kChatAnswer)});
    const auto answer = rig.ask(chat_request(kAsk));
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << status << answer;
    EXPECT_TRUE(has(answer, "x-fairway-attempts: 2\r\nx-fairway-cost-usd") || has(answer, "x-fairway-attempts: 2\r\n"));
    EXPECT_TRUE(has(answer, "x-fairway-deployment: two\r\n"));
    EXPECT_EQ(rig.last().attempts.size(), 2u);
    expect_settled(rig);
  }
}

TEST(Exchange, a_400_stays_where_it_is_and_is_told_in_the_clouds_words) {
  Rig rig;
  const std::string words = R"({"error":{"message":"bad temperature, key sk-cloud-one-secret","type":"invalid_request_error","param":"temperature","code":"invalid_value"}})";
  rig.plays.push_back({.answer = json_answer(words, 400)});
  rig.plays.push_back({.answer = json_answer(kChatAnswer)});
  const auto answer = rig.ask(chat_request(kAsk));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
  EXPECT_TRUE(has(answer, "bad temperature, key ***"));
  EXPECT_TRUE(has(answer, "x-should-retry: false\r\n"));
  EXPECT_EQ(rig.received.size(), 1u);
  EXPECT_EQ(rig.last().attempts.at(0).state, ledger::AttemptState::refused_unbilled);
}

TEST(Exchange, a_400_that_the_request_does_not_explain_gets_a_second_opinion) {
  Rig rig;
  const std::string lie = R"({"error":{"message":"The requested operation is not supported.","type":"invalid_request_error","param":null,"code":"bad_request"}})";
  rig.plays.push_back({.answer = json_answer(lie, 400)});
  rig.plays.push_back({.answer = json_answer(kChatAnswer)});
  const auto answer = rig.ask(chat_request(kAsk));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
  EXPECT_EQ(rig.dialled, (std::vector<std::string>{"one.test", "two.test"}));
  EXPECT_EQ(rig.last().attempts.size(), 2u);
}

TEST(Exchange, two_clouds_that_agree_are_believed) {
  Rig rig;
  const std::string words = R"({"error":{"message":"Something is wrong.","type":"invalid_request_error","param":null,"code":null}})";
  for (int i = 0; i < 2; ++i) rig.plays.push_back({.answer = json_answer(words, 400)});
  const auto answer = rig.ask(chat_request(kAsk));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
  EXPECT_TRUE(has(answer, "Something is wrong."));
  EXPECT_EQ(rig.received.size(), 2u);
}

TEST(Exchange, a_refusal_nobody_disproved_is_told_whatever_failed_after_it) {
  Rig rig;
  const std::string words = R"({"error":{"message":"Something is wrong.","type":"invalid_request_error","param":"model","code":null}})";
  rig.plays.push_back({.answer = json_answer(words, 400)});
  rig.plays.push_back({.answer = json_answer("{}", 503)});
  const auto answer = rig.ask(chat_request(kAsk));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
  EXPECT_TRUE(has(answer, "Something is wrong."));
}

TEST(Exchange, when_all_fail_the_answer_names_each_and_forbids_retrying) {
  Rig rig;
  rig.plays.push_back({.answer = json_answer(R"({"error":{"message":"boom"}})", 500)});
  rig.plays.push_back({.answer = {}, .refuse_connection = true});
  const auto answer = rig.ask(chat_request(kAsk));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 502 ")) << answer;
  EXPECT_EQ(error_code(answer), "all_deployments_failed");
  EXPECT_TRUE(has(answer, "x-should-retry: false\r\n"));
  EXPECT_TRUE(has(answer, "one: server_error (HTTP 500), boom")) << answer;
  EXPECT_TRUE(has(answer, "two: unreachable"));
  EXPECT_EQ(rig.last().attempts.at(1).state, ledger::AttemptState::not_sent);
  expect_settled(rig);
}

TEST(Exchange, all_throttled_is_429_with_the_shortest_wait) {
  Rig rig;
  const std::string words = R"({"error":{"message":"slow","type":"tokens","param":null,"code":"rate_limit_exceeded"}})";
  rig.plays.push_back({.answer = json_answer(words, 429, "retry-after: 7\r\n")});
  rig.plays.push_back({.answer = json_answer(words, 429, "retry-after-ms: 2500\r\n")});
  const auto answer = rig.ask(chat_request(kAsk));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 429 ")) << answer;
  EXPECT_TRUE(has(answer, "retry-after: 3\r\nretry-after-ms: 2500\r\n")) << answer;
}

TEST(Exchange, all_timed_out_is_504_and_ambiguous_in_the_books) {
  Rig rig;
  rig.plays.push_back({.answer = {}, .hang = true});
  rig.plays.push_back({.answer = {}, .hang = true});
  const auto answer = rig.ask(chat_request(kAsk));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 504 ")) << answer;
  const auto r = rig.last();
  ASSERT_EQ(r.attempts.size(), 2u);
  EXPECT_EQ(r.attempts[0].state, ledger::AttemptState::ambiguous);
  EXPECT_EQ(r.attempts[0].cost_low->usd(), "0");
  EXPECT_GT(r.attempts[0].cost_high->units(), 0);
  expect_settled(rig);
}

TEST(Exchange, a_stream_is_relayed_and_its_uninvited_usage_chunk_removed) {
  Rig rig;
  const auto events = chunk("a") + chunk("b") + std::string(kUsageChunk) + std::string(kDone);
  rig.plays.push_back({.answer = sse_answer(events)});
  const auto answer = rig.ask(chat_request(kAskStream));
  EXPECT_TRUE(has(answer, chunk("a") + chunk("b"))) << answer;
  EXPECT_FALSE(has(answer, "prompt_tokens"));
  EXPECT_TRUE(has(answer, std::string(kDone) + "\r\n0\r\n\r\n"));
  EXPECT_TRUE(has(rig.received[0], R"("stream_options":{"include_usage":true})"));
  const auto r = rig.last();
  EXPECT_EQ(r.usage.input, 5);
  EXPECT_EQ(r.usage.output, 2);
  EXPECT_EQ(r.cost->usd(), "0.000009");
  EXPECT_EQ(r.attempts.at(0).price_row.view(), "config");
}

TEST(Exchange, a_stream_that_fails_before_its_first_event_is_served_elsewhere) {
  Rig rig;
  rig.plays.push_back({.answer = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n", .reset = true});
  rig.plays.push_back({.answer = sse_answer(chunk("a") + std::string(kUsageChunk) + std::string(kDone))});
  const auto answer = rig.ask(chat_request(kAskStream));
  EXPECT_TRUE(has(answer, "x-fairway-deployment: two\r\n")) << answer;
  EXPECT_TRUE(has(answer, kDone));
  expect_settled(rig);
}

TEST(Exchange, nothing_is_tried_again_after_the_first_event) {
  Rig rig;
  auto cut = sse_answer(chunk("a") + chunk("b"));
  cut.resize(cut.size() - 5);
  rig.plays.push_back({.answer = cut, .reset = true});
  rig.plays.push_back({.answer = json_answer(kChatAnswer)});
  const auto answer = rig.ask(chat_request(kAskStream));
  EXPECT_TRUE(has(answer, "\"code\":\"stream_truncated\"")) << answer;
  EXPECT_FALSE(has(answer, "[DONE]"));
  EXPECT_TRUE(answer.ends_with("0\r\n\r\n"));
  EXPECT_EQ(rig.dialled.size(), 1u);
  EXPECT_EQ(rig.last().attempts.at(0).state, ledger::AttemptState::settled_estimated);
  EXPECT_TRUE(rig.last().outcome == ledger::ShortText<40>("stream_truncated"));
  expect_settled(rig);
}

TEST(Exchange, a_silent_stream_ends_with_stream_timeout) {
  Rig rig;
  auto cut = sse_answer(chunk("a"));
  cut.resize(cut.size() - 5);
  rig.plays.push_back({.answer = cut, .hang = true});
  const auto answer = rig.ask(chat_request(kAskStream));
  EXPECT_TRUE(has(answer, "\"code\":\"stream_timeout\"")) << answer;
  expect_settled(rig);
}

TEST(Exchange, a_client_that_leaves_closes_the_upstream_within_a_second) {
  Rig rig;
  auto open = sse_answer(chunk("a"));
  open.resize(open.size() - 5);
  rig.plays.push_back({.answer = open, .hang = true});
  const auto start = rig.loop.now();
  rig.ask_and_leave(chat_request(kAskStream), 100);
  EXPECT_LT(rig.closed_at.at(0).ms_since(start), 1100);
  const auto r = rig.last();
  EXPECT_TRUE(r.client_left);
  EXPECT_EQ(r.attempts.at(0).state, ledger::AttemptState::settled_estimated);
  EXPECT_GT(r.attempts.at(0).cost->units(), 0);
  expect_settled(rig);
}

TEST(Exchange, a_dead_kept_connection_is_replaced_at_the_same_place) {
  Rig rig;
  rig.plays.push_back({.answer = json_answer(kChatAnswer), .fail_in = 4});
  rig.plays.push_back({.answer = json_answer(kChatAnswer)});
  const auto one = chat_request(kAsk);
  const auto answer = rig.ask(one + one);
  EXPECT_EQ(rig.dialled, (std::vector<std::string>{"one.test", "one.test"}));
  EXPECT_FALSE(has(answer, "HTTP/1.1 502"));
  expect_settled(rig);
}

TEST(Exchange, every_failing_operation_ends_defined_and_settled) {
  for (const auto* ask : {&kAsk, &kAskStream}) {
    for (const std::size_t drip : {std::size_t{1}, std::size_t{7}, SIZE_MAX}) {
      bool fired = true;
      for (int n = 0; fired; ++n) {
        ASSERT_LT(n, 5000);
        Rig rig;
        const auto events = sse_answer(chunk("a") + chunk("b") + std::string(kUsageChunk) + std::string(kDone));
        rig.plays.push_back({.answer = ask == &kAsk ? json_answer(kChatAnswer) : events, .fail_in = n, .drip = drip});
        const auto answer = rig.ask(chat_request(*ask));
        fired = rig.fired;
        ASSERT_TRUE(answer.starts_with("HTTP/1.1 200 ") || answer.starts_with("HTTP/1.1 502 ")) << n << answer;
        ASSERT_EQ(rig.core->records.newest(10).size(), 1u);
        if (answer.starts_with("HTTP/1.1 200 ") && ask == &kAskStream)
          ASSERT_NE(has(answer, "[DONE]"), has(answer, "stream_truncated")) << n << answer;
        if (!fired) EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
        expect_settled(rig);
      }
    }
  }
}

TEST(Exchange, refuses_with_the_words_of_the_table) {
  struct Case {
    std::string request;
    int status;
    std::string_view code;
  };
  const std::string head = "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sk-team-a-0123456789\r\n";
  const Case cases[]{
      {chat_request(kAsk, "sk-wrong-key-000000"), 401, "invalid_api_key"},
      {chat_request(R"({"model":"gtp","messages":[]})"), 404, "model_not_found"},
      {chat_request(R"({"model":"gpt","model":"gpt","messages":[]})"), 400, "duplicate_key"},
      {chat_request(R"({"mod\u0065l":"gpt","messages":[]})"), 400, "escaped_key"},
      {chat_request(R"({"model":"gpt",)"), 400, "invalid_json"},
      {chat_request("[]"), 400, "not_an_object"},
      {chat_request(kAsk, "sk-team-a-0123456789", "/v1/chat/completion"), 404, "unknown_url"},
      {chat_request(kAsk, "sk-team-a-0123456789", "//v1/chat/completions"), 404, "unknown_url"},
      {"GET /v1/chat/completions HTTP/1.1\r\nHost: x\r\n\r\n", 405, "method_not_allowed"},
      {head + "\r\n", 411, "length_required"},
      {head + "content-type: text/plain\r\ncontent-length: 2\r\n\r\n{}", 415, "unsupported_media_type"},
      {head + "content-length: 999999999\r\n\r\n", 413, "request_too_large"},
      {head + "content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n", 400, "malformed_request"},
      {head + "upgrade: websocket\r\nconnection: upgrade\r\n\r\n", 400, "upgrade_refused"},
  };
  for (const auto& c : cases) {
    Rig rig;
    const auto answer = rig.ask(c.request);
    EXPECT_TRUE(answer.starts_with(fmt::format("HTTP/1.1 {} ", c.status))) << c.code << "\n" << answer;
    EXPECT_EQ(error_code(answer), c.code) << answer;
    EXPECT_TRUE(has(answer, "x-request-id: req_")) << answer;
    EXPECT_EQ(rig.dialled.size(), 0u);
    expect_settled(rig);
  }
}

TEST(Exchange, a_stored_response_belongs_to_the_tenant_that_made_it) {
  Rig rig;
  const std::string stored = R"({"id":"resp_1","object":"response","status":"completed","output":[],"usage":{"input_tokens":1,"output_tokens":1,"total_tokens":2}})";
  rig.plays.push_back({.answer = json_answer(stored)});
  const auto made = rig.ask(chat_request(R"({"model":"gpt","input":"hi"})", "sk-team-a-0123456789", "/v1/responses"));
  EXPECT_EQ(body_of(made), stored);
  const auto get = [](std::string_view key) {
    return fmt::format("GET /v1/responses/resp_1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n", key);
  };
  rig.plays.push_back({.answer = json_answer(stored)});
  EXPECT_TRUE(rig.ask(get("sk-team-a-0123456789")).starts_with("HTTP/1.1 200 "));
  EXPECT_TRUE(has(rig.received.back(), "GET /v1/responses/resp_1 HTTP/1.1\r\n")) << rig.received.back();
  const auto others = rig.ask(get("sk-team-b-0123456789"));
  EXPECT_TRUE(others.starts_with("HTTP/1.1 404 ")) << others;
  const auto leaning = rig.ask(chat_request(R"({"model":"gpt","input":"hi","previous_response_id":"resp_1"})", "sk-team-b-0123456789", "/v1/responses"));
  EXPECT_TRUE(leaning.starts_with("HTTP/1.1 400 ")) << leaning;
  expect_settled(rig);
}

TEST(Exchange, residency_is_closed_and_says_so) {
  Rig rig("policies: { default: { residency: [on-premises] } }\n");
  const auto answer = rig.ask(chat_request(kAsk));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 403 ")) << answer;
  EXPECT_EQ(error_code(answer), "residency_unsatisfiable");
}

TEST(Exchange, names_what_another_dialect_cannot_carry_and_cuts_the_list) {
  Rig rig("policies: { default: { lossy: allow } }\nlog: { level: warn }\n", "dialects: [responses]");
  std::string many;
  for (int i = 0; i < 200; ++i) many += fmt::format(R"("field_{}\u007f\u00e4":1,)", i);
  rig.plays.push_back({.answer = json_answer(kResponse)});
  const auto answer = rig.ask(chat_request("{" + many + R"("seed":1,"model":"gpt","messages":[{"role":"user","content":"x"}]})"));
  ASSERT_TRUE(answer.starts_with("HTTP/1.1 200")) << answer;
  const auto at = answer.find("x-fairway-dropped: seed, field_0");
  ASSERT_NE(at, answer.npos) << answer;
  const auto line = answer.substr(at, answer.find("\r\n", at) - at);
  EXPECT_LT(line.size(), 1'200u);
  EXPECT_TRUE(line.ends_with("and-more")) << line;
  EXPECT_NE(rig.received.at(0).find("POST /v1/responses HTTP/1.1"), std::string::npos);
  EXPECT_NE(answer.find(R"("content":"hi")"), answer.npos) << answer;
  EXPECT_EQ(rig.last().attempts.at(0).dialect_out, dialect::Dialect::responses);
}

TEST(Exchange, refuses_by_name_what_no_deployment_can_carry) {
  Rig rig({}, "dialects: [responses]");
  const auto answer = rig.ask(chat_request(R"({"model":"gpt","stop":["x"],"messages":[{"role":"user","content":"x"}]})"));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400")) << answer;
  EXPECT_NE(answer.find(R"("param":"stop")"), answer.npos) << answer;
  EXPECT_NE(answer.find("no_capable_deployment"), answer.npos);
  EXPECT_TRUE(rig.dialled.empty());
}

// What a place made of the reasoning, as a client repeats it.
constexpr std::string_view kSealedAnswer =
    R"({"id":"resp_1","object":"response","created_at":1,"status":"completed","model":"m","output":[{"id":"rs_1","type":"reasoning","summary":[],"encrypted_content":"made-here\/1"},{"id":"msg_1","type":"message","role":"assistant","status":"completed","content":[{"type":"output_text","text":"hi","annotations":[]}]}],"usage":{"input_tokens":10,"output_tokens":2,"total_tokens":12}})";
std::string sealed_request(std::string_view sealed, std::string_view more = {}) {
  return chat_request(fmt::format(R"({{"model":"gpt","store":false,"include":["reasoning.encrypted_content"],{}"input":[{{"type":"message","role":"user","content":"a"}},)"
                                  R"({{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"{}"}},{{"type":"message","role":"user","content":"b \"encrypted_content\""}}]}})", more, sealed),
                      "sk-team-a-0123456789", "/v1/responses");
}
constexpr std::string_view kCannotUnseal =
    R"({"error":{"message":"The encrypted content made... could not be verified.","type":"invalid_request_error","param":null,"code":"invalid_encrypted_content"}})";

TEST(Exchange, encrypted_reasoning_stays_with_its_maker_and_is_left_out_elsewhere_and_told) {
  Rig rig({}, "dialects: [responses]");
  rig.plays = {{.answer = json_answer(kSealedAnswer)}, {.answer = json_answer(R"({"error":{"message":"busy"}})", 503)}, {.answer = json_answer(kResponse)}};
  rig.ask(chat_request(R"({"model":"gpt","store":false,"include":["reasoning.encrypted_content"],"input":"a"})", "sk-team-a-0123456789", "/v1/responses"));
  const auto answer = rig.ask(sealed_request("made-here\\/1"));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200")) << answer;
  EXPECT_NE(answer.find("x-fairway-dropped: reasoning.encrypted_content\r\n"), answer.npos) << answer;
  ASSERT_EQ(rig.received.size(), 3u);
  EXPECT_NE(rig.received[1].find("made-here"), std::string::npos);
  EXPECT_EQ(rig.received[2].find("made-here"), std::string::npos) << rig.received[2];
  EXPECT_EQ(rig.received[2].find("rs_1"), std::string::npos) << rig.received[2];
  EXPECT_NE(rig.received[2].find(R"("include":["reasoning.encrypted_content"])"), std::string::npos) << rig.received[2];
  const auto attempts = rig.last().attempts;
  ASSERT_EQ(attempts.size(), 2u);
  EXPECT_NE(attempts[0].deployment, attempts[1].deployment);
  EXPECT_EQ(answer.find("x-fairway-dropped"), answer.rfind("x-fairway-dropped"));
}

TEST(Exchange, encrypted_reasoning_of_an_unknown_maker_is_sent_and_left_out_once_it_is_refused) {
  Rig rig({}, "dialects: [responses]");
  rig.plays = {{.answer = json_answer(kCannotUnseal, 400, "connection: close\r\n")}, {.answer = json_answer(kResponse)}};
  const auto answer = rig.ask(sealed_request("made-elsewhere"));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200")) << answer;
  EXPECT_NE(answer.find("x-fairway-dropped: reasoning.encrypted_content\r\n"), answer.npos) << answer;
  ASSERT_EQ(rig.received.size(), 2u);
  EXPECT_NE(rig.received[0].find("made-elsewhere"), std::string::npos);
  EXPECT_EQ(rig.received[1].find("made-elsewhere"), std::string::npos);
  const auto attempts = rig.last().attempts;
  ASSERT_EQ(attempts.size(), 2u);
  EXPECT_EQ(attempts[0].deployment, attempts[1].deployment);
}

TEST(Exchange, encrypted_reasoning_is_kept_where_the_policy_wants_it_kept) {
  Rig rig("policies: { default: { lossy: refuse } }\n", "dialects: [responses]");
  rig.plays = {{.answer = json_answer(kSealedAnswer)}, {.answer = json_answer(R"({"error":{"message":"busy"}})", 503)}};
  rig.ask(chat_request(R"({"model":"gpt","store":false,"include":["reasoning.encrypted_content"],"input":"a"})", "sk-team-a-0123456789", "/v1/responses"));
  const auto answer = rig.ask(sealed_request("made-here\\/1"));
  EXPECT_FALSE(answer.starts_with("HTTP/1.1 200")) << answer;
  EXPECT_EQ(rig.last().attempts.size(), 1u);
  rig.plays = {{.answer = json_answer(kCannotUnseal, 400)}, {.answer = json_answer(kCannotUnseal, 400)}};
  const auto unknown = rig.ask(sealed_request("made-elsewhere"));
  EXPECT_TRUE(unknown.starts_with("HTTP/1.1 400")) << unknown;
  EXPECT_EQ(unknown.find("x-fairway-dropped"), unknown.npos);
}

TEST(Exchange, a_translated_stream_ends_in_the_clients_dialect) {
  Rig rig({}, "dialects: [responses]");
  rig.plays.push_back({.answer = sse_answer(
      "event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_1\",\"object\":\"response\",\"model\":\"m\",\"output\":[]}}\n\n"
      "event: response.output_item.added\ndata: {\"type\":\"response.output_item.added\",\"sequence_number\":1,\"output_index\":0,\"item\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"content\":[]}}\n\n"
      "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"sequence_number\":2,\"output_index\":0,\"content_index\":0,\"item_id\":\"msg_1\",\"delta\":\"hi\"}\n\n")});
  const auto cut = rig.ask(chat_request(R"({"model":"gpt","stream":true,"messages":[{"role":"user","content":"x"}]})"));
  EXPECT_NE(cut.find(R"("content":"hi")"), cut.npos) << cut;
  EXPECT_NE(cut.find("stream_truncated"), cut.npos) << cut;
  EXPECT_EQ(cut.find("[DONE]"), cut.npos);
  EXPECT_EQ(rig.last().attempts.at(0).state, ledger::AttemptState::settled_estimated);
}

TEST(Exchange, an_answer_is_whole_however_late_its_client_reads_before_the_connection_closes) {
  Rig rig;
  std::string big(kChatAnswer);
  big.insert(big.find("hi\""), std::string(1'200'000, 'x'));
  rig.plays = {{.answer = json_answer(big)}};
  auto request = chat_request(R"({"model":"gpt","messages":[]})");
  request.insert(request.find("Content-Type"), "Connection: close\r\n");
  const auto answer = rig.ask_and_read_later(request, 10'000);
  EXPECT_NE(answer.find("total_tokens"), answer.npos) << answer.size() << " bytes came";
}

}  // namespace fw::gateway
