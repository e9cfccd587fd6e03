// The places of the comparison as they truly are: what no policy but the clairvoyant one knows.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "cloud/verdict.h"
#include "route/expected.h"

namespace fw::routing {

inline constexpr std::size_t kPlaces = 6;
inline constexpr std::size_t kMayServe = 5;  // the last one is outside the policy's scopes
inline constexpr std::uint32_t kSloMs = 2'000;

struct Asked {
  std::int64_t at_ns = 0;
  std::uint32_t id = 0;
  std::uint32_t input = 0;
  std::uint32_t output = 0;
  std::uint16_t tenant = 0;
  bool special = false;  // asks for what one place cannot serve
};

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

// The incident library: planner facts 5.2, and the outages of 2025-2026 that are on record.
enum class Trouble : std::uint8_t {
  slow_6x, errors_90, errors_30_slow_3x, silent_slow_2_5x,
  refusals,     // 400 and 429 on valid requests, as Azure OpenAI on 2026-03-09 (20 h, here scaled)
  false_429,    // false 429 and slow starts, as OpenAI on 2026-06-02
  region_gone,  // the whole cloud, as AWS us-east-1 on 2025-10-20
  quota_zero,   // the account is out of money
};
inline constexpr std::size_t kTroubles = 8;
std::string_view name(Trouble trouble);

struct Incident {
  Trouble what = Trouble::slow_6x;
  std::size_t place = 0;
  double from_s = 0;
  double to_s = 0;
  bool hits(std::size_t other) const;
};
// All eight in an order and at places drawn from the seed, with time to recover in between.
std::vector<Incident> incidents(std::uint64_t seed);

struct Fate {
  cloud::FailureKind kind = cloud::FailureKind::none;
  std::uint16_t status = 200;
  std::uint32_t retry_after_ms = 0;
  double first_s = 0;  // to the first token, or to the failure
  double more_s = 0;   // from there to the end
};

struct Weather {
  bool troubled = true;  // the incidents happen
  double crowding = 1;   // how much our own requests slow a place down that others use too; 4: as if it were small
};

// Every policy meets the same luck: what happens to a request at a place is drawn from the seed and both.
class World {
 public:
  World(std::uint64_t seed, double demand, const Weather& weather);
  // What would happen to the request if it were sent there now.
  Fate fate(const Asked& asked, std::size_t place, MonoTime now) const;
  Fate send(const Asked& asked, std::size_t place, MonoTime now);
  const std::vector<Incident>& incidents() const { return incidents_; }

 private:
  struct State {
    double level = 0;  // of the bucket, in tokens
    double rate = 0;   // tokens per second, over ten
    MonoTime at;
  };
  double quota(std::size_t place) const { return places()[place].quota * demand_; }
  State now(std::size_t place, MonoTime when) const;
  const Incident* incident(std::size_t place, MonoTime when) const;
  double others(std::size_t place, MonoTime when) const;
  Fate throttled(const Asked& asked, std::size_t place, double level) const;

  std::uint64_t seed_;
  double demand_;
  double crowding_;
  std::vector<Incident> incidents_;
  std::array<State, kPlaces> states_{};
};

// Uniform in (0, 1), from a seed and two numbers.
double luck(std::uint64_t seed, std::uint64_t a, std::uint64_t b);

}  // namespace fw::routing
