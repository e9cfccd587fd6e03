// What the journal holds of exchanges, and what happens when it can hold nothing.
#include <gtest/gtest.h>

#include <errno.h>

#include "gateway/rig.h"
#include "route/compact.h"
#include "store/journal_testing.h"

namespace fw::gateway {
namespace {

constexpr std::string_view kBody = R"({"model":"gpt","messages":[{"role":"user","content":"hi"}]})";

struct Kept {
  std::vector<std::string> order;  // kinds, in the order of the journal
  std::vector<ledger::Intent> intents;
  std::vector<ledger::Settlement> settlements;
  std::vector<ledger::ExchangeEnd> ends;
  std::map<std::string, std::string> facts;
  std::vector<std::string> texts;  // what the views of the records above point into
};

// A journal of one core without a thread of its own.
class Desk {
 public:
  explicit Desk(store::Disk* disk = nullptr) {
    auto opened = store::Journal::open({.data_dir = folder.path, .cores = 1, .segment_bytes = 64 * 1024, .disk = disk, .side_thread = false});
    if (!opened) throw std::runtime_error(opened.error().message);
    journal = std::move(*opened);
  }

  struct Text {
    std::string deployment, model, key, tenant, cloud, attempt;
  };
  Kept read() {
    Kept kept;
    const auto visit = [&](const store::Position&, const ledger::Record& record, const ledger::SegmentReader& reader) {
      std::visit([&](const auto& body) { take(body, reader, kept); }, record.body);
    };
    const auto reading = store::read_directory(folder.path, {.disk = nullptr, .visit = visit, .before = {}});
    EXPECT_TRUE(reading && reading->problems.empty());
    open = reading ? reading->open.size() : 0;
    return kept;
  }

  store::Folder folder;
  std::unique_ptr<store::Journal> journal;
  std::size_t open = 0;        // intents without an end
  std::vector<Text> words;     // of the intents

 private:
  void take(const ledger::Intent& r, const ledger::SegmentReader& reader, Kept& kept) {
    kept.order.emplace_back("intent");
    kept.intents.push_back(r);
    words.push_back({std::string(reader.text(r.deployment)), std::string(reader.text(r.model)), std::string(reader.text(r.key)),
                     std::string(reader.text(r.tenant)), std::string(reader.text(r.cloud)), std::string(r.attempt_id)});
  }
  void take(const ledger::Settlement& r, const ledger::SegmentReader&, Kept& kept) {
    kept.order.emplace_back("settlement");
    kept.settlements.push_back(r);
  }
  void take(const ledger::ExchangeEnd& r, const ledger::SegmentReader&, Kept& kept) {
    kept.order.emplace_back("end");
    kept.ends.push_back(r);
  }
  void take(const ledger::Facts& r, const ledger::SegmentReader&, Kept& kept) {
    kept.facts.emplace(r.hash, r.bytes);
  }
  void take(const auto&, const ledger::SegmentReader&, Kept&) {}
};

TEST(Books, hold_an_attempt_from_before_its_first_byte_to_its_end) {
  Desk desk;
  Rig rig;
  rig.keep_books(*desk.journal);
  rig.plays = {{.answer = json_answer("{}", 503)}, {.answer = json_answer(kChatAnswer)}};
  EXPECT_TRUE(rig.ask(chat_request(kBody)).starts_with("HTTP/1.1 200"));
  const auto kept = desk.read();
  EXPECT_EQ(kept.order, (std::vector<std::string>{"intent", "settlement", "intent", "settlement", "end"}));
  EXPECT_EQ(desk.open, 0u);
  const auto record = rig.last();
  ASSERT_EQ(kept.settlements.size(), 2u);
  EXPECT_EQ(kept.settlements[1].state, ledger::AttemptState::settled_exact);
  EXPECT_EQ(kept.settlements[1].cost, record.attempts[1].cost);
  EXPECT_EQ(kept.settlements[1].usage.input, 10);
  EXPECT_GE(*kept.intents[1].reserved_cost, *kept.settlements[1].cost);
  EXPECT_EQ(desk.words[1].deployment, "two");
  EXPECT_EQ(desk.words[1].model, "gpt");
  EXPECT_EQ(desk.words[1].tenant, "acme");
  EXPECT_EQ(desk.words[1].cloud, "compatible");
  EXPECT_EQ(kept.ends[0].attempts, 2u);
  EXPECT_EQ(kept.ends[0].cost, record.cost);
}

TEST(Books, hold_both_attempts_of_a_hedge) {
  Desk desk;
  Rig rig("policies: { default: { prefer: ordered, hedge: { after_ms: 500 } } }\n", {}, {}, "openai");
  rig.keep_books(*desk.journal);
  rig.plays = {{.answer = "", .hang = true}, {.answer = json_answer(kChatAnswer), .delay_ms = 100}};
  EXPECT_TRUE(rig.ask(chat_request(kBody)).starts_with("HTTP/1.1 200"));
  const auto kept = desk.read();
  EXPECT_EQ(kept.order, (std::vector<std::string>{"intent", "intent", "settlement", "settlement", "end"}));
  EXPECT_EQ(desk.open, 0u);
  ASSERT_EQ(kept.settlements.size(), 2u);
  EXPECT_EQ(desk.words[0].deployment, "one");
  EXPECT_EQ(desk.words[1].deployment, "two");
  EXPECT_EQ(desk.words[0].attempt.back(), '1');
  EXPECT_EQ(desk.words[1].attempt.back(), '2');
  EXPECT_EQ(kept.settlements[0].outcome, cloud::FailureKind::outrun);
  EXPECT_EQ(kept.settlements[0].state, ledger::AttemptState::settled_estimated);
  EXPECT_EQ(kept.settlements[1].state, ledger::AttemptState::settled_exact);
  EXPECT_EQ(kept.ends[0].attempts, 2u);
}

TEST(Books, hold_the_decision_so_that_it_can_be_taken_again) {
  Desk desk;
  Rig rig;
  rig.keep_books(*desk.journal);
  rig.plays = {{.answer = json_answer(kChatAnswer)}};
  rig.ask(chat_request(kBody));
  const auto kept = desk.read();
  const auto decision = route::read_compact(kept.facts.at(std::string(rig.last().request_id.view())));
  ASSERT_TRUE(decision) << decision.error().message;
  const auto policy = route::read_policy(kept.facts.at(std::string(decision->policy_hash)));
  ASSERT_TRUE(policy) << policy.error().message;
  EXPECT_EQ(route::difference({.request_id = "r", .time = "", .model = "gpt", .policy = *policy, .decision = decision->decision}), "");
  EXPECT_EQ(decision->decision.seen.size(), 2u);
}

TEST(Books, refuse_what_they_cannot_hold_and_nothing_is_sent) {
  store::FailingDisk disk;
  Desk desk(&disk);
  Rig rig;
  rig.keep_books(*desk.journal);
  disk.create_error = ENOSPC;
  std::string answer;
  int served = 0;
  for (; served < 2'000; ++served) {
    rig.plays = {{.answer = json_answer(kChatAnswer)}};
    answer = rig.ask(chat_request(kBody));
    if (!answer.starts_with("HTTP/1.1 200")) break;
    desk.journal->round();
  }
  EXPECT_GT(served, 10);
  EXPECT_NE(answer.find("HTTP/1.1 503"), answer.npos) << answer;
  EXPECT_NE(answer.find("ledger_unavailable"), answer.npos) << answer;
  EXPECT_EQ(rig.received.size(), static_cast<std::size_t>(served));
  EXPECT_EQ(desk.journal->condition().trouble, store::Trouble::disk_full);
  const auto kept = desk.read();
  EXPECT_EQ(kept.settlements.size(), static_cast<std::size_t>(served)) << "what ran could still be settled";
  EXPECT_EQ(desk.open, 0u);
  disk.create_error = 0;
  disk.ahead_ns = 2'000'000'000;
  desk.journal->round();
  rig.plays = {{.answer = json_answer(kChatAnswer)}};
  EXPECT_TRUE(rig.ask(chat_request(kBody)).starts_with("HTTP/1.1 200")) << "it heals by itself";
}

TEST(Books, may_be_told_to_serve_all_the_same) {
  store::FailingDisk disk;
  Desk desk(&disk);
  Rig rig("on_ledger_failure: serve-and-flag\n");
  rig.keep_books(*desk.journal);
  disk.create_error = EROFS;
  for (int i = 0; i < 400; ++i) {
    rig.plays = {{.answer = json_answer(kChatAnswer)}};
    ASSERT_TRUE(rig.ask(chat_request(kBody)).starts_with("HTTP/1.1 200"));
    desk.journal->round();
  }
  EXPECT_GT(desk.journal->counts().refused, 0u) << "each is counted";
}

net::Task<void> sync_later(Rig& rig, Desk& desk, std::size_t& sent_before) {
  co_await rig.loop.sleep_until(rig.loop.now().plus_ms(200));
  sent_before = rig.received.size();
  desk.journal->round();
}

TEST(Books, strict_ones_are_on_disk_before_the_first_byte) {
  Desk desk;
  Rig rig("durability: strict\n");
  rig.keep_books(*desk.journal);
  rig.plays = {{.answer = json_answer(kChatAnswer)}};
  std::size_t sent_before = SIZE_MAX;
  rig.loop.spawn(sync_later(rig, desk, sent_before));
  EXPECT_TRUE(rig.ask(chat_request(kBody)).starts_with("HTTP/1.1 200"));
  EXPECT_EQ(sent_before, 0u) << "nothing goes upstream before the sync";
  EXPECT_EQ(rig.received.size(), 1u);
}

}  // namespace
}  // namespace fw::gateway
