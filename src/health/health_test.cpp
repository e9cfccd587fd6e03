#include <gtest/gtest.h>

#include "health/account_marks.h"
#include "health/retry_budget.h"

namespace fw::health {

TEST(RetryBudget, a_failover_that_works_is_never_refused) {
  RetryBudget budget(10, 5);
  for (int i = 0; i < 1000; ++i) {
    budget.request();
    ASSERT_TRUE(budget.take()) << i;
    budget.give_back();
  }
}

TEST(RetryBudget, a_total_outage_costs_a_tenth_more_and_the_burst) {
  RetryBudget budget(10, 5);
  int retries = 0;
  for (int i = 0; i < 1000; ++i) {
    budget.request();
    retries += budget.take() ? 1 : 0;
  }
  EXPECT_LE(retries, 100 + 5);
  EXPECT_GE(retries, 100);
}

TEST(AccountMarks, end_by_themselves) {
  AccountMarks marks(2);
  const MonoTime now{1'000'000'000};
  marks.mark(1, cloud::Mark::account_exhausted, now);
  EXPECT_FALSE(marks.marked(0, now));
  EXPECT_TRUE(marks.marked(1, now));
  EXPECT_FALSE(marks.marked(1, now.plus_ms(AccountMarks::kExhaustedMs)));
}

TEST(AccountMarks, an_answer_clears_them) {
  AccountMarks marks(1);
  marks.mark(0, cloud::Mark::credential_bad, MonoTime{1});
  marks.clear(0);
  EXPECT_FALSE(marks.marked(0, MonoTime{2}));
}

}  // namespace fw::health
