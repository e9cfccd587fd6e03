// What a disk does wrong, and what then follows: docs/decisions/0006-journal.md has the table.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "store/journal_testing.h"
#include "store/lock.h"

namespace fw::store {
namespace {

struct Rig {
  explicit Rig(bool side_thread = false) {
    JournalOptions options{.data_dir = folder.path, .segment_bytes = 16 * 1024, .sync_ms = 1, .retry_ms = 1000};
    options.disk = &disk;
    options.side_thread = side_thread;
    auto opened = Journal::open(options);
    EXPECT_TRUE(opened) << opened.error().message;
    journal = std::move(*opened);
  }
  Lane& lane() { return journal->lane(0); }
  void later(std::int64_t ms) { disk.ahead_ns += ms * 1'000'000; }

  Folder folder;
  FailingDisk disk;
  std::unique_ptr<Journal> journal;
};

struct Waiting : Lane::Waiter {
  explicit Waiting(std::uint64_t up_to) {
    sequence = up_to;
    done = [](Lane::Waiter& w, bool synced) { static_cast<Waiting&>(w).told += synced ? "synced " : "failing "; };
  }
  std::string told;
};

std::size_t intents_until_refused(Lane& lane, Refusal& refusal) {
  for (std::size_t n = 0;; ++n) {
    const auto position = lane.append(intent("a-1"));
    if (position) continue;
    refusal = position.error();
    return n;
  }
}

TEST(JournalFaults, a_full_disk_refuses_intents_first_then_all_and_heals_by_itself) {
  Rig rig;
  rig.disk.create_error = ENOSPC;
  Refusal refusal;
  EXPECT_GT(intents_until_refused(rig.lane(), refusal), 100U);  // two segments; the second is there already
  rig.journal->round();
  EXPECT_FALSE(rig.lane().append(intent("b-1")));
  const auto full = rig.lane().append(intent("b-1"));
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().trouble, Trouble::disk_full);
  EXPECT_EQ(full.error().error, ENOSPC);
  EXPECT_EQ(full.error().words(), "the journal took no record: disk_full (No space left on device); make room on the disk of data_dir, "
                                  "it goes on by itself");
  EXPECT_EQ(rig.journal->condition().trouble, Trouble::disk_full);
  EXPECT_EQ(rig.journal->condition().step, Step::preallocate);
  EXPECT_GT(rig.journal->condition().since.ns, 0);

  // The ends of what runs still have room.
  std::size_t ends = 0;
  while (rig.lane().append(settlement("a-1", 1))) ++ends;
  EXPECT_GT(ends, 10U);
  EXPECT_EQ(rig.journal->condition().refused, rig.journal->counts().refused);

  rig.disk.create_error = 0;
  rig.journal->round();  // not before a second is over
  EXPECT_FALSE(rig.lane().append(intent("c-1")));
  rig.later(1000);
  rig.journal->round();
  EXPECT_TRUE(rig.lane().append(intent("c-1")));
  EXPECT_TRUE(rig.journal->condition().ok());
  EXPECT_EQ(rig.journal->condition().words(), "");
  EXPECT_GE(rig.journal->counts().make_failures, 1U);

  rig.journal->close();
  const auto reading = read_directory(rig.folder.path);
  EXPECT_EQ(reading->problems, std::vector<std::string>());
}

TEST(JournalFaults, a_next_segment_that_is_not_ready_yet_is_told_as_slow) {
  Rig rig;
  Refusal refusal;
  intents_until_refused(rig.lane(), refusal);
  EXPECT_EQ(refusal.trouble, Trouble::slow);
  rig.journal->round();
  EXPECT_TRUE(rig.lane().append(intent("b-1")));
}

TEST(JournalFaults, a_sync_that_failed_is_never_believed_without_writing_again) {
  Rig rig;
  const auto position = rig.lane().append(intent("a-1"));
  const auto before = rig.lane().synced();
  EXPECT_LT(before, position->sequence);
  rig.disk.sync_error = EIO;
  rig.journal->round();
  EXPECT_EQ(rig.lane().synced(), before);
  EXPECT_TRUE(rig.lane().sync_failing());
  EXPECT_EQ(rig.journal->condition().trouble, Trouble::io_error);
  EXPECT_EQ(rig.journal->condition().step, Step::sync);
  EXPECT_TRUE(rig.lane().append(intent("b-1")));  // goes on in memory

  rig.disk.sync_error = 0;
  rig.later(1000);
  rig.journal->round();
  EXPECT_EQ(rig.disk.written_again, 1);
  EXPECT_EQ(rig.lane().synced(), rig.lane().written());
  EXPECT_TRUE(rig.journal->condition().ok());
  EXPECT_EQ(rig.journal->counts().sync_failures, 1U);
  EXPECT_EQ(rig.journal->counts().unsynced, 0U);
}

TEST(JournalFaults, a_full_segment_is_sealed_only_when_all_of_it_was_synced) {
  Rig rig;
  rig.disk.sync_error = EIO;
  while (rig.lane().published().segment == 1) ASSERT_TRUE(rig.lane().append(intent("a-1")));
  rig.journal->round();
  EXPECT_EQ(rig.lane().oldest_open(), 1U);
  EXPECT_FALSE(rig.journal->retire(0, 1));
  rig.disk.sync_error = 0;
  rig.later(1000);
  rig.journal->round();
  EXPECT_EQ(rig.lane().oldest_open(), 2U);
  EXPECT_TRUE(read_directory(rig.folder.path)->segments[0].sealed);
  EXPECT_TRUE(rig.journal->retire(0, 1));
}

TEST(JournalFaults, a_strict_wait_ends_with_the_sync_and_not_before) {
  Rig rig;
  int wakes = 0;
  rig.lane().on_wake([&] { ++wakes; });
  Waiting first(rig.lane().append(intent("a-1"))->sequence);
  ASSERT_TRUE(rig.lane().wait(first));
  rig.lane().deliver();
  EXPECT_EQ(first.told, "");
  rig.journal->round();
  EXPECT_EQ(wakes, 1);
  Waiting second(rig.lane().append(intent("b-1"))->sequence);
  ASSERT_TRUE(rig.lane().wait(second));
  rig.lane().deliver();
  EXPECT_EQ(first.told, "synced ");
  EXPECT_EQ(second.told, "");
  rig.journal->round();
  EXPECT_EQ(wakes, 2);
  rig.lane().deliver();
  EXPECT_EQ(second.told, "synced ");
  Waiting third(second.sequence);
  EXPECT_FALSE(rig.lane().wait(third));  // synced already
  rig.journal->round();
  EXPECT_EQ(wakes, 2);
}

TEST(JournalFaults, a_strict_wait_is_told_when_syncing_fails) {
  Rig rig;
  int wakes = 0;
  rig.lane().on_wake([&] { ++wakes; });
  rig.disk.sync_error = EIO;
  Waiting waiting(rig.lane().append(intent("a-1"))->sequence);
  ASSERT_TRUE(rig.lane().wait(waiting));
  rig.journal->round();
  rig.journal->round();
  EXPECT_EQ(wakes, 1);
  rig.lane().deliver();
  EXPECT_EQ(waiting.told, "failing ");
}

TEST(JournalFaults, a_cancelled_wait_is_not_told) {
  Rig rig;
  const auto sequence = rig.lane().append(intent("a-1"))->sequence;
  Waiting a(sequence), b(sequence), c(sequence);
  for (auto* w : {&a, &b, &c}) ASSERT_TRUE(rig.lane().wait(*w));
  rig.lane().cancel(b);
  rig.lane().cancel(b);
  rig.journal->round();
  rig.lane().deliver();
  EXPECT_EQ(a.told + b.told + c.told, "synced synced ");
  EXPECT_EQ(b.told, "");
}

// The real thread: the wake comes from it, within one turn and not after sync_ms.
TEST(JournalFaults, the_side_thread_wakes_the_core_of_a_strict_wait) {
  Rig rig(true);
  const int fd = ::eventfd(0, EFD_CLOEXEC);
  rig.lane().on_wake([fd] { (void)!::eventfd_write(fd, 1); });
  for (int i = 0; i < 50; ++i) {
    Waiting waiting(rig.lane().append(intent("a-1"))->sequence);
    while (waiting.told.empty() && rig.lane().wait(waiting)) {
      eventfd_t count = 0;
      ASSERT_EQ(::eventfd_read(fd, &count), 0);
      rig.lane().deliver();
      rig.lane().cancel(waiting);
    }
    EXPECT_GE(rig.lane().synced(), waiting.sequence);
  }
  rig.journal->close();
  ::close(fd);
}

TEST(JournalFaults, a_slow_sync_is_told_and_holds_up_no_append) {
  std::counting_semaphore<> gate(0);
  Rig rig(true);
  rig.disk.gate = &gate;
  ASSERT_TRUE(rig.lane().append(intent("a-1")));
  const int before = rig.disk.syncs;
  while (rig.disk.syncs == before) ::sched_yield();  // now it waits in there
  EXPECT_TRUE(rig.journal->condition().ok());
  rig.later(1500);
  EXPECT_EQ(rig.journal->condition().trouble, Trouble::slow);
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(rig.lane().append(intent("b-1")));
  rig.disk.gate = nullptr;
  gate.release();
  while (rig.lane().synced() != rig.lane().written()) ::sched_yield();
  EXPECT_TRUE(rig.journal->condition().ok());
  EXPECT_GE(rig.journal->counts().slowest_sync_us, 1'400'000);
}

TEST(JournalFaults, a_journal_that_cannot_begin_says_why_and_leaves_nothing) {
  const Folder folder;
  FailingDisk disk;
  disk.create_error = ENOSPC;
  const auto journal = Journal::open({.data_dir = folder.path, .cores = 2, .disk = &disk});
  ASSERT_FALSE(journal);
  EXPECT_EQ(journal.error().message,
            folder.path + "/journal/core-00/0000000001.fwj: taking the room on disk failed: No space left on device");
  EXPECT_TRUE(read_directory(folder.path)->segments.empty());
}

// Runs `what` in a child with a file system of 400 KiB mounted at `folder`, which it may make read-only. What it
// returns is said here; nothing where this machine lets us mount nothing.
std::optional<std::string> on_a_small_disk(const std::string& folder, const std::function<std::string()>& what) {
  std::array<int, 2> pipe{};
  EXPECT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const bool mounted = (::unshare(CLONE_NEWNS) == 0 || ::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0) &&
                         ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                         ::mount("none", folder.c_str(), "tmpfs", 0, "size=400k") == 0;
    const auto said = mounted ? "+" + what() : std::string("-");
    (void)!::write(pipe[1], said.data(), said.size());
    ::_exit(0);
  }
  ::close(pipe[1]);
  std::string said;
  std::array<char, 4096> part;
  for (ssize_t n = 0; (n = ::read(pipe[0], part.data(), part.size())) > 0;) said.append(part.data(), static_cast<std::size_t>(n));
  ::close(pipe[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  if (said == "-") return std::nullopt;
  return said.starts_with("+") ? said.substr(1) : "the child ended early";
}

TEST(JournalFaults, a_file_system_that_is_really_full_costs_no_signal_and_heals) {
  const Folder folder;
  const auto said = on_a_small_disk(folder.path, [&]() -> std::string {
    auto opened = Journal::open({.data_dir = folder.path, .segment_bytes = 128 * 1024, .retry_ms = 0, .side_thread = false});
    if (!opened) return opened.error().message;
    auto& journal = **opened;
    auto& lane = journal.lane(0);
    std::string trouble;
    for (int i = 0; i < 20'000 && trouble.empty(); ++i) {
      if (i % 100 == 0) journal.round();
      const auto done = lane.append(intent("a-1"));
      if (!done && done.error().trouble != Trouble::slow) trouble = name(done.error().trouble);
    }
    journal.round();
    if (!journal.retire(0, 1)) return "the first segment could not be retired";
    journal.round();
    return trouble + (lane.append(intent("b-1")) ? ", then goes on" : ", and stays so") + (journal.condition().ok() ? ", ok" : ", not ok");
  });
  if (!said) GTEST_SKIP() << "this machine does not let us mount";
  EXPECT_EQ(*said, "disk_full, then goes on, ok");
}

TEST(JournalFaults, a_read_only_directory_is_refused_at_the_start_and_can_be_read) {
  const Folder folder;
  const auto said = on_a_small_disk(folder.path, [&]() -> std::string {
    {
      auto first = Journal::open({.data_dir = folder.path, .segment_bytes = 16 * 1024});
      if (!first || !(*first)->lane(0).append(intent("a-1"))) return "could not begin";
    }
    if (::mount(nullptr, folder.path.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0) return "could not remount";
    const auto second = Journal::open({.data_dir = folder.path, .segment_bytes = 16 * 1024});
    if (second) return "opened";
    const auto lock = DirectoryLock::take(folder.path);
    const auto reading = read_directory(folder.path);
    return second.error().message.substr(folder.path.size()) + (lock ? " locked" : "") +
           (reading && reading->open.size() == 1 ? "; one open intent" : "; not read");
  });
  if (!said) GTEST_SKIP() << "this machine does not let us mount";
  EXPECT_EQ(*said, "/journal/core-00/0000000002.fwj: making the file failed: Read-only file system; one open intent");
}

}  // namespace
}  // namespace fw::store
