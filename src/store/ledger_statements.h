// The statements of the ledger's writer, prepared once.
#pragma once

#include "store/ledger_inside.h"

namespace fw::store {

// Bits of entries.known: which amounts its attempt has after it.
inline constexpr std::int64_t kCostKnown = 1;
inline constexpr std::int64_t kLowKnown = 2;
inline constexpr std::int64_t kHighKnown = 4;
// Of entries.usage_bits.
inline constexpr std::int64_t kUsageReported = 1;
inline constexpr std::int64_t kUsageInconsistent = 2;

struct Ledger::Statements {
  explicit Statements(Sqlite& db)
      : attempt(db, "INSERT INTO attempts VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT(attempt_id) DO NOTHING"),
        open_entry(db, "INSERT INTO entries(attempt,kind,run,core,record,state,basis,known,cost_micro,cost_rest,low_micro,low_rest,"
                       "high_micro,high_rest) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING"),
        entry(db, "INSERT INTO entries VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
                  " ON CONFLICT DO NOTHING"),
        find(db, "SELECT id,time,tenant,key,model,deployment,cloud,scope,team,tag_set,purpose FROM attempts WHERE attempt_id=?"),
        entries(db, kEntriesOfAttempt),
        exchange(db, "INSERT INTO exchanges(request_id,client_request_id,time,duration_ms,first_token_ms,tenant,key,model,policy,"
                     "dialect_in,operation,stream,client_left,status,outcome,attempts,cost_micro,cost_rest,decision,deployment,tags)"
                     " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING"),
        facts(db, "INSERT INTO facts VALUES(?,?) ON CONFLICT DO NOTHING"),
        budget_move(db, "INSERT INTO budget_moves VALUES(?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING"),
        new_word(db, "INSERT INTO words(text) VALUES(?) ON CONFLICT DO NOTHING"),
        word(db, "SELECT id FROM words WHERE text=?"),
        new_tag_set(db, "INSERT INTO tag_sets(text) VALUES(?) ON CONFLICT DO NOTHING"),
        tag_set(db, "SELECT id FROM tag_sets WHERE text=?"),
        new_run(db, "INSERT INTO runs(run) VALUES(?) ON CONFLICT DO NOTHING"),
        run(db, "SELECT id FROM runs WHERE run=?"),
        run_started(db, "UPDATE runs SET started=min(coalesce(started,?1),?1), version=?2 WHERE id=?3"),
        position(db, "INSERT INTO positions VALUES(?,?,?,?,?) ON CONFLICT DO UPDATE SET "
                     "segment=excluded.segment,offset=excluded.offset,sequence=excluded.sequence"),
        standing(db, "UPDATE standing SET value=? WHERE name=?"),
        damage(db, "INSERT INTO damage VALUES(?,?) ON CONFLICT DO NOTHING"),
        former(db, "SELECT attempt_id FROM attempts a WHERE id>=? AND run<>? AND NOT EXISTS"
                   "(SELECT 1 FROM entries e WHERE e.attempt=a.id AND e.kind>1)"),
        sums(db, kAddSums) {}

  static constexpr const char* kAddSums =
      "INSERT INTO rollups VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET "
      "attempts=attempts+excluded.attempts,open=open+excluded.open,settled_exact=settled_exact+excluded.settled_exact,"
      "settled_estimated=settled_estimated+excluded.settled_estimated,not_sent=not_sent+excluded.not_sent,"
      "refused_unbilled=refused_unbilled+excluded.refused_unbilled,ambiguous=ambiguous+excluded.ambiguous,"
      "unpriced=unpriced+excluded.unpriced,input=input+excluded.input,cache_read=cache_read+excluded.cache_read,"
      "cache_write=cache_write+excluded.cache_write,output=output+excluded.output,reasoning=reasoning+excluded.reasoning,"
      "audio_in=audio_in+excluded.audio_in,audio_out=audio_out+excluded.audio_out,image=image+excluded.image,"
      "tool_calls=tool_calls+excluded.tool_calls,"
      "cost_micro=cost_micro+excluded.cost_micro+(cost_rest+excluded.cost_rest)/1000000000,"
      "cost_rest=(cost_rest+excluded.cost_rest)%1000000000,"
      "low_micro=low_micro+excluded.low_micro+(low_rest+excluded.low_rest)/1000000000,"
      "low_rest=(low_rest+excluded.low_rest)%1000000000,"
      "high_micro=high_micro+excluded.high_micro+(high_rest+excluded.high_rest)/1000000000,"
      "high_rest=(high_rest+excluded.high_rest)%1000000000";

  Statement attempt, open_entry, entry, find, entries, exchange, facts, budget_move, new_word, word, new_tag_set, tag_set, new_run, run, run_started,
      position, standing, damage, former, sums;
};

}  // namespace fw::store
