#include <gtest/gtest.h>

#include "store/journal_simulation_testing.h"

namespace fw::store {
namespace {

// More of them: fw_journal_seeds COUNT [FIRST].
TEST(JournalSimulation, no_seed_loses_what_was_acknowledged_or_reads_what_was_not_written) {
  Lived all;
  for (std::uint64_t seed = 0; seed < 1'000; ++seed) {
    const auto lived = live(seed);
    ASSERT_EQ(lived.wrong, "") << "seed " << seed;
    all.appended += lived.appended;
    all.read += lived.read;
    all.lost += lived.lost;
    all.kills += lived.kills;
    all.power_cuts += lived.power_cuts;
    all.flips += lived.flips;
  }
  // That something was tried at all.
  EXPECT_GT(all.read, 20'000U);
  EXPECT_GT(all.lost, 1'000U);
  EXPECT_GT(all.kills, 300U);
  EXPECT_GT(all.power_cuts, 300U);
  EXPECT_GT(all.flips, 100U);
}

}  // namespace
}  // namespace fw::store
