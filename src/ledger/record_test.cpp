#include "ledger/record.h"

#include <gtest/gtest.h>

#include <string>
#include <type_traits>

namespace fw::ledger {
namespace {

// The journal will copy attempts as bytes.
static_assert(std::is_trivially_copyable_v<AttemptRecord>);
static_assert(sizeof(AttemptRecord) <= 512);

TEST(ShortText, cuts_at_its_capacity) {
  EXPECT_EQ(ShortText<4>("abcdef").view(), "abcd");
  EXPECT_EQ(ShortText<4>("").view(), "");
  EXPECT_TRUE(ShortText<4>().empty());
  EXPECT_EQ(ShortText<4>("ab"), ShortText<4>("ab"));
  EXPECT_FALSE(ShortText<4>("ab") == ShortText<4>("abc"));
}

TEST(Record, names_every_state_as_the_export_does) {
  EXPECT_EQ(name(AttemptState::open), "open");
  EXPECT_EQ(name(AttemptState::settled_exact), "settled_exact");
  EXPECT_EQ(name(AttemptState::settled_estimated), "settled_estimated");
  EXPECT_EQ(name(AttemptState::not_sent), "not_sent");
  EXPECT_EQ(name(AttemptState::refused_unbilled), "refused_unbilled");
  EXPECT_EQ(name(AttemptState::ambiguous), "ambiguous");
  EXPECT_EQ(name(Basis::cancel_unbilled), "cancel_unbilled");
  EXPECT_EQ(name(Basis::price_unknown), "price_unknown");
}

TEST(Record, what_did_not_answer_is_booked_by_why_it_was_made) {
  using enum Purpose;
  using cloud::FailureKind;
  for (const auto purpose : {first, probe, retry, fallback, second_opinion, hedge}) {
    EXPECT_EQ(account_of(purpose, FailureKind::none), Account::answers);
    EXPECT_EQ(account_of(purpose, FailureKind::outrun), Account::hedges);
  }
  EXPECT_EQ(name(account_of(unknown, FailureKind::none)), "unknown");
  EXPECT_EQ(name(account_of(unknown, FailureKind::truncated)), "unknown");
  EXPECT_EQ(name(account_of(first, FailureKind::truncated)), "failures");
  EXPECT_EQ(name(account_of(probe, FailureKind::server_error)), "probes");
  EXPECT_EQ(name(account_of(retry, FailureKind::server_error)), "retries");
  EXPECT_EQ(name(account_of(fallback, FailureKind::timed_out)), "fallbacks");
  EXPECT_EQ(name(account_of(second_opinion, FailureKind::invalid_request)), "second_opinions");
  EXPECT_EQ(name(account_of(hedge, FailureKind::server_error)), "hedges");
  EXPECT_EQ(name(kPurposeLast), "hedge");
}

}  // namespace
}  // namespace fw::ledger
