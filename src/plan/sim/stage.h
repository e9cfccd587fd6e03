// All that one run needs, and the run itself.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plan/demand.h"
#include "plan/sim/drawn.h"
#include "plan/sim/gateway.h"
#include "plan/sim/outcome.h"
#include "plan/sim/world.h"

namespace fw::plan::sim {

// Something that is different from a time on.
struct Change {
  std::int64_t at_ns = 0;
  std::uint16_t place = 0;
  std::optional<std::int64_t> tokens_per_minute;  // of a pool, weighted
  std::optional<route::QuickPrice> price;
  bool operator<(const Change& o) const { return at_ns != o.at_ns ? at_ns < o.at_ns : place < o.place; }
};

struct Stage {
  KnownMarket market;
  std::vector<Place> places;     // as they are; the n-th is the market's n-th
  std::vector<Slo> slos;         // by class
  std::vector<Change> changes;   // by time
  std::vector<Incident> incidents;
  Retries retries;
  Manner manner;
  double crowding = 1;
  std::uint64_t seed = 1;
};

struct Ran {
  Outcome outcome;
  double seconds = 0;  // of virtual time, until the last answer's end
};

// The stage must outlive what comes of it. Classes of the demand and the market are the same, in the same order.
Ran run(const Stage& stage, const Demand& demand);

// What cannot be simulated, for people; empty: all can. A step's requests are held in memory, and a request's tokens are
// counted in 32 bits.
std::string too_large(const Demand& demand, const Manner& manner);
inline constexpr double kRequestsPerStepMax = 20e6;
inline constexpr double kTokensPerRequestMax = 50e6;

}  // namespace fw::plan::sim
