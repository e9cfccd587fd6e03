// Moves what the journals hold into the ledger, in batches, from a thread of its own, and has segments deleted once all of
// them is in it for good. Where SQLite fails (a full disk, a lock) it tries again, ever more slowly; the journals grow
// meanwhile and nothing is lost.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>  // tidy-allow mutex: between the bookkeeper's thread and whoever asks how it is, no core
#include <string>
#include <thread>
#include <vector>

#include "store/journal.h"
#include "store/ledger.h"
#include "store/live_reader.h"

namespace fw::store {

struct BookkeeperOptions {
  std::size_t batch = 5'000;        // records in a transaction, at most
  std::int64_t batch_ms = 200;      // how long records wait to be moved
  std::int64_t retry_ms = 100;      // after a failure; doubled up to retry_ms_max
  std::int64_t retry_ms_max = 5'000;
  bool thread = true;               // false: the caller calls step()
  // Records of this run that may wait in the journals before they are moved; then all are. 0: none wait, and close() moves
  // the rest. Otherwise it stays, and the next start moves it: what reads the books reads both.
  std::uint64_t follow_from = 0;
};

class Bookkeeper {
 public:
  // Opens or makes the ledger; an error where it is of a newer format or cannot be opened. What former runs left is moved
  // first, by the thread. The journal outlives the bookkeeper.
  static Result<std::unique_ptr<Bookkeeper>> open(Journal& journal, BookkeeperOptions options = {});
  // close(), where it was not called.
  ~Bookkeeper();
  Bookkeeper(const Bookkeeper&) = delete;
  Bookkeeper& operator=(const Bookkeeper&) = delete;

  // For metrics; any thread.
  struct Condition {
    std::string words;                // what fails; empty: nothing
    bool recovered = false;           // former runs are in
    std::uint64_t lag_records = 0;    // of this run, written and not moved yet
    std::int64_t lag_ms = 0;          // since all that was written was moved
    std::uint64_t moved = 0;          // records
    std::uint64_t transactions = 0;
    std::uint64_t failures = 0;
    std::uint64_t damaged = 0;        // places told to note_damage
    std::uint64_t retired = 0;        // segments
    bool ok() const { return words.empty(); }
  };
  Condition condition() const;

  // No record is written any more: moves what is left. False: it could not; the next start will.
  bool close();

  // One turn of the thread: one batch at most. The records moved; 0: there are none. After an error the next call begins
  // anew from what the ledger has.
  Result<std::size_t> step();

 private:
  Bookkeeper(Journal& journal, BookkeeperOptions options, std::unique_ptr<Ledger> ledger);
  Result<void> all_understood() const;
  Result<void> recover();
  Result<void> put_away(const Reading& reading);
  Result<std::size_t> follow();
  bool read_lane(std::size_t core, std::size_t& left);
  Result<void> retire();
  Result<void> set_aside(std::uint32_t core, std::uint32_t segment);
  void begin_readers();
  void tell(std::string words);
  std::string words() const;
  std::uint64_t lag() const;
  void run();
  void wait(std::int64_t ms);

  Journal& journal_;
  BookkeeperOptions options_;
  std::unique_ptr<Ledger> ledger_;
  std::vector<std::unique_ptr<LiveReader>> readers_;
  struct Place {
    std::uint32_t core = 0;
    std::uint32_t segment = 0;
  };
  std::vector<Place> damaged_;                 // finished segments that are kept
  std::vector<std::uint32_t> next_to_retire_;  // by core
  bool began_ = false;                         // readers_ stand where the ledger does
  int wake_fd_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> recovered_{false};
  std::atomic<std::uint64_t> moved_{0}, transactions_{0}, failures_{0}, damages_{0}, retired_{0};
  std::vector<std::atomic<std::uint64_t>> sequences_;  // stored, by core
  std::atomic<std::int64_t> caught_up_ns_{0};
  mutable std::mutex words_mutex_;  // tidy-allow mutex: held for a copy of a text, no core waits for it
  std::string words_;
  std::thread thread_;
  bool closed_ = false;
};

}  // namespace fw::store
