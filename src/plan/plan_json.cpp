#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "base/date.h"
#include "plan/number.h"
#include "plan/plan.h"
#include "wire/json.h"

namespace fw::plan {
namespace {

using wire::JsonWriter;
constexpr int kDepth = 16;

std::string exact(double value) { return fmt::format("{:.17g}", value); }

std::string gap_text(const Plan& plan) {
  const auto cost = static_cast<double>(plan.cost.units());
  return fmt::format("{:.6f}", cost > 0 ? std::max(1 - static_cast<double>(plan.lower_bound.units()) / cost, 0.0) : 0.0);
}

void write_numbers(JsonWriter& json, const char* key, const std::vector<double>& numbers) {
  json.key(key).begin_array();
  for (const double each : numbers) json.raw(exact(each));
  json.end_array();
}

void write_prices(JsonWriter& json, const CloudPrices& prices, const Problem& problem) {
  json.key("usd_per_token").begin_object();
  for (std::size_t c = 0; c < prices.token.size(); ++c)
    if (prices.token[c] != 0) json.key(problem.clouds[c]).raw(exact(prices.token[c]));
  json.end_object();
  if (!problem.budgets.empty()) write_numbers(json, "budget_usd_per_usd", prices.budget);
  if (!problem.contracts.empty()) write_numbers(json, "contract_usd_per_usd", prices.drawn);
}

// Only where it is below the cheapest price without a limit, which needs no proof.
void write_worth(JsonWriter& json, const Multipliers& multipliers, const Problem& problem) {
  Placer placer(problem, multipliers.extra);
  json.key("worth_usd").begin_array();
  for (const auto& group : problem.groups)
    for (std::size_t k = 0; k < group.classes.size(); ++k) {
      const auto& c = problem.demand->classes[group.classes[k]];
      json.begin_object().member("model", std::string_view(c.model)).member("class", std::string_view(c.name)).member("place", std::string_view(c.place));
      if (group.outage()) json.member("without", std::string_view(problem.clouds[group.without]));
      json.key("below").begin_array();
      for (std::size_t step = 0; step < problem.demand->steps; ++step) {
        const double worth = multipliers.worth[group.classes[k]][step];
        double least = std::numeric_limits<double>::infinity();
        for (std::size_t s = 0; s < group.sources.size(); ++s)
          if (group.sources[s].pool == kNothing && !group.sources[s].limited()) least = std::min(least, placer.cost(group, k, s, step));
        if (worth < least) json.begin_array().number(static_cast<std::int64_t>(step)).raw(exact(worth)).end_array();
      }
      json.end_array().end_object();
    }
  json.end_array();
}

void write_certificate(JsonWriter& json, const Plan& plan, const Problem& problem) {
  json.key("certificate").begin_object().key("mix").begin_array();
  for (const auto& [share, prices] : plan.mix.parts) {
    json.begin_object().key("share").raw(exact(share));
    write_prices(json, prices, problem);
    json.end_object();
  }
  json.end_array();
  write_prices(json, plan.multipliers.extra, problem);
  json.key("slot_usd").begin_object();
  for (std::size_t f = 0; f < problem.families.size(); ++f) {
    json.key(problem.families[f].name).begin_array();
    for (const double usd : plan.multipliers.slot_usd[f]) json.raw(exact(usd));
    json.end_array();
  }
  json.end_object();
  write_worth(json, plan.multipliers, problem);
  json.end_object();
}

void write_lists(JsonWriter& json, const Plan& plan) {
  json.key("purchases").begin_array();
  for (const auto& each : plan.purchases)
    json.begin_object().member("offer", std::string_view(each.offer)).member("family", std::string_view(each.family)).member("term", std::string_view(each.term))
        .member("units", each.units).member("from", std::string_view(rfc3339_text(each.from))).member("until", std::string_view(rfc3339_text(each.until)))
        .member("cost_usd", std::string_view(each.cost.usd())).member("tail_usd", std::string_view(each.tail.usd())).end_object();
  json.end_array().key("deployed").begin_array();
  for (const auto& each : plan.deployed)
    json.begin_object().member("offer", std::string_view(each.offer)).member("from", std::string_view(rfc3339_text(each.from)))
        .member("until", std::string_view(rfc3339_text(each.until))).member("units", each.units).end_object();
  json.end_array().key("placements").begin_array();
  for (const auto& each : plan.placements)
    json.begin_object().member("model", std::string_view(each.model)).member("class", std::string_view(each.name)).member("place", std::string_view(each.place))
        .member("offer", std::string_view(each.offer)).key("share").real(each.share, 9).member("cost_usd", std::string_view(each.cost.usd())).end_object();
  json.end_array();
  if (plan.contracts.empty()) return;
  json.key("contracts").begin_array();
  for (const auto& each : plan.contracts)
    json.begin_object().member("cloud", std::string_view(each.cloud)).member("from", std::string_view(rfc3339_text(each.from))).member("until", std::string_view(rfc3339_text(each.until)))
        .member("commit_usd", std::string_view(each.commit.usd())).member("spent_usd", std::string_view(each.spent.usd())).member("unspent_usd", std::string_view(each.unspent.usd())).end_object();
  json.end_array();
}

}  // namespace

std::string plan_members(const Plan& plan, const Problem& problem) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.member("from", std::string_view(rfc3339_text(plan.from))).member("until", std::string_view(rfc3339_text(plan.until))).member("step_s", plan.step_s);
  json.member("cost_usd", std::string_view(plan.cost.usd())).member("lower_bound_usd", std::string_view(plan.lower_bound.usd()));
  json.key("gap").raw(gap_text(plan));
  json.member("tail_usd", std::string_view(plan.tail.usd()));
  write_lists(json, plan);
  json.key("baselines").begin_object();
  const auto baseline = [&](const std::string& name, const std::optional<Money>& cost) {
    json.key(name + "_usd");
    if (cost) json.string(cost->usd());
    else json.null();
  };
  baseline("pay_as_you_go", plan.all_pay_as_you_go);
  for (const auto& each : plan.baselines) baseline(each.name, each.cost);
  json.end_object().key("left_out").begin_array();
  for (const auto& each : plan.left_out) json.string(each);
  json.end_array();
  write_certificate(json, plan, problem);
  json.end_object();
  return out.substr(1, out.size() - 2);
}

std::string infeasible_json(const Infeasible& why) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("infeasible", true).key("conflict").begin_array();
  for (const auto& each : why.conflict) json.string(each);
  json.end_array().member("relaxation", std::string_view(why.relaxation)).end_object();
  return out;
}

namespace {

// Reads what is above; the first thing that is not as written stays in `fault`.
class PlanReader {
 public:
  PlanReader(std::string_view json, const Problem& problem, std::string& fault) : json_(json), problem_(problem), fault_(fault) {}

  std::optional<Plan> read() {
    if (wire::json_check(json_, kDepth)) return fail("it is no valid JSON");
    Plan plan;
    plan.from = time(json_, "from");
    plan.until = time(json_, "until");
    plan.step_s = whole(json_, "step_s");
    plan.cost = money(json_, "cost_usd");
    plan.lower_bound = money(json_, "lower_bound_usd");
    plan.tail = money(json_, "tail_usd");
    for (const auto each : list(json_, {"purchases"}))
      plan.purchases.push_back({text(each, "offer"), text(each, "family"), text(each, "term"), whole(each, "units"), time(each, "from"), time(each, "until"), money(each, "cost_usd"), money(each, "tail_usd")});
    for (const auto each : list(json_, {"deployed"})) plan.deployed.push_back({text(each, "offer"), time(each, "from"), time(each, "until"), whole(each, "units")});
    for (const auto each : list(json_, {"placements"}))
      plan.placements.push_back({text(each, "model"), text(each, "class"), text(each, "place"), text(each, "offer"), number(wire::json_find(each, {"share"})), money(each, "cost_usd")});
    if (!problem_.contracts.empty())
      for (const auto each : list(json_, {"contracts"})) plan.contracts.push_back({text(each, "cloud"), time(each, "from"), time(each, "until"), money(each, "commit_usd"), money(each, "spent_usd"), money(each, "unspent_usd")});
    if (const auto base = wire::json_find(json_, {"baselines", "pay_as_you_go_usd"}); base && *base != "null") plan.all_pay_as_you_go = Money::parse_usd(wire::json_text(*base));
    certificate(plan);
    if (!fault_.empty()) return std::nullopt;
    return plan;
  }

 private:
  std::optional<Plan> fail(std::string fault) {
    if (fault_.empty()) fault_ = std::move(fault);
    return std::nullopt;
  }
  std::string text(std::string_view object, std::string_view key) {
    std::string out;
    const auto found = wire::json_find(object, {key});
    if (!found || !found->starts_with('"')) fail(fmt::format("'{}' is missing", key));
    else wire::json_unescape(wire::json_text(*found), out);
    return out;
  }
  WallTime time(std::string_view object, std::string_view key) {
    const auto found = parse_rfc3339(text(object, key));
    if (!found) fail(fmt::format("'{}' is no time", key));
    return found.value_or(WallTime{});
  }
  Money money(std::string_view object, std::string_view key) {
    const auto found = Money::parse_usd(text(object, key));
    if (!found) fail(fmt::format("'{}' is no amount", key));
    return found.value_or(Money{});
  }
  std::int64_t whole(std::string_view object, std::string_view key) {
    const auto found = wire::json_find(object, {key});
    const auto value = found ? wire::json_int(*found) : std::nullopt;
    if (!value) fail(fmt::format("'{}' is no whole number", key));
    return value.value_or(0);
  }
  double number(std::optional<std::string_view> token) {
    const auto value = token ? number_of(*token) : std::nullopt;
    if (!value) fail("a number is missing");
    return value.value_or(0);
  }
  std::vector<std::string_view> list(std::string_view object, std::initializer_list<std::string_view> path) {
    std::vector<std::string_view> made;
    const auto found = wire::json_find(object, path);
    if (!found || !found->starts_with('[')) {
      fail(fmt::format("the list '{}' is missing", *(path.end() - 1)));
      return made;
    }
    wire::JsonArray array(*found, kDepth);
    for (wire::JsonMember m; array.next(m);) made.push_back(m.value);
    return made;
  }
  CloudPrices prices(std::string_view object) {
    auto made = no_prices(problem_);
    const auto found = wire::json_find(object, {"usd_per_token"});
    if (!found || !found->starts_with('{')) {
      fail("'usd_per_token' is missing");
      return made;
    }
    wire::JsonObject members(*found, kDepth);
    for (wire::JsonMember m; members.next(m);) {
      const auto at = std::ranges::find(problem_.clouds, m.key);
      if (at == problem_.clouds.end()) fail(fmt::format("a price of the unknown cloud '{}'", m.key));
      else made.token[static_cast<std::size_t>(at - problem_.clouds.begin())] = number(m.value);
    }
    numbers(object, "budget_usd_per_usd", made.budget);
    numbers(object, "contract_usd_per_usd", made.drawn);
    return made;
  }

  void numbers(std::string_view object, const char* key, std::vector<double>& to) {
    if (to.empty()) return;
    const auto found = list(object, {key});
    if (found.size() != to.size()) return void(fail(fmt::format("{} numbers in '{}', not {}", found.size(), key, to.size())));
    for (std::size_t i = 0; i < to.size(); ++i) to[i] = number(found[i]);
  }

  // The class of the demand, or of an outage.
  std::size_t class_of(std::string_view json) {
    const auto model = text(json, "model"), name = text(json, "class"), place = text(json, "place");
    const auto without = wire::json_find(json, {"without"}) ? text(json, "without") : std::string();
    for (const auto& group : problem_.groups) {
      if (group.model != model || (group.outage() ? problem_.clouds[group.without] : std::string()) != without) continue;
      for (const auto c : group.classes)
        if (const auto& each = problem_.demand->classes[c]; each.name == name && each.place == place) return c;
    }
    fail(fmt::format("the unknown class {} of {}", name, model));
    return kNothing;
  }

  void certificate(Plan& plan) {
    const auto found = wire::json_find(json_, {"certificate"});
    if (!found || !found->starts_with('{')) return void(fail("'certificate' is missing"));
    for (const auto part : list(*found, {"mix"})) plan.mix.parts.emplace_back(number(wire::json_find(part, {"share"})), prices(part));
    plan.multipliers.extra = prices(*found);
    for (const auto& family : problem_.families) {
      auto& slots = plan.multipliers.slot_usd.emplace_back();
      for (const auto usd : list(*found, {"slot_usd", family.name})) slots.push_back(number(usd));
      if (slots.size() != problem_.slots) fail(fmt::format("{} prices of slots of {}, not {}", slots.size(), family.name, problem_.slots));
    }
    const auto& demand = *problem_.demand;
    plan.multipliers.worth.assign(demand.classes.size(), std::vector<double>(demand.steps, std::numeric_limits<double>::max()));
    for (const auto each : list(*found, {"worth_usd"})) {
      const auto c = class_of(each);
      if (c == kNothing) return;
      auto& worth = plan.multipliers.worth[c];
      for (const auto pair : list(each, {"below"})) {
        wire::JsonArray two(pair, 2);
        wire::JsonMember step, usd;
        const auto index = two.next(step) ? wire::json_int(step.value) : std::nullopt;
        if (!index || *index < 0 || static_cast<std::size_t>(*index) >= demand.steps || !two.next(usd)) return void(fail("a worth without its step"));
        worth[static_cast<std::size_t>(*index)] = number(usd.value);
      }
    }
  }

  std::string_view json_;
  const Problem& problem_;
  std::string& fault_;
};

}  // namespace

std::optional<Plan> read_plan(std::string_view json, const Problem& problem, std::string& fault) { return PlanReader(json, problem, fault).read(); }

}  // namespace fw::plan
