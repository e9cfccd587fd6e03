#include "ledger/tags.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

namespace fw::ledger {
namespace {

std::string text_of(std::string_view header) {
  const auto read = read_tags(header);
  return read ? tags_text(*read) : "error: " + read.error();
}

TEST(Tags, are_one_text_sorted_by_name_whatever_the_header_looked_like) {
  EXPECT_EQ(text_of("team=search,project=x"), "project=x,team=search");
  EXPECT_EQ(text_of(" team = search ,\tproject= x y ,,"), "project=x y,team=search");
  EXPECT_EQ(text_of(""), "");
}

TEST(Tags, what_is_malformed_is_told_with_what_was_expected) {
  for (const auto& [header, told] : {std::pair{"team", "expected NAME=VALUE"}, {"Team=x", "the tag name 'Team', expected a name of 1 to 32"}, {"=x", "the tag name ''"},
                                     {"team=", "found '' as the value of team"}, {"team=a=b", "found 'a=b' as the value"}, {"team=a\"b", "expected 1 to 64 printable"},
                                     {"team=\xc3\xa4", "expected 1 to 64 printable"}, {"team=a,team=b", "the tag team a second time"}, {"key=a", "is not key or deployment"}}) {
    EXPECT_NE(text_of(header).find(told), std::string::npos) << header << ": " << text_of(header);
  }
  EXPECT_NE(text_of("a=" + std::string(90, 'x')).find("(cut)"), std::string::npos);
}

TEST(Tags, as_many_and_as_long_as_may_be_fit_into_a_record) {
  std::string header;
  for (int i = 0; i < 10; ++i) header += fmt::format("n{}{}={},", i, std::string(30, 'a'), std::string(64, 'v'));
  EXPECT_LE(text_of(header).size(), kTagsBytesMax);
  EXPECT_FALSE(text_of(header).starts_with("error"));
  EXPECT_NE(text_of(header + "one-more=x").find("more than 10"), std::string::npos);
}

TEST(Tags, are_found_in_the_books_text) {
  constexpr std::string_view kText = "project=x,team=search";
  EXPECT_EQ(tag_of(kText, "team"), "search");
  EXPECT_EQ(tag_of(kText, "tea"), "");
  EXPECT_TRUE(has_tag(kText, "project=x"));
  EXPECT_FALSE(has_tag(kText, "project="));
  EXPECT_FALSE(has_tag(kText, "project"));
  EXPECT_FALSE(has_tag(kText, "project=xx"));
  EXPECT_EQ(tag_of("", "team"), "");
}

}  // namespace
}  // namespace fw::ledger
