#include "wire/csv.h"

#include <gtest/gtest.h>

namespace fw::wire {
namespace {

using Cells = std::vector<std::string_view>;

TEST(CsvLines, gives_cells_with_their_places_and_passes_over_empty_lines) {
  CsvLines lines("a,bc,d\r\n\r\n\n1,,3");
  ASSERT_TRUE(lines.next());
  EXPECT_EQ(lines.cells(), (Cells{"a", "bc", "d"}));
  EXPECT_EQ(lines.line(), 1);
  EXPECT_EQ(lines.column(2), 6);
  ASSERT_TRUE(lines.next());
  EXPECT_EQ(lines.cells(), (Cells{"1", "", "3"}));
  EXPECT_EQ(lines.line(), 4);
  EXPECT_FALSE(lines.next());
}

TEST(CsvLines, takes_commas_quotes_and_line_ends_inside_of_quotes) {
  CsvLines lines("\"a,b\",\"say \"\"no\"\"\",\"x\ny\",z\r\nlast,\"\"\n");
  ASSERT_TRUE(lines.next());
  EXPECT_EQ(lines.cells(), (Cells{"a,b", "say \"no\"", "x\ny", "z"}));
  EXPECT_EQ(lines.column(1), 7);
  ASSERT_TRUE(lines.next());
  EXPECT_EQ(lines.line(), 3);
  EXPECT_EQ(lines.cells(), (Cells{"last", ""}));
  EXPECT_FALSE(lines.next());
}

TEST(CsvLines, takes_a_quote_without_its_end_as_it_stands) {
  CsvLines lines("\"a,b\nc\"d,\"e\"f\n,");
  ASSERT_TRUE(lines.next());
  EXPECT_EQ(lines.cells(), (Cells{"\"a", "b"}));
  ASSERT_TRUE(lines.next());
  EXPECT_EQ(lines.cells(), (Cells{"c\"d", "\"e\"f"}));
  ASSERT_TRUE(lines.next());
  EXPECT_EQ(lines.cells(), (Cells{"", ""}));
  EXPECT_FALSE(lines.next());
}

}  // namespace
}  // namespace fw::wire
