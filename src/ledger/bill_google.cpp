// Google's billing export as BigQuery gives it in JSON: a row an object, one a line or all in an array. As CSV: bill_csv.cpp.
// A row's credits are amounts of their own and become lines of their own.
#include <fmt/format.h>

#include "ledger/bill_reader.h"
#include "ledger/bill_words.h"

namespace fw::ledger::bills {

Read read_google_csv(Filling& to);

namespace {

Members inner(const Members& row, std::string_view key) {
  const auto token = row.raw(key);
  auto found = token.starts_with('{') ? Members::of(token) : std::expected<Members, BillFault>(Members());
  return found ? *std::move(found) : Members();
}

bool is_ours(std::string_view service) {
  const auto word = column_word(service);
  for (const std::string_view ours : {"vertex", "aiplatform", "gemini", "agentplatform"})
    if (word.find(ours) != word.npos) return true;
  return false;
}

Read add_credits(Filling& to, const Members& row, BillLine line) {
  const auto credits = row.raw("credits");
  if (!credits.starts_with('[')) return {};
  if (line.kind != ChargeKind::elsewhere) line.kind = ChargeKind::credit;
  line.tokens.reset();
  return each_element(credits, [&](const Members& credit) -> Read {
    const auto amount = credit.figure("amount");
    if (!amount) return refuse(credit.place("amount"), quoted(credit.raw("amount")), "a credit's amount");
    const auto usd = usd_of(credit.place("amount"), *amount);
    if (!usd) return std::unexpected(usd.error());
    to.saw_amount(*amount);
    line.line = to.line_of(credit.at());
    line.amount = *usd;
    const auto type = credit.text("type");
    if (line.kind == ChargeKind::credit && type.starts_with("COMMITTED_USAGE")) line.kind = ChargeKind::commitment;
    line.what = fmt::format("{} {}", credit.text("name"), type);
    return to.add(line);
  });
}

Read add_row(Filling& to, const Members& row) {
  BillLine line;
  line.line = to.line_of(row.at());
  const auto from = parse_bill_time(row.text("usage_start_time")), until = parse_bill_time(row.text("usage_end_time"));
  if (!from) return refuse(row.place("usage_start_time"), quoted(row.raw("usage_start_time")), "usage_start_time, such as 2026-07-30 07:00:00 UTC");
  line.from = *from;
  line.until = until && *until > *from ? *until : WallTime{from->ns + kDayNs / 24};
  line.account = inner(row, "project").text("id");
  put_words(line, inner(row, "sku").text("description"));
  const auto type = row.text("cost_type");
  if (type == "tax") line.kind = ChargeKind::tax;
  else if (!type.empty() && type != "regular") line.kind = ChargeKind::adjustment;
  if (!is_ours(inner(row, "service").text("description"))) line.kind = ChargeKind::elsewhere;
  const auto cost = row.figure("cost");
  if (!cost) return refuse(row.place("cost"), quoted(row.raw("cost")), "the row's cost, a number");
  if (auto usd = usd_only(row.place("currency"), row.text("currency")); !usd) return usd;
  const auto charged = usd_of(row.place("cost"), *cost);
  if (!charged) return std::unexpected(charged.error());
  to.saw_amount(*cost);
  line.amount = *charged;
  const auto usage = inner(row, "usage");
  const auto unit = tokens_of_unit(usage.text("unit"));
  if (const auto amount = usage.figure("amount"); amount && unit && line.kind == ChargeKind::usage && !line.meter.empty()) {
    const auto tokens = tokens_of(usage.place("amount"), *amount, *unit);
    if (!tokens) return std::unexpected(tokens.error());
    to.saw_tokens(*amount, *unit);
    line.tokens = *tokens;
  }
  if (auto added = to.add(line); !added) return added;
  return add_credits(to, row, line);
}

}  // namespace

Read read_google(Filling& to) {
  to.bill().cloud = "vertex";
  const auto first = to.text().find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || (to.text()[first] != '{' && to.text()[first] != '[')) return read_google_csv(to);
  return each_object(to.text(), nullptr, [&](const Members& row) { return add_row(to, row); });
}

}  // namespace fw::ledger::bills
