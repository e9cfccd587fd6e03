// One pool, one term: how much to buy for a load that is known.
#pragma once

#include <cstddef>
#include <vector>

namespace fw::plan {

// The loads of all windows in falling order, in units of the offer.
class LoadCurve {
 public:
  // `step_units`: busy units by step; `steps_per_window` steps are accounted for together, by their mean. A last window
  // that is not full counts as one.
  LoadCurve(const std::vector<double>& step_units, std::size_t steps_per_window);
  const std::vector<double>& windows() const { return falling_; }
  // What does not fit into so many units, as a share of all.
  double overflow(double units) const;
  double mean() const;
  // The load that a share of all windows does not exceed.
  double quantile(double share) const;

 private:
  std::vector<double> falling_;
};

// The units that cost least when one costs `unit_usd` over all windows and a unit of load that does not fit costs
// `overflow_usd` in a window: the threshold at which an other unit is busy in too few windows to pay. Exact.
double cheapest_units(const LoadCurve& curve, double unit_usd, double overflow_usd);

}  // namespace fw::plan
