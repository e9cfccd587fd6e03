// Which prompts are believed to lie in which place's cache: a cold cloud has to be paid for.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/clock.h"

namespace fw::route {

// By the hash of what requests share: their cache key, their session, or the start of their prompt.
// Fixed in size; the stalest goes first.
class Warmth {
 public:
  static constexpr std::size_t kPlaces = 4;  // remembered per prompt
  explicit Warmth(std::size_t prompts);      // rounded up to a power of two

  struct Spot {
    std::uint16_t deployment = 0xffff;
    std::uint16_t units = 0;    // of 16 tokens
    std::uint32_t until_s = 0;        // monotonic seconds
  };
  struct Prompt {
    std::uint64_t hash = 0;
    std::array<Spot, kPlaces> spots{};
    // Tokens believed to be cached there; 0: none.
    std::uint32_t tokens(std::uint16_t deployment, MonoTime now) const;
  };

  // Null: nothing is known of it. hash 0 is no prompt.
  const Prompt* find(std::uint64_t hash) const;
  // So many tokens were read from or written to the place's cache; 0: it is known to be cold.
  void note(std::uint64_t hash, std::uint16_t deployment, std::uint32_t tokens, std::int64_t lifetime_s, MonoTime now);

 private:
  std::vector<Prompt> prompts_;
};

}  // namespace fw::route
