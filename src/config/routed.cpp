#include <algorithm>

#include "config/config.h"

namespace fw::config {

route::Policy routed(const Policy& policy) {
  route::Policy made{.name = policy.name, .prefer = policy.prefer, .lossy = policy.lossy,
                     .refuse_unknown_price = policy.unknown_price == UnknownPrice::refuse, .residency = policy.residency, .max_share = {}};
  if (policy.slo.first_token_ms) made.first_token_ms = static_cast<std::uint32_t>(*policy.slo.first_token_ms);
  for (const auto& [cloud, percent] : policy.max_share)
    made.max_share.push_back({cloud, static_cast<std::uint16_t>(std::min<std::int64_t>(percent * route::kWhole / 100, UINT16_MAX))});
  return made;
}

}  // namespace fw::config
