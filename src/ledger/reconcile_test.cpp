#include "ledger/reconcile.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <list>

#include "base/date.h"
#include "ledger/pricing.h"
#include "ledger/reconcile_attempts.h"

namespace fw::ledger {
namespace {

Money money(std::string_view text) { return *Money::parse_usd(text); }
WallTime at(std::string_view text) { return *parse_date(text); }

// The price cut of Luna as it was announced (2026-07-30), which Azure billed from 2026-08-12.
offer::Book announced() {
  offer::BookText text;
  const auto row = [](std::string from, std::string until, std::vector<std::pair<std::string, std::string>> prices) {
    offer::RowText r;
    r.model = "gpt-5.6-luna";
    r.cloud = "azure";
    r.scope = {"global"};
    r.from = std::move(from);
    r.until = std::move(until);
    r.usd_per_million = std::move(prices);
    r.evidence = {{.name = {}, .source = "announcement", .date = "2026-07-30", .kind = "documented"}};
    return r;
  };
  text.rows.push_back(row("2026-07-09", "2026-07-30", {{"input", "1.00"}, {"cache_read", "0.10"}, {"cache_write.30m", "1.25"}, {"output", "6.00"}}));
  text.rows.push_back(row("2026-07-30", "", {{"input", "0.20"}, {"cache_read", "0.02"}, {"cache_write.30m", "0.25"}, {"output", "1.20"}}));
  std::vector<offer::Fault> faults;
  offer::Book book(offer::read_rows(text, faults));
  EXPECT_TRUE(faults.empty());
  return book;
}

class Reconciling : public testing::Test {
 protected:
  offer::Book book_ = announced();
  std::list<offer::PriceSheet> sheets_;

  PricedBy by(WallTime time) {
    for (const auto& row : book_.rows()) {
      if (!row.holds(time)) continue;
      auto& sheet = sheets_.emplace_back();
      sheet.meters = row.meters;
      sheet.apart = true;
      sheet.row = row.id;
      return {.model = row.model, .row = &row, .sheet = &sheet};
    }
    return {};
  }
  Booked attempt(std::string_view time, std::int64_t input, std::int64_t output) {
    Booked a;
    a.attempt_id = fmt::format("req_{}.1", ++made_);
    a.time = at(time);
    a.provider = "azure-global";
    a.cloud = "azure";
    a.scope = "global";
    a.model = "luna";
    a.state = AttemptState::settled_exact;
    a.basis = Basis::provider_usage;
    a.usage.reported = true;
    a.usage.input = input;
    a.usage.output = output;
    const auto by_row = by(a.time);
    a.price_row = by_row.row->id;
    a.cost = a.cost_low = a.cost_high = price(a.usage, *by_row.sheet, "")->cost;
    return a;
  }
  Booked ambiguous(std::string_view time, std::int64_t input_max, std::int64_t output_max, std::string_view most) {
    auto a = attempt(time, 0, 0);
    a.state = AttemptState::ambiguous;
    a.basis = Basis::reservation;
    a.usage = {};
    a.reserved = {input_max, input_max, output_max};
    a.cost.reset();
    a.cost_low = Money();
    a.cost_high = money(most);
    return a;
  }
  static BillLine line(std::string_view day, std::string_view meter, std::int64_t tokens, std::string_view amount) {
    BillLine l;
    l.from = at(day);
    l.until = {l.from.ns + 86'400'000'000'000};
    l.model = "5.6-luna";
    l.meter = meter;
    l.what = meter;
    l.tier = "standard";
    l.long_context = false;
    l.reach = "global";
    l.tokens = tokens;
    l.amount = money(amount);
    return l;
  }
  // What comes of the attempts; whatever it is, its causes add up.
  Reconciled added_up(auto& reconciler, const std::vector<Booked>& attempts) {
    for (const auto& a : attempts) reconciler.add(a, by(a.time));
    auto out = reconciler.result();
    Money sum;
    for (const auto& d : out.differences) sum += d.amount;
    EXPECT_EQ(sum.usd(), out.difference().usd());
    return out;
  }
  Reconciled compare(std::vector<BillLine> lines, const std::vector<Booked>& attempts, std::string_view unit = "0.000001") {
    Bill bill;
    bill.file = "azure.csv";
    bill.cloud = "azure";
    bill.lines = std::move(lines);
    bill.amount_unit = money(unit);
    Reconciler reconciler(book_, "azure", {});
    reconciler.add(bill);
    return added_up(reconciler, attempts);
  }
  static const Difference* find(const Reconciled& found, Cause cause) {
    for (const auto& d : found.differences)
      if (d.cause == cause) return &d;
    return nullptr;
  }
  static Difference of(const Reconciled& found, Cause cause) {
    const auto* const d = find(found, cause);
    EXPECT_TRUE(d) << name(cause);
    return d ? *d : Difference();
  }

 private:
  int made_ = 0;
};

TEST_F(Reconciling, agrees_where_tokens_and_amounts_are_the_same) {
  const auto found = compare({line("2026-07-28", "input", 1000, "0.001"), line("2026-07-28", "output", 500, "0.003")},
                             {attempt("2026-07-28T10:00:00Z", 400, 500), attempt("2026-07-28T23:59:59Z", 600, 0)});
  EXPECT_TRUE(found.agrees());
  EXPECT_EQ(found.agreed, 2U);
  EXPECT_EQ(found.billed.usd(), "0.004");
  EXPECT_TRUE(found.differences.empty());
}

TEST_F(Reconciling, finds_the_late_cut_of_luna_as_one_drift_with_meters_dates_and_amount) {
  std::vector<BillLine> lines;
  std::vector<Booked> attempts;
  for (int day = 0; day < 18; ++day) {  // 28 July to 14 August
    const auto date = date_text({at("2026-07-28").ns + day * 86'400'000'000'000});
    const bool old = date < "2026-08-12";
    if (day == 5) continue;  // a day without traffic
    attempts.push_back(attempt(date + "T12:00:00Z", 1'000'000, 100'000));
    lines.push_back(line(date, "input", 1'000'000, old ? "1.00" : "0.20"));
    lines.push_back(line(date, "output", 100'000, old ? "0.60" : "0.12"));
  }
  const auto found = compare(lines, attempts);
  ASSERT_EQ(found.drifts.size(), 1U);
  const auto& drift = found.drifts[0];
  EXPECT_EQ(drift.model, "gpt-5.6-luna");
  EXPECT_EQ(date_text(drift.from), "2026-07-30");
  EXPECT_EQ(date_text(drift.until), "2026-08-12");
  EXPECT_TRUE(drift.over);
  EXPECT_EQ(drift.amount.usd(), "15.36");  // 12 days of 0.80 and 0.48
  ASSERT_EQ(drift.meters.size(), 2U);
  EXPECT_EQ(drift.meters[0].meter, "input");
  EXPECT_EQ(drift.meters[0].book.per_million(), "0.2");
  EXPECT_EQ(drift.meters[0].bill.per_million(), "1");
  EXPECT_EQ(drift.meters[1].bill.per_million(), "6");
  EXPECT_EQ(found.differences.size(), 1U);
  EXPECT_FALSE(found.agrees());
}

TEST_F(Reconciling, proposes_the_row_that_makes_the_book_agree) {
  const auto found = compare({line("2026-08-10", "input", 1'000'000, "1.00"), line("2026-08-12", "input", 1'000'000, "0.20")},
                             {attempt("2026-08-10", 1'000'000, 0), attempt("2026-08-12", 1'000'000, 0)});
  ASSERT_EQ(found.drifts.size(), 1U);
  ASSERT_TRUE(found.drifts[0].correction);
  const auto row = *found.drifts[0].correction;
  EXPECT_EQ(row.id, "gpt-5.6-luna/azure/global/standard/2026-08-10");
  EXPECT_EQ(date_text(*row.until), "2026-08-11");
  EXPECT_EQ(row.meters.input->per_million(), "1");
  EXPECT_EQ(row.meters.output->per_million(), "1.2");  // the bill says nothing of it
  book_.lay_over({row});
  EXPECT_TRUE(compare({line("2026-08-10", "input", 1'000'000, "1.00"), line("2026-08-12", "input", 1'000'000, "0.20")},
                      {attempt("2026-08-10", 1'000'000, 0), attempt("2026-08-12", 1'000'000, 0)}).agrees());
}

TEST_F(Reconciling, tells_missing_attempts_from_ambiguous_ones_by_their_bounds) {
  const auto found = compare({line("2026-07-28", "input", 1'000'000, "1.00")},
                             {attempt("2026-07-28", 400'000, 0), ambiguous("2026-07-28", 250'000, 100, "5"), ambiguous("2026-07-29", 900'000, 100, "5")});
  EXPECT_EQ(found.ambiguous, 2U);
  ASSERT_TRUE(find(found, Cause::ambiguous));
  EXPECT_EQ(of(found, Cause::ambiguous).tokens, 250'000);
  EXPECT_EQ(of(found, Cause::ambiguous).amount.usd(), "0.25");
  ASSERT_TRUE(find(found, Cause::missing));
  EXPECT_EQ(of(found, Cause::missing).tokens, 350'000);
  EXPECT_EQ(of(found, Cause::missing).amount.usd(), "0.35");
}

TEST_F(Reconciling, lets_no_attempt_explain_more_than_it_can_have_cost) {
  const auto found = compare({line("2026-07-28", "input", 500'000, "0.50")}, {attempt("2026-07-28", 400'000, 0), ambiguous("2026-07-28", 250'000, 100, "0.03")});
  EXPECT_EQ(of(found, Cause::ambiguous).amount.usd(), "0.03");
  EXPECT_EQ(of(found, Cause::missing).amount.usd(), "0.07");
}

TEST_F(Reconciling, tells_what_is_not_billed_from_what_is_billed_a_day_late) {
  const auto found = compare({line("2026-07-28", "input", 600'000, "0.60"), line("2026-07-29", "input", 300'000, "0.30")},
                             {attempt("2026-07-28", 1'000'000, 0), attempt("2026-07-29", 50'000, 0)});
  EXPECT_EQ(of(found, Cause::late).amount.usd(), "0");
  EXPECT_EQ(of(found, Cause::not_billed).tokens, -150'000);
  EXPECT_EQ(of(found, Cause::not_billed).amount.usd(), "-0.15");
  EXPECT_FALSE(find(found, Cause::missing));
}

TEST_F(Reconciling, takes_tokens_that_come_two_days_later_for_others) {
  const auto found = compare({line("2026-07-26", "input", 600'000, "0.60"), line("2026-07-28", "input", 300'000, "0.30")},
                             {attempt("2026-07-26", 1'000'000, 0), attempt("2026-07-28", 50'000, 0)});
  EXPECT_FALSE(find(found, Cause::late));
  EXPECT_EQ(of(found, Cause::not_billed).tokens, -400'000);
  EXPECT_EQ(of(found, Cause::missing).tokens, 250'000);
}

TEST_F(Reconciling, calls_rounding_only_what_a_unit_of_the_last_digit_for_each_line_allows) {
  const auto booked = attempt("2026-07-28", 1'004'000, 0);
  EXPECT_TRUE(compare({line("2026-07-28", "input", 1'004'000, "1.00")}, {booked}, "0.01").agrees());
  EXPECT_FALSE(compare({line("2026-07-28", "input", 1'004'000, "1.00")}, {booked}, "0.001").agrees());
}

TEST_F(Reconciling, keeps_credits_commitments_and_what_it_does_not_know_apart_and_in_the_sum) {
  auto credit = line("2026-07-28", "", 0, "-0.5");
  credit.kind = ChargeKind::credit;
  auto bought = line("2026-07-28", "", 0, "24");
  bought.kind = ChargeKind::commitment;
  auto unknown = line("2026-07-28", "", 10, "0.07");
  unknown.what = "5.6 luna Zqx Gl 1M Tokens";
  auto model = line("2026-07-28", "input", 10, "0.03");
  model.model = "9-nova";
  auto elsewhere = line("2026-07-28", "", 0, "99");
  elsewhere.kind = ChargeKind::elsewhere;
  const auto found = compare({credit, bought, unknown, model, elsewhere, line("2026-07-28", "input", 1000, "0.001")}, {attempt("2026-07-28", 1000, 0)});
  EXPECT_EQ(of(found, Cause::credit).amount.usd(), "-0.5");
  EXPECT_EQ(of(found, Cause::commitment).amount.usd(), "24");
  EXPECT_EQ(of(found, Cause::unknown_meter).what, "5.6 luna Zqx Gl 1M Tokens");
  EXPECT_EQ(of(found, Cause::unknown_model).model, "9-nova");
  EXPECT_EQ(found.elsewhere.usd(), "99");
  EXPECT_EQ(found.difference().usd(), "23.6");
}

TEST_F(Reconciling, values_a_bill_that_only_counts_at_the_books_prices) {
  auto counted = line("2026-07-28", "input", 1'500'000, "0");
  counted.amount.reset();
  const auto found = compare({counted}, {attempt("2026-07-28", 1'000'000, 0)});
  EXPECT_TRUE(found.counted);
  EXPECT_EQ(found.billed.usd(), "1.5");
  EXPECT_EQ(of(found, Cause::missing).amount.usd(), "0.5");
}

TEST_F(Reconciling, does_not_keep_tiers_apart_that_the_bill_does_not_tell) {
  auto untold = line("2026-07-28", "input", 1000, "0.001");
  untold.tier.reset();
  untold.reach.clear();
  untold.long_context.reset();
  EXPECT_TRUE(compare({untold}, {attempt("2026-07-28", 1000, 0)}).agrees());
}

TEST_F(Reconciling, explains_every_unit_of_any_bill) {
  // Seeded: amounts, counts and attempts of all kinds; compare() checks that the causes add up.
  std::uint64_t seed = 7;
  const auto next = [&](std::int64_t below) {
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<std::int64_t>((seed >> 33) % static_cast<std::uint64_t>(below));
  };
  for (int round = 0; round < 300; ++round) {
    std::vector<BillLine> lines;
    std::vector<Booked> attempts;
    for (std::int64_t i = next(12); i >= 0; --i) {
      const auto day = date_text({at("2026-07-27").ns + next(6) * 86'400'000'000'000});
      lines.push_back(line(day, next(2) == 0 ? "input" : "output", next(2'000'000), fmt::format("{}.{:07}", next(3), next(10'000'000))));
      if (next(5) == 0) lines.back().tokens.reset();
      if (next(7) == 0) lines.back().amount.reset();
      if (next(9) == 0) lines.back().kind = ChargeKind::credit;
    }
    for (std::int64_t i = next(12); i > 0; --i) {
      const auto day = date_text({at("2026-07-27").ns + next(6) * 86'400'000'000'000});
      if (next(4) == 0) {
        attempts.push_back(ambiguous(day, next(500'000), next(500'000), fmt::format("0.{:06}", next(1'000'000))));
        if (next(3) == 0) attempts.back().cost_high.reset();
        continue;
      }
      attempts.push_back(attempt(day, next(1'000'000), next(300'000)));
      auto& a = attempts.back();
      if (next(4) == 0) {
        a.state = AttemptState::settled_estimated;
        a.basis = Basis::estimate;
        a.cost_low = Money();
        a.cost_high = *a.cost * 2;
      } else if (next(6) == 0) {
        a.cost = *a.cost + Money::of_units(next(1000));
      }
    }
    (void)compare(lines, attempts, next(2) == 0 ? "0.0000001" : "0.01");
  }
}

// ---- by request

class ByRequest : public Reconciling {
 protected:
  static BilledAttempt entry(const Booked& a, std::int64_t input, std::int64_t output) {
    BilledAttempt e;
    e.line = 3;
    e.attempt_id = a.attempt_id;
    e.model = "gpt-5.6-luna";
    e.time = a.time;
    e.usage.reported = true;
    e.usage.input = input;
    e.usage.output = output;
    return e;
  }
  Reconciled settle(std::vector<BilledAttempt> entries, const std::vector<Booked>& attempts, bool complete = false) {
    Bill bill;
    bill.file = "bill.json";
    bill.form = BillForm::attempts;
    bill.attempts = std::move(entries);
    AttemptReconciler reconciler(book_, "azure", complete);
    reconciler.add(bill);
    return added_up(reconciler, attempts);
  }
};

TEST_F(ByRequest, settles_an_ambiguous_attempt_with_the_clouds_count) {
  const auto a = ambiguous("2026-07-28", 4000, 1000, "1");
  const auto found = settle({entry(a, 1000, 100)}, {a});
  ASSERT_EQ(found.resolutions.size(), 1U);
  const auto& r = found.resolutions[0];
  EXPECT_EQ(r.attempt_id, a.attempt_id);
  EXPECT_EQ(r.state, AttemptState::settled_exact);
  EXPECT_EQ(r.cost->usd(), "0.0016");
  EXPECT_EQ(r.usage->input, 1000);
  EXPECT_EQ(r.source, "bill.json:3");
  EXPECT_EQ(found.difference().usd(), "0.0016");
}

TEST_F(ByRequest, leaves_the_cost_unknown_where_the_reservation_contradicts_the_price) {
  const auto a = ambiguous("2026-07-28", 4000, 1000, "0.001");
  const auto found = settle({entry(a, 1000, 100)}, {a});
  ASSERT_EQ(found.resolutions.size(), 1U);
  EXPECT_FALSE(found.resolutions[0].cost);
  EXPECT_EQ(found.resolutions[0].basis, Basis::price_unknown);
}

TEST_F(ByRequest, settles_at_nothing_what_the_bill_does_not_charge) {
  const auto a = ambiguous("2026-07-28", 4000, 1000, "1");
  auto e = entry(a, 1000, 100);
  e.billed = false;
  const auto found = settle({e}, {a});
  ASSERT_EQ(found.resolutions.size(), 1U);
  EXPECT_EQ(found.resolutions[0].state, AttemptState::refused_unbilled);
  EXPECT_EQ(found.resolutions[0].cost->usd(), "0");
}

TEST_F(ByRequest, leaves_open_what_the_bill_lacks_unless_it_is_complete) {
  const auto sent = attempt("2026-07-28T10:00:00Z", 10, 1), lost = ambiguous("2026-07-28T10:00:01Z", 4000, 1000, "1"), last = attempt("2026-07-28T10:00:02Z", 10, 1);
  EXPECT_TRUE(settle({entry(sent, 10, 1), entry(last, 10, 1)}, {sent, lost, last}).resolutions.empty());
  const auto found = settle({entry(sent, 10, 1), entry(last, 10, 1)}, {sent, lost, last}, true);
  ASSERT_EQ(found.resolutions.size(), 1U);
  EXPECT_EQ(found.resolutions[0].state, AttemptState::refused_unbilled);
  EXPECT_EQ(found.agreed, 2U);
}

TEST_F(ByRequest, finds_what_differs_what_is_missing_and_what_is_not_billed) {
  const auto same = attempt("2026-07-28T10:00:00Z", 100, 10), other = attempt("2026-07-28T10:00:01Z", 100, 10), gone = attempt("2026-07-28T10:00:02Z", 100, 10);
  auto unknown = entry(same, 5, 5);
  unknown.attempt_id = "req_never.1";
  unknown.amount = money("0.5");
  unknown.time = at("2026-07-28T10:00:09Z");
  const auto found = settle({entry(same, 100, 10), entry(other, 200, 10), unknown}, {same, other, gone});
  EXPECT_EQ(found.agreed, 1U);
  EXPECT_EQ(of(found, Cause::different).amount.usd(), "0.0001");
  EXPECT_EQ(of(found, Cause::missing).amount.usd(), "0.5");
  EXPECT_EQ(of(found, Cause::not_billed).amount.usd(), "-0.00016");
}

TEST_F(ByRequest, meets_attempts_by_the_clouds_own_id_where_ours_is_not_told) {
  auto a = ambiguous("2026-07-28", 4000, 1000, "1");
  a.upstream_request_id = "chatcmpl-9";
  auto e = entry(a, 1000, 100);
  e.attempt_id.clear();
  e.upstream_request_id = "chatcmpl-9";
  EXPECT_EQ(settle({e}, {a}).resolutions.size(), 1U);
}

}  // namespace
}  // namespace fw::ledger
