#include "ledger/commitment.h"

#include <gtest/gtest.h>

namespace fw::ledger {
namespace {

constexpr std::int64_t kDay = 86'400'000'000'000;

Money usd(std::string_view text) { return *Money::parse_usd(text); }
WallTime day(std::int64_t n) { return {kDay * (20'000 + n)}; }
CommitmentTerms terms(Draw draw) { return {.amount = usd("3650"), .from = day(0), .until = day(365), .draw = draw}; }

}  // namespace

TEST(Commitment, an_even_draw_is_paid_only_while_too_little_is_drawn) {
  const auto t = terms(Draw::even);
  EXPECT_EQ(due(t, day(100)), usd("1000"));
  EXPECT_EQ(paid_part(t, usd("999.99"), day(100)), UINT16_MAX);
  EXPECT_EQ(paid_part(t, usd("1000"), day(100)), 0);
  EXPECT_EQ(paid_part(t, usd("1000"), day(101)), UINT16_MAX);
  EXPECT_EQ(paid_part(t, Money(), day(0)), 0) << "at the beginning nothing is due yet";
}

TEST(Commitment, drawn_soon_it_is_paid_until_it_is_met) {
  const auto t = terms(Draw::soon);
  EXPECT_EQ(paid_part(t, Money(), day(0)), UINT16_MAX);
  EXPECT_EQ(paid_part(t, usd("3649.999999"), day(1)), UINT16_MAX);
  EXPECT_EQ(paid_part(t, usd("3650"), day(1)), 0);
}

TEST(Commitment, outside_of_its_period_nothing_is_paid) {
  for (const auto draw : {Draw::even, Draw::soon}) {
    EXPECT_EQ(paid_part(terms(draw), Money(), day(-1)), 0);
    EXPECT_EQ(paid_part(terms(draw), Money(), day(365)), 0);
    EXPECT_NE(paid_part(terms(draw), Money(), day(364)), 0);
  }
}

TEST(Commitment, what_is_left_is_never_below_nothing) {
  EXPECT_EQ(left(terms(Draw::even), usd("650")), usd("3000"));
  EXPECT_EQ(left(terms(Draw::even), usd("4000")), Money());
}

TEST(Commitment, the_largest_amount_over_a_century_stays_exact) {
  const CommitmentTerms t{.amount = usd("999999999"), .from = {0}, .until = {kDay * 36'525}};
  EXPECT_EQ(due(t, {kDay * 36'525 / 3}), usd("333333333"));
}

}  // namespace fw::ledger
