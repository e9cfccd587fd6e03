// Budgets and rates as clients meet them. The protocol between cores is proved in ledger/budget_test.cpp.
#include <gtest/gtest.h>

#include "gateway/rig.h"
#include "gateway/spent.h"
#include "store/journal_testing.h"

namespace fw::gateway {
namespace {

constexpr std::string_view kBody = R"({"model":"gpt","max_tokens":10,"messages":[{"role":"user","content":"hi"}]})";
// The rig's keys are its own; a shared budget names them.
constexpr std::string_view kTeam = "budgets: { team: { usd: \"0.0003\", per: month, keys: [team-a] } }\n";

TEST(Purse, a_hard_budget_admits_what_fits_and_refuses_the_rest) {
  Rig rig(kTeam);
  // 76 bytes of body at 1 USD and 10 tokens at 2 USD per million: at most 96 millionths; each costs 14 in the end.
  int served = 0;
  std::string answer;
  for (; served < 40; ++served) {
    rig.plays = {{.answer = json_answer(kChatAnswer)}};
    answer = rig.ask(chat_request(kBody));
    if (!answer.starts_with("HTTP/1.1 200")) break;
  }
  const auto state = rig.core->purse.standing(rig.loop.wall()).at(0).state;
  EXPECT_EQ(answer.substr(9, 3), "429") << answer;
  EXPECT_NE(answer.find("project_spend_limit_exceeded"), answer.npos) << answer;
  EXPECT_NE(answer.find("team"), answer.npos) << answer;
  EXPECT_EQ(answer.find("x-fairway-deployment"), answer.npos) << "no deployment was asked";
  EXPECT_EQ(static_cast<std::size_t>(served), rig.received.size()) << "nothing was sent that was refused";
  EXPECT_LE(state.settled, state.limit);
  EXPECT_EQ(state.settled, Money::of_units(Int128{served} * 14'000'000'000)) << state.settled.usd();
  EXPECT_GT(served, 10);
  EXPECT_LT(state.limit - state.settled, Money::of_units(Int128{100} * 1'000'000'000)) << "another one would have fitted";
}

TEST(Purse, a_soft_budget_only_flags) {
  Rig rig("budgets: { team: { usd: \"0.00001\", per: day, hard: false, keys: [team-a] } }\n");
  for (int i = 0; i < 5; ++i) {
    rig.plays = {{.answer = json_answer(kChatAnswer)}};
    EXPECT_TRUE(rig.ask(chat_request(kBody)).starts_with("HTTP/1.1 200"));
  }
  const auto state = rig.core->purse.standing(rig.loop.wall()).at(0).state;
  EXPECT_TRUE(state.over);
  EXPECT_EQ(rig.core->counts.budget_alerts.at(0), 3u) << "50, 80 and 100 percent, once";
}

TEST(Purse, what_failed_unbilled_is_given_back) {
  Rig rig(kTeam);
  for (int i = 0; i < 30; ++i) {
    rig.plays = {{.answer = json_answer("{}", 429)}, {.answer = json_answer("{}", 429)}};
    EXPECT_FALSE(rig.ask(chat_request(kBody)).starts_with("HTTP/1.1 200"));
  }
  const auto state = rig.core->purse.standing(rig.loop.wall()).at(0).state;
  EXPECT_EQ(state.settled.usd(), "0");
}

TEST(Purse, a_new_run_knows_what_the_former_ones_spent) {
  store::Folder folder;
  const auto open = [&folder] { return std::move(*store::Journal::open({.data_dir = folder.path, .cores = 1, .segment_bytes = 64 * 1024, .side_thread = false})); };
  const auto journal = open();
  Rig rig(kTeam);
  rig.keep_books(*journal);
  for (int i = 0; i < 4; ++i) {
    rig.plays = {{.answer = json_answer(kChatAnswer)}};
    rig.ask(chat_request(kBody));
  }
  const auto now = spent(*rig.shared->snapshot, *rig.shared->keys, folder.path, rig.loop.wall());
  ASSERT_TRUE(now);
  EXPECT_EQ(now->at(0), rig.core->purse.standing(rig.loop.wall()).at(0).state.settled);
  EXPECT_EQ(now->at(0).usd(), "0.000056");
  constexpr std::int64_t kYearNs = 366LL * 86'400 * 1'000'000'000;
  EXPECT_EQ(spent(*rig.shared->snapshot, *rig.shared->keys, folder.path, {rig.loop.wall().ns + kYearNs})->at(0).usd(), "0") << "another window";
}

TEST(Purse, requests_per_minute_are_counted_and_told) {
  Rig rig("tenants: { acme: { limits: { requests_per_minute: 5 } }, umbra: {} }\n");
  rig.plays = {{.answer = json_answer(kChatAnswer)}};
  std::string requests;
  for (int i = 0; i < 20; ++i) requests += chat_request(kBody);
  const auto answers = rig.ask(requests);  // one after the other over one connection, in no time
  const auto count = [&answers](std::string_view word) {
    int n = 0;
    for (auto at = answers.find(word); at != answers.npos; at = answers.find(word, at + 1)) ++n;
    return n;
  };
  EXPECT_EQ(count("HTTP/1.1 200"), 5);
  EXPECT_EQ(count("HTTP/1.1 429"), 15);
  EXPECT_EQ(count("rate_limit_exceeded"), 15);
  EXPECT_EQ(count("the tenant acme"), 15);
  EXPECT_GE(count("x-ratelimit-limit-requests: 5\r\n"), 5);
  EXPECT_EQ(rig.received.size(), 5u);
}

}  // namespace
}  // namespace fw::gateway
