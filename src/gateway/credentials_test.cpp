#include "gateway/credentials.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gateway/rig.h"

namespace fw::gateway {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kLifeS = 3'600;

// A sign-in whose endpoint is in our hands.
class ScriptedSignIn final : public cloud::SignIn {
 public:
  cloud::Flow<cloud::Credential> fetch(WallTime) const override {
    cloud::Ask question(cloud::Fetch{.method = "POST", .url = *wire::parse_url("http://token.test/token"), .lines = {}, .body = "grant", .timeout_ms = 5'000});
    const auto reply = co_await question;
    if (reply.status != 200) {
      const auto why = reply.status == 0 ? reply.failure : fmt::format("the token endpoint answered {}: {}", reply.status, reply.body);
      co_return std::unexpected(Error{Code::internal_error, Origin::provider, Retry::elsewhere, why, {}, 0});
    }
    cloud::Credential made;
    made.bearer = reply.body;
    made.expires = {reply.now.ns + kLifeS * kSecond};
    made.refresh_at = cloud::refresh_time(reply.now, made.expires);
    co_return made;
  }
  std::string describe() const override { return "scripted"; }
};

// A token endpoint that counts, and that is down or slow when told so.
struct TokenServer {
  explicit TokenServer(net::Loop& l) : loop(l) {}
  net::Loop& loop;
  int asked = 0;
  int at_once = 0;
  int at_once_max = 0;
  bool down = false;
  std::int64_t delay_ms = 20;
  std::string answer;  // instead of a token

  static net::Task<void> serve(TokenServer& self, std::unique_ptr<net::MemoryStream> end) {
    ++self.asked;
    self.at_once_max = std::max(self.at_once_max, ++self.at_once);
    for (;;) {
      const auto io = end->read(self.loop.scratch());
      if (io.kind != net::Io::Kind::blocked) break;
      (void)co_await end->readable(MonoTime::never());
    }
    co_await self.loop.sleep_until(self.loop.now().plus_ms(self.delay_ms));
    end->send(self.answer.empty() ? json_answer(fmt::format("token-{}", self.asked)) : self.answer);
    --self.at_once;
  }

  std::unique_ptr<net::Stream> dial(const net::Endpoint&) {
    if (down) return nullptr;
    auto [ours, theirs] = net::MemoryStream::pair(loop);
    loop.spawn(serve(*this, std::move(theirs)));
    return std::move(ours);
  }
};

// A core whose two providers sign in by the script.
struct SignedRig : Rig {
  SignedRig() : tokens(loop) {
    sign_in_by(std::make_shared<ScriptedSignIn>());
    core->dial_tokens = [this](const net::Endpoint& e) { return tokens.dial(e); };
  }
  ~SignedRig() { core->keep_no_credentials(); }
  void run_for(std::int64_t ms) {
    loop.spawn(stop_in(ms));
    loop.run();
  }
  net::Task<void> stop_in(std::int64_t ms) {
    co_await loop.sleep_until(loop.now().plus_ms(ms));
    loop.stop();
  }
  net::Task<void> forget_first_in(std::int64_t ms) {
    co_await loop.sleep_until(loop.now().plus_ms(ms));
    core->signers[0].credential.reset();
  }
  const Signer& signer() const { return core->signers[0]; }
  TokenServer tokens;
};

TEST(Credentials, are_fetched_before_they_are_needed_and_told_to_the_core) {
  SignedRig rig;
  EXPECT_EQ(rig.signer().usable(rig.loop.wall()), nullptr);
  rig.core->keep_credentials();
  rig.run_for(100);
  ASSERT_NE(rig.signer().usable(rig.loop.wall()), nullptr);
  EXPECT_TRUE(rig.signer().failure.empty());
  EXPECT_EQ(rig.tokens.asked, 2);  // one per provider
}

TEST(Credentials, stay_valid_for_a_day_through_outages_and_one_refresh_at_a_time) {
  SignedRig rig;
  rig.core->keep_credentials();
  rig.run_for(1'000);
  constexpr int kMinutes = 24 * 60;
  int invalid = 0;
  for (int minute = 0; minute < kMinutes; ++minute) {
    // Outages of four minutes every two hours end before a token does; slow answers in between.
    rig.tokens.down = minute % 120 < 4;
    rig.tokens.delay_ms = minute % 7 == 0 ? 4'000 : 20;
    rig.run_for(60'000);
    if (!rig.signer().usable(rig.loop.wall())) ++invalid;
  }
  EXPECT_EQ(invalid, 0);
  // 55 minutes from one to the next, for two providers; outages add tries.
  EXPECT_GE(rig.tokens.asked, 2 * 26);
  EXPECT_LE(rig.tokens.asked, 2 * 40);
  EXPECT_LE(rig.tokens.at_once_max, 2);
}

TEST(Credentials, that_end_during_a_long_outage_are_not_used_and_come_back_within_a_minute) {
  SignedRig rig;
  rig.core->keep_credentials();
  rig.run_for(1'000);
  rig.tokens.down = true;
  rig.run_for((kLifeS + 600) * 1'000);
  EXPECT_EQ(rig.signer().usable(rig.loop.wall()), nullptr);
  EXPECT_FALSE(rig.signer().failure.empty());
  rig.tokens.down = false;
  rig.run_for(61'000);
  EXPECT_NE(rig.signer().usable(rig.loop.wall()), nullptr);
}

TEST(Credentials, a_refused_one_is_replaced_once_and_not_in_a_storm) {
  SignedRig rig;
  rig.core->keep_credentials();
  rig.run_for(20'000);
  const auto before = rig.tokens.asked;
  const auto refused = rig.signer().credential;
  for (int i = 0; i < 100; ++i) rig.core->credential_refused(0, refused);
  rig.run_for(1'000);
  EXPECT_EQ(rig.tokens.asked, before + 1);
  EXPECT_NE(rig.signer().credential, refused);
  // The new one being refused as well does not start a loop.
  for (int i = 0; i < 100; ++i) rig.core->credential_refused(0, rig.signer().credential);
  rig.run_for(1'000);
  EXPECT_EQ(rig.tokens.asked, before + 1);
}

TEST(Credentials, the_endpoints_own_words_tell_why_there_is_none) {
  SignedRig rig;
  rig.tokens.answer = json_answer(R"({"error":"invalid_client"})", 401);
  rig.core->keep_credentials();
  rig.run_for(100);
  EXPECT_EQ(rig.signer().failure, R"(the token endpoint answered 401: {"error":"invalid_client"})");
  EXPECT_EQ(rig.core->counts.sign_ins[0].failed, 1u);
  // A client is told that there is none, not what the endpoint said of the operator's account.
  rig.core->keep_no_credentials();
  const auto answer = rig.ask(chat_request(R"({"model":"gpt","messages":[]})"));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 502")) << answer;
  EXPECT_NE(answer.find("no valid credential"), std::string::npos);
  EXPECT_EQ(answer.find("invalid_client"), std::string::npos);
}

TEST(Credentials, a_request_without_one_goes_elsewhere_and_never_waits) {
  SignedRig rig;
  rig.core->signers[1].credential = std::make_shared<const cloud::Credential>(cloud::Credential{.bearer = "token-two", .access_key_id = {}, .secret_access_key = {}, .session_token = {}});
  rig.plays.push_back({.answer = json_answer(kChatAnswer)});
  const auto answer = rig.ask(chat_request(R"({"model":"gpt","messages":[]})"));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200")) << answer;
  ASSERT_EQ(rig.dialled, std::vector<std::string>{"two.test"});
  EXPECT_NE(rig.received.at(0).find("authorization: Bearer token-two\r\n"), std::string::npos);
  const auto record = rig.last();
  ASSERT_EQ(record.attempts.size(), 2u);
  EXPECT_EQ(record.attempts[0].outcome, cloud::FailureKind::sign_in);
  EXPECT_EQ(record.attempts[0].state, ledger::AttemptState::not_sent);
}

// What the first place was asked over a kept connection is asked there again when that was dead; if
// the credential ended in between, the second place serves.
TEST(Credentials, one_that_ends_while_a_kept_connection_dies_sends_the_request_elsewhere) {
  SignedRig rig;
  for (auto& s : rig.core->signers)
    s.credential = std::make_shared<const cloud::Credential>(cloud::Credential{.bearer = "token", .access_key_id = {}, .secret_access_key = {}, .session_token = {}});
  rig.plays.push_back({.answer = json_answer(kChatAnswer), .die_ms = 200});
  rig.plays.push_back({.answer = json_answer(kChatAnswer)});
  const auto one = chat_request(R"({"model":"gpt","messages":[]})");
  rig.loop.spawn(rig.forget_first_in(100));
  const auto answer = rig.ask(one + one);
  EXPECT_EQ(rig.dialled, (std::vector<std::string>{"one.test", "two.test"}));
  EXPECT_EQ(answer.find("HTTP/1.1 502"), std::string::npos) << answer;
  const auto record = rig.last();
  ASSERT_EQ(record.attempts.size(), 3u);
  EXPECT_EQ(record.attempts[0].outcome, cloud::FailureKind::truncated);
  EXPECT_EQ(record.attempts[1].outcome, cloud::FailureKind::sign_in);
  EXPECT_EQ(record.attempts[2].state, ledger::AttemptState::settled_exact);
}

TEST(Credentials, what_a_cloud_quotes_of_them_is_covered) {
  SignedRig rig;
  for (auto& s : rig.core->signers)
    s.credential = std::make_shared<const cloud::Credential>(cloud::Credential{.bearer = "token-of-ours", .access_key_id = {}, .secret_access_key = {}, .session_token = {}});
  rig.plays.push_back({.answer = json_answer(R"({"error":{"message":"bad token token-of-ours","type":"invalid_request_error"}})", 400)});
  const auto answer = rig.ask(chat_request(R"({"model":"gpt","messages":[]})"));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400")) << answer;
  EXPECT_EQ(answer.find("token-of-ours"), std::string::npos);
  EXPECT_NE(answer.find("bad token ***"), std::string::npos);
}

}  // namespace
}  // namespace fw::gateway
