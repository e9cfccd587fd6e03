#include "offer/compare.h"

#include <gtest/gtest.h>

#include "base/date.h"
#include "offer/decimal.h"

namespace fw::offer {
namespace {

TEST(Decimal, is_moved_as_text_without_rounding) {
  EXPECT_EQ(shifted("0.00022", 4), "2.2");
  EXPECT_EQ(shifted("2.2e-05", 4), "0.22");
  EXPECT_EQ(shifted("0.0000022", 4), "0.022");
  EXPECT_EQ(shifted("0.00001545", 4), "0.1545");
  EXPECT_EQ(shifted("1E+1", 0), "10");
  EXPECT_EQ(shifted("5", 4), "50000");
  EXPECT_EQ(shifted("0", 4), "0");
  EXPECT_EQ(shifted("0.10", 0), "0.1");
  EXPECT_EQ(shifted("100.50", -4), "0.01005");
  EXPECT_EQ(shifted("0.1234567890123456789", 0), "0.1234567890123456789");
  for (const char* bad : {"", "-1", "NaN", "1.", ".5", "1e", "1e99", "0x1", "1,5", "Infinity"}) EXPECT_FALSE(shifted(bad, 0)) << bad;
}

Row row(std::string scope, std::string_view from, std::string_view input, std::string host = {}) {
  Row made;
  made.model = "m";
  made.cloud = "bedrock";
  made.host = std::move(host);
  made.scope = std::move(scope);
  made.from = *parse_date(from);
  made.meters.input = TokenPrice::parse_per_million(input);
  made.id = row_id(made);
  return made;
}

std::vector<std::string> told(const Book& ours, const std::vector<Row>& theirs) {
  std::vector<std::string> lines;
  for (const auto& each : compare(ours, theirs).disagreements)
    lines.push_back(each.ours->id + " " + each.meter + " " + each.our_price + " " + each.their_price + " " + each.difference);
  return lines;
}

TEST(Compare, tells_each_meter_that_differs_with_the_row_and_the_exact_difference) {
  const Book book({row("us", "2026-07-01", "2.75")});
  EXPECT_EQ(told(book, {row("us", "2026-08-21", "2.50")}), std::vector<std::string>{"m/bedrock/us/standard/2026-07-01 input 2.75 2.5 -0.25"});
  EXPECT_TRUE(told(book, {row("us", "2026-08-21", "2.75")}).empty());
}

TEST(Compare, does_not_count_what_one_side_leaves_open) {
  const Book book({row("us", "2026-07-01", "2.75")});
  auto theirs = row("us", "2026-08-21", "2.75");
  theirs.meters.output = TokenPrice::parse_per_million("9");
  const std::vector<Row> list{theirs};
  EXPECT_TRUE(compare(book, list).disagreements.empty());
  EXPECT_EQ(compare(book, list).compared, 1U);
}

TEST(Compare, prefers_the_scope_that_is_written_alike) {
  const Book book({row("*/*", "2026-07-01", "1"), row("*/eu-west-1", "2026-07-01", "2"), row("global", "2026-07-01", "3")});
  EXPECT_TRUE(told(book, {row("*/*", "2026-08-21", "1")}).empty());
  EXPECT_TRUE(told(book, {row("*/eu-west-1", "2026-08-21", "2")}).empty());
  EXPECT_EQ(told(book, {row("*/eu-west-2", "2026-08-21", "2")}).size(), 1U);  // lies in */*
  EXPECT_EQ(compare(book, std::vector<Row>{row("eu", "2026-08-21", "1")}).unmatched, 1U);
}

TEST(Compare, looks_at_the_day_on_which_theirs_begins) {
  auto first = row("us", "2026-07-01", "1");
  first.until = *parse_date("2026-07-30");
  const Book book({first, row("us", "2026-07-30", "0.2")});
  EXPECT_TRUE(told(book, {row("us", "2026-07-29", "1"), row("us", "2026-07-30", "0.2")}).empty());
  EXPECT_EQ(told(book, {row("us", "2026-07-30", "1")}).size(), 1U);
}

TEST(Compare, keeps_the_hosts_apart) {
  const Book book({row("us", "2026-07-01", "1", "mantle")});
  EXPECT_EQ(told(book, {row("us", "2026-08-21", "2", "runtime")}).size(), 0U);
  EXPECT_EQ(told(book, {row("us", "2026-08-21", "2")}).size(), 1U);
}

}  // namespace
}  // namespace fw::offer
