// What the heads of answers say of limits decides where the next request goes.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gateway/rig.h"

namespace fw::gateway {
namespace {

constexpr std::string_view kAsk = R"({"model":"gpt","messages":[{"role":"user","content":"hi"}]})";
// `one` first, whatever was seen, unless a rule or its state says otherwise.
constexpr std::string_view kOrdered = "policies: { default: { prefer: ordered } }\n";

net::Task<void> wait(net::Loop& loop, MonoTime until) { co_await loop.sleep_until(until); }

class Headroom : public testing::Test {
 protected:
  Headroom() : rig(kOrdered) {}
  // Where it was answered. `fields` and `status`: of the first answer.
  std::string ask(std::string_view fields = {}, int status = 200) {
    rig.plays.clear();
    rig.plays.push_back({.answer = json_answer(status == 200 ? kChatAnswer : R"({"error":{"message":"slow down"}})", status,
                                               fmt::format("connection: close\r\n{}", fields))});
    rig.plays.push_back({.answer = json_answer(kChatAnswer, 200, "connection: close\r\n")});
    const auto answer = rig.ask(chat_request(kAsk));
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
    return rig.dialled.back().substr(0, 3);
  }
  // A request of this rig takes half a minute until the last idle connection is closed.
  void until(std::int64_t s) {
    ASSERT_LT(rig.loop.now(), begun.plus_ms(s * 1'000)) << "the rig is slower than this test expects";
    rig.loop.spawn(wait(rig.loop, begun.plus_ms(s * 1'000)));
    rig.loop.run();
  }

  Rig rig;
  MonoTime begun{rig.loop.now()};
};

TEST_F(Headroom, a_deployment_with_no_requests_left_is_left_until_its_reset) {
  EXPECT_EQ(ask("x-ratelimit-limit-requests: 1\r\nx-ratelimit-remaining-requests: 0\r\nx-ratelimit-reset-requests: 8m20s\r\n"), "one");
  EXPECT_EQ(ask(), "two");
  until(400);
  EXPECT_EQ(ask(), "two");
  until(501);
  EXPECT_EQ(ask(), "one");
}

TEST_F(Headroom, tokens_that_a_head_says_are_left_are_what_the_choice_sees) {
  EXPECT_EQ(ask("x-ratelimit-limit-tokens: 600000\r\nx-ratelimit-remaining-tokens: 5\r\nx-ratelimit-reset-tokens: 10m0s\r\n"), "one");
  const auto elapsed_ms = rig.loop.now().ms_since(begun);
  const auto left = rig.core->senses.board.service(0, health::SizeClass::tokens_1k, 0, rig.loop.now()).headroom_tokens;
  EXPECT_GE(left, 0);
  EXPECT_LE(left, 5 + elapsed_ms) << "a thousand come back each second";
  EXPECT_EQ(rig.core->senses.board.service(1, health::SizeClass::tokens_1k, 0, rig.loop.now()).headroom_tokens, -1);
}

TEST_F(Headroom, what_a_refusal_says_of_limits_counts_too) {
  EXPECT_EQ(ask("x-ratelimit-limit-requests: 1\r\nx-ratelimit-remaining-requests: 0\r\nx-ratelimit-reset-requests: 500\r\nretry-after: 1\r\n", 429), "two");
  until(400);
  EXPECT_EQ(ask(), "two") << "the wait is over, the limit is not";
  until(501);
  EXPECT_EQ(ask(), "one");
}

TEST_F(Headroom, garbage_in_the_fields_changes_nothing) {
  for (const std::string_view bad : {"none", "-1", "", "1e9", "0x0", "99999999999999999999"}) {
    EXPECT_EQ(ask(fmt::format("x-ratelimit-limit-requests: 1\r\nx-ratelimit-remaining-requests: {}\r\n"
                              "x-ratelimit-reset-requests: 10m\r\n", bad)), "one") << bad;
  }
  EXPECT_EQ(ask(), "one");
}

}  // namespace
}  // namespace fw::gateway
