// A configuration as what the simulator tries: the gateway's own snapshot of it.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "gateway/snapshot.h"
#include "plan/demand.h"
#include "plan/sim/stage.h"

namespace fw::cli {

// Reads it as `serve` would, but needs no secrets: those that are not there are made up. The error is an exit status, after
// a complaint.
std::expected<std::shared_ptr<const gateway::Snapshot>, int> simulated_snapshot(const std::string& path);

// The demand's classes at the snapshot's deployments. policy: of every class; empty: the one of the class's name, else
// `default`. What cannot be is said on standard error; the error is an exit status.
std::expected<plan::sim::Stage, int> stage_of(const gateway::Snapshot& snapshot, const plan::Demand& demand, const std::string& policy);

// What the pools of the configuration cost in the demand's time.
Money pools_for(const gateway::Snapshot& snapshot, const plan::Demand& demand);

}  // namespace fw::cli
