#include "route/pool.h"

#include <algorithm>
#include <array>
#include <span>

namespace fw::route {
namespace {

constexpr std::int64_t kThousand = 1'000;
constexpr std::array<std::string_view, kWhysSpilled> kNames{"full", "bid", "service", "refused"};

WhySpilled why(const Seen& pool, const Ranked& of_pool, const Ranked& of_served) {
  if (of_pool.verdict == Verdict::throttled) return WhySpilled::full;
  if (of_pool.verdict != of_served.verdict) return WhySpilled::service;
  return of_pool.score - pool.bid <= of_served.score ? WhySpilled::bid : WhySpilled::service;
}

}  // namespace

std::string_view name(WhySpilled why) { return kNames[static_cast<std::size_t>(why)]; }

std::int64_t weighted(const PoolWeights& weights, std::int64_t input, std::int64_t cached, std::int64_t output) {
  return (input * weights.input + cached * weights.cache_read + output * weights.output + kThousand - 1) / kThousand;
}

Pico bid_price(const Bid& bid, std::uint16_t utilisation) {
  if (bid.top <= 0 || utilisation <= bid.from) return 0;
  return bid.top * (utilisation - bid.from) / (UINT16_MAX - bid.from);
}

Pico bid_for(const Bid& bid, std::uint16_t utilisation, std::int64_t tokens) {
  constexpr Int128 kMost = 1'000'000'000'000'000'000;  // a million dollars: beyond that nothing is compared any more
  return static_cast<Pico>(std::min(Int128{bid_price(bid, utilisation)} * tokens, kMost));
}

std::optional<Spill> spilled(const Decision& d, std::uint16_t served) {
  if (d.seen[served].pool) return std::nullopt;
  const auto ranks = std::span(d.ranked).first(d.tried);
  const auto pool = std::ranges::find_if(ranks, [&d](const Ranked& r) { return d.seen[r.place].pool; });
  const auto one = std::ranges::find(ranks, served, &Ranked::place);
  if (pool == ranks.end() || one == ranks.end()) return std::nullopt;
  return Spill{pool->place, pool < one ? WhySpilled::refused : why(d.seen[pool->place], *pool, *one)};
}

}  // namespace fw::route
