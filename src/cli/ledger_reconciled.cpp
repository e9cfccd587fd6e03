#include "cli/ledger_reconciled.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/date.h"
#include "offer/render.h"
#include "wire/json_write.h"

namespace fw::cli {
namespace {

using ledger::Difference;
using ledger::Drift;
using ledger::Reconciled;
using wire::JsonWriter;

constexpr std::size_t kShownMax = 100;

std::string plus(Money m) { return (m > Money() ? "+" : "") + m.usd(); }

// "2026-07-30", or "2026-07-30 to 2026-08-11", both included.
std::string days(WallTime from, WallTime until) {
  const auto first = date_text({from.ns / kDayNs * kDayNs}), last = date_text({(until.ns - 1) / kDayNs * kDayNs});
  return first == last ? first : fmt::format("{} to {}", first, last);
}

std::string place(const std::string& model, const std::string& tier, const std::string& meter) {
  std::string out = model;
  if (!tier.empty() && tier != offer::kStandardTier) out += " " + tier;
  if (!meter.empty()) out += (out.empty() ? "" : " ") + meter;
  return out;
}

std::string line_of(const Difference& d) {
  auto out = fmt::format("  {:>18}  {}: {}", plus(d.amount), name(d.cause), say(d.cause));
  if (const auto where = place(d.model, d.tier, d.meter); !where.empty()) out += fmt::format("; {}", where);
  if (!d.what.empty()) out += fmt::format("; {}", d.what);
  if (d.from < d.until) out += fmt::format("; {}", days(d.from, d.until));
  if (d.tokens != 0) out += fmt::format("; {} tokens", d.tokens);
  return out + "\n";
}

std::string text_of(const Drift& d) {
  auto out = fmt::format("price drift: {}, {}{}, {} USD\n", place(d.model, d.tier, ""), days(d.from, d.until), d.over ? "" : " (and it still holds)", plus(d.amount));
  for (const auto& m : d.meters)
    out += fmt::format("  {}: the books have {}, the bill has {} USD per million; {} tokens, {} USD\n", m.meter, m.book.per_million(), m.bill.per_million(), m.tokens, plus(m.amount));
  if (!d.correction) out += fmt::format("  the price stands in the configuration, not in an offer ({}); correct it there\n", d.row);
  return out;
}

void write_span(JsonWriter& json, WallTime from, WallTime until) {
  json.key("from");
  if (from < until) json.string(date_text(from));
  else json.null();
  json.key("until");
  if (from < until) json.string(date_text(until));
  else json.null();
}

void write_difference(JsonWriter& json, const Difference& d) {
  json.begin_object().member("cause", name(d.cause));
  write_span(json, d.from, d.until);
  ledger::write_text(json, "model", d.model);
  ledger::write_text(json, "meter", d.meter);
  ledger::write_text(json, "tier", d.tier);
  ledger::write_text(json, "what", d.what);
  json.member("tokens", d.tokens).member("usd", d.amount.usd()).member("count", static_cast<std::int64_t>(d.count)).end_object();
}

void write_drift(JsonWriter& json, const Drift& d) {
  json.begin_object().member("model", d.model).member("tier", d.tier).member("price_row", d.row);
  write_span(json, d.from, d.until);
  json.member("over", d.over).member("usd", d.amount.usd()).key("meters").begin_array();
  for (const auto& m : d.meters)
    json.begin_object().member("meter", m.meter).member("book_usd_per_million", m.book.per_million()).member("bill_usd_per_million", m.bill.per_million())
        .member("tokens", m.tokens).member("usd", m.amount.usd()).end_object();
  json.end_array().end_object();
}

void write_resolution(JsonWriter& json, const ledger::Resolution& r) {
  json.begin_object().member("attempt_id", r.attempt_id).member("state", name(r.state)).member("basis", name(r.basis)).key("usage");
  if (r.usage) ledger::write_usage(json, *r.usage);
  else json.null();
  ledger::write_money(json, "cost_usd", r.cost);
  json.member("reason", r.reason).member("source", r.source).end_object();
}

}  // namespace

std::string as_text(const Reconciled& found, const ReconciledText& about) {
  auto out = fmt::format("{} against {}", fmt::join(about.files, ", "), about.provider);
  if (found.from < found.until) out += fmt::format(", {}", days(found.from, found.until));
  out += fmt::format("\nbilled      {} USD, {} lines{}\n", found.billed.usd(), found.lines, found.counted ? "; counts without an amount at the books' prices" : "");
  out += fmt::format("booked      {} USD, {} attempts", found.booked.usd(), found.attempts);
  if (found.ambiguous != 0) out += fmt::format("; {} of unknown end, at most {} USD more", found.ambiguous, found.ambiguous_most.usd());
  out += fmt::format("\ndifference  {} USD\n", plus(found.difference()));
  for (std::size_t i = 0; i < std::min(found.differences.size(), kShownMax); ++i) out += line_of(found.differences[i]);
  if (found.differences.size() > kShownMax) out += fmt::format("  and {} more; --output json has all\n", found.differences.size() - kShownMax);
  if (found.elsewhere_lines != 0) out += fmt::format("not compared: {} lines of other services, {} USD\n", found.elsewhere_lines, found.elsewhere.usd());
  for (const auto& d : found.drifts) out += text_of(d);
  bool any = false;
  for (const auto& d : found.drifts) {
    if (!d.correction) continue;
    if (!any) out += "proposed for an offers file of your own (`offers: [FILE]` in the configuration):\nrows:\n";
    any = true;
    out += "  - ";
    JsonWriter json(out);
    offer::write_row(json, *d.correction);
    out += "\n";
  }
  if (!found.resolutions.empty())
    out += about.applied != 0 ? fmt::format("{} attempts were settled by the bill\n", about.applied)
                              : fmt::format("the bill settles {} attempts; --apply writes that into the books\n", found.resolutions.size());
  if (found.agrees()) out += "the bill agrees with the books\n";
  return out;
}

std::string as_json(const Reconciled& found, const ReconciledText& about) {
  std::string out;
  JsonWriter json(out);
  const auto number = [&](std::string_view name, std::uint64_t value) { json.member(name, static_cast<std::int64_t>(value)); };
  json.begin_object().key("bill").begin_array();
  for (const auto& file : about.files) json.string(file);
  json.end_array().member("books", about.provider);
  write_span(json, found.from, found.until);
  json.member("billed_usd", found.billed.usd()).member("booked_usd", found.booked.usd()).member("difference_usd", found.difference().usd());
  number("lines", found.lines);
  number("attempts", found.attempts);
  number("ambiguous", found.ambiguous);
  json.member("ambiguous_most_usd", found.ambiguous_most.usd()).member("counted", found.counted);
  number("agreed", found.agreed);
  json.key("elsewhere").begin_object();
  number("lines", found.elsewhere_lines);
  json.member("usd", found.elsewhere.usd()).end_object().key("explanations").begin_array();
  for (const auto& d : found.differences) write_difference(json, d);
  json.end_array().key("drifts").begin_array();
  for (const auto& d : found.drifts) write_drift(json, d);
  json.end_array().key("corrections").begin_array();
  for (const auto& d : found.drifts)
    if (d.correction) offer::write_row(json, *d.correction);
  json.end_array().key("resolutions").begin_array();
  for (const auto& r : found.resolutions) write_resolution(json, r);
  json.end_array();
  number("applied", about.applied);
  json.member("agrees", found.agrees()).end_object();
  return out + "\n";
}

}  // namespace fw::cli
