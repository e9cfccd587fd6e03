#include "world.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <utility>

namespace fw::routing {
namespace {

using cloud::FailureKind;

constexpr double kUsualErrors = 0.002;
constexpr double kRateSeconds = 10;
constexpr double kSwing = 0.2;  // of the logarithm

std::uint64_t mixed(std::uint64_t v) {
  v += 0x9e3779b97f4a7c15;
  v = (v ^ (v >> 30)) * 0xbf58476d1ce4e5b9;
  v = (v ^ (v >> 27)) * 0x94d049bb133111eb;
  return v ^ (v >> 31);
}

double seconds(MonoTime t) { return static_cast<double>(t.ns) / 1e9; }

double slower(const Incident* i) {
  if (i == nullptr) return 1;
  switch (i->what) {
    case Trouble::slow_6x: return 6;
    case Trouble::errors_30_slow_3x:
    case Trouble::false_429: return 3;
    case Trouble::silent_slow_2_5x: return 2.5;
    default: return 1;
  }
}

Fate failure(FailureKind kind, std::uint16_t status, double after_s) {
  return {.kind = kind, .status = status, .retry_after_ms = 0, .first_s = after_s, .more_s = 0};
}

// What an incident makes of a request, before the quota is asked; `draw` is uniform.
std::optional<Fate> stricken(const Incident& i, double draw) {
  switch (i.what) {
    case Trouble::errors_90: return draw < 0.9 ? std::optional(failure(FailureKind::server_error, 500, 0.4)) : std::nullopt;
    case Trouble::errors_30_slow_3x:
      return draw < 0.3 ? std::optional(failure(FailureKind::overloaded, 503, 0.5)) : std::nullopt;
    case Trouble::refusals:
      if (draw < 0.7) return failure(FailureKind::invalid_request, 400, 0.15);
      return draw < 0.9 ? std::optional(failure(FailureKind::rate_limited, 429, 0.1)) : std::nullopt;
    case Trouble::false_429: return draw < 0.6 ? std::optional(failure(FailureKind::rate_limited, 429, 0.1)) : std::nullopt;
    // Half the connections are refused at once, half run into the limit for connecting.
    case Trouble::region_gone: return failure(FailureKind::unreachable, 0, draw < 0.5 ? 0.05 : 2.0);
    case Trouble::quota_zero: return failure(FailureKind::quota_exhausted, 429, 0.1);
    default: return std::nullopt;
  }
}

}  // namespace

double luck(std::uint64_t seed, std::uint64_t a, std::uint64_t b) {
  const auto bits = mixed(mixed(mixed(seed) ^ a) ^ (b << 40)) >> 11;
  return (static_cast<double>(bits) + 0.5) / 9007199254740992.0;
}

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

std::string_view name(Trouble trouble) {
  constexpr std::array<std::string_view, kTroubles> kNames{"slow_6x",  "errors_90", "errors_30_slow_3x", "silent_slow_2_5x",
                                                           "refusals", "false_429", "region_gone",       "quota_zero"};
  return kNames[static_cast<std::size_t>(trouble)];
}

bool Incident::hits(std::size_t other) const {
  return what == Trouble::region_gone ? places()[other].cloud == places()[place].cloud : other == place;
}

std::vector<Incident> incidents(std::uint64_t seed) {
  constexpr double kFirst = 120, kEvery = 410, kLong = 240;
  std::array<std::size_t, kTroubles> order{0, 1, 2, 3, 4, 5, 6, 7};
  for (std::size_t i = kTroubles - 1; i > 0; --i)
    std::swap(order[i], order[static_cast<std::size_t>(luck(seed, i, 101) * static_cast<double>(i + 1))]);
  std::vector<Incident> out;
  for (std::size_t i = 0; i < kTroubles; ++i) {
    const double from = kFirst + kEvery * static_cast<double>(i);
    const auto place = static_cast<std::size_t>(luck(seed, i, 102) * kMayServe);
    out.push_back({.what = static_cast<Trouble>(order[i]), .place = place, .from_s = from, .to_s = from + kLong});
  }
  return out;
}

World::World(std::uint64_t seed, double demand, const Weather& weather) : seed_(seed), demand_(demand), crowding_(weather.crowding) {
  if (weather.troubled) incidents_ = routing::incidents(seed);
  for (std::size_t i = 0; i < kPlaces; ++i) states_[i].level = quota(i) * places()[i].bucket_s;
}

World::State World::now(std::size_t place, MonoTime when) const {
  auto s = states_[place];
  const double gap = static_cast<double>(when.ns - s.at.ns) / 1e9;
  s.level = std::min(quota(place) * places()[place].bucket_s, s.level + gap * quota(place));
  s.rate *= std::exp(-gap / kRateSeconds);
  s.at = when;
  return s;
}

const Incident* World::incident(std::size_t place, MonoTime when) const {
  const double t = seconds(when);
  for (const auto& i : incidents_)
    if (t >= i.from_s && t < i.to_s && i.hits(place)) return &i;
  return nullptr;
}

// What the clouds' other customers do to everybody, in a swing of a quarter of an hour or more.
double World::others(std::size_t place, MonoTime when) const {
  if (places()[place].input_price == 0) return 1;
  const double period = 900 + 1'500 * luck(seed_, place, 103);
  return std::exp(kSwing * std::sin(2 * std::numbers::pi * (seconds(when) / period + luck(seed_, place, 104))));
}

Fate World::throttled(const Asked& asked, std::size_t place, double level) const {
  auto out = failure(FailureKind::rate_limited, 429, 0.08);
  const double lacking = asked.input + asked.output - level;
  if (places()[place].tells_retry_after) out.retry_after_ms = static_cast<std::uint32_t>(std::max(1.0, 1e3 * lacking / quota(place)));
  return out;
}

Fate World::fate(const Asked& asked, std::size_t place, MonoTime when) const {
  const auto& p = places()[place];
  const auto* const trouble = incident(place, when);
  if (trouble != nullptr)
    if (auto f = stricken(*trouble, luck(seed_, asked.id, 10 + place))) return *f;
  const auto s = now(place, when);
  // What is larger than the bucket passes when it is full.
  if (s.level < std::min<double>(asked.input + asked.output, quota(place) * p.bucket_s * 0.99)) return throttled(asked, place, s.level);
  if (luck(seed_, asked.id, 20 + place) < kUsualErrors) return failure(FailureKind::overloaded, 503, 0.3);
  const double u = luck(seed_, asked.id, 30 + place);
  const double v = luck(seed_, asked.id, 40 + place);
  const double normal = std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
  const double busy = std::min(1.0, s.rate / quota(place));
  const double own = p.congestion * (p.input_price > 0 ? crowding_ : 1) * busy * busy * busy;
  const double stretch = slower(trouble) * (1 + own) * others(place, when);
  Fate out;
  out.first_s = (p.first_token_s + p.per_1k_s * asked.input / 1e3) * std::exp(p.spread * normal) * stretch;
  out.more_s = p.per_token_s * asked.output * stretch;
  return out;
}

Fate World::send(const Asked& asked, std::size_t place, MonoTime when) {
  const auto out = fate(asked, place, when);
  states_[place] = now(place, when);
  if (out.kind != FailureKind::none) return out;
  const double tokens = asked.input + asked.output;
  states_[place].level -= tokens;
  states_[place].rate += tokens / kRateSeconds;
  return out;
}

}  // namespace fw::routing
