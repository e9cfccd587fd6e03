#include "offer/change.h"

#include <algorithm>

namespace fw::offer {
namespace {

using Prices = std::vector<std::pair<std::string, std::string>>;

void add(Prices& out, std::string_view before, Meters meters) {
  for (const auto& name : meter_names())
    if (const auto* price = find_meter(meters, name); price != nullptr && *price) out.emplace_back(std::string(before) + name, (*price)->per_million());
}

void add(Prices& out, std::string_view before, const PriceSheet& sheet, const Tier* tier) {
  add(out, before, sheet.below(tier));
  if (sheet.step(tier) != nullptr) add(out, std::string(before) + "long_context.", sheet.above(tier));
}

const Dated* following(const Timeline& timeline, const Dated& part) {
  return part.until ? timeline.at(*part.until) : nullptr;
}

}  // namespace

std::string_view name(Change::What what) {
  switch (what) {
    case Change::What::moves: return "moves";
    case Change::What::unknown: return "unknown";
    case Change::What::absent: return "absent";
  }
  return "";
}

std::vector<Change> changes(const Timeline& timeline, WallTime now, WallTime until) {
  std::vector<Change> out;
  for (const auto& part : timeline.parts()) {
    if (!part.priced || !part.until || *part.until <= now || until < *part.until) continue;
    const auto* const after = following(timeline, part);
    Change change{.what = Change::What::moves, .at = *part.until, .before = &part, .after = after};
    if (after == nullptr || (!after->priced && !after->absent)) change.what = Change::What::unknown;
    else if (after->absent) change.what = Change::What::absent;
    else if (moved(part.sheet, after->sheet).empty()) continue;
    out.push_back(change);
  }
  return out;
}

Prices prices_of(const PriceSheet& sheet) {
  Prices out;
  add(out, "", sheet, nullptr);
  for (const auto& tier : sheet.tiers) add(out, tier.name + ".", sheet, &tier);
  return out;
}

std::vector<Moved> moved(const PriceSheet& before, const PriceSheet& after) {
  std::vector<Moved> out;
  const auto old = prices_of(before);
  auto young = prices_of(after);
  for (const auto& [meter, price] : old) {
    const auto same = std::ranges::find(young, meter, &std::pair<std::string, std::string>::first);
    const bool there = same != young.end();
    if (!there || same->second != price) out.push_back({meter, price, there ? same->second : ""});
    if (there) young.erase(same);
  }
  for (auto& [meter, price] : young) out.push_back({std::move(meter), "", std::move(price)});
  return out;
}

}  // namespace fw::offer
