// For the tests of the ledger: random attempts in a journal, and what the books must say of them.
#pragma once

#include <map>
#include <string>

#include "ledger/journal_testing.h"
#include "store/bookkeeper.h"
#include "store/books.h"
#include "store/journal_testing.h"

namespace fw::store {

inline std::unique_ptr<Journal> open_journal(const Folder& folder, std::size_t cores = 2) {
  auto journal = Journal::open({.data_dir = folder.path, .cores = cores, .segment_bytes = 16 * 1024, .side_thread = false});
  EXPECT_TRUE(journal) << journal.error().message;
  return std::move(*journal);
}

inline std::unique_ptr<Bookkeeper> open_keeper(Journal& journal, std::size_t batch = 5'000) {
  auto keeper = Bookkeeper::open(journal, {.batch = batch, .thread = false});
  EXPECT_TRUE(keeper) << keeper.error().message;
  return std::move(*keeper);
}

// What was written, counted beside the books.
struct Expected {
  std::size_t attempts = 0;
  std::map<ledger::AttemptState, std::size_t> states;
  Money cost, low, high;
  bool operator==(const Expected&) const = default;
};

inline Expected counted(Books& books, const BooksFilter& filter = {}) {
  Expected out;
  const auto read = books.attempts(filter, [&](const ledger::Booked& a) {
    ++out.attempts;
    ++out.states[a.state];
    out.cost += a.cost.value_or(Money{});
    out.low += a.cost_low.value_or(Money{});
    out.high += a.cost_high.value_or(Money{});
  });
  EXPECT_TRUE(read) << read.error().message;
  return out;
}

inline Expected counted(const std::string& data_dir) {
  auto books = Books::open(data_dir);
  EXPECT_TRUE(books) << books.error().message;
  if (!books) return {};
  const auto wrong = (*books)->inconsistencies(10);
  EXPECT_TRUE(wrong) << wrong.error().message;
  EXPECT_TRUE(wrong->empty()) << wrong->front();
  return counted(**books);
}

// Random attempts: most settle, some are adjusted, some stay open.
class Traffic {
 public:
  explicit Traffic(std::uint64_t seed) : dice_(seed) {}

  void attempt(Lane& lane, Journal& journal) {
    const auto id = "r" + std::to_string(next_++) + "-1";
    auto i = intent(id);
    i.time.ns = 1'790'000'000'000'000'000 + static_cast<std::int64_t>(dice_.below(200'000)) * 1'000'000'000;
    i.tenant = lane.name(ledger::NameTable::tenant, dice_.one_in(2) ? "acme" : "umbrella");
    i.deployment = lane.name(ledger::NameTable::deployment, "d" + std::to_string(dice_.below(5)));
    i.reserved_cost = amount();
    if (dice_.one_in(3)) i.tags = dice_.one_in(2) ? "team=search" : "project=x,team=ads";
    i.purpose = static_cast<ledger::Purpose>(dice_.below(static_cast<std::uint64_t>(ledger::kPurposeLast) + 1));
    append(lane, journal, i);
    ++expected.attempts;
    if (dice_.one_in(10)) {
      ++expected.states[ledger::AttemptState::ambiguous];
      expected.high += *i.reserved_cost;
      return;
    }
    auto s = settlement(id, 0);
    s.cost = s.cost_low = s.cost_high = amount();
    s.usage.input = 7;
    if (dice_.one_in(5)) s.outcome = cloud::FailureKind::outrun;
    append(lane, journal, s);
    auto settled = *s.cost;
    if (dice_.one_in(8)) {
      ledger::Adjustment a{.attempt_id = id, .state = ledger::AttemptState::settled_exact, .basis = ledger::Basis::provider_usage};
      a.cost = a.cost_low = a.cost_high = settled = amount();
      append(lane, journal, a);
    }
    ++expected.states[ledger::AttemptState::settled_exact];
    for (auto* sum : {&expected.cost, &expected.low, &expected.high}) *sum += settled;
    if (dice_.one_in(2)) return;
    append(lane, journal, ledger::ExchangeEnd{.request_id = i.request_id, .attempts = 1, .decision = "d"});
  }

  Expected expected;

 private:
  // Far beyond what a double holds exactly, so that a rounded sum shows.
  Money amount() { return Money::of_units((Int128{static_cast<std::int64_t>(dice_.below(1'000'000'000'000))} << 20) + static_cast<std::int64_t>(dice_.below(1'000'000'000))); }
  template <class R>
  static void append(Lane& lane, Journal& journal, const R& record) {
    auto done = lane.append(record);
    if (!done) {
      journal.round();
      done = lane.append(record);
    }
    ASSERT_TRUE(done) << done.error().words();
    journal.round();
  }
  ledger::Dice dice_;
  int next_ = 1;
};

}  // namespace fw::store
