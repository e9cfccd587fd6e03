#include "offer/book.h"

#include <gtest/gtest.h>

#include "base/date.h"

namespace fw::offer {
namespace {

WallTime day(std::string_view text) { return *parse_date(text); }

struct Say {
  std::string scope;
  std::string from;
  std::string until = {};
  std::string input = {};
  std::string tier = "standard";
  std::string host = {};
  bool absent = false;
};

Row row(const Say& say) {
  Row made;
  made.model = "m";
  made.cloud = "bedrock";
  made.ids = {"openai.m"};
  made.host = say.host;
  made.scope = say.scope;
  made.tier = say.tier;
  made.from = day(say.from);
  if (!say.until.empty()) made.until = day(say.until);
  made.absent = say.absent;
  if (!say.input.empty()) made.meters.input = TokenPrice::parse_per_million(say.input);
  made.id = row_id(made);
  return made;
}

std::string input_at(const Timeline& line, std::string_view time) {
  const auto* sheet = line.price_at(day(time));
  return sheet && sheet->meters.input ? sheet->meters.input->per_million() : "unknown";
}

const Place kUs{"m", "bedrock", "runtime", "us"};

TEST(Book, a_price_holds_from_its_first_instant_until_just_before_its_last) {
  const Book book({row({"us", "2026-07-01", "2026-07-30", "1"}), row({"us", "2026-07-30", "", "0.2"})});
  const auto line = book.timeline(kUs);
  EXPECT_EQ(input_at(line, "2026-06-30T23:59:59Z"), "unknown");
  EXPECT_EQ(input_at(line, "2026-07-01T00:00:00Z"), "1");
  EXPECT_EQ(input_at(line, "2026-07-29T23:59:59Z"), "1");
  EXPECT_EQ(input_at(line, "2026-07-30T00:00:00Z"), "0.2");
  EXPECT_EQ(line.at({day("2026-07-30").ns - 1})->sheet.row, "m/bedrock/us/standard/2026-07-01");
  EXPECT_EQ(input_at(line, "2099-01-01"), "0.2");
}

TEST(Book, after_the_end_of_a_price_nothing_is_known) {
  const Book book({row({"us", "2026-07-01", "2026-07-30", "1"}), row({"us", "2026-08-30", "", "2"})});
  const auto line = book.timeline(kUs);
  EXPECT_EQ(line.at(day("2026-07-30")), nullptr);
  EXPECT_EQ(line.price_at(day("2026-08-29T23:59:59Z")), nullptr);
  EXPECT_EQ(input_at(line, "2026-08-30"), "2");
}

TEST(Book, the_row_that_names_the_scope_most_closely_counts) {
  const Book book({row({"*", "2026-07-01", "", "2"}), row({"us", "2026-08-01", "2026-09-01", "1"}), row({"us/*", "2026-07-01", "", "3"})});
  const auto line = book.timeline(kUs);
  EXPECT_EQ(input_at(line, "2026-07-31"), "2");
  EXPECT_EQ(input_at(line, "2026-08-01"), "1");
  EXPECT_EQ(input_at(line, "2026-09-01"), "2");
  EXPECT_EQ(input_at(book.timeline({"m", "bedrock", "runtime", "us/us-east-1"}), "2026-08-15"), "3");
  EXPECT_TRUE(book.timeline({"m", "bedrock", "runtime", "global"}).empty());
}

TEST(Book, a_row_of_one_host_goes_before_a_row_of_any) {
  const Book book({row({"us", "2026-07-01", "", "2"}), row({"us", "2026-07-01", "", "1", "standard", "mantle"})});
  EXPECT_EQ(input_at(book.timeline(kUs), "2026-08-01"), "2");
  EXPECT_EQ(input_at(book.timeline({"m", "bedrock", "mantle", "us"}), "2026-08-01"), "1");
}

TEST(Book, an_absence_hides_a_pattern_and_has_no_price) {
  const Book book({row({"*", "2026-07-01", "", "2"}), row({"us", "2026-07-01", "2026-07-13", "", "standard", "", true})});
  const auto line = book.timeline(kUs);
  ASSERT_NE(line.at(day("2026-07-12")), nullptr);
  EXPECT_TRUE(line.at(day("2026-07-12"))->absent);
  EXPECT_EQ(line.price_at(day("2026-07-12")), nullptr);
  EXPECT_EQ(input_at(line, "2026-07-13"), "2");
}

TEST(Book, tiers_of_a_place_are_one_sheet_each_with_its_row) {
  const Book book({row({"us", "2026-07-01", "", "2"}), row({"us", "2026-08-01", "", "1", "flex"})});
  const auto line = book.timeline(kUs);
  EXPECT_TRUE(line.at(day("2026-07-01"))->sheet.tiers.empty());
  const auto* sheet = line.price_at(day("2026-08-01"));
  ASSERT_NE(sheet, nullptr);
  EXPECT_TRUE(sheet->apart);
  EXPECT_EQ(sheet->row, "m/bedrock/us/standard/2026-07-01");
  ASSERT_NE(sheet->tier("flex"), nullptr);
  EXPECT_EQ(sheet->tier("flex")->row, "m/bedrock/us/flex/2026-08-01");
}

TEST(Book, a_later_book_replaces_its_periods_only) {
  Book book({row({"us", "2026-07-01", "", "2"}), row({"eu", "2026-07-01", "", "5"})});
  book.lay_over({row({"us", "2026-08-01", "2026-09-01", "1"})});
  const auto line = book.timeline(kUs);
  EXPECT_EQ(input_at(line, "2026-07-31T23:59:59Z"), "2");
  EXPECT_EQ(input_at(line, "2026-08-01"), "1");
  EXPECT_EQ(input_at(line, "2026-09-01"), "2");
  EXPECT_EQ(line.price_at(day("2026-09-01"))->row, "m/bedrock/us/standard/2026-09-01");
  EXPECT_EQ(input_at(book.timeline({"m", "bedrock", "", "eu"}), "2026-08-15"), "5");
  book.lay_over({row({"us", "2026-07-01", "", "9"})});
  EXPECT_EQ(book.rows().size(), 2U);
}

TEST(Book, laying_a_book_over_itself_changes_nothing) {
  const Book book({row({"us", "2026-07-01", "2026-07-30", "2"}), row({"us", "2026-07-30", "", "5"})});
  Book twice = book;
  twice.lay_over(book.rows());
  EXPECT_EQ(twice.rows(), book.rows());
}

TEST(Book, knows_which_model_a_clouds_word_means) {
  const Book book({row({"us", "2026-07-01", "", "2"})});
  EXPECT_EQ(book.model_of("bedrock", "openai.m"), "m");
  EXPECT_EQ(book.model_of("bedrock", "m"), "m");
  EXPECT_EQ(book.model_of("azure", "openai.m"), "");
}

}  // namespace
}  // namespace fw::offer
