// What buying with the past only costs, beside what who knows all would pay at least.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "plan/strategies.h"

namespace fw::plan {

// Loads by slot, a column each; the first line names them.
struct Trace {
  std::vector<std::string> names;
  std::vector<std::vector<double>> loads;
};
Trace read_trace(const std::string& path);  // throws what it misses
std::vector<double> pooled(const Trace& trace);

struct Outcome {
  std::string_view name;
  double usd = 0;
};

// The cheapest of all plans, terms beginning where they may: fractions of units, all known before.
double clairvoyant_usd(const UnitMarket& market, const Load& load);

// The rolling plan first, then every rule of thumb.
std::vector<Outcome> outcomes(const UnitMarket& market, const Load& load);

}  // namespace fw::plan
