// What a policy is asked and told while requests are on their way.
#pragma once

#include <array>
#include <cstdint>

#include "health/board.h"
#include "plan/sim/world.h"
#include "route/decision.h"

namespace fw::plan::sim {

// One send to one place.
struct Attempt {
  MonoTime begun;
  Fate fate;  // for policies only what has happened of it already
  std::uint16_t place = 0;
  bool open = false;    // neither failed nor answered, nor given up
  bool paid = false;    // from the retry budget
  health::Ticket ticket;
  std::int64_t from_pool = 0;
};

// A request on its way: one attempt after the other, or two at once where the first is slow.
struct Running {
  Asked asked;
  std::array<Attempt, 2> attempt;
  std::uint64_t tried = 0;   // a bit for each place, of the first 64
  std::uint8_t attempts = 0;
  std::uint8_t pending = 0;  // events to come
  bool answered = false;
  // Of the gateway's own choice alone.
  std::array<std::uint8_t, route::kCandidatesMax> order{};  // places of its model
  std::uint8_t candidates = 0;
  std::uint8_t well = 0;        // so many of them are admissible without a reservation
  std::int32_t doubted = -1;    // the place that refused it first
  std::uint32_t expected = 0;   // input tokens
  std::uint32_t expected_output = 0;
  bool has_tried(std::size_t p) const { return (tried >> p & 1) != 0; }
};

class Chooser {
 public:
  virtual ~Chooser() = default;
  // The place for the next attempt; -1: none is left.
  virtual int next(Running& r, MonoTime now) = 0;
  virtual void begin(Running&, Attempt&, MonoTime) {}
  virtual void first_token(Running&, Attempt&, MonoTime) {}
  virtual void served(Running&, Attempt&, MonoTime) {}
  virtual void failed(Running&, Attempt&, MonoTime) {}
  virtual void outrun(Running&, Attempt&, MonoTime) {}
  // After how long another place is asked as well; -1: never. Asked when the first attempt begins.
  virtual std::int64_t hedge_after_ms(Running&, MonoTime) { return -1; }
  // That place; -1: there is none, or not now.
  virtual int hedge(Running&, MonoTime) { return -1; }
};

}  // namespace fw::plan::sim
