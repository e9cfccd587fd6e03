// The journal of a running program: one lane per core, append-only memory-mapped segments, one thread beside
// them that syncs in groups and makes the next segment ready. The bytes are ledger/journal.h's.
//
// An append is a copy into mapped memory: no lock, no system call, no wait. Once it returned, the record
// survives the end of the process at any instruction; once synced() reached its sequence, also a power cut.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "ledger/journal.h"
#include "store/disk.h"
#include "store/read.h"

namespace fw::store {

using RunId = std::array<std::uint8_t, 16>;

struct JournalOptions {
  std::string data_dir;  // segments are DATA_DIR/journal/core-NN/NUMBER.fwj. The caller holds its DirectoryLock
  std::size_t cores = 1;
  std::size_t segment_bytes = 16 * 1024 * 1024;  // kSegmentBytesMin to kSegmentBytesMax, a multiple of 4096
  std::int64_t sync_ms = 50;                     // between two syncs; a strict waiter has one begin at once
  std::int64_t retry_ms = 1000;                  // after a failure
  std::int64_t slow_ms = 1000;                   // a sync that takes longer is told as trouble
  std::string version = {};                      // of the program, for the mark of the run
  Disk* disk = nullptr;                          // null: the real one
  bool side_thread = true;                       // false: the caller calls round()
};

enum class Trouble : std::uint8_t {
  none,
  disk_full,  // ENOSPC, EDQUOT, EFBIG
  read_only,  // EROFS, EACCES, EPERM
  io_error,   // EIO and all others
  slow,       // a sync runs longer than slow_ms, or the next segment is not ready yet
  too_large   // the record does not fit into a segment; only ever of one append
};
std::string_view name(Trouble trouble);

// Why a record was not written. Nothing of it is in the journal.
struct Refusal {
  Trouble trouble = Trouble::none;
  int error = 0;              // errno; 0: none
  std::string words() const;  // for people
};

// How the journal stands. Heals by itself: what failed is tried again every retry_ms.
struct Condition {
  Trouble trouble = Trouble::none;  // of the first core that has some
  Step step = Step::none;           // what fails
  int error = 0;
  std::uint32_t core = 0;
  WallTime since;
  std::uint64_t refused = 0;  // appends since the start, of all cores
  bool ok() const { return trouble == Trouble::none; }
  std::string words() const;
};

// Since the start, of all cores; for metrics.
struct JournalCounts {
  std::uint64_t appended = 0;  // records, namings and marks too
  std::uint64_t appended_bytes = 0;
  std::uint64_t refused = 0;
  std::uint64_t unsynced = 0;  // records; now
  std::uint64_t syncs = 0;
  std::uint64_t sync_failures = 0;
  std::uint64_t make_failures = 0;  // of segments
  std::uint64_t segments = 0;       // made
  std::uint64_t retired = 0;
  std::int64_t last_sync_us = 0;
  std::int64_t slowest_sync_us = 0;
};

class Journal;

// Of one core. Everything but synced(), written() and published() is for that core's thread alone.
class Lane {
 public:
  // The number of a word, to be put into records; the same for the same word all through the run. One look-up in a
  // hash map: keep what is asked often. none: the text is empty, or kNamesMax words have numbers.
  ledger::NameId name(ledger::NameTable table, std::string_view text);

  // R: any record but Naming, which append writes by itself where a segment needs it. A record is whole in one
  // segment, together with its names.
  // Near the end of the last segment that could be made, intents are refused before the others: what runs can settle.
  template <class R>
  std::expected<Position, Refusal> append(const R& record);

  // The sequence up to which all records of this core are on disk; and the last one written.
  std::uint64_t synced() const { return synced_.load(std::memory_order_acquire); }
  std::uint64_t written() const { return written_.load(std::memory_order_acquire); }
  // A sync failed and none succeeded since: synced() may stand still for long.
  bool sync_failing() const { return sync_failing_.load(std::memory_order_acquire); }

  // For `durability: strict`: waits for a record's sync without blocking the core.
  struct Waiter {
    std::uint64_t sequence = 0;
    // Called once, by deliver(). false: syncing fails; the record is in the journal all the same.
    void (*done)(Waiter& waiter, bool synced) = nullptr;
    Waiter* next = nullptr;
    Waiter** at = nullptr;
  };
  // Where the record is synced already, returns false and calls nothing. Has a sync begin at once.
  bool wait(Waiter& waiter);
  void cancel(Waiter& waiter);  // not waiting any more; fine if it never was
  // Calls those whose wait is over. To be called on this core's thread after wake.
  void deliver();
  // Set before the first wait, and once. Called by the side thread when waits may be over; must post deliver()
  // to the core and nothing else.
  void on_wake(std::function<void()> wake) { wake_ = std::move(wake); }

  std::uint32_t core() const { return core_; }
  // Up to where records may be read from another thread: segment and the offset behind its last record.
  struct Published {
    std::uint32_t segment = 0;
    std::uint32_t offset = 0;
  };
  Published published() const;
  std::uint32_t first_segment() const { return first_segment_; }  // of this run
  // Segments of lower numbers are finished: synced to their end, sealed, not touched again.
  std::uint32_t oldest_open() const { return oldest_open_.load(std::memory_order_acquire); }

  Lane(Journal& journal, std::uint32_t core);
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

 private:
  friend class Journal;
  struct Segment;
  struct Words;
  struct Side;

  std::size_t names_bound(const Words& words) const;
  std::expected<void, Refusal> make_room(std::size_t bound, const Words& words, bool intent);
  Refusal refuse(Trouble trouble, int error);
  void write_names(const Words& words);
  template <class R>
  void write(const R& record, std::size_t bound);
  void publish();
  bool roll();
  void enter(Segment* next);

  Journal& journal_;
  std::uint32_t core_;
  std::uint32_t first_segment_ = 0;

  // The core's thread.
  struct Names;
  std::unique_ptr<Names> names_;
  Segment* current_ = nullptr;
  std::byte* bytes_ = nullptr;
  std::size_t at_ = 0;
  std::size_t limit_ = 0;
  std::uint32_t salt_ = 0;
  std::uint64_t sequence_ = 0;
  Waiter* waiters_ = nullptr;
  bool asked_ = false;  // the side thread was woken for the segment that is missing

  // Written by the core's thread, read by others.
  alignas(64) std::atomic<std::uint64_t> published_{0};
  std::atomic<std::uint64_t> written_{0};
  std::atomic<std::uint64_t> refused_{0};
  std::atomic<std::uint64_t> appended_bytes_{0};
  std::atomic<std::uint64_t> wanted_{0};  // the last sequence that a strict wait asked for
  std::atomic<std::uint64_t> waits_{0};   // how many there were

  // Written by the side thread.
  alignas(64) std::atomic<Segment*> ready_{nullptr};  // taken by the core's thread
  std::atomic<std::uint64_t> synced_{0};
  std::atomic<std::uint64_t> trouble_{0};  // packed Trouble, Step, errno
  std::atomic<std::int64_t> since_ns_{0};
  std::atomic<std::uint32_t> oldest_open_{0};
  std::atomic<bool> sync_failing_{false};
  std::unique_ptr<Side> side_;
  std::function<void()> wake_;
};

class Journal {
 public:
  // Makes the folders and the first segment of each core, so a disk that is full or read-only is told here. Segments of
  // former runs are synced (a process that was killed left that to the kernel) and never changed; numbers go on behind
  // theirs. `options.cores` at most 1,000.
  static Result<std::unique_ptr<Journal>> open(JournalOptions options);
  // close(), where it was not called.
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  Lane& lane(std::size_t core) { return *lanes_[core]; }
  const Lane& lane(std::size_t core) const { return *lanes_[core]; }
  std::size_t cores() const { return lanes_.size(); }
  const RunId& run() const { return run_; }

  // Any thread.
  Condition condition() const;
  JournalCounts counts() const;

  // What former runs left: how each segment ends, which records are missing, which attempts were never settled.
  // `visit` sees every record. Any thread; reads files, so not a core's.
  Result<Reading> recover(const Visit& visit = {}) const;

  // Deletes a segment of a former run, or a finished one of this. The caller says that all of it is stored safely;
  // for each core the oldest first. An error, and nothing is deleted: the segment is still in use, or the disk refused.
  Result<void> retire(std::uint32_t core, std::uint32_t segment);

  // No lane is used any more: marks the clean end, syncs, ends the side thread. False: something could not be synced.
  bool close();

  // One turn of the side thread: syncs, seals, makes segments. Only with side_thread false.
  void round();

  std::string segment_path(std::uint32_t core, std::uint32_t segment) const;
  Disk& disk() const { return *options_.disk; }
  const std::string& data_dir() const { return options_.data_dir; }

 private:
  friend class Lane;
  explicit Journal(JournalOptions options);
  Result<void> prepare();
  void begin(Lane& lane);
  DiskResult<void> make_segment(Lane& lane);
  void serve(Lane& lane);
  bool sync(Lane& lane);
  DiskResult<void> sync_segment(Lane::Segment& segment, std::uint32_t to);
  void keep_ready(Lane& lane);
  void tell_trouble(Lane& lane);
  void wake();
  void run_side();

  struct Thread;
  JournalOptions options_;
  RunId run_{};
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::unique_ptr<Thread> thread_;
  bool closed_ = false;
  std::atomic<std::uint64_t> syncs_{0};
  std::atomic<std::uint64_t> sync_failures_{0};
  std::atomic<std::uint64_t> make_failures_{0};
  std::atomic<std::uint64_t> segments_{0};
  std::atomic<std::uint64_t> retired_{0};
  std::atomic<std::int64_t> last_sync_us_{0};
  std::atomic<std::int64_t> slowest_sync_us_{0};
  std::atomic<std::int64_t> sync_began_ns_{0};  // monotonic; 0: none runs
};

}  // namespace fw::store
