#include "offer/compare.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "offer/scope.h"

namespace fw::offer {
namespace {

enum class Nearness : std::uint8_t { alike, around, inside, none };

Nearness nearness(const Row& ours, const Row& theirs) {
  if (ours.scope == theirs.scope) return Nearness::alike;
  if (matches(ours.scope, theirs.scope)) return Nearness::around;
  return matches(theirs.scope, ours.scope) ? Nearness::inside : Nearness::none;
}

bool stands_beside(const Row& ours, const Row& theirs) {
  return ours.model == theirs.model && ours.cloud == theirs.cloud && ours.tier == theirs.tier && ours.holds(theirs.from) &&
         ours.meters.any() && (ours.host.empty() || theirs.host.empty() || ours.host == theirs.host);
}

std::vector<const Row*> beside(const Book& book, const Row& theirs) {
  std::vector<const Row*> found;
  auto nearest = Nearness::none;
  for (const auto& ours : book.rows()) {
    if (!stands_beside(ours, theirs)) continue;
    const auto near = nearness(ours, theirs);
    if (near == Nearness::none || near > nearest) continue;
    if (near < nearest) found.clear();
    nearest = near;
    found.push_back(&ours);
  }
  return found;
}

std::string difference(const std::string& ours, const std::string& theirs) {
  const auto our_money = Money::parse_usd(ours);
  const auto their_money = Money::parse_usd(theirs);
  return our_money && their_money ? (*their_money - *our_money).usd() : "";
}

}  // namespace

Comparison compare(const Book& ours, std::span<const Row> theirs) {
  Comparison out;
  std::set<std::tuple<const Row*, std::string, std::string>> told;  // a list of regions says one thing many times
  for (const auto& row : theirs) {
    const auto near = beside(ours, row);
    out.unmatched += near.empty() ? 1 : 0;
    const auto their_prices = price_texts(row);
    for (const auto* own : near)
      for (const auto& [meter, price] : price_texts(*own)) {
        const auto other = std::ranges::find(their_prices, meter, &std::pair<std::string, std::string>::first);
        if (other == their_prices.end() || !told.emplace(own, meter, other->second).second) continue;
        ++out.compared;
        if (other->second != price) out.disagreements.push_back({own, &row, meter, price, other->second, difference(price, other->second)});
      }
  }
  return out;
}

}  // namespace fw::offer
