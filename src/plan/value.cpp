#include "plan/value.h"

#include <algorithm>
#include <cmath>

namespace fw::plan {
namespace {

constexpr double kSameWorth = 1e-12;  // relative: two worths this close are one
constexpr double kOnGrid = 1e-9;

}  // namespace

double Lumps::up(double units) const {
  if (units <= 0) return 0;
  if (units <= minimum) return minimum;
  return minimum + increment * std::ceil((units - minimum) / increment - kOnGrid);
}

double Lumps::down(double units) const {
  if (units < minimum - kOnGrid || units <= 0) return 0;
  return minimum + increment * std::floor(std::max((units - minimum) / increment + kOnGrid, 0.0));
}

Value::Value(std::vector<Segment> segments) {
  for (const auto& each : segments) {
    if (each.units <= 0 || each.usd_per_unit <= 0) continue;
    if (!segments_.empty() && each.usd_per_unit >= segments_.back().usd_per_unit * (1 - kSameWorth)) segments_.back().units += each.units;
    else segments_.push_back(each);
  }
}

double Value::units() const {
  double units = 0;
  for (const auto& each : segments_) units += each.units;
  return units;
}

double Value::at(double units) const {
  double usd = 0;
  for (const auto& each : segments_) {
    if (units <= 0) break;
    usd += std::min(units, each.units) * each.usd_per_unit;
    units -= each.units;
  }
  return usd;
}

double Value::total() const {
  double usd = 0;
  for (const auto& each : segments_) usd += each.units * each.usd_per_unit;
  return usd;
}

double Value::profit(double usd_per_unit) const {
  double usd = 0;
  for (const auto& each : segments_) {
    if (each.usd_per_unit <= usd_per_unit) break;
    usd += each.units * (each.usd_per_unit - usd_per_unit);
  }
  return usd;
}

double Value::demand(double usd_per_unit) const {
  double units = 0;
  for (const auto& each : segments_) {
    if (each.usd_per_unit <= usd_per_unit) break;
    units += each.units;
  }
  return units;
}

Value Value::capped(double usd_per_unit) const {
  std::vector<Segment> made = segments_;
  for (auto& each : made) each.usd_per_unit = std::min(each.usd_per_unit, usd_per_unit);
  return Value(std::move(made));
}

// Beyond the minimum the function at the allowed numbers is concave already, so its corners can only stand at the
// allowed numbers beside the corners of the function itself.
Value Value::hull(const Lumps& lumps) const {
  std::vector<double> at = {0, lumps.minimum};
  double units = 0;
  for (const auto& each : segments_) {
    units += each.units;
    at.push_back(lumps.down(units));
    at.push_back(lumps.up(units));
  }
  std::ranges::sort(at);
  std::vector<Segment> made;
  std::vector<double> corner = {0};
  for (const double next : at) {
    if (next <= corner.back()) continue;
    double begin = corner.back();
    double worth = (this->at(next) - this->at(begin)) / (next - begin);
    while (!made.empty() && made.back().usd_per_unit <= worth) {
      corner.pop_back();
      made.pop_back();
      begin = corner.back();
      worth = (this->at(next) - this->at(begin)) / (next - begin);
    }
    made.push_back({next - begin, worth});
    corner.push_back(next);
  }
  return Value(std::move(made));
}

Value knapsack(std::vector<Item> items) {
  std::erase_if(items, [](const Item& item) { return item.usd <= 0; });
  std::vector<Segment> made;
  made.reserve(items.size());
  for (const auto& item : items) made.push_back({item.units, item.usd / item.units});
  std::ranges::sort(made, std::ranges::greater{}, &Segment::usd_per_unit);
  return Value(std::move(made));
}

Value sum(std::span<const Value> windows) {
  if (windows.size() == 1) return windows[0];
  struct Drop {
    double at, usd_per_unit;
  };
  std::vector<Drop> drops;
  for (const auto& window : windows) {
    double at = 0;
    const auto& parts = window.segments();
    for (std::size_t i = 0; i < parts.size(); ++i) {
      at += parts[i].units;
      drops.push_back({at, parts[i].usd_per_unit - (i + 1 < parts.size() ? parts[i + 1].usd_per_unit : 0)});
    }
  }
  std::ranges::sort(drops, {}, &Drop::at);
  // From the far end, where the worth is known to be zero, so that nothing is left over by subtraction.
  std::vector<Segment> made(drops.size());
  double worth = 0;
  for (std::size_t i = drops.size(); i-- > 0;) {
    worth += drops[i].usd_per_unit;
    made[i] = {drops[i].at - (i > 0 ? drops[i - 1].at : 0), worth};
  }
  return Value(std::move(made));
}

Value split(std::span<const Value> uses) {
  std::vector<Segment> made;
  for (const auto& use : uses) made.insert(made.end(), use.segments().begin(), use.segments().end());
  std::ranges::sort(made, std::ranges::greater{}, &Segment::usd_per_unit);
  return Value(std::move(made));
}

}  // namespace fw::plan
