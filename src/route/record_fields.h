// The fields of what a decision saw, under their names: once for each form of record.
#pragma once

#include <concepts>
#include <type_traits>

#include "route/decision.h"

namespace fw::route {

// The version of compact records, which know no names: what a version added is read of it and of later ones only.
// From version 3 on numbers are packed.
inline constexpr int kFieldsVersion = 4;

// field(name, member) of each, in the order of the records. Only ever added to, at the end, under a new version.
void seen_fields(auto& s, auto&& field, int version) {
  field("deployment", s.name);
  field("scope", s.scope);
  field("cloud", s.cloud);
  field("provider_name", s.provider_name);
  field("index", s.deployment);
  field("provider", s.provider);
  field("cost", s.cost);
  field("dropped", s.dropped);
  field("refused", s.refused);
  field("mapped", s.mapped);
  field("doubted", s.doubted);
  field("headroom_tokens", s.headroom_tokens);
  field("headroom_requests", s.headroom_requests);
  field("free_slots", s.free_slots);
  field("first_token_ms", s.first_token_ms);
  field("slow_token_ms", s.slow_token_ms);
  field("warm_tokens", s.warm_tokens);
  field("weight", s.weight);
  field("miss", s.miss);
  field("error", s.error);
  field("utilisation", s.utilisation);
  field("share", s.share);
  field("breaker", s.breaker);
  field("may_probe", s.may_probe);
  field("throttled", s.throttled);
  field("marked", s.marked);
  field("speaks", s.speaks);
  field("too_long", s.too_long);
  if (version < 2) return;
  field("pool", s.pool);
  field("pool_tokens", s.pool_tokens);
  field("bid", s.bid);
  field("paid", s.paid);
  field("commitment_left", s.commitment_left);
  if (version < 4) return;
  field("output_tokens_max", s.output_tokens_max);
}

void question_fields(auto& q, auto&& field, int version) {
  field("operation", q.operation);
  field("model", q.model);
  field("tier", q.tier);
  field("hosted", q.hosted);
  field("needs", q.needs);
  field("seed", q.seed);
  field("input_tokens", q.input_tokens);
  field("output_tokens", q.output_tokens);
  field("reserve_tokens", q.reserve_tokens);
  field("pinned", q.pinned);
  field("stream", q.stream);
  field("harmless", q.harmless);
  if (version < 2) return;
  field("pressure", q.pressure);
  if (version < 4) return;
  field("effort", q.effort);
  field("output_limit", q.output_limit);
}

void policy_fields(auto& p, auto&& field) {
  field("name", p.name);
  field("prefer", p.prefer);
  field("lossy", p.lossy);
  field("refuse_unknown_price", p.refuse_unknown_price);
  field("first_token_ms", p.first_token_ms);
  field("residency", p.residency);
  field("max_share", p.max_share);
  field("only", p.only);
  field("never", p.never);
  field("rule", p.rule);
  field("pacing", p.pacing);
}

template <class T>
void visit(T& object, auto&& field, int version = kFieldsVersion) {
  using Kind = std::remove_const_t<T>;
  if constexpr (std::same_as<Kind, Seen>) seen_fields(object, field, version);
  else if constexpr (std::same_as<Kind, Question>) question_fields(object, field, version);
  else policy_fields(object, field);
}

}  // namespace fw::route
