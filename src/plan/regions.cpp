#include "plan/regions.h"

#include <algorithm>
#include <map>

#include "wire/json.h"

namespace fw::plan {
namespace {

constexpr int kDigits = 6;

using Place = std::pair<std::string, std::string>;

Place place_of(const Offer& offer) { return {offer.cloud, offer.scope}; }

const Offer& offer_of(const Problem& problem, const std::string& name) { return *std::ranges::find(*problem.offers, name, &Offer::name); }

std::optional<Money> planned_without(const Place& place, const Problem& problem, const Rules& rules, const Demand& demand, const std::function<bool()>& go_on) {
  std::vector<Offer> offers;
  for (const auto& each : *problem.offers)
    if (each.kind != OfferKind::replicas || place_of(each) != place) offers.push_back(each);
  const auto other = compile(demand, offers, rules);
  if (!other.conflict.empty()) return std::nullopt;
  const auto found = solve(other, {.rounds = 1, .dual_steps = 40, .go_on = [&](double, double) { return go_on(); }});
  if (infeasible(other, found)) return std::nullopt;
  return make_plan(other, found).cost;
}

}  // namespace

std::vector<Region> regions(const Problem& problem, const Rules& rules, const Demand& demand, const Plan& plan, const std::function<bool()>& go_on) {
  std::map<Place, Region> made;
  for (const auto& each : *problem.offers)
    if (each.kind == OfferKind::replicas) made[place_of(each)] = {each.cloud, each.scope, 0, 0, plan.cost};
  std::map<std::pair<Place, std::size_t>, std::int64_t> deployed;  // by slot
  for (const auto& each : plan.deployed) {
    const auto& offer = offer_of(problem, each.offer);
    if (offer.kind != OfferKind::replicas) continue;
    for (auto slot = (each.from.ns - plan.from.ns) / kHourNs / problem.slot_hours; slot < (each.until.ns - plan.from.ns) / kHourNs / problem.slot_hours; ++slot) {
      auto& now = deployed[{place_of(offer), static_cast<std::size_t>(slot)}];
      now += each.units;
      auto& region = made[place_of(offer)];
      region.replicas_most = std::max(region.replicas_most, now);
    }
  }
  for (const auto& each : plan.placements) {
    const auto& offer = offer_of(problem, each.offer);
    if (offer.kind != OfferKind::replicas) continue;
    for (const auto& c : problem.demand->classes)
      if (c.model == each.model && c.name == each.name && c.place == each.place) {
        made[place_of(offer)].share += each.share * (c.input.sum() + c.cached.sum() + c.output.sum()) / std::max(problem.tokens, 1.0);
        break;  // what follows are the same classes in outages
      }
  }
  std::vector<Region> all;
  for (auto& [place, region] : made) {
    // Nothing changes without a region that is not used.
    if (region.replicas_most > 0) region.without = planned_without(place, problem, rules, demand, go_on);
    all.push_back(std::move(region));
  }
  return all;
}

std::string regions_member(const std::vector<Region>& regions, const Plan& plan) {
  std::string out;
  wire::JsonWriter json(out);
  json.begin_object().key("regions").begin_array();
  for (const auto& each : regions) {
    json.begin_object().member("cloud", std::string_view(each.cloud)).member("region", std::string_view(each.scope)).member("replicas_most", each.replicas_most).key("share").real(each.share, kDigits);
    json.key("without_usd");
    if (each.without) json.string(each.without->usd());
    else json.null();
    json.key("saves_usd");
    if (each.without) json.string((*each.without - plan.cost).usd());
    else json.null();
    json.end_object();
  }
  json.end_array().end_object();
  return out.substr(1, out.size() - 2);
}

}  // namespace fw::plan
