// The policies that are compared. Failing over is alike for all: another place, never one that failed already.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "plan/sim/chooser.h"
#include "world.h"

namespace fw::routing {

const std::vector<std::string_view>& policy_names();
// Null: there is no such policy. world: only the clairvoyant one looks at it.
std::unique_ptr<Chooser> make_chooser(std::string_view name, std::uint64_t seed, const World& world, double demand);
// Of ours.cpp and rivals.cpp.
std::unique_ptr<Chooser> make_ours(std::string_view name, std::uint64_t seed, double demand);
std::unique_ptr<Chooser> make_rival(std::string_view name, std::uint64_t seed, double demand);

}  // namespace fw::routing
