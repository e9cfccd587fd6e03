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

// Kinds of rules that a random instance can be given besides.
enum class RuleKind : std::uint8_t { replicas, outages, second_source, hhi, budget, contracts };
inline constexpr RuleKind kRuleKinds[] = {RuleKind::replicas, RuleKind::outages, RuleKind::second_source, RuleKind::hhi, RuleKind::budget, RuleKind::contracts};

// One rule of a kind; `usd`: what the instance costs without it, and so a budget that may bind.
void add_rule(Instance& instance, RuleKind kind, std::uint64_t seed, double usd);

// The problem as CPLEX LP text.
std::string milp_text(const Problem& problem);

// What Debian's CBC says: the optimum, or that there is none; neither: not solved in time.
struct CbcAnswer {
  std::optional<double> usd;
  bool infeasible = false;
};
CbcAnswer cbc_answer(const std::string& milp, const std::string& file);

}  // namespace fw::plan
