// The places, prices and incidents of the comparison; how they behave is plan/sim/world.h, the same as in `fairway simulate`.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "plan/sim/chooser.h"
#include "plan/sim/luck.h"
#include "plan/sim/world.h"
#include "route/expected.h"

namespace fw::routing {

using plan::sim::Asked;
using plan::sim::Attempt;
using plan::sim::Chooser;
using plan::sim::Fate;
using plan::sim::Incident;
using plan::sim::luck;
using plan::sim::Running;
using plan::sim::World;

inline constexpr std::size_t kPlaces = 6;
inline constexpr std::size_t kMayServe = 5;  // the last one is outside the policy's scopes
inline constexpr std::uint32_t kSloMs = 2'000;

// One deployment. USD 2 and 10 per million tokens are OpenAI's prices of GPT-6 Sol, +10 % those of regional
// hostings; the dearer one is that of an isolated region. First tokens are of the order that Artificial Analysis
// measures; none of the clouds was measured by us.
struct PlaceModel {
  std::string_view name, cloud, scope;
  route::Pico input_price, output_price;  // per token; a provisioned pool is paid already
  double quota;          // of the mean demand at load 1, in tokens
  double bucket_s;       // so many seconds of it may come at once
  double first_token_s;  // median for a short prompt at rest
  double spread;         // sigma of its logarithm
  double per_1k_s;       // more for each thousand tokens of the prompt
  double congestion;     // at full quota it takes 1 + this times as long
  double per_token_s;
  bool tells_retry_after;
  bool serves_special;
};
const std::array<PlaceModel, kPlaces>& places();
route::QuickPrice price(std::size_t place);
route::Pico cost(std::size_t place, const Asked& asked);
inline bool admissible(std::size_t place, const Asked& asked) {
  return place < kMayServe && (!asked.special || places()[place].serves_special);
}

// The incident library: planner facts 5.2, and the outages of 2025-2026 that are on record. All eight in an order and at
// places drawn from the seed, with time to recover in between.
std::vector<Incident> incidents(std::uint64_t seed);

struct Weather {
  bool troubled = true;  // the incidents happen
  double crowding = 1;   // how much our own requests slow a place down that others use too; 4: as if it were small
};

// demand: in tokens per second, at load 1.
World make_world(std::uint64_t seed, double demand, const Weather& weather);

}  // namespace fw::routing
