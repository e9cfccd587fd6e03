// Demand of coming weeks from that of weeks before, with what such forecasts were wrong by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <vector>

#include "plan/demand.h"
#include "plan/demand_rows.h"

namespace fw::plan {

struct ForecastOptions {
  std::size_t weeks = 4;
  std::uint64_t seed = 1;  // of the scenarios; the same seed gives the same ones
};

// Bands are the quantiles 0.05 and 0.95.
inline constexpr double kBandLow = 0.05;
inline constexpr double kBandHigh = 0.95;

// How one way to forecast did on history that it had not seen, by class and slot.
struct Score {
  double wape = 0;      // sum of absolute errors / sum of demand
  double pinball = 0;   // mean loss at the quantiles 0.05, 0.5 and 0.95 / mean demand
  double coverage = 0;  // share of slots inside the band
};

struct Backtest {
  std::size_t origins = 0;        // moments from which was forecast what came then
  std::size_t weeks = 0;          // ahead, at most
  Score ours;
  Score last_week;                // what was in the same slot a week before, on the same slots
  bool bands = false;             // pinball and coverage could be told: they need errors of forecasts that were over before
  std::optional<double> week_coverage;  // share of the totals of a first week inside the band; nothing: too few to tell
  std::size_t week_totals = 0;          // of how many
};

// Middle demand and what made it.
struct Forecast {
  Demand middle;
  std::size_t slots_per_day = 24;   // a slot is an hour, or a day where steps are days
  double growth_per_week = 0;       // of all classes together, before it is damped
  Backtest backtest;
  std::uint64_t seed = 1;
  // Relative errors of the backtest, of which scenarios are made. Of the level: logarithms by origin, class and week ahead.
  std::vector<std::vector<std::vector<double>>> levels;
  // Of the shape, the level taken out: ratios by day (the first behind an origin), class and slot of the day.
  std::vector<std::vector<std::vector<double>>> days;
};

// Below that there is nothing to learn from, or nothing to hold it against.
inline constexpr std::int64_t kForecastDaysMin = 8;
inline constexpr std::size_t kForecastWeeksMax = 104;

// The level of a slot is its median over the last weeks, moved by a robust trend that dies down; inside a slot, and between
// columns, it is divided as a week before. Holes count as missing. The error says what the history lacks.
std::expected<Forecast, Note> forecast(const Demand& history, const ForecastOptions& options);

// The middle moved by errors that were really made: a level of one origin for the whole of it, shapes of days drawn
// again and again. All classes take theirs from the same moment.
Demand scenario(const Forecast& forecast, std::size_t number);

// Tokens of the whole span at the quantiles of the band, over so many scenarios.
struct TokenBand {
  double low = 0, middle = 0, high = 0;
};
TokenBand token_band(const Forecast& forecast, std::size_t scenarios);

// Of sorted or unsorted values, between neighbours; 0 of none.
double quantile_of(std::vector<double> values, double share);

}  // namespace fw::plan
