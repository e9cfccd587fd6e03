#include "plan/sim/gateway.h"

#include <algorithm>
#include <utility>

#include "plan/sim/luck.h"

namespace fw::plan::sim {
namespace {

using health::Observation;
using health::What;

constexpr std::uint32_t kHarmlessTokens = 8'000;  // as in gateway/look.cpp
constexpr std::uint32_t kSamplesEnough = 10;      // as in gateway/hedge.cpp

std::vector<std::uint16_t> providers_of(const KnownMarket& market) {
  std::vector<std::uint16_t> out;
  for (const auto& p : market.places) out.push_back(p.provider);
  return out;
}

health::PoolSize size_of(const route::Pool& pool) {
  constexpr std::int64_t kSecondMs = 1'000;
  return {.tokens_per_minute = std::max<std::int64_t>(1, pool.tokens_per_minute), .window_ms = pool.window_s * kSecondMs};
}

std::uint32_t capped(std::int64_t n) { return static_cast<std::uint32_t>(std::clamp<std::int64_t>(n, 0, UINT32_MAX)); }

}  // namespace

route::Pico cost_of(const Known& place, const Asked& asked) {
  return route::expected_cost(place.price, asked.input + asked.cached, asked.cached, asked.output);
}

Gateway::Gateway(KnownMarket market, std::uint64_t seed)
    : market_(std::move(market)), desks_(market_.classes.size()), usual_(market_.models), board_(providers_of(market_), market_.providers, seed), marks_(market_.providers),
      shares_(market_.classes.size(), market_.clouds), known_(market_.classes.size() << 8), seed_(seed) {
  for (std::size_t i = 0; i < market_.places.size(); ++i)
    if (const auto& pool = market_.places[i].pool) board_.is_pool(static_cast<std::uint16_t>(i), size_of(*pool));
  for (std::size_t c = 0; c < desks_.size(); ++c) {
    const auto& klass = market_.classes[c];
    for (std::size_t rule = 0; rule < klass.policy.rules.size(); ++rule) desks_[c].ruled.push_back(route::ruled(klass.policy, rule));
    hedges_.emplace_back(klass.policy.hedge.budget_percent, static_cast<int>(klass.policy.hedge.burst));
    for (const auto place : klass.places) {
      const auto& p = market_.places[place];
      route::Seen seen;
      seen.scope = p.scope;
      seen.cloud = p.cloud;
      seen.name = p.name;
      seen.provider_name = p.provider_name;
      seen.weight = p.weight;
      seen.deployment = place;
      seen.provider = p.provider;
      seen.pool = p.pool.has_value();
      desks_[c].decision.seen.push_back(seen);
    }
  }
}

void Gateway::resize(std::uint16_t place, std::int64_t tokens_per_minute) {
  auto& pool = *market_.places[place].pool;
  if (pool.tokens_per_minute == tokens_per_minute) return;
  pool.tokens_per_minute = tokens_per_minute;
  board_.is_pool(place, size_of(pool));
}

// The body of a request whose tokens are of 3 to 5 bytes.
std::uint64_t Gateway::bytes(const Running& r) const {
  return static_cast<std::uint64_t>((r.asked.input + r.asked.cached) * (3 + 2 * luck(seed_, r.asked.id, 301)));
}

// What the place's cache is believed to hold: every place's holds the same here.
std::uint32_t Gateway::warm(const Running& r) const { return std::min(r.asked.cached, r.expected); }

int Gateway::next(Running& r, MonoTime now) {
  if (r.attempts == 0) choose(r, now);
  return r.attempts < r.candidates ? of(r).places[r.order[r.attempts]] : -1;
}

std::int64_t Gateway::pool_tokens(const Running& r, const route::Pool& pool) const {
  const std::int64_t cached = warm(r);
  return route::weighted(pool.weights, r.expected - cached, cached, r.expected_output);
}

// What an answer usually takes is that of now, of a later attempt too.
void Gateway::begin(Running& r, Attempt& a, MonoTime now) {
  r.expected_output = usual_[of(r).usual].output_tokens(market_.output_max);
  a.ticket = board_.begin(a.place, r.expected + r.expected_output, true, now);
  a.from_pool = 0;
  if (const auto& pool = market_.places[a.place].pool) {
    a.from_pool = pool_tokens(r, *pool);
    board_.take_from_pool(a.place, a.from_pool, now);
  }
  if (r.attempts == 1) shares_.add(r.asked.of_class, market_.places[a.place].of_cloud);
}

void Gateway::settle_pool(const Attempt& a, std::int64_t tokens, MonoTime now) {
  if (market_.places[a.place].pool) board_.take_from_pool(a.place, tokens - a.from_pool, now);
}

void Gateway::first_token(Running& r, Attempt& a, MonoTime now) {
  auto o = observed(r, a, What::first_token, now);
  o.first_token_us = static_cast<std::uint32_t>((now.ns - a.begun.ns) / 1'000);
  board_.observe(o, a.ticket);
  if (world_ == nullptr || !world_->tells_left(a.place)) return;
  const auto left = world_->left(a.place, now);
  board_.note_limit(a.place, {.kind = health::Limit::Kind::tokens, .limit = left.limit, .remaining = left.remaining, .reset_ms = left.reset_ms}, now);
}

void Gateway::served(Running& r, Attempt& a, MonoTime now) {
  auto o = observed(r, a, What::served, now);
  o.first_token_us = static_cast<std::uint32_t>(a.fate.first_s * 1e6);
  o.output_tokens = r.asked.output;
  o.used_tokens = r.asked.input + r.asked.cached + r.asked.output;
  board_.observe(o, a.ticket);
  const auto& place = market_.places[a.place];
  if (place.pool) settle_pool(a, route::weighted(place.pool->weights, r.asked.input, r.asked.cached, r.asked.output), now);
  marks_.clear(place.provider);
  known_[shape(r)] = true;
  usual_[of(r).usual].learn(bytes(r), r.asked.input + r.asked.cached, r.asked.output);
  if (r.doubted >= 0) opinion(r, What::second_opinion_disagreed, now);
}

void Gateway::failed(Running& r, Attempt& a, MonoTime now) {
  auto o = observed(r, a, What::failed, now);
  o.kind = a.fate.kind;
  o.retry_after_ms = a.fate.retry_after_ms;
  if (a.fate.kind == cloud::FailureKind::quota_exhausted) marks_.mark(market_.places[a.place].provider, cloud::Mark::account_exhausted, now);
  board_.observe(o, a.ticket);
  settle_pool(a, 0, now);
  if (a.fate.kind != cloud::FailureKind::invalid_request) return;
  if (r.doubted < 0) {
    r.doubted = a.place;
    return;
  }
  // Two that agree are believed.
  opinion(r, What::second_opinion_agreed, now);
  r.candidates = r.attempts;
}

void Gateway::outrun(Running& r, Attempt& a, MonoTime now) {
  auto o = observed(r, a, What::outrun, now);
  o.kind = cloud::FailureKind::outrun;
  o.output_tokens = r.expected_output;
  board_.observe(o, a.ticket);
}

Observation Gateway::observed(const Running& r, const Attempt& a, What what, MonoTime now) const {
  return {.at = now,
          .tenant = r.asked.tenant,
          .duration_ms = static_cast<std::uint32_t>(now.ms_since(a.begun)),
          .deployment = a.place,
          .status = a.fate.status,
          .what = what,
          .size = health::size_class(r.expected),
          .stream = true,
          .known_good = known_[shape(r)]};
}

void Gateway::opinion(Running& r, What what, MonoTime now) {
  auto o = observed(r, r.attempt[0], what, now);
  o.deployment = static_cast<std::uint16_t>(r.doubted);
  o.status = 400;
  o.kind = cloud::FailureKind::invalid_request;
  board_.observe(o);
  r.doubted = -1;
}

void Gateway::ask(const Running& r, route::Question& q) const {
  q.model = of(r).model;
  q.seed = r.asked.id;
  q.input_tokens = r.expected;
  q.output_tokens = r.expected_output;
  q.reserve_tokens = r.expected + r.expected_output;
  q.stream = true;
  q.harmless = r.expected <= kHarmlessTokens;
  q.needs = {};
  if (r.asked.special) dialect::set(q.needs, dialect::Need::json_schema);
}

// What changes from request to request.
void Gateway::see(route::Seen& seen, const Running& r, const route::Policy& policy, MonoTime now) {
  const auto place = seen.deployment;
  const auto& p = market_.places[place];
  const auto s = board_.service(place, health::size_class(r.expected), policy.first_token_ms, now);
  seen.cost = route::expected_cost(p.price, r.expected, warm(r), r.expected_output);
  seen.refused = {};
  if (r.asked.special && !p.serves_special) dialect::set(seen.refused, dialect::Need::json_schema);
  seen.headroom_tokens = s.headroom_tokens;
  seen.headroom_requests = s.headroom_requests;
  seen.free_slots = s.free_slots;
  seen.first_token_ms = s.first_token_ms;
  seen.warm_tokens = warm(r);
  seen.miss = s.miss;
  seen.error = s.error;
  seen.utilisation = s.utilisation;
  seen.share = shares_.share(r.asked.of_class, p.of_cloud);
  seen.breaker = s.breaker;
  seen.may_probe = s.breaker == health::BreakerState::closed ? board_.may_look(place, now) : board_.may_probe(place, now);
  seen.throttled = s.throttled;
  seen.marked = marks_.marked(p.provider, now);
  if (!p.pool) return;
  const auto tokens = pool_tokens(r, *p.pool);
  seen.pool_tokens = capped(tokens);
  seen.bid = route::bid_for(p.pool->bid, s.utilisation, tokens);
  // A pool without units holds nothing.
  if (p.pool->tokens_per_minute <= 0) seen.utilisation = UINT16_MAX;
}

void Gateway::choose(Running& r, MonoTime now) {
  const auto& klass = of(r);
  auto& desk = desks_[r.asked.of_class];
  auto& d = desk.decision;
  r.expected = usual_[klass.usual].input_tokens(bytes(r));
  r.expected_output = usual_[klass.usual].output_tokens(market_.output_max);
  ask(r, d.question);
  const auto rule = klass.policy.rules.empty() ? std::nullopt : route::rule_for(klass.policy, d.question);
  const auto& policy = rule ? desk.ruled[*rule] : klass.policy;
  for (auto& seen : d.seen) see(seen, r, policy, now);
  route::decide(d, policy);
  r.well = 0;
  for (r.candidates = 0; r.candidates < d.tried; ++r.candidates) {
    const auto& ranked = d.ranked[r.candidates];
    r.order[r.candidates] = static_cast<std::uint8_t>(ranked.place);
    if (ranked.verdict <= route::Verdict::admissible) r.well = static_cast<std::uint8_t>(r.candidates + 1);
  }
}

// As gateway/hedge.cpp says.
std::int64_t Gateway::hedge_after_ms(Running& r, MonoTime now) {
  const auto& policy = of(r).policy;
  if (!policy.hedge.on() || r.candidates < 2) return -1;
  hedges_[r.asked.of_class].request();
  std::int64_t ms = policy.hedge.after_ms;
  if (policy.hedge.after_percentile == 0) return ms;
  const auto place = of(r).places[r.order[0]];
  const auto size = health::size_class(r.expected);
  const bool known = board_.service(place, size, policy.first_token_ms, now).samples >= kSamplesEnough;
  if (!known && ms == 0) return -1;
  if (known) ms = std::max<std::int64_t>(ms, board_.first_token_ms(place, size, policy.hedge.after_percentile / 100.0, now));
  return ms;
}

int Gateway::hedge(Running& r, MonoTime) {
  const auto& klass = of(r);
  const auto& first = market_.places[r.attempt[0].place];
  for (std::uint8_t i = 1; i < r.well; ++i) {
    const auto& p = market_.places[klass.places[r.order[i]]];
    if (p.of_cloud == first.of_cloud || p.provider == first.provider) continue;
    if (!hedges_[r.asked.of_class].take()) return -1;
    // It is the next in the order from now on.
    std::rotate(r.order.begin() + 1, r.order.begin() + i, r.order.begin() + i + 1);
    return klass.places[r.order[1]];
  }
  return -1;
}

}  // namespace fw::plan::sim
