// Rules of thumb for one load, as they are used in practice: what a plan has to beat.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "plan/intervals.h"

namespace fw::plan {

// One load that is paid as it goes or taken by units of terms.
struct UnitTerm {
  std::size_t slots = 0;
  double usd = 0;  // a unit for the whole term
  double slot_usd() const { return usd / static_cast<double>(slots); }
};
struct UnitMarket {
  double load_usd = 1;           // a unit of load in a slot, paid as it goes
  std::vector<UnitTerm> terms;   // by length
  std::size_t day_slots = 24;
  std::size_t start_slots = 24;  // terms may begin every so many; rules of thumb decide by the day
  std::size_t month_slots = 720; // what counts as the last month
};

// Slots of a load: those from `begin` on are to be served, those before are only known.
struct Load {
  std::span<const double> units;
  std::size_t begin = 0;
  std::size_t slots() const { return units.size() - begin; }
};

// Purchases in slots counted from `Load::begin`; `Holding::term` is that of the market.
using Held = std::vector<Holding>;

std::vector<double> units_held(const Held& held, std::size_t slots);
// Terms by the time of them inside, and what they do not take paid as it goes.
double cost_of(const UnitMarket& market, const Load& load, const Held& held);

// The value that a share of all others does not exceed, between neighbours. 0 of none.
double load_quantile(std::vector<double> values, double share);
// Units above which a share of the load is: the least that take the rest.
double covering_units(std::vector<double> values, double share);
// The least units at which all but a share of the load of a first-come queue waits no longer than a tenth of a slot.
double queue_units(std::span<const double> values, double share);

// How much to hold for the next term, told from the last one.
using Size = std::function<double(std::span<const double> last)>;
// Decided anew at the end of each term, from as many slots before as there are, no more than a month. Nothing known: none.
Held periodic(const UnitMarket& market, const Load& load, std::size_t term, const Size& size);

// Each layer of the load on its own: a term is taken when what was paid as it went, in as long a time as the term, comes to
// its price (the deterministic rule of Wang, Li and Liang, arXiv 1305.5608, by day and of each term in turn).
Held ski_rental(const UnitMarket& market, const Load& load);

// Each day: the longest term up to the 1 - r quantile of the last fortnight, the next up to that of the last month, r being
// the term's price beside that of a unit of load in every slot.
Held quantile_ladder(const UnitMarket& market, const Load& load);

}  // namespace fw::plan
