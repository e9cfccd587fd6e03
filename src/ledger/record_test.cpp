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

}  // namespace
}  // namespace fw::ledger
