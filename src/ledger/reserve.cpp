#include "ledger/reserve.h"

#include <algorithm>

#include "ledger/pricing.h"

namespace fw::ledger {
namespace {

constexpr std::int64_t kBytesPerToken = 4;

// Notes the price's row in the attempt.
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

void take_dearer(std::optional<Money>& most, const std::optional<TokenPrice>& price) {
  if (price && (!most || *most < *price * 1)) most = *price * 1;
}

// What has no input or output price has no bound, whatever else is known.
void dearest(const offer::Meters& meters, dialect::CacheLifetime lifetime, std::optional<Money>& input, std::optional<Money>& output) {
  if (!meters.input || !meters.output) return;
  for (const auto& price : {meters.input, meters.cache_write[static_cast<std::size_t>(lifetime)], meters.cache_write[0], meters.audio_in, meters.image}) take_dearer(input, price);
  for (const auto& price : {meters.output, meters.audio_out}) take_dearer(output, price);
}

std::optional<Money> most_of(const Reservation& reserved, const Settling& how) {
  return how.sheet ? most(reserved, bound_price(*how.sheet, how.tier)) : std::nullopt;
}

}  // namespace

Reservation reserve(std::size_t body_bytes, std::optional<std::int64_t> output_limit, std::int64_t n) {
  const auto bytes = static_cast<std::int64_t>(body_bytes);
  return {.input_max = bytes,
          .input_expected = (bytes + kBytesPerToken - 1) / kBytesPerToken,
          .output_max = output_limit.value_or(kOutputUnlimited) * std::max<std::int64_t>(n, 1)};
}

BoundPrice bound_price(const offer::PriceSheet& sheet, std::string_view tier) {
  const offer::Tier* special = nullptr;
  if (!offer::is_ordinary_tier(tier)) {
    special = sheet.tier(tier == "fast" ? "priority" : tier);
    if (special == nullptr) return {};
  }
  BoundPrice out;
  dearest(sheet.below(special), sheet.cache_lifetime, out.input, out.output);
  if (const auto* const step = sheet.step(special)) {
    out.above = step->above;
    dearest(sheet.above(special), sheet.cache_lifetime, out.long_input, out.long_output);
  }
  return out;
}

std::optional<Money> most(const Reservation& reserved, const BoundPrice& price) {
  if (!price.input || !price.output) return std::nullopt;
  const auto cost = *price.input * reserved.input_max + *price.output * reserved.output_max;
  if (reserved.input_max <= price.above) return cost;
  if (!price.long_input || !price.long_output) return std::nullopt;
  return std::max(cost, *price.long_input * reserved.input_max + *price.long_output * reserved.output_max);
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

void settle_estimated(AttemptRecord& attempt, const Reservation& reserved, const OutputSeen& seen, const Settling& how) {
  attempt.state = AttemptState::settled_estimated;
  attempt.basis = Basis::estimate;
  attempt.usage = {};
  attempt.usage.input = reserved.input_expected;
  attempt.usage.output = std::min(seen.tokens, reserved.output_max);
  attempt.cost = amount(attempt, attempt.usage.input, attempt.usage.output, how);
  attempt.cost_low = amount(attempt, 0, std::min(seen.least, reserved.output_max), how);
  attempt.cost_high = most_of(reserved, how);
  if (!attempt.cost) attempt.basis = Basis::price_unknown;
}

void settle_ambiguous(AttemptRecord& attempt, const Reservation& reserved, const Settling& how) {
  attempt.state = AttemptState::ambiguous;
  attempt.basis = Basis::reservation;
  attempt.cost_low = Money{};
  attempt.cost_high = most_of(reserved, how);
  if (attempt.cost_high) amount(attempt, 0, 0, how);  // names the row
}

void settle_unbilled(AttemptRecord& attempt, AttemptState state, Basis basis) {
  attempt.state = state;
  attempt.basis = basis;
  attempt.cost = attempt.cost_low = attempt.cost_high = Money{};
}

}  // namespace fw::ledger
