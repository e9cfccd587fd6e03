// Which deployments serve a request, in what order and why: one pure function of what was seen, so
// that the record of what was seen is enough to decide again.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "dialect/dialect.h"
#include "dialect/effort.h"
#include "dialect/needs.h"
#include "health/observation.h"
#include "route/policy.h"

namespace fw::route {

inline constexpr std::size_t kCandidatesMax = 64;  // deployments of one model

enum class Verdict : std::uint8_t {
  probe,       // its breaker lets one harmless request through, or it was left long ago and may be well again: this one
  admissible,
  lossy,       // admissible, but something the request says is lost there, as the policy allows
  share,       // admissible, but its cloud has more of the policy's requests than the policy wants
  throttled,   // admissible, but its quota or its slots are used up for the moment
  ejected,     // admissible, but its breaker is open
  marked,      // admissible, but its account said no a moment ago
  doubtful,    // admissible, but evidence says that it refuses such a request: the last to be tried
  operation,   // its cloud does not speak this operation
  pinned,      // the state the request leans on lies elsewhere
  rule,        // the policy's `only` or `never` leaves it out
  residency,   // it would process the request outside the policy's scopes
  capability,  // it cannot serve what the request asks for
  loss,        // it would lose what the policy wants kept
  price,       // its price is not known, and the policy refuses that
};
inline constexpr std::size_t kVerdicts = 15;
std::string_view name(Verdict verdict);
std::optional<Verdict> verdict_of(std::string_view name);
// Up to `doubtful` a place may be tried, in the order of the verdicts.
constexpr bool may_serve(Verdict verdict) { return verdict <= Verdict::doubtful; }

// An amount that is expected, in 10^-12 USD: what is booked is counted exactly elsewhere.
using Pico = std::int64_t;
inline constexpr Pico kUnknownCost = -1;

// One deployment, as it looked when the request came.
struct Seen {
  std::string_view scope;             // "global", "eu", "eu/sweden-central", "on-premises"
  std::string_view cloud;
  std::string_view name;              // the deployment's
  std::string_view provider_name;
  Pico cost = kUnknownCost;           // of this request, expected
  dialect::Needs dropped;             // what the request asks for and cannot be told there
  dialect::Needs refused;             // what it asks for and cannot be served there
  dialect::Needs mapped;              // what it asks for and is said there in other words
  dialect::Needs doubted;             // what it asks for and is known to be refused there, by the cloud itself
  std::int64_t headroom_tokens = -1;  // of the quota; -1: unknown
  std::int32_t headroom_requests = -1;
  std::int32_t free_slots = -1;
  std::uint32_t first_token_ms = 0;   // usual; 0: unknown
  std::uint32_t slow_token_ms = 0;    // of the slowest twentieth; 0: unknown
  std::uint32_t warm_tokens = 0;      // of the prompt, believed to be in the place's cache
  std::uint32_t weight = 1;
  std::uint16_t miss = 0;             // P(first token later than the slo), of 65,536
  std::uint16_t error = 0;            // P(the attempt fails), of 65,536
  std::uint16_t utilisation = 0;      // of a provisioned pool; 65,535: full
  std::uint16_t share = 0;            // the cloud's of the policy's recent requests, of 65,536
  std::uint16_t deployment = 0;       // the snapshot's index
  std::uint16_t provider = 0;
  health::BreakerState breaker = health::BreakerState::closed;
  bool may_probe = false;             // a harmless request may find out how it is now
  bool throttled = false;             // a Retry-After is running
  bool marked = false;                // the account
  bool speaks = true;                 // the operation
  bool too_long = false;              // the prompt is surely longer than it takes
  bool pool = false;                  // provisioned: paid already, and full at some point
  std::uint16_t paid = 0;             // of the cost: a commitment has paid it already, of 65,536
  std::uint32_t pool_tokens = 0;      // what the request would take of it, weighted as it counts
  Pico bid = 0;                       // what that is worth now: weighed beside the cost, never booked
  std::int64_t commitment_left = -1;  // in 10^-6 USD, of the commitment that pays it; -1: none does
  std::uint32_t output_tokens_max = 0;  // of one answer; 0: unknown
};

// What is asked, as far as the choice weighs it.
struct Question {
  std::string_view model;          // as the client named it
  dialect::Needs needs;
  std::uint64_t seed = 0;          // of what is drawn
  std::uint32_t input_tokens = 0;  // expected
  std::uint32_t output_tokens = 0; // expected
  std::uint32_t reserve_tokens = 0;  // what a quota must leave
  std::int32_t pinned = -1;        // the only deployment that can serve it
  std::uint16_t hosted = 0;        // tools the cloud runs: bit n is dialect::kHostedTools[n]
  dialect::Operation operation = dialect::Operation::chat;
  Tier tier = Tier::standard;      // asked for
  dialect::Effort effort = dialect::Effort::unsaid;
  std::int64_t output_limit = -1;  // tokens of output that the request allows; -1: not said
  bool stream = false;
  bool harmless = false;           // small and repeatable: it may be a probe
  std::uint16_t pressure = 0;      // a budget of its key is spent too fast: so much less service counts, of 65,536
};

struct Ranked {
  Pico score = 0;           // expected cost, and what is feared of the service; lower is better
  std::uint16_t place = 0;  // index into `seen`
  Verdict verdict = Verdict::admissible;
  bool operator==(const Ranked&) const = default;
};

// What is seen and what follows from it. Vectors keep their room, so deciding again allocates nothing.
struct Decision {
  Question question;
  std::vector<Seen> seen;      // at most kCandidatesMax, as the configuration orders them
  std::vector<Ranked> ranked;  // all of them, in the order to try; the last ones are there to explain
  std::uint16_t tried = 0;     // so many may be tried
  Pico reference = 0;          // what a miss is measured by: the lowest expected cost above 0
};

// Fills `ranked`, `tried` and `reference`. Deterministic, in integers alone.
void decide(Decision& decision, const Policy& policy);

// The policy as it is for this request: with its first rule that holds, without the others.
bool is_for(const When& when, const Question& question);
Policy ruled(const Policy& policy, std::size_t rule);
// The index of that rule; nothing: none holds.
std::optional<std::size_t> rule_for(const Policy& policy, const Question& question);

// What the request loses there though the policy wants it kept, and what cannot be served there.
dialect::Needs unmet(const Seen& seen, Lossy lossy);

}  // namespace fw::route
