// What came of simulations, for people and as JSON.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/plan_demand.h"
#include "plan/sim/planned.h"
#include "plan/sim/stage.h"

namespace fw::cli {

// One run, in figures.
struct Simulated {
  struct Row {
    std::string name, model, cloud;  // of a deployment, a class or a cloud
    std::uint64_t requests = 0;      // asked; of places those that were served there
    std::uint64_t served = 0, lost = 0, late = 0, late_whole = 0, throttled = 0, attempts = 0, failed = 0, tokens = 0, first_asked = 0;
    Money spent;                     // for tokens; units are paid besides
    std::int64_t p50_ms = 0, p95_ms = 0, p99_ms = 0;
    bool pool = false;
  };
  struct Met {
    std::string what, places;
    double from_s = 0, until_s = 0;
    plan::sim::MetIncident met;
  };
  std::string policy;  // empty: as configured
  Row all;
  std::vector<Row> classes, deployments, clouds;
  std::vector<Met> incidents;
  Money units;  // what was paid for units and pools
  bool whole = false;  // whole answers were judged
  std::uint64_t digest = 0;
};

Simulated make_simulated(const std::string& policy, const plan::sim::Stage& stage, const plan::Demand& demand, const plan::sim::Ran& ran, Money units);

struct SimulatedInputs {
  const DemandFound& demand;
  const plan::sim::Planned* planned = nullptr;  // null: no plan was tried
  std::int64_t seed = 1;
  double scale = 1;
};
std::string simulated_json(const SimulatedInputs& inputs, const std::vector<Simulated>& all);
std::string simulated_text(const std::vector<Simulated>& all);

}  // namespace fw::cli
