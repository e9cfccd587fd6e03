#include "offer/scope.h"

#include <gtest/gtest.h>

namespace fw::offer {
namespace {

TEST(Scope, a_pattern_holds_for_paths_of_its_own_length_only) {
  EXPECT_TRUE(matches("eu", "eu"));
  EXPECT_FALSE(matches("eu", "eu/sweden-central"));
  EXPECT_FALSE(matches("eu/sweden-central", "eu"));
  EXPECT_TRUE(matches("*", "eu"));
  EXPECT_FALSE(matches("*", "eu/sweden-central"));
  EXPECT_TRUE(matches("eu/*", "eu/sweden-central"));
  EXPECT_FALSE(matches("us/*", "eu/sweden-central"));
  EXPECT_TRUE(matches("*/*", "eu/sweden-central"));
}

TEST(Scope, global_and_on_premises_are_no_geographies) {
  EXPECT_TRUE(matches("global", "global"));
  EXPECT_FALSE(matches("*", "global"));
  EXPECT_FALSE(matches("*", "on-premises"));
  EXPECT_FALSE(matches("global", "eu"));
}

TEST(Scope, of_two_that_are_said_the_wider_counts_and_a_contradiction_is_the_whole_world) {
  EXPECT_EQ(widest("eu", ""), "eu");
  EXPECT_EQ(widest("us", "global"), "global");
  EXPECT_EQ(widest("us/us-east-2", "us"), "us");
  EXPECT_EQ(widest("us", "us"), "us");
  EXPECT_EQ(widest("global", "us"), "global") << "the operator's word is wider";
  EXPECT_EQ(widest("eu", "us"), "global");
  EXPECT_EQ(widest("on-premises", "us"), "global");
}

TEST(Scope, what_names_more_is_closer) {
  EXPECT_GT(*matches("eu", "eu"), *matches("*", "eu"));
  EXPECT_GT(*matches("*/eu-west-1", "eu/eu-west-1"), *matches("eu/*", "eu/eu-west-1"));
  EXPECT_GT(*matches("eu/*", "eu/eu-west-1"), *matches("*/*", "eu/eu-west-1"));
}

TEST(Scope, only_patterns_may_have_stars) {
  for (const char* good : {"global", "eu", "eu/sweden-central", "on-premises"}) EXPECT_TRUE(is_scope(good) && is_scope_pattern(good)) << good;
  for (const char* pattern : {"*", "us/*", "*/*", "*/us-east-1"}) EXPECT_TRUE(!is_scope(pattern) && is_scope_pattern(pattern)) << pattern;
  for (const char* bad : {"", "any", "EU", "eu/", "/eu", "eu/a/b", "global/eu", "**", "e*"}) EXPECT_FALSE(is_scope_pattern(bad)) << bad;
}

}  // namespace
}  // namespace fw::offer
