#include <fmt/format.h>

#include "base/date.h"
#include "cli/exit.h"
#include "cli/ledger.h"
#include "cli/ledger_books.h"

namespace fw::cli {
namespace {

constexpr std::int64_t kNsOfHour = 3'600'000'000'000;

// Rows are of whole hours or days, so they can only be cut there.
bool is_whole(const std::optional<WallTime>& time, bool hourly, std::string_view option) {
  const auto step = hourly ? kNsOfHour : 24 * kNsOfHour;
  if (!time || time->ns % step == 0) return true;
  fmt::print(stderr, "error: {} is {}, expected a whole {} (UTC){}\n", option, rfc3339_text(*time), hourly ? "hour" : "day", hourly ? "" : "; or --per hour");
  return false;
}

std::vector<Cell> cells_of(const store::SumsRow& row, bool each_span) {
  std::vector<Cell> out;
  if (each_span) out.push_back({rfc3339_text(row.start)});
  for (const auto& value : row.values) out.push_back({value});
  for (const auto n : row.sums.counts) out.push_back({fmt::to_string(n), true});
  for (const auto& amount : {row.sums.cost, row.sums.low, row.sums.high}) out.push_back({amount.usd()});
  return out;
}

}  // namespace

int ledger_sums(const LedgerSumsOptions& o) {
  store::SumsQuery query;
  const auto from = time_of(o.from, "--from");
  if (!from) return from.error();
  const auto until = time_of(o.until, "--until");
  if (!until) return until.error();
  query.hourly = o.per == "hour";
  query.each_span = o.per != "all";
  if (!is_whole(*from, query.hourly, "--from") || !is_whole(*until, query.hourly, "--until") || !are_tags(o.tags)) return kUsage;
  if (const auto unknown = store::unknown_dimension(o.by); !unknown.empty()) {
    fmt::print(stderr, "error: --by: {}\n", unknown);
    return kUsage;
  }
  query.from = *from;
  query.until = *until;
  query.by = o.by;
  query.tags = o.tags;
  query.tenant = o.tenant;
  query.key = o.key;
  query.team = o.team;
  query.model = o.model;
  query.deployment = o.deployment;
  query.cloud = o.cloud;
  query.scope = o.scope;
  query.account = o.account;
  const auto opened = open_books(o.place);
  if (!opened) return opened.error();
  const auto rows = opened->books->sums(query);
  if (!rows) {
    fmt::print(stderr, "error: {}\n", rows.error().message);
    return kFailed;
  }
  List list;
  if (query.each_span) list.columns.emplace_back("start");
  list.columns.insert(list.columns.end(), o.by.begin(), o.by.end());
  list.columns.insert(list.columns.end(), store::kSumColumns.begin(), store::kSumColumns.end());
  for (const auto* name : {"cost_usd", "cost_low_usd", "cost_high_usd"}) list.columns.emplace_back(name);
  for (const auto& row : *rows) list.rows.push_back(cells_of(row, query.each_span));
  fmt::print("{}", to_text(list, o.format));
  for (const auto& words : opened->books->problems()) fmt::print(stderr, "damaged: {}\n", words);
  return opened->books->problems().empty() ? kOk : kDifferent;
}

}  // namespace fw::cli
