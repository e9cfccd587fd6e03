#include "store/journal.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <thread>

#include "store/journal_testing.h"
#include "store/lock.h"

namespace fw::store {
namespace {

using ledger::NameTable;

std::unique_ptr<Journal> open(JournalOptions options) {
  auto journal = Journal::open(std::move(options));
  EXPECT_TRUE(journal) << journal.error().message;
  return journal ? std::move(*journal) : nullptr;
}

JournalOptions small(const Folder& folder, std::size_t cores = 1) {
  return {.data_dir = folder.path, .cores = cores, .segment_bytes = 16 * 1024, .side_thread = false};
}

TEST(JournalStore, what_was_appended_is_read_back_in_order_with_its_names) {
  const Folder folder;
  {
    auto journal = open(small(folder));
    auto& lane = journal->lane(0);
    auto first = intent("r1-1");
    first.tenant = lane.name(NameTable::tenant, "acme");
    first.deployment = lane.name(NameTable::deployment, "acme");
    EXPECT_NE(first.tenant, first.deployment);
    EXPECT_EQ(lane.name(NameTable::tenant, "acme"), first.tenant);
    ASSERT_TRUE(lane.append(first));
    ASSERT_TRUE(lane.append(settlement("r1-1", 5)));
  }
  std::vector<std::string> seen;
  const auto reading = read_directory(
      folder.path, {.visit = [&](const Position& p, const ledger::Record& r, const ledger::SegmentReader& reader) {
        EXPECT_EQ(p.sequence, seen.size() + 1);
        if (const auto* i = std::get_if<ledger::Intent>(&r.body))
          seen.push_back("intent of " + std::string(reader.text(i->tenant)) + " at " +
                         std::string(reader.text(i->deployment)));
        else if (const auto* n = std::get_if<ledger::Naming>(&r.body))
          seen.push_back("naming " + std::string(n->text));
        else if (std::holds_alternative<ledger::Settlement>(r.body))
          seen.emplace_back("settlement");
        else if (const auto* m = std::get_if<ledger::Mark>(&r.body))
          seen.push_back("mark " + std::to_string(static_cast<int>(m->kind)));
      }});
  ASSERT_TRUE(reading);
  EXPECT_EQ(seen, (std::vector<std::string>{"mark 0", "naming acme", "naming acme", "intent of acme at acme",
                                            "settlement", "mark 2"}));
  EXPECT_TRUE(reading->problems.empty());
  EXPECT_TRUE(reading->open.empty());
  ASSERT_EQ(reading->segments.size(), 1U);  // the one made ahead is gone
  EXPECT_TRUE(reading->segments[0].clean_shutdown);
}

TEST(JournalStore, files_are_for_the_owner_alone) {
  const Folder folder;
  auto journal = open(small(folder));
  struct stat st{};
  ASSERT_EQ(::stat(journal->segment_path(0, 1).c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777, 0600U);
  ASSERT_EQ(::stat(core_folder(folder.path, 0).c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777, 0700U);
}

TEST(JournalStore, each_segment_reads_alone_and_sequences_have_no_gap_between_them) {
  const Folder folder;
  auto journal = open(small(folder));
  auto& lane = journal->lane(0);
  for (int i = 0; i < 1000; ++i) {
    const auto id = "r" + std::to_string(i) + "-1";  // a record has views
    auto r = intent(id);
    r.tenant = lane.name(NameTable::tenant, "acme");
    ASSERT_TRUE(lane.append(r)) << i;
    if (i % 20 == 0) journal->round();
  }
  journal->close();
  const auto reading = read_directory(
      folder.path, {.visit = [&](const Position&, const ledger::Record& r, const ledger::SegmentReader& reader) {
        if (const auto* i = std::get_if<ledger::Intent>(&r.body)) EXPECT_EQ(reader.text(i->tenant), "acme");
      }});
  ASSERT_TRUE(reading);
  EXPECT_GT(reading->segments.size(), 3U);
  EXPECT_EQ(reading->problems, std::vector<std::string>());
  EXPECT_EQ(reading->open.size(), 1000U);
  for (std::size_t i = 0; i < reading->segments.size(); ++i) {
    const auto& s = reading->segments[i];
    EXPECT_EQ(s.end, ledger::SegmentEnd::clean);
    EXPECT_EQ(s.sealed, i + 1 < reading->segments.size());
    if (i > 0) EXPECT_EQ(s.first_sequence, reading->segments[i - 1].last_sequence + 1);
  }
}

TEST(JournalStore, a_missing_segment_is_a_problem) {
  const Folder folder;
  {
    auto journal = open(small(folder));
    for (int i = 0; i < 500; ++i) {
      ASSERT_TRUE(journal->lane(0).append(intent("r" + std::to_string(i) + "-1")));
      if (i % 20 == 0) journal->round();
    }
    EXPECT_FALSE(journal->retire(0, journal->lane(0).published().segment));
    ASSERT_TRUE(real_disk().remove(journal->segment_path(0, 2)));
  }
  const auto reading = read_directory(folder.path);
  ASSERT_TRUE(reading);
  ASSERT_EQ(reading->problems.size(), 1U);
  EXPECT_NE(reading->problems[0].find("the segments 2 to 2 before it are missing"), std::string::npos)
      << reading->problems[0];
}

TEST(JournalStore, a_crash_leaves_open_intents_which_the_next_run_finds) {
  const Folder folder;
  std::uint32_t last = 0;
  {
    auto journal = open(small(folder, 2));
    auto r = intent("a-1");
    r.key = journal->lane(0).name(NameTable::key, "team-a");
    ASSERT_TRUE(journal->lane(0).append(r));
    ASSERT_TRUE(journal->lane(0).append(intent("b-1")));
    ASSERT_TRUE(journal->lane(0).append(settlement("b-1", 3)));
    ASSERT_TRUE(journal->lane(1).append(intent("c-1")));
    ledger::Adjustment known;  // of another core's attempt, before it is seen
    known.attempt_id = "c-1";
    known.state = ledger::AttemptState::settled_exact;
    ASSERT_TRUE(journal->lane(0).append(known));
    last = journal->lane(0).published().segment;
  }
  auto journal = open(small(folder, 1));
  EXPECT_GT(journal->lane(0).first_segment(), last);
  ASSERT_TRUE(journal->lane(0).append(intent("of-this-run-1")));
  const auto reading = journal->recover();
  ASSERT_TRUE(reading);
  ASSERT_EQ(reading->open.size(), 1U);
  EXPECT_EQ(reading->open[0].attempt_id, "a-1");
  EXPECT_EQ(reading->open[0].request_id, "a");
  EXPECT_EQ(reading->open[0].key, "team-a");
  EXPECT_EQ(reading->open[0].reserved_cost, Money::of_units(77));
  EXPECT_EQ(reading->segments.size(), 2U);
  for (const auto& s : reading->segments) EXPECT_TRUE(journal->retire(s.core, s.number));
  EXPECT_TRUE(journal->recover()->segments.empty());
}

TEST(JournalStore, no_journal_reads_as_nothing_and_nothing_is_made) {
  const Folder folder;
  const auto reading = read_directory(folder.path);
  ASSERT_TRUE(reading);
  EXPECT_TRUE(reading->segments.empty());
  EXPECT_TRUE(std::filesystem::is_empty(folder.path));
}

TEST(JournalStore, the_lock_names_the_process_that_holds_it) {
  const Folder folder;
  const auto mine = DirectoryLock::take(folder.path);
  ASSERT_TRUE(mine);
  const auto second = DirectoryLock::take(folder.path);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().message, folder.path + " is in use by process " + std::to_string(::getpid()) +
                                        "; stop it, or give this one a data_dir of its own");
}

TEST(JournalStore, the_lock_goes_with_its_holder) {
  const Folder folder;
  { const auto held = DirectoryLock::take(folder.path); }
  EXPECT_TRUE(DirectoryLock::take(folder.path));
}

TEST(JournalStore, a_record_larger_than_a_segment_is_refused_and_the_next_is_not) {
  const Folder folder;
  auto journal = open(small(folder));
  const std::string much(20'000, 'x');
  const auto refused = journal->lane(0).append(ledger::Facts{"h", much});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().trouble, Trouble::too_large);
  EXPECT_TRUE(journal->lane(0).append(intent("a-1")));
  EXPECT_TRUE(journal->condition().ok());
  EXPECT_EQ(journal->counts().refused, 1U);
}

TEST(JournalStore, wrong_sizes_are_refused_with_what_was_expected) {
  const Folder folder;
  auto options = small(folder);
  options.segment_bytes = 5000;
  const auto journal = Journal::open(options);
  ASSERT_FALSE(journal);
  EXPECT_EQ(journal.error().message, "segments of 5000 bytes; expected 16384 to 1073741824, a multiple of 4096");
}

TEST(LiveReader, follows_over_segments_and_goes_on_where_it_stopped) {
  const Folder folder;
  auto journal = open(small(folder));
  auto& lane = journal->lane(0);
  LiveReader reader(*journal, 0);
  std::vector<std::string> seen;
  const auto follow = [&](LiveReader& from) {
    for (;;) {
      const auto r = from.next();
      ASSERT_TRUE(r) << r.error().message;
      if (!*r) return;
      if (const auto* i = std::get_if<ledger::Intent>(&(*r)->body)) {
        seen.emplace_back(i->attempt_id);
        EXPECT_EQ(from.text(i->tenant), "acme");
      }
    }
  };
  std::vector<std::string> expected;
  for (int i = 0; i < 300; ++i) {
    const auto id = "r" + std::to_string(i) + "-1";  // a record has views
    auto r = intent(id);
    r.tenant = lane.name(NameTable::tenant, "acme");
    ASSERT_TRUE(lane.append(r));
    expected.push_back(id);
    if (i % 7 == 0) follow(reader);
    if (i % 10 == 0) journal->round();
  }
  follow(reader);
  EXPECT_EQ(seen, expected);
  // Another one begins in the middle.
  const auto position = reader.position();
  seen.clear();
  auto r = intent("later-1");
  r.tenant = lane.name(NameTable::tenant, "acme");
  ASSERT_TRUE(lane.append(r));
  LiveReader again(*journal, 0, position);
  follow(again);
  EXPECT_EQ(seen, std::vector<std::string>{"later-1"});
}

// With the side thread, two cores and a reader for each: for ThreadSanitizer.
TEST(LiveReader, reads_while_the_core_writes_and_the_side_thread_syncs) {
  const Folder folder;
  auto options = small(folder, 2);
  options.segment_bytes = 64 * 1024;
  options.side_thread = true;
  options.sync_ms = 1;
  auto journal = open(options);
  constexpr std::uint64_t kRecords = 5'000;
  std::vector<std::thread> threads;
  for (std::uint32_t core = 0; core < 2; ++core) {
    threads.emplace_back([&, core] {
      auto& lane = journal->lane(core);
      for (std::uint64_t i = 0; i < kRecords;) {
        auto r = intent("r-1");
        r.tenant = lane.name(NameTable::tenant, "acme");
        r.reserved.input_max = static_cast<std::int64_t>(i);
        if (lane.append(r))
          ++i;
        else
          std::this_thread::yield();
      }
    });
    threads.emplace_back([&, core] {
      LiveReader reader(*journal, core);
      for (std::uint64_t next = 0; next < kRecords;) {
        const auto r = reader.next();
        ASSERT_TRUE(r) << r.error().message;
        if (!*r) {
          std::this_thread::yield();
          continue;
        }
        if (const auto* i = std::get_if<ledger::Intent>(&(*r)->body)) {
          ASSERT_EQ(i->reserved.input_max, static_cast<std::int64_t>(next++));
          ASSERT_EQ(reader.text(i->tenant), "acme");
        }
      }
    });
  }
  for (auto& t : threads) t.join();
  EXPECT_TRUE(journal->close());
  EXPECT_EQ(journal->lane(0).synced(), journal->lane(0).written());
}

}  // namespace
}  // namespace fw::store
