#include "route/warmth.h"

#include <gtest/gtest.h>

namespace fw::route {
namespace {

constexpr MonoTime at(std::int64_t seconds) { return {seconds * 1'000'000'000}; }

}  // namespace

TEST(Warmth, remembers_a_prompt_at_a_place_for_its_lifetime) {
  Warmth warmth(100);
  EXPECT_EQ(warmth.find(42), nullptr);
  warmth.note(42, 3, 45'000, 300, at(10));
  const auto* prompt = warmth.find(42);
  ASSERT_NE(prompt, nullptr);
  EXPECT_NEAR(prompt->tokens(3, at(309)), 45'000, 16);
  EXPECT_EQ(prompt->tokens(3, at(310)), 0u);
  EXPECT_EQ(prompt->tokens(4, at(20)), 0u);
}

TEST(Warmth, keeps_the_latest_places_of_a_prompt_and_the_latest_prompt_of_a_slot) {
  Warmth warmth(1);
  for (std::uint16_t d = 0; d < 6; ++d) warmth.note(42, d, 2'000, 300, at(d));
  EXPECT_EQ(warmth.find(42)->tokens(0, at(6)), 0u);
  EXPECT_GT(warmth.find(42)->tokens(5, at(6)), 0u);
  warmth.note(43, 1, 2'000, 300, at(7));
  EXPECT_EQ(warmth.find(42), nullptr);
  ASSERT_NE(warmth.find(43), nullptr);
  EXPECT_EQ(warmth.find(43)->tokens(5, at(8)), 0u);
}

TEST(Warmth, a_place_that_is_known_to_be_cold_is_cold) {
  Warmth warmth(16);
  warmth.note(42, 1, 9'000, 300, at(0));
  warmth.note(42, 1, 0, 300, at(1));
  EXPECT_EQ(warmth.find(42)->tokens(1, at(2)), 0u);
}

TEST(Warmth, no_prompt_is_no_prompt) {
  Warmth warmth(16);
  warmth.note(0, 1, 9'000, 300, at(0));
  EXPECT_EQ(warmth.find(0), nullptr);
}

}  // namespace fw::route
