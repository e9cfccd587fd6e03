// What capacity is worth: concave, piecewise linear functions of a number of units, from zero on.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace fw::plan {

// Part of a load that one window of a pool could take: so many units busy, so much saved if it is taken whole.
struct Item {
  double units = 0;
  double usd = 0;
};

struct Segment {
  double units = 0;
  double usd_per_unit = 0;
  bool operator==(const Segment&) const = default;
};

// How many units may be deployed: none, or `minimum` (above zero) and any number of `increment` more.
struct Lumps {
  double minimum = 0;
  double increment = 1;
  // The next allowed number at or above, and at or below.
  double up(double units) const;
  double down(double units) const;
};

// A sum over doubles in one fixed order: its relative error stays below the number of segments times 2^-52.
class Value {
 public:
  Value() = default;
  // Segments of falling worth, each above zero; neighbours of equal worth become one.
  explicit Value(std::vector<Segment> segments);

  const std::vector<Segment>& segments() const { return segments_; }
  bool empty() const { return segments_.empty(); }
  double units() const;  // beyond which more is worth nothing
  double at(double units) const;
  double total() const;
  // The most that is left after paying a price per unit, and the least number of units that gives it.
  double profit(double usd_per_unit) const;
  double demand(double usd_per_unit) const;
  // No unit worth more than a price: what it costs to have it otherwise.
  Value capped(double usd_per_unit) const;
  // The least concave function above the values at the allowed numbers.
  Value hull(const Lumps& lumps) const;

 private:
  std::vector<Segment> segments_;
};

// One window filled in the order of value density: the fractional knapsack, exact.
Value knapsack(std::vector<Item> items);
// The same units in several windows.
Value sum(std::span<const Value> windows);
// Units divided between several uses.
Value split(std::span<const Value> uses);

}  // namespace fw::plan
