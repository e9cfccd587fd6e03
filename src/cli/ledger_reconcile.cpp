// `fairway ledger reconcile`: bills against the books.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

#include "cli/config_file.h"
#include "cli/exit.h"
#include "cli/file.h"
#include "cli/ledger_books.h"
#include "cli/ledger_prices.h"
#include "cli/ledger_reconciled.h"
#include "ledger/reconcile.h"
#include "ledger/reconcile_attempts.h"
#include "store/adjust.h"

namespace fw::cli {
namespace {

using ledger::Bill;

int complain(int status, const std::string& words) {
  fmt::print(stderr, "error: {}\n", words);
  return status;
}

struct Bills {
  std::vector<Bill> all;
  std::string cloud;
  bool by_attempt = false;
};

std::expected<Bills, int> read_bills(const LedgerReconcileOptions& o) {
  Bills out;
  const auto form = o.form.empty() ? std::nullopt : ledger::bill_form(o.form);
  for (const auto& path : o.bills) {
    const auto text = read_large_file(path);
    if (!text) return std::unexpected(complain(kFailed, fmt::format("{}: cannot be read: {}", path, std::strerror(errno))));
    auto bill = ledger::read_bill(*text, path, form);
    if (!bill) return std::unexpected(complain(kFailed, bill.error().message));
    const bool by_attempt = bill->form == ledger::BillForm::attempts;
    if (!out.all.empty() && by_attempt != out.by_attempt)
      return std::unexpected(complain(kUsage, fmt::format("{}: a bill by request and one by day are not reconciled together; give each its own call", path)));
    if (!out.cloud.empty() && !bill->cloud.empty() && bill->cloud != out.cloud)
      return std::unexpected(complain(kUsage, fmt::format("{}: found a bill of {}, expected one of {} like those before; give each cloud its own call", path, bill->cloud, out.cloud)));
    out.by_attempt = by_attempt;
    if (out.cloud.empty()) out.cloud = bill->cloud;
    out.all.push_back(std::move(*bill));
  }
  return out;
}

// Whose attempts the bill is compared with. Nothing is asked of the configuration where there is none.
std::expected<store::BooksFilter, int> whose(const LedgerReconcileOptions& o, const Bills& bills, const std::optional<config::Config>& config) {
  store::BooksFilter out;
  out.provider = o.provider;
  if (!config) {
    if (o.provider.empty()) out.cloud = bills.cloud;
    return out;
  }
  std::vector<std::string> names;
  for (const auto& p : config->providers)
    if ((bills.cloud.empty() || p.cloud == bills.cloud) && (o.provider.empty() || p.name == o.provider)) names.push_back(p.name);
  if (names.size() == 1) {
    out.provider = names[0];
    return out;
  }
  if (names.empty() && !o.provider.empty())
    return std::unexpected(complain(kUsage, fmt::format("--provider is '{}', expected a provider of the configuration{}", o.provider,
                                                        bills.cloud.empty() ? "" : fmt::format(" at {}, which the bill is of", bills.cloud))));
  if (names.empty()) return std::unexpected(complain(kUsage, fmt::format("the bill is of {}, and the configuration has no provider there", bills.cloud)));
  return std::unexpected(complain(kUsage, fmt::format("the bill can be of {}; --provider says which, --account which of its lines", fmt::join(names, ", "))));
}

// Feeds the attempts that are asked for to a reconciler; the error is an exit status.
template <class R>
std::expected<ledger::Reconciled, int> compare(R& reconciler, OpenedBooks& opened, const store::BooksFilter& filter, LedgerPrices& prices) {
  std::set<std::string> providers;
  const auto read = opened.books->attempts(filter, [&](const ledger::Booked& a) {
    providers.insert(a.provider);
    reconciler.add(a, prices.of(a));
  });
  if (!read) return std::unexpected(complain(kFailed, read.error().message));
  if (filter.provider.empty() && providers.size() > 1)
    return std::unexpected(complain(kUsage, fmt::format("the bill can be of {}; --provider says which", fmt::join(providers, ", "))));
  return reconciler.result();
}

std::expected<ledger::Reconciled, int> by_attempt(const LedgerReconcileOptions& o, const Bills& bills, OpenedBooks& opened, const store::BooksFilter& filter) {
  LedgerPrices prices(opened.config);
  ledger::AttemptReconciler reconciler(prices.book(), bills.cloud, o.complete);
  for (const auto& bill : bills.all) reconciler.add(bill);
  return compare(reconciler, opened, filter, prices);
}

std::expected<ledger::Reconciled, int> by_day(const LedgerReconcileOptions& o, const Bills& bills, OpenedBooks& opened, store::BooksFilter filter) {
  LedgerPrices prices(opened.config);
  ledger::Reconciler reconciler(prices.book(), bills.cloud, {.account = o.account, .from = filter.from, .until = filter.until});
  for (const auto& bill : bills.all) reconciler.add(bill);
  if (reconciler.until() <= reconciler.from()) return std::unexpected(complain(kFailed, "the bill has no line that was asked for"));
  filter.from = std::max(filter.from.value_or(reconciler.from()), reconciler.from());
  filter.until = std::min(filter.until.value_or(reconciler.until()), reconciler.until());
  return compare(reconciler, opened, filter, prices);
}

Result<void> write_down(const ledger::Reconciled& found, const std::string& data_dir) {
  std::vector<ledger::Adjustment> adjustments;
  for (const auto& r : found.resolutions)
    adjustments.push_back({.attempt_id = r.attempt_id, .time = wall_now(), .state = r.state, .basis = r.basis, .cost = r.cost, .cost_low = r.cost,
                           .cost_high = r.cost, .usage = r.usage, .reason = r.reason, .source = r.source});
  return store::write_adjustments(data_dir, adjustments, FAIRWAY_VERSION);
}

// Nothing is left but what was applied.
bool settled(const ledger::Reconciled& found) {
  return std::ranges::all_of(found.differences, [](const ledger::Difference& d) {
    return d.cause == ledger::Cause::ambiguous || d.cause == ledger::Cause::estimated || d.cause == ledger::Cause::rounding || d.cause == ledger::Cause::late;
  });
}

}  // namespace

int ledger_reconcile(const LedgerReconcileOptions& o) {
  const auto from = time_of(o.from, "--from");
  if (!from) return from.error();
  const auto until = time_of(o.until, "--until");
  if (!until) return until.error();
  const auto bills = read_bills(o);
  if (!bills) return bills.error();
  auto opened = open_books(o.place);
  if (!opened) return opened.error();
  if (o.apply && opened->books->running())
    return complain(kFailed, fmt::format("{}: a gateway runs on it, and only what holds the directory may write there; stop it first, or leave --apply away", opened->data_dir));
  auto filter = whose(o, *bills, opened->config);
  if (!filter) return filter.error();
  filter->from = *from;
  filter->until = *until;
  const auto found = bills->by_attempt ? by_attempt(o, *bills, *opened, *filter) : by_day(o, *bills, *opened, *filter);
  if (!found) return found.error();
  ReconciledText about{.files = {}, .provider = !filter->provider.empty() ? filter->provider : !filter->cloud.empty() ? filter->cloud : "all providers"};
  for (const auto& bill : bills->all) about.files.push_back(fmt::format("{} ({})", bill.file, name(bill.form)));
  const auto problems = opened->books->problems();
  opened->books.reset();
  if (o.apply) {
    if (const auto done = write_down(*found, opened->data_dir); !done) return complain(kFailed, done.error().message);
    about.applied = found->resolutions.size();
  }
  fmt::print("{}", o.json ? as_json(*found, about) : as_text(*found, about));
  for (const auto& words : problems) fmt::print(stderr, "damaged: {}\n", words);
  if (!problems.empty()) return kDifferent;
  return found->agrees() || (o.apply && settled(*found)) ? kOk : kDifferent;
}

}  // namespace fw::cli
