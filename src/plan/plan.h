// A plan as people and files see it, and the check of one by code of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/money.h"
#include "plan/baselines.h"
#include "plan/problem.h"
#include "plan/solve.h"

namespace fw::plan {

// Units bought for a term. Hours that follow each other are one purchase.
struct Purchase {
  std::string offer;   // one offer of the family
  std::string family;
  std::string term;    // hour, month, year; open: to have any replica there
  std::int64_t units = 0;
  WallTime from, until;  // until the term's own end, which may lie behind the span
  Money cost;            // of the part inside the span, exactly by time
  Money tail;            // of the rest
};

struct Deployment {
  std::string offer;
  WallTime from, until;
  std::int64_t units = 0;
};

struct Placement {
  std::string model, name, place;  // the class
  std::string offer;
  double share = 0;                // of the class's tokens
  Money cost;                      // pay-as-you-go; what is provisioned is paid by its purchases
};

// What is spent under a contract, and what is paid besides because it was committed.
struct ContractUse {
  std::string cloud;
  WallTime from, until;
  Money commit, spent, unspent;
};

struct Plan {
  WallTime from, until;
  std::int64_t step_s = 60;
  Money cost, lower_bound, tail;
  std::vector<Purchase> purchases;
  std::vector<Deployment> deployed;
  std::vector<Placement> placements;
  std::vector<ContractUse> contracts;
  std::optional<Money> all_pay_as_you_go;  // nothing: quotas do not allow it
  std::vector<Baseline> baselines;         // beside that; whoever makes the plan adds them
  std::vector<std::string> left_out;
  // The certificate.
  Mix mix;
  Multipliers multipliers;
};

// Why there is no plan: rules that cannot be kept together, and what would help.
struct Infeasible {
  std::vector<std::string> conflict;
  std::string relaxation;
};

// What stops a solution from being a plan; nothing: nothing.
std::optional<Infeasible> infeasible(const Problem& problem, const Solution& solution);
Plan make_plan(const Problem& problem, const Solution& solution);
// Its purchases alone: by family and time.
std::vector<Purchase> purchases_of(const Problem& problem, const Solution& solution);

// Money of a double, to the nearest 10^-9 USD.
Money nearest_money(double usd);

// Pieces of JSON members: `{` and `}` are the caller's, so that it can say where its files lie.
std::string plan_members(const Plan& plan, const Problem& problem);
std::string infeasible_json(const Infeasible& why);
// What plan_members() wrote, for the same problem. `fault` says what could not be read.
std::optional<Plan> read_plan(std::string_view json, const Problem& problem, std::string& fault);

// Every difference between what a plan says and what follows from its purchases, deployments and certificate. Costs and
// the bound are computed here anew, by other code than that which made the plan; placements are asked for and checked.
std::vector<std::string> verify(const Plan& plan, const Problem& problem);

}  // namespace fw::plan
