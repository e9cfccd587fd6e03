// fw_journal_seeds COUNT [FIRST]: lives of a journal on a simulated disk, one per seed. Stops at the first that
// went wrong and names it; exit status 1.
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "store/journal_simulation_testing.h"

int main(int argc, char** argv) {
  const std::uint64_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10'000;
  const std::uint64_t first = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 0;
  const auto began = std::chrono::steady_clock::now();
  std::uint64_t appended = 0, lost = 0, kills = 0, power_cuts = 0, flips = 0;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const auto lived = fw::store::live(seed);
    if (!lived.wrong.empty()) {
      fmt::print(stderr, "seed {}: {}\n", seed, lived.wrong);
      return 1;
    }
    appended += lived.appended;
    lost += lived.lost;
    kills += lived.kills;
    power_cuts += lived.power_cuts;
    flips += lived.flips;
  }
  const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - began;
  fmt::print("{} seeds from {}: all held; {} records, {} kills, {} power cuts ({} records never acknowledged were lost), {} bits flipped; "
             "{:.0f} us a seed\n",
             count, first, appended, kills, power_cuts, lost, flips, took.count() / static_cast<double>(count));
}
