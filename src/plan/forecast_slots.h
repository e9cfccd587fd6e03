// The inside of the forecast: history by slot, and its backtest.
#pragma once

#include <vector>

#include "plan/forecast.h"

namespace fw::plan {

struct Slots {
  WallTime from;
  std::int64_t slot_s = 3'600;
  std::size_t count = 0, per_day = 24, per_week = 168;
  std::vector<std::vector<double>> tokens;  // by class and slot; missing: NaN
};

// Whole slots of the history: hours, or the steps where these are longer.
Slots slots_of(const Demand& history);

// Rolls an origin over the history, at most `weeks` ahead of each. Fills backtest, levels and days.
void backtest(const Slots& slots, std::size_t weeks, Forecast& to);

}  // namespace fw::plan
