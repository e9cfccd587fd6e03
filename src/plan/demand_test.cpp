#include <gtest/gtest.h>

#include <fmt/format.h>

#include "base/date.h"
#include "plan/demand_csv.h"

namespace fw::plan {
namespace {

constexpr const char* kHeader = "time,model,class,place,input_tokens,cached_tokens,output_tokens,requests\n";

DemandRead read(const std::string& rows) { return read_demand(kHeader + rows); }

TEST(Demand, is_read_by_class_and_minute_and_missing_rows_are_zero) {
  const auto got = read(
      "2026-11-22T10:00:00Z,m,chat,eu,100,20,30,2\n"
      "2026-11-22T10:00:00Z,m,batch,,5,0,1,1\n"
      "2026-11-22T10:02:00Z,m,chat,eu,7,8,9,1\n");
  ASSERT_TRUE(got.ok());
  const auto& demand = got.demand;
  EXPECT_EQ(demand.step_s, 60);
  EXPECT_EQ(demand.steps, 3u);
  EXPECT_EQ(rfc3339_text(demand.from), "2026-11-22T10:00:00Z");
  EXPECT_EQ(rfc3339_text(demand.until()), "2026-11-22T10:03:00Z");
  ASSERT_EQ(demand.classes.size(), 2u);
  const auto& chat = demand.classes[1];
  EXPECT_EQ(chat.name, "chat");
  EXPECT_EQ(chat.at(0).cached, 20);
  EXPECT_EQ(chat.at(1).total(), 0);
  EXPECT_EQ(chat.at(2).output, 9);
  EXPECT_EQ(chat.requests.sum(), 3);
}

TEST(Demand, in_any_order_is_the_same_and_the_order_is_said) {
  const auto got = read("2026-11-22T10:02:00Z,m,b,,7,8,9,1\n2026-11-22T10:00:00Z,m,a,,1,2,3,1\n");
  ASSERT_TRUE(got.ok());
  ASSERT_EQ(got.notes.size(), 1u);
  EXPECT_EQ(say(got.notes[0]), "line 3: rows that are not in the order of time. They were put in order.");
  EXPECT_EQ(got.demand.classes[0].name, "a");
  EXPECT_EQ(got.demand.classes[0].at(0).input, 1);
  EXPECT_EQ(got.demand.classes[1].at(2).input, 7);
}

TEST(Demand, of_hourly_rows_has_steps_of_an_hour_and_says_so) {
  const auto got = read("2026-11-22T10:00:00Z,m,a,,1,0,0,1\n2026-11-22T11:00:00Z,m,a,,2,0,0,1\n2026-11-22T12:00:00Z,m,a,,3,0,0,1\n2026-11-22T15:00:00Z,m,a,,3,0,0,1\n");
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(got.demand.step_s, 3'600);
  EXPECT_EQ(got.demand.steps, 6u);
  ASSERT_EQ(got.demand.holes.size(), 1u);
  EXPECT_EQ(rfc3339_text(got.demand.holes[0].from), "2026-11-22T13:00:00Z");
  EXPECT_EQ(rfc3339_text(got.demand.holes[0].until), "2026-11-22T15:00:00Z");
  EXPECT_TRUE(got.notes.at(0).warning);
}

TEST(Demand, of_single_minutes_far_apart_stays_in_minutes) {
  const auto got = read("2026-11-22T10:00:00Z,m,a,,1,0,0,1\n2026-11-22T10:04:00Z,m,a,,2,0,0,1\n2026-11-22T10:10:00Z,m,a,,3,0,0,1\n");
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(got.demand.step_s, 60);
}

TEST(Demand, holds_a_billion_tokens_a_minute_and_more) {
  const auto got = read("2026-11-22T10:00:00Z,m,a,,1000000000,50000000000,3,1\n");
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(got.demand.classes[0].at(0).input, 1e9);
  EXPECT_EQ(got.demand.classes[0].at(0).cached, 5e10);
}

struct Bad {
  const char* rows;
  const char* said;
};

class BadDemand : public testing::TestWithParam<Bad> {};

TEST_P(BadDemand, is_told_with_its_place) {
  const auto got = read(GetParam().rows);
  EXPECT_FALSE(got.ok());
  ASSERT_FALSE(got.notes.empty());
  EXPECT_EQ(say(got.notes.back()), GetParam().said);
  EXPECT_TRUE(got.demand.classes.empty());
}

INSTANTIATE_TEST_SUITE_P(
    All, BadDemand,
    testing::Values(
        Bad{"2026-11-22T10:00:00Z,m,a,,nan,0,0,1\n", "line 2, column 27: input_tokens 'nan'; expected a number, not negative"},
        Bad{"2026-11-22T10:00:00Z,m,a,,-1,0,0,1\n", "line 2, column 27: input_tokens '-1'; expected a number, not negative"},
        Bad{"2026-11-22T10:00:00Z,m,a,,1e16,0,0,1\n", "line 2, column 27: input_tokens '1e16'; expected at most 1e+15"},
        Bad{"2026-11-22T10:00:00Z,m,a,,1,0,0\n", "line 2, column 1: 7 cells; expected 8, as the header has"},
        Bad{"2026-11-22T10:00:30Z,m,a,,1,0,0,1\n", "line 2, column 1: '2026-11-22T10:00:30Z', not on a minute; expected a whole minute in RFC 3339, such as 2026-11-22T10:05:00Z. Add the rows of a minute up."},
        Bad{"2026-11-22T10:00:00,m,a,,1,0,0,1\n", "line 2, column 1: '2026-11-22T10:00:00' without an offset; expected a whole minute in RFC 3339, such as 2026-11-22T10:05:00Z. Write Z for UTC, or the offset that held then: local time alone repeats an hour every autumn."},
        Bad{"2026-11-22T10:00:00Z,,a,,1,0,0,1\n", "line 2, column 22: an empty model; expected the name that clients ask for"},
        Bad{"2026-11-22T10:00:00Z,m,a,,1,0,0,1\n2026-11-22T12:00:00+02:00,m,a,,1,0,0,1\n", "line 3, column 1: a second row of m a  at 2026-11-22T10:00:00Z; expected one; the other is in line 2. Add them up, or drop one if an export overlaps another."},
        Bad{"2026-11-22T10:00:00Z,m,a,,0,0,0,1\n", "no tokens at all; expected one row with tokens at least. Is it the right range of time?"},
        Bad{"1970-01-01T00:00:00Z,m,a,,1,0,0,1\n2026-11-22T10:00:00Z,m,b,,1,0,0,1\n2026-11-22T10:01:00Z,m,b,,1,0,0,1\n", "29922362 steps from first to last row; expected at most 10000000. Is one time far from the others?"},
        Bad{"", "no rows; expected one row per class and minute"}),
    [](const auto& each) { return fmt::format("case_{}", each.index); });

TEST(Demand, with_an_unknown_column_says_which_was_meant) {
  const auto got = read_demand("time,model,modell,input_tokens,output_tokens\n");
  ASSERT_EQ(got.notes.size(), 1u);
  EXPECT_EQ(say(got.notes[0]),
            "line 1, column 12: a column 'modell'; expected time,model,class,place,input_tokens,cached_tokens,output_tokens,requests. Did you mean model?");
  EXPECT_EQ(read_demand("time,input_tokens,output_tokens\n").notes.at(0).found, "no column model");
  EXPECT_FALSE(read_demand("").ok());
}

TEST(Demand, over_a_clock_change_is_placed_in_utc_and_the_change_is_said) {
  const auto got = read("2026-10-25T02:30:00+02:00,m,a,,1,0,0,1\n2026-10-25T02:30:00+01:00,m,a,,2,0,0,1\n");
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(got.notes.at(0).found, "the offset changes from +02:00 to +01:00");
  EXPECT_EQ(rfc3339_text(got.demand.from), "2026-10-25T00:30:00Z");
  EXPECT_EQ(got.demand.classes[0].at(got.demand.steps - 1).input, 2);
}

TEST(Demand, of_azures_trace_is_added_up_by_minute) {
  const auto got = import_azure2023(
      "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.9799600,4808,10\n2023-11-16 18:17:59.1,100,8\n2023-11-16 18:18:00.0,7,1\n", {});
  ASSERT_TRUE(got.ok());
  ASSERT_EQ(got.demand.steps, 2u);
  EXPECT_EQ(got.demand.classes[0].at(0).input, 4908);
  EXPECT_EQ(got.demand.classes[0].at(0).output, 18);
  EXPECT_EQ(got.demand.classes[0].requests[0], 2);
  EXPECT_FALSE(import_azure2023("a,b\n", {}).ok());
}

TEST(Demand, of_mooncake_counts_leading_blocks_seen_before_as_cached) {
  const auto got = import_mooncake(
      "{\"timestamp\": 0, \"input_length\": 1500, \"output_length\": 5, \"hash_ids\": [0, 1, 2]}\n"
      "{\"timestamp\": 60000, \"input_length\": 1400, \"output_length\": 6, \"hash_ids\": [0, 1, 7]}\n"
      "{\"timestamp\": 61000, \"input_length\": 600, \"output_length\": 7, \"hash_ids\": [9, 1]}\n", {.begin = *parse_date("2026-01-01")});
  ASSERT_TRUE(got.ok());
  ASSERT_EQ(got.demand.steps, 2u);
  EXPECT_EQ(got.demand.classes[0].at(1).cached, 1024);
  EXPECT_EQ(got.demand.classes[0].at(1).input, 1400 - 1024 + 600);
}

TEST(Demand, of_servegen_is_rate_times_mean_tokens) {
  const auto got = import_servegen(
      "category,model,client,t_s,rate_rps,cv_iat,dist,p1,p2\nlanguage,m-large,0,600,0.5,1,Gamma,1,1\nlanguage,m-large,1,600,0.1,1,Gamma,1,1\nlanguage,other,0,0,1,1,Gamma,1,1\n",
      "category,model,client,t_s,kind,mean,q10,q50,q90,q99\nlanguage,m-large,0,0,input_tokens,400,1,1,1,1\nlanguage,m-large,0,0,output_tokens,100,1,1,1,1\n", {});
  ASSERT_TRUE(got.ok());
  ASSERT_EQ(got.demand.classes.size(), 1u);
  EXPECT_EQ(got.demand.step_s, 600);
  EXPECT_DOUBLE_EQ(got.demand.classes[0].at(0).input, 300 * 400 + 60 * 400);
  EXPECT_EQ(got.notes.at(0).found, "no token counts of other");
}

}  // namespace
}  // namespace fw::plan
