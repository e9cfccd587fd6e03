#include "plan/sim/planned.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/date.h"
#include "cloud/accounting.h"
#include "plan/number.h"
#include "wire/json.h"

namespace fw::plan::sim {
namespace {

constexpr int kDepth = 16;
constexpr double kMinute = 60;

// The first thing that is not as written stays in `fault`.
class Reading {
 public:
  std::string text(std::string_view object, std::initializer_list<std::string_view> path, bool required = true) {
    std::string out;
    const auto found = wire::json_find(object, path);
    if (found && found->starts_with('"')) wire::json_unescape(wire::json_text(*found), out);
    else if (required) fail(fmt::format("'{}' is missing", *(path.end() - 1)));
    return out;
  }
  WallTime time(std::string_view object, std::string_view key) {
    const auto found = parse_rfc3339(text(object, {key}));
    if (!found) fail(fmt::format("'{}' is no time", key));
    return found.value_or(WallTime{});
  }
  Money money(std::string_view object, std::string_view key) {
    const auto found = Money::parse_usd(text(object, {key}));
    if (!found) fail(fmt::format("'{}' is no amount", key));
    return found.value_or(Money{});
  }
  std::int64_t whole(std::string_view object, std::string_view key) {
    const auto found = wire::json_find(object, {key});
    const auto value = found ? wire::json_int(*found) : std::nullopt;
    if (!value) fail(fmt::format("'{}' is no whole number", key));
    return value.value_or(0);
  }
  std::vector<std::string_view> list(std::string_view object, std::string_view key) {
    std::vector<std::string_view> made;
    const auto found = wire::json_find(object, {key});
    if (!found || !found->starts_with('[')) {
      fail(fmt::format("the list '{}' is missing", key));
      return made;
    }
    wire::JsonArray array(*found, kDepth);
    for (wire::JsonMember m; array.next(m);) made.push_back(m.value);
    return made;
  }
  void fail(std::string words) {
    if (fault.empty()) fault = std::move(words);
  }
  std::string fault;
};

route::Pico pico(const std::optional<TokenPrice>& price) {
  constexpr Int128 kUnitsPerPico = 1'000;
  return price ? static_cast<route::Pico>((*price * 1).units() / kUnitsPerPico) : route::kUnknownCost;
}

// A meter that is not told costs what input does, as the planner has it.
route::QuickPrice price_of(const Offer& offer) {
  const auto input = pico(offer.input);
  const auto cached = offer.cache_read ? pico(offer.cache_read) : input;
  return {.base = {.input = input, .cold = input, .cached = cached, .output = pico(offer.output)}, .beyond = {}};
}

std::int64_t thousandths(double weight) { return static_cast<std::int64_t>(weight * 1'000 + 0.5); }

Known known_of(const Offer& offer) {
  Known out{.name = offer.name, .provider_name = offer.name, .cloud = offer.cloud, .scope = offer.scope, .provider = 0, .of_cloud = 0, .weight = 1, .price = price_of(offer), .pool = {}};
  if (offer.kind == OfferKind::pay_as_you_go) return out;
  out.price = {.base = {.input = 0, .cold = 0, .cached = 0, .output = 0}, .beyond = {}};
  out.pool = route::Pool{.tokens_per_minute = 0, .window_s = static_cast<std::int32_t>(offer.window_s),
                         .weights = {.input = thousandths(offer.weights.input), .cache_read = thousandths(offer.weights.cache_read), .output = thousandths(offer.weights.output)}, .usd_per_hour = {}, .bid = {}};
  return out;
}

Place place_of(const Offer& offer) {
  const auto counts = cloud::accounting(offer.cloud);
  Place out{.name = offer.name, .cloud = offer.cloud, .scope = offer.scope, .tokens = {}, .requests = {}, .counts = {}, .pace = {}};
  out.tells_wait = counts.tells_wait;
  if (offer.kind != OfferKind::pay_as_you_go) {
    out.tokens = {.per_s = 0, .seconds = static_cast<double>(offer.window_s), .limited = true};
    out.counts = {offer.weights.input, offer.weights.cache_read, offer.weights.output};
    out.shared = false;
    return out;
  }
  out.tokens.seconds = static_cast<double>(counts.tokens_window_s);
  out.requests.seconds = static_cast<double>(counts.requests_window_s);
  if (offer.tokens_per_minute_max) out.tokens.per_s = *offer.tokens_per_minute_max / kMinute, out.tokens.limited = true;
  if (offer.requests_per_minute_max) out.requests.per_s = *offer.requests_per_minute_max / kMinute, out.requests.limited = true;
  out.tells_left = counts.tells_left;
  return out;
}

route::Policy policy_of(const DemandClass& c, const Rules& rules, route::Prefer prefer) {
  route::Policy out;
  out.name = c.name;
  out.prefer = prefer;
  if (const auto rule = rules.classes.find(c.name); rule != rules.classes.end()) {
    out.residency = rule->second.residency;
    if (rule->second.first_token_ms) out.first_token_ms = static_cast<std::uint32_t>(*rule->second.first_token_ms);
  }
  for (const auto& [cloud, share] : rules.max_share) out.max_share.push_back({cloud, static_cast<std::uint16_t>(std::min(share, 1.0) * UINT16_MAX)});
  return out;
}

template <class T>
std::uint16_t number_among(std::vector<T>& all, const T& one) {
  const auto at = std::ranges::find(all, one);
  const auto index = static_cast<std::uint16_t>(at - all.begin());
  if (at == all.end()) all.push_back(one);
  return index;
}

}  // namespace

std::expected<Planned, std::string> read_planned(std::string_view json) {
  if (wire::json_check(json, kDepth)) return std::unexpected("found no valid JSON, expected what `fairway plan --output json` prints");
  Reading reading;
  Planned out;
  out.from = reading.time(json, "from");
  out.until = reading.time(json, "until");
  out.cost = reading.money(json, "cost_usd");
  std::set<std::string> offers;
  for (const auto each : reading.list(json, "purchases")) out.bought += reading.money(each, "cost_usd");
  for (const auto each : reading.list(json, "deployed")) {
    out.deployed.push_back({reading.text(each, {"offer"}), reading.time(each, "from"), reading.time(each, "until"), reading.whole(each, "units")});
    offers.insert(out.deployed.back().offer);
  }
  for (const auto each : reading.list(json, "placements")) offers.insert(reading.text(each, {"offer"}));
  out.offers.assign(offers.begin(), offers.end());
  out.offers_path = reading.text(json, {"inputs", "offers", "path"}, false);
  out.rules_path = reading.text(json, {"inputs", "rules", "path"}, false);
  if (reading.fault.empty() && out.until <= out.from) reading.fail("'until' is no later than 'from'");
  if (!reading.fault.empty()) return std::unexpected(fmt::format("found that {}, expected what `fairway plan --output json` prints", reading.fault));
  return out;
}

WallTime planned_time(const Planned& plan, WallTime begin) {
  const auto span = plan.until.ns - plan.from.ns;
  const auto behind = (begin.ns - plan.from.ns) % span;
  return {plan.from.ns + (behind < 0 ? behind + span : behind)};
}

Money bought_for(const Planned& plan, const Demand& demand) {
  constexpr std::int64_t kNs = 1'000'000'000;
  const Int128 span_s = (plan.until.ns - plan.from.ns) / kNs;
  const Int128 lasts_s = static_cast<std::int64_t>(demand.steps) * demand.step_s;
  return Money::of_units(plan.bought.units() / span_s * lasts_s + plan.bought.units() % span_s * lasts_s / span_s);
}

Stage stage_of(const Demand& demand, const std::vector<Offer>& offers, const Rules& rules, route::Prefer prefer) {
  Stage stage;
  std::vector<std::string> clouds, models;
  std::map<std::string, std::vector<std::uint16_t>, std::less<>> by_model;
  for (const auto& offer : offers) {
    if (std::ranges::find(demand.classes, offer.model, &DemandClass::model) == demand.classes.end()) continue;
    auto known = known_of(offer);
    const auto index = static_cast<std::uint16_t>(stage.places.size());
    known.provider = index;
    known.of_cloud = number_among(clouds, offer.cloud);
    by_model[offer.model].push_back(index);
    stage.market.places.push_back(std::move(known));
    stage.places.push_back(place_of(offer));
  }
  for (const auto& c : demand.classes) {
    KnownClass made{.model = c.model, .places = by_model[c.model], .usual = number_among(models, c.model), .policy = policy_of(c, rules, prefer)};
    stage.slos.push_back({.first_token_ms = made.policy.first_token_ms});
    stage.market.classes.push_back(std::move(made));
  }
  stage.market.providers = stage.places.size();
  stage.market.clouds = clouds.size();
  stage.market.models = models.size();
  return stage;
}

std::vector<std::string> deploy(const Planned& plan, const std::vector<Offer>& offers, const Demand& demand, Stage& stage) {
  std::vector<std::string> homeless;
  std::map<std::uint16_t, std::map<std::int64_t, std::int64_t>> steps;  // by place and time: tokens per minute that come or go
  const auto begin = planned_time(plan, demand.from);
  const auto span = plan.until.ns - plan.from.ns;
  const auto lasts = static_cast<std::int64_t>(demand.steps) * demand.step_s * 1'000'000'000;
  for (const auto& d : plan.deployed) {
    const auto offer = std::ranges::find(offers, d.offer, &Offer::name);
    const auto place = std::ranges::find_if(stage.market.places, [&d](const Known& p) { return p.name == d.offer && p.pool.has_value(); });
    if (offer == offers.end() || place == stage.market.places.end()) {
      if (std::ranges::find(homeless, d.offer) == homeless.end()) homeless.push_back(d.offer);
      continue;
    }
    auto& of = steps[static_cast<std::uint16_t>(place - stage.market.places.begin())];
    const auto size = static_cast<std::int64_t>(static_cast<double>(d.units) * offer->unit_tokens_per_minute);
    for (std::int64_t round = plan.from.ns - begin.ns; round < lasts; round += span) {
      const auto from = round + d.from.ns - plan.from.ns, until = round + std::min(d.until, plan.until).ns - plan.from.ns;
      of[std::max<std::int64_t>(0, from)] += until > 0 ? size : 0;
      of[std::max<std::int64_t>(0, until)] -= until > 0 ? size : 0;
    }
  }
  for (const auto& [place, of] : steps) {
    std::int64_t size = 0;
    for (const auto& [at, change] : of) {
      size += change;
      if (change != 0) stage.changes.push_back({.at_ns = at, .place = place, .tokens_per_minute = size, .price = {}});
    }
  }
  std::sort(stage.changes.begin(), stage.changes.end());
  return homeless;
}

}  // namespace fw::plan::sim
