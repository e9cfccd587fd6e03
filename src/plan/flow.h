// The cheapest circulation in a network: primal network simplex with strongly feasible trees, so it does not cycle.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fw::plan {

struct Arc {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  double most = 0;  // flow may be from zero to this
  double usd = 0;   // per unit; may be negative
};

struct Circulation {
  std::vector<double> flow;       // by arc
  std::vector<double> potential;  // by node: usd + potential[from] - potential[to] is >= 0 on an arc with room left
                                  // and <= 0 on one with flow
};

// A cycle of negative cost must hold an arc with a limit. Costs are compared with an error of 1e-12 of the greatest.
Circulation cheapest_circulation(std::size_t nodes, const std::vector<Arc>& arcs);

}  // namespace fw::plan
