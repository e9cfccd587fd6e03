// Bills as CSV: Azure's cost and usage details, AWS's CUR, FOCUS and Google's export. They differ in the names of their
// columns and in the words of a few of them, so each is a table of names and one function for its words.
//
// Sources: learn.microsoft.com cost-management-billing/dataset-schema/cost-usage-details-ea and -mca; AWS Data Exports
// table dictionary, CUR 2.0; focus.finops.org 1.2 and learn.microsoft.com cloud-computing/finops/focus/metadata;
// docs.cloud.google.com billing/docs/how-to/export-data-bigquery-tables/standard-usage.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "ledger/bill_reader.h"
#include "ledger/bill_words.h"
#include "wire/csv.h"

namespace fw::ledger::bills {
namespace {

constexpr std::size_t kNone = SIZE_MAX;

class Table {
 public:
  explicit Table(Filling& to) : to_(to), lines_(to.text()) {}
  Read begin() {
    if (!lines_.next()) return refuse(to_.text().data(), "an empty file", "a header and lines");
    for (const auto cell : lines_.cells()) header_.push_back(column_word(cell));
    return {};
  }
  // The first of these names that the header has; an error where none is there that must.
  Read column(std::size_t& at, std::initializer_list<std::string_view> names, bool must) {
    at = kNone;
    for (const auto name : names)
      for (std::size_t i = 0; i < header_.size() && at == kNone; ++i)
        if (header_[i] == name) at = i;
    if (at == kNone && must)
      return refuse(to_.text().data(), fmt::format("no column {}", *names.begin()), fmt::format("one of its header's {} columns to be it", header_.size()));
    return {};
  }
  bool next() { return lines_.next(); }
  int line() const { return lines_.line(); }
  std::string_view cell(std::size_t column) const { return column < lines_.cells().size() ? lines_.cells()[column] : std::string_view(); }
  const char* place(std::size_t column) const { return column < lines_.cells().size() ? lines_.cells()[column].data() : lines_.cells()[0].data(); }
  std::expected<Figure, BillFault> figure(std::size_t column, std::string_view what) const {
    if (cell(column).empty()) return Figure{};
    if (const auto f = parse_figure(cell(column))) return *f;
    return refuse(place(column), quoted(cell(column)), fmt::format("a number: {}", what));
  }

 private:
  Filling& to_;
  wire::CsvLines lines_;
  std::vector<std::string> header_;
};

// Where a form has what every line needs. A list names alternatives; the first that is there counts.
using Names = std::initializer_list<std::string_view>;
struct Form {
  Names from, until, account, what, cost, currency, quantity, unit, kind, service;
  ChargeKind (*kind_of)(std::string_view kind);
  bool (*is_ours)(std::string_view service);
};

struct Columns {
  std::size_t from, until, account, what, cost, currency, quantity, unit, kind, service;
};

Read find_columns(Table& table, const Form& form, Columns& c) {
  const std::array<std::tuple<std::size_t*, const Names*, bool>, 10> wanted{{{&c.from, &form.from, true},
                                                                              {&c.until, &form.until, false},
                                                                              {&c.account, &form.account, false},
                                                                              {&c.what, &form.what, true},
                                                                              {&c.cost, &form.cost, true},
                                                                              {&c.currency, &form.currency, true},
                                                                              {&c.quantity, &form.quantity, true},
                                                                              {&c.unit, &form.unit, true},
                                                                              {&c.kind, &form.kind, true},
                                                                              {&c.service, &form.service, false}}};
  for (const auto& [at, names, must] : wanted)
    if (auto found = table.column(*at, *names, must); !found) return found;
  return {};
}

Read read_span(const Table& table, const Columns& c, BillLine& line) {
  const auto from = parse_bill_time(table.cell(c.from));
  if (!from) return refuse(table.place(c.from), quoted(table.cell(c.from)), "a time such as 2026-07-30T00:00:00Z, or a day");
  line.from = *from;
  line.until = {from->ns + kDayNs};
  if (c.until == kNone || table.cell(c.until).empty()) return {};
  const auto until = parse_bill_time(table.cell(c.until));
  if (!until || *until < *from) return refuse(table.place(c.until), quoted(table.cell(c.until)), "a time behind the line's beginning");
  line.until = *until;
  return {};
}

Read read_numbers(Filling& to, const Table& table, const Columns& c, BillLine& line) {
  const auto cost = table.figure(c.cost, "the line's cost");
  if (!cost) return std::unexpected(cost.error());
  if (cost->units != 0)
    if (auto usd = usd_only(table.place(c.currency), table.cell(c.currency)); !usd) return usd;
  const auto amount = usd_of(table.place(c.cost), *cost);
  if (!amount) return std::unexpected(amount.error());
  to.saw_amount(*cost);
  line.amount = *amount;
  if (line.kind != ChargeKind::usage || line.meter.empty()) return {};
  const auto quantity = table.figure(c.quantity, "the line's quantity");
  if (!quantity) return std::unexpected(quantity.error());
  const auto unit = tokens_of_unit(table.cell(c.unit));
  if (!unit) return {};
  const auto tokens = tokens_of(table.place(c.quantity), *quantity, *unit);
  if (!tokens) return std::unexpected(tokens.error());
  to.saw_tokens(*quantity, *unit);
  line.tokens = *tokens;
  return {};
}

// AWS: "USE1-openai.gpt-5.6-luna-mantle-…" begins with the region that charges.
std::string_view without_region(std::string_view what) {
  const auto dash = what.find('-');
  const auto all = [](std::string_view text) { return std::ranges::all_of(text, [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }); };
  return dash != what.npos && dash > 2 && all(what.substr(0, dash)) ? what.substr(dash + 1) : what;
}

Read read_lines(Filling& to, const Form& form, const std::function<void(Table&, BillLine&)>& more = {}) {
  Table table(to);
  if (auto begun = table.begin(); !begun) return begun;
  Columns c{};
  if (auto found = find_columns(table, form, c); !found) return found;
  while (table.next()) {
    BillLine line;
    line.line = table.line();
    line.account = table.cell(c.account);
    put_words(line, without_region(table.cell(c.what)));
    line.what = table.cell(c.what);
    line.kind = form.kind_of(table.cell(c.kind));
    if (c.service != kNone && form.is_ours && !form.is_ours(table.cell(c.service))) line.kind = ChargeKind::elsewhere;
    if (more) more(table, line);
    if (auto read = read_span(table, c, line); !read) return read;
    if (auto read = read_numbers(to, table, c, line); !read) return read;
    if (auto added = to.add(std::move(line)); !added) return added;
  }
  return {};
}

bool says(std::string_view text, std::initializer_list<std::string_view> words) {
  const auto word = column_word(text);
  return std::ranges::any_of(words, [&](std::string_view w) { return word.find(w) != word.npos; });
}

ChargeKind azure_kind(std::string_view kind) {
  if (says(kind, {"usage"}) || kind.empty()) return ChargeKind::usage;
  if (says(kind, {"purchase", "unused"})) return ChargeKind::commitment;
  if (says(kind, {"refund", "credit"})) return ChargeKind::credit;
  if (says(kind, {"tax"})) return ChargeKind::tax;
  return ChargeKind::adjustment;
}

ChargeKind aws_kind(std::string_view kind) {
  if (kind == "Usage") return ChargeKind::usage;
  if (says(kind, {"credit", "refund", "discount"}) && kind != "DiscountedUsage") return ChargeKind::credit;
  if (kind == "Tax") return ChargeKind::tax;
  if (says(kind, {"rifee", "savingsplan", "discountedusage", "fee"})) return ChargeKind::commitment;
  return ChargeKind::adjustment;
}

ChargeKind google_kind(std::string_view kind) {
  if (kind.empty() || kind == "regular") return ChargeKind::usage;
  return kind == "tax" ? ChargeKind::tax : ChargeKind::adjustment;
}

ChargeKind focus_kind(std::string_view kind) {
  if (kind == "Usage" || kind.empty()) return ChargeKind::usage;
  if (kind == "Credit") return ChargeKind::credit;
  if (kind == "Purchase") return ChargeKind::commitment;
  return kind == "Tax" ? ChargeKind::tax : ChargeKind::adjustment;
}

// FOCUS has one column for who sells.
std::string_view cloud_of(std::string_view seller) {
  if (says(seller, {"microsoft", "azure"})) return "azure";
  if (says(seller, {"aws", "amazon", "bedrock"})) return "bedrock";
  if (says(seller, {"google", "vertex"})) return "vertex";
  return says(seller, {"openai"}) ? "openai" : "";
}

}  // namespace

Read read_azure(Filling& to) {
  to.bill().cloud = "azure";
  std::size_t pricing = kNone;
  bool looked = false;
  return read_lines(to,
                    {.from = {"date", "usagedate", "usagedatetime"}, .until = {"none"}, .account = {"subscriptionid", "subscriptionguid"},
                     .what = {"metername"}, .cost = {"costinbillingcurrency", "cost", "pretaxcost"},
                     .currency = {"billingcurrencycode", "billingcurrency", "currency"}, .quantity = {"quantity", "usagequantity"},
                     .unit = {"unitofmeasure"}, .kind = {"chargetype"}, .service = {"metercategory"}, .kind_of = azure_kind,
                     .is_ours = [](std::string_view s) { return says(s, {"foundry", "openai", "cognitive", "machinelearning", "aiservices"}); }},
                    [&](Table& table, BillLine& line) {
                      if (!looked) (void)table.column(pricing, {"pricingmodel"}, false);
                      looked = true;
                      // Paid by a reservation, not by the token.
                      if (line.kind == ChargeKind::usage && says(table.cell(pricing), {"reservation", "savingsplan"})) line.kind = ChargeKind::commitment;
                    });
}

Read read_aws(Filling& to) {
  to.bill().cloud = "bedrock";
  return read_lines(to, {.from = {"lineitemusagestartdate"}, .until = {"lineitemusageenddate"}, .account = {"lineitemusageaccountid"},
                         .what = {"lineitemusagetype"}, .cost = {"lineitemunblendedcost"}, .currency = {"lineitemcurrencycode"},
                         .quantity = {"lineitemusageamount"}, .unit = {"pricingunit"}, .kind = {"lineitemlineitemtype"},
                         .service = {"lineitemproductcode"}, .kind_of = aws_kind,
                         .is_ours = [](std::string_view s) { return says(s, {"bedrock"}); }});
}

Read read_focus(Filling& to) {
  std::size_t seller = kNone, commitment = kNone;
  bool looked = false;
  return read_lines(to,
                    {.from = {"chargeperiodstart"}, .until = {"chargeperiodend"}, .account = {"subaccountid", "billingaccountid"},
                     .what = {"xskumetername", "xusagetype", "skumeter", "xskudescription", "chargedescription"}, .cost = {"billedcost"},
                     .currency = {"billingcurrency"}, .quantity = {"pricingquantity", "consumedquantity"}, .unit = {"pricingunit", "consumedunit"},
                     .kind = {"chargecategory"}, .service = {"servicecategory"}, .kind_of = focus_kind,
                     .is_ours = [](std::string_view s) { return s.empty() || says(s, {"machinelearning"}); }},
                    [&](Table& table, BillLine& line) {
                      if (!looked) {
                        (void)table.column(seller, {"providername", "publishername", "serviceprovidername"}, false);
                        (void)table.column(commitment, {"commitmentdiscountid"}, false);
                      }
                      looked = true;
                      if (to.bill().cloud.empty()) to.bill().cloud = cloud_of(table.cell(seller));
                      if (line.kind == ChargeKind::usage && !table.cell(commitment).empty()) line.kind = ChargeKind::commitment;
                    });
}

Read read_google_csv(Filling& to) {
  return read_lines(to, {.from = {"usagestarttime"}, .until = {"usageendtime"}, .account = {"projectid"}, .what = {"skudescription"},
                         .cost = {"cost"}, .currency = {"currency"}, .quantity = {"usageamount"}, .unit = {"usageunit"}, .kind = {"costtype"},
                         .service = {"servicedescription"}, .kind_of = google_kind,
                         .is_ours = [](std::string_view s) { return says(s, {"vertex", "aiplatform", "gemini", "agentplatform"}); }});
}

}  // namespace fw::ledger::bills
