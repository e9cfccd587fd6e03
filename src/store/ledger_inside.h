// The inside of the ledger's writer, for its own files.
#pragma once

#include "store/ledger.h"

namespace fw::store {

// An attempt, as far as its next entry needs it. Of `booked` only purpose, outcome, state, basis, usage and amounts are filled.
struct Ledger::Open {
  std::int64_t id = 0;
  WallTime time;
  std::array<std::int64_t, kGroupColumns> words{};  // but for the account, which follows from `booked`
  // Of the entry that it stands on: kind, run, core, record.
  std::array<std::int64_t, 4> by{};
  ledger::Booked booked;
};

// What the entries of one attempt come to, beside what they make of it.
struct Folded {
  std::array<std::int64_t, 4> by{};        // of the last one, as in Ledger::Open
  std::array<int, 5> entries{};            // how many there are, by kind
  std::int64_t price_row = 0;              // a word; 0: no settlement
};
// Rows of kEntriesOfAttempt; to its end.
Folded fold_entries(Statement& rows, ledger::Booked& to);
inline constexpr const char* kEntriesOfAttempt =
    "SELECT kind,run,core,record,state,basis,known,cost_micro,cost_rest,low_micro,low_rest,high_micro,high_rest,outcome,status,"
    "first_token_ms,ended_ms,price_row,tier,upstream_request_id,usage_bits,input,cache_read,cache_write_default,cache_write_5m,"
    "cache_write_30m,cache_write_1h,cache_write_12h,output,reasoning,audio_in,audio_out,image,tool_calls FROM entries"
    " WHERE attempt=? ORDER BY kind,run,core,record";

// A row of `SELECT * FROM rollups`, or of a table like it.
std::pair<Group, Sums> rollup_of(Statement& row);

// Of a row of the rollups, whatever stands there.
inline std::string_view account_text(std::int64_t account) {
  return account >= 0 && account < static_cast<std::int64_t>(ledger::kAccounts) ? ledger::name(static_cast<ledger::Account>(account)) : "?";
}

struct Ledger::Lane {
  std::uint32_t core = 0;
  RunId run_id{};
  std::int64_t run = 0;              // row of `runs`; 0: none yet
  std::vector<std::int64_t> words;   // by NameId
  WallTime time;                     // of the last record that had one
  bool moved = false;                // in this transaction
};

struct Ledger::Entry {
  std::array<std::int64_t, 4> by{};  // as in Open
  ledger::Booked after;              // the attempt, were it the last word on it
  const ledger::Settlement* settlement = nullptr;
  std::int64_t price_row = 0;
  const ledger::Adjustment* adjustment = nullptr;
};

}  // namespace fw::store
