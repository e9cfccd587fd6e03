#include "ledger/refusal.h"

#include <gtest/gtest.h>

#include "base/date.h"
#include "base/zone_testing.h"

namespace fw::ledger {
namespace {

Money usd(const char* text) { return *Money::parse_usd(text); }
const WallTime kNow = *parse_rfc3339("2026-11-30T22:59:30Z");

TEST(Refusal, of_a_budget_says_which_how_much_is_spent_and_when_it_starts_anew) {
  const auto berlin = testing::zone("Europe/Berlin");
  BudgetHome home(1);
  home.add({.limit = usd("100")});
  const auto span = window_at(kNow, Window::month, berlin);
  home.restore(0, span.id, usd("99.5"));
  home.grant(0, span.id, usd("0.25"), usd("0.25"));
  const auto error = refused_by_budget({"team-a", Window::month, span, home.state(0, span.id), usd("0.3")}, berlin, kNow);
  EXPECT_EQ(error.message,
            "the budget \"team-a\" of 100 USD per month does not cover this request, which may cost up to 0.3 USD: 99.5 USD are spent and "
            "0.25 USD reserved for requests in progress; the next month begins at 2026-12-01T00:00:00+01:00 (Europe/Berlin)");
  EXPECT_EQ(row(error.code).status, 429);
  EXPECT_EQ(row(error.code).text, "project_spend_limit_exceeded");
  EXPECT_EQ(row(error.code).type, "insufficient_quota");
  EXPECT_EQ(error.retry_after_ms, 30'001u);
}

TEST(Refusal, of_a_budget_sends_nobody_to_wait_in_vain) {
  const TimeZone utc;
  const auto month = window_at(kNow, Window::month, utc);
  const auto large = refused_by_budget({"b", Window::month, month, {.limit = usd("1"), .settled = {}, .leased = {}}, usd("2")}, utc, kNow);
  EXPECT_EQ(large.retry_after_ms, 0u);
  EXPECT_NE(large.message.find("larger than the whole budget"), std::string::npos);
  const auto total = window_at(kNow, Window::total, utc);
  const auto spent = refused_by_budget({"b", Window::total, total, {.limit = usd("1"), .settled = usd("1"), .leased = {}}, usd("0.5")}, utc, kNow);
  EXPECT_EQ(spent.retry_after_ms, 0u);
  EXPECT_EQ(spent.retry, Retry::never);
  EXPECT_NE(spent.message.find("1 USD in all"), std::string::npos);
}

TEST(Refusal, of_a_rate_says_whose_and_when_to_come_back) {
  RateHome home(1);
  home.add(600, {0});
  home.grant(0, 600, 600, {0});
  const auto error = refused_by_rate({"the key team-a", Rate::requests, home.grant(0, 1, 1, {0}), 1});
  EXPECT_EQ(error.message, "the key team-a may use 600 requests per minute (limits.requests_per_minute); 0 are left and this request needs 1: try again in 100 ms");
  EXPECT_EQ(error.retry_after_ms, 100u);
  EXPECT_EQ(row(error.code).type, "requests");
  const auto tokens = refused_by_rate({"the tenant acme", Rate::tokens, home.grant(0, 601, 601, {0}), 601});
  EXPECT_EQ(row(tokens.code).type, "tokens");
  EXPECT_EQ(row(tokens.code).text, "rate_limit_exceeded");
  EXPECT_EQ(tokens.retry_after_ms, 0u);
  EXPECT_NE(tokens.message.find("waiting does not help"), std::string::npos);
}

}  // namespace
}  // namespace fw::ledger
