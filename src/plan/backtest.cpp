#include <algorithm>
#include <cmath>
#include <limits>

#include "plan/forecast_slots.h"
#include "plan/weekly.h"

namespace fw::plan {
namespace {

constexpr std::size_t kOriginsMax = 60;
constexpr std::size_t kErrorsMin = 50;       // of which a band of slots is made
constexpr std::size_t kErrorsMax = 20'000;   // kept of a class, the latest
constexpr std::size_t kTotalsMin = 8;        // of which a band of weeks is made
constexpr std::size_t kTotalsTold = 10;      // of which a share is told
constexpr double kRatioMax = 20;             // of what came to what was forecast

struct Error {
  std::size_t slot = 0;
  double ratio = 1;
};

// One way to forecast, its errors so far and what they came to.
class Contender {
 public:
  explicit Contender(std::size_t classes) : waiting_(classes), known_(classes), band_(classes) {}

  // The bands of an origin rest on errors that were known by then.
  void begin(std::size_t origin) {
    for (std::size_t c = 0; c < known_.size(); ++c) {
      std::erase_if(waiting_[c], [&](const Error& error) {
        if (error.slot < origin) known_[c].push_back(error.ratio);
        return error.slot < origin;
      });
      if (known_[c].size() > kErrorsMax) known_[c].erase(known_[c].begin(), known_[c].end() - static_cast<std::ptrdiff_t>(kErrorsMax));
      band_[c] = known_[c].size() < kErrorsMin ? Band{} : Band{quantile_of(known_[c], kBandLow), quantile_of(known_[c], kBandHigh), true};
    }
  }

  void saw(std::size_t c, std::size_t slot, double forecast, double came) {
    wrong_ += std::abs(came - forecast);
    all_ += came;
    if (forecast > 0) waiting_[c].push_back({slot, std::min(came / forecast, kRatioMax)});
    if (!band_[c].known) return;
    const double low = forecast * band_[c].low, high = forecast * band_[c].high;
    const auto loss = [came](double said, double share) { return std::max(share * (came - said), (share - 1) * (came - said)); };
    pinball_ += (loss(low, kBandLow) + loss(forecast, 0.5) + loss(high, kBandHigh)) / 3;
    banded_ += came;
    ++slots_;
    inside_ += low <= came && came <= high ? 1 : 0;
  }

  bool bands() const { return slots_ > 0; }
  Score score() const {
    const auto slots = static_cast<double>(std::max<std::size_t>(slots_, 1));
    return {all_ > 0 ? wrong_ / all_ : 0, banded_ > 0 ? pinball_ / banded_ : 0, static_cast<double>(inside_) / slots};
  }

 private:
  struct Band {
    double low = 1, high = 1;
    bool known = false;
  };
  std::vector<std::vector<Error>> waiting_;
  std::vector<std::vector<double>> known_;
  std::vector<Band> band_;
  double wrong_ = 0, all_ = 0, pinball_ = 0, banded_ = 0;
  std::size_t slots_ = 0, inside_ = 0;
};

class Rolling {
 public:
  Rolling(const Slots& slots, std::size_t weeks, Forecast& to) : slots_(slots), weeks_(weeks), to_(to), ours_(slots.tokens.size()), last_week_(slots.tokens.size()) {}

  void roll() {
    for (const auto origin : origins()) from(origin);
    auto& told = to_.backtest;
    told.ours = ours_.score();
    told.last_week = last_week_.score();
    told.bands = ours_.bands() && last_week_.bands();
    if (told.week_totals >= kTotalsTold) told.week_coverage = static_cast<double>(weeks_inside_) / static_cast<double>(told.week_totals);
  }

 private:
  // A day apart, or as many days as make them few enough; with two weeks to learn from where there are four or more.
  std::vector<std::size_t> origins() const {
    const auto least = slots_.count >= 4 * slots_.per_week ? 2 * slots_.per_week : slots_.per_week;
    const auto days = (slots_.count - least) / slots_.per_day;
    const auto apart = (days + kOriginsMax - 1) / kOriginsMax;
    std::vector<std::size_t> made;
    for (std::size_t day = 1; day <= days; day += apart) made.push_back(slots_.count - day * slots_.per_day);
    std::ranges::reverse(made);
    return made;
  }

  void from(std::size_t origin) {
    const auto ahead = std::min(weeks_ * slots_.per_week, slots_.count - origin);
    ours_.begin(origin);
    last_week_.begin(origin);
    ++to_.backtest.origins;
    to_.backtest.weeks = std::max(to_.backtest.weeks, (ahead + slots_.per_week - 1) / slots_.per_week);
    auto& levels = to_.levels.emplace_back(slots_.tokens.size());
    double forecast_week = 0, came_week = 0;
    for (std::size_t c = 0; c < slots_.tokens.size(); ++c) {
      const std::span<const double> past(slots_.tokens[c]);
      const Weekly weekly(past, origin, slots_.per_week);
      for (std::size_t h = 0; h < ahead; ++h) {
        const double came = past[origin + h];
        if (std::isnan(came)) continue;
        ours_.saw(c, origin + h, weekly.at(h), came);
        last_week_.saw(c, origin + h, same_last_week(past, origin, slots_.per_week, h), came);
        if (h < slots_.per_week) forecast_week += weekly.at(h), came_week += came;
      }
      levels[c] = levels_of(weekly, past, origin, ahead);
    }
    keep_days(origin, ahead, levels);
    if (ahead >= slots_.per_week && forecast_week > 0 && came_week > 0) week_total(origin, std::log(came_week / forecast_week));
  }

  // By week ahead, as far as half of it is known: the logarithm of what came to what was forecast.
  std::vector<double> levels_of(const Weekly& weekly, std::span<const double> past, std::size_t origin, std::size_t ahead) const {
    std::vector<double> levels;
    for (std::size_t begin = 0; begin + slots_.per_week / 2 <= ahead; begin += slots_.per_week) {
      double forecast = 0, came = 0;
      for (auto h = begin; h < std::min(begin + slots_.per_week, ahead); ++h)
        if (!std::isnan(past[origin + h])) forecast += weekly.at(h), came += past[origin + h];
      levels.push_back(forecast > 0 && came > 0 ? std::clamp(std::log(came / forecast), -3.0, 3.0) : 0);
    }
    return levels;
  }

  // The first day behind an origin, all classes together.
  void keep_days(std::size_t origin, std::size_t ahead, const std::vector<std::vector<double>>& levels) {
    if (ahead < slots_.per_day || levels.front().empty()) return;
    auto& day = to_.days.emplace_back();
    for (std::size_t c = 0; c < slots_.tokens.size(); ++c) {
      const std::span<const double> past(slots_.tokens[c]);
      const Weekly weekly(past, origin, slots_.per_week);
      auto& ratios = day.emplace_back();
      for (std::size_t h = 0; h < slots_.per_day; ++h) {
        const double forecast = weekly.at(h) * std::exp(levels[c].front()), came = past[origin + h];
        ratios.push_back(forecast > 0 && !std::isnan(came) ? std::min(came / forecast, kRatioMax) : 1.0);
      }
    }
  }

  void week_total(std::size_t origin, double log) {
    std::vector<double> known;
    for (const auto& total : totals_)
      if (total.slot + slots_.per_week <= origin) known.push_back(total.ratio);
    totals_.push_back({origin, log});
    if (known.size() < kTotalsMin) return;
    std::ranges::sort(known);
    const auto n = static_cast<double>(known.size());
    const auto rank = [&](double at) { return known[static_cast<std::size_t>(std::clamp(at, 1.0, n)) - 1]; };
    ++to_.backtest.week_totals;
    weeks_inside_ += rank(std::floor((n + 1) * kBandLow)) <= log && log <= rank(std::ceil((n + 1) * kBandHigh)) ? 1 : 0;
  }

  const Slots& slots_;
  std::size_t weeks_;
  Forecast& to_;
  Contender ours_, last_week_;
  std::vector<Error> totals_;  // ratio: the logarithm, by origin
  std::size_t weeks_inside_ = 0;
};

}  // namespace

double quantile_of(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  const double at = share * static_cast<double>(values.size() - 1);
  const auto below = values.begin() + static_cast<std::ptrdiff_t>(at);
  std::ranges::nth_element(values, below);
  const double low = *below;
  if (below + 1 == values.end()) return low;
  return low + (at - std::floor(at)) * (*std::min_element(below + 1, values.end()) - low);
}

void backtest(const Slots& slots, std::size_t weeks, Forecast& to) { Rolling(slots, weeks, to).roll(); }

}  // namespace fw::plan
