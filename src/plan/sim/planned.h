// A plan as what the simulator tries: its offers are the places, its units the pools.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/money.h"
#include "plan/demand.h"
#include "plan/sim/stage.h"
#include "plan/supply.h"

namespace fw::plan::sim {

// What a plan bought and deployed.
struct Planned {
  struct Deployed {
    std::string offer;
    WallTime from, until;
    std::int64_t units = 0;
  };
  WallTime from, until;
  Money cost;
  Money bought;  // units, whatever is used of them
  std::vector<Deployed> deployed;
  std::vector<std::string> offers;  // that requests are placed at or units are deployed of
  std::string offers_path, rules_path;  // empty: none was named
};

// What `plan --output json` printed. The error is for people.
std::expected<Planned, std::string> read_planned(std::string_view json);

// Of a demand that lies outside the plan's span the plan's beginning is moved there, as often as it takes: days keep their
// hours, and their weekdays where the plan is of whole weeks.
WallTime planned_time(const Planned& plan, WallTime begin_of_demand);
// What the plan bought, for as long as the demand lasts.
Money bought_for(const Planned& plan, const Demand& demand);

// Offers as places: one for each of a model that is asked for. prefer: of every class's policy.
Stage stage_of(const Demand& demand, const std::vector<Offer>& offers, const Rules& rules, route::Prefer prefer);
// The plan's units, as changes of the stage's pools that bear their offers' names. Those that no pool bears are returned.
std::vector<std::string> deploy(const Planned& plan, const std::vector<Offer>& offers, const Demand& demand, Stage& stage);

}  // namespace fw::plan::sim
