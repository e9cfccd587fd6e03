// One run: a policy, a demand and a world, in virtual time.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "demand.h"

namespace fw::routing {

// One request after the other, the same for every policy.
struct Day {
  const Shape& shape;
  const std::vector<Asked>& asked;
  std::uint64_t seed = 0;
  Weather weather;
};

struct Tally {
  std::uint64_t requests = 0;
  std::uint64_t served = 0;
  std::uint64_t missed = 0;     // first token later than the slo, or none at all
  std::uint64_t throttled = 0;  // 429s
  std::uint64_t attempts = 0;
  std::uint64_t forbidden = 0;  // attempts where the policy or the request forbids: must stay 0
  double cost_usd = 0;
  double p50_s = 0, p95_s = 0, p99_s = 0;
  // Of the places hit that had 3 % of the requests or more: seconds until they had a quarter of their usual share, and
  // after the end until they had half of it; at most the incident and the pause after it. -1: none was hit.
  double shed_s = -1, return_s = -1;
};

// Nothing: there is no such policy.
std::optional<Tally> run(std::string_view policy, const Day& day);

}  // namespace fw::routing
