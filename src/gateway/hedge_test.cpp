// Two clouds asked at once: who answers, what both cost, and what is learned of the one that was too slow.
#include "gateway/hedge.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "gateway/rig.h"

namespace fw::gateway {
namespace {

constexpr std::string_view kAsk = R"({"model":"gpt","max_tokens":10,"messages":[{"role":"user","content":"hi"}]})";
constexpr std::string_view kAskStream = R"({"model":"gpt","max_tokens":10,"stream":true,"messages":[{"role":"user","content":"hi"}]})";
constexpr std::string_view kHedge = "policies: { default: { prefer: ordered, hedge: { after_ms: 500 } } }\n";
constexpr std::string_view kEvents =
    "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hi\"}}]}\n\n"
    "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2,\"total_tokens\":7}}\n\n"
    "data: [DONE]\n\n";

using ledger::AttemptState;

bool has(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

// The whole stream, and the connection is not kept: the rig need not wait for its end.
std::string stream() {
  auto answer = sse_answer(kEvents);
  return answer.insert(answer.find("\r\n") + 2, "connection: close\r\n");
}

// Says nothing until the connection is closed.
Play silent() { return {.answer = "", .hang = true}; }

// "one" is asked first, "two" is of another cloud.
class Hedge : public testing::Test {
 protected:
  explicit Hedge(std::string_view config = kHedge, std::string_view of_each = "on_cancel: estimate") : rig(config, of_each, {}, "openai") {}

  // Everything that was begun has its end, and every connection went back or was closed.
  void expect_settled() {
    EXPECT_EQ(rig.core->counts.exchanges_open, 0u);
    EXPECT_EQ(rig.core->pool(0).in_use() + rig.core->pool(1).in_use(), 0);
    std::set<std::string> ids;
    for (const auto& r : rig.core->records.newest(100))
      for (const auto& a : r.attempts) {
        EXPECT_NE(a.state, AttemptState::open);
        EXPECT_TRUE(ids.insert(std::string(a.attempt_id.view())).second) << a.attempt_id.view() << " twice";
      }
  }
  std::string ask(std::string_view body, std::deque<Play> plays) {
    rig.plays = std::move(plays);
    begun = rig.loop.now();
    const auto answer = rig.ask(chat_request(body));
    expect_settled();
    return answer;
  }
  std::int64_t closed_after(std::size_t play) const { return rig.closed_at.at(play).ms_since(begun); }

  Rig rig;
  MonoTime begun;
};

TEST_F(Hedge, a_silent_place_gets_company_and_the_other_cloud_answers) {
  const auto answer = ask(kAskStream, {silent(), {.answer = stream(), .delay_ms = 100}});
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
  EXPECT_TRUE(has(answer, "x-fairway-deployment: two\r\n") && has(answer, "x-fairway-attempts: 2\r\n")) << answer;
  EXPECT_TRUE(has(answer, "\"content\":\"hi\"") && has(answer, "[DONE]")) << answer;
  EXPECT_EQ(answer.find("HTTP/1.1", 1), answer.npos) << "one answer";
  EXPECT_EQ(closed_after(0), 600) << "the loser is cancelled when the other has its first token";
  const auto r = rig.last();
  ASSERT_EQ(r.attempts.size(), 2u);
  EXPECT_EQ(r.attempts[0].outcome, cloud::FailureKind::outrun);
  EXPECT_EQ(r.attempts[0].state, AttemptState::settled_estimated);
  EXPECT_EQ(r.attempts[0].cost_low, Money());
  EXPECT_GT(*r.attempts[0].cost, Money());
  EXPECT_GT(*r.attempts[0].cost_high, *r.attempts[0].cost);
  EXPECT_EQ(r.attempts[1].state, AttemptState::settled_exact);
  EXPECT_EQ(r.attempts[1].first_token_ms, 100);
  EXPECT_EQ(r.cost, *r.attempts[0].cost + *r.attempts[1].cost);
  EXPECT_EQ(r.first_token_ms, 600);
  EXPECT_EQ(r.status, 200);
  EXPECT_EQ(r.outcome.view(), "ok");
  EXPECT_EQ(rig.core->counts.hedges, 1u);
  EXPECT_EQ(rig.core->counts.hedges_won, 1u);
}

TEST_F(Hedge, the_first_place_answers_if_it_is_faster_after_all) {
  const auto answer = ask(kAsk, {{.answer = json_answer(kChatAnswer), .delay_ms = 700}, silent()});
  EXPECT_TRUE(has(answer, "x-fairway-deployment: one\r\n") && has(answer, "x-fairway-attempts: 2\r\n")) << answer;
  EXPECT_EQ(closed_after(1), 700);
  const auto r = rig.last();
  ASSERT_EQ(r.attempts.size(), 2u);
  EXPECT_EQ(r.attempts[0].outcome, cloud::FailureKind::outrun);
  EXPECT_EQ(r.attempts[0].deployment, 1);
  EXPECT_EQ(r.attempts[1].outcome, cloud::FailureKind::none);
  EXPECT_TRUE(has(answer, fmt::format("x-fairway-cost-usd: {}\r\n", r.cost->usd()))) << "both are paid: " << answer;
  EXPECT_GT(*r.cost, *r.attempts[1].cost);
  EXPECT_EQ(rig.core->counts.hedges_won, 0u);
}

TEST_F(Hedge, a_head_and_comments_are_no_token) {
  Play slow{.answer = fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", kEvents.size(), kEvents), .delay_ms = 3'000};
  slow.early = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n9\r\n: alive\n\n\r\n";
  const auto answer = ask(kAskStream, {slow, {.answer = stream(), .delay_ms = 100}});
  EXPECT_TRUE(has(answer, "x-fairway-deployment: two\r\n")) << answer;
  EXPECT_EQ(rig.last().attempts.at(0).status, 200);
}

TEST_F(Hedge, the_announcement_of_a_response_is_no_token) {
  constexpr std::string_view kCreated = "event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_9\",\"status\":\"in_progress\"}}\n\n";
  const auto rest = [](std::string_view who) {
    return fmt::format("event: response.output_text.delta\ndata: {{\"type\":\"response.output_text.delta\",\"sequence_number\":1,\"delta\":\"{}\"}}\n\n"
                       "event: response.completed\ndata: {{\"type\":\"response.completed\",\"sequence_number\":2,\"response\":{{\"id\":\"resp_9\",\"status\":\"completed\","
                       "\"usage\":{{\"input_tokens\":5,\"output_tokens\":2,\"total_tokens\":7}}}}}}\n\n", who);
  };
  const auto play = [&](std::string_view who, std::int64_t delay_ms) {
    const auto text = rest(who);
    Play made{.answer = fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", text.size(), text), .delay_ms = delay_ms};
    made.early = fmt::format("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{}\r\n", kCreated.size(), kCreated);
    return made;
  };
  rig.plays = {play("slow", 3'000), play("fast", 200)};
  begun = rig.loop.now();
  const auto answer = rig.ask(chat_request(R"({"model":"gpt","stream":true,"store":false,"input":"hi"})", "sk-team-a-0123456789", "/v1/responses"));
  expect_settled();
  EXPECT_TRUE(has(answer, "x-fairway-deployment: two\r\n") && has(answer, "fast") && !has(answer, "slow")) << answer;
  const auto created = answer.find("event: response.created");
  ASSERT_NE(created, answer.npos) << "held, not lost";
  EXPECT_EQ(answer.find("event: response.created", created + 1), answer.npos);
  EXPECT_LT(created, answer.find("event: response.output_text.delta"));
  EXPECT_EQ(rig.last().attempts.at(1).first_token_ms, 200);
}

TEST_F(Hedge, a_response_that_fails_behind_its_announcement_is_answered_by_the_other) {
  const std::string events =
      "event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_9\",\"status\":\"in_progress\"}}\n\n"
      "event: response.failed\ndata: {\"type\":\"response.failed\",\"sequence_number\":1,\"response\":{\"id\":\"resp_9\",\"status\":\"failed\",\"error\":{\"code\":\"server_error\",\"message\":\"x\"}}}\n\n";
  rig.plays = {{.answer = sse_answer(events), .delay_ms = 100}, {.answer = json_answer(kResponse)}};
  const auto answer = rig.ask(chat_request(R"({"model":"gpt","stream":true,"store":false,"input":"hi"})", "sk-team-a-0123456789", "/v1/responses"));
  expect_settled();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 502 ")) << answer;
  EXPECT_EQ(rig.last().attempts.size(), 2u) << "the other was asked, which here sends no stream";
}

TEST_F(Hedge, who_is_in_time_is_left_alone) {
  ask(kAskStream, {{.answer = stream(), .delay_ms = 400}});
  EXPECT_EQ(rig.dialled.size(), 1u);
  EXPECT_EQ(rig.last().attempts.size(), 1u);
  EXPECT_EQ(rig.core->counts.hedges, 0u);
}

TEST_F(Hedge, the_second_answers_when_the_first_fails_under_way) {
  const auto answer = ask(kAsk, {{.answer = json_answer("{}", 503), .delay_ms = 600}, {.answer = json_answer(kChatAnswer), .delay_ms = 400}});
  EXPECT_TRUE(has(answer, "x-fairway-deployment: two\r\n")) << answer;
  EXPECT_EQ(rig.last().attempts.at(0).outcome, cloud::FailureKind::overloaded);
  EXPECT_EQ(rig.last().attempts.size(), 2u);
}

TEST_F(Hedge, the_first_answers_when_the_second_fails) {
  const auto answer = ask(kAsk, {{.answer = json_answer(kChatAnswer), .delay_ms = 900}, {.answer = json_answer("{}", 503)}});
  EXPECT_TRUE(has(answer, "x-fairway-deployment: one\r\n")) << answer;
  EXPECT_EQ(rig.last().attempts.size(), 2u);
}

TEST_F(Hedge, both_failing_are_both_told_and_neither_is_asked_twice) {
  const auto answer = ask(kAsk, {{.answer = json_answer("{}", 503), .delay_ms = 700}, {.answer = json_answer("{}", 500), .delay_ms = 50}});
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 502 ")) << answer;
  EXPECT_TRUE(has(answer, "one: ") && has(answer, "two: ") && has(answer, "tried 2 deployments")) << answer;
  EXPECT_EQ(rig.dialled.size(), 2u);
  EXPECT_EQ(rig.last().attempts.size(), 2u);
}

TEST_F(Hedge, what_the_first_refuses_for_good_is_the_answer) {
  const auto answer = ask(kAsk, {{.answer = json_answer(R"({"error":{"message":"bad","type":"invalid_request_error","param":"messages","code":null}})", 400), .delay_ms = 700}, silent()});
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
  EXPECT_EQ(closed_after(1), 700);
}

TEST_F(Hedge, two_clouds_that_refuse_alike_are_believed) {
  constexpr std::string_view kNo = R"({"error":{"message":"no","type":"invalid_request_error","param":null,"code":null}})";
  const auto answer = ask(kAsk, {{.answer = json_answer(kNo, 400), .delay_ms = 700}, {.answer = json_answer(kNo, 400), .delay_ms = 50}});
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
}

TEST_F(Hedge, a_client_that_leaves_ends_both) {
  rig.plays = {silent(), silent()};
  begun = rig.loop.now();
  rig.ask_and_leave(chat_request(kAskStream), 800);
  expect_settled();
  EXPECT_EQ(closed_after(0), 800);
  EXPECT_EQ(closed_after(1), 800);
  const auto r = rig.last();
  EXPECT_EQ(r.outcome.view(), "client_left");
  ASSERT_EQ(r.attempts.size(), 2u);
  for (const auto& a : r.attempts) EXPECT_EQ(a.state, AttemptState::settled_estimated);
}

TEST_F(Hedge, a_client_that_leaves_before_a_hedge_ends_the_first) {
  rig.plays = {silent()};
  begun = rig.loop.now();
  rig.ask_and_leave(chat_request(kAskStream), 200);
  expect_settled();
  EXPECT_EQ(closed_after(0), 200);
  EXPECT_EQ(rig.dialled.size(), 1u);
}

TEST_F(Hedge, a_client_that_leaves_after_the_first_token_is_noticed) {
  Play half{.answer = "", .delay_ms = 100, .hang = true};
  half.answer = fmt::format("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{}\r\n", kEvents.find("data", 5), kEvents.substr(0, kEvents.find("data", 5)));
  rig.plays = {silent(), half};
  begun = rig.loop.now();
  rig.ask_and_leave(chat_request(kAskStream), 800);
  expect_settled();
  EXPECT_EQ(closed_after(1), 800);
  EXPECT_EQ(rig.last().status, 200);
  EXPECT_TRUE(rig.last().client_left);
}

TEST_F(Hedge, what_can_not_be_repeated_is_not) {
  for (const std::string_view more : {R"("store":true)", R"("web_search_options":{"search_context_size":"low"})"}) {
    ask(fmt::format(R"({{"model":"gpt",{},"messages":[{{"role":"user","content":"hi"}}]}})", more), {{.answer = json_answer(kChatAnswer), .delay_ms = 1'000}});
    EXPECT_EQ(rig.last().attempts.size(), 1u) << more;
  }
  const auto respond = [this](std::string_view more) {
    rig.plays = {{.answer = json_answer(kResponse), .delay_ms = 1'000}, {.answer = json_answer(kResponse)}};
    rig.ask(chat_request(fmt::format(R"({{"model":"gpt","input":"hi"{}}})", more), "sk-team-a-0123456789", "/v1/responses"));
    expect_settled();
    return rig.last().attempts.size();
  };
  EXPECT_EQ(respond(""), 1u) << "stored unless it says otherwise";
  EXPECT_EQ(respond(R"(,"store":false,"tools":[{"type":"code_interpreter","container":{"type":"auto"}}])"), 1u);
  EXPECT_EQ(respond(R"(,"store":false)"), 2u);
}

TEST_F(Hedge, the_slowness_of_who_was_outrun_counts_and_nothing_else) {
  const auto seen = [this](std::uint16_t deployment) { return rig.core->senses.board.service(deployment, health::SizeClass::tokens_1k, 2'000, rig.loop.now()); };
  for (int i = 0; i < 10; ++i) ask(kAskStream, {{.answer = stream(), .delay_ms = 100}});
  const auto before = seen(0);
  for (int i = 0; i < 3; ++i) ask(kAskStream, {silent(), {.answer = stream(), .delay_ms = 2'000}});
  const auto after = seen(0);
  EXPECT_GT(rig.core->senses.board.first_token_ms(0, health::SizeClass::tokens_1k, 0.95, rig.loop.now()), 1'900u);
  EXPECT_GT(after.miss, before.miss);
  EXPECT_LE(after.error, health::ErrorRate::kPrior * 65'536 + 2);
  EXPECT_EQ(after.breaker, health::BreakerState::closed);
  EXPECT_FALSE(after.throttled);
}

// At every operation of either connection something breaks once.
TEST_F(Hedge, every_failing_operation_ends_defined_and_settled) {
  for (int side = 0; side < 2; ++side)
    for (int n = 0; n < 40; ++n) {
      rig.fired = false;
      Play first{.answer = stream(), .delay_ms = 600, .drip = 50};
      Play second{.answer = stream(), .delay_ms = 100, .drip = 50};
      (side == 0 ? first : second).fail_in = n;
      const auto answer = ask(kAskStream, {first, second});
      EXPECT_TRUE(answer.starts_with("HTTP/1.1 ")) << answer;
      EXPECT_EQ(answer.find("HTTP/1.1", 1), answer.npos) << answer;
      if (!rig.fired) break;
      ASSERT_LT(n, 39) << "the connection has fewer operations";
    }
}

class HedgeOnce : public Hedge {
 protected:
  HedgeOnce() : Hedge("policies: { default: { prefer: ordered, hedge: { after_ms: 500, budget_percent: 10, burst: 1 } } }\n") {}
};

TEST_F(HedgeOnce, what_is_beyond_the_budget_waits_for_the_first_place) {
  const Play slow{.answer = json_answer(kChatAnswer, 200, "connection: close\r\n"), .delay_ms = 1'000};
  const Play fast{.answer = json_answer(kChatAnswer, 200, "connection: close\r\n")};
  std::vector<std::size_t> attempts;
  for (int i = 0; i < 12; ++i) {
    ask(kAsk, {slow, fast});
    attempts.push_back(rig.last().attempts.size());
  }
  EXPECT_EQ(attempts, (std::vector<std::size_t>{2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 1})) << "one at first, then a tenth of them";
  EXPECT_EQ(rig.core->counts.hedges, 2u);
  EXPECT_EQ(rig.core->counts.hedges_refused, 10u);
}

class HedgeInside : public Hedge {
 protected:
  HedgeInside() : Hedge("policies: { default: { prefer: ordered, residency: [eu], hedge: { after_ms: 500 } } }\n") {}
};

TEST_F(HedgeInside, residency_holds_for_the_second_place_too) {
  const auto answer = ask(kAsk, {{.answer = json_answer(kChatAnswer), .delay_ms = 3'000}, {.answer = json_answer(kChatAnswer)}});
  EXPECT_TRUE(has(answer, "x-fairway-deployment: one\r\n")) << answer;
  EXPECT_EQ(rig.dialled, std::vector<std::string>{"one.test"});
}

class HedgeLater : public Hedge {
 protected:
  HedgeLater() : Hedge("policies: { default: { prefer: ordered, hedge: { after_percentile: 90 } } }\n") {}
};

TEST_F(HedgeLater, the_time_may_be_a_percentile_of_what_was_measured) {
  ask(kAskStream, {{.answer = stream(), .delay_ms = 2'000}, silent()});
  EXPECT_EQ(rig.dialled.size(), 1u) << "nothing is known yet";
  for (int i = 0; i < 30; ++i) ask(kAskStream, {{.answer = stream(), .delay_ms = 100}});
  ask(kAskStream, {silent(), {.answer = stream()}});
  EXPECT_EQ(rig.last().attempts.size(), 2u);
  EXPECT_GE(closed_after(rig.closed_at.size() - 2), 100);
  EXPECT_LE(closed_after(rig.closed_at.size() - 2), 130);
}

class HedgeDrained : public Hedge {
 protected:
  HedgeDrained() : Hedge(kHedge, "on_cancel: drain") {}
};

TEST_F(HedgeDrained, what_goes_on_unread_is_thought_to_be_as_long_as_usual) {
  for (int i = 0; i < 3; ++i) ask(kAsk, {{.answer = json_answer(kChatAnswer)}});
  ask(kAsk, {silent(), {.answer = json_answer(kChatAnswer)}});
  const auto r = rig.last();
  ASSERT_EQ(r.attempts.size(), 2u);
  EXPECT_EQ(r.attempts[0].state, AttemptState::settled_estimated);
  EXPECT_GT(r.attempts[0].usage.output, 0);
  EXPECT_EQ(r.attempts[0].cost_low, Money());
}

TEST_F(HedgeDrained, a_client_that_leaves_is_no_reason_not_to_read_the_first_to_its_end) {
  rig.plays = {{.answer = json_answer(kChatAnswer), .delay_ms = 2'000}, silent()};
  begun = rig.loop.now();
  rig.ask_and_leave(chat_request(kAsk), 800);
  expect_settled();
  EXPECT_EQ(closed_after(1), 800);
  const auto r = rig.last();
  ASSERT_EQ(r.attempts.size(), 2u);
  EXPECT_EQ(r.attempts[1].state, AttemptState::settled_exact);
  EXPECT_EQ(r.attempts[1].deployment, 0);
}

class HedgePoor : public Hedge {
 protected:
  HedgePoor() : Hedge("policies: { default: { prefer: ordered, hedge: { after_ms: 500 } } }\nbudgets: { team: { usd: \"0.00015\", per: month, keys: [team-a] } }\n") {}
};

// 76 bytes of body at 1 USD and 10 tokens at 2 USD per million: at most 96 millionths each.
TEST_F(HedgePoor, a_budget_that_cannot_hold_both_gets_no_hedge) {
  const auto answer = ask(kAsk, {{.answer = json_answer(kChatAnswer), .delay_ms = 1'000}, {.answer = json_answer(kChatAnswer)}});
  EXPECT_TRUE(has(answer, "x-fairway-deployment: one\r\n")) << answer;
  EXPECT_EQ(rig.last().attempts.size(), 1u);
  EXPECT_EQ(rig.core->counts.hedges, 0u);
  const auto state = rig.core->purse.standing(rig.loop.wall()).at(0).state;
  EXPECT_EQ(state.settled, *rig.last().cost);
}

TEST(HedgeElsewhere, places_of_one_cloud_are_never_asked_both) {
  Rig rig(kHedge);
  rig.plays = {{.answer = json_answer(kChatAnswer), .delay_ms = 3'000}, {.answer = json_answer(kChatAnswer)}};
  rig.ask(chat_request(kAsk));
  EXPECT_EQ(rig.dialled.size(), 1u);
}

}  // namespace
}  // namespace fw::gateway
