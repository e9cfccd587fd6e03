// Rules about the clouds' shares of all tokens, and the dearest shares that they admit.
#pragma once

#include <cstddef>
#include <set>
#include <span>
#include <vector>

namespace fw::plan {

struct ShareRules {
  std::vector<double> most;     // by cloud
  double second = 0;            // two clouds at least have so much
  double hhi = 1;               // the greatest sum of squares
  std::set<std::size_t> there;  // clouds that can serve anything
  bool any() const;
  // By how much shares break the worst of the rules; zero: by nothing.
  double broken_by(std::span<const double> shares) const;
  // The least shares, by cloud, of each way to have a second source: one pair of clouds each.
  std::vector<std::vector<double>> floors() const;
};

struct DearestShares {
  double usd = 0;                // no admitted shares are dearer; right to 10^-9 of the dearest price
  std::vector<double> shares;    // among the dearest, those nearest to the given ones
};
DearestShares dearest_shares(const ShareRules& rules, std::span<const double> usd, std::span<const double> near);

}  // namespace fw::plan
