#include "route/cloud_shares.h"

#include <algorithm>

namespace fw::route {

void CloudShares::add(std::uint16_t policy, std::uint16_t cloud) {
  constexpr std::uint32_t kRemembered = 2'000;
  ++sent_[policy * clouds_ + cloud];
  if (++totals_[policy] < kRemembered) return;
  totals_[policy] = 0;
  for (std::size_t i = policy * clouds_; i < (policy + std::size_t{1}) * clouds_; ++i) totals_[policy] += sent_[i] /= 2;
}

std::uint16_t CloudShares::share(std::uint16_t policy, std::uint16_t cloud) const {
  constexpr std::uint32_t kTooFew = 20;  // requests that say nothing of a share
  if (totals_[policy] < kTooFew) return 0;
  return static_cast<std::uint16_t>(std::min<std::uint64_t>(std::uint64_t{sent_[policy * clouds_ + cloud]} * 65'536 / totals_[policy], UINT16_MAX));
}

}  // namespace fw::route
