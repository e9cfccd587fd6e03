// A provisioned pool: capacity that is paid by the hour, and what a token in it is worth as it fills.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/money.h"
#include "route/decision.h"

namespace fw::route {

// How much of a pool a token takes, in thousandths of an uncached input token. Clouds define them: Azure's provisioned
// units count cached input not at all and output 4 to 8 times (learn.microsoft.com, "Understanding costs associated with
// provisioned throughput units"); Vertex AI's burndown rates are 4 to 9 and 0.1 (cloud.google.com, "Use Provisioned
// Throughput"); Bedrock's reserved tier counts input and cache writes, and output apart ("Service tiers for inference").
struct PoolWeights {
  std::int64_t input = 1'000;       // cache writes too
  std::int64_t cache_read = 1'000;
  std::int64_t output = 1'000;      // reasoning too
  bool operator==(const PoolWeights&) const = default;
};

// What a weighted token is worth: nothing up to `from`, then in proportion up to `top` where the pool is full.
struct Bid {
  Pico top = 0;             // per weighted token
  std::uint16_t from = 0;   // utilisation, of 65,536
  bool operator==(const Bid&) const = default;
};

struct Pool {
  std::int64_t tokens_per_minute = 0;  // weighted; above 0
  std::int32_t window_s = 60;          // over which the cloud counts
  PoolWeights weights;
  std::optional<Money> usd_per_hour;   // for all of it, used or not: no part of any request's cost
  Bid bid;
};

// In the pool's tokens, rounded up. `cached` beside `input`.
std::int64_t weighted(const PoolWeights& weights, std::int64_t input, std::int64_t cached, std::int64_t output);
// Of one weighted token, at this utilisation.
Pico bid_price(const Bid& bid, std::uint16_t utilisation);
// Of so many.
Pico bid_for(const Bid& bid, std::uint16_t utilisation, std::int64_t tokens);

// Why a request that a pool could have served is served by another place.
enum class WhySpilled : std::uint8_t {
  full,     // nothing more fits, or the pool asked to wait
  bid,      // what it takes of the pool is worth more than it costs elsewhere
  service,  // the pool's service, health or share of requests put it behind
  refused,  // it was sent there and failed
};
inline constexpr std::size_t kWhysSpilled = 4;
std::string_view name(WhySpilled why);

struct Spill {
  std::uint16_t pool = 0;  // index into `seen`
  WhySpilled why = WhySpilled::full;
};

// Nothing: no pool could have served it, or one did. `served`: an index into `seen`.
std::optional<Spill> spilled(const Decision& decision, std::uint16_t served);

}  // namespace fw::route
