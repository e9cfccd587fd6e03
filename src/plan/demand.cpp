#include "plan/demand.h"

#include <algorithm>
#include <numeric>

namespace fw::plan {
namespace {

bool fits(double value) { return value >= 0 && value <= 4'294'967'295.0 && value == static_cast<double>(static_cast<std::uint32_t>(value)); }

}  // namespace

Series::Series(std::vector<double> values) {
  if (!std::ranges::all_of(values, fits)) {
    values_ = std::move(values);
    return;
  }
  std::vector<std::uint32_t> whole(values.size());
  std::ranges::transform(values, whole.begin(), [](double value) { return static_cast<std::uint32_t>(value); });
  values_ = std::move(whole);
}

std::size_t Series::size() const {
  return visit([](const auto& values) { return values.size(); });
}

double Series::operator[](std::size_t step) const {
  return visit([step](const auto& values) { return static_cast<double>(values[step]); });
}

double Series::sum() const {
  return visit([](const auto& values) { return std::accumulate(values.begin(), values.end(), 0.0); });
}

}  // namespace fw::plan
