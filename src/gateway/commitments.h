// What each core knows of what was drawn from commitments: its own spending at once, that of the other cores within
// Core::kLessonsMs. No limit hangs on it, so it needs no home.
#pragma once

#include <cstdint>
#include <vector>

#include "gateway/snapshot.h"

namespace fw::gateway {

class Commitments {
 public:
  explicit Commitments(const Snapshot& snapshot) : snapshot_(snapshot), drawn_(snapshot.commitments().size()), untold_(snapshot.commitments().size()) {}

  // What the books had at the start, by commitment.
  void restore(const std::vector<Money>& drawn);
  // An attempt that began at `at` cost so much at this provider. True: there is something to tell the others.
  bool draw(std::uint16_t provider, Money cost, WallTime at);
  // What was drawn here since the last time; to hear() at the other cores.
  std::vector<Money> tell();
  void hear(const std::vector<Money>& drawn);

  // What pays for spending at this provider.
  struct Paid {
    std::uint16_t part = 0;              // of a price, of 65,536
    std::int64_t left_micro_usd = -1;    // of the commitment; -1: none pays
  };
  Paid paid(std::uint16_t provider, WallTime at) const;

  struct Standing {
    Money drawn;
    Money left;
    Money due;             // by an even draw
    std::uint16_t part = 0;  // that counts as paid now
  };
  // By commitment.
  std::vector<Standing> standing(WallTime at) const;

 private:
  const Snapshot& snapshot_;
  std::vector<Money> drawn_;
  std::vector<Money> untold_;
};

}  // namespace fw::gateway
