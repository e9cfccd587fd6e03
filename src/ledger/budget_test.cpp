#include "ledger/budget.h"

#include <gtest/gtest.h>

#include "ledger/budget_testing.h"

namespace fw::ledger {
namespace {

using testing::BudgetRig;
using testing::Request;
using State = Request::State;

constexpr WindowId kNow{0};
constexpr WindowId kNext{1};

Money usd(const char* text) { return *Money::parse_usd(text); }
BudgetTerms hard(const char* limit) { return {.limit = usd(limit)}; }
BudgetTerms soft(const char* limit) { return {.limit = usd(limit), .hard = false}; }

TEST(Budget, admits_exactly_what_fits_whichever_cores_are_asked) {
  for (std::uint64_t seed = 0; seed < 1'000; ++seed) {
    SCOPED_TRACE(seed);
    BudgetRig rig(1 + seed % 8, hard("10"), seed);
    for (int i = 0; i < 64; ++i) {
      rig.request(rig.random() % rig.leases.size(), kNow, usd("1"));
      for (auto n = rig.random() % 4; n > 0; --n) rig.deliver_one();
    }
    rig.deliver_all();
    ASSERT_EQ(rig.count(State::admitted), 10u);
    ASSERT_EQ(rig.count(State::refused), 54u);
    ASSERT_LE(rig.rounds, 1u) << "a spent budget does not ask all cores for every request";
  }
}

TEST(Budget, admits_exactly_what_fits_when_every_core_has_taken_a_store_before) {
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    // Small requests first, so that leases lie unused on all cores; then 64 large ones at once.
    BudgetRig rig(2 + seed % 7, hard("1000"), seed);
    for (int i = 0; i < 40; ++i) {
      const auto small = rig.request(rig.random() % rig.leases.size(), kNow, usd("0.01"));
      rig.deliver_all();
      rig.settle(small, Money());
    }
    for (int i = 0; i < 64; ++i) {
      rig.request(rig.random() % rig.leases.size(), kNow, usd("100"));
      if (rig.random() % 2 == 0) rig.deliver_one();
    }
    rig.deliver_all();
    ASSERT_EQ(rig.count(State::admitted), 10u);
  }
}

TEST(Budget, spends_its_last_unit_and_not_one_more) {
  BudgetRig rig(4, hard("1.000000000000001"), 1);
  for (std::size_t i = 0; i < 4; ++i) rig.request(i, kNow, usd("0.25"));
  rig.deliver_all();
  EXPECT_EQ(rig.count(State::admitted), 4u);
  const auto too_much = rig.request(1, kNow, usd("0.000000000000002"));
  const auto last = rig.request(2, kNow, usd("0.000000000000001"));
  const auto free = rig.request(3, kNow, Money());
  rig.deliver_all();
  EXPECT_EQ(rig.requests[too_much].state, State::refused);
  EXPECT_EQ(rig.requests[last].state, State::admitted);
  EXPECT_EQ(rig.requests[free].state, State::admitted) << "what costs nothing fits always";
}

// Requests, settlements below, at and above the reservation, clients that leave, timers, and a clock that jumps between windows.
void live(BudgetRig& rig, int steps, bool overshoots) {
  std::vector<std::size_t> open;
  auto window = kNow;
  for (int step = 0; step < steps; ++step) {
    const auto core = rig.random() % rig.leases.size();
    switch (rig.random() % 8) {
      case 0:
      case 1: open.push_back(rig.request(core, window, Money::of_units(static_cast<Int128>(rig.random() % 1'000)))); break;
      case 2:
        if (!open.empty()) {
          std::swap(open[rig.random() % open.size()], open.back());
          auto& r = rig.requests[open.back()];
          if (r.state == State::waiting) {
            r.gone = rig.random() % 4 == 0;
          } else {
            const auto most = static_cast<std::uint64_t>(r.amount.units()) + (overshoots ? 300 : 0);
            if (r.state == State::admitted) rig.settle(open.back(), Money::of_units(static_cast<Int128>(rig.random() % (most + 1))));
            open.pop_back();
          }
        }
        break;
      case 3: rig.report(core, BudgetLease::Urgency::soon); break;
      case 4:
        if (rig.random() % 16 == 0) window = {static_cast<std::int64_t>(rig.random() % testing::kWindows)};
        break;
      default: rig.deliver_one();
    }
    rig.check();
    if (::testing::Test::HasFatalFailure()) return;
  }
  rig.deliver_all();
}

void end_all(BudgetRig& rig) {
  for (std::size_t i = 0; i < rig.requests.size(); ++i)
    if (rig.requests[i].state == State::admitted) rig.settle(i, Money());
  rig.deliver_all();
  rig.recall_all();
}

TEST(Budget, holds_at_every_step_of_any_interleaving) {
  for (std::uint64_t seed = 0; seed < 5'000 && !HasFatalFailure(); ++seed) {
    SCOPED_TRACE(seed);
    BudgetRig rig(1 + seed % 5, {.limit = Money::of_units(static_cast<Int128>(1 + seed * 7919 % 20'000))}, seed);
    live(rig, 60, false);
    end_all(rig);
    for (std::int64_t w = 0; w < static_cast<std::int64_t>(testing::kWindows); ++w) {
      const auto state = rig.home.state(0, {w});
      ASSERT_EQ(state.leased.units(), 0) << "a reservation leaked";
      ASSERT_EQ(state.settled.units(), rig.truth({w}).settled.units());
      ASSERT_LE(state.settled.units(), state.limit.units());
      ASSERT_EQ(rig.truth({w}).overdraft.units(), 0);
    }
  }
}

TEST(Budget, books_what_costs_more_than_was_reserved) {
  for (std::uint64_t seed = 0; seed < 1'500 && !HasFatalFailure(); ++seed) {
    SCOPED_TRACE(seed);
    BudgetRig rig(1 + seed % 5, {.limit = Money::of_units(5'000)}, seed);
    live(rig, 100, true);
    end_all(rig);
    for (std::int64_t w = 0; w < static_cast<std::int64_t>(testing::kWindows); ++w) {
      ASSERT_EQ(rig.home.state(0, {w}).leased.units(), 0);
      ASSERT_EQ(rig.home.state(0, {w}).settled.units(), rig.truth({w}).settled.units());
    }
  }
}

TEST(Budget, grants_nothing_while_it_is_overdrawn) {
  BudgetRig rig(2, hard("1"), 1);
  const auto dear = rig.request(1, kNow, usd("0.9"));
  rig.deliver_all();
  rig.settle(dear, usd("1.5"));
  rig.deliver_all();
  EXPECT_EQ(rig.home.state(0, kNow).settled, usd("1.5"));
  EXPECT_EQ(rig.home.state(0, kNow).left(), usd("-0.5"));
  const auto next = rig.request(0, kNow, usd("0.01"));
  rig.deliver_all();
  EXPECT_EQ(rig.requests[next].state, State::refused);
}

TEST(Budget, is_whole_again_in_the_next_window_and_keeps_the_one_before) {
  BudgetRig rig(3, hard("1"), 1);
  const auto old = rig.request(1, kNow, usd("1"));
  rig.deliver_all();
  const auto fresh = rig.request(1, kNext, usd("1"));
  rig.deliver_all();
  EXPECT_EQ(rig.requests[fresh].state, State::admitted);
  rig.settle(old, usd("0.75"));
  rig.report(1, BudgetLease::Urgency::soon);
  rig.deliver_all();
  EXPECT_EQ(rig.home.state(0, kNow).settled, usd("0.75")) << "settled where it was reserved";
  EXPECT_EQ(rig.home.state(0, kNext).settled, Money());
  // The clock jumps back over the edge: what was spent there stands.
  const auto too_much = rig.request(2, kNow, usd("0.5"));
  const auto fits = rig.request(2, kNow, usd("0.25"));
  rig.deliver_all();
  EXPECT_EQ(rig.requests[too_much].state, State::refused);
  EXPECT_EQ(rig.requests[fits].state, State::admitted);
}

TEST(Budget, a_client_that_leaves_while_it_waits_takes_nothing_with_it) {
  BudgetRig rig(2, hard("1"), 1);
  const auto left = rig.request(1, kNow, usd("1"));
  rig.requests[left].gone = true;
  rig.deliver_all();
  const auto next = rig.request(0, kNow, usd("1"));
  rig.deliver_all();
  EXPECT_EQ(rig.requests[next].state, State::admitted);
}

TEST(Budget, needs_few_letters_while_much_is_left) {
  BudgetRig rig(4, hard("1000"), 1);
  std::size_t asked = 0;
  for (std::size_t i = 0; i < 4'000; ++i) {
    const auto r = rig.request(i % 4, kNow, usd("0.001"));
    asked += rig.requests[r].state == State::waiting ? 1 : 0;
    rig.deliver_all();
    rig.settle(r, usd("0.0005"));
  }
  EXPECT_LE(asked, 4'000u / 60);
}

TEST(Budget, restores_what_the_ledger_has) {
  BudgetRig rig(2, hard("10"), 1);
  rig.home.restore(0, kNow, usd("8.5"));
  rig.truth(kNow).settled = usd("8.5");
  EXPECT_EQ(rig.home.state(0, kNow).alert_percent, 80);
  for (int i = 0; i < 4; ++i) rig.request(1, kNow, usd("0.5"));
  rig.deliver_all();
  EXPECT_EQ(rig.count(State::admitted), 3u);
  for (std::size_t i = 0; i < 3; ++i) rig.settle(i, usd("0.5"));
  rig.recall_all();
  std::vector<std::uint16_t> told;
  for (const auto& passed : rig.passed) told.insert(told.end(), passed.list().begin(), passed.list().end());
  EXPECT_EQ(told, (std::vector<std::uint16_t>{100})) << "50 and 80 were told before the restart";
}

TEST(Budget, tells_each_alert_once_per_window) {
  BudgetHome home(1);
  home.add({.limit = usd("100"), .hard = false, .alert_percent = {50, 80, 100, 150}});
  const auto settle = [&](WindowId window, const char* cost) {
    const auto passed = home.returned(0, {.window = window, .unused = {}, .spent = usd(cost), .overdraft = usd(cost)});
    return std::vector<std::uint16_t>(passed.list().begin(), passed.list().end());
  };
  using Told = std::vector<std::uint16_t>;
  EXPECT_EQ(settle(kNow, "49.999999999999999"), Told{});
  EXPECT_EQ(settle(kNow, "0.000000000000001"), Told{50});
  EXPECT_EQ(settle(kNow, "1"), Told{});
  EXPECT_EQ(settle(kNow, "60"), (Told{80, 100}));
  EXPECT_EQ(settle(kNow, "100"), Told{150});
  EXPECT_EQ(settle(kNow, "100"), Told{});
  EXPECT_EQ(settle(kNext, "50"), Told{50});
}

TEST(Budget, soft_ones_admit_and_flag) {
  BudgetHome home(1);
  home.add(soft("1"));
  BudgetLease lease(false);
  EXPECT_TRUE(lease.take(kNow, usd("5")).ok);
  EXPECT_FALSE(lease.take(kNow, usd("5")).over);
  lease.settle(kNow, usd("5"), usd("2"));
  EXPECT_FALSE(lease.next_return(BudgetLease::Urgency::now)) << "nobody waits for it";
  const auto told = home.returned(0, *lease.next_return(BudgetLease::Urgency::soon));
  EXPECT_TRUE(told.limit);
  EXPECT_EQ(home.state(0, kNow).settled, usd("2"));
  EXPECT_EQ(home.state(0, kNow).leased, Money());
  lease.note_over(kNow);
  const auto taken = lease.take(kNow, usd("5"));
  EXPECT_TRUE(taken.ok && taken.over);
  EXPECT_FALSE(lease.take(kNext, usd("5")).over) << "the next window is a new one";
}

TEST(Budget, a_lower_limit_binds_from_the_next_grant_on) {
  BudgetRig rig(2, hard("100"), 1);
  rig.request(1, kNow, usd("10"));
  rig.deliver_all();
  rig.home.change(0, hard("15"));
  EXPECT_EQ(rig.home.state(0, kNow).limit, usd("15"));
  EXPECT_EQ(rig.home.grant(0, kNow, usd("6"), usd("6")).amount, Money());
}

TEST(Budget, keeps_many_windows_of_a_jumping_clock_but_not_all) {
  BudgetHome home(1);
  home.add(hard("1"));
  for (std::int64_t w = 0; w < 1'000; ++w) home.returned(0, {.window = {w}, .unused = {}, .spent = usd("1"), .overdraft = usd("1")});
  EXPECT_EQ(home.state(0, {999}).settled, usd("1"));
  EXPECT_EQ(home.state(0, {1}).settled, Money());
}

TEST(Budget, stops_the_program_when_its_books_do_not_add_up) {
  BudgetLease lease;
  EXPECT_DEATH(lease.settle(kNow, usd("1"), usd("1")), "") << "a reservation that was never made";
  BudgetHome home(1);
  home.add(hard("1"));
  EXPECT_DEATH(home.returned(0, {.window = kNow, .unused = usd("1"), .spent = {}, .overdraft = {}}), "");
}

}  // namespace
}  // namespace fw::ledger
