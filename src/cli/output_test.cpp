#include "cli/output.h"

#include <gtest/gtest.h>

namespace fw::cli {
namespace {

const List kList{{"name", "n"}, {{{"a \"b\", c"}, {"1", true}}, {{"ü"}, {"22", true}}}};

TEST(Output, writes_numbers_bare_and_texts_escaped) {
  EXPECT_EQ(to_text(kList, Format::json), "[{\"name\":\"a \\\"b\\\", c\",\"n\":1},{\"name\":\"ü\",\"n\":22}]\n");
  EXPECT_EQ(to_text(kList, Format::ndjson), "{\"name\":\"a \\\"b\\\", c\",\"n\":1}\n{\"name\":\"ü\",\"n\":22}\n");
  EXPECT_EQ(to_text({{"a"}, {}}, Format::json), "[]\n");
}

TEST(Output, quotes_csv_as_rfc_4180_says) {
  EXPECT_EQ(to_text(kList, Format::csv), "name,n\r\n\"a \"\"b\"\", c\",1\r\nü,22\r\n");
}

TEST(Output, puts_table_columns_in_line_by_characters) {
  EXPECT_EQ(to_text(kList, Format::table), "a \"b\", c  1\nü         22\n");
}

}  // namespace
}  // namespace fw::cli
