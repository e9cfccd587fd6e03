// What tests change of a fake cloud while it runs, beside its faults.
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace fw::fake {

struct Standing {
  std::int64_t token_lifetime_s = 3'600;  // of those issued from now on; negative: already over
  std::int64_t clock_ahead_s = 0;         // how far the cloud's clock is ahead of this machine's
  WallTime revoked_before{};              // tokens issued until then are refused
};

}  // namespace fw::fake
