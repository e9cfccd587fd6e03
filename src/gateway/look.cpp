#include "gateway/look.h"

#include <algorithm>
#include <functional>

#include "gateway/sealed.h"
#include "route/pool.h"

namespace fw::gateway {
namespace {

using health::Observation;
using health::What;

constexpr std::size_t kPrefixBytes = 4'096;    // a cache starts at 1,024 tokens
constexpr std::uint32_t kHarmlessTokens = 8'000;

std::uint64_t mix(std::uint64_t a, std::uint64_t b) { return (a ^ (b + 0x9e3779b97f4a7c15 + (a << 6) + (a >> 2))) * 0xff51afd7ed558ccd; }
std::uint64_t hash(std::string_view text) { return std::hash<std::string_view>{}(text); }

std::uint32_t capped(std::int64_t n) { return static_cast<std::uint32_t>(std::clamp<std::int64_t>(n, 0, UINT32_MAX)); }

route::Pico expected(const Exchange& x, const Deployment& d, std::uint32_t warm) {
  const auto tier = route::tier_of(x.tier);
  const auto* const prices = d.quick_at(x.time);
  if (tier == route::Tier::other || prices == nullptr) return route::kUnknownCost;
  return route::expected_cost((*prices)[static_cast<std::size_t>(tier)], x.expected_input, warm, x.expected_output);
}

// A token is seldom longer: what has more bytes than this many for each token of the context does not fit.
constexpr std::int64_t kBytesPerTokenMax = 12;

struct Abilities {
  dialect::Needs mapped;
  dialect::Needs dropped;
  dialect::Needs refused;
  dialect::Needs doubted;
  bool too_long = false;
  std::uint32_t output_tokens_max = 0;  // 0: unknown
};

// What the book says that the place does with what the request says, beyond the fields themselves: efforts, lengths.
void judge_efforts(const Exchange& x, const DatedFeatures& known, const ApiAbilities& api, Abilities& can) {
  const auto& needs = x.asked->needs;
  const auto effort = bit(x.asked->facts.effort);
  if (effort == 0 && api.efforts_with_tools == 0) return;
  const bool told = !has(can.dropped, dialect::Need::reasoning_effort);
  if (told && (api.efforts_refused & effort) != 0) set(known.efforts_firm ? can.refused : can.doubted, dialect::Need::reasoning_effort);
  else if ((api.efforts_ignored & effort) != 0) set(can.dropped, dialect::Need::reasoning_effort);
  if (has(needs, dialect::Need::tools) && api.efforts_with_tools != 0 && (api.efforts_with_tools & effort) == 0) set(can.doubted, dialect::Need::tools);
}

// What is known to be lost or refused there, by the cloud's table or by the offer book.
Abilities abilities(const Exchange& x, const Place& place) {
  const auto& needs = x.asked->needs;
  Abilities out{.mapped = place.mapped(x.operation, needs), .dropped = place.dropped(x.operation, needs), .refused = place.refused(x.operation, needs), .doubted = place.doubted(x.operation, needs)};
  if (has_body(x.operation) && sealed_elsewhere(x, place.deployment)) set(out.dropped, dialect::Need::encrypted_reasoning);
  const auto& d = x.core.snapshot().deployments()[place.deployment];
  const auto* const known = d.features_at(x.time);
  if (known == nullptr) return out;
  const auto& api = known->asked_by(d.face(x.operation).upstream);
  out.doubted |= api.refused & needs;
  out.dropped |= api.dropped & needs;
  judge_efforts(x, *known, api, out);
  if (!d.face(x.operation).translated && dialect::respells(x.asked->facts, api.output_limit)) set(out.mapped, dialect::Need::max_tokens);
  out.too_long = known->context_tokens < INT64_MAX / kBytesPerTokenMax && x.reserved.input_max > known->context_tokens * kBytesPerTokenMax;
  out.output_tokens_max = known->output_tokens == INT64_MAX ? 0 : capped(known->output_tokens);
  if (x.asked->facts.output_limit.value_or(0) > known->output_tokens) set(known->output_firm ? out.refused : out.doubted, dialect::Need::max_tokens);
  return out;
}

// What the request is expected to take of a pool.
std::int64_t pool_tokens(const Exchange& x, const route::Pool& pool, std::uint32_t warm) {
  return route::weighted(pool.weights, std::int64_t{x.expected_input} - warm, warm, x.expected_output);
}

std::uint32_t warm_tokens(const Exchange& x, const route::Warmth::Prompt* prompt, std::uint16_t deployment) {
  return prompt != nullptr ? std::min(prompt->tokens(deployment, x.core.loop().now()), x.expected_input) : 0;
}

void see_pool(const Exchange& x, const route::Pool& pool, route::Seen& seen) {
  const auto tokens = pool_tokens(x, pool, seen.warm_tokens);
  seen.pool = true;
  seen.pool_tokens = capped(tokens);
  seen.bid = route::bid_for(pool.bid, seen.utilisation, tokens);
}

route::Seen see(Exchange& x, const Place& place, const route::Warmth::Prompt* prompt, std::uint32_t slo_ms) {
  auto& senses = x.core.senses;
  const auto& snapshot = x.core.snapshot();
  const auto& d = snapshot.deployments()[place.deployment];
  const auto now = x.core.loop().now();
  const auto service = senses.board.service(place.deployment, health::size_class(x.expected_input), slo_ms, now);
  const auto can = abilities(x, place);
  const auto warm = warm_tokens(x, prompt, place.deployment);
  const auto paid = x.core.commitments.paid(place.provider, x.time);
  route::Seen seen{.scope = d.scope,
          .cloud = snapshot.clouds()[place.cloud],
          .name = d.name,
          .provider_name = snapshot.providers()[place.provider].name,
          .cost = expected(x, d, warm),
          .dropped = can.dropped,
          .refused = can.refused,
          .mapped = can.mapped,
          .doubted = can.doubted,
          .headroom_tokens = service.headroom_tokens,
          .headroom_requests = service.headroom_requests,
          .free_slots = service.free_slots,
          .first_token_ms = service.first_token_ms,
          .warm_tokens = warm,
          .weight = place.weight,
          .miss = service.miss,
          .error = service.error,
          .utilisation = service.utilisation,
          .share = senses.shares.share(x.key().policy, place.cloud),
          .deployment = place.deployment,
          .provider = place.provider,
          .breaker = service.breaker,
          .may_probe = service.breaker == health::BreakerState::closed ? senses.board.may_look(place.deployment, now) : senses.board.may_probe(place.deployment, now),
          .throttled = service.throttled,
          .marked = x.core.marks.marked(place.provider, now),
          .speaks = place.serves(x.operation),
          .too_long = can.too_long,
          .paid = paid.part,
          .commitment_left = paid.left_micro_usd,
          .output_tokens_max = can.output_tokens_max};
  if (d.pool) see_pool(x, *d.pool, seen);
  return seen;
}

What what_of(const Exchange& x, const ledger::AttemptRecord& a) {
  if (a.outcome == cloud::FailureKind::outrun) return What::outrun;
  if (a.outcome != cloud::FailureKind::none) return What::failed;
  return x.left ? What::cancelled_by_caller : What::served;
}

Observation observed(const Exchange& x, What what) {
  return {.at = x.core.loop().now(),
          .tenant = x.key().tenant,
          .duration_ms = capped(x.core.loop().now().ms_since(x.running.start)),
          .deployment = x.running.deployment,
          .status = static_cast<std::uint16_t>(x.running.status),
          .what = what,
          .size = health::size_class(x.expected_input),
          .stream = x.stream,
          .known_good = x.core.senses.known.known(x.shape, x.core.loop().now())};
}

std::int32_t seconds(dialect::CacheLifetime lifetime) {
  switch (lifetime) {
    case dialect::CacheLifetime::m30: return 1'800;
    case dialect::CacheLifetime::h1: return 3'600;
    case dialect::CacheLifetime::h12: return 43'200;
    default: return 300;
  }
}

void take_from_pool(Exchange& x, std::int64_t tokens) {
  if (tokens == 0) return;
  x.core.senses.board.take_from_pool(x.running.deployment, tokens, x.core.loop().now());
  x.core.tell_others(PoolNews{.tokens = tokens, .utilisation = -1, .deployment = x.running.deployment});
}

// The estimate becomes what the answer says. Where it says nothing of what was consumed, the estimate stands.
void settle_pool(Exchange& x, const ledger::AttemptRecord& a) {
  using enum ledger::AttemptState;
  const auto& pool = x.deployment().pool;
  if (!pool || x.running.pool_tokens == 0) return;
  const auto& u = a.usage;
  const auto estimate = std::exchange(x.running.pool_tokens, 0);
  if (u.reported) take_from_pool(x, route::weighted(pool->weights, u.total_input() - u.cache_read, u.cache_read, u.total_output()) - estimate);
  else if (a.state == not_sent || a.state == refused_unbilled) take_from_pool(x, -estimate);
}

// What the answer's count says of the place's cache. Clouds that do not count what they wrote are
// believed to have kept the prompt, until a count says otherwise.
void learn_cache(Exchange& x, const ledger::AttemptRecord& a, Lesson& lesson) {
  if (x.prompt == 0 || !a.usage.reported) return;
  const auto counted = a.usage.cache_read + a.usage.cache_written();
  const auto& senses = x.core.senses;
  const auto* known = senses.warmth.find(x.prompt);
  const bool disproved = counted == 0 && known != nullptr && known->tokens(a.deployment, x.core.loop().now()) > 0;
  const auto kept = counted > 0 ? counted : disproved ? 0 : a.usage.total_input();
  lesson.prompt = x.prompt;
  lesson.cached_tokens = kept >= route::kCachedMin ? capped(kept) : 0;
  lesson.cache_s = seconds(x.provider().adapter->cache_lifetime());
}

}  // namespace

std::uint64_t prompt_hash(const Exchange& x) {
  const auto& facts = x.asked->facts;
  if (!facts.prompt_cache_key.empty()) return mix(hash(facts.prompt_cache_key), x.key().tenant) | 1;
  if (x.asked->session != 0) return mix(x.asked->session, x.key().tenant) | 1;
  if (x.asked->body.size() < kPrefixBytes) return 0;
  return mix(hash(std::string_view(x.asked->body).substr(0, kPrefixBytes)), x.key().tenant) | 1;
}

dialect::Needs dropped_at(const Exchange& x, const Place& place) {
  return x.asked->needs.none() ? dialect::Needs() : abilities(x, place).dropped;
}

void look(Exchange& x, route::Decision& d) {
  const auto& model = x.core.snapshot().models()[x.model_index];
  auto& usual = x.core.senses.usual[x.model_index];
  const auto bytes = static_cast<std::uint64_t>(x.reserved.input_max);
  x.expected_input = usual.input_tokens(bytes);
  x.expected_output = usual.output_tokens(static_cast<std::uint64_t>(std::max<std::int64_t>(x.reserved.output_max, 0)));
  if (has_body(x.operation)) {
    x.prompt = prompt_hash(x);
    x.shape = mix(mix(x.key().tenant, x.model_index), x.asked->needs.to_ullong()) | 1;
  }
  d.question = {.model = model.name,
                .needs = x.asked->needs,
                .seed = hash(x.request_id.view()),
                .input_tokens = x.expected_input,
                .output_tokens = x.expected_output,
                .reserve_tokens = x.expected_input + x.expected_output,
                .pinned = x.pinned == ledger::kNoIndex ? -1 : std::int32_t{x.pinned},
                .hosted = x.asked->hosted,
                .operation = x.operation,
                .tier = route::tier_of(x.tier),
                .effort = x.asked->facts.effort,
                .output_limit = x.asked->facts.output_limit.value_or(-1),
                .stream = x.stream,
                .harmless = has_body(x.operation) && x.pinned == ledger::kNoIndex && x.expected_input <= kHarmlessTokens && !x.asked->facts.background};
  x.policy_index = x.core.snapshot().policy_for(x.tagged_budgets() ? x.key().budgeted_policy : x.key().policy, d.question);
  if (x.policy().pacing) d.question.pressure = x.core.purse.pressure(x.budgets());
  const auto slo_ms = x.policy().first_token_ms;
  const auto* const prompt = x.core.senses.warmth.find(x.prompt);
  d.seen.clear();
  for (const auto& place : model.places) d.seen.push_back(see(x, place, prompt, slo_ms));
}

void take_ticket(Exchange& x) {
  x.running.ticket = x.core.senses.board.begin(x.running.deployment, x.expected_input + x.expected_output, x.stream, x.core.loop().now());
  if (const auto& pool = x.deployment().pool) {
    const auto* const prompt = x.core.senses.warmth.find(x.prompt);
    x.running.pool_tokens = pool_tokens(x, *pool, warm_tokens(x, prompt, x.running.deployment));
    take_from_pool(x, x.running.pool_tokens);
  }
  if (x.running.number == 1) x.core.senses.shares.add(x.key().policy, x.provider().cloud);
}

void note_pool(Exchange& x, const route::Decision& d) {
  const auto ranks = std::span(d.ranked).first(d.tried);
  const auto pool = std::ranges::find_if(ranks, [&d](const auto& r) { return d.seen[r.place].pool; });
  if (pool == ranks.end()) return;
  x.pool = d.seen[pool->place].deployment;
  if (const auto spill = route::spilled(d, ranks.front().place)) x.why_not_pool = spill->why;
}

void learn_first_token(Exchange& x) {
  if (!x.stream) return;
  auto o = observed(x, What::first_token);
  o.first_token_us = capped((x.core.loop().now().ns - x.running.start.ns) / 1'000);
  x.core.senses.board.observe(o, x.running.ticket);
  x.core.tell_others({.seen = o});
}

void learn(Exchange& x, const ledger::AttemptRecord& a, std::uint32_t retry_after_ms) {
  auto& senses = x.core.senses;
  const auto now = x.core.loop().now();
  settle_pool(x, a);
  // What could not even be said was not the place's doing, nor was what was given up before it was.
  if (a.state == ledger::AttemptState::not_sent && (a.outcome == cloud::FailureKind::invalid_request || what_of(x, a) != What::failed))
    return senses.board.finish(x.running.ticket, 0, now);
  auto o = observed(x, what_of(x, a));
  o.kind = a.outcome;
  o.retry_after_ms = retry_after_ms;
  if (a.first_token_ms >= 0) o.first_token_us = capped(std::int64_t{a.first_token_ms} * 1'000);
  if (a.usage.reported) {
    o.output_tokens = capped(a.usage.total_output());
    o.used_tokens = capped(a.usage.total());
  }
  if (o.what == What::outrun) o.output_tokens = x.expected_output;
  senses.board.observe(o, x.running.ticket);
  Lesson lesson{.seen = o};
  if (o.what == What::served) {
    lesson.shape = x.shape;
    senses.known.served(x.shape, now);
    if (a.usage.reported && has_body(x.operation))
      senses.usual[x.model_index].learn(static_cast<std::uint64_t>(x.reserved.input_max), static_cast<std::uint64_t>(a.usage.total_input()), static_cast<std::uint64_t>(a.usage.total_output()));
    learn_cache(x, a, lesson);
    if (lesson.prompt != 0) senses.warmth.note(lesson.prompt, a.deployment, lesson.cached_tokens, lesson.cache_s, now);
  }
  x.core.tell_others(lesson);
}

void learn_opinion(Exchange& x, bool agreed) {
  auto o = observed(x, agreed ? What::second_opinion_agreed : What::second_opinion_disagreed);
  o.deployment = x.doubted.deployment;
  o.status = static_cast<std::uint16_t>(x.doubted.status);
  o.kind = x.doubted.kind;
  x.core.senses.board.observe(o);
  x.core.tell_others({.seen = o});
}

}  // namespace fw::gateway
