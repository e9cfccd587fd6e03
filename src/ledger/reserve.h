// The most a request can cost before anything is known of its answer, and what to book when an
// answer ends without its count.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/money.h"
#include "dialect/usage.h"
#include "ledger/record.h"
#include "offer/price.h"

namespace fw::ledger {

// Bounds in tokens, from sizes alone.
struct Reservation {
  std::int64_t input_max = 0;       // a token has at least one byte
  std::int64_t input_expected = 0;  // English text and JSON: about four bytes a token
  std::int64_t output_max = 0;      // what the request allows, for all of its n answers
};

// `output_limit`: the request's own; absent: kOutputUnlimited stands for it.
inline constexpr std::int64_t kOutputUnlimited = 128'000;
Reservation reserve(std::size_t body_bytes, std::optional<std::int64_t> output_limit, std::int64_t n);

// The dearest that a token can be counted as: input, a cache write, audio or an image; output or audio.
struct BoundPrice {
  std::optional<Money> input, output;            // per token; nothing: unknown
  std::optional<Money> long_input, long_output;  // for the whole request where its input may be above the step
  std::int64_t above = INT64_MAX;
};
BoundPrice bound_price(const offer::PriceSheet& sheet, std::string_view tier);
// The most a request can cost; nothing: no price is known.
std::optional<Money> most(const Reservation& reserved, const BoundPrice& price);

// Fills state, usage and amounts of an attempt from what is known of its end. `sheet` null: no
// price is known, so no amount is either.
struct Settling {
  const offer::PriceSheet* sheet = nullptr;
  std::string_view tier;  // served, else asked
};
// The cloud counted it.
void settle_reported(AttemptRecord& attempt, const dialect::Usage& usage, const Settling& how);
// An answer (or a part of one) was delivered without a count.
struct OutputSeen {
  std::int64_t tokens = 0;  // thought to be charged
  std::int64_t least = 0;   // certainly charged
};
void settle_estimated(AttemptRecord& attempt, const Reservation& reserved, const OutputSeen& seen, const Settling& how);
// The request was written and nothing is known: nothing to everything.
void settle_ambiguous(AttemptRecord& attempt, const Reservation& reserved, const Settling& how);
// Nothing was, or will be, charged.
void settle_unbilled(AttemptRecord& attempt, AttemptState state, Basis basis);

}  // namespace fw::ledger
