// The books as they stand, read without writing to the data directory: the ledger, and what the journals hold that is not
// in it yet. Of a running gateway, of a directory that a crash left, of a copy of either on a read-only disk.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/booked.h"
#include "store/ledger.h"
#include "store/read.h"

namespace fw::store {

// What is asked for; empty: all.
struct BooksFilter {
  std::optional<WallTime> from;   // of the intent
  std::optional<WallTime> until;  // exclusive
  std::string tenant, key, model, deployment, provider, cloud, scope, state, request_id, team;
  std::vector<std::string> tags;  // each NAME=VALUE; all of them
  std::string purpose, account;
  bool admits(const ledger::Booked& attempt) const;
};

struct BookedExchange {
  std::string request_id;
  std::string client_request_id;
  WallTime time;
  std::int32_t duration_ms = 0;
  std::int32_t first_token_ms = -1;
  std::string tenant, key, model, policy;
  dialect::Dialect dialect_in = dialect::Dialect::chat;
  dialect::Operation operation = dialect::Operation::chat;
  bool stream = false;
  bool client_left = false;
  std::int16_t status = 0;
  std::string outcome;
  std::uint32_t attempts = 0;
  std::optional<Money> cost;
  std::string decision;  // opaque
  std::string deployment;  // that served, else the last that was tried; empty: none was, or it was not told yet
  std::string tags;        // as ledger/tags.h writes them
};

// Sums that are asked for: of the hours or days that begin in [from, until), by these dimensions.
struct SumsQuery {
  std::optional<WallTime> from = {}, until = {};  // whole hours (UTC); where `hourly` is false, whole days
  bool hourly = false;
  bool each_span = false;               // a row for each hour or day, not one for all
  std::vector<std::string> by = {};       // tenant, key, team, model, deployment, cloud, scope, account, tag:NAME
  std::string tenant = {}, key = {}, team = {}, model = {}, deployment = {}, cloud = {}, scope = {}, account = {};  // empty: all
  std::vector<std::string> tags = {};    // each NAME=VALUE; all of them
};
struct SumsRow {
  WallTime start{};                 // of the hour or day
  std::vector<std::string> values;  // of the dimensions, in their order
  Sums sums;
};
// What cannot be asked by, for people; empty: all can.
std::string unknown_dimension(const std::vector<std::string>& by);

struct Folded;  // ledger_inside.h

class Books {
 public:
  // The directory holds a ledger or a journal.
  static bool exist(const std::string& data_dir);
  // Errors: neither is there, a ledger of a newer format, one that cannot be read.
  static Result<std::unique_ptr<Books>> open(const std::string& data_dir);
  ~Books();

  // A gateway holds the directory's lock.
  bool running() const { return running_; }
  // Damage, each for people with file and offset: of what the journals hold, and what was noted when segments were moved.
  const std::vector<std::string>& problems() const { return problems_; }
  // Records of the journals that are not in the ledger.
  std::uint64_t tail_records() const { return tail_records_; }

  // By time of being booked. An attempt that runs is `open`; one whose run is over without its end is `ambiguous`.
  Result<void> attempts(const BooksFilter& filter, const std::function<void(const ledger::Booked&)>& visit);
  Result<void> exchanges(const std::function<void(const BookedExchange&)>& visit);
  Result<std::optional<std::string>> facts(const std::string& hash);
  // In the order in which they were first told to each core.
  Result<void> facts(const std::function<void(std::string_view hash, std::string_view bytes)>& visit);

  // Sums of the books as they stand, by start and values; from the rollups, not from the attempts. What runs is `open`.
  Result<std::vector<SumsRow>> sums(const SumsQuery& query);

  // Differences within the ledger itself: attempts with more or less than one end, sums that are not their entries'.
  // At most `limit` of them.
  Result<std::vector<std::string>> inconsistencies(std::size_t limit);

 private:
  struct Tail;
  struct Row;
  Books();
  Result<void> open_ledger(const std::string& data_dir);
  Result<void> copy_forward(std::unique_ptr<Sqlite>& db, const std::string& path);
  Result<std::string> temporary();
  Result<Positions> positions();
  Result<void> read_tail(const std::string& data_dir);
  void keep(const Position& position, const ledger::Record& record, const ledger::SegmentReader& reader);
  void drop_stored(const Positions& stored, const Reading& reading);
  bool load(Statement& rows, Row& row);
  // Every attempt of the ledger as its entries alone make it.
  void each_booked(const std::function<void(const ledger::Booked&, const Folded&, const std::array<std::int64_t, kGroupColumns>&)>& visit);
  // Every attempt that the journals say something of: as the ledger has it (null: it has not), and as it stands.
  Result<void> each_in_tail(const std::function<void(const ledger::Booked* before, const ledger::Booked& now)>& visit);
  void finish(ledger::Booked& attempt, const RunId& run) const;
  void read_words();
  std::string_view word(std::int64_t id) const;

  std::unique_ptr<Sqlite> db_;  // null: there is no ledger yet
  std::unique_ptr<Tail> tail_;
  std::string copy_;  // a temporary directory with a copy of the ledger; empty: none
  std::vector<std::string> words_;
  bool running_ = false;
  RunId current_{};
  std::vector<std::string> problems_;
  std::uint64_t tail_records_ = 0;
};

}  // namespace fw::store
