#include "route/policy.h"

#include <algorithm>
#include <array>

#include "offer/price.h"

namespace fw::route {

namespace {

constexpr std::array<std::string_view, 7> kPrefers{"cost", "speed", "balanced", "cheapest", "fastest", "ordered", "weighted"};
constexpr std::array<std::string_view, kTiers + 1> kTierNames{"standard", "flex", "priority", "batch", "other"};
constexpr std::array<std::string_view, 3> kLossy{"hints", "refuse", "allow"};

template <class Enum>
std::optional<Enum> found(const auto& names, std::string_view name) {
  const auto it = std::ranges::find(names, name);
  return it == names.end() ? std::nullopt : std::optional(static_cast<Enum>(it - names.begin()));
}

}  // namespace

std::string_view name(Prefer prefer) { return kPrefers[static_cast<std::size_t>(prefer)]; }
std::optional<Prefer> prefer_of(std::string_view name) { return found<Prefer>(kPrefers, name); }
std::string_view name(Lossy lossy) { return kLossy[static_cast<std::size_t>(lossy)]; }
std::optional<Lossy> lossy_of(std::string_view name) { return found<Lossy>(kLossy, name); }

std::string_view name(Tier tier) { return kTierNames[static_cast<std::size_t>(tier)]; }

Tier tier_of(std::string_view text) {
  if (offer::is_ordinary_tier(text)) return Tier::standard;
  if (text == "fast") return Tier::priority;
  return found<Tier>(kTierNames, text).value_or(Tier::other);
}

bool Among::holds(std::string_view cloud, std::string_view provider, std::string_view deployment) const {
  const auto one_of = [](const auto& names, std::string_view n) { return std::ranges::find(names, n) != names.end(); };
  return one_of(clouds, cloud) || one_of(providers, provider) || one_of(deployments, deployment);
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
