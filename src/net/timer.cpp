#include "net/timer.h"

#include <algorithm>
#include <bit>

namespace fw::net {

TimerWheel::TimerWheel(MonoTime start) : tick_(start.ns / kTickNs) {
  for (auto& s : slots_) s.head.prev = s.head.next = &s.head;
}

void TimerWheel::arm(Timer& t, MonoTime at) {
  if (t.armed()) cancel(t);
  // Rounded up, so that a timer is never early; a past deadline fires at the next tick.
  const auto tick = std::max((at.ns == INT64_MAX ? at.ns : at.ns + kTickNs - 1) / kTickNs, tick_ + 1);
  t.at = at;
  t.slot = static_cast<std::uint32_t>(static_cast<std::uint64_t>(tick) % kSlots);
  auto& head = slots_[t.slot].head;
  t.prev = head.prev;
  t.next = &head;
  head.prev->next = &t;
  head.prev = &t;
  used_[t.slot / 64] |= 1ull << (t.slot % 64);
  ++armed_;
}

void TimerWheel::cancel(Timer& t) {
  if (!t.armed()) return;
  t.prev->next = t.next;
  t.next->prev = t.prev;
  t.prev = t.next = nullptr;
  auto& head = slots_[t.slot].head;
  if (head.next == &head) used_[t.slot / 64] &= ~(1ull << (t.slot % 64));
  --armed_;
}

void TimerWheel::advance(MonoTime now) {
  const auto until = now.ns / kTickNs;
  if (until <= tick_) return;
  const auto steps = std::min<std::int64_t>(until - tick_, kSlots);
  const auto first = tick_ + 1;
  tick_ = until;
  for (std::int64_t i = 0; i < steps; ++i) {
    const auto slot = static_cast<std::size_t>(static_cast<std::uint64_t>(first + i) % kSlots);
    if (!(used_[slot / 64] >> (slot % 64) & 1)) continue;
    // What is due moves to a ring of its own first: firing may arm and cancel at will.
    Timer due;
    due.prev = due.next = &due;
    auto& head = slots_[slot].head;
    for (auto* t = head.next; t != &head;) {
      auto* const following = t->next;
      if (t->at <= now) {
        t->prev->next = t->next;
        t->next->prev = t->prev;
        t->prev = due.prev;
        t->next = &due;
        due.prev->next = t;
        due.prev = t;
      }
      t = following;
    }
    if (head.next == &head) used_[slot / 64] &= ~(1ull << (slot % 64));
    while (due.next != &due) {
      auto* const t = due.next;
      cancel(*t);
      t->fire(t);
    }
    due.prev = due.next = nullptr;
  }
}

MonoTime TimerWheel::next() const {
  if (armed_ == 0) return MonoTime::never();
  const auto start = static_cast<std::uint64_t>(tick_ + 1) % kSlots;
  for (std::size_t i = 0; i <= kSlots / 64; ++i) {
    const auto word = (start / 64 + i) % (kSlots / 64);
    auto bits = used_[word];
    if (i == 0) bits &= ~0ull << (start % 64);
    if (i == kSlots / 64) bits &= ~(~0ull << (start % 64));
    if (bits == 0) continue;
    const auto slot = word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
    const auto distance = (slot + kSlots - start) % kSlots;
    return {(tick_ + 1 + static_cast<std::int64_t>(distance)) * kTickNs};
  }
  return MonoTime::never();
}

}  // namespace fw::net
