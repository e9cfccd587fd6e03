// Any bytes as a bill of every form: reading it ends, and whatever was read, the causes add up to bill minus books.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "ledger/bill.h"
#include "ledger/pricing.h"
#include "ledger/reconcile.h"
#include "ledger/reconcile_attempts.h"

namespace {

using namespace fw;
using namespace fw::ledger;

offer::Row row() {
  offer::Row r;
  r.model = "gpt-6-sol";
  r.cloud = "azure";
  r.scope = "global";
  r.meters.input = TokenPrice::parse_per_million("2");
  r.meters.output = TokenPrice::parse_per_million("10");
  r.id = row_id(r);
  return r;
}

template <class R>
void add_up(R& reconciler, const offer::Book& book) {
  const auto& price_row = book.rows()[0];
  offer::PriceSheet sheet;
  sheet.meters = price_row.meters;
  sheet.apart = true;
  for (int i = 0; i < 6; ++i) {
    Booked a;
    a.attempt_id = "req_" + std::to_string(i) + ".1";
    a.time = {1'793'577'600'000'000'000 + i * 43'200'000'000'000};  // 2026-11-02
    a.scope = "global";
    a.state = i % 3 == 0 ? AttemptState::ambiguous : i % 3 == 1 ? AttemptState::settled_exact : AttemptState::settled_estimated;
    a.basis = Basis::provider_usage;
    a.reserved = {100'000, 100'000, 10'000};
    a.usage.reported = true;
    if (a.state != AttemptState::ambiguous) {
      a.usage.input = 400'000;
      a.usage.output = 1'000 * i;
      a.cost = price(a.usage, sheet, "")->cost;
    }
    a.cost_low = Money();
    a.cost_high = Money::parse_usd("1.5");
    reconciler.add(a, {.model = price_row.model, .row = &price_row, .sheet = &sheet});
  }
  const auto found = reconciler.result();
  Money sum;
  for (const auto& d : found.differences) sum += d.amount;
  if (sum != found.difference()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const offer::Book book({row()});
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  for (std::size_t i = 0; i <= kBillForms; ++i) {
    const auto bill = read_bill(text, "bill", i == kBillForms ? std::nullopt : std::optional(static_cast<BillForm>(i)));
    if (!bill) {
      if (bill.error().message.empty()) std::abort();
      continue;
    }
    Reconciler by_day(book, "azure", {});
    by_day.add(*bill);
    add_up(by_day, book);
    AttemptReconciler by_attempt(book, "azure", true);
    by_attempt.add(*bill);
    add_up(by_attempt, book);
  }
  return 0;
}
