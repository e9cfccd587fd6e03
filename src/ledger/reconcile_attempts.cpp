#include "ledger/reconcile_attempts.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "ledger/bill_words.h"
#include "ledger/pricing.h"

namespace fw::ledger {
namespace {

bool same_tokens(const dialect::Usage& a, const dialect::Usage& b) {
  return a.input == b.input && a.cache_read == b.cache_read && a.cache_written() == b.cache_written() && a.output + a.reasoning == b.output + b.reasoning;
}

bool is_open_ended(AttemptState state) { return state == AttemptState::ambiguous || state == AttemptState::settled_estimated; }

}  // namespace

void AttemptReconciler::add(const Bill& bill) {
  for (const auto& billed : bill.attempts) {
    const auto at = entries_.size();
    entries_.push_back({&billed, &bill});
    if (!billed.attempt_id.empty()) by_attempt_.emplace(billed.attempt_id, at);
    if (!billed.upstream_request_id.empty()) by_upstream_.emplace(billed.upstream_request_id, at);
    if (!billed.time) continue;
    from_ = std::min(from_, *billed.time);
    until_ = std::max(until_, WallTime{billed.time->ns + 1});
  }
  out_.lines = entries_.size();
}

AttemptReconciler::Entry* AttemptReconciler::find(const Booked& a) {
  if (const auto it = by_attempt_.find(a.attempt_id); it != by_attempt_.end()) return &entries_[it->second];
  if (a.upstream_request_id.empty()) return nullptr;
  const auto it = by_upstream_.find(a.upstream_request_id);
  return it == by_upstream_.end() ? nullptr : &entries_[it->second];
}

void AttemptReconciler::note(Cause cause, const std::string& model, const std::string& what, std::int64_t tokens, Money amount) {
  out_.differences.push_back({.cause = cause, .from = {}, .until = {}, .model = model, .meter = {}, .tier = {}, .what = what, .tokens = tokens, .amount = amount, .count = 1});
}

void AttemptReconciler::add(const Booked& a, const PricedBy& by) {
  auto* const entry = find(a);
  const bool counts = a.state != AttemptState::not_sent && a.state != AttemptState::refused_unbilled;
  if (!entry && (!counts || !is_judged(a.time))) return;
  ++out_.attempts;
  out_.booked += a.cost.value_or(Money());
  if (a.state == AttemptState::ambiguous) {
    ++out_.ambiguous;
    out_.ambiguous_most += a.cost_high.value_or(Money());
  }
  if (!entry) return missed(a);
  entry->met = true;
  const auto& e = *entry->billed;
  std::optional<Money> billed = e.amount;
  if (!billed && !e.billed) billed = Money();
  if (!billed) {
    out_.counted = true;
    if (a.state == AttemptState::settled_exact && a.basis == Basis::provider_usage && same_tokens(a.usage, e.usage)) billed = a.cost;
    else if (by.sheet)
      if (const auto priced = price(e.usage, *by.sheet, by.row ? std::string_view() : std::string_view(a.tier))) billed = priced->cost;
  }
  // A price that the reservation contradicts is not the attempt's, as where another tier was asked for.
  if (is_open_ended(a.state) && !e.amount && billed && a.cost_high && *billed > *a.cost_high) billed.reset();
  if (is_open_ended(a.state)) settle(a, *entry, billed);
  else compare(a, *entry, billed);
}

void AttemptReconciler::compare(const Booked& a, const Entry& entry, std::optional<Money> billed) {
  const auto& e = *entry.billed;
  out_.billed += billed.value_or(a.cost.value_or(Money()));
  const bool same_usage = !e.billed || a.basis == Basis::cancel_unbilled || same_tokens(a.usage, e.usage);
  if (same_usage && billed == a.cost) {
    ++out_.agreed;
    return;
  }
  const auto what = fmt::format("{} ({}:{})", a.attempt_id, entry.bill->file, e.line);
  const auto tokens = e.usage.total() - a.usage.total();
  if (!billed || !a.cost) note(Cause::price_unknown, a.model, what, tokens, billed ? *billed - a.cost.value_or(Money()) : Money());
  else note(Cause::different, a.model, what, tokens, *billed - *a.cost);
}

void AttemptReconciler::settle(const Booked& a, const Entry& entry, std::optional<Money> billed) {
  const auto& e = *entry.billed;
  const auto source = fmt::format("{}:{}", entry.bill->file, e.line);
  Resolution r{.attempt_id = a.attempt_id, .usage = {}, .cost = billed, .reason = {}, .source = source};
  if (e.billed) {
    r.basis = billed ? Basis::provider_usage : Basis::price_unknown;
    r.usage = e.usage;
    r.reason = fmt::format("the bill counts it; it was {}", name(a.state));
  } else {
    r.state = AttemptState::refused_unbilled;
    r.basis = Basis::none;
    r.cost = Money();
    r.reason = fmt::format("the bill has it and does not charge it; it was {}", name(a.state));
  }
  const auto known = a.cost.value_or(Money());
  out_.billed += billed.value_or(known);
  note(a.state == AttemptState::ambiguous ? Cause::ambiguous : Cause::estimated, a.model, fmt::format("{} ({})", a.attempt_id, source),
       e.billed ? e.usage.total() : 0, billed.value_or(known) - known);
  out_.resolutions.push_back(std::move(r));
}

// Without an entry: whether the bill would have one. A bill that tells no times is asked only where it is complete.
bool AttemptReconciler::is_judged(WallTime time) const { return from_ < until_ ? time >= from_ && time < until_ : complete_; }

// The bill has no entry for it.
void AttemptReconciler::missed(const Booked& a) {
  const auto known = a.cost.value_or(Money());
  if (a.state != AttemptState::ambiguous) {
    if (known != Money()) note(Cause::not_billed, a.model, a.attempt_id, -a.usage.total(), Money() - known);
    else ++out_.agreed;
    return;
  }
  if (!complete_) return;
  out_.resolutions.push_back({.attempt_id = a.attempt_id, .state = AttemptState::refused_unbilled, .basis = Basis::none, .usage = {}, .cost = Money(),
                              .reason = "the bill, which was said to be complete, does not have it", .source = entries_.empty() ? "" : entries_[0].bill->file});
}

Reconciled AttemptReconciler::result() {
  for (const auto& entry : entries_) {
    const auto& e = *entry.billed;
    if (entry.met || !e.billed) continue;
    out_.billed += e.amount.value_or(Money());
    const auto what = fmt::format("{} ({}:{})", e.attempt_id.empty() ? e.upstream_request_id : e.attempt_id, entry.bill->file, e.line);
    note(Cause::missing, model_called(book_, cloud_, e.model), what, e.usage.total(), e.amount.value_or(Money()));
  }
  std::ranges::sort(out_.differences, [](const Difference& a, const Difference& b) { return std::tie(a.cause, a.model, a.what) < std::tie(b.cause, b.model, b.what); });
  if (from_ < until_) {
    out_.from = from_;
    out_.until = until_;
  }
  return std::move(out_);
}

}  // namespace fw::ledger
