#include "offer/change.h"

#include <gtest/gtest.h>

#include "base/date.h"

namespace fw::offer {
namespace {

WallTime day(std::string_view text) { return *parse_date(text); }

Row row(std::string_view from, std::string_view until, std::string_view input, std::string_view tier = "standard") {
  Row made;
  made.model = "m";
  made.cloud = "openai";
  made.scope = "global";
  made.tier = tier;
  made.from = day(from);
  if (!until.empty()) made.until = day(until);
  if (!input.empty()) made.meters.input = TokenPrice::parse_per_million(input);
  else made.absent = true;
  made.id = row_id(made);
  return made;
}

Timeline line(std::vector<Row> rows) { return Book(std::move(rows)).timeline({"m", "openai", "", "global"}); }

TEST(Change, a_price_that_moves_is_seen_before_it_moves_and_not_after) {
  const auto prices = line({row("2026-07-01", "2026-07-30", "1"), row("2026-07-30", "", "0.2")});
  const auto all = changes(prices, day("2026-07-20"), day("2026-08-03"));
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].what, Change::What::moves);
  EXPECT_EQ(all[0].at, day("2026-07-30"));
  const auto moves = moved(all[0].before->sheet, all[0].after->sheet);
  ASSERT_EQ(moves.size(), 1u);
  EXPECT_EQ(moves[0].meter, "input");
  EXPECT_EQ(moves[0].before, "1");
  EXPECT_EQ(moves[0].after, "0.2");
  EXPECT_TRUE(changes(prices, day("2026-07-20"), day("2026-07-29")).empty()) << "too far ahead";
  EXPECT_TRUE(changes(prices, day("2026-07-30"), day("2026-08-30")).empty()) << "it has moved";
}

TEST(Change, a_price_without_a_successor_becomes_unknown_and_an_absence_is_told_apart) {
  const auto ends = changes(line({row("2026-07-01", "2026-07-30", "1"), row("2026-09-01", "", "2")}), day("2026-07-20"), day("2027-01-01"));
  ASSERT_EQ(ends.size(), 1u);
  EXPECT_EQ(ends[0].what, Change::What::unknown);
  EXPECT_EQ(ends[0].after, nullptr);
  const auto gone = changes(line({row("2026-07-01", "2026-07-30", "1"), row("2026-07-30", "", "")}), day("2026-07-20"), day("2027-01-01"));
  ASSERT_EQ(gone.size(), 1u);
  EXPECT_EQ(gone[0].what, Change::What::absent);
}

TEST(Change, the_same_price_under_another_row_is_none_and_a_tier_counts) {
  EXPECT_TRUE(changes(line({row("2026-07-01", "2026-07-30", "1"), row("2026-07-30", "", "1")}), day("2026-07-20"), day("2027-01-01")).empty());
  const auto tiers = line({row("2026-07-01", "", "1"), row("2026-07-01", "2026-08-01", "0.5", "flex"), row("2026-08-01", "", "0.6", "flex")});
  const auto all = changes(tiers, day("2026-07-20"), day("2027-01-01"));
  ASSERT_EQ(all.size(), 1u);
  const auto moves = moved(all[0].before->sheet, all[0].after->sheet);
  ASSERT_EQ(moves.size(), 1u);
  EXPECT_EQ(moves[0].meter, "flex.input");
  EXPECT_EQ(moves[0].before, "0.5");
  EXPECT_EQ(moves[0].after, "0.6");
}

TEST(Change, prices_of_a_step_and_of_a_tier_have_names_of_their_own) {
  PriceSheet sheet;
  sheet.meters.input = TokenPrice::parse_per_million("1");
  sheet.long_context = LongContext{.above = 100, .meters = {}};
  sheet.long_context->meters.input = TokenPrice::parse_per_million("2");
  sheet.tiers.push_back({.name = "flex", .meters = {}, .long_context = {}, .row = {}});
  sheet.tiers[0].meters.input = TokenPrice::parse_per_million("0.5");
  std::string names;
  for (const auto& [name, price] : prices_of(sheet)) names += name + "=" + price + " ";
  EXPECT_TRUE(names.starts_with("input=1 long_context.input=2 flex.input=0.5 ")) << names;
}

}  // namespace
}  // namespace fw::offer
