// Random problems, and the same ones as a mixed-integer program for a solver that others wrote.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plan/problem.h"

namespace fw::plan {

struct Instance {
  Demand demand;
  std::vector<Offer> offers;
  Rules rules;
};

// Small enough for a MILP solver: a day or two, two models at most. Which kinds of constraint it has follows from the seed.
std::unique_ptr<Instance> random_instance(std::uint64_t seed);

// The problem as CPLEX LP text.
std::string milp_text(const Problem& problem);

// What Debian's CBC says the optimum is; nothing: not solved to optimality in time.
std::optional<double> cbc_optimum(const std::string& milp, const std::string& file);

}  // namespace fw::plan
