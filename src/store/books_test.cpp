#include "store/books.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "store/ledger_testing.h"
#include "store/lock.h"

namespace fw::store {
namespace {

namespace fs = std::filesystem;

std::map<std::string, ledger::AttemptState> states(const std::string& data_dir, const BooksFilter& filter = {}) {
  std::map<std::string, ledger::AttemptState> out;
  auto books = Books::open(data_dir);
  EXPECT_TRUE(books) << books.error().message;
  (void)(*books)->attempts(filter, [&](const ledger::Booked& a) { out[a.attempt_id] = a.state; });
  return out;
}

TEST(Books, a_directory_without_books_is_an_error_that_says_so) {
  const Folder folder;
  const auto opened = Books::open(folder.path);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("neither a ledger nor a journal"), std::string::npos);
}

TEST(Books, an_attempt_that_runs_is_open_and_ambiguous_once_its_gateway_is_gone) {
  const Folder folder;
  auto lock = std::make_unique<DirectoryLock>(std::move(*DirectoryLock::take(folder.path)));
  auto journal = open_journal(folder);
  auto keeper = open_keeper(*journal);
  ASSERT_TRUE(journal->lane(0).append(intent("moved-1")));
  ASSERT_TRUE(keeper->step());
  ASSERT_TRUE(journal->lane(0).append(intent("tail-1")));
  using enum ledger::AttemptState;
  EXPECT_EQ(states(folder.path), (std::map<std::string, ledger::AttemptState>{{"moved-1", open}, {"tail-1", open}}));
  ASSERT_TRUE(journal->lane(0).append(settlement("moved-1", 4)));  // its intent is in the ledger
  EXPECT_EQ(states(folder.path), (std::map<std::string, ledger::AttemptState>{{"moved-1", settled_exact}, {"tail-1", open}}));
  BooksFilter open_ones;
  open_ones.state = "open";
  EXPECT_EQ(states(folder.path, open_ones).size(), 1U);
  lock.reset();
  EXPECT_EQ(states(folder.path)["tail-1"], ambiguous);
}

TEST(Books, reading_a_crashed_copy_writes_nothing) {
  const Folder folder;
  const Folder copy;
  auto journal = open_journal(folder);
  auto keeper = open_keeper(*journal);
  Traffic traffic(7);
  for (int i = 0; i < 50; ++i) traffic.attempt(journal->lane(0), *journal);
  ASSERT_TRUE(keeper->step());  // into the write-ahead log
  fs::copy(folder.path, copy.path, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  fs::remove(ledger_path(copy.path) + "-shm");
  ASSERT_GT(fs::file_size(ledger_path(copy.path) + "-wal"), 0U);
  const auto listed = [&] {
    std::map<std::string, std::pair<std::uintmax_t, fs::file_time_type>> out;
    for (const auto& f : fs::recursive_directory_iterator(copy.path))
      if (f.is_regular_file()) out[f.path()] = {f.file_size(), f.last_write_time()};
    return out;
  };
  const auto before = listed();
  EXPECT_EQ(counted(copy.path), traffic.expected);
  EXPECT_EQ(listed(), before);
}

TEST(Books, a_changed_entry_is_found_in_the_sums) {
  const Folder folder;
  {
    auto journal = open_journal(folder);
    auto keeper = open_keeper(*journal);
    ASSERT_TRUE(journal->lane(0).append(intent("r1-1")));
    ASSERT_TRUE(journal->lane(0).append(settlement("r1-1", 4)));
    ASSERT_TRUE(keeper->close());
  }
  {
    auto db = std::move(*Sqlite::open(ledger_path(folder.path), Sqlite::How::write));
    db->run("UPDATE entries SET cost_rest=cost_rest+1 WHERE kind=2");
    ASSERT_TRUE(db->ok());
  }
  auto books = std::move(*Books::open(folder.path));
  const auto wrong = books->inconsistencies(10);
  ASSERT_TRUE(wrong);
  ASSERT_EQ(wrong->size(), 2U);  // of the hour and of the day
  EXPECT_NE(wrong->front().find("cost is 0.000000000000004 USD, its attempts have 0.000000000000005 USD"), std::string::npos) << wrong->front();
}

TEST(Books, exchanges_bring_their_decision_and_facts_their_bytes_from_ledger_and_journal) {
  const Folder folder;
  auto journal = open_journal(folder);
  auto keeper = open_keeper(*journal);
  for (const auto* id : {"moved", "tail"}) {
    ASSERT_TRUE(journal->lane(0).append(ledger::ExchangeEnd{.request_id = id, .cost = Money::of_units(-3), .decision = id}));
    ASSERT_TRUE(journal->lane(0).append(ledger::Facts{id, "bytes"}));
    if (id == std::string_view("moved")) ASSERT_TRUE(keeper->step());
  }
  auto books = std::move(*Books::open(folder.path));
  std::vector<std::string> seen;
  ASSERT_TRUE(books->exchanges([&](const BookedExchange& x) {
    seen.push_back(x.request_id + " " + x.decision);
    EXPECT_EQ(x.cost, Money::of_units(-3));
  }));
  EXPECT_EQ(seen, (std::vector<std::string>{"moved moved", "tail tail"}));
  EXPECT_EQ(books->facts("moved").value(), "bytes");
  EXPECT_EQ(books->facts("tail").value(), "bytes");
  EXPECT_EQ(books->facts("none").value(), std::nullopt);
  std::vector<std::string> hashes;
  ASSERT_TRUE(books->facts([&](std::string_view hash, std::string_view bytes) {
    hashes.emplace_back(hash);
    EXPECT_EQ(bytes, "bytes");
  }));
  EXPECT_EQ(hashes, (std::vector<std::string>{"moved", "tail"}));
}

}  // namespace
}  // namespace fw::store
