#include "ledger/budget.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace fw::ledger {
namespace {

constexpr Money kNothing;
// A core gets at most this part of its even share of what is left, so that shares stay after all have asked.
constexpr std::int64_t kShareParts = 8;

// Books that do not add up are a defect; going on would spend somebody's money.
void must(bool holds) {
  if (!holds) std::abort();
}

template <class Slots>
auto slot_of(Slots& slots, WindowId window) {
  return std::ranges::find_if(slots, [&](const auto& s) { return s.window == window; });
}

// The slot of a window, made if need be, as the one used last.
template <class Slots>
auto& front_slot(Slots& slots, WindowId window) {
  auto at = slot_of(slots, window);
  if (at == slots.end()) {
    slots.insert(slots.begin(), typename Slots::value_type{.window = window});
  } else if (at != slots.begin()) {
    std::rotate(slots.begin(), at, at + 1);
  }
  return slots.front();
}

}  // namespace

BudgetLease::Slot& BudgetLease::slot(WindowId window) {
  const auto at = slot_of(slots_, window);
  return at == slots_.end() ? slots_.emplace_back(Slot{.window = window}) : *at;
}

const BudgetLease::Slot* BudgetLease::find(WindowId window) const {
  const auto at = slot_of(slots_, window);
  return at == slots_.end() ? nullptr : &*at;
}

Money BudgetLease::unused(WindowId window) const {
  const auto* s = find(window);
  return s ? s->unused : kNothing;
}

Money BudgetLease::reserved(WindowId window) const {
  const auto* s = find(window);
  return s ? s->reserved : kNothing;
}

BudgetLease::Taken BudgetLease::take(WindowId window, Money amount) {
  must(amount >= kNothing);
  auto& s = front_slot(slots_, window);
  if (hard_) {
    if (amount > s.unused) return {.ok = false, .over = false, .short_by = amount - s.unused};
    s.unused = s.unused - amount;
  }
  s.reserved += amount;
  return {.ok = true, .over = s.over, .short_by = {}};
}

void BudgetLease::settle(WindowId window, Money reserved, Money cost) {
  must(reserved >= kNothing && cost >= kNothing);
  auto& s = slot(window);
  must(reserved <= s.reserved);
  s.reserved = s.reserved - reserved;
  s.spent += cost;
  if (!hard_) {
    s.overdraft += cost;
  } else if (cost <= reserved) {
    s.unused += reserved - cost;
  } else {
    const auto covered = std::min(cost - reserved, s.unused);
    s.unused = s.unused - covered;
    s.overdraft += cost - reserved - covered;
  }
}

void BudgetLease::granted(WindowId window, const Grant& grant) {
  auto& s = front_slot(slots_, window);
  s.unused += grant.amount;
  s.exact = grant.exact;
}

void BudgetLease::note_over(WindowId window) { slot(window).over = true; }

Return BudgetLease::drained(Slot& s, bool with_unused) {
  Return made{s.window, with_unused ? s.unused : kNothing, s.spent, s.overdraft};
  if (with_unused) s.unused = kNothing;
  s.spent = s.overdraft = kNothing;
  return made;
}

// Windows that have passed and in which nothing is open any more.
void BudgetLease::forget_old() {
  if (slots_.size() < 2) return;
  const auto done = [](const Slot& s) { return s.reserved == kNothing && s.unused == kNothing && !s.tells(); };
  slots_.erase(std::remove_if(slots_.begin() + 1, slots_.end(), done), slots_.end());
}

std::vector<Return> BudgetLease::recall() {
  std::vector<Return> all;
  for (auto& s : slots_) {
    s.exact = true;
    if (s.tells() || s.unused != kNothing) all.push_back(drained(s, true));
  }
  forget_old();
  return all;
}

std::optional<Return> BudgetLease::next_return(Urgency urgency) {
  for (auto& s : slots_) {
    const bool passed = &s != slots_.data();
    const bool unused = s.unused != kNothing && (s.exact || passed);
    const bool urgent = (s.exact && s.unused != kNothing) || s.overdraft != kNothing;
    if (urgency == Urgency::now ? !(hard_ && urgent) : !(unused || s.tells())) continue;
    return drained(s, unused);
  }
  forget_old();
  return std::nullopt;
}

BudgetHome::Slot& BudgetHome::slot(Account& account, WindowId window) {
  front_slot(account.slots, window);
  if (account.slots.size() > kWindowsKept) {
    const auto old = std::find_if(account.slots.rbegin(), account.slots.rend() - 1, [](const Slot& o) { return o.leased == kNothing; });
    if (old != account.slots.rend() - 1) account.slots.erase(std::prev(old.base()));
  }
  return account.slots.front();
}

std::uint8_t BudgetHome::alerts_reached(const BudgetTerms& terms, Money settled) {
  return static_cast<std::uint8_t>(std::ranges::count_if(
      terms.alert_percent, [&](std::uint16_t percent) { return settled * 100 >= terms.limit * percent; }));
}

std::size_t BudgetHome::add(BudgetTerms terms) {
  must(terms.limit >= kNothing && terms.alert_percent.size() <= kAlertsMax && std::ranges::is_sorted(terms.alert_percent));
  accounts_.push_back({.terms = std::move(terms), .slots = {}});
  return accounts_.size() - 1;
}

void BudgetHome::change(std::size_t account, BudgetTerms terms) {
  must(terms.limit >= kNothing && terms.alert_percent.size() <= kAlertsMax && std::ranges::is_sorted(terms.alert_percent));
  auto& a = accounts_[account];
  a.terms = std::move(terms);
  for (auto& s : a.slots) s.alerts_told = alerts_reached(a.terms, s.settled);
}

void BudgetHome::restore(std::size_t account, WindowId window, Money settled) {
  auto& a = accounts_[account];
  auto& s = slot(a, window);
  s.settled = settled;
  s.alerts_told = alerts_reached(a.terms, settled);
}

Grant BudgetHome::grant(std::size_t account, WindowId window, Money wanted, Money least) {
  auto& a = accounts_[account];
  auto& s = slot(a, window);
  const auto left = a.terms.limit - s.settled - s.leased;
  if (least > left) return {.amount = {}, .exact = true, .recall = a.scattered || a.recalling};
  const auto share = left.units() / (cores_ * kShareParts);
  Grant made{.amount = least, .exact = true};
  if (!a.recalling && share >= least.units() && wanted > least) {
    made.amount = std::min(wanted, Money::of_units(share));
    made.exact = false;
    a.scattered = true;
  }
  s.leased += made.amount;
  return made;
}

void BudgetHome::recall_begun(std::size_t account) { accounts_[account].recalling = true; }

void BudgetHome::recall_done(std::size_t account) { accounts_[account].recalling = accounts_[account].scattered = false; }

Passed BudgetHome::returned(std::size_t account, const Return& from_core) {
  auto& a = accounts_[account];
  const auto at = slot_of(a.slots, from_core.window);
  auto& s = at == a.slots.end() ? slot(a, from_core.window) : *at;
  s.leased = s.leased - from_core.unused - from_core.spent + from_core.overdraft;
  must(s.leased >= kNothing);
  const bool was_over = s.settled >= a.terms.limit;
  s.settled += from_core.spent;
  Passed passed{.limit = !was_over && s.settled >= a.terms.limit};
  const auto reached = alerts_reached(a.terms, s.settled);
  for (; s.alerts_told < reached; ++s.alerts_told) passed.percent[passed.count++] = a.terms.alert_percent[s.alerts_told];
  return passed;
}

BudgetState BudgetHome::state(std::size_t account, WindowId window) const {
  const auto& a = accounts_[account];
  BudgetState state{.limit = a.terms.limit, .settled = {}, .leased = {}};
  if (const auto at = slot_of(a.slots, window); at != a.slots.end()) {
    state.settled = at->settled;
    state.leased = at->leased;
  }
  const auto reached = alerts_reached(a.terms, state.settled);
  if (reached > 0) state.alert_percent = a.terms.alert_percent[reached - 1];
  state.over = state.settled >= state.limit;
  return state;
}

}  // namespace fw::ledger
