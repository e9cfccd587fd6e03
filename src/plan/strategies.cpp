#include "plan/strategies.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fw::plan {
namespace {

constexpr std::size_t kLayers = 400;       // a load is looked at in so many
constexpr std::size_t kFortnightDays = 14;
constexpr double kWaits = 0.1;             // of a slot
constexpr int kHalvings = 40;

std::span<const double> last(const Load& load, std::size_t at, std::size_t slots) {
  const auto end = load.begin + at, count = std::min(slots, end);
  return load.units.subspan(end - count, count);
}

}  // namespace

std::vector<double> units_held(const Held& held, std::size_t slots) {
  std::vector<double> more(slots + 1);
  for (const auto& each : held) {
    more[std::min(each.from, slots)] += each.units;
    more[std::min(each.until, slots)] -= each.units;
  }
  std::partial_sum(more.begin(), more.end(), more.begin());
  more.pop_back();
  return more;
}

double cost_of(const UnitMarket& market, const Load& load, const Held& held) {
  const auto slots = load.slots();
  const auto units = units_held(held, slots);
  double usd = 0;
  for (const auto& each : held) usd += each.units * market.terms[each.term].slot_usd() * static_cast<double>(std::min(each.until, slots) - std::min(each.from, slots));
  for (std::size_t i = 0; i < slots; ++i) usd += market.load_usd * std::max(load.units[load.begin + i] - units[i], 0.0);
  return usd;
}

double load_quantile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  const double at = std::clamp(share, 0.0, 1.0) * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::ptrdiff_t>(at);
  std::ranges::nth_element(values, values.begin() + below);
  const double low = values[static_cast<std::size_t>(below)];
  if (static_cast<double>(below) == at) return low;
  const double high = *std::ranges::min_element(values.begin() + below + 1, values.end());
  return low + (high - low) * (at - static_cast<double>(below));
}

double covering_units(std::vector<double> values, double share) {
  std::ranges::sort(values);
  const double all = std::accumulate(values.begin(), values.end(), 0.0);
  double covered = 0, units = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double wide = static_cast<double>(values.size() - i), more = (values[i] - units) * wide;
    if (covered + more >= share * all) return units + (share * all - covered) / wide;
    covered += more;
    units = values[i];
  }
  return units;
}

double queue_units(std::span<const double> values, double share) {
  const double all = std::accumulate(values.begin(), values.end(), 0.0);
  const auto enough = [&](double units) {
    double waiting = 0, late = 0;
    for (const double each : values) {
      if (waiting > kWaits * units) late += each;
      waiting = std::max(waiting + each - units, 0.0);
    }
    return late <= share * all;
  };
  double low = 0, high = values.empty() ? 0 : std::ranges::max(values);
  for (int i = 0; i < kHalvings; ++i) (enough((low + high) / 2) ? high : low) = (low + high) / 2;
  return high;
}

Held periodic(const UnitMarket& market, const Load& load, std::size_t t, const Size& size) {
  const auto& term = market.terms[t];
  Held held;
  for (std::size_t at = 0; at < load.slots(); at += term.slots) {
    const auto before = last(load, at, std::min(term.slots, market.month_slots));
    const double units = before.empty() ? 0 : size(before);
    if (units > 0) held.push_back({t, at, std::min(at + term.slots, load.slots()), units});
  }
  return held;
}

Held ski_rental(const UnitMarket& market, const Load& load) {
  const double most = load.units.empty() ? 0 : std::ranges::max(load.units), wide = most / static_cast<double>(kLayers);
  Held held;
  std::vector<double> paid(load.units.size() + 1);
  for (std::size_t layer = 0; layer < kLayers && wide > 0; ++layer) {
    // What a unit of the layer paid as it went, summed before each slot; before the beginning all of it did.
    const double floor = wide * static_cast<double>(layer);
    const auto uses = [&](std::size_t i) { return std::clamp((load.units[i] - floor) / wide, 0.0, 1.0); };
    for (std::size_t i = 0; i < load.begin; ++i) paid[i + 1] = paid[i] + market.load_usd * uses(i);
    std::size_t covered = load.begin;
    for (auto i = load.begin; i < load.units.size(); ++i) {
      if (i >= covered && (i - load.begin) % market.day_slots == 0)
        for (std::size_t t = market.terms.size(); t-- > 0;) {
          const auto& term = market.terms[t];
          if (paid[i] - paid[i - std::min(i, term.slots)] < term.usd) continue;
          covered = i + term.slots;
          held.push_back({t, i - load.begin, std::min(covered, load.units.size()) - load.begin, wide});
          break;
        }
      paid[i + 1] = paid[i] + (i < covered ? 0 : market.load_usd * uses(i));
    }
  }
  return held;
}

Held quantile_ladder(const UnitMarket& market, const Load& load) {
  Held held;
  std::vector<double> units(load.slots() + 1);
  for (std::size_t at = 0; at < load.slots(); at += market.day_slots)
    for (std::size_t t = market.terms.size(); t-- > 0;) {
      const auto& term = market.terms[t];
      const auto before = last(load, at, t + 1 == market.terms.size() ? kFortnightDays * market.day_slots : market.month_slots);
      const double wanted = before.empty() ? 0 : load_quantile({before.begin(), before.end()}, 1 - std::min(term.slot_usd() / market.load_usd, 1.0));
      const double more = wanted - units[at];
      if (more <= 0) continue;
      const auto until = std::min(at + term.slots, load.slots());
      held.push_back({t, at, until, more});
      for (auto slot = at; slot < until; ++slot) units[slot] += more;
    }
  return held;
}

}  // namespace fw::plan
