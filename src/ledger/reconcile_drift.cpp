// Days that were billed at another price, put together to drifts, and what the offer book would have to say.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/date.h"
#include "ledger/reconcile.h"

namespace fw::ledger {
namespace {

Int128 divide_down(Int128 a, Int128 b) { return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0); }

// The decimal with the fewest digits between two; where there is none, the lower.
TokenPrice shortest(Int128 low, Int128 high) {
  for (Int128 step = 1'000'000'000'000'000'000; step > 1; step /= 10)
    if (const auto at = -divide_down(-low, step) * step; at <= high && at >= 0) return TokenPrice::parse_per_million(Money::of_units(at * 1'000'000).usd()).value_or(TokenPrice());
  return TokenPrice::parse_per_million(Money::of_units(std::max<Int128>(low, 0) * 1'000'000).usd()).value_or(TokenPrice());
}

// The price of a meter in a row: of a cache write without a lifetime, the only one there is.
void set_price(offer::Row& row, std::string_view meter, TokenPrice price) {
  auto* meters = &row.meters;
  if (meter.starts_with("long_context.")) {
    if (!row.long_context) return;
    meters = &row.long_context->meters;
    meter.remove_prefix(std::string_view("long_context.").size());
  }
  if (auto* const slot = offer::find_meter(*meters, meter)) *slot = price;
}

struct Run {
  std::string model, tier, row;
  DriftMeter meter;
  std::int64_t first = 0, last = 0;
};

}  // namespace

void Reconciler::note_price(const Key& key, const Group&, const At& at, std::int64_t tokens, Money amount) {
  if (tokens <= 0) return note(Cause::quantity_unknown, key, 0, amount, 1);
  const auto billed = at.per_token * tokens + amount;
  const auto slack = amount_unit_;
  DriftDay day{.day = key.day, .tokens = tokens, .low = 0, .high = 0, .amount = amount};
  day.low = -divide_down(-(billed - slack).units(), tokens);
  day.high = divide_down((billed + slack).units(), tokens);
  if (day.low > day.high) day.low = day.high;
  drifts_[{key.model, key.tier, at.row, (key.long_context ? "long_context." : "") + at.meter, at.per_token}].push_back(day);
}

void Reconciler::make_drifts() {
  std::vector<Run> runs;
  for (auto& [key, days] : drifts_) {
    std::ranges::sort(days, {}, &DriftDay::day);
    for (std::size_t i = 0; i < days.size();) {
      auto low = days[i].low, high = days[i].high;
      Run run{key.model, key.tier, key.row, {.meter = key.meter, .book = *TokenPrice::parse_per_million((key.book * 1'000'000).usd()), .bill = {}, .amount = {}}, days[i].day, 0};
      for (; i < days.size() && std::max(low, days[i].low) <= std::min(high, days[i].high); ++i) {
        low = std::max(low, days[i].low);
        high = std::min(high, days[i].high);
        run.last = days[i].day;
        run.meter.tokens += days[i].tokens;
        run.meter.amount += days[i].amount;
      }
      run.meter.bill = shortest(low, high);
      runs.push_back(std::move(run));
    }
  }
  // Meters of one row that drift in the same days are one drift.
  std::ranges::sort(runs, [](const Run& a, const Run& b) {
    return std::tie(a.model, a.tier, a.row, a.first, a.meter.meter) < std::tie(b.model, b.tier, b.row, b.first, b.meter.meter);
  });
  for (const auto& run : runs) {
    const WallTime from{run.first * kDayNs}, until{(run.last + 1) * kDayNs};
    auto* last = out_.drifts.empty() ? nullptr : &out_.drifts.back();
    const bool joins = last && last->model == run.model && last->tier == run.tier && last->row == run.row && from < last->until &&
                       std::ranges::none_of(last->meters, [&](const DriftMeter& m) { return m.meter == run.meter.meter; });
    if (!joins) last = &out_.drifts.emplace_back(Drift{.model = run.model, .tier = run.tier, .row = run.row, .from = from, .until = until, .meters = {}, .amount = {}, .correction = {}});
    last->until = std::max(last->until, until);
    last->amount += run.meter.amount;
    last->meters.push_back(run.meter);
  }
  for (auto& drift : out_.drifts) {
    if (whole_) drift.from = from_, drift.until = until_;
    const auto agreed = last_agreed_.find(drift.model + "\n" + drift.tier);
    drift.over = agreed != last_agreed_.end() && agreed->second * kDayNs >= drift.until.ns;
    correct(drift);
    out_.differences.push_back({.cause = Cause::price, .from = drift.from, .until = drift.until, .model = drift.model, .meter = {}, .tier = drift.tier, .what = {},
                                .tokens = 0, .amount = drift.amount, .count = drift.meters.size()});
  }
}

void Reconciler::correct(Drift& drift) const {
  const auto base = std::ranges::find(book_.rows(), drift.row, &offer::Row::id);
  if (base == book_.rows().end()) return;
  auto row = *base;
  row.from = std::max(drift.from, base->from);
  if (drift.over) row.until = drift.until;
  for (const auto& meter : drift.meters) set_price(row, meter.meter, meter.bill);
  row.note.clear();
  row.evidence = {{.source = fmt::format("the bill {}", files_), .date = date_text({drift.until.ns - kDayNs}), .kind = offer::Kind::probed}};
  row.id = offer::row_id(row);
  drift.correction = std::move(row);
}

}  // namespace fw::ledger
