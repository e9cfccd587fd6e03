#include "world.h"

#include <utility>

namespace fw::routing {
namespace {

using plan::sim::kTroubles;
using plan::sim::Trouble;

plan::sim::Place made(const PlaceModel& p, double demand) {
  return {.name = std::string(p.name),
          .cloud = std::string(p.cloud),
          .scope = std::string(p.scope),
          .tokens = {.per_s = p.quota * demand, .seconds = p.bucket_s, .limited = true},
          .requests = {},
          .counts = {},
          .pace = {.first_token_s = p.first_token_s, .spread = p.spread, .per_1k_s = p.per_1k_s, .per_token_s = p.per_token_s, .congestion = p.congestion},
          .tells_wait = p.tells_retry_after,
          .tells_left = false,
          .shared = p.input_price > 0,
          .serves_special = p.serves_special};
}

// Of a region that is gone all of the cloud is hit, the place drawn first.
std::vector<std::uint16_t> hit(Trouble what, std::size_t place) {
  std::vector<std::uint16_t> out{static_cast<std::uint16_t>(place)};
  for (std::size_t i = 0; i < kPlaces && what == Trouble::gone; ++i)
    if (i != place && places()[i].cloud == places()[place].cloud) out.push_back(static_cast<std::uint16_t>(i));
  return out;
}

}  // namespace

const std::array<PlaceModel, kPlaces>& places() {
  constexpr route::Pico kIn = 2'000'000;  // per token, of 10^-12 USD
  constexpr route::Pico kOut = 10'000'000;
  static constexpr std::array<PlaceModel, kPlaces> kAll{{
      {"azure-pool", "azure", "eu/sweden-central", 0, 0, 0.35, 10, 0.45, 0.30, 0.06, 1.2, 0.010, true, true},
      {"openai-eu", "openai", "eu", kIn, kOut, 0.60, 60, 0.75, 0.38, 0.07, 0.15, 0.012, true, true},
      {"azure-eu", "azure", "eu", kIn * 11 / 10, kOut * 11 / 10, 0.50, 10, 0.65, 0.35, 0.07, 0.15, 0.012, true, true},
      {"bedrock-eu", "bedrock", "eu/frankfurt", kIn * 11 / 10, kOut * 11 / 10, 0.45, 60, 0.55, 0.35, 0.06, 0.15, 0.011, false, false},
      {"isolated", "bedrock", "eu/sovereign", kIn * 6 / 5, kOut * 6 / 5, 0.35, 20, 0.50, 0.30, 0.06, 0.15, 0.010, false, true},
      {"global", "openai", "global", kIn * 4 / 5, kOut * 4 / 5, 2.00, 60, 0.50, 0.30, 0.06, 0.15, 0.010, true, true},
  }};
  return kAll;
}

route::QuickPrice price(std::size_t place) {
  const auto& p = places()[place];
  const route::QuickMeters meters{.input = p.input_price, .cold = p.input_price, .cached = p.input_price, .output = p.output_price};
  return {.base = meters, .beyond = {}};
}

route::Pico cost(std::size_t place, const Asked& asked) { return route::expected_cost(price(place), asked.input, 0, asked.output); }

std::vector<Incident> incidents(std::uint64_t seed) {
  constexpr double kFirst = 120, kEvery = 410, kLong = 240;
  std::array<std::size_t, kTroubles> order{0, 1, 2, 3, 4, 5, 6, 7};
  for (std::size_t i = kTroubles - 1; i > 0; --i)
    std::swap(order[i], order[static_cast<std::size_t>(luck(seed, i, 101) * static_cast<double>(i + 1))]);
  std::vector<Incident> out;
  for (std::size_t i = 0; i < kTroubles; ++i) {
    const double from = kFirst + kEvery * static_cast<double>(i);
    const auto place = static_cast<std::size_t>(luck(seed, i, 102) * kMayServe);
    const auto what = static_cast<Trouble>(order[i]);
    out.push_back({.what = what, .places = hit(what, place), .from_s = from, .to_s = from + kLong});
  }
  return out;
}

World make_world(std::uint64_t seed, double demand, const Weather& weather) {
  std::vector<plan::sim::Place> all;
  for (const auto& p : places()) all.push_back(made(p, demand));
  return World(seed, std::move(all), weather.troubled ? incidents(seed) : std::vector<Incident>{}, weather.crowding);
}

}  // namespace fw::routing
