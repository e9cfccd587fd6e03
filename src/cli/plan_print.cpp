#include "cli/plan_print.h"

#include <fmt/format.h>

#include "base/date.h"
#include "cli/output.h"

namespace fw::cli {
namespace {

constexpr double kBought = 1 - 1e-6;  // of its price: it is bought, or nearly

// What a plan without units says of them.
std::string none_bought(const std::vector<plan::EntryPrice>& entries) {
  const plan::EntryPrice* nearest = nullptr;
  for (const auto& each : entries)
    if (each.term != plan::kPayAsYouGo && each.ratio && (!nearest || *each.ratio > *nearest->ratio)) nearest = &each;
  if (!nearest) return "Buy no units.";
  return fmt::format("Buy none for savings: pay-as-you-go is cheaper for this demand. The nearest is {} ({}), at {} % of its price.", nearest->offer, nearest->term, plan::entry_text(*nearest));
}

}  // namespace

void print_table(const plan::Plan& made, const std::vector<plan::EntryPrice>& entries) {
  List bought{{"offer", "term", "units", "from", "until", "cost USD", "behind the span"}, {}};
  for (const auto& each : made.purchases)
    bought.rows.push_back({{each.offer}, {each.term}, {fmt::to_string(each.units), true}, {rfc3339_text(each.from)}, {rfc3339_text(each.until)}, {each.cost.usd(), true}, {each.tail.usd(), true}});
  List placed{{"model", "class", "place", "offer", "share %", "cost USD"}, {}};
  for (const auto& each : made.placements)
    placed.rows.push_back({{each.model}, {each.name}, {each.place}, {each.offer}, {fmt::format("{:.2f}", 100 * each.share), true}, {each.cost.usd(), true}});
  if (bought.rows.empty()) fmt::print("{}\n\n", none_bought(entries));
  else fmt::print("{}\n", to_text(bought, Format::table));
  fmt::print("{}\ncost {} USD, at least {} USD is needed", to_text(placed, Format::table), made.cost.usd(), made.lower_bound.usd());
  fmt::print("; all pay-as-you-go: {}\n", made.all_pay_as_you_go ? made.all_pay_as_you_go->usd() + " USD" : "quotas do not allow it");
}

void print_leavings(const std::vector<plan::Leaving>& leavings) {
  List list{{"if its model is replaced", "term", "units", "models", "after months", "idle USD", "USD a unit and month of use"}, {}};
  for (const auto& each : leavings)
    for (std::size_t i = 0; i < plan::kReplacedAfterMonths.size(); ++i)
      list.rows.push_back({{each.offer}, {each.term}, {fmt::to_string(each.units), true}, {fmt::to_string(each.models), true}, {fmt::to_string(plan::kReplacedAfterMonths[i]), true},
                           {fmt::format("{:.2f}", static_cast<double>(each.idle[i].units()) * 1e-15), true}, {fmt::format("{:.2f}", static_cast<double>(each.unit_month[i].units()) * 1e-15), true}});
  if (!list.rows.empty()) fmt::print("\n{}", to_text(list, Format::table));
}

void print_outages(const std::vector<plan::OutageResult>& outages) {
  List list{{"without", "served %", "in the worst step %"}, {}};
  for (const auto& each : outages) list.rows.push_back({{each.cloud}, {fmt::format("{:.2f}", 100 * each.served), true}, {fmt::format("{:.2f}", 100 * each.served_least), true}});
  if (!list.rows.empty()) fmt::print("\n{}", to_text(list, Format::table));
}

void print_regions(const std::vector<plan::Region>& regions) {
  List list{{"cloud", "region", "replicas at most", "share %", "cost USD without it"}, {}};
  for (const auto& each : regions)
    list.rows.push_back({{each.cloud}, {each.scope}, {fmt::to_string(each.replicas_most), true}, {fmt::format("{:.2f}", 100 * each.share), true}, {each.without ? each.without->usd() : "no plan", true}});
  if (!list.rows.empty()) fmt::print("\n{}", to_text(list, Format::table));
}

void print_baselines(const plan::Plan& made) {
  List list{{"strategy", "cost USD", "of this plan %"}, {}};
  for (const auto& each : made.baselines) {
    const double ours = static_cast<double>(made.cost.units());
    list.rows.push_back({{std::string(plan::baseline_words(each.name))}, {each.cost ? each.cost->usd() : "cannot be", true},
                         {each.cost && ours > 0 ? fmt::format("{:.1f}", 100 * static_cast<double>(each.cost->units()) / ours) : "", true}});
  }
  if (!list.rows.empty()) fmt::print("\n{}", to_text(list, Format::table));
}

void print_entries(const std::vector<plan::EntryPrice>& entries) {
  List list{{"offer", "term", "bought at % of its price"}, {}};
  for (const auto& each : entries)
    if (!each.ratio || *each.ratio < kBought) list.rows.push_back({{each.offer}, {each.term}, {plan::entry_text(each), true}});
  if (!list.rows.empty()) fmt::print("\nnot bought:\n{}", to_text(list, Format::table));
}

namespace {

// "15 x units (month)", by offer and term, the most at one time left to the plan itself.
std::string bought_text(const std::vector<plan::Purchase>& purchases) {
  std::string out;
  for (const auto& each : purchases) {
    if (each.term == "hour" || each.term == "open") continue;
    if (!out.empty()) out += ", ";
    out += fmt::format("{} x {} ({})", each.units, each.offer, each.term);
  }
  const auto hours = std::ranges::any_of(purchases, [](const plan::Purchase& each) { return each.term == "hour"; });
  if (hours) out += out.empty() ? "by the hour" : ", and by the hour";
  return out.empty() ? "nothing" : out;
}

}  // namespace

void print_what_if(const std::vector<plan::WhatIfAnswer>& answers, const plan::Plan& made) {
  List list{{"what if", "cost USD", "more USD", "at least USD", "same purchases USD", "buy"}, {}};
  list.rows.push_back({{"(the plan)"}, {made.cost.usd(), true}, {"0", true}, {made.lower_bound.usd(), true}, {made.cost.usd(), true}, {bought_text(made.purchases)}});
  for (const auto& each : answers)
    list.rows.push_back({{each.text}, {each.planned ? each.cost.usd() : "no plan", true}, {each.planned ? (each.cost - made.cost).usd() : "", true}, {each.planned ? each.lower_bound.usd() : "", true},
                         {each.kept ? each.kept->usd() : "cannot be", true}, {each.planned ? bought_text(each.purchases) : ""}});
  if (!answers.empty()) fmt::print("\n{}", to_text(list, Format::table));
}

}  // namespace fw::cli
