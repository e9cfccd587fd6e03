#include "net/timer.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <vector>

namespace fw::net {
namespace {

struct Bell : Timer {
  explicit Bell(std::vector<MonoTime>& r) : rung(r) {
    fire = [](Timer* t) { static_cast<Bell*>(t)->rung.push_back(t->at); };
  }
  std::vector<MonoTime>& rung;
};

constexpr std::int64_t kMs = 1'000'000;

}  // namespace

TEST(TimerWheel, fires_once_and_never_early) {
  TimerWheel wheel({0});
  std::vector<MonoTime> rung;
  Bell bell(rung);
  wheel.arm(bell, {100 * kMs});
  wheel.advance({99 * kMs});
  EXPECT_TRUE(rung.empty());
  wheel.advance({104 * kMs});
  EXPECT_EQ(rung.size(), 1u);
  wheel.advance({1000 * kMs});
  EXPECT_EQ(rung.size(), 1u);
}

TEST(TimerWheel, keeps_what_lies_more_than_one_revolution_away) {
  TimerWheel wheel({0});
  std::vector<MonoTime> rung;
  Bell bell(rung);
  const MonoTime at{900'000 * kMs};
  wheel.arm(bell, at);
  MonoTime now{0};
  int wakes = 0;
  while (rung.empty()) {
    now = wheel.next();
    ASSERT_NE(now, MonoTime::never());
    wheel.advance(now);
    ASSERT_LT(++wakes, 200);
  }
  EXPECT_GE(now, at);
  EXPECT_LE(now.ns - at.ns, TimerWheel::kTickNs);
}

TEST(TimerWheel, a_cancelled_timer_leaves_nothing_behind) {
  TimerWheel wheel({0});
  std::vector<MonoTime> rung;
  Bell bell(rung);
  wheel.arm(bell, {50 * kMs});
  wheel.cancel(bell);
  EXPECT_EQ(wheel.next(), MonoTime::never());
  wheel.advance({100 * kMs});
  EXPECT_TRUE(rung.empty());
}

TEST(TimerWheel, a_timer_may_arm_and_cancel_others_while_it_fires) {
  struct Ringer : Timer {
    TimerWheel* wheel = nullptr;
    Timer* other = nullptr;
    int rang = 0;
  };
  TimerWheel wheel({0});
  std::vector<MonoTime> rung;
  Bell victim(rung);
  Ringer ringer;
  ringer.wheel = &wheel;
  ringer.other = &victim;
  ringer.fire = [](Timer* t) {
    auto* const r = static_cast<Ringer*>(t);
    if (++r->rang < 3) r->wheel->arm(*r, {t->at.ns + 10 * kMs});
    r->wheel->cancel(*r->other);
  };
  wheel.arm(ringer, {10 * kMs});
  wheel.arm(victim, {10 * kMs});
  for (int ms = 0; ms < 100; ms += 4) wheel.advance({ms * kMs});
  EXPECT_EQ(ringer.rang, 3);
  EXPECT_TRUE(rung.empty());
  EXPECT_EQ(wheel.armed(), 0u);
}

TEST(TimerWheel, agrees_with_a_sorted_list_on_random_work) {
  TimerWheel wheel({0});
  std::mt19937 random(7);
  std::vector<MonoTime> rung;
  std::vector<std::unique_ptr<Bell>> bells;
  for (int i = 0; i < 500; ++i) {
    bells.push_back(std::make_unique<Bell>(rung));
    wheel.arm(*bells.back(), {static_cast<std::int64_t>(random() % 20'000) * kMs});
    if (random() % 3 == 0) wheel.cancel(*bells[random() % bells.size()]);
  }
  std::size_t armed = 0;
  for (const auto& b : bells) armed += b->armed() ? 1 : 0;
  EXPECT_EQ(wheel.armed(), armed);
  MonoTime now{0};
  while (wheel.armed() > 0) {
    now = {now.ns + static_cast<std::int64_t>(random() % 300) * kMs};
    const auto before = rung.size();
    wheel.advance(now);
    for (auto i = before; i < rung.size(); ++i) EXPECT_LE(rung[i], now);
    for (const auto& b : bells)
      if (b->armed()) EXPECT_GT(b->at.ns, now.ns - TimerWheel::kTickNs);
  }
  EXPECT_EQ(rung.size(), armed);
}

}  // namespace fw::net
