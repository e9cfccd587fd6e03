#include "base/time_zone.h"

#include <cstdlib>
#include <ctime>
#include <random>

#include <gtest/gtest.h>

#include "base/zone_testing.h"

namespace fw {
namespace {

using testing::utc;
using testing::zone;
using testing::zone_bytes;

// Small zones of our own: no change, the rule does all.
std::string tzif(std::string_view footer, std::string_view times = "", std::string_view indices = "") {
  const auto header = [](std::size_t count, std::size_t types) {
    std::string bytes = "TZif2" + std::string(15, '\0');
    for (const std::size_t n : {std::size_t{0}, std::size_t{0}, std::size_t{0}, count, types, types})
      for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(n >> shift & 0xff);
    return bytes;
  };
  return header(0, 0) + header(indices.size(), 1) + std::string(times) + std::string(indices) + std::string(7, '\0') +
         "\n" + std::string(footer) + "\n";
}
TimeZone ruled(std::string_view footer) { return TimeZone::read("X", tzif(footer)).value(); }

TEST(TimeZone, is_utc_without_a_file) {
  EXPECT_EQ(TimeZone().name(), "UTC");
  EXPECT_EQ(TimeZone().local_at(1'795'305'600), 1'795'305'600);
  EXPECT_EQ(TimeZone().first_second(1'795'305'600), 1'795'305'600);
}

TEST(TimeZone, changes_at_the_published_second) {
  const auto berlin = zone("Europe/Berlin");
  EXPECT_EQ(berlin.span_at(utc("2026-03-29T00:59:59Z")).offset, 3600);
  EXPECT_EQ(berlin.span_at(utc("2026-03-29T01:00:00Z")).offset, 7200);
  EXPECT_EQ(berlin.span_at(utc("2026-10-25T00:59:59Z")).offset, 7200);
  EXPECT_EQ(berlin.span_at(utc("2026-10-25T01:00:00Z")).offset, 3600);
  // Far behind the last change in the file, by its rule alone.
  EXPECT_EQ(berlin.span_at(utc("2199-07-01T00:00:00Z")).offset, 7200);
  EXPECT_EQ(berlin.span_at(utc("2199-12-31T23:00:00Z")).offset, 3600);
  EXPECT_EQ(zone("Asia/Kathmandu").span_at(utc("2026-01-01T00:00:00Z")).offset, 20'700);
}

TEST(TimeZone, shows_a_swallowed_time_at_the_end_of_the_gap) {
  const auto berlin = zone("Europe/Berlin");
  EXPECT_EQ(berlin.first_second(utc("2026-03-29T02:30:00Z")), utc("2026-03-29T01:00:00Z"));
  EXPECT_EQ(berlin.first_second(utc("2026-03-29T03:00:00Z")), utc("2026-03-29T01:00:00Z"));
  EXPECT_EQ(zone("America/Sao_Paulo").first_second(utc("2018-11-04T00:00:00Z")), utc("2018-11-04T03:00:00Z"));
  // A date that never was.
  EXPECT_EQ(zone("Pacific/Apia").first_second(utc("2011-12-30T00:00:00Z")), utc("2011-12-30T10:00:00Z"));
  EXPECT_EQ(zone("Pacific/Apia").first_second(utc("2011-12-31T00:00:00Z")), utc("2011-12-30T10:00:00Z"));
}

TEST(TimeZone, shows_a_repeated_time_the_first_time) {
  EXPECT_EQ(zone("Europe/Berlin").first_second(utc("2026-10-25T02:30:00Z")), utc("2026-10-25T00:30:00Z"));
  EXPECT_EQ(zone("America/Havana").first_second(utc("2026-11-01T00:00:00Z")), utc("2026-11-01T04:00:00Z"));
  EXPECT_EQ(zone("America/St_Johns").first_second(utc("2010-11-07T00:00:00Z")), utc("2010-11-07T02:30:00Z"));
}

TEST(TimeZone, agrees_with_the_c_library_in_every_zone_and_year) {
  std::mt19937_64 random(1);
  std::uniform_int_distribution<std::int64_t> any(0, 7'258'118'400);  // 1970 to 2200
  for (const auto* name : {"Europe/Berlin", "Europe/Dublin", "America/New_York", "America/Sao_Paulo", "America/Nuuk",
                           "Africa/Casablanca", "Asia/Tehran", "Asia/Gaza", "Australia/Lord_Howe", "Pacific/Apia",
                           "Pacific/Kiritimati", "Antarctica/Troll", "America/St_Johns", "Asia/Tokyo", "UTC"}) {
    const auto ours = zone(name);
    setenv("TZ", name, 1);
    tzset();
    for (int i = 0; i < 4'000; ++i) {
      const std::time_t second = any(random);
      std::tm theirs{};
      localtime_r(&second, &theirs);
      ASSERT_EQ(ours.span_at(second).offset, theirs.tm_gmtoff) << name << " at " << second;
      const auto local = ours.local_at(second);
      const auto first = ours.first_second(local);
      ASSERT_LE(first, second);
      ASSERT_GE(ours.local_at(first), local);
      ASSERT_LT(ours.local_at(first - 1), local);
    }
  }
  unsetenv("TZ");
  tzset();
}

TEST(PosixZone, reads_the_forms_of_the_rule) {
  EXPECT_EQ(ruled("<+0330>-3:30").span_at(0).offset, 12'600);
  EXPECT_EQ(ruled("EST5EDT,M3.2.0,M11.1.0").span_at(utc("2026-11-01T05:59:59Z")).offset, -14'400);
  EXPECT_EQ(ruled("EST5EDT,M3.2.0,M11.1.0").span_at(utc("2026-11-01T06:00:00Z")).offset, -18'000);
  // Days of the year: J60 is 1 March in every year, 59 is 29 February in a leap year.
  EXPECT_EQ(ruled("AAA0BBB,J60/0,J300/0").span_at(utc("2028-02-29T23:59:59Z")).offset, 0);
  EXPECT_EQ(ruled("AAA0BBB,J60/0,J300/0").span_at(utc("2028-03-01T00:00:00Z")).offset, 3600);
  EXPECT_EQ(ruled("AAA0BBB,59/0,300/0").span_at(utc("2028-02-29T00:00:00Z")).offset, 3600);
  // Hours outside the day, and summer time all year (RFC 9636 §3.3.2).
  EXPECT_EQ(ruled("<-02>2<-01>,M3.5.0/-1,M10.5.0/0").span_at(utc("2026-03-29T01:00:00Z")).offset, -3600);
  const auto always = ruled("XXX3EDT4,0/0,J365/23");
  EXPECT_EQ(always.span_at(utc("2026-01-01T03:00:00Z")).offset, -14'400);
  EXPECT_EQ(always.span_at(utc("2026-07-01T03:00:00Z")).offset, -14'400);
  for (const auto* bad : {"", "A5", "EST", "EST25", "EST5EDT", "EST5EDT,M3.2.0", "EST5EDT,M13.2.0,M11.1.0", "EST5EDT,M3.6.0,M11.1.0",
                          "EST5EDT,M3.2.7,M11.1.0", "EST5EDT,J0,J1", "EST5EDT,366,1", "EST5EDT,M3.2.0/168,M11.1.0",
                          "EST5EDT,M3.2.0,M11.1.0x", "<+03-3", "<>5", "EST5:60", "EST+-5"})
    EXPECT_FALSE(PosixZone::read(bad)) << bad;
}

TEST(TimeZone, says_what_is_wrong_with_a_file) {
  const auto error = [](std::string_view bytes) { return TimeZone::read("X", bytes).error(); };
  EXPECT_EQ(error(""), "no TZif file");
  EXPECT_EQ(error("# a text"), "no TZif file");
  auto old = tzif("UTC0");
  old[4] = '\0';
  EXPECT_EQ(error(old), "a TZif file of version 1, which ends in 2038");
  EXPECT_EQ(error(tzif("EST5EDT")), "a rule for the years to come that is none");
  EXPECT_EQ(error(tzif("UTC0").substr(0, 60)), "a TZif file that is cut off");
  EXPECT_EQ(error(tzif("UTC0", std::string(8, '\0'), std::string(1, '\1'))), "a change to an offset that is not there");
  EXPECT_EQ(error(tzif("UTC0", std::string(16, '\0'), std::string(2, '\0'))), "changes that are out of order");
  if (const auto leaps = zone_bytes("right/UTC"); !leaps.empty())
    EXPECT_EQ(error(leaps), "a zone with leap seconds, which our clock does not count");
}

// Every cut is refused and every changed byte is either refused or answers within its bounds; under the sanitizers
// this is what a fuzzer would look for.
TEST(TimeZone, survives_any_byte_being_wrong) {
  const auto good = zone_bytes("America/Sao_Paulo");
  for (std::size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(TimeZone::read("X", good.substr(0, size))) << size;
  std::mt19937 random(2);
  std::size_t read = 0;
  for (int i = 0; i < 20'000; ++i) {
    auto bytes = good;
    for (int n = 0; n <= i % 3; ++n) bytes[random() % bytes.size()] = static_cast<char>(random());
    const auto zone = TimeZone::read("X", bytes);
    if (!zone) continue;
    ++read;
    const std::int64_t second = static_cast<std::int64_t>(random()) * 4 - 4'000'000'000;
    const auto span = zone->span_at(second);
    ASSERT_TRUE(span.from <= second && second < span.until);
    ASSERT_GE(zone->local_at(zone->first_second(second)), second);
  }
  EXPECT_GT(read, 1'000u);
}

TEST(TimeZone, names_cannot_leave_their_folder) {
  for (const auto* good : {"UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5"}) EXPECT_TRUE(TimeZone::is_name(good)) << good;
  for (const auto* bad : {"", "/etc/passwd", "../x", "a//b", "a/", "Europe/Berlin ", "a.tab"}) EXPECT_FALSE(TimeZone::is_name(bad)) << bad;
  EXPECT_EQ(zone_names("# version 2025b\nR A 1 2\nZ Europe/Berlin 0:53:28 - LMT\n1 E CE%sT\nL Europe/Berlin Arctic/Longyearbyen"),
            (std::vector<std::string>{"Europe/Berlin", "Arctic/Longyearbyen"}));
}

}  // namespace
}  // namespace fw
