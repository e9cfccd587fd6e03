// Where requests went first, in bins of five seconds: when a place was left, and when it was returned to.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace fw::plan::sim {

class ShareBins {
 public:
  static constexpr double kBin = 5;  // seconds

  // Only what happens in the span counts.
  ShareBins(std::size_t places, double from_s, double to_s)
      : places_(places), from_s_(from_s), bins_(static_cast<std::size_t>(std::max(0.0, to_s - from_s) / kBin) + 2), counts_((places + 1) * bins_) {}

  void add(std::size_t place, MonoTime now) {
    const double s = static_cast<double>(now.ns) / 1e9;
    if (s < from_s_) return;
    const auto bin = std::min(bins_ - 1, at(s)) * (places_ + 1);
    ++counts_[bin + place];
    ++counts_[bin + places_];
  }
  // -1: nobody went anywhere.
  double share(std::size_t place, double from_s, double to_s) const {
    double mine = 0, all = 0;
    for (auto i = at(from_s); i < std::min(bins_, at(to_s)); ++i) mine += counts_[i * (places_ + 1) + place], all += counts_[i * (places_ + 1) + places_];
    return all > 0 ? mine / all : -1;
  }
  // Seconds after the span's begin until the share over 10 s is below (or reaches) `bound`; its length: never.
  double until(std::size_t place, double bound, bool below, std::pair<double, double> span) const {
    for (double t = span.first; t + 2 * kBin <= span.second; t += kBin) {
      const double s = share(place, t, t + 2 * kBin);
      if (s >= 0 && (below ? s < bound : s >= bound)) return t - span.first;
    }
    return span.second - span.first;
  }

 private:
  std::size_t at(double s) const { return static_cast<std::size_t>(std::max(0.0, s - from_s_) / kBin); }
  std::size_t places_;
  double from_s_;
  std::size_t bins_;
  std::vector<std::uint32_t> counts_;
};

}  // namespace fw::plan::sim
