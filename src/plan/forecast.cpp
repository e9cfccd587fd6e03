#include "plan/forecast.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include <fmt/format.h>

#include "plan/forecast_slots.h"
#include "plan/weekly.h"

namespace fw::plan {
namespace {

// Divides the level of each slot as the same slot a week before was divided, by step and column.
class Division {
 public:
  Division(const Demand& history, const Slots& slots, std::size_t c)
      : class_(history.classes[c]), tokens_(slots.tokens[c]), slots_(slots), steps_(static_cast<std::size_t>(slots.slot_s / history.step_s)),
        first_(static_cast<std::size_t>((slots.from.seconds() - history.from.seconds() + history.step_s - 1) / history.step_s)) {
    const double all = class_.input.sum() + class_.cached.sum() + class_.output.sum();
    if (all <= 0) return;
    mix_ = {class_.input.sum() / all, class_.cached.sum() / all, class_.output.sum() / all};
    requests_ = class_.requests.sum() / all;
  }

  std::size_t steps() const { return steps_; }
  void divide(std::size_t ahead, double level, std::vector<std::vector<double>>& to) const {
    const auto slot = slots_.count - slots_.per_week + ahead % slots_.per_week;
    const double before = tokens_[slot];
    const bool shaped = before > 0;  // false too where it is missing
    for (std::size_t i = 0; i < steps_; ++i) {
      const auto step = first_ + slot * steps_ + i;
      const double even = level / static_cast<double>(steps_), factor = shaped ? level / before : 0;
      const auto tokens = class_.at(step);
      to[0].push_back(std::round(shaped ? tokens.input * factor : even * mix_.input));
      to[1].push_back(std::round(shaped ? tokens.cached * factor : even * mix_.cached));
      to[2].push_back(std::round(shaped ? tokens.output * factor : even * mix_.output));
      to[3].push_back(std::round(shaped ? class_.requests[step] * factor : even * requests_));
    }
  }

 private:
  const DemandClass& class_;
  const std::vector<double>& tokens_;
  const Slots& slots_;
  std::size_t steps_, first_;
  Tokens mix_;
  double requests_ = 0;
};

Demand middle_of(const Demand& history, const Slots& slots, std::size_t weeks) {
  Demand made;
  made.from = {slots.from.ns + static_cast<std::int64_t>(slots.count) * slots.slot_s * kSecondNs};
  made.step_s = history.step_s;
  const auto ahead = weeks * slots.per_week;
  for (std::size_t c = 0; c < history.classes.size(); ++c) {
    const auto& from = history.classes[c];
    const Weekly weekly(slots.tokens[c], slots.count, slots.per_week);
    const Division division(history, slots, c);
    std::vector<std::vector<double>> columns(4);
    for (std::size_t h = 0; h < ahead; ++h) division.divide(h, weekly.at(h), columns);
    made.steps = columns[0].size();
    made.classes.push_back({from.model, from.name, from.place, Series(std::move(columns[0])), Series(std::move(columns[1])), Series(std::move(columns[2])),
                            Series(std::move(columns[3])), from.line, from.column});
  }
  return made;
}

double growth_of(const Slots& slots) {
  std::vector<double> all(slots.count);
  for (const auto& tokens : slots.tokens)
    for (std::size_t i = 0; i < all.size(); ++i) all[i] += tokens[i];
  return std::expm1(Weekly(all, slots.count, slots.per_week).growth());
}

// What a scenario multiplies each class's slots by.
class Drawn {
 public:
  Drawn(const Forecast& forecast, std::size_t number) : forecast_(forecast) {
    std::mt19937_64 random(forecast.seed * 1'000'003 + number);
    origin_ = random() % forecast.levels.size();
    const auto& demand = forecast.middle;
    const auto days = static_cast<std::size_t>((static_cast<std::int64_t>(demand.steps) * demand.step_s + kDayS - 1) / kDayS);
    for (std::size_t day = 0; day < days; ++day) days_.push_back(forecast.days.empty() ? 0 : random() % forecast.days.size());
  }

  double factor(std::size_t c, std::size_t slot) const {
    const auto day = slot / forecast_.slots_per_day;
    const double shape = forecast_.days.empty() ? 1 : forecast_.days[days_[day]][c][slot % forecast_.slots_per_day];
    return shape * level(c, day / 7);
  }

 private:
  // Further ahead than was tested, errors grow as those of a random walk.
  double level(std::size_t c, std::size_t week) const {
    const auto& known = forecast_.levels[origin_][c];
    if (known.empty()) return 1;
    const auto last = std::min(week, known.size() - 1);
    return std::exp(known[last] * std::sqrt(static_cast<double>(week + 1) / static_cast<double>(last + 1)));
  }

  const Forecast& forecast_;
  std::size_t origin_ = 0;
  std::vector<std::size_t> days_;
};

}  // namespace

Slots slots_of(const Demand& history) {
  Slots slots;
  slots.slot_s = std::max(history.step_s, kHourS);
  slots.per_day = static_cast<std::size_t>(kDayS / slots.slot_s);
  slots.per_week = 7 * slots.per_day;
  const auto first = (history.from.seconds() + slots.slot_s - 1) / slots.slot_s, end = history.until().seconds() / slots.slot_s;
  slots.from = {first * slots.slot_s * kSecondNs};
  slots.count = end > first ? static_cast<std::size_t>(end - first) : 0;
  const auto index = [&](std::int64_t second) { return second / slots.slot_s - first; };
  for (const auto& c : history.classes) {
    auto& tokens = slots.tokens.emplace_back(slots.count, 0.0);
    for (std::size_t step = 0; step < history.steps; ++step)
      if (const auto at = index(history.time(step).seconds()); at >= 0 && at < static_cast<std::int64_t>(slots.count)) tokens[static_cast<std::size_t>(at)] += c.at(step).total();
    for (const auto& hole : history.holes)
      for (auto at = std::max<std::int64_t>(index(hole.from.seconds() + slots.slot_s - 1), 0); at < std::min<std::int64_t>(index(hole.until.seconds()), static_cast<std::int64_t>(slots.count)); ++at)
        tokens[static_cast<std::size_t>(at)] = std::numeric_limits<double>::quiet_NaN();
  }
  return slots;
}

std::expected<Forecast, Note> forecast(const Demand& history, const ForecastOptions& options) {
  const auto slots = slots_of(history);
  const auto seconds = static_cast<std::int64_t>(slots.count) * slots.slot_s;
  if (kDayS % slots.slot_s != 0) return std::unexpected(Note{0, 0, fmt::format("steps of {} s", slots.slot_s), "steps that divide a day", ""});
  if (seconds < kForecastDaysMin * kDayS)
    return std::unexpected(Note{0, 0, seconds < kDayS ? fmt::format("a history of {} min", (history.until().seconds() - history.from.seconds()) / 60) : fmt::format("a history of {} h", seconds / kHourS), fmt::format("{} days at least: a week to learn from and a day to hold it against", kForecastDaysMin), ""});
  Forecast made;
  made.slots_per_day = slots.per_day;
  made.seed = options.seed;
  made.middle = middle_of(history, slots, std::clamp<std::size_t>(options.weeks, 1, kForecastWeeksMax));
  made.growth_per_week = growth_of(slots);
  backtest(slots, options.weeks, made);
  return made;
}

Demand scenario(const Forecast& forecast, std::size_t number) {
  const Drawn drawn(forecast, number);
  auto made = forecast.middle;
  const auto slot_s = kDayS / static_cast<std::int64_t>(forecast.slots_per_day);
  const auto steps = static_cast<std::size_t>(slot_s / made.step_s);
  std::vector<double> factors((made.steps + steps - 1) / steps);
  for (std::size_t c = 0; c < made.classes.size(); ++c) {
    for (std::size_t slot = 0; slot < factors.size(); ++slot) factors[slot] = drawn.factor(c, slot);
    auto& of = made.classes[c];
    for (auto* series : {&of.input, &of.cached, &of.output, &of.requests}) {
      std::vector<double> moved(made.steps);
      for (std::size_t step = 0; step < moved.size(); ++step) moved[step] = std::round((*series)[step] * factors[step / steps]);
      *series = Series(std::move(moved));
    }
  }
  return made;
}

TokenBand token_band(const Forecast& forecast, std::size_t scenarios) {
  const auto sum = [](const Demand& demand) {
    double all = 0;
    for (const auto& c : demand.classes) all += c.input.sum() + c.cached.sum() + c.output.sum();
    return all;
  };
  std::vector<double> sums;
  for (std::size_t i = 0; i < scenarios; ++i) sums.push_back(sum(scenario(forecast, i)));
  return {quantile_of(sums, kBandLow), sum(forecast.middle), quantile_of(sums, kBandHigh)};
}

}  // namespace fw::plan
