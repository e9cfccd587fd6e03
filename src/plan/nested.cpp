#include "plan/nested.h"

#include <algorithm>
#include <limits>

namespace fw::plan {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

// Groups of `size` neighbours, each as one function.
std::vector<Value> grouped(std::span<const Value> parts, std::size_t size) {
  std::vector<Value> made;
  for (std::size_t i = 0; i < parts.size(); i += size) made.push_back(sum(parts.subspan(i, std::min(size, parts.size() - i))));
  return made;
}

std::vector<Value> capped(const std::vector<Value>& parts, double usd) {
  std::vector<Value> made;
  made.reserve(parts.size());
  for (const auto& part : parts) made.push_back(part.capped(usd));
  return made;
}

// Units that pay at this price, beyond what is held already.
std::vector<double> beyond(const std::vector<Value>& parts, double usd, const std::vector<double>& held, std::size_t size) {
  std::vector<double> made(parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) made[i] = std::max(parts[i].demand(usd) - held[i / size], 0.0);
  return made;
}

double cost(const std::vector<double>& units, double usd) {
  double all = 0;
  for (const double each : units)
    if (each > 0) all += each * usd;
  return all;
}

}  // namespace

NestedPlan plan_nested(std::span<const Value> slots, const NestedTerms& terms) {
  const double slot_usd = terms.slot_usd.value_or(kNever), short_usd = terms.short_usd.value_or(kNever);
  const double long_usd = terms.long_usd.value_or(kNever);
  const std::vector<Value> all(slots.begin(), slots.end());
  // What a layer costs in a slot, a short and a long term without the longer ones.
  const auto shorts = grouped(capped(all, slot_usd), terms.short_slots);
  const auto longs = grouped(capped(shorts, short_usd), terms.long_shorts);
  NestedPlan plan;
  plan.long_units = beyond(longs, long_usd, std::vector<double>(longs.size()), 1);
  plan.short_units = beyond(shorts, short_usd, plan.long_units, terms.long_shorts);
  std::vector<double> held(shorts.size());
  for (std::size_t i = 0; i < shorts.size(); ++i) held[i] = plan.long_units[i / terms.long_shorts] + plan.short_units[i];
  plan.slot_units = beyond(all, slot_usd, held, terms.short_slots);
  plan.usd = cost(plan.long_units, long_usd) + cost(plan.short_units, short_usd) + cost(plan.slot_units, slot_usd);
  for (std::size_t i = 0; i < all.size(); ++i) plan.saved_usd += all[i].at(held[i / terms.short_slots] + plan.slot_units[i]);
  return plan;
}

}  // namespace fw::plan
