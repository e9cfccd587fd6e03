#include "cloud/openai_http/limits.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cloud/adapter.h"

namespace fw::cloud {
namespace {

constexpr WallTime kNow{1'795'305'600 * std::int64_t{1'000'000'000}};  // 2026-11-22T00:00:00Z

using Pairs = std::vector<std::pair<std::string_view, std::string_view>>;

StatedLimits told(std::string_view cloud, const Pairs& pairs) {
  std::vector<wire::HeaderField> fields;
  for (const auto& [name, value] : pairs) fields.push_back({name, value, wire::header_id(name)});
  return find(cloud)->limits(fields, kNow);
}

Pairs requests(std::string_view limit, std::string_view remaining, std::string_view reset) {
  return {{"x-ratelimit-limit-requests", limit},
          {"x-ratelimit-remaining-requests", remaining},
          {"x-ratelimit-reset-requests", reset}};
}

TEST(Limits, reads_requests_and_tokens_with_their_resets_as_durations) {
  for (const std::string_view cloud : {"openai", "azure", "compatible"}) {
    const auto said = told(cloud, {{"x-ratelimit-limit-requests", "60"},
                                   {"X-RateLimit-Limit-Tokens", "150000"},
                                   {"x-ratelimit-remaining-requests", "59"},
                                   {"x-ratelimit-remaining-tokens", "149984"},
                                   {"x-ratelimit-reset-requests", "1s"},
                                   {"x-ratelimit-reset-tokens", "6m0s"}});
    EXPECT_EQ(said.requests, (StatedLimit{60, 59, 1'000})) << cloud;
    EXPECT_EQ(said.tokens, (StatedLimit{150'000, 149'984, 360'000})) << cloud;
    EXPECT_FALSE(said.utilisation);
  }
}

TEST(Limits, reads_a_reset_in_each_form_that_a_cloud_writes) {
  const std::vector<std::pair<std::string_view, std::int64_t>> all{
      {"12ms", 12},     {"1s", 1'000},   {"0s", 0},      {"8.64s", 8'640}, {"6m0s", 360'000}, {"1h2m3s", 3'723'000},
      {"300", 300'000}, {"10", 10'000},  {"0.5", 500},   {"1d", 86'400'000}};
  for (const auto& [text, ms] : all) EXPECT_EQ(told("openai", requests("9", "3", text)).requests, (StatedLimit{9, 3, ms})) << text;
}

TEST(Limits, takes_a_reset_it_cannot_read_for_not_said) {
  for (const std::string_view text : {"", "soon", "-1", "-5s", "6m0sx", "6m 0s", "1e3", "nan", "inf", "0x10", "99999999999999999999",
                                      "2d", "s", "1.s2", "1s;", "\xff"})
    EXPECT_EQ(told("openai", requests("9", "3", text)).requests, (StatedLimit{9, 3, 0})) << text;
}

TEST(Limits, says_nothing_of_a_limit_that_is_told_in_half_or_as_no_number) {
  for (const std::string_view bad : {"", " ", "-1", "+1", "1.5", "1,000", "0x10", "ten", "1 ", " 1", "9223372036854775808", "1e3", "1;w=60"}) {
    EXPECT_FALSE(told("openai", requests(bad, "0", "1s")).any()) << bad;
    EXPECT_FALSE(told("openai", requests("9", bad, "1s")).any()) << bad;
  }
  EXPECT_FALSE(told("openai", {{"x-ratelimit-remaining-tokens", "0"}, {"x-ratelimit-reset-tokens", "1s"}}).any());
  EXPECT_FALSE(told("openai", {{"x-ratelimit-limit-tokens", "100"}, {"x-ratelimit-reset-tokens", "1s"}}).any());
  EXPECT_FALSE(told("openai", requests("9", "10", "1s")).any()) << "more is left than there is";
  EXPECT_FALSE(told("openai", {}).any());
}

TEST(Limits, says_nothing_of_a_limit_that_is_told_twice) {
  auto twice = requests("9", "3", "1s");
  twice.emplace_back("x-ratelimit-remaining-requests", "8");
  EXPECT_FALSE(told("openai", twice).any());
}

TEST(Limits, reads_how_full_an_azure_pool_is) {
  const auto at = [](std::string_view text) { return told("azure", {{"azure-openai-deployment-utilization", text}}).utilisation; };
  EXPECT_EQ(at("50%"), 32'768u);
  EXPECT_EQ(at("24.3%"), 15'925u);
  EXPECT_EQ(at("0%"), 0u);
  EXPECT_EQ(at("130.5%"), 85'524u);
  for (const std::string_view bad : {"", "%", "50", "-1%", "x%", "50%%", "nan%", "inf%", "1e2%", "1001%", " 50%"}) EXPECT_FALSE(at(bad)) << bad;
  EXPECT_FALSE(told("openai", {{"azure-openai-deployment-utilization", "50%"}}).any());
}

TEST(Limits, reads_anthropics_with_their_resets_as_times) {
  Pairs pairs{{"anthropic-ratelimit-requests-limit", "50"},      {"anthropic-ratelimit-requests-remaining", "49"},
              {"anthropic-ratelimit-requests-reset", "2026-11-22T00:00:02Z"}, {"anthropic-ratelimit-tokens-limit", "40000"},
              {"anthropic-ratelimit-tokens-remaining", "0"},     {"anthropic-ratelimit-tokens-reset", "2026-11-22T00:01:00Z"}};
  const auto said = told("anthropic", pairs);
  EXPECT_EQ(said.requests, (StatedLimit{50, 49, 2'000}));
  EXPECT_EQ(said.tokens, (StatedLimit{40'000, 0, 60'000}));
  for (const std::string_view bad : {"", "60", "2026-11-21T23:59:59Z", "2026-11-22", "2027-11-22T00:00:00Z", "2026-13-22T00:00:00Z"}) {
    pairs[5].second = bad;
    EXPECT_EQ(told("anthropic", pairs).tokens, (StatedLimit{40'000, 0, 0})) << bad;
  }
}

TEST(Limits, are_not_looked_for_where_no_cloud_documents_them) {
  for (const std::string_view cloud : {"bedrock", "vertex"}) EXPECT_FALSE(told(cloud, requests("9", "3", "1s")).any()) << cloud;
}

// What a cloud may say is anything: every text of a few bytes in every field.
TEST(Limits, hold_what_they_promise_for_any_value) {
  constexpr std::string_view kBytes = "01.9msh-% \xff";
  std::vector<std::string> texts{""};
  for (std::size_t from = 0, round = 0; round < 3; ++round) {
    const auto end = texts.size();
    for (; from < end; ++from)
      for (const char c : kBytes) texts.push_back(texts[from] + c);
  }
  for (const auto& text : texts)
    for (std::size_t at = 0; at < 3; ++at) {
      auto pairs = requests("19", "9", "1s");
      pairs[at].second = text;
      pairs.emplace_back("azure-openai-deployment-utilization", text);
      const auto said = told("azure", pairs);
      if (said.utilisation) EXPECT_LE(*said.utilisation, 655'360u) << text;
      if (!said.requests) continue;
      EXPECT_TRUE(said.requests->remaining >= 0 && said.requests->remaining <= said.requests->limit) << text;
      EXPECT_TRUE(said.requests->reset_ms >= 0 && said.requests->reset_ms <= 86'400'000) << text;
    }
}

}  // namespace
}  // namespace fw::cloud
