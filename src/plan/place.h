// Where the tokens of one step go when units are deployed: the cheapest division, exact.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "plan/packing.h"
#include "plan/problem.h"

namespace fw::plan {

class Placer {
 public:
  Placer(const Problem& problem, const CloudPrices& prices) : problem_(problem), extra_(prices.token), money_(problem, prices) {}
  // `units`: deployed, by pool. The cost, prices of rules included; the rest can be asked for until the next call.
  double place(const Group& group, std::size_t step, std::span<const double> units);
  // What a class would cost at a source, prices of rules included; infinite where it may not or cannot go without limit.
  double cost(const Group& group, std::size_t k, std::size_t s, std::size_t step) const;
  double share(std::size_t k, std::size_t s) const { return share_[k * sources_ + s]; }
  // What serving a class wholly is worth: the price of its demand.
  double worth(std::size_t k) const { return worth_[k]; }
  const Tokens& tokens(std::size_t k) const { return tokens_[k]; }
  const MoneyFactors& money() const { return money_; }
  // Of the last step: the cheapest source without a limit, by class.
  std::size_t base(std::size_t k) const { return base_[k]; }

 private:
  struct Move {
    std::size_t k, s;
    double saves;
  };
  void look(const Group& group, std::size_t step, std::span<const double> units);
  void fill_one(const Group& group, std::span<const double> units);
  void fill_all(const Group& group, std::size_t step, std::span<const double> units);
  double usd(const Source& source, const Tokens& tokens, std::size_t step) const;

  const Problem& problem_;
  std::vector<double> extra_;
  MoneyFactors money_;
  Packing packing_;
  std::size_t sources_ = 0;
  std::vector<double> share_, worth_, base_usd_;
  std::vector<Tokens> tokens_;
  std::vector<std::size_t> base_;
  std::vector<Move> moves_;  // to sources with a limit, that save something
  std::size_t limits_ = 0;   // rows that the moves meet: pools and quotas
  std::vector<std::size_t> row_of_;
};

}  // namespace fw::plan
