// The inside of a lane, for its own files.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/journal.h"

namespace fw::store {

// Room that is kept for the mark at a segment's end.
inline constexpr std::size_t kSealRoom = 64;
// While the next segment is missing, this share of the last one is for the ends of what runs.
inline constexpr std::size_t kSettleShare = 8;

struct Lane::Segment {
  std::uint32_t number = 0;
  std::unique_ptr<SegmentFile> file;
  ledger::SegmentHeader header;
  // The core's thread, at the end; then others.
  std::atomic<std::uint32_t> end{0};
  std::uint64_t last_sequence = 0;
  // The side thread.
  std::uint32_t synced = ledger::kHeaderPageBytes;
  bool again = false;  // a sync failed: what is not synced must be handed over once more
  bool seal_again = false;
};

// The ids that stand in one record.
struct Lane::Words {
  std::array<ledger::NameId, 12> ids;
  std::size_t count = 0;
};

struct Lane::Names {
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
  };
  struct Word {
    ledger::NameTable table;
    std::string text;
    std::uint32_t written_in = 0;  // the last segment that has it; numbers begin at 1
  };
  std::array<std::unordered_map<std::string, ledger::NameId, Hash, std::equal_to<>>, ledger::kNameTables> ids;
  std::vector<Word> words = std::vector<Word>(1);  // by id
};

// What only the side thread uses.
struct Lane::Side {
  std::deque<std::unique_ptr<Segment>> live;  // not finished yet; in order
  std::uint32_t next_number = 1;
  Fault making;  // none: the last time it worked
  Fault syncing;
  MonoTime make_at;  // not before
  MonoTime sync_at;
  std::uint64_t answered = 0;      // strict waiters up to here were told
  std::uint64_t told_failing = 0;  // that syncing fails, up to this many waits
};

}  // namespace fw::store
