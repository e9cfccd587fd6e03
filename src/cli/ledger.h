// The commands over the books.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "cli/output.h"
#include "ledger/booked.h"

namespace fw::cli {

// Where the books are: --data-dir, else what the configuration says.
struct LedgerPlace {
  std::string config;
  std::string data_dir;
};

struct LedgerExportOptions {
  LedgerPlace place;
  std::string from, until;  // a day or a time
  std::string tenant, key, team, model, deployment, provider, cloud, scope, state, request_id, purpose, account;
  std::vector<std::string> tags;
  std::string form = "ndjson";  // json, csv, focus
};
int ledger_export(const LedgerExportOptions& options);

struct LedgerSumsOptions {
  LedgerPlace place;
  std::string from, until;                  // a day or a time
  std::vector<std::string> by, tags;
  std::string tenant, key, team, model, deployment, cloud, scope, account;
  std::string per = "all";                  // all, day, hour
  Format format = Format::table;
};
int ledger_sums(const LedgerSumsOptions& options);

struct LedgerVerifyOptions {
  LedgerPlace place;
  bool json = false;
};
int ledger_verify(const LedgerVerifyOptions& options);

struct LedgerReconcileOptions {
  LedgerPlace place;
  std::vector<std::string> bills;
  std::string form;      // empty: told by the content
  std::string provider;  // empty: the only one of the bill's cloud
  std::string account;
  std::string from, until;
  bool apply = false;
  bool complete = false;
  bool json = false;
};
int ledger_reconcile(const LedgerReconcileOptions& options);

// A line of CSV without its end; columns in the order of the header.
std::string csv_header();
std::string csv_line(const ledger::Booked& attempt);
// FOCUS 1.2, a charge per attempt; docs/ledger.md says what stands in which column.
std::string focus_header();
std::string focus_line(const ledger::Booked& attempt);

}  // namespace fw::cli
