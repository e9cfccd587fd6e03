// DATA_DIR/ledger.sqlite: the books that the journals are moved into. Append-only: a balance is the sum of entries, and
// what is learned later is one more entry. One connection writes; books.h reads.
//
// All that a batch of records says, the sums kept beside it and the position it was read up to are one transaction, so
// after any end of the process the same records can be taken again: those that are in are passed over.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ledger/booked.h"
#include "store/journal.h"
#include "store/sqlite.h"

namespace fw::store {

inline constexpr std::int64_t kLedgerVersion = 2;  // user_version
inline constexpr std::int64_t kLedgerApplication = 0x46574c47;  // "FWLG"
std::string ledger_path(const std::string& data_dir);
// Whose ledger this is and of which version; an error where it is not for this program to read.
Result<void> check_ledger(Sqlite& db, const std::string& path);
// Makes the tables, or brings those of an older version forward, in one transaction. What fails stands in `db`.
void bring_forward(Sqlite& db);

// Beyond so many different sets of tags further ones are one in the rollups; attempts keep theirs.
inline constexpr std::int64_t kTagSetsMax = 20'000;
inline constexpr std::int64_t kNoTags = 1;     // rows of tag_sets
inline constexpr std::int64_t kOtherTags = 2;

// What the rollups keep for each hour and each day (UTC) of each (tenant, key, model, deployment, cloud, scope, team, tags,
// account).
inline constexpr std::size_t kSumCounts = 17;
struct Sums {
  // In the order of kSumColumns: attempts, the six states, unpriced, then tokens by bucket.
  std::array<std::int64_t, kSumCounts> counts{};
  Money cost, low, high;
  void add(const Sums& other);
  void subtract(const Sums& other);
  bool operator==(const Sums&) const = default;
};
extern const std::array<const char*, kSumCounts> kSumColumns;
inline constexpr std::size_t kGroupColumns = 9;
inline constexpr std::size_t kTeamColumn = 6, kTagsColumn = 7, kAccountColumn = 8;
struct Group {
  std::int64_t span = 0;   // seconds: an hour's or a day's
  std::int64_t start = 0;  // seconds since 1970
  std::array<std::int64_t, kGroupColumns> words{};  // tenant, key, model, deployment, cloud, scope, team; tag_sets' row; ledger::Account
  auto operator<=>(const Group&) const = default;
};
// What an attempt in this standing adds to its groups.
Sums sums_of(const ledger::Booked& attempt);
std::array<Group, 2> groups_of(WallTime time, const std::array<std::int64_t, kGroupColumns>& words);

// Of the last record that is in, by run and core. Kept for all runs: where a journal's folder was deleted, the numbers of
// segments begin anew.
using Positions = std::map<std::pair<RunId, std::uint32_t>, Position>;
Positions read_positions(Sqlite& db);
// The record is not among those that are in.
bool is_behind(const Positions& stored, const RunId& run, const Position& position);

struct LedgerCounts {
  std::uint64_t taken = 0;       // records, of all kinds
  std::uint64_t duplicates = 0;  // intents of an attempt that had one
  std::uint64_t orphans = 0;     // ends without an intent
  std::uint64_t too_large = 0;   // amounts no attempt can have; booked as unknown
};

class Ledger {
 public:
  // Makes the file, or brings an older one forward in one transaction. A newer one is refused and not touched.
  static Result<std::unique_ptr<Ledger>> open(const std::string& data_dir);
  ~Ledger();

  // Up to where the records of a core in a run are in; nothing: none are.
  std::optional<Position> stored(const RunId& run, std::uint32_t core) const;

  void begin();
  // Records of a core in their order. One that is in already is passed over.
  void take(const Position& position, const ledger::Record& record, const ledger::SegmentReader& reader);
  // Broken or missing bytes, for `ledger verify`, which cannot find them any more once the segment is gone.
  void note_damage(std::string_view file, std::string_view words);
  // Attempts of other runs that nothing ended: one entry each that says ambiguous.
  void close_former(const RunId& current);
  // An error: nothing of the transaction is in; reset() before the next begin(). `durable`: on disk when it returns.
  Result<void> commit(bool durable);
  // Forgets what it believed of the file and reads it again.
  Result<void> reset();

  const LedgerCounts& counts() const { return counts_; }

 private:
  struct Statements;
  struct Open;
  struct Lane;
  struct Entry;
  explicit Ledger(std::unique_ptr<Sqlite> db);
  Result<void> load();
  Lane& lane(std::uint32_t core, const RunId& run);
  std::int64_t run_row(const RunId& run);
  std::int64_t word(std::string_view text);
  // The row of tag_sets and the word of the team.
  struct Tagged {
    std::int64_t set = kNoTags;
    std::int64_t team = 1;
  };
  Tagged tagged(std::string_view tags);
  std::int64_t word(Lane& lane, const ledger::SegmentReader& reader, ledger::NameId id);
  void take(const ledger::Intent& record, std::uint64_t sequence, Lane& lane, const ledger::SegmentReader& reader);
  void take(const ledger::Settlement& record, std::uint64_t sequence, Lane& lane, const ledger::SegmentReader& reader);
  void take(const ledger::Adjustment& record, std::uint64_t sequence, Lane& lane);
  void take(const ledger::ExchangeEnd& record, std::uint64_t sequence, Lane& lane, const ledger::SegmentReader& reader);
  void take(const ledger::BudgetMove& record, std::uint64_t sequence, Lane& lane, const ledger::SegmentReader& reader);
  void take(const ledger::Facts& record);
  void take(const ledger::Mark& record, Lane& lane);
  std::optional<Open> find(std::string_view attempt_id);
  Open orphan(std::string_view attempt_id, Lane& lane);
  // The row; false: there is one of that id.
  bool write_attempt(const ledger::Intent& record, const Open& attempt, Lane& lane, const ledger::SegmentReader* reader);
  // The entry, and what it changes of the attempt's standing and of the sums.
  void write(Open& attempt, const Entry& entry);
  void count(const Open& attempt, ledger::Account account, const Sums& change);
  void write_positions();
  void write_standing();
  void write_sums();
  std::optional<Money> bounded(const std::optional<Money>& amount);

  std::unique_ptr<Sqlite> db_;
  std::unique_ptr<Statements> s_;
  Positions stored_;
  std::map<std::uint32_t, Lane> lanes_;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
  };
  std::unordered_map<std::string, std::int64_t, Hash, std::equal_to<>> words_;
  std::unordered_map<std::string, Tagged, Hash, std::equal_to<>> tagged_;
  std::int64_t tag_sets_ = 0;
  std::map<RunId, std::int64_t> runs_;
  std::unordered_map<std::string, Open, Hash, std::equal_to<>> open_;  // attempts that run; a miss is looked up in the file
  std::map<Group, Sums> sums_;                  // of this transaction
  bool changed_ = false;                        // in this transaction
  std::int64_t next_attempt_ = 1;
  std::int64_t oldest_open_ = 1;  // no attempt before it is open
  LedgerCounts counts_;
};

}  // namespace fw::store
