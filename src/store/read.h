// Reading a journal's directory without writing to it: of former runs, of a copy, of a program that crashed.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "ledger/journal.h"
#include "store/disk.h"

namespace fw::store {

// Of a record; with the run it orders all records of a core.
struct Position {
  std::uint32_t core = 0;
  std::uint32_t segment = 0;  // never used twice in a data directory
  std::uint32_t offset = 0;   // of the record in the file
  std::uint64_t sequence = 0;
  bool operator==(const Position&) const = default;
};

// How one segment was found.
struct SegmentFound {
  std::string path;
  std::uint32_t core = 0;
  std::uint32_t number = 0;
  std::optional<ledger::SegmentHeader> header;  // absent: the file is no readable segment; `words` say why
  ledger::SegmentEnd end = ledger::SegmentEnd::open;
  bool sealed = false;         // full, and all of it was synced
  bool clean_shutdown = false; // it ends with that mark
  std::uint64_t first_sequence = 0;  // 0: no record
  std::uint64_t last_sequence = 0;
  std::uint32_t offset = 0;    // behind the last valid record
  std::uint64_t records = 0;
  std::uint64_t skipped = 0;   // unknown records that may be passed over
  std::uint64_t missing = 0;   // records, as far as it is known how many
  std::string words;           // what is wrong; empty: nothing
};

// An attempt whose end is not in the journal. It is ambiguous: nothing to `reserved_cost` (absent: no price was known).
struct OpenIntent {
  Position position;
  std::array<std::uint8_t, 16> run{};
  std::string attempt_id;
  std::string request_id;
  std::string client_request_id;
  WallTime time;
  std::string tenant, key, model, deployment, provider, cloud, scope, price_row;
  dialect::Dialect dialect_in = dialect::Dialect::chat;
  dialect::Dialect dialect_out = dialect::Dialect::chat;
  dialect::Operation operation = dialect::Operation::chat;
  bool stream = false;
  std::string tags;
  ledger::Reservation reserved;
  std::optional<Money> reserved_cost;
};

struct Reading {
  std::vector<SegmentFound> segments;  // by core, then number
  std::vector<OpenIntent> open;        // in the order they were found
  std::uint64_t records = 0;
  // Damage and refusals, each for people with file and offset. A crash's torn tail is none of them.
  std::vector<std::string> problems;
};

// `reader.text(id)` gives the words of the record's ids. Views live until it returns.
using Visit = std::function<void(const Position& position, const ledger::Record& record, const ledger::SegmentReader& reader)>;

struct ReadOptions {
  Disk* disk = nullptr;  // null: the real one
  Visit visit = {};
  // Segments of lower numbers only, by core; a core not in it is read whole.
  std::vector<std::uint32_t> before = {};
};

// Every segment of DATA_DIR/journal, oldest first in each core. An attempt is closed by a settlement or an adjustment,
// in whatever order; an exchange's end does not close its attempts. No journal there: an empty reading. Errors: a folder
// cannot be listed. Files that cannot be read are problems.
Result<Reading> read_directory(const std::string& data_dir, const ReadOptions& options = {});

// core and number of a segment's path; the folder of a core.
std::string core_folder(const std::string& data_dir, std::uint32_t core);
std::string segment_path(const std::string& data_dir, std::uint32_t core, std::uint32_t number);
struct SegmentPath {
  std::uint32_t core = 0;
  std::uint32_t number = 0;
  std::string path;
};
// By core, then number. Other files are passed over.
DiskResult<std::vector<SegmentPath>> list_segments(Disk& disk, const std::string& data_dir);

Error disk_error(Fault fault, const std::string& path);

}  // namespace fw::store
