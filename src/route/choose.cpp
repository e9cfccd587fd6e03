#include "route/choose.h"

#include <algorithm>

namespace fw::route {
namespace {

constexpr std::array kOrder{Verdict::admissible, Verdict::lossy,      Verdict::marked, Verdict::operation,
                            Verdict::residency,  Verdict::capability, Verdict::loss};

const dialect::Fates* fates_of(const Needs& needs, const Place& place) {
  const auto at = static_cast<std::size_t>(needs.operation);
  return at < place.fates.size() ? &place.fates[at] : nullptr;
}

bool translated(const Needs& needs, const Place& place) {
  return place.translated >> static_cast<unsigned>(needs.operation) & 1;
}

dialect::Needs refused(const Needs& needs, const Place& place) {
  // Where nothing is translated the cloud itself says what it refuses.
  const auto* fates = fates_of(needs, place);
  return fates != nullptr && translated(needs, place) ? needs.asked & fates->refused : dialect::Needs{};
}

Verdict judge(const Needs& needs, const Place& place, const health::AccountMarks& marks, MonoTime now) {
  const bool speaks = place.operations >> static_cast<unsigned>(needs.operation) & 1;
  if (!speaks) return Verdict::operation;
  const bool inside = needs.residency.empty() || std::ranges::any_of(needs.residency, [&](const auto& allowed) {
                        return within(place.scope, allowed);
                      });
  if (!inside) return Verdict::residency;
  if (refused(needs, place).any()) return Verdict::capability;
  const auto loses = lost(needs, place);
  if (loses.any() && unmet(needs, place).any()) return Verdict::loss;
  if (marks.marked(place.provider, now)) return Verdict::marked;
  return loses.any() ? Verdict::lossy : Verdict::admissible;
}

}  // namespace

std::string_view name(Verdict verdict) {
  constexpr std::array<std::string_view, kOrder.size()> kNames{"admissible", "lossy",      "marked", "operation",
                                                               "residency",  "capability", "loss"};
  return kNames[static_cast<std::size_t>(verdict)];
}

dialect::Needs lost(const Needs& needs, const Place& place) {
  const auto* fates = fates_of(needs, place);
  return fates != nullptr ? needs.asked & fates->dropped : dialect::Needs{};
}

dialect::Needs unmet(const Needs& needs, const Place& place) {
  auto missing = refused(needs, place);
  if (needs.lossy == Lossy::refuse) missing |= lost(needs, place);
  if (needs.lossy == Lossy::hints) missing |= lost(needs, place) & ~dialect::hints();
  return missing;
}

bool within(std::string_view scope, std::string_view allowed) {
  if (!scope.starts_with(allowed)) return false;
  return scope.size() == allowed.size() || scope[allowed.size()] == '/';
}

Candidates choose(const Needs& needs, std::span<const Place> places, const health::AccountMarks& marks,
                  MonoTime now) {
  Candidates out;
  std::array<Verdict, kCandidatesMax> verdicts;
  const auto n = std::min(places.size(), kCandidatesMax);
  for (std::size_t i = 0; i < n; ++i) verdicts[i] = judge(needs, places[i], marks, now);
  for (const auto wanted : kOrder) {
    for (std::size_t i = 0; i < n; ++i)
      if (verdicts[i] == wanted) out.all[out.count++] = {static_cast<std::uint16_t>(i), wanted};
    if (wanted == Verdict::marked) out.tried = out.count;
  }
  return out;
}

}  // namespace fw::route
