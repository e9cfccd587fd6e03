// kill -9 at moments nobody chose: whatever the child said was appended must be read.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "ledger/journal_testing.h"
#include "store/journal_testing.h"

namespace fw::store {
namespace {

constexpr int kKills = 200;
constexpr int kOnDisk = 10;  // the others in memory, where there is such a file system: the same for a process, and fast

// Appends without end and says each number once its record is in the journal.
[[noreturn]] void append_forever(const std::string& folder, int said) {
  auto journal = Journal::open({.data_dir = folder, .segment_bytes = 16 * 1024, .sync_ms = 1});
  if (!journal) ::_exit(1);
  auto& lane = (*journal)->lane(0);
  for (std::int64_t i = 0;;) {
    auto r = intent("k-1");
    r.tenant = lane.name(ledger::NameTable::tenant, "tenant " + std::to_string(i % 50));
    r.reserved.input_max = i;
    if (!lane.append(r)) continue;  // the side thread was not there in time
    if (::write(said, &i, sizeof i) != sizeof i) ::_exit(2);
    ++i;
  }
}

// Reads what the child says until `count` numbers came, or to the end where it is negative. The last number; -1: none.
std::int64_t hear(int fd, std::int64_t count) {
  std::int64_t last = -1;
  std::int64_t number = 0;
  while ((count < 0 || last + 1 < count) && ::read(fd, &number, sizeof number) == sizeof number) last = number;
  return last;
}

void kill_once(ledger::Dice& dice, const std::string& where) {
  const Folder folder(where);
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
  const pid_t child = ::fork();
  if (child == 0) append_forever(folder.path, pipe[1]);
  ::close(pipe[1]);
  const auto heard = hear(pipe[0], static_cast<std::int64_t>(dice.below(dice.one_in(4) ? 800 : 100)));
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  const auto said = std::max(heard, hear(pipe[0], -1));
  ::close(pipe[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status)) << "exit " << WEXITSTATUS(status);

  std::int64_t next = 0;
  const auto reading = read_directory(folder.path, {.visit = [&](const Position&, const ledger::Record& r, const ledger::SegmentReader& reader) {
    const auto* i = std::get_if<ledger::Intent>(&r.body);
    if (!i) return;
    EXPECT_EQ(i->reserved.input_max, next);
    EXPECT_EQ(reader.text(i->tenant), "tenant " + std::to_string(next % 50));
    ++next;
  }});
  ASSERT_TRUE(reading);
  EXPECT_GE(next, said + 1);
  EXPECT_LE(next, said + 2);  // the one that was not said yet
  EXPECT_EQ(reading->problems, std::vector<std::string>());
}

TEST(JournalKill, a_killed_process_loses_nothing_that_it_said_was_written) {
  const std::uint64_t seed = 20261123;
  const std::string memory = ::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "";
  ledger::Dice dice(seed);
  for (int i = 0; i < kKills && !testing::Test::HasFailure(); ++i) {
    SCOPED_TRACE("kill " + std::to_string(i) + " of seed " + std::to_string(seed));
    kill_once(dice, i % (kKills / kOnDisk) == 0 ? "" : memory);
  }
}

}  // namespace
}  // namespace fw::store
