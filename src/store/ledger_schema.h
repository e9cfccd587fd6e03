// The tables of ledger.sqlite. A released one is never edited here: a new version is a migration behind it.
#pragma once

namespace fw::store {

// Amounts are two integers, see Amount in sqlite.h. `words` holds each word of the configuration once; 1 is the empty
// one. `time` is in nanoseconds since 1970. Enumerations are numbers, in the order of their declarations.
inline constexpr const char* kLedgerSchema = R"(
CREATE TABLE words(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
INSERT INTO words VALUES(1, '');
CREATE TABLE runs(id INTEGER PRIMARY KEY, run BLOB NOT NULL UNIQUE, started INTEGER, version TEXT);
CREATE TABLE positions(core INTEGER NOT NULL, run INTEGER NOT NULL, segment INTEGER NOT NULL, offset INTEGER NOT NULL,
  sequence INTEGER NOT NULL, PRIMARY KEY(core, run)) WITHOUT ROWID;
CREATE TABLE standing(name TEXT PRIMARY KEY, value INTEGER NOT NULL);
INSERT INTO standing VALUES('oldest_open', 1), ('durable', 0);

CREATE TABLE attempts(id INTEGER PRIMARY KEY, attempt_id TEXT NOT NULL UNIQUE, request_id TEXT NOT NULL,
  client_request_id TEXT NOT NULL, time INTEGER NOT NULL, tenant INTEGER NOT NULL, key INTEGER NOT NULL, model INTEGER NOT NULL,
  deployment INTEGER NOT NULL, cloud INTEGER NOT NULL, scope INTEGER NOT NULL, provider INTEGER NOT NULL,
  price_row INTEGER NOT NULL, dialect_in INTEGER NOT NULL, dialect_out INTEGER NOT NULL, operation INTEGER NOT NULL,
  stream INTEGER NOT NULL, tags BLOB NOT NULL, input_max INTEGER NOT NULL, input_expected INTEGER NOT NULL,
  output_max INTEGER NOT NULL, run INTEGER NOT NULL, intent_lost INTEGER NOT NULL);
CREATE INDEX attempts_by_time ON attempts(time);

CREATE TABLE entries(attempt INTEGER NOT NULL, kind INTEGER NOT NULL, run INTEGER NOT NULL, core INTEGER NOT NULL,
  record INTEGER NOT NULL, state INTEGER NOT NULL, basis INTEGER NOT NULL, known INTEGER NOT NULL,
  cost_micro INTEGER NOT NULL, cost_rest INTEGER NOT NULL, low_micro INTEGER NOT NULL, low_rest INTEGER NOT NULL,
  high_micro INTEGER NOT NULL, high_rest INTEGER NOT NULL,
  outcome INTEGER, status INTEGER, first_token_ms INTEGER, ended_ms INTEGER, price_row INTEGER, tier TEXT,
  upstream_request_id TEXT, usage_bits INTEGER, input INTEGER, cache_read INTEGER, cache_write_default INTEGER,
  cache_write_5m INTEGER, cache_write_30m INTEGER, cache_write_1h INTEGER, cache_write_12h INTEGER, output INTEGER,
  reasoning INTEGER, audio_in INTEGER, audio_out INTEGER, image INTEGER, tool_calls INTEGER,
  time INTEGER, reason TEXT, source TEXT,
  PRIMARY KEY(attempt, kind, run, core, record)) WITHOUT ROWID;

CREATE TABLE exchanges(id INTEGER PRIMARY KEY, request_id TEXT NOT NULL UNIQUE, client_request_id TEXT NOT NULL,
  time INTEGER NOT NULL, duration_ms INTEGER NOT NULL, first_token_ms INTEGER NOT NULL, tenant INTEGER NOT NULL,
  key INTEGER NOT NULL, model INTEGER NOT NULL, policy INTEGER NOT NULL, dialect_in INTEGER NOT NULL,
  operation INTEGER NOT NULL, stream INTEGER NOT NULL, client_left INTEGER NOT NULL, status INTEGER NOT NULL,
  outcome TEXT NOT NULL, attempts INTEGER NOT NULL, cost_micro INTEGER, cost_rest INTEGER, decision BLOB NOT NULL);
CREATE TABLE facts(hash BLOB PRIMARY KEY, bytes BLOB NOT NULL);
CREATE TABLE budget_moves(run INTEGER NOT NULL, core INTEGER NOT NULL, record INTEGER NOT NULL, budget INTEGER NOT NULL,
  time INTEGER NOT NULL, micro INTEGER, rest INTEGER, about TEXT NOT NULL, PRIMARY KEY(run, core, record)) WITHOUT ROWID;

CREATE TABLE rollups(span INTEGER NOT NULL, start INTEGER NOT NULL, tenant INTEGER NOT NULL, key INTEGER NOT NULL,
  model INTEGER NOT NULL, deployment INTEGER NOT NULL, cloud INTEGER NOT NULL, scope INTEGER NOT NULL,
  attempts INTEGER NOT NULL, open INTEGER NOT NULL, settled_exact INTEGER NOT NULL, settled_estimated INTEGER NOT NULL,
  not_sent INTEGER NOT NULL, refused_unbilled INTEGER NOT NULL, ambiguous INTEGER NOT NULL, unpriced INTEGER NOT NULL,
  input INTEGER NOT NULL, cache_read INTEGER NOT NULL, cache_write INTEGER NOT NULL, output INTEGER NOT NULL,
  reasoning INTEGER NOT NULL, audio_in INTEGER NOT NULL, audio_out INTEGER NOT NULL, image INTEGER NOT NULL,
  tool_calls INTEGER NOT NULL, cost_micro INTEGER NOT NULL, cost_rest INTEGER NOT NULL, low_micro INTEGER NOT NULL,
  low_rest INTEGER NOT NULL, high_micro INTEGER NOT NULL, high_rest INTEGER NOT NULL,
  PRIMARY KEY(span, start, tenant, key, model, deployment, cloud, scope)) WITHOUT ROWID;
CREATE TABLE damage(file TEXT NOT NULL, words TEXT NOT NULL, PRIMARY KEY(file, words));
)";

// From 1 to 2: why attempts were made, teams and tags. `tag_sets` holds each set of tags once, up to a limit; 1 is none, 2
// all beyond the limit. What was written before has the purpose `unknown`, and its sums the account of that name.
inline constexpr const char* kLedgerTo2 = R"(
CREATE TABLE tag_sets(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
INSERT INTO tag_sets VALUES(1, ''), (2, '*');
ALTER TABLE attempts ADD COLUMN team INTEGER NOT NULL DEFAULT 1;
ALTER TABLE attempts ADD COLUMN tag_set INTEGER NOT NULL DEFAULT 1;
ALTER TABLE attempts ADD COLUMN purpose INTEGER NOT NULL DEFAULT 0;
ALTER TABLE exchanges ADD COLUMN deployment INTEGER NOT NULL DEFAULT 1;
ALTER TABLE exchanges ADD COLUMN tags TEXT NOT NULL DEFAULT '';
ALTER TABLE rollups RENAME TO rollups_1;
CREATE TABLE rollups(span INTEGER NOT NULL, start INTEGER NOT NULL, tenant INTEGER NOT NULL, key INTEGER NOT NULL,
  model INTEGER NOT NULL, deployment INTEGER NOT NULL, cloud INTEGER NOT NULL, scope INTEGER NOT NULL, team INTEGER NOT NULL,
  tag_set INTEGER NOT NULL, account INTEGER NOT NULL,
  attempts INTEGER NOT NULL, open INTEGER NOT NULL, settled_exact INTEGER NOT NULL, settled_estimated INTEGER NOT NULL,
  not_sent INTEGER NOT NULL, refused_unbilled INTEGER NOT NULL, ambiguous INTEGER NOT NULL, unpriced INTEGER NOT NULL,
  input INTEGER NOT NULL, cache_read INTEGER NOT NULL, cache_write INTEGER NOT NULL, output INTEGER NOT NULL,
  reasoning INTEGER NOT NULL, audio_in INTEGER NOT NULL, audio_out INTEGER NOT NULL, image INTEGER NOT NULL,
  tool_calls INTEGER NOT NULL, cost_micro INTEGER NOT NULL, cost_rest INTEGER NOT NULL, low_micro INTEGER NOT NULL,
  low_rest INTEGER NOT NULL, high_micro INTEGER NOT NULL, high_rest INTEGER NOT NULL,
  PRIMARY KEY(span, start, tenant, key, model, deployment, cloud, scope, team, tag_set, account)) WITHOUT ROWID;
INSERT INTO rollups SELECT span, start, tenant, key, model, deployment, cloud, scope, 1, 1, 0, attempts, open, settled_exact,
  settled_estimated, not_sent, refused_unbilled, ambiguous, unpriced, input, cache_read, cache_write, output, reasoning, audio_in,
  audio_out, image, tool_calls, cost_micro, cost_rest, low_micro, low_rest, high_micro, high_rest FROM rollups_1;
DROP TABLE rollups_1;
)";

}  // namespace fw::store
