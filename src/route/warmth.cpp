#include "route/warmth.h"

#include <algorithm>
#include <bit>

namespace fw::route {
namespace {

constexpr std::uint32_t kUnit = 16;  // tokens
std::uint32_t seconds(MonoTime t) { return static_cast<std::uint32_t>(t.ns / 1'000'000'000); }

}  // namespace

Warmth::Warmth(std::size_t prompts) : prompts_(std::bit_ceil(std::max<std::size_t>(prompts, 1))) {}

std::uint32_t Warmth::Prompt::tokens(std::uint16_t deployment, MonoTime now) const {
  for (const auto& s : spots)
    if (s.deployment == deployment) return s.until_s > seconds(now) ? s.units * kUnit : 0;
  return 0;
}

const Warmth::Prompt* Warmth::find(std::uint64_t hash) const {
  const auto& p = prompts_[hash & (prompts_.size() - 1)];
  return hash != 0 && p.hash == hash ? &p : nullptr;
}

void Warmth::note(std::uint64_t hash, std::uint16_t deployment, std::uint32_t tokens, std::int64_t lifetime_s, MonoTime now) {
  if (hash == 0) return;
  auto& p = prompts_[hash & (prompts_.size() - 1)];
  if (p.hash != hash) p = {.hash = hash, .spots = {}};
  auto spot = std::ranges::find(p.spots, deployment, &Spot::deployment);
  if (spot == p.spots.end()) spot = std::ranges::min_element(p.spots, {}, &Spot::until_s);
  *spot = {.deployment = deployment,
           .units = static_cast<std::uint16_t>(std::min<std::uint32_t>(tokens / kUnit, UINT16_MAX)),
           .until_s = seconds(now) + static_cast<std::uint32_t>(lifetime_s)};
}

}  // namespace fw::route
