// The level of one class by slot, a slot being an hour or a day: what a week looks like and where it goes.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace fw::plan {

// What the newest weeks say; `until` slots of `past` count, the rest is not looked at. Missing slots are NaN.
class Weekly {
 public:
  // With less than four weeks, what a day looks like counts for as much as would have been best in the last days.
  Weekly(std::span<const double> past, std::size_t until, std::size_t slots_per_week);
  // The slot `ahead` behind the last one, from 0 on. Never negative.
  double at(std::size_t ahead) const;
  double growth() const { return growth_; }  // log, per week

 private:
  Weekly(std::span<const double> past, std::size_t until, std::size_t slots_per_week, double day_share);
  static double best_day_share(std::span<const double> past, std::size_t until, std::size_t slots_per_week);
  void find_growth(std::span<const double> newest);
  void find_profile(std::span<const double> newest);
  void mix_days(std::span<const double> newest, double day_share);
  void find_level(std::span<const double> newest);

  std::size_t per_week_, weeks_;
  double growth_ = 0;
  std::vector<double> profile_;  // of the week to come, before growth
};

// The same slot a week before, the last one known.
double same_last_week(std::span<const double> past, std::size_t until, std::size_t slots_per_week, std::size_t ahead);

double median_of(std::vector<double>& values);  // 0 of none; changes their order

}  // namespace fw::plan
