#include "plan/demand_bill.h"

#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "base/date.h"
#include "ledger/bill_words.h"

namespace fw::plan {
namespace {

using ledger::Bill;
using ledger::BillLine;


bool is_input(std::string_view meter) { return meter == "input" || meter == "cache_write" || meter == "audio_in" || meter == "image"; }
bool is_output(std::string_view meter) { return meter == "output" || meter == "audio_out"; }

class BillDemand {
 public:
  BillDemand(const Bill& bill, const offer::Book& book) : bill_(bill), book_(book) {}

  DemandRead read() {
    if (bill_.form == ledger::BillForm::attempts) {
      rows_.adds_up(kMinuteS);
      for (const auto& each : bill_.attempts) attempt(each);
    } else {
      for (const auto& each : bill_.lines)
        if (!rows_.full()) line(each);
      if (step_s_ > 0) rows_.adds_up(step_s_);
    }
    notes();
    return rows_.finish();
  }

 private:
  std::string model(std::string_view word) const { return ledger::model_called(book_, bill_.cloud, word); }

  void attempt(const ledger::BilledAttempt& a) {
    const auto tokens = a.usage.total();
    if (!a.billed || tokens <= 0 || !a.time || a.model.empty()) {
      left_out_ += 1;
      return;
    }
    const auto cached = static_cast<double>(a.usage.cache_read);
    rows_.add({a.time->seconds(), rows_.class_of(model(a.model), "default", {}, a.line), a.line,
               {static_cast<double>(a.usage.total_input()) - cached, cached, static_cast<double>(a.usage.total_output())}, 1});
  }

  void line(const BillLine& each) {
    if (each.kind != ledger::ChargeKind::usage) return;
    const bool input = is_input(each.meter), output = is_output(each.meter);
    if (!each.tokens || each.model.empty() || (!input && !output && each.meter != "cache_read")) {
      left_out_ += 1;
      if (each.amount) left_out_usd_ += *each.amount;
      return;
    }
    if (*each.tokens < 0) return rows_.note({each.line, 0, fmt::format("{} tokens", *each.tokens), "a number, not negative", "Corrections are no demand: take such lines out."});
    if (!span(each)) return;
    repeated_ += seen_.emplace(each.from.ns, each.account, each.what, each.tier.value_or(""), *each.tokens, each.amount ? each.amount->usd() : "").second ? 0 : 1;
    DemandRow row{each.from.seconds(), rows_.class_of(model(each.model), each.tier.value_or("default"), {}, each.line), each.line, {}, 0};
    (input ? row.tokens.input : output ? row.tokens.output : row.tokens.cached) = static_cast<double>(*each.tokens);
    rows_.add(row);
  }

  // False after a complaint: its length is none that a plan can count by, or not that of the lines before.
  bool span(const BillLine& each) {
    auto length = (each.until.ns - each.from.ns) / 1'000'000'000;
    if (length == kDayS - kHourS || length == kDayS + kHourS) {
      changed_ += 1;
      length = kDayS;
    }
    if (length < kMinuteS || length % kMinuteS != 0 || (kHourS % length != 0 && length % kHourS != 0) || length > kDayS) {
      rows_.note({each.line, 0, fmt::format("a line from {} to {}", rfc3339_text(each.from), rfc3339_text(each.until)), "an hour or a day",
                  "Export it by the hour or by the day: nothing is spread over time here."});
      return false;
    }
    if (step_s_ > 0 && length != step_s_) {
      rows_.note({each.line, 0, fmt::format("a line of {} s", length), fmt::format("{} s, as those before", step_s_), "Export all of it by the hour, or all of it by the day."});
      return false;
    }
    step_s_ = length;
    shifted_ += each.from.seconds() % length != 0 ? 1 : 0;
    return true;
  }

  void notes() {
    const auto say = [&](std::int64_t count, std::string found, std::string hint) {
      if (count > 0) rows_.note({0, 0, std::move(found), "", std::move(hint), true});
    };
    say(step_s_ > kMinuteS ? 1 : 0, fmt::format("rows {} s apart", step_s_), "Each row counts as that long; bursts inside it are not seen.");
    say(left_out_, fmt::format("{} lines without a model, a meter of tokens or a count{}", left_out_, left_out_usd_ > Money{} ? fmt::format(" ({} USD)", left_out_usd_.usd()) : ""), "They are left out.");
    say(changed_, fmt::format("{} lines of a day of 23 or 25 h, as when clocks change", changed_), "Each counts as a day.");
    say(shifted_, fmt::format("{} lines that do not begin on the UTC {}", shifted_, step_s_ == kDayS ? "day" : "hour"), "Each counts for the one it begins in.");
    say(repeated_, fmt::format("{} lines that are the same as another", repeated_), "All are counted; do two exports overlap?");
    say(bill_.form == ledger::BillForm::attempts ? 0 : 1, "a bill does not say how many requests there were", "They count as none, so quotas of requests are not felt.");
  }

  const Bill& bill_;
  const offer::Book& book_;
  DemandRows rows_;
  std::int64_t step_s_ = 0;  // 0: no line yet
  std::int64_t left_out_ = 0, changed_ = 0, shifted_ = 0, repeated_ = 0;
  Money left_out_usd_;
  std::set<std::tuple<std::int64_t, std::string, std::string, std::string, std::int64_t, std::string>> seen_;
};

}  // namespace

DemandRead bill_demand(const Bill& bill, const offer::Book& book) { return BillDemand(bill, book).read(); }

}  // namespace fw::plan
