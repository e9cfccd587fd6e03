// What attempts tell us about every deployment. One per core; the cores hand each other their observations.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "health/breaker.h"
#include "health/error_rate.h"
#include "health/histogram.h"
#include "health/observation.h"
#include "health/pool_meter.h"
#include "health/quota.h"

namespace fw::health {

// An attempt of this core, from begin() to finish(). Without an attempt (`open` false) it is nothing.
struct Ticket {
  MonoTime begun;
  std::uint32_t tokens = 0;  // reserved
  std::uint16_t deployment = 0;
  bool stream = false;
  bool probe = false;
  bool look = false;
  bool open = false;
};

// Allocates when it is made and never again. Deterministic: the same calls in the same order give the same facts.
class Board {
 public:
  // Deployment n belongs to provider provider_of[n]. seed: only the breakers' jitter comes from it.
  Board(std::span<const std::uint16_t> provider_of, std::size_t providers, std::uint64_t seed);

  // For a new config: this deployment is what `old` knows as `old_deployment`. Attempts under way stay with the old
  // board.
  void inherit(std::uint16_t deployment, const Board& old, std::uint16_t old_deployment);

  // What happened to an attempt, of this core or of another. Observations of other cores may come late.
  void observe(const Observation& o);
  // Likewise, of this core: an end finishes the ticket, and a probe has told what it can with its first token.
  void observe(const Observation& o, Ticket& ticket);
  // What the head of an answer said about a quota of the deployment, or of all its provider's.
  void note_limit(std::uint16_t deployment, const Limit& limit, MonoTime now);
  void note_provider_limit(std::uint16_t provider, const Limit& limit, MonoTime now);
  // Another core has reserved (or, below 0, given back) from the deployment's quotas.
  void note_elsewhere(std::uint16_t deployment, std::int64_t requests, std::int64_t tokens, MonoTime now);

  // The deployment is a provisioned pool: what it is given counts, and is its utilisation where no head tells. Before
  // anything is observed, or again for a pool of another size, which is counted anew.
  void is_pool(std::uint16_t deployment, const PoolSize& size) { places_[deployment].pool.emplace(size); }
  // So many weighted tokens went into the pool, from here or from another core; below 0: fewer than was said before.
  void take_from_pool(std::uint16_t deployment, std::int64_t tokens, MonoTime now);
  // Of 65,536, now; 0: unknown, or idle.
  std::uint16_t utilisation(std::uint16_t deployment, MonoTime now) const;

  // An attempt starts: takes a slot and `tokens` (input and most output) from the quotas. While the breaker is
  // probing the attempt is the probe. Asks nothing: whether it should start is the choice's.
  Ticket begin(std::uint16_t deployment, std::uint32_t tokens, bool stream, MonoTime now);
  // It ended: gives back the slot and what was not used. Nothing if it already did.
  void finish(Ticket& ticket, std::uint32_t used_tokens, MonoTime now);

  // For a request of this size and an slo (0: none, nothing is missed). Shares and latencies are at most 10 ms old.
  Service service(std::uint16_t deployment, SizeClass size, std::uint32_t slo_ms, MonoTime now);
  // True: the breaker waits for a probe and none is under way on this core. Send one that is harmless: small,
  // repeatable.
  bool may_probe(std::uint16_t deployment, MonoTime now) const;
  // True: its breaker is closed and it was left alone so long that what is known of it is old. Where it would be chosen
  // if it were well, send one such request to see: 15 s after the last one, 30 s after one that went badly, 1 s after one
  // that went well.
  bool may_look(std::uint16_t deployment, MonoTime now) const;
  // When a throttled deployment may be asked again; in the past: now.
  MonoTime throttled_until(std::uint16_t deployment) const;
  // Of the breaker's last opening; Service::breaker says whether it still holds. In words: explain().
  const Opened& opened(std::uint16_t deployment) const;
  // The first-token latency below which `share` (0 to 1) of such requests stay, in ms; 0: unknown. For people.
  std::uint32_t first_token_ms(std::uint16_t deployment, SizeClass size, double share, MonoTime now) const;

  static constexpr double kPriorMiss = 0.02;  // of a place nobody knows
  static constexpr double kEnough = 20;       // samples that need no neighbours and no prior
  static constexpr std::int64_t kRefreshNs = 10'000'000;
  static constexpr std::uint32_t kStallWaiting = 4;  // streams that wait without a sign from anyone
  static constexpr double kCrowded = 0.05;  // of attempts fail: those that say "overloaded" then mean it
  static constexpr std::int64_t kUtilisationKeptMs = 60'000;
  static constexpr std::int64_t kLookMs = 15'000;  // more than Forgetting's gap: what such a request finds then counts
  static constexpr std::int64_t kLookAgainMs = 30'000;
  static constexpr std::int64_t kLookOnMs = 1'000;

 private:
  // A first token's usual time in this core's and other cores' eyes, at the smallest size, as log2 of us.
  struct Pace {
    double usual = 0;  // over half an hour
    double now = 0;    // over ten samples
    double samples = 0;
    MonoTime at;
    void add(double log2_us, bool healthy, MonoTime when);
    bool slow(double octaves) const { return samples >= 50 && now - usual > octaves; }
  };
  struct Shape {
    const Histogram::Weights& weights;
    double evidence;
  };
  struct Facts {
    std::int64_t until_ns = INT64_MIN;
    std::uint32_t slo_ms = 0;
    Service service;
  };
  struct Quotas {
    Quota requests;
    Quota tokens;
    bool note(const Limit& limit, MonoTime now);
    void reserve(std::int64_t n, std::int64_t amount) { requests.reserve(n), tokens.reserve(amount); }
  };
  struct Place {
    explicit Place(std::uint16_t p, std::uint64_t seed) : provider(p), breaker(seed) {}
    std::uint16_t provider;
    std::uint16_t utilisation = 0;
    MonoTime utilisation_at;
    std::array<Histogram, kSizeClasses> first{Histogram(8), Histogram(8), Histogram(8), Histogram(8), Histogram(8)};
    Histogram per_token{3};
    Pace pace;
    ErrorRate errors;
    Breaker breaker;
    Quotas quotas;
    LearnedQuota learned;  // where no head tells of tokens
    std::optional<PoolMeter> pool;
    Throttle throttle;
    Slots slots;
    MonoTime begun;          // the latest attempt of any core
    std::int64_t look_ms = kLookMs;
    bool tried = false;
    MonoTime waiting_since;  // the first stream begun after the last sign of life
    std::uint32_t waiting = 0;
    std::array<std::array<Facts, 2>, kSizeClasses> facts;
  };

  // The parts of a whole answer.
  struct Usual {
    double first_us;
    double per_token_us;
  };

  void latency(Place& p, const Observation& o);
  void served(Place& p, const Observation& o);
  void whole_answer(Place& p, const Observation& o, double whole_us);
  static Usual usual(const Place& p, SizeClass size);
  void outrun(Place& p, const Observation& o);
  // asked: tokens of the attempt; 0: not known.
  void take(const Observation& o, std::uint32_t asked);
  void failed(Place& p, const Observation& o, std::uint32_t asked);
  void throttled(Place& p, const Observation& o, std::uint32_t asked);
  void changed(Place& p, MonoTime now, bool did);
  void look_for_stall(Place& p, MonoTime now);
  void looked(Place& p, const Observation& o);
  Service measured(const Place& p, SizeClass size, std::uint32_t slo_ms, MonoTime now) const;
  // Of first tokens of this size, from its neighbours where it has not enough of its own; `sum` is room for that.
  Shape shape(const Place& p, SizeClass size, MonoTime now, Histogram::Weights& sum) const;

  std::vector<Place> places_;
  std::vector<Quotas> providers_;
};

}  // namespace fw::health
