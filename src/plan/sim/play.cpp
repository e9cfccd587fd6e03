#include "plan/sim/play.h"

#include <algorithm>
#include <cstddef>
#include <limits>

namespace fw::plan::sim {
namespace {

constexpr std::uint32_t kKindBits = 2;
constexpr std::uint32_t kOfBits = 1;
constexpr std::size_t kChildren = 4;

MonoTime after(MonoTime now, double s) { return {now.ns + static_cast<std::int64_t>(s * 1e9)}; }

}  // namespace

void Play::push(const Event& event) {
  auto at = events_.size();
  events_.push_back(event);
  while (at > 0) {
    const auto parent = (at - 1) / kChildren;
    if (!(event < events_[parent])) break;
    events_[at] = events_[parent];
    at = parent;
  }
  events_[at] = event;
}

Play::Event Play::pop() {
  const auto top = events_.front();
  const auto last = events_.back();
  events_.pop_back();
  const auto size = events_.size();
  for (std::size_t at = 0; size > 0;) {
    const auto first = at * kChildren + 1;
    auto least = first;
    for (auto child = first + 1; child < std::min(first + kChildren, size); ++child)
      if (events_[child] < events_[least]) least = child;
    if (first >= size || !(events_[least] < last)) {
      events_[at] = last;
      break;
    }
    events_[at] = events_[least];
    at = least;
  }
  return top;
}

void Play::later(Running& r, std::uint32_t slot, std::size_t of, MonoTime at, Kind kind) {
  ++r.pending;
  push({at.ns, r.asked.id, slot << (kKindBits + kOfBits) | static_cast<std::uint32_t>(of) << kKindBits | static_cast<std::uint32_t>(kind)});
}

MonoTime Play::run(Arrivals& arrivals) {
  MonoTime now;
  for (const auto* asked = arrivals.next(); asked != nullptr || !events_.empty();) {
    if (asked != nullptr && (events_.empty() || asked->at_ns <= events_.front().ns)) {
      now = {asked->at_ns};
      begin(*asked);
      asked = arrivals.next();
    } else {
      const auto event = pop();
      now = {event.ns};
      happen(event);
    }
  }
  return now;
}

void Play::begin(const Asked& asked) {
  budget_.request();
  watcher_.asked(asked, {asked.at_ns});
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(running_.size()));
    running_.emplace_back();
  }
  const auto slot = free_.back();
  free_.pop_back();
  auto& r = running_[slot];
  r.asked = asked;
  for (auto& a : r.attempt) a.open = a.paid = false;
  r.tried = 0;
  r.attempts = r.candidates = r.pending = 0;
  r.answered = false;
  r.doubted = -1;
  try_next(r, slot, {asked.at_ns});
  if (r.pending == 0) free_.push_back(slot);
}

void Play::try_next(Running& r, std::uint32_t slot, MonoTime now) {
  world_.advance(now);
  const bool more = r.attempts > 0;
  auto& a = r.attempt[0];
  if (more && ((attempts_max_ > 0 && r.attempts >= attempts_max_) || !budget_.take())) return watcher_.lost(r, now);
  const int place = chooser_.next(r, now);
  if (place < 0) return watcher_.lost(r, now);
  a.paid = more;
  const auto hedge_ms = more ? -1 : chooser_.hedge_after_ms(r, now);
  send(r, slot, 0, static_cast<std::uint16_t>(place), now);
  if (hedge_ms >= 0) later(r, slot, 0, now.plus_ms(hedge_ms), Kind::hedge);
}

void Play::send(Running& r, std::uint32_t slot, std::size_t of, std::uint16_t place, MonoTime now) {
  auto& a = r.attempt[of];
  a.place = place;
  a.begun = now;
  a.open = true;
  ++r.attempts;
  chooser_.begin(r, a, now);
  watcher_.sent(r, a, now);
  if (place < std::numeric_limits<std::uint64_t>::digits) r.tried |= std::uint64_t{1} << place;
  a.fate = world_.send(r.asked, place, now);
  later(r, slot, of, after(now, a.fate.first_s), a.fate.kind == cloud::FailureKind::none ? Kind::first_token : Kind::failed);
}

void Play::hedge(Running& r, std::uint32_t slot, MonoTime now) {
  if (r.answered || !r.attempt[0].open || r.attempts != 1) return;
  world_.advance(now);
  const int place = chooser_.hedge(r, now);
  if (place >= 0) send(r, slot, 1, static_cast<std::uint16_t>(place), now);
}

void Play::happen(const Event& event) {
  const auto slot = event.what >> (kKindBits + kOfBits);
  const auto of = static_cast<std::size_t>(event.what >> kKindBits & 1);
  const auto kind = static_cast<Kind>(event.what & ((1U << kKindBits) - 1));
  const MonoTime now{event.ns};
  auto& r = running_[slot];
  --r.pending;
  auto& a = r.attempt[of];
  if (kind == Kind::hedge) {
    hedge(r, slot, now);
  } else if (kind == Kind::end) {
    watcher_.served(r, a, now);
    chooser_.served(r, a, now);
  } else if (a.open) {  // else it was given up
    a.open = false;
    if (kind == Kind::failed) failed(r, slot, of, now);
    else first_token(r, slot, of, now);
  }
  if (r.pending == 0) free_.push_back(slot);
}

void Play::failed(Running& r, std::uint32_t slot, std::size_t of, MonoTime now) {
  watcher_.failed(r, r.attempt[of], now);
  chooser_.failed(r, r.attempt[of], now);
  if (!r.attempt[1 - of].open) try_next(r, slot, now);
}

void Play::first_token(Running& r, std::uint32_t slot, std::size_t of, MonoTime now) {
  auto& a = r.attempt[of];
  r.answered = true;
  if (a.paid) budget_.give_back();
  watcher_.first_token(r, a, now);
  chooser_.first_token(r, a, now);
  auto& other = r.attempt[1 - of];
  if (other.open) {
    other.open = false;
    watcher_.outrun(r, other, now);
    chooser_.outrun(r, other, now);
  }
  later(r, slot, of, after(now, a.fate.more_s), Kind::end);
}

}  // namespace fw::plan::sim
