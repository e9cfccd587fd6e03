#include "health/board.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/elementary.h"

namespace fw::health {
namespace {

using cloud::FailureKind;

// How much longer a first token takes than at the smallest size, where a size has no samples of its own: in eighths
// of an octave (1, 1.2, 1.7, 3, 5.7 times). A rough guess: reading the prompt takes time, and then part of it is
// cached.
constexpr std::array<int, kSizeClasses> kLonger{0, 2, 6, 13, 20};
// The usual split of a whole answer where nothing is known of the place.
constexpr double kUsualFirstUs = 800'000;
constexpr double kUsualPerTokenUs = 12'000;
constexpr std::uint32_t kSloMaxMs = 4'000'000;

std::size_t at(SizeClass size) { return static_cast<std::size_t>(size); }

std::uint16_t share(double p) { return static_cast<std::uint16_t>(std::lround(std::clamp(p, 0.0, 1.0) * 65'535)); }

// What a failure says.
enum class Says : std::uint8_t {
  nothing,    // the request's own doing
  sick,       // hardly caused by one request
  refused,    // its own doing, unless others meet it too
  throttled,  // no headroom
  account,    // the account's trouble: counts as failing, AccountMarks has the rest
};

Says says(FailureKind kind) {
  switch (kind) {
    case FailureKind::none:
    case FailureKind::outrun:
    case FailureKind::too_large:
    case FailureKind::context_length:
    case FailureKind::content_filter: return Says::nothing;
    case FailureKind::invalid_request:
    case FailureKind::forbidden:
    case FailureKind::not_found: return Says::refused;
    case FailureKind::rate_limited: return Says::throttled;
    case FailureKind::unauthorized:
    case FailureKind::quota_exhausted:
    case FailureKind::sign_in: return Says::account;
    case FailureKind::overloaded:
    case FailureKind::server_error:
    case FailureKind::timed_out:
    case FailureKind::unreachable:
    case FailureKind::tls:
    case FailureKind::truncated:
    case FailureKind::malformed: return Says::sick;
  }
  return Says::nothing;
}

bool ends(What what) { return what == What::served || what == What::failed || what == What::cancelled_by_caller || what == What::outrun; }

}  // namespace

void Board::Pace::add(double log2_us, bool healthy, MonoTime when) {
  const double gap = samples > 0 ? static_cast<double>(std::max<std::int64_t>(0, when.ns - at.ns)) / 1e9 : 0;
  at = std::max(at, when);
  samples = std::min(samples + 1, 1e6);
  now += (log2_us - now) * std::max(0.1, 1 / samples);
  if (healthy) usual += (log2_us - usual) * std::max(std::min(gap / 1'800, 1 / 200.0), 1 / samples);
}

bool Board::Quotas::note(const Limit& limit, MonoTime now) {
  if (limit.kind == Limit::Kind::utilisation) return false;
  (limit.kind == Limit::Kind::requests ? requests : tokens).note(limit.limit, limit.remaining, limit.reset_ms, now);
  return true;
}

Board::Board(std::span<const std::uint16_t> provider_of, std::size_t providers, std::uint64_t seed)
    : providers_(providers) {
  places_.reserve(provider_of.size());
  for (const auto p : provider_of) places_.emplace_back(p, seed + places_.size() * 0x9e3779b97f4a7c15);
}

void Board::inherit(std::uint16_t deployment, const Board& old, std::uint16_t old_deployment) {
  auto& p = places_[deployment];
  const auto provider = p.provider;
  const auto pool = p.pool;
  p = old.places_[old_deployment];
  p.provider = provider;
  p.pool = pool;
  p.waiting = 0;
  p.slots.forget_in_flight();
  p.breaker.probe_ends();
}

void Board::observe(const Observation& o) { take(o, 0); }

void Board::take(const Observation& o, std::uint32_t asked) {
  auto& p = places_[o.deployment];
  p.begun = std::max(p.begun, o.start());
  switch (o.what) {
    case What::first_token:
      p.waiting = 0;
      latency(p, o);
      p.errors.add(false, o.at);
      p.slots.served(o.at);
      p.throttle.served(o.start());
      return changed(p, o.at, p.breaker.served(o));
    case What::served: return served(p, o);
    case What::failed: return failed(p, o, asked);
    case What::cancelled_by_caller: return;
    case What::outrun: return outrun(p, o);
    case What::second_opinion_disagreed: p.errors.add(true, o.at); return changed(p, o.at, p.breaker.opinion(o, true));
    case What::second_opinion_agreed: return changed(p, o.at, p.breaker.opinion(o, false));
  }
}

void Board::observe(const Observation& o, Ticket& ticket) {
  auto& p = places_[ticket.deployment];
  if (ticket.look && o.what != What::cancelled_by_caller) {
    ticket.look = false;
    looked(p, o);
  }
  take(o, ticket.open ? ticket.tokens : 0);
  if (o.what == What::first_token && std::exchange(ticket.probe, false)) p.breaker.probe_ends();
  if (!ends(o.what)) return;
  const bool unsent =
      o.kind == FailureKind::unreachable || o.kind == FailureKind::tls || o.kind == FailureKind::sign_in;
  finish(ticket, unsent ? 0 : o.used_tokens ? o.used_tokens : ticket.tokens, o.at);
}

void Board::latency(Place& p, const Observation& o) {
  const auto size = at(o.size);
  p.first[size].add(std::max(1U, o.first_token_us), o.at);
  p.pace.add(elementary::log2(std::max(1.0, static_cast<double>(o.first_token_us))) - kLonger[size] / 8.0,
             p.breaker.state(o.at) == BreakerState::closed, o.at);
}

void Board::served(Place& p, const Observation& o) {
  p.waiting = 0;
  const double whole = o.duration_ms * 1e3;
  if (o.stream && o.first_token_us > 0) {
    if (o.output_tokens > 1 && whole > o.first_token_us)
      p.per_token.add(static_cast<std::uint32_t>(std::min(4e9, (whole - o.first_token_us) / (o.output_tokens - 1))),
                      o.at);
    return;  // counted at its first token
  }
  if (!o.stream) whole_answer(p, o, whole);
  p.errors.add(false, o.at);
  p.slots.served(o.at);
  p.throttle.served(o.start());
  changed(p, o.at, p.breaker.served(o));
}

// It would have taken longer than it ran. Where that is more than usual it counts, as if it had ended there: less than
// the truth, never more. Where it is not, nothing is known.
void Board::outrun(Place& p, const Observation& o) {
  const double ran = o.duration_ms * 1e3;
  if (!o.stream) {
    const auto [first, per_token] = usual(p, o.size);
    if (ran > first + per_token * o.output_tokens) whole_answer(p, o, ran);
    return;
  }
  if (ran <= p.first[at(o.size)].median()) return;
  Observation so_far = o;
  so_far.first_token_us = static_cast<std::uint32_t>(std::min(4e9, ran));
  latency(p, so_far);
}

Board::Usual Board::usual(const Place& p, SizeClass size) {
  return {.first_us = p.pace.samples > 0 ? elementary::exp2(p.pace.now + kLonger[at(size)] / 8.0) : kUsualFirstUs,
          .per_token_us = p.per_token.mass() > 0 ? p.per_token.median() : kUsualPerTokenUs};
}

// It is slow or fast in both its parts alike.
void Board::whole_answer(Place& p, const Observation& o, double whole) {
  const auto [first, per_token] = usual(p, o.size);
  const double ratio = whole / (first + per_token * o.output_tokens);
  Observation part = o;
  part.first_token_us = static_cast<std::uint32_t>(std::min(4e9, first * ratio));
  latency(p, part);
  if (o.output_tokens > 0) p.per_token.add(static_cast<std::uint32_t>(std::min(4e9, per_token * ratio)), o.at);
}

void Board::throttled(Place& p, const Observation& o, std::uint32_t asked) {
  bool known = false;
  bool roomy = true;
  auto& account = providers_[p.provider];
  for (auto* q : {&p.quotas.requests, &p.quotas.tokens, &account.requests, &account.tokens}) {
    if (!q->known(o.at)) continue;
    known = true;
    const bool tokens = q == &p.quotas.tokens || q == &account.tokens;
    roomy = roomy && q->share_stated(o.at) > 0.25 && !(tokens && q->left(o.at) < asked);
    q->refused(o.at);
  }
  roomy = roomy && known;
  // A place that says how long to wait says what it bears: it is left alone for so long, and no slower after that. Those
  // sent while the first after a wait was still unanswered are refused too, which tells nothing.
  const bool told = o.retry_after_ms > 0;
  // A pool is full, and how much it takes is known: it is no slower after that.
  if (p.pool) p.pool->note(PoolMeter::kFull, o.at);
  else if (!known && !told) p.slots.congested(o.start(), o.at);
  const bool vain = p.throttle.refused(o.start(), o.retry_after_ms, o.at);
  if (told && asked > 0) p.learned.refused(asked, o.start(), p.throttle.until(), o.at);
  const bool slow = p.pace.slow(1.5);
  const bool in_error = roomy || slow || (vain && !known && !told && !p.pool);
  if (in_error) p.errors.add(true, o.at);
  changed(p, o.at, p.breaker.throttled(o, !in_error ? 0 : vain ? 2 : 1));
}

void Board::failed(Place& p, const Observation& o, std::uint32_t asked) {
  if (o.status != 0) p.waiting = 0;
  switch (says(o.kind)) {
    case Says::nothing: return;
    case Says::throttled: return throttled(p, o, asked);
    case Says::account: return p.errors.add(true, o.at);
    case Says::refused: {
      const bool did = p.breaker.refused(o);
      if (o.known_good || p.breaker.suspects_refusals(o.at)) p.errors.add(true, o.at);
      return changed(p, o.at, did);
    }
    case Says::sick: {
      const bool did = p.breaker.failed(o);
      if (o.stream && o.first_token_us > 0) p.errors.take_back_served();
      if (!p.breaker.blames_tenant(o)) p.errors.add(true, o.at);
      if (o.retry_after_ms > 0) p.throttle.refused(o.start(), o.retry_after_ms, o.at);
      // One that nobody else meets says nothing of the load.
      if ((o.kind == FailureKind::overloaded || o.kind == FailureKind::timed_out) && !p.quotas.requests.known(o.at) &&
          p.errors.share(o.at) > kCrowded)
        p.slots.congested(o.start(), o.at);
      return changed(p, o.at, did);
    }
  }
}

// The breaker opened or closed. What probes tell then counts most, and the traffic returns slowly.
void Board::changed(Place& p, MonoTime now, bool did) {
  if (!did) return;
  for (auto& of_size : p.facts)
    for (auto& f : of_size) f.until_ns = INT64_MIN;
  p.waiting = 0;
  if (p.breaker.state(now) != BreakerState::closed) {
    for (auto& h : p.first) h.interrupted();
  } else {
    p.slots.restart(now);
    p.errors.recovered();
  }
}

// As fast as it usually is: the next look follows soon. What it found is evidence like any other.
void Board::looked(Place& p, const Observation& o) {
  const double us = o.first_token_us > 0 ? o.first_token_us : o.duration_ms * 1e3;
  const bool well = o.what != What::failed && o.what != What::outrun && (p.pace.samples == 0 || elementary::log2(std::max(1.0, us)) - kLonger[at(o.size)] / 8.0 < p.pace.usual + 1);
  p.look_ms = well ? kLookOnMs : kLookAgainMs;
}

void Board::look_for_stall(Place& p, MonoTime now) {
  if (p.waiting < kStallWaiting) return;
  const double usual_ms = p.pace.samples > 0 ? elementary::exp2(p.pace.usual) / 1e3 : 2'000;
  const auto patience = static_cast<std::int64_t>(std::clamp(10 * usual_ms, 5'000.0, 120'000.0));
  if (now.ms_since(p.waiting_since) >= patience) changed(p, now, p.breaker.stalled(p.waiting, now));
}

void Board::note_limit(std::uint16_t deployment, const Limit& limit, MonoTime now) {
  auto& p = places_[deployment];
  if (p.quotas.note(limit, now)) return;
  p.utilisation =
      share(static_cast<double>(limit.remaining) / static_cast<double>(std::max<std::int64_t>(1, limit.limit)));
  p.utilisation_at = now;
  if (p.pool) p.pool->note(p.utilisation, now);
}

void Board::take_from_pool(std::uint16_t deployment, std::int64_t tokens, MonoTime now) {
  if (auto& pool = places_[deployment].pool) pool->take(tokens, now);
}

std::uint16_t Board::utilisation(std::uint16_t deployment, MonoTime now) const {
  const auto& p = places_[deployment];
  if (p.pool) return p.pool->utilisation(now);
  return p.utilisation && now.ms_since(p.utilisation_at) <= kUtilisationKeptMs ? p.utilisation : 0;
}

void Board::note_provider_limit(std::uint16_t provider, const Limit& limit, MonoTime now) {
  providers_[provider].note(limit, now);
}

void Board::note_elsewhere(std::uint16_t deployment, std::int64_t requests, std::int64_t tokens, MonoTime) {
  auto& p = places_[deployment];
  p.quotas.reserve(requests, tokens);
  providers_[p.provider].reserve(requests, tokens);
}

Ticket Board::begin(std::uint16_t deployment, std::uint32_t tokens, bool stream, MonoTime now) {
  auto& p = places_[deployment];
  Ticket ticket{
      .begun = now, .tokens = tokens, .deployment = deployment, .stream = stream, .probe = false, .look = may_look(deployment, now), .open = true};
  p.begun = now;
  p.tried = true;
  ticket.probe = p.breaker.may_probe(now);
  if (ticket.probe) p.breaker.probe_begins(now);
  p.slots.begin();
  p.quotas.reserve(1, tokens);
  p.learned.reserve(tokens);
  providers_[p.provider].reserve(1, tokens);
  if (stream && p.waiting++ == 0) p.waiting_since = now;
  return ticket;
}

void Board::finish(Ticket& ticket, std::uint32_t used_tokens, MonoTime) {
  if (!ticket.open) return;
  ticket.open = false;
  auto& p = places_[ticket.deployment];
  p.slots.finish();
  if (ticket.probe) p.breaker.probe_ends();
  if (ticket.stream && p.waiting > 0 && ticket.begun >= p.waiting_since) {
    // Ended without a sign of life. The others have waited at least since it began, as far as we know.
    --p.waiting;
    p.waiting_since = ticket.begun;
  }
  const auto unused = std::int64_t{ticket.tokens} - used_tokens;
  p.quotas.tokens.give_back(unused, ticket.begun);
  p.learned.give_back(unused, ticket.begun);
  providers_[p.provider].tokens.give_back(unused, ticket.begun);
}

Board::Shape Board::shape(const Place& p, SizeClass size, MonoTime now, Histogram::Weights& sum) const {
  const auto& h = p.first[at(size)];
  if (h.evidence(kEnough, now) >= kEnough) return {h.shape(), kEnough};
  const auto own = static_cast<int>(size);
  double all = 0;
  sum.fill(0);
  const auto take = [&](int other) {
    if (other < 0 || other >= static_cast<int>(kSizeClasses) || all >= kEnough) return;
    const auto& of_other = p.first[static_cast<std::size_t>(other)];
    const double evidence = std::min(of_other.evidence(kEnough, now), kEnough - all);
    if (evidence <= 0) return;
    of_other.spread(sum, evidence, kLonger[static_cast<std::size_t>(own)] - kLonger[static_cast<std::size_t>(other)]);
    all += evidence;
  };
  take(own);
  for (int distance = 1; distance < static_cast<int>(kSizeClasses); ++distance) {
    take(own - distance);
    take(own + distance);
  }
  return {sum, all};
}

Service Board::measured(const Place& p, SizeClass size, std::uint32_t slo_ms, MonoTime now) const {
  Service s;
  Histogram::Weights sum;
  const auto [weights, evidence] = shape(p, size, now, sum);
  const auto& h = p.first[at(size)];
  if (slo_ms != 0) {
    const double above = h.above(weights, std::min(slo_ms, kSloMaxMs) * 1'000);
    s.miss = share((above * evidence + kPriorMiss * std::max(0.0, kEnough - evidence)) / kEnough);
  }
  s.error = share(p.errors.share(now));
  s.first_token_ms = (h.quantile(weights, 0.5) + 999) / 1'000;
  s.per_token_us = p.per_token.mass() > 0 ? p.per_token.median() : 0;
  s.samples = static_cast<std::uint32_t>(std::lround(evidence));
  return s;
}

Service Board::service(std::uint16_t deployment, SizeClass size, std::uint32_t slo_ms, MonoTime now) {
  auto& p = places_[deployment];
  look_for_stall(p, now);
  auto& ways = p.facts[at(size)];
  auto* f = ways[0].slo_ms == slo_ms ? &ways[0] : &ways[1];
  if (f->slo_ms != slo_ms && ways[0].until_ns < ways[1].until_ns) f = &ways[0];
  if (now.ns >= f->until_ns || f->slo_ms != slo_ms) *f = {now.ns + kRefreshNs, slo_ms, measured(p, size, slo_ms, now)};
  const auto least = [](std::int64_t a, std::int64_t b) { return a < 0 ? b : b < 0 ? a : std::min(a, b); };
  const auto& account = providers_[p.provider];
  Service s = f->service;
  s.headroom_tokens = least(p.quotas.tokens.left(now), account.tokens.left(now));
  if (s.headroom_tokens < 0) s.headroom_tokens = p.learned.left(now);
  s.headroom_requests = static_cast<std::int32_t>(
      std::min<std::int64_t>(INT32_MAX, least(p.quotas.requests.left(now), account.requests.left(now))));
  s.free_slots = p.slots.free(now);
  s.utilisation = utilisation(deployment, now);
  s.breaker = p.breaker.state(now);
  s.throttled = p.throttle.running(now);
  return s;
}

bool Board::may_probe(std::uint16_t deployment, MonoTime now) const {
  return places_[deployment].breaker.may_probe(now);
}

bool Board::may_look(std::uint16_t deployment, MonoTime now) const {
  const auto& p = places_[deployment];
  return p.tried && p.breaker.state(now) == BreakerState::closed && now.ms_since(p.begun) >= p.look_ms;
}

MonoTime Board::throttled_until(std::uint16_t deployment) const { return places_[deployment].throttle.until(); }

const Opened& Board::opened(std::uint16_t deployment) const { return places_[deployment].breaker.opened(); }

std::uint32_t Board::first_token_ms(std::uint16_t deployment, SizeClass size, double share, MonoTime now) const {
  const auto& p = places_[deployment];
  Histogram::Weights sum;
  return (p.first[at(size)].quantile(shape(p, size, now, sum).weights, share) + 999) / 1'000;
}

}  // namespace fw::health
