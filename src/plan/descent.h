// Purchases made better one pool at a time: with all others fixed, each is an exact kernel.
#pragma once

#include <cstddef>
#include <vector>

#include "plan/place.h"
#include "plan/problem.h"

namespace fw::plan {

// Deployed units and what they are bought by. All money is counted under the prices of rules.
struct Purchases {
  std::vector<std::vector<double>> units;      // by pool and slot
  std::vector<std::vector<Holding>> holdings;  // by family
  double bought_usd = 0;
  double open_usd = 0;    // of pools that are used at all
  double placed_usd = 0;
  double usd() const { return bought_usd + open_usd + placed_usd; }
};

// What deployed units save in one slot, at the allowed numbers where it bends; between them it is a line.
struct Levels {
  std::vector<double> units;  // 0, the minimum, …
  std::vector<double> saved;
  double at(double n) const;
  Value hull() const;
};

class Descent {
 public:
  Descent(const Problem& problem, const CloudPrices& prices);
  Purchases nothing();
  // Each pool of `order` once, over and over until no one gains; `rounds` at most.
  void improve(Purchases& plan, const std::vector<std::size_t>& order, int rounds);
  // Purchases for given numbers of units, moved to the next allowed ones below.
  Purchases from_units(std::vector<std::vector<double>> units);

 private:
  struct Want {  // one pool's problem
    std::size_t pool = 0;
    std::vector<Levels> levels;    // by slot
    std::vector<double> others;    // units of the family's other pools
  };
  bool better(Purchases& plan, std::size_t pool);
  double opened_usd(const Purchases& plan) const;
  Want want(const Purchases& plan, std::size_t pool);
  Levels levels(const Purchases& plan, std::size_t pool, std::size_t slot);
  bool alone(const Purchases& plan, const Pool& pool, std::size_t slot) const;
  Value own_value(const Pool& pool, std::size_t slot) const;
  double place_slot(const Group& group, std::size_t slot, std::vector<double>& units);
  double group_usd(const Purchases& plan, std::size_t group);
  double uses_usd(const Purchases& plan, const Pool& pool);
  double place_uses(const Pool& pool, std::size_t slot, std::vector<double>& units);
  double place_all(const Purchases& plan);
  // Holdings and deployment of one pool by its kernel, then by moves where lumps leave the kernel between two numbers.
  struct Choice {
    std::vector<double> units;
    std::vector<Holding> holdings;
  };
  Choice kernel(const Want& want);
  void settle(const Want& want, Choice& choice);
  double best_units(const Want& want, std::size_t slot, double held) const;
  double worth_held(const Want& want, std::size_t slot, double held) const;
  void move_holdings(const Want& want, std::vector<std::vector<double>>& count);
  void cover(Purchases& plan, std::size_t family);

  const Problem& problem_;
  Placer placer_;
  std::vector<std::vector<IntervalTerm>> terms_;  // by family, under the prices of rules
  std::vector<double> open_usd_;                  // by pool
};

// Beyond this many units nothing is left to take in the slot.
double most_units(const Problem& problem, const Pool& pool, std::size_t slot);

// The cheapest holdings that cover so many units in each slot.
std::vector<Holding> cheapest_cover(const std::vector<IntervalTerm>& terms, const std::vector<double>& units);

}  // namespace fw::plan
