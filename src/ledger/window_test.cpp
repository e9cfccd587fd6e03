#include "ledger/window.h"

#include <random>

#include <gtest/gtest.h>

#include "base/zone_testing.h"

namespace fw::ledger {
namespace {

using testing::zone;

WallTime at(const char* text) { return *parse_rfc3339(text); }
std::string span_text(const char* time, Window window, const TimeZone& zone) {
  const auto span = window_at(at(time), window, zone);
  return local_text(span.from, zone) + " " + local_text(span.until, zone);
}

TEST(Window, is_a_stretch_of_the_calendar) {
  const TimeZone utc;
  EXPECT_EQ(span_text("2026-11-22T13:45:10Z", Window::hour, utc), "2026-11-22T13:00:00+00:00 2026-11-22T14:00:00+00:00");
  EXPECT_EQ(span_text("2026-11-22T23:59:59Z", Window::day, utc), "2026-11-22T00:00:00+00:00 2026-11-23T00:00:00+00:00");
  EXPECT_EQ(span_text("2026-11-22T23:59:59Z", Window::week, utc), "2026-11-16T00:00:00+00:00 2026-11-23T00:00:00+00:00");
  EXPECT_EQ(span_text("2026-11-23T00:00:00Z", Window::week, utc), "2026-11-23T00:00:00+00:00 2026-11-30T00:00:00+00:00");
  EXPECT_EQ(span_text("2026-12-31T23:59:59Z", Window::month, utc), "2026-12-01T00:00:00+00:00 2027-01-01T00:00:00+00:00");
  EXPECT_EQ(span_text("2028-02-29T12:00:00Z", Window::month, utc), "2028-02-01T00:00:00+00:00 2028-03-01T00:00:00+00:00");
  const auto total = window_at(at("2026-11-22T00:00:00Z"), Window::total, utc);
  EXPECT_FALSE(total.ends());
  EXPECT_EQ(total, window_at(at("2100-01-01T00:00:00Z"), Window::total, utc));
}

TEST(Window, begins_at_midnight_of_its_zone) {
  const auto berlin = zone("Europe/Berlin");
  EXPECT_EQ(span_text("2026-10-31T23:30:00Z", Window::month, berlin), "2026-11-01T00:00:00+01:00 2026-12-01T00:00:00+01:00");
  EXPECT_EQ(span_text("2026-03-29T12:00:00Z", Window::day, berlin), "2026-03-29T00:00:00+01:00 2026-03-30T00:00:00+02:00");
  EXPECT_EQ(window_at(at("2026-03-29T12:00:00Z"), Window::day, berlin).until.ns - window_at(at("2026-03-29T12:00:00Z"), Window::day, berlin).from.ns,
            23 * 3'600'000'000'000);
  EXPECT_EQ(span_text("2026-10-25T12:00:00Z", Window::day, berlin), "2026-10-25T00:00:00+02:00 2026-10-26T00:00:00+01:00");
}

TEST(Window, knows_days_whose_midnight_is_swallowed_or_repeated) {
  EXPECT_EQ(span_text("2018-11-04T12:00:00Z", Window::day, zone("America/Sao_Paulo")), "2018-11-04T01:00:00-02:00 2018-11-05T00:00:00-02:00");
  // At 24:00 the clock goes back to 23:00: the day has 25 hours.
  EXPECT_EQ(span_text("2018-02-18T02:30:00Z", Window::day, zone("America/Sao_Paulo")), "2018-02-17T00:00:00-02:00 2018-02-18T00:00:00-03:00");
  // At 00:01 the clock goes back to 23:01 of the day before; the new day has begun and does not end again.
  const auto st_johns = zone("America/St_Johns");
  EXPECT_EQ(local_text(at("2010-11-07T02:45:00Z"), st_johns), "2010-11-06T23:15:00-03:30");
  EXPECT_EQ(span_text("2010-11-07T02:45:00Z", Window::day, st_johns), "2010-11-07T00:00:00-02:30 2010-11-08T00:00:00-03:30");
  EXPECT_EQ(span_text("2011-12-30T09:59:59Z", Window::day, zone("Pacific/Apia")), "2011-12-29T00:00:00-10:00 2011-12-31T00:00:00+14:00");
}

TEST(Window, hours_last_an_hour_unless_the_clock_changes_by_less) {
  const auto berlin = zone("Europe/Berlin");
  EXPECT_EQ(span_text("2026-10-25T00:30:00Z", Window::hour, berlin), "2026-10-25T02:00:00+02:00 2026-10-25T02:00:00+01:00");
  EXPECT_EQ(span_text("2026-10-25T01:30:00Z", Window::hour, berlin), "2026-10-25T02:00:00+01:00 2026-10-25T03:00:00+01:00");
  const auto lord_howe = zone("Australia/Lord_Howe");
  EXPECT_EQ(span_text("2026-10-03T15:40:00Z", Window::hour, lord_howe), "2026-10-04T02:30:00+11:00 2026-10-04T03:00:00+11:00");
  EXPECT_EQ(span_text("2026-10-03T15:10:00Z", Window::hour, lord_howe), "2026-10-04T01:00:00+10:30 2026-10-04T02:30:00+11:00");
}

TEST(Window, covers_all_time_once) {
  std::mt19937_64 random(3);
  std::uniform_int_distribution<std::int64_t> any(0, 7'258'118'400);
  for (const auto* name : {"UTC", "Europe/Berlin", "America/Sao_Paulo", "America/St_Johns", "America/Havana", "Pacific/Apia", "Asia/Gaza",
                           "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu"}) {
    const auto place = zone(name);
    for (const auto window : {Window::hour, Window::day, Window::week, Window::month})
      for (int i = 0; i < 400; ++i) {
        const WallTime t{any(random) * 1'000'000'000 + 999'999'999};
        const auto span = window_at(t, window, place);
        ASSERT_TRUE(span.contains(t)) << name << t.ns;
        ASSERT_EQ(span.id.value, span.from.seconds());
        ASSERT_EQ(window_at(span.from, window, place), span) << name << t.ns;
        ASSERT_EQ(window_at({span.until.ns - 1}, window, place), span) << name << t.ns;
        ASSERT_EQ(window_at(span.until, window, place).from, span.until) << name << t.ns;
      }
  }
}

TEST(WindowClock, looks_again_when_its_window_has_passed_or_the_clock_jumps_back) {
  const TimeZone utc;
  WindowClock clock(Window::day, utc);
  for (const auto* time : {"2026-11-22T00:00:00Z", "2026-11-22T23:59:59Z", "2026-11-23T00:00:00Z", "2026-11-22T12:00:00Z"})
    EXPECT_EQ(clock.at(at(time)), window_at(at(time), Window::day, utc)) << time;
}

}  // namespace
}  // namespace fw::ledger
