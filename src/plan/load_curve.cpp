#include "plan/load_curve.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace fw::plan {

LoadCurve::LoadCurve(const std::vector<double>& step_units, std::size_t steps_per_window) {
  for (std::size_t begin = 0; begin < step_units.size(); begin += steps_per_window) {
    const auto end = std::min(begin + steps_per_window, step_units.size());
    const auto first = step_units.begin();
    falling_.push_back(std::accumulate(first + static_cast<std::ptrdiff_t>(begin), first + static_cast<std::ptrdiff_t>(end), 0.0) /
                       static_cast<double>(end - begin));
  }
  std::ranges::sort(falling_, std::greater{});
}

double LoadCurve::overflow(double units) const {
  double over = 0, all = 0;
  for (const double load : falling_) {
    all += load;
    over += std::max(load - units, 0.0);
  }
  return all > 0 ? over / all : 0;
}

double LoadCurve::mean() const {
  return falling_.empty() ? 0 : std::accumulate(falling_.begin(), falling_.end(), 0.0) / static_cast<double>(falling_.size());
}

double LoadCurve::quantile(double share) const {
  if (falling_.empty()) return 0;
  const auto above = std::floor((1 - share) * static_cast<double>(falling_.size()));
  return falling_[std::min(static_cast<std::size_t>(std::max(above, 0.0)), falling_.size() - 1)];
}

double cheapest_units(const LoadCurve& curve, double unit_usd, double overflow_usd) {
  // A unit beyond the k-th greatest load is busy in k windows.
  const double busy = unit_usd / overflow_usd;
  const auto k = static_cast<std::size_t>(std::max(std::ceil(busy), 1.0));
  const auto& loads = curve.windows();
  return overflow_usd > 0 && k <= loads.size() ? loads[k - 1] : 0;
}

}  // namespace fw::plan
