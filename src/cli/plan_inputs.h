// What a plan is made from: demand, offers and rules from files, books and the offer book, and a plan's own file.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/plan_demand.h"
#include "plan/plan.h"
#include "plan/supply.h"

namespace fw::cli {

struct Input {
  std::string path, sha256;
};
struct Inputs {
  DemandSource source;
  DemandFound found;
  std::vector<plan::Offer> offers;
  plan::Rules rules;
  Input offers_file, rules_file;
  std::string at;  // of the offer book's prices, where no file of offers was named
  const plan::Demand& demand() const { return found.demand; }
};

// Exit statuses; kOk, or another after a complaint on standard error.
int read_demand(const DemandSource& source, Inputs& inputs);
int read_supply(const PlanFiles& files, Inputs& inputs);
// Both, and whether their names fit together. `files` and `source` say what was named.
int read_inputs(const DemandSource& source, const PlanFiles& files, Inputs& inputs);

// A plan's file with all that it was made from. Addresses inside stay as they are.
struct LoadedPlan {
  std::string json;
  Inputs inputs;
  plan::Problem problem;
  plan::Plan plan;
  std::vector<std::string> differs;  // inputs that are not what the plan was made from, for people
};
// `files` and `demand` where they are not empty, else what the plan names. Nothing: `status` is what to exit with.
std::unique_ptr<LoadedPlan> load_plan(const std::string& path, const std::string& demand, const PlanFiles& files, int& status);

// A text inside a plan; empty without one.
std::string text_at(std::string_view json, std::initializer_list<std::string_view> path);

// An exit status, after a complaint unless it is kOk.
int write_file(const std::string& path, std::string_view text);

}  // namespace fw::cli
