#include "ledger/reconcile.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "ledger/bill_words.h"
#include "ledger/pricing.h"

namespace fw::ledger {
namespace {

struct CauseText {
  std::string_view name, words;
};
constexpr std::array<CauseText, kCauses> kTexts{
    {{"price", "billed at another price than the books have"},
     {"missing_attempts", "billed, and no attempt of the books explains it"},
     {"ambiguous", "attempts of unknown end explain it, within their bounds"},
     {"estimated", "attempts whose tokens were estimated explain it, within their bounds"},
     {"late", "billed the day after it was booked"},
     {"not_billed", "booked, and not on the bill"},
     {"different", "a request's entry differs from its attempt"},
     {"rounding", "rounding of the bill's lines"},
     {"credit", "credits, refunds and discounts"},
     {"commitment", "commitments: bought or covered in advance"},
     {"tax", "taxes"},
     {"adjustment", "the bill's own adjustments"},
     {"unknown_meter", "lines whose meter is not known"},
     {"unknown_model", "lines of a model that is neither booked nor offered"},
     {"price_unknown", "the books have no price for it"},
     {"quantity_unknown", "the bill has an amount without a count of tokens"},
     {"unattributed", "booked amounts that usage times price does not give"}}};

std::int64_t day_of(WallTime time) { return time.ns >= 0 ? time.ns / kDayNs : (time.ns - kDayNs + 1) / kDayNs; }
WallTime day_start(std::int64_t day) { return {day * kDayNs}; }
Money absolute(Money m) { return m < Money() ? Money() - m : m; }

// Of `amount`, what `part` of `whole` is; rounded to the unit, and all of it for all of it.
Money share(Money amount, std::int64_t part, std::int64_t whole) {
  const auto times = amount.units() / whole, rest = amount.units() % whole;
  return Money::of_units(times * part + rest * part / whole);
}

// How many of `tokens`, which cost `amount`, `room` pays for. Large amounts lose digits that decide nothing.
std::int64_t affordable(Money room, std::int64_t tokens, Money amount) {
  auto r = room.units(), a = amount.units();
  while (a > Int128{1'000'000'000'000'000'000}) r /= 10, a /= 10;
  return static_cast<std::int64_t>(std::min<Int128>(r * tokens / a, tokens));
}

// "cache_write.30m" joins with what a bill calls a cache write.
std::string_view joined(std::string_view meter) { return meter.starts_with("cache_write") ? std::string_view("cache_write") : meter; }

std::string_view reach_of(std::string_view scope) {
  if (scope == "global") return "global";
  return scope.find('/') != scope.npos || scope == "on-premises" ? "region" : "zone";
}

std::string tier_of(const Booked& a, const PricedBy& by) {
  if (by.row) return by.row->tier;
  if (offer::is_ordinary_tier(a.tier)) return std::string(offer::kStandardTier);
  return a.tier == "fast" ? "priority" : a.tier;
}

bool is_output(std::string_view meter) { return meter == "output" || meter == "audio_out"; }

}  // namespace

std::string_view name(Cause cause) { return kTexts[static_cast<std::size_t>(cause)].name; }
std::string_view say(Cause cause) { return kTexts[static_cast<std::size_t>(cause)].words; }

bool Reconciled::agrees() const {
  return resolutions.empty() && drifts.empty() && std::ranges::all_of(differences, [](const Difference& d) { return d.cause == Cause::rounding || d.cause == Cause::late; });
}

void Reconciler::Group::add(const Group& o) {
  charged += o.charged;
  charged_tokens += o.charged_tokens;
  counted_tokens += o.counted_tokens;
  charged_lines += o.charged_lines;
  counted_lines += o.counted_lines;
  attempts += o.attempts;
  uncounted = uncounted || o.uncounted;
  if (what.empty()) what = o.what;
  booked += o.booked;
  booked_tokens += o.booked_tokens;
  unpriced_tokens += o.unpriced_tokens;
  for (const auto& [at, tokens] : o.prices) prices[at] += tokens;
}

// ---- the bill's side

void Reconciler::add(const Bill& bill) {
  files_ += (files_.empty() ? "" : ", ") + bill.file.substr(bill.file.rfind('/') + 1);
  amount_unit_ = std::max(amount_unit_, bill.amount_unit);
  tokens_unit_ = std::max(tokens_unit_, bill.tokens_unit);
  for (const auto& line : bill.lines) {
    if (!filter_.account.empty() && line.account != filter_.account) continue;
    if ((filter_.from && line.from < *filter_.from) || (filter_.until && line.from >= *filter_.until)) continue;
    if (line.kind == ChargeKind::elsewhere) {
      ++out_.elsewhere_lines;
      out_.elsewhere += line.amount.value_or(Money());
      continue;
    }
    ++out_.lines;
    from_ = std::min(from_, day_start(day_of(line.from)));
    until_ = std::max(until_, day_start(day_of({std::max(line.until.ns - 1, line.from.ns)}) + 1));
    keep(line, bill);
  }
}

void Reconciler::keep(const BillLine& line, const Bill& bill) {
  const auto day = day_of(line.from);
  const auto model = line.model.empty() ? std::string() : model_called(book_, cloud_, line.model);
  if (line.kind != ChargeKind::usage || line.meter.empty() || model.empty()) {
    if (line.amount == Money() && line.kind != ChargeKind::usage) return;
    auto& d = others_[{line.kind, line.what}];
    if (d.count == 0) d.from = d.until = day_start(day);
    d.from = std::min(d.from, day_start(day));
    d.until = std::max(d.until, day_start(day + 1));
    d.what = line.what;
    ++d.count;
    d.amount += line.amount.value_or(Money());
    d.tokens += line.tokens.value_or(0);
    return;
  }
  tells_tier_ = tells_tier_ && line.tier;
  tells_long_ = tells_long_ && line.long_context;
  tells_reach_ = tells_reach_ && !line.reach.empty();
  whole_ = whole_ || line.until.ns - line.from.ns > kDayNs;
  auto& g = groups_[{day, model, line.meter, line.tier.value_or(""), line.reach, line.long_context.value_or(false)}];
  if (g.what.empty()) g.what = fmt::format("{} ({}:{})", line.what, bill.file, line.line);
  if (!line.amount) {
    ++g.counted_lines;
    g.counted_tokens += line.tokens.value_or(0);
    return;
  }
  ++g.charged_lines;
  g.charged += *line.amount;
  g.charged_tokens += line.tokens.value_or(0);
  g.uncounted = g.uncounted || !line.tokens;
}

// ---- the books' side

void Reconciler::add(const Booked& a, const PricedBy& by) {
  if (a.state == AttemptState::not_sent || a.state == AttemptState::refused_unbilled) return;
  ++out_.attempts;
  const auto day = day_of(a.time);
  const auto model = model_called(book_, cloud_, by.model);
  auto& room = rooms_[{day, model}];
  if (a.state == AttemptState::ambiguous || a.state == AttemptState::open) {
    ++out_.ambiguous;
    ++room.ambiguous;
    room.input += a.reserved.input_max;
    room.output += a.reserved.output_max;
    if (!a.cost_high) room.most.reset();
    else if (room.most) *room.most += *a.cost_high;
    out_.ambiguous_most += a.cost_high.value_or(Money());
    return;
  }
  if (a.state == AttemptState::settled_estimated && a.cost) {
    ++room.estimated;
    room.up += a.cost_high.value_or(*a.cost) - *a.cost;
    room.down += *a.cost - a.cost_low.value_or(*a.cost);
  }
  out_.booked += a.cost.value_or(Money());
  auto rest = a.cost.value_or(Money());
  const auto parts = price_parts(a.usage, by.sheet);
  const bool charged = a.basis != Basis::cancel_unbilled;  // tokens that the cloud was not to charge
  const Key base{day, model, "", tier_of(a, by), std::string(reach_of(a.scope)), parts.long_context};
  for (const auto& part : parts.parts) {
    if (!charged) break;
    auto key = base;
    key.meter = joined(part.meter);
    auto& g = groups_[key];
    ++g.attempts;
    g.booked_tokens += part.tokens;
    if (!part.price || !a.cost) {
      g.unpriced_tokens += part.tokens;
      continue;
    }
    g.booked += *part.price * part.tokens;
    rest = rest - *part.price * part.tokens;
    g.prices[{*part.price * 1, by.row ? by.row->id : std::string(offer::kConfigRow), part.meter}] += part.tokens;
  }
  if (rest != Money()) note(Cause::unattributed, base, 0, Money() - rest, 1);
}

// ---- both

// What the bill does not tell of all its lines cannot keep groups apart.
void Reconciler::collapse() {
  std::map<Key, Group> merged;
  const bool any_bill = std::ranges::any_of(groups_, [](const auto& g) { return g.second.charged_lines + g.second.counted_lines != 0; });
  for (const auto& [key, group] : groups_) {
    auto k = key;
    if (whole_) k.day = day_of(from_);
    if (!tells_tier_ || !any_bill) k.tier.clear();
    if (!tells_long_ || !any_bill) k.long_context = false;
    if (!tells_reach_ || !any_bill) k.reach.clear();
    merged[k].add(group);
  }
  groups_ = std::move(merged);
  if (!whole_) return;
  std::map<std::pair<std::int64_t, std::string>, Room> rooms;
  for (const auto& [key, r] : rooms_) {
    auto& to = rooms[{day_of(from_), key.second}];
    to.ambiguous += r.ambiguous;
    to.estimated += r.estimated;
    to.input += r.input;
    to.output += r.output;
    if (!r.most) to.most.reset();
    else if (to.most) *to.most += *r.most;
    to.up += r.up;
    to.down += r.down;
  }
  rooms_ = std::move(rooms);
}

Money Reconciler::tolerance(std::uint64_t lines) const { return amount_unit_ * static_cast<std::int64_t>(lines); }

bool Reconciler::is_known(const std::string& model) const {
  return book_.has_model(model) || std::ranges::any_of(groups_, [&](const auto& g) { return g.first.model == model && g.second.attempts != 0; });
}

void Reconciler::note(Cause cause, const Key& key, std::int64_t tokens, Money amount, std::uint64_t count) {
  if (tokens == 0 && amount == Money()) return;
  const auto meter = cause == Cause::rounding ? std::string() : (key.long_context && !key.meter.empty() ? "long_context." : "") + key.meter;
  const auto tier = cause == Cause::rounding ? std::string() : key.tier;
  auto& d = found_[{cause, key.model, meter, tier, ""}];
  const auto from = whole_ ? from_ : day_start(key.day), until = whole_ ? until_ : day_start(key.day + 1);
  if (d.model.empty()) d = {.cause = cause, .from = from, .until = until, .model = key.model, .meter = meter, .tier = tier, .what = {}, .amount = {}};
  d.from = std::min(d.from, from);
  d.until = std::max(d.until, until);
  d.tokens += tokens;
  d.amount += amount;
  d.count += count;
}

void Reconciler::explain(const Key& key, const Group& g) {
  const bool on_bill = g.charged_lines + g.counted_lines != 0;
  if (!on_bill) return explain_less(key, g.booked_tokens, g.booked, g.attempts);
  if (!is_known(key.model)) {
    out_.billed += g.charged;
    auto& d = found_[{Cause::unknown_model, key.model, key.meter, key.tier, ""}];
    if (d.count == 0) d = {.cause = Cause::unknown_model, .from = day_start(key.day), .until = {}, .model = key.model, .meter = key.meter, .tier = key.tier, .what = g.what, .amount = {}};
    d.until = whole_ ? until_ : day_start(key.day + 1);
    d.tokens += g.charged_tokens + g.counted_tokens;
    d.amount += g.charged;
    d.count += g.charged_lines + g.counted_lines;
    return;
  }
  if (g.charged_lines != 0 && g.uncounted && g.counted_lines == 0) {
    out_.billed += g.charged;
    const auto more = g.charged - g.booked;
    return note(absolute(more) <= tolerance(g.charged_lines) ? Cause::rounding : Cause::quantity_unknown, key, 0, more, g.charged_lines);
  }
  const auto billed_tokens = g.charged_lines != 0 && !g.uncounted ? g.charged_tokens : g.counted_tokens;
  const auto dominant = std::ranges::max_element(g.prices, {}, [](const auto& p) { return p.second; });
  if (dominant != g.prices.end() && g.unpriced_tokens == 0) return explain_priced(key, g, dominant->first, billed_tokens);
  // Nothing was booked, or not at a price.
  out_.billed += g.charged;
  out_.counted = out_.counted || g.charged_lines == 0;
  if (g.booked_tokens == 0 && g.charged_lines != 0) (void)explain_more(key, billed_tokens, g.charged, g.charged_lines);
  else note(Cause::price_unknown, key, billed_tokens - g.booked_tokens, g.charged - g.booked, g.attempts + g.charged_lines);
}

void Reconciler::explain_priced(const Key& key, const Group& g, const At& at, std::int64_t billed_tokens) {
  const auto more_tokens = billed_tokens - g.booked_tokens;
  const auto more = at.per_token * more_tokens;
  const auto billed = g.charged_lines != 0 ? g.charged : g.booked + more;
  out_.billed += billed;
  out_.counted = out_.counted || g.charged_lines == 0;
  const auto by_price = billed - g.booked - more;
  const auto lines = g.charged_lines + g.counted_lines;
  const bool same_price = absolute(by_price) <= tolerance(lines);
  const bool same_tokens = tokens_unit_ > 1 && std::abs(more_tokens) <= tokens_unit_ * static_cast<std::int64_t>(lines);
  if (same_price) {
    note(Cause::rounding, key, 0, by_price, lines);
    auto& day = last_agreed_[key.model + "\n" + key.tier];
    day = std::max(day, key.day);
  } else {
    note_price(key, g, at, billed_tokens, by_price);
  }
  if (same_tokens) note(Cause::rounding, key, more_tokens, more, lines);
  else if (more_tokens > 0) (void)explain_more(key, more_tokens, more, lines);
  else if (more_tokens < 0) explain_less(key, -more_tokens, Money() - more, g.attempts);
  if (same_price && more_tokens == 0) ++out_.agreed;
}

Money Reconciler::take_late(const Key& key, std::int64_t& tokens, Money amount) {
  auto place = key;
  place.day = 0;
  const auto owed = owed_.find(place);
  if (owed == owed_.end() || owed->second.key.day + 1 != key.day) return amount;
  auto& o = owed->second;
  if (o.tokens <= 0) return amount;
  const auto taken = std::min(tokens, o.tokens);
  const auto part = share(amount, taken, tokens), theirs = share(o.amount, taken, o.tokens);
  note(Cause::late, key, taken, part, 1);
  note(Cause::late, o.key, -taken, Money() - theirs, o.attempts);
  o.amount = o.amount - theirs;
  o.tokens -= taken;
  tokens -= taken;
  if (o.tokens == 0) owed_.erase(owed);
  return amount - part;
}

Money Reconciler::take_ambiguous(const Key& key, std::int64_t& tokens, Money amount) {
  const auto room = rooms_.find({key.day, key.model});
  if (room == rooms_.end() || tokens == 0) return amount;
  auto& r = room->second;
  if (r.estimated != 0 && amount > Money() && r.up > Money()) {
    const auto taken = affordable(r.up, tokens, amount);
    const auto part = share(amount, taken, tokens);
    if (taken != 0) note(Cause::estimated, key, taken, part, r.estimated);
    r.up = r.up - part;
    tokens -= taken;
    amount = amount - part;
  }
  if (r.ambiguous == 0 || tokens == 0) return amount;
  auto& side = is_output(key.meter) ? r.output : r.input;
  auto taken = std::min(tokens, side);
  if (r.most && amount > Money() && share(amount, taken, tokens) > *r.most) taken = affordable(*r.most, tokens, amount);
  const auto part = share(amount, taken, tokens);
  if (taken != 0) note(Cause::ambiguous, key, taken, part, r.ambiguous);
  side -= taken;
  if (r.most) *r.most = *r.most - part;
  tokens -= taken;
  return amount - part;
}

// Tokens that the bill has beyond the books', and what they cost.
Money Reconciler::explain_more(const Key& key, std::int64_t tokens, Money amount, std::uint64_t lines) {
  if (tokens > 0) amount = take_late(key, tokens, amount);
  if (tokens > 0) amount = take_ambiguous(key, tokens, amount);
  if (tokens != 0 || amount != Money()) note(Cause::missing, key, tokens, amount, lines);
  return amount;
}

void Reconciler::explain_less(const Key& key, std::int64_t tokens, Money amount, std::uint64_t attempts) {
  const auto room = rooms_.find({key.day, key.model});
  if (room != rooms_.end() && room->second.down > Money() && amount > Money() && tokens > 0) {
    auto& down = room->second.down;
    const auto taken = affordable(down, tokens, amount);
    const auto part = share(amount, taken, tokens);
    if (taken != 0) note(Cause::estimated, key, -taken, Money() - part, room->second.estimated);
    down = down - part;
    tokens -= taken;
    amount = amount - part;
  }
  if (tokens == 0 && amount == Money()) return;
  auto place = key;
  place.day = 0;
  auto& owed = owed_[place];
  if (owed.tokens != 0 || owed.amount != Money()) note(Cause::not_billed, owed.key, -owed.tokens, Money() - owed.amount, owed.attempts);
  owed = {key, tokens, amount, attempts};
}

Reconciled Reconciler::result() {
  collapse();
  for (const auto& [key, group] : groups_) explain(key, group);
  for (const auto& [place, o] : owed_) note(Cause::not_billed, o.key, -o.tokens, Money() - o.amount, o.attempts);
  for (auto& [key, d] : others_) {
    constexpr std::array kOf{Cause::unknown_meter, Cause::credit, Cause::commitment, Cause::tax, Cause::adjustment, Cause::unknown_meter};
    d.cause = kOf[static_cast<std::size_t>(key.first)];
    out_.billed += d.amount;
    out_.differences.push_back(d);
  }
  make_drifts();
  for (const auto& [key, d] : found_) out_.differences.push_back(d);
  std::ranges::sort(out_.differences, [](const Difference& a, const Difference& b) {
    return std::tie(a.cause, a.model, a.meter, a.tier, a.what, a.from) < std::tie(b.cause, b.model, b.meter, b.tier, b.what, b.from);
  });
  out_.from = from_;
  out_.until = until_;
  return std::move(out_);
}

}  // namespace fw::ledger
