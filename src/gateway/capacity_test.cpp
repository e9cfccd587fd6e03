// What was bought ahead decides where requests go: pools until they are full, commitments until they are met.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gateway/rig.h"

namespace fw::gateway {
namespace {

constexpr std::string_view kAsk = R"({"model":"gpt","messages":[{"role":"user","content":"hi"}]})";
// Ten tokens in and two out, at 8 each: 26 of the 120 that it takes in an hour.
constexpr std::string_view kPool = R"(pool: { tokens_per_minute: 2, window_s: 3600, weights: { output: 8 } })";

class Capacity : public testing::Test {
 protected:
  // Where it was answered; `status`: of the first answer.
  std::string ask(Rig& rig, int status = 200) {
    rig.plays.clear();
    rig.plays.push_back({.answer = json_answer(status == 200 ? kChatAnswer : R"({"error":{"message":"no"}})", status, "connection: close\r\n")});
    rig.plays.push_back({.answer = json_answer(kChatAnswer, 200, "connection: close\r\n")});
    answer = rig.ask(chat_request(kAsk));
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
    return rig.dialled.back().substr(0, 3);
  }
  std::string answer;
};

TEST_F(Capacity, a_pool_serves_until_it_is_full_and_then_requests_spill) {
  Rig rig({}, {}, kPool);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(ask(rig), "one") << i;
  EXPECT_NE(answer.find("x-fairway-cost-usd: 0\r\n"), answer.npos) << answer;
  EXPECT_EQ(rig.last().spilled_from, ledger::kNoIndex);
  EXPECT_EQ(rig.core->utilisation().at(0), UINT16_MAX);
  EXPECT_EQ(ask(rig), "two");
  EXPECT_EQ(rig.last().spilled_from, 0);
  EXPECT_EQ(rig.last().spilled_why.view(), "full");
  EXPECT_EQ(rig.last().spill_cost, Money::parse_usd("0.000014"));
  const auto counted = rig.core->counted();
  EXPECT_EQ(counted.deployments[0].spills, (std::array<std::uint64_t, 4>{1, 0, 0, 0}));
  EXPECT_EQ(counted.deployments[0].spill_cost, *Money::parse_usd("0.000014"));
  EXPECT_EQ(counted.deployments[0].utilisation, UINT16_MAX);
}

TEST_F(Capacity, an_attempt_that_was_not_served_takes_nothing_of_the_pool) {
  Rig rig({}, {}, kPool);
  EXPECT_EQ(ask(rig, 503), "two");
  EXPECT_EQ(rig.core->utilisation().at(0), 0);
  EXPECT_EQ(rig.last().spilled_why.view(), "refused");
  EXPECT_EQ(rig.last().spill_cost, Money::parse_usd("0.000014"));
}

TEST_F(Capacity, a_refused_request_says_that_the_pool_is_full) {
  Rig rig({}, {}, kPool);
  EXPECT_EQ(ask(rig), "one");
  EXPECT_EQ(ask(rig, 429), "two");
  EXPECT_EQ(rig.core->utilisation().at(0), UINT16_MAX);
  EXPECT_EQ(rig.last().spilled_why.view(), "refused");
  EXPECT_EQ(ask(rig), "two");
  EXPECT_EQ(rig.last().spilled_why.view(), "full");
}

TEST_F(Capacity, what_a_token_is_worth_sends_requests_away_before_the_pool_is_full) {
  Rig rig({}, {}, R"(pool: { tokens_per_minute: 2, window_s: 3600, weights: { output: 8 }, bid: { usd_per_million: 2, from_percent: 50 } })");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask(rig), "one") << i;
  EXPECT_EQ(ask(rig), "two");
  EXPECT_EQ(rig.last().spilled_why.view(), "bid");
  EXPECT_LT(rig.core->utilisation().at(0), UINT16_MAX);
}

TEST_F(Capacity, spending_that_is_promised_goes_first_until_the_promise_is_met) {
  Rig rig("policies: { default: { prefer: cheapest } }\ncommitments: { macc: { usd: \"0.00002\", providers: two, from: 1970-01-01, until: 2200-01-01, draw: soon } }\n");
  EXPECT_EQ(ask(rig), "two");
  EXPECT_EQ(rig.core->commitments.standing(rig.loop.wall()).at(0).left, *Money::parse_usd("0.000006"));
  EXPECT_NE(answer.find("x-fairway-cost-usd: 0.000014\r\n"), answer.npos) << "it is booked as it is priced";
  EXPECT_EQ(ask(rig), "two");
  EXPECT_EQ(rig.core->counted().drawn.at(0), *Money::parse_usd("0.000028"));
  EXPECT_EQ(ask(rig), "one") << "it is met";
  const auto decisions = rig.core->senses.decisions.newest(3);
  EXPECT_EQ(decisions[1].decision.seen[1].commitment_left, 6);
  EXPECT_EQ(decisions[0].decision.seen[1].paid, 0);
}

TEST_F(Capacity, a_budget_that_is_spent_too_fast_makes_service_count_for_less) {
  constexpr std::string_view kBudget = "budgets: { team: { usd: \"0.00005\", per: hour, hard: false, keys: [team-a] } }\n";
  Rig plain{kBudget};
  Rig paced{fmt::format("{}policies: {{ default: {{ pacing: soft }} }}\n", kBudget)};
  for (int i = 0; i < 10; ++i) {
    ask(plain);
    ask(paced);
  }
  EXPECT_EQ(plain.core->senses.decisions.newest(1)[0].decision.question.pressure, 0);
  EXPECT_GT(paced.core->senses.decisions.newest(1)[0].decision.question.pressure, 0);
}

TEST_F(Capacity, what_was_drawn_before_counts_and_what_other_cores_draw_is_heard) {
  Rig rig("commitments: { macc: { usd: \"1\", providers: two, from: 1970-01-01, until: 2200-01-01, draw: soon } }\n");
  auto& known = rig.core->commitments;
  known.restore({*Money::parse_usd("0.9")});
  EXPECT_EQ(known.paid(1, rig.loop.wall()).left_micro_usd, 100'000);
  known.hear({*Money::parse_usd("0.1")});
  EXPECT_EQ(known.paid(1, rig.loop.wall()).part, 0);
  EXPECT_EQ(known.tell(), std::vector<Money>{Money()}) << "what is heard is not told on";
  EXPECT_TRUE(known.draw(1, *Money::parse_usd("3"), rig.loop.wall()));
  EXPECT_EQ(known.tell(), std::vector<Money>{*Money::parse_usd("3")});
  EXPECT_EQ(known.tell(), std::vector<Money>{Money()});
  EXPECT_FALSE(known.draw(0, *Money::parse_usd("3"), rig.loop.wall())) << "not promised to this one";
}

}  // namespace
}  // namespace fw::gateway
