#include "plan/weekly.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

namespace fw::plan {
namespace {

constexpr std::size_t kWeeksOfTrend = 12;
constexpr std::size_t kWeeksOfProfile = 6;
constexpr std::size_t kTrendFrom = 3;    // weeks
constexpr double kDamping = 0.85;        // of growth, from week to week
constexpr double kGrowthMax = 0.2;       // log, per week
constexpr double kLevelTaken = 0.6;      // of how far the last days are from the profile
constexpr std::size_t kLevelDays = 4;    // that tell the level
constexpr std::size_t kWeeksOfOwn = 4;   // from which a week says more than its days
constexpr double kSparseFrom = 2;        // times its profile that a week sums to
constexpr std::size_t kDays = 7;
constexpr std::array kDayShares = {0.0, 0.3, 0.7, 1.0};

}  // namespace

double median_of(std::vector<double>& values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

Weekly::Weekly(std::span<const double> past, std::size_t until, std::size_t slots_per_week)
    : Weekly(past, until, slots_per_week, best_day_share(past, until, slots_per_week)) {}

Weekly::Weekly(std::span<const double> past, std::size_t until, std::size_t slots_per_week, double day_share)
    : per_week_(slots_per_week), weeks_(std::min(until / slots_per_week, kWeeksOfTrend)), profile_(slots_per_week) {
  const auto newest = past.subspan(until - weeks_ * per_week_, weeks_ * per_week_);
  if (weeks_ == 0) return;
  if (weeks_ >= kTrendFrom) find_growth(newest);
  find_profile(newest);
  if (day_share > 0) mix_days(newest, day_share);
  find_level(newest);
}

// By forecasts of each of the last seven days from what was known before it. Without a week before any: none.
double Weekly::best_day_share(std::span<const double> past, std::size_t until, std::size_t slots_per_week) {
  const auto per_day = slots_per_week / kDays;
  double best = 0, least = std::numeric_limits<double>::infinity();
  if (until / slots_per_week >= kWeeksOfOwn) return best;
  for (const double share : kDayShares) {
    double wrong = 0;
    for (std::size_t day = 1; day <= kDays && until >= slots_per_week + day * per_day; ++day) {
      const auto origin = until - day * per_day;
      const Weekly weekly(past, origin, slots_per_week, share);
      for (std::size_t h = 0; h < per_day; ++h)
        if (const double came = past[origin + h]; !std::isnan(came)) wrong += std::abs(came - weekly.at(h));
    }
    if (wrong < least) least = wrong, best = share;
  }
  return best;
}

// The median over all pairs of weeks of the median over their slots (Theil and Sen).
void Weekly::find_growth(std::span<const double> newest) {
  std::vector<double> slopes, logs;
  for (std::size_t a = 0; a < weeks_; ++a)
    for (std::size_t b = a + 1; b < weeks_; ++b) {
      logs.clear();
      for (std::size_t p = 0; p < per_week_; ++p) {
        const double before = newest[a * per_week_ + p], after = newest[b * per_week_ + p];
        if (before > 0 && after > 0) logs.push_back(std::log(after / before));
      }
      if (logs.size() * 4 >= per_week_) slopes.push_back(median_of(logs) / static_cast<double>(b - a));
    }
  growth_ = std::clamp(median_of(slopes), -kGrowthMax, kGrowthMax);
}

void Weekly::find_profile(std::span<const double> newest) {
  const auto used = std::min(weeks_, kWeeksOfProfile);
  std::vector<double> values, means(per_week_);
  const auto level = [&](std::size_t w, std::size_t p) { return newest[(weeks_ - 1 - w) * per_week_ + p] * std::exp(growth_ * static_cast<double>(w)); };
  for (std::size_t p = 0; p < per_week_; ++p) {
    values.clear();
    for (std::size_t w = 0; w < used; ++w)
      if (const double value = level(w, p); !std::isnan(value)) values.push_back(value);
    for (const double value : values) means[p] += value / static_cast<double>(values.size());
    profile_[p] = median_of(values);
  }
  // What the median week sums to, in sums of the profile; infinite where the profile is nothing.
  const auto whole = [&] {
    values.clear();
    for (std::size_t w = 0; w < used; ++w) {
      double came = 0, said = 0;
      for (std::size_t p = 0; p < per_week_; ++p)
        if (const double value = level(w, p); !std::isnan(value)) came += value, said += profile_[p];
      if (came > 0 || said > 0) values.push_back(said > 0 ? came / said : std::numeric_limits<double>::infinity());
    }
    return values.empty() ? 0 : median_of(values);
  };
  // Medians of slots sum to less than weeks do, and to nothing where most weeks ask for nothing in most slots.
  double factor = whole();
  if (factor > kSparseFrom) {
    profile_ = means;
    factor = whole();
  }
  for (auto& value : profile_) value *= factor;
}

// The median of the last seven days, at the level that each day of the week has.
void Weekly::mix_days(std::span<const double> newest, double day_share) {
  const auto per_day = per_week_ / kDays;
  std::vector<double> values, day(per_day);
  for (std::size_t h = 0; h < per_day; ++h) {
    values.clear();
    for (std::size_t d = 1; d <= kDays; ++d)
      if (const double value = newest[newest.size() - d * per_day + h]; !std::isnan(value)) values.push_back(value);
    day[h] = median_of(values);
  }
  const double usual = std::accumulate(day.begin(), day.end(), 0.0);
  if (usual <= 0) return;
  for (std::size_t d = 0; d < kDays; ++d) {
    const auto part = std::span(profile_).subspan(d * per_day, per_day);
    const double level = std::accumulate(part.begin(), part.end(), 0.0) / usual;
    for (std::size_t h = 0; h < per_day; ++h) part[h] = (1 - day_share) * part[h] + day_share * level * day[h];
  }
}

// How far the last days are from the profile: the median over their sums.
void Weekly::find_level(std::span<const double> newest) {
  const auto per_day = per_week_ / kDays;
  std::vector<double> logs;
  for (std::size_t d = kDays - kLevelDays; d < kDays; ++d) {
    double came = 0, said = 0;
    for (auto p = d * per_day; p < (d + 1) * per_day; ++p)
      if (const double value = newest[(weeks_ - 1) * per_week_ + p]; !std::isnan(value)) came += value, said += profile_[p];
    if (came > 0 && said > 0) logs.push_back(std::log(came / said));
  }
  const double level = std::exp(kLevelTaken * median_of(logs));
  for (auto& value : profile_) value *= level;
}

double Weekly::at(std::size_t ahead) const {
  double reach = 0, part = 1;
  for (std::size_t week = 0; week <= ahead / per_week_; ++week) reach += part *= kDamping;
  return profile_[ahead % per_week_] * std::exp(growth_ * reach);
}

double same_last_week(std::span<const double> past, std::size_t until, std::size_t slots_per_week, std::size_t ahead) {
  const double value = past[until - slots_per_week + ahead % slots_per_week];
  return std::isnan(value) ? 0 : value;
}

}  // namespace fw::plan
