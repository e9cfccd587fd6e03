// The plain records of what was sent and what it cost: one per attempt, one per exchange.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/money.h"
#include "cloud/verdict.h"
#include "dialect/dialect.h"
#include "dialect/usage.h"
#include "ledger/short_text.h"

namespace fw::ledger {

// `open` only while it runs; the others are final and never edited.
enum class AttemptState : std::uint8_t {
  open, settled_exact, settled_estimated, not_sent, refused_unbilled, ambiguous
};
std::string_view name(AttemptState state);

// What an amount rests on.
enum class Basis : std::uint8_t {
  none,             // nothing was charged and nothing is owed
  provider_usage,   // the cloud's own count
  price_unknown,    // counted, but no price is known: the cost is absent, not zero
  usage_absent,     // the cloud counted nothing
  estimate,         // from what was seen of the answer; low and high bound it
  cancel_unbilled,  // the client left and the cloud does not charge for that
  reservation       // ambiguous: low is zero, high what was reserved
};
std::string_view name(Basis basis);

// Why an attempt was made.
enum class Purpose : std::uint8_t {
  unknown,         // recorded before attempts told it
  first,           // the request's first
  probe,           // the request's first, at a place that is looked at whether it is well again
  retry,           // the same place once more: a kept connection was dead
  fallback,        // another place, after one failed
  second_opinion,  // another place, because one refused what the request does not explain
  hedge            // another place beside a slow one
};
inline constexpr Purpose kPurposeLast = Purpose::hedge;
std::string_view name(Purpose purpose);

// What an attempt's cost is booked to. What stands behind `answers` is the price of getting them: nothing of it reached a
// client as the whole answer.
enum class Account : std::uint8_t {
  unknown,          // its purpose is unknown
  answers,          // it answered, or runs, or its client left
  failures,         // a first attempt that failed
  probes,           // one at a place that was looked at, and was not well
  retries,          // a failed retry
  fallbacks,        // a failed fallback
  second_opinions,  // a failed second opinion
  hedges            // given up because another was faster, or a hedge that failed
};
inline constexpr std::size_t kAccounts = 8;
std::string_view name(Account account);
Account account_of(Purpose purpose, cloud::FailureKind outcome);

using RequestId = ShortText<40>;
using AttemptId = ShortText<48>;
using UpstreamRequestId = ShortText<64>;

inline constexpr std::uint16_t kNoIndex = 0xffff;

// Indices are those of the snapshot the exchange ran under.
struct AttemptRecord {
  AttemptId attempt_id;
  UpstreamRequestId upstream_request_id;
  std::uint16_t deployment = kNoIndex;
  std::uint16_t provider = kNoIndex;
  std::int32_t first_token_ms = -1;  // since the attempt began; -1: none came
  WallTime start;
  std::int32_t ended_ms = 0;  // since the attempt began
  std::int16_t status = 0;    // HTTP status of the cloud; 0: no answer
  cloud::FailureKind outcome = cloud::FailureKind::none;
  AttemptState state = AttemptState::open;
  Basis basis = Basis::none;
  dialect::Dialect dialect_out = dialect::Dialect::chat;
  Purpose purpose = Purpose::unknown;
  ShortText<16> tier;         // served, else asked
  ShortText<120> price_row;   // the row of the offer book that the amounts rest on, or "config"; empty: none
  dialect::Usage usage;
  std::optional<Money> cost;
  std::optional<Money> cost_low;
  std::optional<Money> cost_high;
};

struct ExchangeRecord {
  RequestId request_id;
  ShortText<128> client_request_id;
  WallTime time;
  std::int32_t duration_ms = 0;
  std::int32_t first_token_ms = -1;  // since the request was complete; -1: none came
  std::uint16_t tenant = kNoIndex;
  std::uint16_t key = kNoIndex;
  std::uint16_t model = kNoIndex;
  std::uint16_t policy = kNoIndex;  // as its rules had it for this request
  dialect::Dialect dialect_in = dialect::Dialect::chat;
  dialect::Operation operation = dialect::Operation::chat;
  bool stream = false;
  bool client_left = false;
  std::int16_t status = 0;   // what the client was answered
  ShortText<40> outcome;     // "ok" or the error code the client was told
  std::string tags;          // as tags.h writes them
  dialect::Usage usage;      // of all attempts
  std::optional<Money> cost; // of all attempts; absent: one of them is unknown
  std::vector<AttemptRecord> attempts;
  std::uint16_t spilled_from = kNoIndex;  // a pool that could have served it; none, or one did: kNoIndex
  ShortText<16> spilled_why;              // full, bid, service or refused
  std::optional<Money> spill_cost;        // what it cost more than there; absent: unknown
};

}  // namespace fw::ledger
