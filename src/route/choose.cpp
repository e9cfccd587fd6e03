#include "route/choose.h"

#include <algorithm>

namespace fw::route {
namespace {

Verdict judge(const Needs& needs, const Place& place, const health::AccountMarks& marks, MonoTime now) {
  const bool speaks = place.operations >> static_cast<unsigned>(needs.operation) & 1;
  if (!speaks) return Verdict::operation;
  const bool inside = needs.residency.empty() || std::ranges::any_of(needs.residency, [&](const auto& allowed) {
                        return within(place.scope, allowed);
                      });
  if (!inside) return Verdict::residency;
  return marks.marked(place.provider, now) ? Verdict::marked : Verdict::admissible;
}

}  // namespace

std::string_view name(Verdict verdict) {
  constexpr std::array<std::string_view, 4> kNames{"admissible", "operation", "residency", "marked"};
  return kNames[static_cast<std::size_t>(verdict)];
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
  for (const auto wanted : {Verdict::admissible, Verdict::marked, Verdict::operation, Verdict::residency}) {
    for (std::size_t i = 0; i < n; ++i)
      if (verdicts[i] == wanted) out.all[out.count++] = {static_cast<std::uint16_t>(i), wanted};
    if (wanted == Verdict::marked) out.tried = out.count;
  }
  return out;
}

}  // namespace fw::route
