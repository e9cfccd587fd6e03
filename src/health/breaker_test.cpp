#include "health/breaker.h"

#include <gtest/gtest.h>

#include <random>

#include "health/known_shapes.h"

namespace fw::health {
namespace {

using cloud::FailureKind;

struct BreakerTest : testing::Test {
  Breaker breaker{1};
  MonoTime now{1'000'000'000'000};

  Observation seen(std::uint32_t tenant, FailureKind kind = FailureKind::none, std::uint16_t status = 200) const {
    Observation o;
    o.at = now;
    o.tenant = tenant;
    o.kind = kind;
    o.status = status;
    return o;
  }
  void serves(std::uint32_t tenant) { breaker.served(seen(tenant)); }
  void fails(std::uint32_t tenant) { breaker.failed(seen(tenant, FailureKind::server_error, 500)); }
  void refuses(std::uint32_t tenant, bool known_good = false) {
    auto o = seen(tenant, FailureKind::invalid_request, 400);
    o.known_good = known_good;
    breaker.refused(o);
  }
  bool open() const { return breaker.state(now) != BreakerState::closed; }
  void wait_for_probe() {
    now = breaker.opened().until;
    ASSERT_TRUE(breaker.may_probe(now));
  }
  void break_down() {
    for (int i = 0; i < 9; ++i) fails(static_cast<std::uint32_t>(i));
    ASSERT_EQ(breaker.state(now), BreakerState::open);
  }
};

TEST_F(BreakerTest, opens_within_a_second_of_ninety_in_a_hundred_failing) {
  std::mt19937_64 random(1);
  for (int seed = 0; seed < 100; ++seed) {
    Breaker b(1);
    int n = 0;
    for (; b.state(now) == BreakerState::closed && n < 100; ++n) {
      now.ns += 10'000'000;
      random() % 10 ? b.failed(seen(static_cast<std::uint32_t>(n % 5), FailureKind::server_error, 500))
                    : b.served(seen(static_cast<std::uint32_t>(n % 5)));
    }
    EXPECT_LT(n, 50);
  }
}

TEST_F(BreakerTest, opens_for_the_only_tenant_there_is_after_a_second_of_failures) {
  for (int i = 0; i < 50; ++i) {
    now.ns += 10'000'000;
    fails(7);
  }
  EXPECT_FALSE(open());
  for (int i = 0; i < 60; ++i) {
    now.ns += 10'000'000;
    fails(7);
  }
  EXPECT_TRUE(open());
}

TEST_F(BreakerTest, opens_at_once_for_the_only_tenant_where_no_answer_comes) {
  for (int i = 0; i < 9; ++i) breaker.failed(seen(7, FailureKind::unreachable, 0));
  EXPECT_TRUE(open());
  EXPECT_EQ(explain(breaker.opened()), "9 of 9 attempts failed, the latest with unreachable");
}

TEST_F(BreakerTest, stays_closed_while_one_tenant_fails_and_others_are_served) {
  for (int i = 0; i < 20'000; ++i) {
    now.ns += 1'000'000;
    fails(7);
    if (i % 50 == 0) serves(1);
    if (i % 70 == 0) refuses(7);
  }
  EXPECT_FALSE(open());
}

TEST_F(BreakerTest, opens_for_all_though_one_tenant_failed_before) {
  for (int i = 0; i < 2'000; ++i) {
    now.ns += 1'000'000;
    fails(7);
    if (i % 10 == 0) serves(1), serves(2);
  }
  ASSERT_FALSE(open());
  for (int i = 0; i < 20; ++i) {
    now.ns += 10'000'000;
    fails(1), fails(2), fails(7);
  }
  EXPECT_TRUE(open());
}

TEST_F(BreakerTest, takes_refusals_of_one_tenant_for_its_own) {
  for (int i = 0; i < 100'000; ++i) {
    now.ns += 1'000'000;
    refuses(7);
  }
  EXPECT_FALSE(open());
}

TEST_F(BreakerTest, takes_refusals_of_several_tenants_for_its_own_when_nobody_is_served) {
  for (std::uint32_t i = 0; i < 20; ++i) refuses(i % 4);
  EXPECT_TRUE(open());
  EXPECT_EQ(breaker.opened().why, Why::refusals);
  EXPECT_EQ(explain(breaker.opened()), "400 for valid requests from 4 tenants");
}

TEST_F(BreakerTest, stays_closed_while_two_of_six_tenants_are_refused) {
  for (std::uint32_t i = 0; i < 6'000; ++i) {
    now.ns += 1'000'000;
    refuses(i % 2), refuses(i % 2);
    serves(2 + i % 4);
  }
  EXPECT_FALSE(open());
}

TEST_F(BreakerTest, believes_one_tenant_whose_requests_were_good_before) {
  for (int i = 0; i < 20; ++i) refuses(7, true);
  EXPECT_TRUE(open());
  EXPECT_EQ(explain(breaker.opened()), "400 for valid requests from 1 tenant");
}

TEST_F(BreakerTest, believes_it_less_when_others_are_served) {
  for (int i = 0; i < 2'000; ++i) {
    now.ns += 1'000'000;
    refuses(7, true);
    if (i % 20 == 3) serves(1);
  }
  EXPECT_FALSE(open());
}

TEST_F(BreakerTest, believes_second_opinions) {
  for (int i = 0; i < 20; ++i) refuses(7);
  EXPECT_FALSE(open());
  for (int i = 0; i < 3; ++i) breaker.opinion(seen(7), true);
  EXPECT_TRUE(open());
}

TEST_F(BreakerTest, believes_second_opinions_that_agree) {
  for (std::uint32_t i = 0; i < 2'000; ++i) {
    refuses(i % 4);
    breaker.opinion(seen(i % 4), false);
  }
  EXPECT_FALSE(open());
}

TEST_F(BreakerTest, closes_after_three_probes_one_at_a_time) {
  break_down();
  for (int i = 0; i < 3; ++i) {
    if (i == 0) wait_for_probe();
    ASSERT_TRUE(breaker.may_probe(now));
    breaker.probe_begins(now);
    EXPECT_FALSE(breaker.may_probe(now));
    now = now.plus_ms(500);
    auto o = seen(1);
    o.duration_ms = 500;
    EXPECT_EQ(breaker.served(o), i == 2);
    breaker.probe_ends();
  }
  EXPECT_FALSE(open());
}

TEST_F(BreakerTest, is_not_closed_by_answers_to_what_was_sent_before) {
  break_down();
  for (int i = 0; i < 10; ++i) {
    auto o = seen(1);
    o.at = now.plus_ms(100);
    o.duration_ms = 200;
    breaker.served(o);
  }
  EXPECT_TRUE(open());
}

TEST_F(BreakerTest, waits_longer_after_each_failed_probe_up_to_thirty_seconds) {
  break_down();
  std::int64_t expected = 1'000;
  for (int i = 0; i < 8; ++i) {
    EXPECT_NEAR(static_cast<double>(breaker.opened().until.ms_since(now)), static_cast<double>(expected),
                0.1001 * static_cast<double>(expected));
    wait_for_probe();
    fails(1);
    expected = std::min<std::int64_t>(30'000, expected * 2);
  }
  EXPECT_EQ(breaker.opened().failed, 9U);  // why it opened is not forgotten
  EXPECT_EQ(breaker.opened().since.ns, 1'000'000'000'000);
}

TEST_F(BreakerTest, is_not_kept_open_by_failures_of_what_was_sent_before) {
  break_down();
  wait_for_probe();
  auto o = seen(1, FailureKind::timed_out, 0);
  o.duration_ms = 60'000;
  EXPECT_FALSE(breaker.failed(o));
  EXPECT_TRUE(breaker.may_probe(now));
}

TEST_F(BreakerTest, goes_on_doubling_after_a_relapse_and_starts_anew_after_a_good_minute) {
  break_down();
  wait_for_probe();
  for (int i = 0; i < 3; ++i) serves(1);
  ASSERT_FALSE(open());
  now = now.plus_ms(5'000);
  break_down();
  EXPECT_EQ(breaker.opened().times, 2U);
  wait_for_probe();
  for (int i = 0; i < 3; ++i) serves(1);
  now = now.plus_ms(Breaker::kRelapseMs + 1);
  break_down();
  EXPECT_EQ(breaker.opened().times, 1U);
}

TEST_F(BreakerTest, gives_up_a_probe_that_never_comes_back) {
  break_down();
  wait_for_probe();
  breaker.probe_begins(now);
  EXPECT_FALSE(breaker.may_probe(now.plus_ms(Breaker::kProbeLostMs)));
  EXPECT_TRUE(breaker.may_probe(now.plus_ms(Breaker::kProbeLostMs + 1)));
}

TEST_F(BreakerTest, asks_again_later_when_a_probe_is_refused) {
  break_down();
  wait_for_probe();
  refuses(1);
  EXPECT_EQ(breaker.state(now), BreakerState::open);
  EXPECT_EQ(breaker.opened().times, 1U);
}

TEST_F(BreakerTest, asks_again_later_when_a_probe_is_throttled) {
  break_down();
  wait_for_probe();
  EXPECT_TRUE(breaker.throttled(seen(1, FailureKind::rate_limited, 429), 0));
  EXPECT_EQ(breaker.state(now), BreakerState::open);
  EXPECT_EQ(breaker.opened().times, 1U);
}

TEST_F(BreakerTest, jitters_as_its_seed_says) {
  Breaker same(1);
  Breaker other(2);
  break_down();
  for (std::uint32_t i = 0; i < 9; ++i) {
    same.failed(seen(i, FailureKind::server_error, 500));
    other.failed(seen(i, FailureKind::server_error, 500));
  }
  EXPECT_EQ(same.opened().until, breaker.opened().until);
  EXPECT_NE(other.opened().until, breaker.opened().until);
}

TEST_F(BreakerTest, says_why_in_words) {
  EXPECT_EQ(explain(breaker.opened()), "");
  for (int i = 0; i < 5; ++i) breaker.throttled(seen(1, FailureKind::rate_limited, 429), 2);
  EXPECT_EQ(explain(breaker.opened()), "5 of 5 attempts were throttled though the quota had room or the wait was over");
  Breaker stall(1);
  stall.stalled(12, now);
  EXPECT_EQ(explain(stall.opened()), "12 attempts wait and none got its first token");
  EXPECT_EQ(name(BreakerState::probing), "probing");
  EXPECT_EQ(name(Why::false_throttling), "false_throttling");
}

// Failures as usual must not open it: Wald's bound, tried where it is cheap to try.
TEST(Evidence, of_usual_failures_does_not_gather) {
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    std::mt19937_64 random(seed);
    Cusum c;
    MonoTime now{1};
    for (int i = 0; i < 500'000; ++i) {
      now.ns += 1'000'000;
      c.add(kFailures, random() % 50 == 0, now);
      ASSERT_FALSE(c.passed(kFailures)) << seed << " " << i;
    }
  }
}

TEST(Evidence, is_dropped_with_the_memory_of_whose_it_was) {
  Cusum c;
  MonoTime now{1};
  for (int i = 0; i < 8; ++i) c.add(kFailures, true, now);
  c.add(kFailures, true, now.plus_ms(Tenants::kKeptMs + 1));
  EXPECT_FALSE(c.passed(kFailures));
  EXPECT_EQ(c.judged(), 1U);
}

TEST(KnownShapes, are_remembered_for_an_hour_and_forgotten_by_others) {
  KnownShapes shapes(100);
  const MonoTime now{1};
  EXPECT_FALSE(shapes.known(0, now));
  shapes.served(42, now);
  EXPECT_TRUE(shapes.known(42, now.plus_ms(KnownShapes::kKeptMs)));
  EXPECT_FALSE(shapes.known(42, now.plus_ms(KnownShapes::kKeptMs + 1)));
  shapes.served(42 + 128, now.plus_ms(1));
  EXPECT_TRUE(shapes.known(42, now.plus_ms(1)));
  shapes.served(42 + 256, now.plus_ms(2));
  EXPECT_FALSE(shapes.known(42, now.plus_ms(2)));  // the older one goes
  EXPECT_TRUE(shapes.known(42 + 128, now.plus_ms(2)));
}

}  // namespace
}  // namespace fw::health
