// Which shapes of request were served before: when such a request is refused, it is hardly the request's fault.
#pragma once

#include <cstdint>
#include <vector>

#include "base/clock.h"

namespace fw::health {

// A fixed table of hashes of what makes a shape (tenant, model, the features asked for). A shape stays known for an
// hour after it was last served. Two shapes share a hash of 64 bits practically never; a full table forgets.
class KnownShapes {
 public:
  static constexpr std::int64_t kKeptMs = 3'600'000;

  // slots: rounded up to a power of two.
  explicit KnownShapes(std::size_t slots) {
    std::size_t n = 2;
    while (n < slots) n *= 2;
    slots_.resize(n);
  }
  void served(std::uint64_t shape, MonoTime now) {
    auto& first = slots_[shape & (slots_.size() - 1)];
    auto& second = slots_[(shape & (slots_.size() - 1)) ^ 1];
    auto& slot = first.shape == shape ? first : second.shape == shape || second.at < first.at ? second : first;
    slot = {shape, now};
  }
  bool known(std::uint64_t shape, MonoTime now) const {
    const auto at = shape & (slots_.size() - 1);
    return holds(slots_[at], shape, now) || holds(slots_[at ^ 1], shape, now);
  }

 private:
  struct Slot {
    std::uint64_t shape = 0;
    MonoTime at{INT64_MIN};
  };
  static bool holds(const Slot& s, std::uint64_t shape, MonoTime now) {
    return s.shape == shape && s.at.ns != INT64_MIN && now.ms_since(s.at) <= kKeptMs;
  }
  std::vector<Slot> slots_;
};

}  // namespace fw::health
