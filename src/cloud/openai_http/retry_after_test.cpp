#include <gtest/gtest.h>

#include <vector>

#include "cloud/openai_http/failure.h"

namespace fw::cloud::openai_http {
namespace {

constexpr WallTime kNow{1'795'305'600 * std::int64_t{1'000'000'000}};  // Sun, 22 Nov 2026 00:00:00 GMT

using Pairs = std::vector<std::pair<std::string_view, std::string_view>>;

std::uint32_t wait(const Pairs& pairs) {
  std::vector<wire::HeaderField> fields;
  for (const auto& [name, value] : pairs) fields.push_back({name, value, wire::header_id(name)});
  return retry_after_ms(fields, kNow);
}

TEST(RetryAfter, prefers_milliseconds_to_seconds) {
  EXPECT_EQ(wait({{"retry-after", "7"}, {"retry-after-ms", "250"}}), 250u);
  EXPECT_EQ(wait({{"retry-after-ms", "1243.5"}}), 1244u);
  EXPECT_EQ(wait({{"retry-after", "7"}}), 7000u);
  EXPECT_EQ(wait({{"retry-after", "1.5"}}), 1500u);
}

TEST(RetryAfter, reads_a_date) {
  EXPECT_EQ(wait({{"retry-after", "Sun, 22 Nov 2026 00:00:30 GMT"}}), 30'000u);
  EXPECT_EQ(wait({{"retry-after", "Sat, 21 Nov 2026 23:59:59 GMT"}}), 0u);
  for (const char* bad : {"Sun, 22 Nov 2026 00:00:30 UTC", "Sun, 31 Feb 2027 00:00:30 GMT", "Sun, 22 Xov 2026 00:00:30 GMT",
                          "Sun, 22 Nov 2026 24:00:30 GMT", "22 Nov 2026", "Sun, 22 ovD 2026 00:00:30 GMT"})
    EXPECT_EQ(wait({{"retry-after", bad}}), 0u) << bad;
}

TEST(RetryAfter, ignores_what_is_negative_or_unreadable) {
  for (const char* bad : {"-1", "", "soon", "1s", "0x10", "1e9", "nan", "inf", "1,5", " 1"})
    EXPECT_EQ(wait({{"retry-after", bad}}), 0u) << bad;
  EXPECT_EQ(wait({{"retry-after-ms", "-5"}, {"retry-after", "2"}}), 2000u);
}

TEST(RetryAfter, keeps_huge_waits_as_numbers) {
  EXPECT_EQ(wait({{"retry-after", "86400"}}), 86'400'000u);
  EXPECT_EQ(wait({{"retry-after", "99999999999999999999"}}), 4'294'967'295u);
}

TEST(RetryAfter, falls_back_on_the_reset_of_a_limit_that_has_nothing_left) {
  EXPECT_EQ(wait({{"x-ratelimit-remaining-tokens", "0"}, {"x-ratelimit-reset-tokens", "6m0s"}}), 360'000u);
  EXPECT_EQ(wait({{"x-ratelimit-remaining-tokens", "0"}, {"x-ratelimit-reset-tokens", "20ms"}}), 20u);
  EXPECT_EQ(wait({{"x-ratelimit-remaining-requests", "0"}, {"x-ratelimit-reset-requests", "10"}}), 10'000u);
  EXPECT_EQ(wait({{"x-ratelimit-remaining-tokens", "5"}, {"x-ratelimit-reset-tokens", "6m0s"}}), 0u);
  EXPECT_EQ(wait({{"x-ratelimit-remaining-tokens", "0"}, {"x-ratelimit-reset-tokens", "later"}}), 0u);
}

TEST(RetryAfter, reads_the_wait_that_a_message_names) {
  EXPECT_EQ(retry_after_ms("have exceeded token rate limit. Please retry after 6 seconds. Please go"), 6000u);
  EXPECT_EQ(retry_after_ms("Rate limit reached. Please try again in 1.2s."), 1200u);
  EXPECT_EQ(retry_after_ms("Please try again in 6m0s. Visit"), 360'000u);
  EXPECT_EQ(retry_after_ms("Try again in 30 seconds."), 0u + 30'000u);
  EXPECT_EQ(retry_after_ms("Please retry after a while"), 0u);
  EXPECT_EQ(retry_after_ms("retry after "), 0u);
}

}  // namespace
}  // namespace fw::cloud::openai_http
