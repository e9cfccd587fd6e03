// What a policy is asked and told. Failing over is alike for all: another place, never one that failed already.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "health/board.h"
#include "world.h"

namespace fw::routing {

// A request on its way.
struct Running {
  const Asked* asked = nullptr;
  MonoTime begun;  // of the attempt
  Fate fate;       // likewise; for policies only what has happened of it already
  std::uint32_t tried = 0;  // a bit for each place
  std::uint8_t place = 0;   // of the attempt
  std::uint8_t attempts = 0;
  bool paid = false;        // from the retry budget
  // Of our policy alone.
  health::Ticket ticket;
  std::array<std::uint8_t, kPlaces> order{};
  std::uint8_t candidates = 0;
  std::int8_t doubted = -1;  // the place that refused it first
  std::uint32_t expected = 0;  // input tokens
  std::int64_t from_pool = 0;
  bool has_tried(std::size_t p) const { return (tried >> p & 1) != 0; }
};

class Chooser {
 public:
  virtual ~Chooser() = default;
  // The place for the next attempt; -1: none is left.
  virtual int next(Running& r, MonoTime now) = 0;
  virtual void begin(Running&, MonoTime) {}
  virtual void first_token(Running&, MonoTime) {}
  virtual void served(Running&, MonoTime) {}
  virtual void failed(Running&, MonoTime) {}
};

const std::vector<std::string_view>& policy_names();
// Null: there is no such policy. world: only the clairvoyant one looks at it.
std::unique_ptr<Chooser> make_chooser(std::string_view name, std::uint64_t seed, const World& world, double demand);
// Of ours.cpp and rivals.cpp.
std::unique_ptr<Chooser> make_ours(std::string_view name, std::uint64_t seed, double demand);
std::unique_ptr<Chooser> make_rival(std::string_view name, std::uint64_t seed, double demand);

}  // namespace fw::routing
