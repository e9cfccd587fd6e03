#include "ledger/rate.h"

#include <deque>
#include <random>

#include <gtest/gtest.h>

namespace fw::ledger {
namespace {

constexpr MonoTime kStart{1'000'000'000};
MonoTime after_ms(std::int64_t ms) { return kStart.plus_ms(ms); }

// Cores, mailboxes and one account, as the protocol says; see budget_testing.h for the same with money.
class RateRig {
 public:
  enum class State : std::uint8_t { waiting, admitted, refused, ended };
  struct Request {
    std::size_t core;
    std::int64_t amount;
    State state = State::waiting;
    RateGrant last = {};
  };
  struct Booked {
    MonoTime at;
    std::int64_t sum;  // after it
  };

  RateRig(std::size_t cores, std::int64_t limit, std::uint64_t seed) : random(seed), home(cores), leases(cores), letters_(2 * cores) {
    home.add(limit, kStart);
  }
  std::size_t request(std::size_t core, std::int64_t amount) {
    requests.push_back({core, amount});
    reserve(requests.size() - 1);
    return requests.size() - 1;
  }
  void settle(std::size_t which, std::int64_t actual) {
    auto& r = requests[which];
    leases[r.core].settle(r.amount, actual);
    r.state = State::ended;
    report(r.core, RateLease::Urgency::now);
  }
  void report(std::size_t core, RateLease::Urgency urgency) {
    if (const auto r = leases[core].next_return(urgency)) letters_[core].push_back({.kind = Kind::returned, .returned = *r});
  }
  void report_all() {
    for (std::size_t core = 0; core < leases.size(); ++core) report(core, RateLease::Urgency::soon);
    deliver_all();
  }
  bool deliver_one() {
    std::size_t full = 0;
    for (const auto& box : letters_) full += box.empty() ? 0 : 1;
    if (full == 0) return false;
    auto pick = random() % full;
    for (std::size_t at = 0; at < letters_.size(); ++at)
      if (!letters_[at].empty() && pick-- == 0) {
        const auto letter = letters_[at].front();
        letters_[at].pop_front();
        at < leases.size() ? at_home(letter) : at_core(at - leases.size(), letter);
        break;
      }
    return true;
  }
  void deliver_all() {
    while (deliver_one()) {}
  }
  // The most that was booked in any 60 seconds that end with the last event.
  std::int64_t booked_in_minute() const {
    const auto& last = booked.back();
    std::int64_t most = 0;
    for (auto at = booked.size(); at-- > 0 && booked[at].at.ns + 60 * kSecondNs >= last.at.ns;)
      most = std::max(most, last.sum - (at == 0 ? 0 : booked[at - 1].sum));
    return most;
  }
  std::int64_t admitted_sum() const {
    std::int64_t sum = 0;
    for (const auto& r : requests) sum += r.state == State::admitted || r.state == State::ended ? r.amount : 0;
    return sum;
  }

  std::mt19937_64 random;
  RateHome home;
  std::vector<RateLease> leases;
  std::vector<Request> requests;
  std::vector<Booked> booked;
  MonoTime now = kStart;
  std::size_t asked = 0;

 private:
  enum class Kind : std::uint8_t { ask, granted, recall, returned, answered };
  struct Letter {
    Kind kind = Kind::ask;
    std::size_t request = 0;
    RateGrant grant = {};
    RateReturn returned = {};
  };
  void book(std::int64_t amount) { booked.push_back({now, (booked.empty() ? 0 : booked.back().sum) + amount}); }
  void reserve(std::size_t which) {
    auto& r = requests[which];
    if (leases[r.core].take(r.amount)) {
      book(r.amount);
      r.state = State::admitted;
    } else {
      ++asked;
      letters_[r.core].push_back({.kind = Kind::ask, .request = which});
    }
  }
  void ask(std::size_t which) {
    const auto& r = requests[which];
    const auto grant = home.grant(0, RateLease::wanted(r.amount), r.amount, now);
    if (!grant.recall) return letters_[leases.size() + r.core].push_back({.kind = Kind::granted, .request = which, .grant = grant});
    waiting_.push_back(which);
    if (home.recalling(0)) return;
    home.recall_begun(0);
    answers_missing_ = leases.size();
    for (std::size_t core = 0; core < leases.size(); ++core) letters_[leases.size() + core].push_back({.kind = Kind::recall});
  }
  void at_home(const Letter& letter) {
    if (letter.kind == Kind::ask) return ask(letter.request);
    if (letter.kind == Kind::returned) {
      if (letter.returned.refund > 0) book(-letter.returned.refund);
      return home.returned(0, letter.returned, now);
    }
    if (--answers_missing_ > 0) return;
    home.recall_done(0);
    for (const auto which : std::exchange(waiting_, {})) ask(which);
  }
  void at_core(std::size_t core, const Letter& letter) {
    if (letter.kind == Kind::recall) {
      const auto all = leases[core].recall();
      if (!all.empty()) letters_[core].push_back({.kind = Kind::returned, .returned = all});
      return letters_[core].push_back({.kind = Kind::answered});
    }
    auto& r = requests[letter.request];
    r.last = letter.grant;
    leases[core].granted(letter.grant, now);
    if (letter.grant.amount == 0) r.state = State::refused;
    else reserve(letter.request);
    report(core, RateLease::Urgency::now);
  }

  std::vector<std::deque<Letter>> letters_;
  std::vector<std::size_t> waiting_;
  std::size_t answers_missing_ = 0;
};
using State = RateRig::State;

TEST(Rate, admits_a_full_bucket_at_once_and_not_one_more) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    RateRig rig(1 + seed % 8, 120, seed);
    for (int i = 0; i < 150; ++i) {
      rig.request(rig.random() % rig.leases.size(), 1);
      if (rig.random() % 2 == 0) rig.deliver_one();
    }
    rig.deliver_all();
    ASSERT_EQ(rig.admitted_sum(), 120) << seed;
  }
}

TEST(Rate, says_when_to_come_back_to_the_millisecond) {
  RateRig rig(2, 60, 1);
  for (int i = 0; i < 60; ++i) rig.request(1, 1);
  rig.deliver_all();
  rig.report_all();
  rig.now = after_ms(250);
  const auto refused = rig.request(0, 2);
  rig.deliver_all();
  ASSERT_EQ(rig.requests[refused].state, State::refused);
  EXPECT_EQ(rig.requests[refused].last.retry_after_ms, 1'750);
  EXPECT_EQ(rig.requests[refused].last.standing.remaining, 0);
  EXPECT_EQ(rig.requests[refused].last.standing.reset_ms, 59'750);
  rig.now = after_ms(1'999);
  const auto early = rig.request(0, 2);
  rig.deliver_all();
  EXPECT_EQ(rig.requests[early].state, State::refused);
  rig.now = after_ms(2'000);
  const auto again = rig.request(0, 2);
  rig.deliver_all();
  EXPECT_EQ(rig.requests[again].state, State::admitted);
}

TEST(Rate, says_that_waiting_does_not_help_a_request_larger_than_the_limit) {
  RateHome home(1);
  home.add(1'000, kStart);
  const auto grant = home.grant(0, 1'001, 1'001, kStart);
  EXPECT_TRUE(grant.never);
  EXPECT_EQ(grant.amount, 0);
  EXPECT_EQ(grant.retry_after_ms, 0);
}

TEST(Rate, never_books_more_than_a_bucket_and_a_minute_in_any_minute) {
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    const std::int64_t limit = 1 + static_cast<std::int64_t>(seed * 7919 % 5'000);
    RateRig rig(1 + seed % 6, limit, seed);
    std::vector<std::size_t> open;
    for (int step = 0; step < 250; ++step) {
      const auto core = rig.random() % rig.leases.size();
      switch (rig.random() % 8) {
        case 0:
        case 1:
        case 2: open.push_back(rig.request(core, 1 + static_cast<std::int64_t>(rig.random() % static_cast<std::uint64_t>(1 + limit / 3)))); break;
        case 3:
          if (!open.empty()) {
            std::swap(open[rig.random() % open.size()], open.back());
            const auto& r = rig.requests[open.back()];
            if (r.state == State::admitted) rig.settle(open.back(), static_cast<std::int64_t>(rig.random() % static_cast<std::uint64_t>(2 * r.amount)));
            if (r.state != State::waiting) open.pop_back();
          }
          break;
        case 4: rig.report(core, RateLease::Urgency::soon); break;
        case 5: rig.now.ns += static_cast<std::int64_t>(rig.random() % (20 * kSecondNs)); break;
        default: rig.deliver_one();
      }
      if (!rig.booked.empty()) ASSERT_LE(rig.booked_in_minute(), 2 * limit) << "seed " << seed;
    }
  }
}

TEST(Rate, gives_the_whole_limit_in_the_long_run_over_all_cores) {
  RateRig rig(4, 600, 1);
  for (int tenth = 0; tenth < 6'000; ++tenth) {  // ten minutes
    rig.now = after_ms(tenth * 100);
    for (int i = 0; i < 3; ++i) rig.request(rig.random() % 4, 1);
    rig.report_all();
  }
  EXPECT_LE(rig.admitted_sum(), 600 + 6'000);
  EXPECT_GE(rig.admitted_sum(), 600 + 5'990);
}

TEST(Rate, needs_few_letters_while_much_is_left) {
  RateRig rig(2, 60'000, 1);
  for (int i = 0; i < 10'000; ++i) {
    rig.now = after_ms(i * 2);
    rig.request(rig.random() % 2, 1);
    if (i % 50 == 0) rig.report_all();
    rig.deliver_all();
  }
  EXPECT_EQ(rig.admitted_sum(), 10'000);
  EXPECT_LE(rig.asked, 10'000u / 60);
}

TEST(Rate, gives_back_what_was_estimated_and_not_needed) {
  RateRig rig(2, 1'000, 1);
  const auto first = rig.request(1, 900);
  rig.deliver_all();
  EXPECT_EQ(rig.leases[1].standing(rig.now).remaining, 100);
  rig.settle(first, 100);
  rig.report_all();
  EXPECT_EQ(rig.home.standing(0, rig.now).remaining, 900);
  EXPECT_EQ(rig.leases[1].standing(rig.now).remaining, 900);
  const auto second = rig.request(0, 900);
  rig.deliver_all();
  EXPECT_EQ(rig.requests[second].state, State::admitted);
}

TEST(Rate, pays_what_was_needed_and_not_estimated_from_the_refill) {
  RateRig rig(1, 600, 1);
  const auto first = rig.request(0, 600);
  rig.deliver_all();
  rig.settle(first, 1'200);
  rig.report_all();
  const auto next = rig.request(0, 10);
  rig.deliver_all();
  EXPECT_EQ(rig.requests[next].state, State::refused);
  EXPECT_EQ(rig.requests[next].last.retry_after_ms, 61'000);
  EXPECT_EQ(rig.home.standing(0, after_ms(61'000)).remaining, 10);
}

TEST(Rate, a_clock_that_stands_or_goes_back_refills_nothing) {
  RateHome home(1);
  home.add(60, after_ms(10'000));
  EXPECT_EQ(home.grant(0, 60, 60, after_ms(10'000)).amount, 60);
  home.returned(0, {.used = 60}, after_ms(5'000));
  EXPECT_EQ(home.grant(0, 1, 1, after_ms(0)).retry_after_ms, 1'000);
  EXPECT_EQ(home.grant(0, 1, 1, after_ms(11'000)).amount, 1);
}

TEST(Rate, a_changed_limit_holds_from_then_on) {
  RateHome home(1);
  home.add(60, kStart);
  home.change(0, 6, kStart);
  EXPECT_EQ(home.standing(0, kStart).remaining, 6);
  home.change(0, 600, kStart);
  EXPECT_EQ(home.standing(0, after_ms(1'000)).remaining, 16);
}

}  // namespace
}  // namespace fw::ledger
