#include "plan/sim/world.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/elementary.h"
#include "plan/sim/luck.h"

namespace fw::plan::sim {
namespace {

using cloud::FailureKind;

constexpr double kRateSeconds = 10;
constexpr double kSwing = 0.2;       // of the logarithm
constexpr double kNearlyFull = 0.99;
constexpr std::array<std::string_view, kTroubles> kNames{"slow", "errors", "brown_out", "silent_slow", "refusals", "false_429", "gone", "quota_zero"};

// What each draw is for: several of one request at one place.
enum class Draw : std::uint8_t { trouble = 1, error, u, v };
double draw(std::uint64_t seed, std::uint32_t request, Draw what, std::size_t place) {
  constexpr std::size_t kTen = 10;
  return luck(seed, request, static_cast<std::size_t>(what) * kTen + place % kTen + place / kTen * 1'000);
}

double seconds(MonoTime t) { return static_cast<double>(t.ns) / 1e9; }

double slower(const Incident* i) {
  if (i == nullptr) return 1;
  const auto or_own = [i](double own) { return i->factor > 0 ? i->factor : own; };
  switch (i->what) {
    case Trouble::slow: return or_own(6);
    case Trouble::brown_out:
    case Trouble::false_429: return or_own(3);
    case Trouble::silent_slow: return or_own(2.5);
    default: return 1;
  }
}

Fate failure(FailureKind kind, std::uint16_t status, double after_s) {
  return {.kind = kind, .status = status, .retry_after_ms = 0, .first_s = after_s, .more_s = 0};
}

std::optional<Fate> either(double draw, double part, const Fate& fate) { return draw < part ? std::optional(fate) : std::nullopt; }

// What an incident makes of a request, before the quota is asked; `draw` is uniform.
std::optional<Fate> stricken(const Incident& i, double draw) {
  const auto or_own = [&i](double own) { return i.part > 0 ? i.part : own; };
  switch (i.what) {
    case Trouble::errors: return either(draw, or_own(0.9), failure(FailureKind::server_error, 500, 0.4));
    case Trouble::brown_out: return either(draw, or_own(0.3), failure(FailureKind::overloaded, 503, 0.5));
    case Trouble::refusals:
      if (draw < or_own(0.9) * 7 / 9) return failure(FailureKind::invalid_request, 400, 0.15);
      return either(draw, or_own(0.9), failure(FailureKind::rate_limited, 429, 0.1));
    case Trouble::false_429: return either(draw, or_own(0.6), failure(FailureKind::rate_limited, 429, 0.1));
    // Half the connections are refused at once, half run into the limit for connecting.
    case Trouble::gone: return failure(FailureKind::unreachable, 0, draw < 0.5 ? 0.05 : 2.0);
    case Trouble::quota_zero: return failure(FailureKind::quota_exhausted, 429, 0.1);
    default: return std::nullopt;
  }
}

}  // namespace

std::string_view name(Trouble trouble) { return kNames[static_cast<std::size_t>(trouble)]; }

std::optional<Trouble> trouble_of(std::string_view word) {
  const auto it = std::ranges::find(kNames, word);
  return it == kNames.end() ? std::nullopt : std::optional(static_cast<Trouble>(it - kNames.begin()));
}

double tokens_of(const Place& place, const Asked& asked) {
  return asked.input * place.counts.input + asked.cached * place.counts.cached + asked.output * place.counts.output;
}

World::World(std::uint64_t seed, std::vector<Place> places, std::vector<Incident> incidents, double crowding)
    : seed_(seed), crowding_(crowding), places_(std::move(places)), incidents_(std::move(incidents)), states_(places_.size()), swings_(places_.size()), at_work_(places_.size()) {
  for (std::size_t i = 0; i < places_.size(); ++i) {
    states_[i].tokens = places_[i].tokens.size();
    states_[i].requests = places_[i].requests.size();
    swings_[i] = {900 + 1'500 * luck(seed_, i, 103), luck(seed_, i, 104)};
  }
  advance({});
}

void World::advance(MonoTime when) {
  if (when.ns < change_ns_) return;
  const double t = seconds(when);
  double next = 1e9;
  std::ranges::fill(at_work_, nullptr);
  for (const auto& i : incidents_) {
    if (t < i.from_s) next = std::min(next, i.from_s);
    if (t < i.from_s || t >= i.to_s) continue;
    next = std::min(next, i.to_s);
    for (const auto place : i.places)
      if (at_work_[place] == nullptr) at_work_[place] = &i;
  }
  change_ns_ = static_cast<std::int64_t>(std::ceil(next * 1e9));
}

World::State World::now(std::size_t place, MonoTime when) const {
  auto s = states_[place];
  const auto& p = places_[place];
  const double gap = static_cast<double>(when.ns - s.at.ns) / 1e9;
  s.tokens = std::min(p.tokens.size(), s.tokens + gap * p.tokens.per_s);
  s.requests = std::min(p.requests.size(), s.requests + gap * p.requests.per_s);
  s.rate *= elementary::exp(-gap / kRateSeconds);
  s.at = when;
  return s;
}

// What the clouds' other customers do to everybody, in a swing of a quarter of an hour or more.
double World::others(std::size_t place, MonoTime when) const {
  if (!places_[place].shared) return 1;
  const auto& swing = swings_[place];
  return elementary::exp(kSwing * elementary::sin_turn(seconds(when) / swing.period_s + swing.phase));
}

// A bucket that never fills says a minute.
Fate World::throttled(std::size_t place, double lacking, double per_s) const {
  constexpr double kMinuteMs = 60'000;
  auto out = failure(FailureKind::rate_limited, 429, 0.08);
  if (places_[place].tells_wait) out.retry_after_ms = static_cast<std::uint32_t>(per_s > 0 ? std::clamp(1e3 * lacking / per_s, 1.0, 4e9) : kMinuteMs);
  return out;
}

std::optional<Fate> World::refused(const Asked& asked, std::size_t place, const State& s) const {
  const auto& p = places_[place];
  if (p.tokens.limited) {
    const double tokens = tokens_of(p, asked);
    if (p.tokens.per_s <= 0 || s.tokens < std::min(tokens, p.tokens.size() * kNearlyFull)) return throttled(place, tokens - s.tokens, p.tokens.per_s);
  }
  if (p.requests.limited && s.requests < std::min(1.0, p.requests.size() * kNearlyFull)) return throttled(place, 1 - s.requests, p.requests.per_s);
  return std::nullopt;
}

Fate World::fate(const Asked& asked, std::size_t place, MonoTime when) const {
  const auto& p = places_[place];
  const auto* const trouble = at_work_[place];
  if (trouble != nullptr)
    if (auto f = stricken(*trouble, draw(seed_, asked.id, Draw::trouble, place))) return *f;
  const auto s = now(place, when);
  if (auto f = refused(asked, place, s)) return *f;
  if (draw(seed_, asked.id, Draw::error, place) < p.pace.usual_errors) return failure(FailureKind::overloaded, 503, 0.3);
  const double u = draw(seed_, asked.id, Draw::u, place);
  const double v = draw(seed_, asked.id, Draw::v, place);
  const double normal = std::sqrt(-2 * elementary::log(u)) * elementary::cos_turn(v);
  const double busy = p.tokens.limited && p.tokens.per_s > 0 ? std::min(1.0, s.rate / p.tokens.per_s) : 0;
  const double own = p.pace.congestion * (p.shared ? crowding_ : 1) * busy * busy * busy;
  const double stretch = slower(trouble) * (1 + own) * others(place, when);
  Fate out;
  out.first_s = (p.pace.first_token_s + p.pace.per_1k_s * asked.input / 1e3) * elementary::exp(p.pace.spread * normal) * stretch;
  out.more_s = p.pace.per_token_s * asked.output * stretch;
  return out;
}

Fate World::send(const Asked& asked, std::size_t place, MonoTime when) {
  const auto out = fate(asked, place, when);
  auto& s = states_[place] = now(place, when);
  if (out.kind != FailureKind::none) return out;
  const double tokens = tokens_of(places_[place], asked);
  s.tokens -= tokens;
  s.requests -= 1;
  s.rate += tokens / kRateSeconds;
  return out;
}

Left World::left(std::size_t place, MonoTime when) const {
  constexpr double kMinute = 60;
  const auto& bucket = places_[place].tokens;
  const double level = std::max(0.0, now(place, when).tokens);
  return {.limit = static_cast<std::int64_t>(bucket.per_s * kMinute), .remaining = static_cast<std::int64_t>(level), .reset_ms = bucket.per_s > 0 ? static_cast<std::int64_t>(1e3 * (bucket.size() - level) / bucket.per_s) : 0};
}

void World::resize(std::size_t place, double tokens_per_s, MonoTime when) {
  auto& s = states_[place] = now(place, when);
  auto& bucket = places_[place].tokens;
  const double taken = bucket.size() - s.tokens;
  bucket.per_s = tokens_per_s;
  s.tokens = bucket.size() - taken;
}

}  // namespace fw::plan::sim
