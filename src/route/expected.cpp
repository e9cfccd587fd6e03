#include "route/expected.h"

#include <algorithm>
#include <optional>

namespace fw::route {
namespace {

Pico pico(const std::optional<TokenPrice>& price) {
  constexpr Int128 kUnitsPerPico = 1'000;
  return price ? static_cast<Pico>((*price * 1).units() / kUnitsPerPico) : kUnknownCost;
}

QuickMeters quick(const offer::Meters& meters, dialect::CacheLifetime lifetime) {
  QuickMeters out{.input = pico(meters.input), .cold = pico(meters.cache_write[static_cast<std::size_t>(lifetime)]),
                  .cached = pico(meters.cache_read), .output = pico(meters.output)};
  if (out.cold < 0) out.cold = out.input;
  if (out.cached < 0) out.cached = out.input;
  return out;
}

QuickPrice quick(const offer::PriceSheet& sheet, const offer::Tier* tier) {
  QuickPrice out{.base = quick(sheet.below(tier), sheet.cache_lifetime), .beyond = {}};
  const auto* const step = sheet.step(tier);
  if (!step) return out;
  out.beyond = quick(sheet.above(tier), sheet.cache_lifetime);
  out.above = step->above;
  return out;
}

// An integer mean over the last thirty or so, in 256ths.
void blend(std::uint32_t& usual, std::uint64_t seen) {
  constexpr std::uint64_t kMost = 1u << 20;  // tokens
  usual = static_cast<std::uint32_t>((std::uint64_t{usual} * 31 + std::min(seen, kMost) * 256) / 32);
}

}  // namespace

QuickPrices quick_prices(const offer::PriceSheet& sheet) {
  QuickPrices out;
  out[0] = quick(sheet, nullptr);
  for (std::size_t i = 1; i < kTiers; ++i)
    if (const auto* tier = sheet.tier(name(static_cast<Tier>(i)))) out[i] = quick(sheet, tier);
  return out;
}

Pico expected_cost(const QuickPrice& price, std::uint32_t input, std::uint32_t warm, std::uint32_t output) {
  const auto& m = std::int64_t{input} > price.above ? price.beyond : price.base;
  if (m.input < 0 || (m.output < 0 && output > 0)) return kUnknownCost;
  const std::int64_t cached = std::min(warm, input);
  const bool written = cached == 0 && input >= kCachedMin;
  return (std::int64_t{input} - cached) * (written ? m.cold : m.input) + cached * m.cached + std::int64_t{output} * std::max<Pico>(m.output, 0);
}

void Usual::learn(std::uint64_t body_bytes, std::uint64_t input_tokens, std::uint64_t output_tokens) {
  if (body_bytes == 0) return;
  blend(per_kib_, input_tokens * 1024 / body_bytes);
  blend(output_, output_tokens);
}

std::uint32_t Usual::input_tokens(std::uint64_t body_bytes) const {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(body_bytes * per_kib_ / (1024 * 256), UINT32_MAX));
}

std::uint32_t Usual::output_tokens(std::uint64_t most) const {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(most, output_ / 256));
}

}  // namespace fw::route
