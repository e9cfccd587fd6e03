// Where a policy's requests went lately, as `max_share` counts it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fw::route {

// The part of each cloud in a policy's latest requests: a thousand or two of them.
class CloudShares {
 public:
  CloudShares(std::size_t policies, std::size_t clouds) : sent_(policies * clouds), totals_(policies), clouds_(clouds) {}
  void add(std::uint16_t policy, std::uint16_t cloud);
  // Of 65,536.
  std::uint16_t share(std::uint16_t policy, std::uint16_t cloud) const;

 private:
  std::vector<std::uint32_t> sent_;
  std::vector<std::uint32_t> totals_;
  std::size_t clouds_;
};

}  // namespace fw::route
