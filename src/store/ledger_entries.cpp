// What the records of attempts become: rows of attempts and entries.
#include "store/ledger_inside.h"
#include "store/ledger_statements.h"

namespace fw::store {

using ledger::AttemptState;
using ledger::EntryKind;

namespace {

std::int64_t bits(const dialect::Usage& u) { return (u.reported ? kUsageReported : 0) | (u.inconsistent ? kUsageInconsistent : 0); }

void put_usage(Statement& s, const dialect::Usage* u) {
  if (!u) {
    for (int i = 0; i < 14; ++i) s.put_null();
    return;
  }
  s.put(bits(*u)).put(u->input).put(u->cache_read);
  for (const auto n : u->cache_write) s.put(n);
  s.put(u->output).put(u->reasoning).put(u->audio_in).put(u->audio_out).put(u->image).put(u->tool_calls);
}

std::array<std::int64_t, 4> key(EntryKind kind, std::int64_t run, std::uint32_t core, std::uint64_t sequence) {
  return {static_cast<std::int64_t>(kind), run, std::int64_t{core}, static_cast<std::int64_t>(sequence)};
}

}  // namespace

Folded fold_entries(Statement& e, ledger::Booked& to) {
  Folded out;
  std::array<Money, 3> amounts{};
  std::int64_t known = 0;
  while (e.row()) {
    for (auto& part : out.by) part = e.integer();
    to.by = static_cast<EntryKind>(out.by[0]);
    ++out.entries.at(static_cast<std::size_t>(to.by));
    to.state = static_cast<AttemptState>(e.integer());
    to.basis = static_cast<ledger::Basis>(e.integer());
    known = e.integer();
    for (auto& amount : amounts) {
      const auto micro = e.integer();
      amount += money_of(micro, e.integer());
    }
    if (to.by == EntryKind::intent && (known & kHighKnown) != 0) to.reserved_cost = amounts[2];
    if (to.by == EntryKind::settlement) {
      to.outcome = static_cast<cloud::FailureKind>(e.integer());
      to.status = static_cast<std::int16_t>(e.integer());
      to.first_token_ms = static_cast<std::int32_t>(e.integer());
      to.ended_ms = static_cast<std::int32_t>(e.integer());
      out.price_row = e.integer();
      to.tier = e.text();
      to.upstream_request_id = e.text();
    } else {
      for (int i = 0; i < 7; ++i) e.skip();
    }
    if (e.null()) continue;
    const auto usage_bits = e.integer();
    to.usage.reported = (usage_bits & kUsageReported) != 0;
    to.usage.inconsistent = (usage_bits & kUsageInconsistent) != 0;
    to.usage.input = e.integer();
    to.usage.cache_read = e.integer();
    for (auto& n : to.usage.cache_write) n = e.integer();
    for (auto* n : {&to.usage.output, &to.usage.reasoning, &to.usage.audio_in, &to.usage.audio_out, &to.usage.image, &to.usage.tool_calls})
      *n = e.integer();
  }
  to.cost = (known & kCostKnown) != 0 ? std::optional(amounts[0]) : std::nullopt;
  to.cost_low = (known & kLowKnown) != 0 ? std::optional(amounts[1]) : std::nullopt;
  to.cost_high = (known & kHighKnown) != 0 ? std::optional(amounts[2]) : std::nullopt;
  return out;
}

bool Ledger::write_attempt(const ledger::Intent& r, const Open& attempt, Lane& lane, const ledger::SegmentReader* reader) {
  const auto provider = reader ? word(lane, *reader, r.provider) : word("");
  const auto price_row = reader ? word(lane, *reader, r.price_row) : word("");
  auto& s = s_->attempt;
  s.put(attempt.id).put(r.attempt_id).put(r.request_id).put(r.client_request_id).put(r.time.ns);
  for (std::size_t i = 0; i < kTeamColumn; ++i) s.put(attempt.words[i]);
  s.put(provider).put(price_row).put(static_cast<std::int64_t>(r.dialect_in)).put(static_cast<std::int64_t>(r.dialect_out)).put(static_cast<std::int64_t>(r.operation))
      .put(std::int64_t{r.stream}).put_bytes(r.tags).put(r.reserved.input_max).put(r.reserved.input_expected).put(r.reserved.output_max)
      .put(lane.run).put(std::int64_t{reader == nullptr}).put(attempt.words[kTeamColumn]).put(attempt.words[kTagsColumn])
      .put(static_cast<std::int64_t>(r.purpose)).run();
  return db_->changes() > 0;
}

void Ledger::take(const ledger::Intent& r, std::uint64_t sequence, Lane& lane, const ledger::SegmentReader& reader) {
  lane.time = r.time;
  const auto tags = tagged(r.tags);
  Open open{next_attempt_, r.time, {word(lane, reader, r.tenant), word(lane, reader, r.key), word(lane, reader, r.model), word(lane, reader, r.deployment),
                                    word(lane, reader, r.cloud), word(lane, reader, r.scope), tags.team, tags.set, 0}, {}, {}};
  open.booked.purpose = r.purpose;
  if (!write_attempt(r, open, lane, &reader)) {
    ++counts_.duplicates;
    return;
  }
  ++next_attempt_;
  Entry entry{.by = key(EntryKind::intent, lane.run, lane.core, sequence), .after = {}};
  entry.after.cost_low = Money{};
  entry.after.cost_high = bounded(r.reserved_cost);
  write(open, entry);
  open_.insert_or_assign(std::string(r.attempt_id), std::move(open));
}

std::optional<Ledger::Open> Ledger::find(std::string_view attempt_id) {
  auto& f = s_->find;
  if (!f.put(attempt_id).row()) return std::nullopt;
  Open out;
  out.id = f.integer();
  out.time.ns = f.integer();
  for (std::size_t i = 0; i < kAccountColumn; ++i) out.words[i] = f.integer();
  out.booked.purpose = static_cast<ledger::Purpose>(f.integer());
  f.reset();
  s_->entries.put(out.id);
  out.by = fold_entries(s_->entries, out.booked).by;
  return out;
}

Ledger::Open Ledger::orphan(std::string_view attempt_id, Lane& lane) {
  ++counts_.orphans;
  ledger::Intent r;
  r.attempt_id = attempt_id;
  r.time = lane.time;
  Open open{next_attempt_++, r.time, {}, {}, {}};
  open.words.fill(word(""));
  open.words[kTagsColumn] = kNoTags;
  (void)write_attempt(r, open, lane, nullptr);
  return open;
}

void Ledger::take(const ledger::Settlement& r, std::uint64_t sequence, Lane& lane, const ledger::SegmentReader& reader) {
  const auto running = open_.find(r.attempt_id);
  auto open = running != open_.end() ? std::optional(std::move(running->second)) : find(r.attempt_id);
  if (running != open_.end()) open_.erase(running);
  if (!open) open = orphan(r.attempt_id, lane);
  Entry entry{.by = key(EntryKind::settlement, lane.run, lane.core, sequence), .after = {}, .settlement = &r,
              .price_row = word(lane, reader, r.price_row)};
  entry.after.take(r, {});
  for (auto* amount : {&entry.after.cost, &entry.after.cost_low, &entry.after.cost_high}) *amount = bounded(*amount);
  write(*open, entry);
}

void Ledger::take(const ledger::Adjustment& r, std::uint64_t sequence, Lane& lane) {
  open_.erase(std::string(r.attempt_id));
  auto open = find(r.attempt_id);
  if (!open) open = orphan(r.attempt_id, lane);
  Entry entry{.by = key(EntryKind::adjustment, lane.run, lane.core, sequence), .after = {}, .adjustment = &r};
  entry.after.usage = open->booked.usage;
  entry.after.take(r);
  for (auto* amount : {&entry.after.cost, &entry.after.cost_low, &entry.after.cost_high}) *amount = bounded(*amount);
  write(*open, entry);
}

void Ledger::close_former(const RunId& current) {
  std::vector<std::string> left;
  for (s_->former.put(oldest_open_).put(run_row(current)); s_->former.row();) left.emplace_back(s_->former.text());
  for (const auto& attempt_id : left) {
    auto open = find(attempt_id);
    if (!open) continue;
    Entry entry{.by = open->by, .after = open->booked};
    entry.by[0] = static_cast<std::int64_t>(EntryKind::recovered);
    entry.after.give_up();
    write(*open, entry);
  }
  oldest_open_ = INT64_MAX;
  changed_ = true;
}

void Ledger::write(Open& attempt, const Entry& entry) {
  const auto& after = entry.after;
  const auto before = attempt.by[0] == 0 ? Sums{} : sums_of(attempt.booked);
  const bool stands = entry.by >= attempt.by;  // a settlement does not undo an adjustment that came first
  auto next = stands ? after : attempt.booked;
  next.purpose = attempt.booked.purpose;
  next.outcome = entry.settlement ? entry.settlement->outcome : attempt.booked.outcome;
  const auto now = sums_of(next);
  Sums change = now;
  change.subtract(before);
  auto& s = entry.settlement || entry.adjustment ? s_->entry : s_->open_entry;
  s.put(attempt.id);
  for (const auto part : entry.by) s.put(part);
  s.put(static_cast<std::int64_t>(after.state)).put(static_cast<std::int64_t>(after.basis))
      .put((after.cost ? kCostKnown : 0) | (after.cost_low ? kLowKnown : 0) | (after.cost_high ? kHighKnown : 0))
      .put(change.cost).put(change.low).put(change.high);
  if (const auto* r = entry.settlement) {
    s.put(static_cast<std::int64_t>(r->outcome)).put(std::int64_t{r->status}).put(std::int64_t{r->first_token_ms}).put(std::int64_t{r->ended_ms})
        .put(entry.price_row).put(r->tier).put(r->upstream_request_id);
    put_usage(s, &r->usage);
    s.put_null().put_null().put_null();
  } else if (const auto* a = entry.adjustment) {
    for (int i = 0; i < 7; ++i) s.put_null();
    put_usage(s, a->usage ? &*a->usage : nullptr);
    s.put(a->time.ns).put(a->reason).put(a->source);
  }
  s.run();
  if (db_->changes() == 0) return;  // it was in
  Sums none;
  none.subtract(before);
  count(attempt, attempt.booked.account(), none);
  count(attempt, next.account(), now);
  if (stands) attempt.by = entry.by;
  attempt.booked = std::move(next);
}

}  // namespace fw::store
