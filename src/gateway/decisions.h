// What choices saw and how they ended, kept for as long as the records, to be explained and replayed.
#pragma once

#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "ledger/record.h"
#include "route/decision.h"

namespace fw::gateway {

struct KeptDecision {
  ledger::RequestId request_id;
  WallTime time;
  std::uint16_t policy = 0;  // indices of the snapshot
  std::uint16_t model = 0;
  std::uint16_t tenant = 0;
  route::Decision decision;
};

// The latest of a core, oldest overwritten first. Slots keep their memory.
class Decisions {
 public:
  // Room for `places` deployments each is taken at once: what is kept costs the same from the start.
  Decisions(std::size_t kept_max, std::size_t places);
  KeptDecision& add() { return slots_[added_++ % slots_.size()]; }
  const KeptDecision* find(std::string_view request_id) const;
  // Newest first, at most `limit`.
  std::vector<KeptDecision> newest(std::size_t limit) const;

 private:
  std::vector<KeptDecision> slots_;
  std::uint64_t added_ = 0;
};

}  // namespace fw::gateway
