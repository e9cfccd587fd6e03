#include "cli/ledger.h"

#include <fmt/format.h>

#include "base/date.h"
#include "cli/config_file.h"
#include "cli/exit.h"
#include "cli/ledger_books.h"
#include "cli/ledger_prices.h"
#include "store/books.h"
#include "wire/json_write.h"

namespace fw::cli {
namespace {

constexpr std::size_t kDifferencesMax = 100;

void print_problems(const std::vector<std::string>& problems) {
  for (const auto& words : problems) fmt::print(stderr, "damaged: {}\n", words);
}

// One attempt after the other, in the form that was asked for.
class Printer {
 public:
  explicit Printer(std::string form) : form_(std::move(form)) {
    if (form_ == "csv") fmt::print("{}\r\n", csv_header());
    else if (form_ == "focus") fmt::print("{}\r\n", focus_header());
    else if (form_ == "json") fmt::print("[");
  }
  void print(const ledger::Booked& a) {
    line_.clear();
    if (form_ == "csv") line_ = csv_line(a);
    else if (form_ == "focus") line_ = focus_line(a);
    else {
      wire::JsonWriter json(line_);
      ledger::write_booked(json, a);
    }
    if (form_ == "json") fmt::print("{}{}", before_, line_);
    else fmt::print("{}{}", line_, form_ == "ndjson" ? "\n" : "\r\n");
    before_ = ",\n";
  }
  void end() {
    if (form_ == "json") fmt::print("]\n");
  }

 private:
  std::string form_;
  std::string line_;
  const char* before_ = "";
};

struct Verified {
  std::uint64_t attempts = 0, exchanges = 0, open = 0, ambiguous = 0, unpriced = 0, recomputed = 0, not_recomputed = 0;
  Money cost, low, high;
  std::vector<std::string> damaged;
  std::vector<std::string> differences;
  bool ok() const { return damaged.empty() && differences.empty(); }
};

void check(const ledger::Booked& a, LedgerPrices& prices, Verified& out) {
  ++out.attempts;
  out.open += a.state == ledger::AttemptState::open ? 1 : 0;
  out.ambiguous += a.state == ledger::AttemptState::ambiguous ? 1 : 0;
  out.unpriced += ledger::unpriced(a.state, a.cost, a.cost_high) ? 1 : 0;
  out.cost += a.cost.value_or(Money{});
  out.low += a.cost_low.value_or(Money{});
  out.high += a.cost_high.value_or(Money{});
  const auto priced = prices.price(a);
  if (!priced) {
    out.not_recomputed += a.state == ledger::AttemptState::settled_exact && a.basis == ledger::Basis::provider_usage ? 1 : 0;
    return;
  }
  ++out.recomputed;
  if (*priced && a.cost == (*priced)->cost) return;
  if (out.differences.size() >= kDifferencesMax) return;
  out.differences.push_back(fmt::format("attempt {}: booked at {} USD, its usage at the price {} comes to {}", a.attempt_id,
                                        a.cost ? a.cost->usd() : "an unknown number of", a.price_row,
                                        *priced ? (*priced)->cost.usd() + " USD" : "nothing known: " + priced->error().what));
}

std::string as_json(const Verified& v) {
  std::string out;
  wire::JsonWriter json(out);
  const auto number = [&](std::string_view name, std::uint64_t value) { json.member(name, static_cast<std::int64_t>(value)); };
  json.begin_object();
  number("attempts", v.attempts);
  number("exchanges", v.exchanges);
  json.member("cost_usd", v.cost.usd()).member("cost_low_usd", v.low.usd()).member("cost_high_usd", v.high.usd());
  number("open", v.open);
  number("ambiguous", v.ambiguous);
  number("unpriced", v.unpriced);
  number("recomputed", v.recomputed);
  number("not_recomputed", v.not_recomputed);
  number("damaged", v.damaged.size());
  number("different", v.differences.size());
  json.key("damage").begin_array();
  for (const auto& words : v.damaged) json.string(words);
  json.end_array().key("differences").begin_array();
  for (const auto& words : v.differences) json.string(words);
  json.end_array().end_object();
  return out;
}

void print_text(const Verified& v) {
  fmt::print("{} attempts of {} exchanges: {} USD", v.attempts, v.exchanges, v.cost.usd());
  if (v.low != v.cost || v.high != v.cost) fmt::print(" (at least {}, at most {})", v.low.usd(), v.high.usd());
  fmt::print("\n{} open, {} ambiguous, {} without a known price\n{} costs computed again from usage and price, {} have a price that is not known here\n", v.open,
             v.ambiguous, v.unpriced, v.recomputed, v.not_recomputed);
  for (const auto& words : v.damaged) fmt::print("damaged: {}\n", words);
  for (const auto& words : v.differences) fmt::print("different: {}\n", words);
  if (v.ok()) fmt::print("no damage, no difference\n");
}

int failed(const Error& error) {
  fmt::print(stderr, "error: {}\n", error.message);
  return kFailed;
}

}  // namespace

std::expected<OpenedBooks, int> open_books(const LedgerPlace& place) {
  OpenedBooks out;
  if (!place.config.empty() || place.data_dir.empty()) {
    auto config = valid_config(place.config.empty() ? "fairway.yaml" : place.config);
    if (!config) return std::unexpected(config.error());
    out.config = std::move(*config);
  }
  out.data_dir = place.data_dir.empty() ? out.config->data_dir : place.data_dir;
  auto books = store::Books::open(out.data_dir);
  if (!books) {
    fmt::print(stderr, "error: {}\n", books.error().message);
    return std::unexpected(kFailed);
  }
  out.books = std::move(*books);
  return out;
}

std::expected<std::optional<WallTime>, int> time_of(const std::string& text, std::string_view option) {
  if (text.empty()) return std::nullopt;
  const auto time = parse_date(text);
  if (time) return time;
  fmt::print(stderr, "error: {} is '{}', expected a day (2026-11-22) or a time (2026-11-22T10:00:00Z)\n", option, text);
  return std::unexpected(kUsage);
}

bool are_tags(const std::vector<std::string>& tags) {
  for (const auto& tag : tags) {
    const auto read = ledger::read_tags(tag);
    if (read && read->size() == 1) continue;
    fmt::print(stderr, "error: --tag is '{}'; {}\n", tag, read ? "expected one NAME=VALUE" : read.error());
    return false;
  }
  return true;
}

int ledger_export(const LedgerExportOptions& o) {
  const auto from = time_of(o.from, "--from");
  if (!from) return from.error();
  const auto until = time_of(o.until, "--until");
  if (!until) return until.error();
  if (!are_tags(o.tags)) return kUsage;
  const auto opened = open_books(o.place);
  if (!opened) return opened.error();
  Printer printer(o.form);
  const store::BooksFilter filter{.from = *from, .until = *until, .tenant = o.tenant, .key = o.key, .model = o.model, .deployment = o.deployment, .provider = o.provider,
                                  .cloud = o.cloud, .scope = o.scope, .state = o.state, .request_id = o.request_id, .team = o.team, .tags = o.tags, .purpose = o.purpose,
                                  .account = o.account};
  const auto read = opened->books->attempts(filter, [&](const ledger::Booked& a) { printer.print(a); });
  if (!read) return failed(read.error());
  printer.end();
  print_problems(opened->books->problems());
  return opened->books->problems().empty() ? kOk : kDifferent;
}

int ledger_verify(const LedgerVerifyOptions& options) {
  const auto opened = open_books(options.place);
  if (!opened) return opened.error();
  auto& books = *opened->books;
  Verified out;
  out.damaged = books.problems();
  auto wrong = books.inconsistencies(kDifferencesMax);
  if (!wrong) return failed(wrong.error());
  out.differences = std::move(*wrong);
  LedgerPrices prices(opened->config);
  if (const auto read = books.attempts({}, [&](const ledger::Booked& a) { check(a, prices, out); }); !read) return failed(read.error());
  if (const auto read = books.exchanges([&](const store::BookedExchange&) { ++out.exchanges; }); !read) return failed(read.error());
  if (options.json) fmt::print("{}\n", as_json(out));
  else print_text(out);
  return out.ok() ? kOk : kDifferent;
}

}  // namespace fw::cli
