#include "route/policy.h"

#include <algorithm>
#include <array>

namespace fw::route {

std::string_view name(Prefer prefer) {
  constexpr std::array<std::string_view, 7> kNames{"cost",    "speed",   "balanced", "cheapest",
                                                   "fastest", "ordered", "weighted"};
  return kNames[static_cast<std::size_t>(prefer)];
}

bool within(std::string_view scope, std::string_view allowed) {
  if (!scope.starts_with(allowed)) return false;
  return scope.size() == allowed.size() || scope[allowed.size()] == '/';
}

bool admits(const Policy& policy, std::string_view scope) {
  if (policy.residency.empty()) return true;
  if (scope.empty()) return false;
  return std::ranges::any_of(policy.residency, [scope](const auto& allowed) { return within(scope, allowed); });
}

}  // namespace fw::route
