#include "gateway/decisions.h"

#include <algorithm>

namespace fw::gateway {

Decisions::Decisions(std::size_t kept_max, std::size_t places) : slots_(kept_max) {
  for (auto& s : slots_) {
    s.decision.seen.reserve(places);
    s.decision.ranked.reserve(places);
  }
}

const KeptDecision* Decisions::find(std::string_view request_id) const {
  const auto it = std::ranges::find_if(slots_, [request_id](const auto& s) { return s.request_id.view() == request_id; });
  return it != slots_.end() && !request_id.empty() ? &*it : nullptr;
}

std::vector<KeptDecision> Decisions::newest(std::size_t limit) const {
  std::vector<KeptDecision> out;
  const auto kept = std::min<std::uint64_t>(added_, slots_.size());
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(kept, limit); ++i) out.push_back(slots_[(added_ - 1 - i) % slots_.size()]);
  return out;
}

}  // namespace fw::gateway
