// Terms on a calendar in which each lies inside the next: slots in months in years. Exact.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "plan/value.h"

namespace fw::plan {

struct NestedTerms {
  std::optional<double> slot_usd;  // a unit for one slot
  std::optional<double> short_usd;
  std::optional<double> long_usd;
  std::size_t short_slots = 0;     // a short term begins every so many slots, from the first on
  std::size_t long_shorts = 0;     // a long term is so many short ones
};

struct NestedPlan {
  double usd = 0;                  // of the purchases
  double saved_usd = 0;            // what they are worth
  std::vector<double> long_units;  // by long term
  std::vector<double> short_units; // beyond those, by short term
  std::vector<double> slot_units;  // beyond those, by slot
};

// Layer by layer, the cheapest of a long term, short terms, single slots and nothing. The worth of a slot falls with
// the layer, so what is held is a stack: whether a term pays is decided by one threshold, and the choice of all layers
// is three sums of capped functions. A last term may be shorter; it costs what the whole one costs.
NestedPlan plan_nested(std::span<const Value> slots, const NestedTerms& terms);

}  // namespace fw::plan
