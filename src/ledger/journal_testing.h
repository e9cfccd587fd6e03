// Random records of every kind for the tests, the fuzzer and the simulation; one seed, one sequence.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/journal.h"

namespace fw::ledger {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {  // splitmix64
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }
  std::uint64_t below(std::uint64_t n) { return next() % n; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  std::int64_t any_number() { return static_cast<std::int64_t>(next()) >> below(64); }

 private:
  std::uint64_t state_;
};

// Records with texts of their own; a text lives as long as this.
class RandomRecords {
 public:
  explicit RandomRecords(std::uint64_t seed) : dice(seed) {}

  std::string_view text(std::size_t max) {
    std::string t(dice.below(max + 1), '\0');
    for (auto& c : t) c = static_cast<char>(dice.next());
    return texts_.emplace_back(std::move(t));
  }
  NameId id() { return static_cast<NameId>(dice.below(2) == 0 ? dice.below(20) : dice.below(kNamesMax + 1)); }
  Money money() { return Money::of_units((static_cast<Int128>(dice.any_number()) << dice.below(60)) + dice.any_number()); }
  std::optional<Money> amount() { return dice.one_in(3) ? std::nullopt : std::optional(money()); }
  dialect::Usage usage() {
    dialect::Usage u;
    for (auto* bucket : {&u.input, &u.cache_read, &u.output, &u.reasoning, &u.audio_in, &u.audio_out, &u.image, &u.tool_calls})
      if (dice.one_in(3)) *bucket = dice.any_number();
    for (auto& written : u.cache_write)
      if (dice.one_in(5)) written = dice.any_number();
    u.reported = dice.one_in(2);
    u.inconsistent = dice.one_in(2);
    return u;
  }
  template <class E>
  E code(E last) { return static_cast<E>(dice.below(static_cast<std::uint64_t>(last) + 1)); }
  std::int32_t small() { return static_cast<std::int32_t>(dice.any_number()); }

  Body body() {
    switch (dice.below(8)) {
      case 0: return Naming{code(NameTable::error), id(), text(512)};
      case 1: return intent();
      case 2: return settlement();
      case 3: return exchange();
      case 4: return adjustment();
      case 5: return BudgetMove{id(), {dice.any_number()}, money(), text(64)};
      case 6: return Facts{text(64), text(3000)};
      default: return Mark{code(MarkKind::clean_shutdown), {dice.any_number()}, text(256)};
    }
  }
  Intent intent() {
    Intent r;
    r.attempt_id = text(64);
    r.request_id = dice.one_in(2) ? r.attempt_id.substr(0, dice.below(r.attempt_id.size() + 1)) : text(64);
    r.client_request_id = text(128);
    r.time.ns = dice.any_number();
    for (auto* n : {&r.tenant, &r.key, &r.model, &r.deployment, &r.provider, &r.cloud, &r.scope, &r.price_row}) *n = id();
    r.dialect_in = code(dialect::Dialect::messages);
    r.dialect_out = code(dialect::Dialect::messages);
    r.operation = code(dialect::Operation::embeddings);
    r.stream = dice.one_in(2);
    r.tags = text(40);
    r.reserved = {dice.any_number(), dice.any_number(), dice.any_number()};
    r.reserved_cost = amount();
    r.purpose = code(kPurposeLast);
    return r;
  }
  Settlement settlement() {
    Settlement r;
    r.attempt_id = text(64);
    r.state = code(AttemptState::ambiguous);
    r.basis = code(Basis::reservation);
    r.outcome = code(cloud::FailureKind::outrun);
    r.status = static_cast<std::int16_t>(dice.next());
    r.first_token_ms = small();
    r.ended_ms = small();
    r.price_row = id();
    r.tier = text(32);
    r.upstream_request_id = text(128);
    r.usage = usage();
    r.cost = amount();
    r.cost_low = amount();
    r.cost_high = amount();
    return r;
  }
  ExchangeEnd exchange() {
    ExchangeEnd r;
    r.request_id = text(64);
    r.client_request_id = text(128);
    r.time.ns = dice.any_number();
    r.duration_ms = small();
    r.first_token_ms = small();
    for (auto* n : {&r.tenant, &r.key, &r.model, &r.policy}) *n = id();
    r.dialect_in = code(dialect::Dialect::messages);
    r.operation = code(dialect::Operation::embeddings);
    r.stream = dice.one_in(2);
    r.client_left = dice.one_in(2);
    r.status = static_cast<std::int16_t>(dice.next());
    r.outcome = text(64);
    r.attempts = static_cast<std::uint32_t>(dice.any_number());
    r.usage = usage();
    r.cost = amount();
    r.decision = text(2000);
    r.tags = text(40);
    r.deployment = id();
    return r;
  }
  Adjustment adjustment() {
    Adjustment r;
    r.attempt_id = text(64);
    r.time.ns = dice.any_number();
    r.state = code(AttemptState::ambiguous);
    r.basis = code(Basis::reservation);
    r.cost = amount();
    r.cost_low = amount();
    r.cost_high = amount();
    if (dice.one_in(2)) r.usage = usage();
    r.reason = text(300);
    r.source = text(100);
    return r;
  }

  Dice dice;

 private:
  std::deque<std::string> texts_;
};

inline std::vector<std::byte> encoded(const Body& body, Stamp stamp) {
  return std::visit(
      [&](const auto& record) {
        std::vector<std::byte> out(size_bound(record), std::byte{0xee});
        out.resize(encode(record, stamp, out));
        return out;
      },
      body);
}

// A segment's bytes as a writer leaves them.
struct WrittenSegment {
  explicit WrittenSegment(std::size_t size, std::uint32_t number = 1, std::uint64_t first_sequence = 1)
      : bytes(size), next_sequence(first_sequence) {
    header.run.fill(0x5a);
    header.number = number;
    header.bytes = static_cast<std::uint32_t>(size);
    write_segment_header(header, std::span(bytes).first<kHeaderPageBytes>());
  }
  // False: no room.
  bool add(const Body& body) {
    const auto record = encoded(body, {next_sequence, header.salt()});
    if (record.size() > bytes.size() - at) return false;
    offsets.push_back(at);
    std::copy(record.begin(), record.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
    at += record.size();
    ++next_sequence;
    return true;
  }
  void seal() {
    write_seal({static_cast<std::uint32_t>(at), next_sequence - 1}, header, std::span(bytes).subspan<kSealOffset, kSealBytes>());
  }
  SegmentReader reader() const { return std::move(*SegmentReader::open(bytes, "core-00/1.fwj")); }

  SegmentHeader header;
  std::vector<std::byte> bytes;
  std::size_t at = kHeaderPageBytes;
  std::uint64_t next_sequence;
  std::vector<std::size_t> offsets;  // of the records
};

}  // namespace fw::ledger
