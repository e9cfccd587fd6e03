#include "plan/rolling.h"

#include <algorithm>
#include <array>
#include <vector>

namespace fw::plan {
namespace {

constexpr std::size_t kWeekDays = 7;

// How a load is looked at: units that were busy so often in all of some days, and in the last of them.
struct Way {
  std::size_t days = 28;  // of a term that is longer than twice as many; else half the term
  double surely = 1;      // more than the price: of a term that is looked at for more than a week: so much more often busy than pays
};
// The first is left only for one that would have cost so much less: what is told from a year or two is little.
constexpr std::array kWays = {Way{14, 1.02}, Way{28, 1}};
constexpr double kClearly = 0.0015;

// Purchases on paper or in earnest, from the first slot that is known.
class Book {
 public:
  Book(const UnitMarket& market, std::span<const double> load) : market_(market), load_(load), units_(load.size() + 1) {}

  // Slots up to `at` are over.
  void pass(std::size_t at) {
    for (; now_ < at; ++now_) usd_ += market_.load_usd * std::max(load_[now_] - units_[now_], 0.0) + held_usd_[now_];
  }

  void buy(std::size_t at, const Way& way) {
    for (std::size_t t = market_.terms.size(); t-- > 0;) {
      const auto& term = market_.terms[t];
      const double more = wanted(at, term, way) - units_[at];
      if (more <= 0) continue;
      const auto until = std::min(at + term.slots, load_.size());
      held_.push_back({t, at, until, more});
      for (auto slot = at; slot < until; ++slot) units_[slot] += more, held_usd_[slot] += more * term.slot_usd();
    }
  }

  double usd() const { return usd_; }
  Held held() && { return std::move(held_); }

 private:
  double wanted(std::size_t at, const UnitTerm& term, const Way& way) const {
    const auto day = market_.day_slots, longest = std::clamp(term.slots / 2, day, way.days * day);
    const double price = term.slot_usd() / market_.load_usd;
    if (longest <= kWeekDays * day) return busy(at, longest, price);
    return std::min(busy(at, longest, price * way.surely), busy(at, kWeekDays * day, price * way.surely));
  }

  // Units that were busy in such a share of so many slots.
  double busy(std::size_t at, std::size_t slots, double share) const {
    const auto count = std::min(slots, at);
    const auto before = load_.subspan(at - count, count);
    return load_quantile({before.begin(), before.end()}, 1 - std::min(share, 1.0));
  }

  const UnitMarket& market_;
  std::span<const double> load_;
  std::vector<double> units_, held_usd_ = std::vector<double>(load_.size());
  Held held_;
  std::size_t now_ = 0;
  double usd_ = 0;
};

}  // namespace

Held rolling(const UnitMarket& market, const Load& load) {
  std::vector<Book> papers(kWays.size(), Book(market, load.units));
  Book own(market, load.units);
  const auto first = load.begin % market.start_slots;
  for (auto at = first + (first == 0 ? market.start_slots : 0); at < load.units.size(); at += market.start_slots) {
    std::size_t leader = 0;
    for (std::size_t w = 0; w < kWays.size(); ++w) {
      papers[w].pass(at);
      if (papers[w].usd() < papers[leader].usd() - (leader == 0 ? kClearly * papers[0].usd() : 0)) leader = w;
      papers[w].buy(at, kWays[w]);
    }
    if (at >= load.begin) own.buy(at, kWays[leader]);
  }
  auto held = std::move(own).held();
  for (auto& each : held) each.from -= load.begin, each.until -= load.begin;
  return held;
}

}  // namespace fw::plan
