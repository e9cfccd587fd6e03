// One seed is one life of a journal on a simulated disk: appends, syncs, failing disks, kills, power cuts,
// flipped bits, restarts; and after each death what is read is compared with what was written.
#pragma once

#include <cstdint>
#include <string>

namespace fw::store {

struct Lived {
  std::string wrong;  // empty: all held
  std::uint64_t appended = 0;
  std::uint64_t read = 0;
  std::uint64_t lost = 0;     // never acknowledged by a sync, and gone with the power
  std::uint64_t kills = 0;
  std::uint64_t power_cuts = 0;
  std::uint64_t flips = 0;
};

Lived live(std::uint64_t seed);

}  // namespace fw::store
