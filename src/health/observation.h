// What attempts tell, and what is concluded from it: the words between the trunk, health and the choice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/clock.h"
#include "cloud/verdict.h"

namespace fw::health {

// By estimated input tokens: up to 1,000, 8,000, 32,000, 128,000, more.
enum class SizeClass : std::uint8_t { tokens_1k, tokens_8k, tokens_32k, tokens_128k, more };
inline constexpr std::size_t kSizeClasses = 5;

constexpr SizeClass size_class(std::uint64_t input_tokens) {
  if (input_tokens <= 1'000) return SizeClass::tokens_1k;
  if (input_tokens <= 8'000) return SizeClass::tokens_8k;
  if (input_tokens <= 32'000) return SizeClass::tokens_32k;
  return input_tokens <= 128'000 ? SizeClass::tokens_128k : SizeClass::more;
}

enum class What : std::uint8_t {
  first_token,                // of a stream
  served,                     // ended well; of a stream after its `first_token`
  failed,                     // with `kind`
  cancelled_by_caller,        // tells nothing about the place
  second_opinion_disagreed,   // what this deployment refused was served elsewhere
  second_opinion_agreed,      // what this deployment refused was refused elsewhere too
  outrun,                     // cancelled, without a first token so far, because another place was faster
};

// One attempt's first token, its end, or what was learned of it later. Cores hand these on to each other.
struct Observation {
  MonoTime at;
  std::uint32_t tenant = 0;          // an index; only told apart, never looked up
  std::uint32_t duration_ms = 0;     // from the attempt's start to `at`
  std::uint32_t first_token_us = 0;  // from the attempt's start; of streams, 0: none came
  std::uint32_t output_tokens = 0;   // 0: unknown, or none
  std::uint32_t used_tokens = 0;     // what counted against the limit; 0: as reserved
  std::uint32_t retry_after_ms = 0;  // what the cloud asked for; 0: nothing
  std::uint16_t deployment = 0;
  std::uint16_t status = 0;          // HTTP status; 0: none came
  What what = What::served;
  cloud::FailureKind kind = cloud::FailureKind::none;
  SizeClass size = SizeClass::tokens_1k;
  bool stream = false;
  bool known_good = false;           // a request of this shape (tenant, model, features) was served before

  MonoTime start() const { return at.plus_ms(-std::int64_t{duration_ms}); }
};
static_assert(sizeof(Observation) <= 64);

// What an answer's head said about a quota. Durations only: the cloud's clock does not matter.
struct Limit {
  enum class Kind : std::uint8_t { requests, tokens, utilisation };
  Kind kind = Kind::requests;
  std::int64_t limit = 0;       // of the quota when full; utilisation: 65,536
  std::int64_t remaining = 0;   // utilisation: the part in use
  std::int64_t reset_ms = 0;    // until it is full again; 0: not said, a minute is assumed
};

enum class BreakerState : std::uint8_t {
  closed,   // serves
  open,     // not asked
  probing,  // one harmless request at a time is let through
};
std::string_view name(BreakerState state);

// Why a breaker opened.
enum class Why : std::uint8_t { none, failures, refusals, false_throttling, stall };
std::string_view name(Why why);

// What the choice needs to know of one deployment for one size of request. Shares are of 65,536.
struct Service {
  std::uint16_t miss = 0;                 // P(first token > slo); the prior where little is known
  std::uint16_t error = 0;                // P(the attempt fails)
  std::uint32_t first_token_ms = 0;       // median; 0: unknown
  std::uint32_t per_token_us = 0;         // median after the first; 0: unknown
  std::uint32_t samples = 0;              // effective number behind `miss`
  std::int64_t headroom_tokens = -1;      // what the quota leaves now; -1: unknown
  std::int32_t headroom_requests = -1;    // -1: unknown
  std::int32_t free_slots = -1;           // attempts that may still be put in flight; -1: unknown
  std::uint16_t utilisation = 0;          // of a provisioned pool; 65,535: full; 0: unknown or idle
  BreakerState breaker = BreakerState::closed;
  bool throttled = false;                 // a Retry-After is still running
};

// What is known about an open breaker, for people.
struct Opened {
  Why why = Why::none;
  cloud::FailureKind kind = cloud::FailureKind::none;  // the latest failure's
  std::uint16_t status = 0;                            // likewise; 0: none came
  std::uint16_t tenants = 0;  // that it happened to
  std::uint32_t failed = 0;   // of `judged` attempts since the evidence began to gather
  std::uint32_t judged = 0;
  MonoTime since;             // when it left `closed`
  MonoTime until;             // when the next probe may go
  std::uint32_t times = 0;    // opened or opened again since it last served for a minute
};

}  // namespace fw::health
