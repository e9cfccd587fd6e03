// What a core knows of the places it can choose from, and what it has learned of requests.
#pragma once

#include <cstdint>
#include <vector>

#include "gateway/decisions.h"
#include "gateway/snapshot.h"
#include "health/board.h"
#include "health/known_shapes.h"
#include "route/cloud_shares.h"
#include "route/expected.h"
#include "route/warmth.h"

namespace fw::gateway {

// What a core tells the others.
struct Lesson {
  health::Observation seen;
  std::uint64_t shape = 0;          // that was served; 0: none
  std::uint64_t prompt = 0;         // 0: nothing about caches
  std::uint32_t cached_tokens = 0;
  std::int32_t cache_s = 0;
};

// What went into a pool here, or what its cloud said of it, for the other cores.
struct PoolNews {
  std::int64_t tokens = 0;        // weighted; below 0: fewer than was said before
  std::int32_t utilisation = -1;  // of 65,536; -1: nothing was said
  std::uint16_t deployment = 0;
};

struct Senses {
  Senses(const Snapshot& snapshot, std::size_t records, std::uint64_t seed);
  void hear(const Lesson& lesson, MonoTime now);
  void hear(const PoolNews& news, MonoTime now);

  health::Board board;
  route::Warmth warmth;
  std::vector<route::Usual> usual;  // by model
  route::CloudShares shares;
  health::KnownShapes known;        // tenant, model and what is asked for
  Decisions decisions;
  std::vector<Lesson> untold;         // what the other cores do not know yet
  std::vector<PoolNews> untold_pools;  // likewise
};

}  // namespace fw::gateway
