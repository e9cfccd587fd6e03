#include "plan/shares.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace fw::plan {
namespace {

constexpr double kNear = 0.01;   // of the dearest price: how much nearness counts
constexpr int kHalvings = 60;

// Shares from floors to tops that sum to one: the most of prices less `curve` times each square.
class Box {
 public:
  Box(std::vector<double> least, std::vector<double> most) : least_(std::move(least)), most_(std::move(most)) {}

  bool empty() const {
    const double all = std::reduce(least_.begin(), least_.end()), room = std::reduce(most_.begin(), most_.end());
    for (std::size_t c = 0; c < least_.size(); ++c)
      if (least_[c] > most_[c]) return true;
    return all > 1 + 1e-12 || room < 1 - 1e-12;
  }

  // Without a curve: the dearest first.
  double straight(std::span<const double> usd) const {
    std::vector<std::size_t> order(usd.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return usd[a] > usd[b]; });
    double left = 1, all = 0;
    for (std::size_t c = 0; c < usd.size(); ++c) left -= least_[c], all += least_[c] * usd[c];
    for (const auto c : order) {
      const double more = std::clamp(left, 0.0, most_[c] - least_[c]);
      left -= more;
      all += more * usd[c];
    }
    return all;
  }

  // With a curve: the price of a share at which all sum to one.
  double curved(std::span<const double> usd, double curve, std::vector<double>& shares) const {
    shares.resize(usd.size());
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (const double each : usd) low = std::min(low, each - 2 * curve), high = std::max(high, each);
    double price = 0;
    for (int i = 0; i < kHalvings; ++i) {
      price = (low + high) / 2;
      double all = 0;
      for (std::size_t c = 0; c < usd.size(); ++c) all += shares[c] = share(c, usd[c] - price, curve);
      (all > 1 ? low : high) = price;
    }
    return price;
  }

  // What no shares inside the box with such squares can pass, whatever curve and price are.
  double never_above(std::span<const double> usd, double curve, double price, double squares) const {
    double all = price + curve * squares;
    for (std::size_t c = 0; c < usd.size(); ++c) {
      const double s = share(c, usd[c] - price, curve);
      all += (usd[c] - price) * s - curve * s * s;
    }
    return all;
  }

 private:
  double share(std::size_t c, double usd, double curve) const { return std::clamp(usd / (2 * curve), least_[c], most_[c]); }

  std::vector<double> least_, most_;
};

double squares(const std::vector<double>& shares) { return std::inner_product(shares.begin(), shares.end(), shares.begin(), 0.0); }

// The least curve under which the squares are small enough.
double curve_for(const Box& box, std::span<const double> usd, double least, double hhi, std::vector<double>& shares) {
  box.curved(usd, least, shares);
  if (squares(shares) <= hhi) return least;
  double low = std::log(least), high = std::log(1e6);
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (low + high) / 2;
    box.curved(usd, std::exp(middle), shares);
    (squares(shares) > hhi ? low : high) = middle;
  }
  box.curved(usd, std::exp(high), shares);
  return std::exp(high);
}

}  // namespace

bool ShareRules::any() const {
  return second > 0 || hhi < 1 || std::ranges::any_of(most, [](double each) { return each < 1; });
}

double ShareRules::broken_by(std::span<const double> shares) const {
  double worst = 0, all = 0, first = 0, next = 0;
  for (std::size_t c = 0; c < shares.size(); ++c) {
    worst = std::max(worst, shares[c] - most[c]);
    all += shares[c] * shares[c];
    if (shares[c] > first) next = std::exchange(first, shares[c]);
    else next = std::max(next, shares[c]);
  }
  return std::max({worst, second - next, all - hhi});
}

std::vector<std::vector<double>> ShareRules::floors() const {
  std::vector<std::vector<double>> made;
  if (second <= 0) return {std::vector<double>(most.size())};
  for (const auto a : there)
    for (const auto b : there) {
      if (a >= b || most[a] < second || most[b] < second) continue;
      made.emplace_back(most.size())[a] = second;
      made.back()[b] = second;
    }
  return made;
}

DearestShares dearest_shares(const ShareRules& rules, std::span<const double> usd, std::span<const double> near) {
  DearestShares best{-std::numeric_limits<double>::infinity(), {}};
  double scale = 0;
  for (const double each : usd) scale = std::max(scale, std::abs(each));
  // In units of the dearest price, so that no number is small.
  std::vector<double> prices(usd.begin(), usd.end()), nearer(usd.size());
  for (auto& each : prices) each = scale > 0 ? each / scale : 0;
  const double pull = scale > 0 ? kNear : 1;
  for (std::size_t c = 0; c < usd.size(); ++c) nearer[c] = prices[c] + 2 * pull * near[c];
  auto most = rules.most;
  for (std::size_t c = 0; c < most.size(); ++c)
    if (!rules.there.contains(c)) most[c] = 0;
  std::vector<double> shares;
  double nearest = best.usd;
  for (const auto& floor : rules.floors()) {
    const Box box(floor, most);
    if (box.empty()) continue;
    double here = box.straight(prices);
    if (rules.hhi < 1) {
      const double curve = curve_for(box, prices, 1e-9, rules.hhi, shares);
      here = std::min(here, box.never_above(prices, curve, box.curved(prices, curve, shares), rules.hhi));
    }
    best.usd = std::max(best.usd, here);
    const double curve = curve_for(box, nearer, pull, rules.hhi, shares);
    double good = 0;
    for (std::size_t c = 0; c < usd.size(); ++c) good += nearer[c] * shares[c] - std::min(curve, pull) * shares[c] * shares[c];
    if (good > nearest) nearest = good, best.shares = shares;
  }
  // Rules that nothing keeps: any shares at all.
  if (best.shares.empty()) best.shares.assign(near.begin(), near.end()), best.usd = 1;
  best.usd *= scale;
  return best;
}

}  // namespace fw::plan
