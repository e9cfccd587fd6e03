// Incidents as they happened (market facts 3.5), in virtual time: how soon a board leaves a sick place, what it still
// sends there, and how soon it returns.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <queue>
#include <random>
#include <vector>

#include "health/board.h"

namespace fw::health {
namespace {

constexpr std::array<std::uint16_t, 2> kProviders{0, 1};
constexpr std::int64_t kSecond = 1'000'000'000;

// What a place does to an attempt.
struct Fate {
  cloud::FailureKind kind = cloud::FailureKind::none;
  double first_token_s = 0.6;
  double more_s = 1.0;  // after the first token, or until the failure
  std::uint16_t status = 200;
  std::uint32_t retry_after_ms = 0;
  bool cancelled = false;
};

struct Asked {
  std::uint32_t tenant;
  bool known_good;
};

struct Town {
  explicit Town(double rate, std::uint64_t seed) : rate(rate), random(seed) {}

  double rate;
  std::mt19937_64 random;
  std::uint32_t tenants = 10;
  double known_good = 0.9;
  Board board{kProviders, 2, 7};
  MonoTime now{kSecond};
  std::vector<std::array<std::uint32_t, 2>> seconds;  // attempts at place 0, all requests
  bool opened = false;

  struct Due {
    Observation o;
    std::size_t ticket;
    bool operator<(const Due& other) const { return o.at > other.o.at; }
  };
  std::priority_queue<Due> due;
  std::vector<Ticket> tickets;
  std::vector<std::size_t> spare;

  double chance() { return std::uniform_real_distribution<>(0, 1)(random); }
  double spread(double around) { return around * std::exp(std::normal_distribution<>(0, 0.3)(random)); }

  void deliver(MonoTime until) {
    while (!due.empty() && due.top().o.at <= until) {
      const auto next = due.top();
      due.pop();
      board.observe(next.o, tickets[next.ticket]);
      if (!tickets[next.ticket].open) spare.push_back(next.ticket);
    }
  }
  void attempt(std::uint16_t place, const Asked& asked, const Fate& fate) {
    std::size_t ticket = tickets.size();
    if (spare.empty()) {
      tickets.emplace_back();
    } else {
      ticket = spare.back();
      spare.pop_back();
    }
    tickets[ticket] = board.begin(place, 1'000, true, now);
    Observation o;
    o.deployment = place;
    o.tenant = asked.tenant;
    o.stream = true;
    o.known_good = asked.known_good;
    o.status = fate.status;
    double end = fate.more_s;
    if (fate.kind == cloud::FailureKind::none && !fate.cancelled) {
      const double first = spread(fate.first_token_s);
      end += first;
      o.first_token_us = static_cast<std::uint32_t>(first * 1e6);
      o.duration_ms = static_cast<std::uint32_t>(first * 1e3);
      o.at = now.plus_ms(o.duration_ms);
      o.what = What::first_token;
      due.push({o, ticket});
    }
    o.what = fate.cancelled                          ? What::cancelled_by_caller
             : fate.kind == cloud::FailureKind::none ? What::served
                                                     : What::failed;
    o.kind = fate.kind;
    o.output_tokens = 100;
    o.retry_after_ms = fate.retry_after_ms;
    o.duration_ms = static_cast<std::uint32_t>(end * 1e3);
    o.at = now.plus_ms(o.duration_ms);
    due.push({o, ticket});
  }
  // Stands for the choice: place 0 is cheaper and taken while it is likely to serve; every second request is harmless.
  std::uint16_t choose() {
    const auto s = board.service(0, SizeClass::tokens_1k, 2'000, now);
    opened |= s.breaker != BreakerState::closed;
    if (s.breaker == BreakerState::open || s.throttled || s.free_slots == 0 || s.headroom_requests == 0) return 1;
    if (s.breaker == BreakerState::probing) return board.may_probe(0, now) && chance() < 0.5 ? 0 : 1;
    return s.miss + s.error > 20'000 ? 1 : 0;
  }
  // fate: what place 0 does. Requests come as a Poisson stream.
  template <class F>
  void run(double for_s, F fate) {
    const auto end = now.ns + static_cast<std::int64_t>(for_s * 1e9);
    for (;;) {
      const auto next = now.ns + static_cast<std::int64_t>(std::exponential_distribution<>(rate)(random) * 1e9);
      now.ns = std::min(next, end);
      deliver(now);
      if (next >= end) return;
      const Asked asked{static_cast<std::uint32_t>(random() % tenants), chance() < known_good};
      const auto place = choose();
      const auto second = static_cast<std::size_t>(now.ns / kSecond);
      if (seconds.size() <= second) seconds.resize(second + 1);
      seconds[second][0] += place == 0 ? 1 : 0;
      seconds[second][1] += 1;
      attempt(place, asked, place == 0 ? fate(asked) : Fate{});
    }
  }
  double share(std::size_t from, std::size_t to) const {
    std::uint64_t there = 0;
    std::uint64_t all = 0;
    for (auto i = from; i < std::min(to, seconds.size()); ++i) there += seconds[i][0], all += seconds[i][1];
    return all ? static_cast<double>(there) / static_cast<double>(all) : -1;
  }
  std::size_t window() const { return rate < 5 ? 20 : 3; }
  // Seconds from `from` until place 0 has at most / at least this share of a window; -1: never.
  int until_below(std::size_t from, double most) const {
    for (auto i = from; i + window() <= seconds.size(); ++i)
      if (share(i, i + window()) <= most) return static_cast<int>(i - from);
    return -1;
  }
  int until_above(std::size_t from, double least) const {
    for (auto i = from; i + window() <= seconds.size(); ++i)
      if (share(i, i + window()) >= least) return static_cast<int>(i - from);
    return -1;
  }
  double leap(std::size_t from) const {
    double most = 0;
    for (auto i = from; i + 1 < seconds.size(); ++i) most = std::max(most, share(i + 1, i + 2) - share(i, i + 1));
    return most;
  }
  std::size_t second() const { return static_cast<std::size_t>(now.ns / kSecond); }
};

Fate well(const Asked&) { return {}; }

struct Course {
  int leaves_s;
  int returns_s;
  double still;  // share of the requests of the incident that were sent there
  double leap;   // the most by which that share grew from one second to the next afterwards
  Why why;
};

template <class F>
Course incident(const char* what, double rate, double lasts_s, F fate, double known_good = 0.9,
                std::uint64_t seed = 11) {
  Town town(rate, seed);
  town.known_good = known_good;
  town.run(60, well);
  EXPECT_FALSE(town.opened) << what;
  const auto begun = town.second();
  town.run(lasts_s, fate);
  const auto ended = town.second();
  const auto why = town.board.opened(0).why;
  const auto words = explain(town.board.opened(0));
  town.run(150, well);
  Course c{town.until_below(begun, 0.2), town.until_above(ended, 0.9), town.share(begun, ended), town.leap(ended), why};
  fmt::print("  {:<28} {:>4} rps, {:>6.0f} s: leaves in {:>3} s, {:>5.2f} % sent there, returns in {:>3} s; {}\n", what,
             rate, lasts_s, c.leaves_s, 100 * c.still, c.returns_s, words);
  return c;
}

class Incident : public testing::TestWithParam<int> {
 protected:
  double rate() const { return GetParam(); }
  double lasts(double s) const { return rate() < 5 ? s : std::min(s, 60'000 / rate()); }
};
INSTANTIATE_TEST_SUITE_P(rates, Incident, testing::Values(1, 10, 100, 500));

TEST_P(Incident, valid_requests_refused_for_twenty_hours) {
  int n = 0;
  const auto refuse = [&n](const Asked&) {
    return ++n % 3 == 0 ? Fate{.kind = cloud::FailureKind::rate_limited, .more_s = 0.1, .status = 429}
                        : Fate{.kind = cloud::FailureKind::invalid_request, .more_s = 0.1, .status = 400};
  };
  const auto known = incident("400/429, known good", rate(), lasts(72'120), refuse);
  EXPECT_LE(known.leaves_s, rate() < 5 ? 30 : 3);
  EXPECT_LT(known.still, rate() < 5 ? 0.05 : 0.1);
  EXPECT_GE(known.returns_s, 0);
  EXPECT_LE(known.returns_s, 120);
  const auto unknown = incident("400/429, nothing known", rate(), lasts(72'120), refuse, 0);
  EXPECT_LE(unknown.leaves_s, rate() < 5 ? 40 : 5);
  EXPECT_GE(unknown.returns_s, 0);
  EXPECT_LE(unknown.returns_s, 120);
}

TEST_P(Incident, throttled_without_cause_and_slow_to_start) {
  std::mt19937_64 random(3);
  const auto slow = [&random](const Asked&) {
    return random() % 4 ? Fate{.kind = cloud::FailureKind::rate_limited, .more_s = 0.3, .status = 429}
                        : Fate{.first_token_s = 8};
  };
  const auto c = incident("false 429, slow start", rate(), lasts(8'100), slow);
  EXPECT_LE(c.leaves_s, 10);
  EXPECT_LT(c.still, 0.15);
  EXPECT_GE(c.returns_s, 0);
  EXPECT_LE(c.returns_s, 120);
}

TEST_P(Incident, a_region_is_gone) {
  const auto gone = [](const Asked&) {
    return Fate{.kind = cloud::FailureKind::unreachable, .more_s = 0.05, .status = 0};
  };
  const auto c = incident("unreachable", rate(), lasts(25'920), gone);
  EXPECT_LE(c.leaves_s, rate() < 5 ? 15 : rate() < 50 ? 2 : 1);
  EXPECT_LT(c.still, 0.08);
  EXPECT_EQ(c.why, Why::failures);
  if (rate() > 50) EXPECT_LT(c.leap, 0.7);  // no herd
  EXPECT_GE(c.returns_s, 0);
  EXPECT_LE(c.returns_s, 120);
}

TEST_P(Incident, a_quota_of_zero) {
  const auto none = [](const Asked&) {
    return Fate{.kind = cloud::FailureKind::rate_limited, .more_s = 0.05, .status = 429};
  };
  const auto c = incident("429 for all", rate(), lasts(3'600), none);
  EXPECT_LE(c.leaves_s, 3);
  EXPECT_LT(c.still, 0.08);
  EXPECT_GE(c.returns_s, 0);
  EXPECT_LE(c.returns_s, 120);
}

TEST_P(Incident, requests_vanish) {
  const auto lost = [](const Asked&) { return Fate{.kind = cloud::FailureKind::timed_out, .more_s = 60, .status = 0}; };
  const auto c = incident("stall, 60 s time-out", rate(), lasts(3'600), lost);
  EXPECT_LE(c.leaves_s, rate() < 5 ? 15 : 8);
  EXPECT_GE(c.returns_s, 0);
  EXPECT_LE(c.returns_s, 120);
}

TEST_P(Incident, six_times_slower) {
  const auto slow = [](const Asked&) { return Fate{.first_token_s = 3.6}; };
  const auto c = incident("6x slower", rate(), lasts(3'600), slow);
  EXPECT_LE(c.leaves_s, rate() < 5 ? 60 : 30);
  EXPECT_EQ(c.why, Why::none);
  EXPECT_GE(c.returns_s, 0);
  EXPECT_LE(c.returns_s, 120);
}

TEST(Incidents, take_the_same_course_with_other_seeds) {
  const auto any = [](cloud::FailureKind kind, double after_s) {
    return [=](const Asked&) { return Fate{.kind = kind, .more_s = after_s, .status = 0}; };
  };
  for (std::uint64_t seed = 100; seed < 110; ++seed) {
    for (const auto& c : {incident("unreachable", 20, 90, any(cloud::FailureKind::unreachable, 0.1), 0.9, seed),
                          incident("server_error", 20, 90, any(cloud::FailureKind::server_error, 0.5), 0.9, seed),
                          incident("invalid_request", 20, 90, any(cloud::FailureKind::invalid_request, 0.5), 0.5, seed),
                          incident("rate_limited", 20, 90, any(cloud::FailureKind::rate_limited, 0.1), 0.9, seed),
                          incident("stall", 20, 90, any(cloud::FailureKind::timed_out, 60), 0.9, seed)}) {
      EXPECT_LE(c.leaves_s, 10);
      EXPECT_LT(c.still, 0.12);
      EXPECT_GE(c.returns_s, 0);
      EXPECT_LE(c.returns_s, 90);
    }
  }
}

TEST_P(Incident, two_of_a_hundred_failing_opens_nothing) {
  Town town(rate(), 5);
  std::mt19937_64 random(9);
  const auto noisy = [&random](const Asked&) {
    return random() % 50 ? Fate{} : Fate{.kind = cloud::FailureKind::server_error, .more_s = 0.2, .status = 500};
  };
  town.run(rate() > 50 ? 200'000 / rate() : 36'000, noisy);
  EXPECT_FALSE(town.opened);
  EXPECT_GT(town.share(120, town.second()), 0.999);
}

// One in three requests is of a tenant that can only be refused.
TEST_P(Incident, one_tenants_bad_requests_open_nothing) {
  for (const auto kind :
       {cloud::FailureKind::invalid_request, cloud::FailureKind::not_found, cloud::FailureKind::server_error}) {
    Town town(rate(), 5);
    town.tenants = 3;
    town.known_good = 0;
    town.run(std::min(3'600.0, 60'000 / rate()), [kind](const Asked& asked) {
      return asked.tenant == 2 ? Fate{.kind = kind, .more_s = 0.05, .status = 400} : Fate{};
    });
    EXPECT_FALSE(town.opened) << cloud::name(kind) << ": " << explain(town.board.opened(0));
  }
}

TEST_P(Incident, cancellations_open_nothing) {
  Town town(rate(), 5);
  town.run(std::min(3'600.0, 60'000 / rate()), [](const Asked&) { return Fate{.more_s = 2, .cancelled = true}; });
  EXPECT_FALSE(town.opened);
  EXPECT_DOUBLE_EQ(town.share(0, town.second()), 1);
}

}  // namespace
}  // namespace fw::health
