#include "gateway/notices.h"

#include <gtest/gtest.h>

#include "gateway/rig.h"
#include "store/journal_testing.h"

namespace fw::gateway {
namespace {

constexpr std::string_view kHook = "alerts: { webhooks: [{ name: ops, url: \"${env:HOOK_URL}\", secret: \"${env:HOOK_SECRET}\" }] }\n";
constexpr std::string_view kBody = R"({"model":"gpt","max_tokens":10,"messages":[{"role":"user","content":"hi"}]})";

// A receiver of webhooks: what came, and what it answers next; 200 when nothing is left.
struct Receiver {
  explicit Receiver(Rig& r) : rig(r) {
    rig.core->dial_tokens = [this](const net::Endpoint& e) { return dial(e); };
  }
  Rig& rig;
  std::vector<std::string> came;
  std::deque<int> answers;  // 0: the connection is refused
  std::vector<std::string> hosts;
  std::vector<MonoTime> at;

  std::unique_ptr<net::Stream> dial(const net::Endpoint& e) {
    hosts.push_back(e.host);
    at.push_back(rig.loop.now());
    const int status = answers.empty() ? 200 : answers.front();
    if (!answers.empty()) answers.pop_front();
    if (status == 0) return nullptr;
    auto [ours, theirs] = net::MemoryStream::pair(rig.loop);
    rig.loop.spawn(serve(*this, std::move(theirs), status));
    return std::move(ours);
  }
  static net::Task<void> serve(Receiver& self, std::unique_ptr<net::MemoryStream> end, int status) {
    std::string bytes;
    while (bytes.find("}}") == bytes.npos) {
      const auto io = end->read(self.rig.loop.scratch());
      if (io.kind == net::Io::Kind::ok) bytes.append(self.rig.loop.scratch().data(), io.n);
      else if (io.kind == net::Io::Kind::blocked) (void)co_await end->readable(MonoTime::never());
      else co_return;
    }
    self.came.push_back(std::move(bytes));
    end->send(json_answer("{}", status));
  }
};

Notice some(std::string text) {
  return {.id = {}, .time = {}, .kind = config::AlertKind::ledger, .level = config::LogLevel::error, .type = "ledger.trouble", .text = std::move(text), .data = {}};
}

net::Task<void> stop_in(net::Loop& loop, std::int64_t ms) {
  co_await loop.sleep_until(loop.now().plus_ms(ms));
  loop.stop();
}

void run_for(Rig& rig, std::int64_t ms) {
  rig.loop.spawn(stop_in(rig.loop, ms));
  rig.loop.run();
}

TEST(Notices, are_signed_as_the_standards_own_vector_is) {
  // github.com/standard-webhooks/standard-webhooks: the vector that its libraries test with.
  const Notice notice{.id = "msg_p5jXN8AQM9LWM0D4loKWxJek", .time = {}, .kind = {}, .level = {}, .type = {}, .text = {}, .data = {}};
  const auto key = config::webhook_key(config::Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
  const auto lines = notice_lines(notice, R"({"test": 2432232314})", key, {1'614'265'330'000'000'000});
  EXPECT_NE(lines.find("webhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek\r\n"), lines.npos);
  EXPECT_NE(lines.find("webhook-timestamp: 1614265330\r\n"), lines.npos);
  EXPECT_NE(lines.find("webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=\r\n"), lines.npos) << lines;
  EXPECT_EQ(notice_lines(notice, "{}", "", {0}).find("webhook-signature"), std::string::npos) << "no key, no signature";
}

TEST(Notices, go_to_the_log_and_to_each_webhook_that_wants_them) {
  Rig rig("alerts: { webhooks: [{ name: ops, url: \"${env:HOOK_URL}\", secret: \"${env:HOOK_SECRET}\", kinds: budget }, { name: all, url: \"${env:HOOK_URL}\", secret: \"${env:HOOK_SECRET}\" }] }\n");
  Receiver receiver(rig);
  std::vector<std::string> said;
  rig.shared->say = [&](const Notice& n) { said.push_back(n.text); };
  rig.core->notices->tell(some("the disk is full"));
  rig.loop.run();
  EXPECT_EQ(said, std::vector<std::string>{"the disk is full"});
  ASSERT_EQ(receiver.came.size(), 1u) << "one of the two wants budgets only";
  EXPECT_TRUE(receiver.came[0].starts_with("POST /in/?token=hush HTTP/1.1\r\nHost: hook.test\r\n")) << receiver.came[0];
  EXPECT_NE(receiver.came[0].find(R"({"type":"ledger.trouble","timestamp":")"), std::string::npos);
  EXPECT_NE(receiver.came[0].find(R"("text":"the disk is full","data":{}})"), std::string::npos);
  EXPECT_EQ(rig.core->notices->deliveries()[0].delivered, 0u);
  EXPECT_EQ(rig.core->notices->deliveries()[1].delivered, 1u);
}

TEST(Notices, are_sent_again_in_order_until_they_arrive) {
  Rig rig(kHook);
  Receiver receiver(rig);
  receiver.answers = {503, 0};
  rig.core->notices->tell(some("first"));
  rig.core->notices->tell(some("second"));
  const auto begin = rig.loop.now();
  rig.loop.run();
  ASSERT_EQ(receiver.came.size(), 3u) << "refused by answer, not reached, arrived; then the second";
  EXPECT_NE(receiver.came[0].find("first"), std::string::npos);
  EXPECT_NE(receiver.came[1].find("first"), std::string::npos);
  EXPECT_NE(receiver.came[2].find("second"), std::string::npos);
  const auto id = [](const std::string& text) { return text.substr(text.find("webhook-id: "), 48); };
  EXPECT_EQ(id(receiver.came[0]), id(receiver.came[1])) << "a receiver must know it again";
  EXPECT_NE(id(receiver.came[1]), id(receiver.came[2]));
  EXPECT_GE(receiver.at[1].ms_since(begin), 1'000);
  EXPECT_GE(receiver.at[2].ms_since(receiver.at[1]), 5'000);
  const auto& counts = rig.core->notices->deliveries()[0];
  EXPECT_EQ(counts.delivered, 2u);
  EXPECT_EQ(counts.failed, 2u);
  EXPECT_EQ(counts.given_up, 0u);
  EXPECT_EQ(counts.waiting, 0u);
}

TEST(Notices, are_given_up_after_six_times_and_the_next_gets_its_turn) {
  Rig rig(kHook);
  Receiver receiver(rig);
  receiver.answers = {500, 500, 500, 500, 500, 500};
  rig.core->notices->tell(some("first"));
  rig.core->notices->tell(some("second"));
  rig.loop.run();
  EXPECT_EQ(receiver.came.size(), 7u);
  EXPECT_EQ(rig.core->notices->deliveries()[0].given_up, 1u);
  EXPECT_EQ(rig.core->notices->deliveries()[0].delivered, 1u);
  EXPECT_EQ(rig.core->notices->deliveries()[0].failure, "");
  EXPECT_EQ(rig.core->notices->newest(10).size(), 2u) << "both are kept for people";
  EXPECT_EQ(rig.core->notices->newest(1)[0].text, "second");
}

TEST(Notices, with_the_same_id_are_told_once) {
  Rig rig(kHook);
  Receiver receiver(rig);
  auto notice = some("a price moves");
  notice.id = "price/one/2026-12-01";
  rig.core->notices->tell(notice);
  rig.core->notices->tell(notice);
  rig.loop.run();
  EXPECT_EQ(receiver.came.size(), 1u);
}

TEST(Notices, tell_each_threshold_of_a_budget_once) {
  Rig rig(std::string("budgets: { team: { usd: \"0.0003\", per: month, keys: [team-a] } }\n") + std::string(kHook));
  Receiver receiver(rig);
  for (int i = 0; i < 40; ++i) {
    rig.plays = {{.answer = json_answer(kChatAnswer)}};
    if (!rig.ask(chat_request(kBody)).starts_with("HTTP/1.1 200")) break;
  }
  ASSERT_EQ(receiver.came.size(), 1u) << "what is left never reaches 80 %: the next request does not fit";
  EXPECT_NE(receiver.came[0].find(R"("type":"budget.threshold")"), std::string::npos);
  EXPECT_NE(receiver.came[0].find("50 % of the budget \\\"team\\\" of 0.0003 USD per month are spent: 0.000154 USD by now; the next month begins at "), std::string::npos) << receiver.came[0];
  EXPECT_NE(receiver.came[0].find(R"("budget":"team","percent":50,"limit_usd":"0.0003","settled_usd":"0.000154","per":"month","hard":true,"resets_at":")"), std::string::npos) << receiver.came[0];
}

TEST(Watch, tells_that_a_place_is_left_and_that_it_serves_again) {
  Rig rig(kHook);
  Receiver receiver(rig);
  rig.core->keep_watch();
  for (int i = 0; i < 30; ++i)
    rig.core->senses.board.observe({.at = rig.loop.now(), .tenant = static_cast<std::uint16_t>(i % 2), .deployment = 0, .status = 503, .what = health::What::failed, .kind = cloud::FailureKind::server_error, .known_good = true});
  ASSERT_EQ(rig.core->senses.board.service(0, health::size_class(0), 0, rig.loop.now()).breaker, health::BreakerState::open);
  run_for(rig, 3'000);
  ASSERT_EQ(receiver.came.size(), 1u);
  EXPECT_NE(receiver.came[0].find(R"("type":"deployment.left")"), std::string::npos);
  EXPECT_NE(receiver.came[0].find(R"("deployment":"one","provider":"one","model":"gpt","why":")"), std::string::npos) << receiver.came[0];
  for (int i = 0; i < 20; ++i) {
    const auto now = rig.loop.now();
    auto ticket = rig.core->senses.board.begin(0, 10, false, now);
    rig.core->senses.board.observe({.at = now, .deployment = 0, .status = 200, .what = health::What::served}, ticket);
  }
  ASSERT_EQ(rig.core->senses.board.service(0, health::size_class(0), 0, rig.loop.now()).breaker, health::BreakerState::closed);
  run_for(rig, 5'000);
  EXPECT_EQ(receiver.came.size(), 1u) << "not at once: it may be left again";
  run_for(rig, 8'000);
  ASSERT_EQ(receiver.came.size(), 2u);
  EXPECT_NE(receiver.came[1].find(R"("type":"deployment.returned")"), std::string::npos) << receiver.came[1];
}

TEST(Watch, tells_that_the_books_cannot_be_kept) {
  store::FailingDisk disk;
  store::Folder folder;
  auto journal = std::move(*store::Journal::open({.data_dir = folder.path, .cores = 1, .segment_bytes = 64 * 1024, .disk = &disk, .side_thread = false}));
  Rig rig(kHook);
  Receiver receiver(rig);
  rig.keep_books(*journal);
  rig.core->dial_tokens = [&receiver](const net::Endpoint& e) { return receiver.dial(e); };
  disk.create_error = ENOSPC;
  for (int i = 0; i < 2'000 && journal->condition().ok(); ++i) {
    rig.plays = {{.answer = json_answer(kChatAnswer)}};
    (void)rig.ask(chat_request(kBody));
    journal->round();
  }
  ASSERT_FALSE(journal->condition().ok());
  rig.core->keep_watch();
  run_for(rig, 2'000);
  ASSERT_FALSE(receiver.came.empty());
  EXPECT_NE(receiver.came.back().find(R"("type":"ledger.trouble")"), std::string::npos) << receiver.came.back();
  EXPECT_NE(receiver.came.back().find(R"("what":"journal","trouble":")"), std::string::npos);
}

}  // namespace
}  // namespace fw::gateway
