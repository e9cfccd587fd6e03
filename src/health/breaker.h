// Whether a place is sick, judged from what happens to everybody there.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/clock.h"
#include "health/observation.h"

namespace fw::health {

// Evidence that a share of failures has risen, as a cumulated log-likelihood ratio (Page's CUSUM): a failure adds
// ln(bad / usual), a success ln((1 - bad) / (1 - usual)), never below 0. While failures stay as usual the
// threshold h is passed less than once in e^h attempts (Wald).
struct Test {
  double failure;
  double success;
  double threshold;
};
// 2 % of failures are usual, 50 % are not; 9 failures in a row pass, a steady share below 17 % never. e^26 = 2e11.
inline constexpr Test kFailures{3.22, -0.673, 26};
// Refusals: 20 % are usual, 60 % are not; 10 in a row pass, a steady share below 38 % never.
inline constexpr Test kRefusals{1.10, -0.69, 11};

class Cusum {
 public:
  void add(const Test& test, bool failed, MonoTime at, double weight = 1);
  void lower(const Test& test);  // one failure was none after all
  bool passed(const Test& test) const { return value_ >= test.threshold; }
  std::uint32_t judged() const { return judged_; }
  std::uint32_t failed() const { return failed_; }
  void reset() { *this = {}; }

 private:
  double value_ = 0;
  MonoTime at_;
  std::uint32_t judged_ = 0;  // since the evidence began to gather
  std::uint32_t failed_ = 0;
};

// Who fails at one deployment. A fixed number of tenants, the stalest forgotten first.
class Tenants {
 public:
  static constexpr std::size_t kSlots = 32;
  static constexpr float kOthers = 6;  // net faults that others must have, so that chance alone does not give them
  static constexpr float kWorst = 4;   // and that one must have to be the only cause
  static constexpr std::int64_t kKeptMs = 60'000;  // recent

  enum class Fault : std::uint8_t { failure, refusal, proven };  // proven: the refused request was valid

  void served(std::uint32_t tenant, MonoTime at);
  void fault(std::uint32_t tenant, Fault fault, MonoTime at);
  void take_back(std::uint32_t tenant, MonoTime at);  // its refusal was right

  struct Count {
    std::uint16_t affected = 0;  // fail now more than they are served
    std::uint16_t served = 0;    // are served and do not fail
    std::uint16_t proven = 0;    // affected, with a proof that their requests are valid
    float proofs = 0;
    float others = 0;    // faults of all but the worst, net of what they were served
    bool few = false;    // the faults are those of one tenant or a few, and others are served
    bool alone = false;  // of one tenant, and nobody was served
    MonoTime begun;      // of the worst one's faults
  };
  Count count(Fault fault, MonoTime now) const;
  // True: this tenant fails and few others do, so that it is likely to be its own doing.
  bool own_doing(std::uint32_t tenant, MonoTime now) const;

 private:
  struct Slot {
    MonoTime begun;  // of its faults
    MonoTime touched;
    MonoTime served;
    std::uint32_t tenant = 0;
    float failures = 0;  // net of successes
    float refusals = 0;
    float proofs = 0;
    bool used = false;
  };
  Slot& take(std::uint32_t tenant, MonoTime at);
  static bool recent(const Slot& s, MonoTime now) { return s.used && now.ms_since(s.touched) <= kKeptMs; }

  std::array<Slot, kSlots> slots_{};
};

// Open for 1 s, doubled each time a probe fails, up to 30 s, each +-10 %; three successes close it.
class Breaker {
 public:
  static constexpr std::int64_t kOpenMs = 1'000;
  static constexpr std::int64_t kOpenMaxMs = 30'000;
  static constexpr std::int64_t kRelapseMs = 60'000;  // opened again within it, it goes on doubling
  static constexpr std::int64_t kUnsureMs = 1'000;    // one tenant's failures where nobody was served must last so long
  static constexpr std::int64_t kProbeLostMs = 120'000;  // a probe that never came back is given up
  static constexpr int kProbesToClose = 3;

  explicit Breaker(std::uint64_t seed) : random_(seed) {}

  // True: the state changed.
  bool served(const Observation& o);
  bool failed(const Observation& o);   // failures that a request hardly causes
  bool refused(const Observation& o);  // 400, 403, 404, 422: may be the request's own fault
  // in_error: the weight of the evidence that it should not have been; 0: none.
  bool throttled(const Observation& o, double in_error);
  bool opinion(const Observation& o, bool disagreed);
  bool stalled(std::uint32_t waiting, MonoTime now);

  BreakerState state(MonoTime now) const {
    if (!open_) return BreakerState::closed;
    return now < opened_.until ? BreakerState::open : BreakerState::probing;
  }
  bool may_probe(MonoTime now) const {
    return state(now) == BreakerState::probing && (!probe_ || now.ms_since(probe_at_) > kProbeLostMs);
  }
  void probe_begins(MonoTime now) { probe_ = true, probe_at_ = now; }
  void probe_ends() { probe_ = false; }
  // Of the last opening; why: none when it never opened.
  const Opened& opened() const { return opened_; }
  // What is to be counted as this deployment's failing.
  bool blames_tenant(const Observation& o) const { return tenants_.own_doing(o.tenant, o.at); }
  bool suspects_refusals(MonoTime now) const;

 private:
  bool judge_refusals(const Observation& o);
  bool trip(Why why, const Observation& o, const Cusum& evidence, std::uint16_t tenants);
  bool probe_failed(const Observation& o, bool longer);
  void wait(MonoTime now);

  Tenants tenants_;
  Cusum failures_;
  Cusum refusals_;
  Cusum throttles_;
  Opened opened_;
  MonoTime entered_;  // the latest wait began
  MonoTime closed_;
  MonoTime probe_at_;
  std::uint64_t random_;
  int good_probes_ = 0;
  bool open_ = false;
  bool probe_ = false;
};

// "48 of 50 attempts failed, the latest with timed_out", "400 for valid requests from 4 tenants", …; empty: never
// opened.
std::string explain(const Opened& opened);

}  // namespace fw::health
