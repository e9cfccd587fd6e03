// What stands in a record's body, in order: one description for its size, for writing and for reading.
// An archive has: id_pair, text(field, limit), fixed, number, count, code(field, last), flag, name,
// money, amount (optional money), usage, maybe_usage, and since(version): whether the record has what came with that version.
// Only ever append, behind since(), and raise kVersion of the kind.
#pragma once

#include <cstdint>
#include <type_traits>

#include "ledger/journal.h"

namespace fw::ledger {

inline constexpr std::string_view kMagic = "FWJOURNL";
inline constexpr std::string_view kSealMagic = "FWSEALED";
inline constexpr std::size_t kHeaderBytes = 56;
inline constexpr std::size_t kHeaderCopyOffset = 2048;

constexpr std::size_t padded(std::size_t n) { return (n + kRecordAlign - 1) / kRecordAlign * kRecordAlign; }

inline constexpr std::size_t kIdMax = 64;
inline constexpr std::size_t kAnyLength = 0xffff'ffff;

template <class R, class T>
concept Fields = std::is_same_v<std::remove_const_t<R>, T>;

template <class A, Fields<Naming> R>
void fields(A& a, R& r) {
  a.code(r.table, NameTable::error);
  a.name(r.id);
  a.text(r.text, 512);
}

template <class A, Fields<Intent> R>
void fields(A& a, R& r) {
  a.id_pair(r.attempt_id, r.request_id);
  a.text(r.client_request_id, 128);
  a.fixed(r.time.ns);
  a.name(r.tenant);
  a.name(r.key);
  a.name(r.model);
  a.name(r.deployment);
  a.name(r.provider);
  a.name(r.cloud);
  a.name(r.scope);
  a.name(r.price_row);
  a.code(r.dialect_in, dialect::Dialect::messages);
  a.code(r.dialect_out, dialect::Dialect::messages);
  a.code(r.operation, dialect::Operation::embeddings);
  a.flag(r.stream);
  a.text(r.tags, 1024);
  a.number(r.reserved.input_max);
  a.number(r.reserved.input_expected);
  a.number(r.reserved.output_max);
  a.amount(r.reserved_cost);
  if (a.since(2)) a.code(r.purpose, kPurposeLast);
}

template <class A, Fields<Settlement> R>
void fields(A& a, R& r) {
  a.text(r.attempt_id, kIdMax);
  a.code(r.state, AttemptState::ambiguous);
  a.code(r.basis, Basis::reservation);
  a.code(r.outcome, cloud::FailureKind::outrun);
  a.number(r.status);
  a.number(r.first_token_ms);
  a.number(r.ended_ms);
  a.name(r.price_row);
  a.text(r.tier, 32);
  a.text(r.upstream_request_id, 128);
  a.usage(r.usage);
  a.amount(r.cost);
  a.amount(r.cost_low);
  a.amount(r.cost_high);
}

template <class A, Fields<ExchangeEnd> R>
void fields(A& a, R& r) {
  a.text(r.request_id, kIdMax);
  a.text(r.client_request_id, 128);
  a.fixed(r.time.ns);
  a.number(r.duration_ms);
  a.number(r.first_token_ms);
  a.name(r.tenant);
  a.name(r.key);
  a.name(r.model);
  a.name(r.policy);
  a.code(r.dialect_in, dialect::Dialect::messages);
  a.code(r.operation, dialect::Operation::embeddings);
  a.flag(r.stream);
  a.flag(r.client_left);
  a.number(r.status);
  a.text(r.outcome, 64);
  a.count(r.attempts);
  a.usage(r.usage);
  a.amount(r.cost);
  a.text(r.decision, kAnyLength);
  if (!a.since(2)) return;
  a.text(r.tags, 1024);
  a.name(r.deployment);
}

template <class A, Fields<Adjustment> R>
void fields(A& a, R& r) {
  a.text(r.attempt_id, kIdMax);
  a.fixed(r.time.ns);
  a.code(r.state, AttemptState::ambiguous);
  a.code(r.basis, Basis::reservation);
  a.amount(r.cost);
  a.amount(r.cost_low);
  a.amount(r.cost_high);
  a.maybe_usage(r.usage);
  a.text(r.reason, 4096);
  a.text(r.source, 1024);
}

template <class A, Fields<BudgetMove> R>
void fields(A& a, R& r) {
  a.name(r.budget);
  a.fixed(r.time.ns);
  a.money(r.amount);
  a.text(r.about, kIdMax);
}

template <class A, Fields<Facts> R>
void fields(A& a, R& r) {
  a.text(r.hash, 64);
  a.text(r.bytes, kAnyLength);
}

template <class A, Fields<Mark> R>
void fields(A& a, R& r) {
  a.code(r.kind, MarkKind::clean_shutdown);
  a.fixed(r.time.ns);
  a.text(r.text, 256);
}

// The buckets of a usage, in the order of their bits.
template <class U, class F>
void each_bucket(U& usage, F&& visit) {
  visit(usage.input);
  visit(usage.cache_read);
  for (auto& written : usage.cache_write) visit(written);
  visit(usage.output);
  visit(usage.reasoning);
  visit(usage.audio_in);
  visit(usage.audio_out);
  visit(usage.image);
  visit(usage.tool_calls);
}
inline constexpr unsigned kBuckets = 8 + dialect::kCacheLifetimes;
static_assert(kBuckets == 13, "a new bucket needs its bit, behind the others, and a new version");

template <class R, class V>
struct KindOf;
template <class R, class... Rs>
struct KindOf<R, std::variant<Rs...>> {
  static constexpr std::uint8_t value = [] {
    std::uint8_t n = 0;
    (void)((++n, std::is_same_v<R, Rs>) || ...);
    return n;
  }();
};
template <class R>
inline constexpr std::uint8_t kKind = KindOf<R, Body>::value;
inline constexpr std::uint8_t kKinds = std::variant_size_v<Body>;

// What is written; every version from 1 on is read.
template <class R>
inline constexpr std::uint8_t kVersion = std::is_same_v<R, Intent> || std::is_same_v<R, ExchangeEnd> ? 2 : 1;
// A reader that does not know the kind or version may not pass over the record.
inline constexpr std::uint16_t kMustUnderstand = 1;
// Of the kinds that money rests on.
template <class R>
inline constexpr std::uint16_t kFlags = std::is_same_v<R, Facts> ? 0 : kMustUnderstand;

}  // namespace fw::ledger
