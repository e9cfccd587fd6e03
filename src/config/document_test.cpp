// What is not strict YAML, each with its place.
#include <gtest/gtest.h>

#include "config/load_testing.h"

namespace fw::config {
namespace {

using testing::problems;
using Lines = std::vector<std::string>;

TEST(Document, names_the_second_of_two_equal_keys) {
  EXPECT_EQ(testing::problems_with("log: { level: info }\nlog: { level: warn }\n"),
            (Lines{"10:1 error : found the key \"log\" a second time, expected each key once (it stands on line 9 already)"}));
}

TEST(Document, refuses_anchors_aliases_tags_and_merge_keys) {
  const auto found = testing::problems_with("log: &a { level: !!str info }\ntimeouts: *a\nlimits: { <<: 1 }\n");
  ASSERT_EQ(found.size(), 4u);
  EXPECT_EQ(found[0], "9:6 error : found an anchor (&name), expected the value alone (anchors and aliases are not part of this format; repeat the value)");
  EXPECT_EQ(found[1], "9:18 error : found the tag \"tag:yaml.org,2002:str\", expected a value without a tag (quotes make a text: \"5\")");
  EXPECT_EQ(found[2], "10:11 error : found an alias (*name), expected the value itself (anchors and aliases are not part of this format; repeat the value)");
  EXPECT_NE(found[3].find("11:11 error limits[\"<<\"]: found the unknown key \"<<\""), std::string::npos);
  EXPECT_NE(found[3].find("merge keys are not part of this format"), std::string::npos);
}

TEST(Document, refuses_a_second_document) {
  EXPECT_EQ(problems(std::string("---\n") + std::string(testing::kGood)), Lines{});
  EXPECT_EQ(testing::problems_with("---\nversion: 1\n"),
            (Lines{"9:1 error : found a second document, expected one document (remove the `---` line and what follows it)"}));
}

TEST(Document, tells_what_is_no_yaml_and_guesses_why) {
  EXPECT_EQ(problems("version: 1\nlog: { level: info\n").size(), 1u);
  EXPECT_NE(problems("version: 1\n\tlog: {}\n").at(0).find("indent with spaces"), std::string::npos);
  EXPECT_NE(problems("version: 1\nlog: { level: ${env:X} }\n").at(0).find("put references in quotes"), std::string::npos);
  EXPECT_EQ(problems("version: \"1\nlog: {}\n"), (Lines{"1:10 error : found a quote that is not closed, expected YAML"}));
  EXPECT_NE(problems("version: 1\ndata_dir: a: b\n").at(0).find("2:12 error"), std::string::npos);
}

TEST(Document, refuses_bytes_that_are_no_text_at_their_place) {
  EXPECT_EQ(problems("version: 1\n# \xff\n"),
            (Lines{"2:3 error : found the byte 0xff, which is not UTF-8, expected text (save the file as UTF-8)"}));
  EXPECT_EQ(problems(std::string_view("a: \0", 4)), (Lines{"1:4 error : found the control character 0x00, expected text (remove it)"}));
  EXPECT_EQ(problems("a: 1\rb: 2"), (Lines{"1:5 error : found a carriage return alone, expected text (end lines with a line feed)"}));
}

TEST(Document, takes_a_byte_order_mark_and_windows_line_ends) {
  std::string text = "\xEF\xBB\xBF";
  for (const char c : testing::kGood) text += c == '\n' ? std::string("\r\n") : std::string(1, c);
  EXPECT_EQ(problems(text), Lines{});
}

TEST(Document, counts_columns_in_characters) {
  EXPECT_EQ(problems("{ \"größe\": 1, version: 2 }").at(0).substr(0, 4), "1:1 ");
  EXPECT_NE(problems("{ \"größe\": 1, version: 2 }").back().find("1:24 error version"), std::string::npos);
}

TEST(Document, wants_a_mapping) {
  EXPECT_EQ(problems(""), (Lines{"1:1 error : found an empty file, expected a configuration (`fairway config schema` describes it)"}));
  EXPECT_EQ(problems("# nothing\n").size(), 1u);
  EXPECT_EQ(problems("- 1\n"), (Lines{"1:1 error : found a list, expected a mapping"}));
  EXPECT_EQ(testing::problems_with("? [a]\n: 1\n").at(0), "9:3 error : found a list as a key, expected a name");
}

TEST(Document, has_limits) {
  EXPECT_NE(problems(std::string(100'000, '[')).at(0).find("nested deeper than 32"), std::string::npos);
  EXPECT_NE(problems(std::string((std::size_t{4} << 20) + 1, ' ')).at(0).find("a file of 4194305 bytes"), std::string::npos);
  std::string many = "[";
  for (int i = 0; i < 200'001; ++i) many += "1,";
  EXPECT_NE(problems(many + "]").at(0).find("more than 200000 values"), std::string::npos);
  std::string wrong = "version: 1\n";
  for (int i = 0; i < 1000; ++i) wrong += fmt::format("key{}: 1\n", i);
  EXPECT_EQ(problems(wrong).size(), 201u);
}

}  // namespace
}  // namespace fw::config
