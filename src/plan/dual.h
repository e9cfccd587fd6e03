// A lower bound from prices: no plan is cheaper, whatever the prices are.
#pragma once

#include <cstddef>
#include <vector>

#include "plan/place.h"
#include "plan/problem.h"
#include "plan/spend.h"

namespace fw::plan {

// The certificate of a plan.
struct Multipliers {
  std::vector<std::vector<double>> worth;     // USD for serving a class in a step, by class of the demand and step
  std::vector<std::vector<double>> slot_usd;  // USD for holding a unit in a slot, by family and slot
  CloudPrices extra;                          // of rules about shares and money
};

// Every class pays its worth; every pool keeps what it earns above the price of its units and of being there, every quota
// what it earns above its price. Rules about shares are paid for by the dearest shares that they admit, budgets by what
// they allow; contracts add what they ask for. The sum of the first less all the rest bounds every plan from below, as
// long as no term's slots cost more than the term: prices of slots that break this are scaled down. Second sources are
// bounded by the mixtures of all ways to have one, which is a little less than the best of the ways.
class Dual {
 public:
  explicit Dual(const Problem& problem) : problem_(problem), gradient_{{}, {}, Spend(problem), {}} {}

  // The best prices of slots for given worths, by the interval kernel of each family; then the bound. Error: relative
  // 1e-9 of all worths, taken off.
  double bound(Multipliers& multipliers);
  // Better worths, step by step towards `above` (a plan's cost); the best bound found.
  double ascend(Multipliers& multipliers, double above, int steps);
  // Units that the pools would take, of the last call of bound().
  const std::vector<std::vector<double>>& units() const { return units_; }
  // What a plan's own placements say that classes are worth.
  Multipliers from_units(const std::vector<std::vector<double>>& units, const CloudPrices& extra) const;

 private:
  struct Gradient {
    std::vector<std::vector<double>> served;  // share of a class in a step that somebody would serve
    std::vector<double> tokens;               // by cloud
    Spend spend;
    std::vector<double> shares;               // by cloud: the dearest that are admitted
  };
  struct Direction {
    std::vector<std::vector<double>> worth;
    CloudPrices extra;
  };
  void clamp(Multipliers& multipliers, const Placer& placer);
  void project(CloudPrices& prices) const;
  Value slot_value(const Multipliers& multipliers, const Pool& pool, std::size_t slot);
  std::vector<Item> items(const Multipliers& multipliers, const PoolUse& use, std::size_t step) const;
  double families(Multipliers& multipliers, const MoneyFactors& money);
  double family(Multipliers& multipliers, const MoneyFactors& money, std::size_t f);
  double quotas(const Multipliers& multipliers, const Placer& placer);
  double rules(const Multipliers& multipliers);
  void serve_pools(const Multipliers& multipliers);
  void serve(const Multipliers& multipliers, const PoolUse& use, std::size_t step, double units);
  void rest_to_base(const Multipliers& multipliers);
  double wish(const Multipliers& multipliers, double size);
  void count(const Group& group, std::size_t s, std::size_t k, std::size_t step, double share);
  bool move(Multipliers& multipliers, double gap);

  const Problem& problem_;
  std::vector<std::vector<double>> units_;
  std::vector<std::vector<double>> base_usd_;          // by class and step
  std::vector<std::vector<double>> measure_;           // in which a step of a worth is taken
  std::vector<std::vector<std::size_t>> base_;         // the source
  Gradient gradient_;
  Direction direction_;
};

}  // namespace fw::plan
