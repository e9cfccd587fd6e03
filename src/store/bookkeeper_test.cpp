#include "store/bookkeeper.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "store/adjust.h"
#include "store/ledger_testing.h"
#include "store/lock.h"

namespace fw::store {
namespace {

namespace fs = std::filesystem;

void move_all(Bookkeeper& keeper) {
  for (;;) {
    const auto moved = keeper.step();
    ASSERT_TRUE(moved) << moved.error().message;
    if (*moved == 0) return;
  }
}

TEST(Bookkeeper, what_random_traffic_cost_is_what_the_books_say_to_the_last_digit) {
  const Folder folder;
  Traffic traffic(1);
  {
    auto journal = open_journal(folder);
    auto keeper = open_keeper(*journal, 37);
    for (int i = 0; i < 600; ++i) {
      traffic.attempt(journal->lane(static_cast<std::size_t>(i) % 2), *journal);
      if (i % 50 == 0) ASSERT_TRUE(keeper->step());
    }
    EXPECT_GT(keeper->condition().lag_records, 0U);
    move_all(*keeper);
    EXPECT_EQ(keeper->condition().lag_records, 0U);
    EXPECT_GT(keeper->condition().retired, 0U);
    EXPECT_TRUE(keeper->close());
  }
  EXPECT_EQ(counted(folder.path), traffic.expected);
}

TEST(Bookkeeper, what_a_run_left_is_moved_by_the_next_and_its_open_attempts_are_ambiguous_at_their_bound) {
  const Folder folder;
  Traffic traffic(2);
  {
    auto journal = open_journal(folder);
    for (int i = 0; i < 200; ++i) traffic.attempt(journal->lane(0), *journal);
  }
  EXPECT_EQ(counted(folder.path), traffic.expected);  // from the journal alone
  {
    auto journal = open_journal(folder);
    auto keeper = open_keeper(*journal, 10);
    move_all(*keeper);
    EXPECT_TRUE(keeper->condition().recovered);
    EXPECT_GT(keeper->condition().retired, 0U);
  }
  EXPECT_EQ(counted(folder.path), traffic.expected);
  fs::remove_all(folder.path + "/journal");
  EXPECT_EQ(counted(folder.path), traffic.expected);  // from the ledger alone
}

TEST(Bookkeeper, moving_the_same_journals_again_changes_nothing) {
  const Folder folder;
  const Folder before;
  Traffic traffic(3);
  {
    auto journal = open_journal(folder);
    for (int i = 0; i < 100; ++i) traffic.attempt(journal->lane(0), *journal);
  }
  fs::copy(folder.path + "/journal", before.path + "/journal", fs::copy_options::recursive);
  for (int i = 0; i < 3; ++i) {
    {
      auto journal = open_journal(folder);
      move_all(*open_keeper(*journal));
    }
    EXPECT_EQ(counted(folder.path), traffic.expected);
    fs::copy(before.path + "/journal", folder.path + "/journal", fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  }
}

// Journals are read core by core, and adjustments stand in the first one.
TEST(Bookkeeper, an_adjustment_finds_its_intent_in_whichever_cores_journal_a_run_left_it) {
  const Folder folder;
  {
    auto journal = open_journal(folder);
    ASSERT_TRUE(journal->lane(1).append(intent("lost-1")));
  }
  const ledger::Adjustment nothing{.attempt_id = "lost-1", .time = {1}, .state = ledger::AttemptState::refused_unbilled, .cost = Money(), .cost_low = Money(), .cost_high = Money()};
  ASSERT_TRUE(write_adjustments(folder.path, std::span(&nothing, 1), "test"));
  {
    auto journal = open_journal(folder);
    move_all(*open_keeper(*journal));
  }
  auto books = Books::open(folder.path);
  ASSERT_TRUE(books) << books.error().message;
  std::size_t seen = 0;
  ASSERT_TRUE((*books)->attempts({}, [&](const ledger::Booked& a) {
    ++seen;
    EXPECT_FALSE(a.intent_lost);
    EXPECT_EQ(a.state, ledger::AttemptState::refused_unbilled);
  }));
  EXPECT_EQ(seen, 1U);
}

TEST(Bookkeeper, a_journal_folder_that_was_deleted_begins_anew_and_loses_nothing) {
  const Folder folder;
  for (int i = 0; i < 2; ++i) {
    auto journal = open_journal(folder);
    for (int n = 0; n < 5; ++n) ASSERT_TRUE(journal->lane(0).append(intent(fmt::format("run{}n{}-1", i, n))));
    move_all(*open_keeper(*journal));
    journal.reset();
    fs::remove_all(folder.path + "/journal");
  }
  EXPECT_EQ(counted(folder.path).attempts, 10U);
}

// The child is ended after so many turns, without a word to anybody; then its parent goes on.
TEST(Bookkeeper, ended_after_any_turn_it_goes_on_where_it_was) {
  for (int turns = 0; turns < 6; ++turns) {
    const Folder folder;
    Traffic traffic(static_cast<std::uint64_t>(turns) + 10);
    const int child = ::fork();
    if (child == 0) {
      auto journal = open_journal(folder);
      auto keeper = open_keeper(*journal, 5);
      for (int i = 0; i < 40; ++i) traffic.attempt(journal->lane(0), *journal);
      for (int i = 0; i < turns; ++i) (void)keeper->step();
      ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    {
      const Folder elsewhere;  // the same traffic, for what is expected
      auto journal = open_journal(elsewhere);
      for (int i = 0; i < 40; ++i) traffic.attempt(journal->lane(0), *journal);
    }
    EXPECT_EQ(counted(folder.path), traffic.expected) << turns;
    {
      auto journal = open_journal(folder);
      move_all(*open_keeper(*journal, 7));
    }
    EXPECT_EQ(counted(folder.path), traffic.expected) << turns;
  }
}

TEST(Bookkeeper, a_ledger_that_cannot_be_written_loses_nothing_and_heals) {
  const Folder folder;
  Traffic traffic(4);
  auto journal = open_journal(folder);
  auto keeper = open_keeper(*journal, 20);
  for (int i = 0; i < 30; ++i) traffic.attempt(journal->lane(0), *journal);
  ASSERT_TRUE(keeper->step());
  auto other = std::move(*Sqlite::open(ledger_path(folder.path), Sqlite::How::write));
  other->run("CREATE TRIGGER full BEFORE INSERT ON attempts BEGIN SELECT RAISE(ABORT, 'disk full'); END");
  for (int i = 0; i < 300; ++i) traffic.attempt(journal->lane(1), *journal);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(keeper->step());
  EXPECT_NE(keeper->condition().words.find("disk full"), std::string::npos) << keeper->condition().words;
  EXPECT_EQ(keeper->condition().failures, 3U);
  EXPECT_GT(keeper->condition().lag_records, 300U);
  other->run("DROP TRIGGER full");
  ASSERT_TRUE(other->ok()) << other->error().message;
  other.reset();
  move_all(*keeper);
  EXPECT_TRUE(keeper->condition().ok());
  keeper->close();
  keeper.reset();
  journal.reset();
  EXPECT_EQ(counted(folder.path), traffic.expected);
}

TEST(Bookkeeper, a_ledger_of_a_newer_format_is_refused_and_not_touched) {
  const Folder folder;
  { auto made = Ledger::open(folder.path); }
  {
    auto db = std::move(*Sqlite::open(ledger_path(folder.path), Sqlite::How::write));
    db->run("PRAGMA user_version=9");
  }
  const auto written = fs::last_write_time(ledger_path(folder.path));
  const auto opened = Ledger::open(folder.path);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("has the format 9, this program knows up to 2"), std::string::npos) << opened.error().message;
  EXPECT_EQ(fs::last_write_time(ledger_path(folder.path)), written);
  EXPECT_FALSE(Books::open(folder.path));
}

TEST(Bookkeeper, a_file_that_is_no_ledger_is_refused) {
  const Folder folder;
  {
    auto db = std::move(*Sqlite::open(ledger_path(folder.path), Sqlite::How::write));
    db->run("CREATE TABLE mine(a)");
  }
  const auto opened = Ledger::open(folder.path);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("not a ledger of Fairway"), std::string::npos);
}

TEST(Bookkeeper, a_damaged_segment_is_told_with_its_offset_and_kept_beside) {
  const Folder folder;
  std::string path;
  {
    auto journal = open_journal(folder, 1);
    for (int i = 0; i < 20; ++i) {
      ASSERT_TRUE(journal->lane(0).append(intent("r" + std::to_string(i) + "-1")));
      ASSERT_TRUE(journal->lane(0).append(settlement("r" + std::to_string(i) + "-1", 5)));
    }
    path = journal->segment_path(0, 1);
  }
  std::uint32_t offset = 0;
  (void)read_directory(folder.path, {.visit = [&](const Position& p, const ledger::Record&, const ledger::SegmentReader&) {
                                       if (p.sequence == 9) offset = p.offset;
                                     }});
  auto* file = std::fopen(path.c_str(), "r+");
  std::fseek(file, offset + 24, SEEK_SET);
  std::fputc(0xff, file);
  std::fclose(file);
  const auto tells = [&] {
    auto books = Books::open(folder.path);
    ASSERT_TRUE(books);
    ASSERT_EQ((*books)->problems().size(), 1U);
    EXPECT_NE((*books)->problems()[0].find(path), std::string::npos) << (*books)->problems()[0];
    EXPECT_NE((*books)->problems()[0].find(std::to_string(offset)), std::string::npos) << (*books)->problems()[0];
  };
  tells();
  {
    auto journal = open_journal(folder, 1);
    move_all(*open_keeper(*journal));
  }
  EXPECT_TRUE(fs::exists(path + ".damaged"));
  EXPECT_FALSE(fs::exists(path));
  tells();
}

TEST(Bookkeeper, its_thread_moves_all_and_ends) {
  const Folder folder;
  Traffic traffic(5);
  {
    auto journal = open_journal(folder);
    auto keeper = std::move(*Bookkeeper::open(*journal, {.batch_ms = 1}));
    for (int i = 0; i < 300; ++i) traffic.attempt(journal->lane(0), *journal);
    EXPECT_TRUE(keeper->close());
    EXPECT_EQ(keeper->condition().lag_records, 0U);
  }
  EXPECT_EQ(counted(folder.path), traffic.expected);
}

}  // namespace
}  // namespace fw::store
