#include "ledger/reserve.h"

#include <algorithm>

#include "ledger/pricing.h"

namespace fw::ledger {
namespace {

constexpr std::int64_t kBytesPerToken = 4;

// The dearest way a prompt can be counted is all of it uncached or all of it written to the cache. Notes the price's
// row in the attempt.
std::optional<Money> amount(AttemptRecord& attempt, std::int64_t input, std::int64_t output, const Settling& how) {
  if (!how.sheet) return std::nullopt;
  dialect::Usage usage;
  usage.input = input;
  usage.output = output;
  usage.reported = true;
  const auto priced = price(usage, *how.sheet, how.tier);
  if (!priced) return std::nullopt;
  attempt.price_row = priced->row;
  return priced->cost;
}

}  // namespace

Reservation reserve(std::size_t body_bytes, std::optional<std::int64_t> output_limit, std::int64_t n) {
  const auto bytes = static_cast<std::int64_t>(body_bytes);
  return {.input_max = bytes,
          .input_expected = (bytes + kBytesPerToken - 1) / kBytesPerToken,
          .output_max = output_limit.value_or(kOutputUnlimited) * std::max<std::int64_t>(n, 1)};
}

std::optional<Money> reserved_cost(const Reservation& reserved, const Settling& how) {
  AttemptRecord nobody;
  return amount(nobody, reserved.input_max, reserved.output_max, how);
}

void settle_reported(AttemptRecord& attempt, const dialect::Usage& usage, const Settling& how) {
  attempt.usage = usage;
  attempt.state = AttemptState::settled_exact;
  attempt.basis = Basis::provider_usage;
  const auto priced = how.sheet ? price(usage, *how.sheet, how.tier) : std::unexpected(UnknownPrice{});
  if (!priced) {
    attempt.basis = Basis::price_unknown;
    return;
  }
  attempt.price_row = priced->row;
  attempt.cost = attempt.cost_low = attempt.cost_high = priced->cost;
}

void settle_estimated(AttemptRecord& attempt, const Reservation& reserved, std::int64_t output_seen, const Settling& how) {
  attempt.state = AttemptState::settled_estimated;
  attempt.basis = Basis::estimate;
  attempt.usage = {};
  attempt.usage.input = reserved.input_expected;
  attempt.usage.output = std::min(output_seen, reserved.output_max);
  attempt.cost = amount(attempt, attempt.usage.input, attempt.usage.output, how);
  attempt.cost_low = amount(attempt, 0, attempt.usage.output, how);
  attempt.cost_high = amount(attempt, reserved.input_max, reserved.output_max, how);
  if (!attempt.cost) attempt.basis = Basis::price_unknown;
}

void settle_ambiguous(AttemptRecord& attempt, const Reservation& reserved, const Settling& how) {
  attempt.state = AttemptState::ambiguous;
  attempt.basis = Basis::reservation;
  attempt.cost_low = Money{};
  attempt.cost_high = amount(attempt, reserved.input_max, reserved.output_max, how);
}

void settle_unbilled(AttemptRecord& attempt, AttemptState state, Basis basis) {
  attempt.state = state;
  attempt.basis = basis;
  attempt.cost = attempt.cost_low = attempt.cost_high = Money{};
}

}  // namespace fw::ledger
