#include "base/date.h"

#include <gtest/gtest.h>

namespace fw {
namespace {

constexpr WallTime kNow{1'795'305'600'000'000'000};  // 2026-11-22T00:00:00Z

TEST(Rfc3339, is_read_and_written) {
  EXPECT_EQ(parse_rfc3339("2026-11-22T00:00:00Z"), kNow);
  EXPECT_EQ(parse_rfc3339("2026-11-22T01:30:00.123456+01:30"), kNow);
  EXPECT_EQ(parse_instant("2026-11-22T01:30:00.123456+01:30"), (WallTime{kNow.ns + 123'456'000}));
  EXPECT_EQ(parse_instant("2026-11-22T00:00:00.1234567899Z"), (WallTime{kNow.ns + 123'456'789}));
  EXPECT_EQ(parse_instant("2026-11-22T00:00:00Z"), kNow);
  EXPECT_EQ(rfc3339_text(kNow), "2026-11-22T00:00:00Z");
  for (const char* bad :
       {"", "2026-11-22", "2026-13-22T00:00:00Z", "2026-11-31T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22x00:00:00Z",
        "2026-11-22T00:00:00+1", "1969-11-22T00:00:00Z", "9999-11-22T00:00:00Z", "2026/11/22T00:00:00Z"})
    EXPECT_FALSE(parse_rfc3339(bad)) << bad;
}

TEST(Date, is_a_day_from_its_first_second_or_a_point_in_time) {
  EXPECT_EQ(parse_date("2026-11-22"), kNow);
  EXPECT_EQ(parse_date("2026-11-22T02:00:00+02:00"), kNow);
  EXPECT_EQ(date_text(kNow), "2026-11-22");
  EXPECT_EQ(date_text({kNow.ns + 1'000'000'000}), "2026-11-22T00:00:01Z");
  // No time zone's summer time: every day has 24 hours.
  EXPECT_EQ(parse_date("2026-03-30")->ns - parse_date("2026-03-29")->ns, 86'400'000'000'000);
  EXPECT_EQ(parse_date("2026-10-26")->ns - parse_date("2026-10-25")->ns, 86'400'000'000'000);
  for (const char* bad : {"", "2026-2-30", "2026-02-29", "26-11-22", "2026-11-22 ", "tomorrow"}) EXPECT_FALSE(parse_date(bad)) << bad;
}

TEST(Date, milliseconds_are_cut_not_rounded) {
  EXPECT_EQ(rfc3339_ms_text({1'999'999'999}), "1970-01-01T00:00:01.999Z");
  EXPECT_EQ(rfc3339_ms_text({-1}), "1969-12-31T23:59:59.999Z");
}

}  // namespace
}  // namespace fw
