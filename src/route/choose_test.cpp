#include "route/choose.h"

#include <gtest/gtest.h>

namespace fw::route {
namespace {

constexpr std::uint32_t kChat = 1u << static_cast<unsigned>(dialect::Operation::chat);
constexpr MonoTime kNow{1'000'000'000};

}  // namespace

TEST(Scope, admits_itself_and_what_lies_below) {
  EXPECT_TRUE(within("eu", "eu"));
  EXPECT_TRUE(within("eu/sweden-central", "eu"));
  EXPECT_FALSE(within("eu", "eu/sweden-central"));
  EXPECT_FALSE(within("eunomia", "eu"));
  EXPECT_FALSE(within("global", "eu"));
  EXPECT_FALSE(within("on-premises", "global"));
}

TEST(Choose, keeps_the_order_of_the_config) {
  const std::array<Place, 3> places{{{7, 0, "global", kChat}, {8, 1, "eu", kChat}, {9, 2, "us", kChat}}};
  const auto c = choose({}, places, health::AccountMarks(3), kNow);
  ASSERT_EQ(c.tried, 3);
  EXPECT_EQ(c.all[0].place, 0);
  EXPECT_EQ(c.all[2].place, 2);
}

TEST(Choose, residency_filters_before_anything_else) {
  const std::array<Place, 3> places{{{0, 0, "global", kChat}, {1, 1, "eu/france", kChat}, {2, 2, "on-premises", kChat}}};
  const std::array<std::string, 2> allowed{"eu", "on-premises"};
  const auto c = choose({.operation = dialect::Operation::chat, .residency = allowed}, places, health::AccountMarks(3), kNow);
  EXPECT_EQ(c.tried, 2);
  EXPECT_EQ(c.all[0].place, 1);
  EXPECT_EQ(c.all[2].verdict, Verdict::residency);
}

TEST(Choose, a_marked_account_is_tried_last_but_tried) {
  const std::array<Place, 2> places{{{0, 0, "global", kChat}, {1, 1, "global", kChat}}};
  health::AccountMarks marks(2);
  marks.mark(0, cloud::Mark::account_exhausted, kNow);
  const auto c = choose({}, places, marks, kNow);
  ASSERT_EQ(c.tried, 2);
  EXPECT_EQ(c.all[0].place, 1);
  EXPECT_EQ(c.all[1].verdict, Verdict::marked);
}

TEST(Choose, who_does_not_speak_the_operation_is_no_candidate) {
  const std::array<Place, 1> places{{{0, 0, "global", kChat}}};
  const auto c = choose({.operation = dialect::Operation::embeddings, .residency = {}}, places, health::AccountMarks(1), kNow);
  EXPECT_EQ(c.tried, 0);
  EXPECT_EQ(c.all[0].verdict, Verdict::operation);
}

}  // namespace fw::route
