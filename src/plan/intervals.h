// Terms that may begin at any of many slots, exact: what is held is a sum of intervals, so the best purchases are a
// cheapest circulation along time. Whole limits give whole units.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "plan/value.h"

namespace fw::plan {

struct IntervalTerm {
  double usd = 0;                   // per unit, for the whole term
  std::size_t slots = 0;
  std::vector<std::size_t> starts;  // slots at which it may begin; what lies behind the last slot is not paid
  double start_usd = 0;             // of a term of one slot: for each unit that was not held so in the slot before
  std::vector<double> paid = {};    // what a slot's USD counts for, summed before each slot; empty: one each
  double paid_of(std::size_t from, std::size_t until) const { return paid.empty() ? static_cast<double>(until - from) : paid[until] - paid[from]; }
};

struct Holding {
  std::size_t term = 0;
  std::size_t from = 0, until = 0;  // slots, until exclusive and inside the span
  double units = 0;
};

struct IntervalPlan {
  std::vector<Holding> held;
  std::vector<double> used;      // units in use, by slot
  std::vector<double> slot_usd;  // what one unit more in one slot would be worth: no term's slots sum to more than its price
  double usd = 0;                // of the purchases
  double worth_usd = 0;          // of the units in use
};

// The share of a term's price that falls into the span.
double interval_usd(const IntervalTerm& term, std::size_t from, std::size_t slots);

// What holdings cost, beginnings included.
double held_usd(std::span<const IntervalTerm> terms, const std::vector<Holding>& held, std::size_t slots);

IntervalPlan plan_intervals(std::span<const Value> slots, std::span<const IntervalTerm> terms);

}  // namespace fw::plan
