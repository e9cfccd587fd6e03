// What the head of an answer says of the account's limits.
#pragma once

#include <cstdint>
#include <optional>

namespace fw::cloud {

// A limit that the head told whole. Durations only: the cloud's clock does not matter to who reads this.
struct StatedLimit {
  std::int64_t limit = 0;      // when full
  std::int64_t remaining = 0;  // 0 to limit
  std::int64_t reset_ms = 0;   // until it is full again; 0: not said
  bool operator==(const StatedLimit&) const = default;
};

struct StatedLimits {
  std::optional<StatedLimit> requests;
  std::optional<StatedLimit> tokens;
  std::optional<std::uint32_t> utilisation;  // of a provisioned pool, of 65,536; above it where it is overdrawn
  bool any() const { return requests || tokens || utilisation; }
};

}  // namespace fw::cloud
