#include "plan/progress.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "base/date.h"
#include "plan/carry.h"
#include "wire/json_write.h"

namespace fw::plan {
namespace {

using ClassKey = std::tuple<std::string, std::string, std::string>;
ClassKey key_of(const DemandClass& each) { return {each.model, each.name, each.place}; }

// So many steps of a demand, on the grid of another: whole steps are added up.
Demand on_grid(const Demand& demand, WallTime from, std::int64_t step_s, std::size_t steps) {
  Demand made;
  made.from = from;
  made.step_s = step_s;
  made.steps = steps;
  const auto step_of = [&](std::size_t i) { return (demand.time(i).ns - from.ns) / (step_s * kSecondNs); };
  for (const auto& each : demand.classes) {
    auto& kept = made.classes.emplace_back();
    std::tie(kept.model, kept.name, kept.place) = key_of(each);
    const auto taken = [&](const Series& series) {
      std::vector<double> values(steps);
      for (std::size_t i = 0; i < demand.steps; ++i)
        if (demand.time(i).ns >= from.ns && step_of(i) < static_cast<std::int64_t>(steps)) values[static_cast<std::size_t>(step_of(i))] += series[i];
      return Series(std::move(values));
    };
    kept.input = taken(each.input);
    kept.cached = taken(each.cached);
    kept.output = taken(each.output);
    kept.requests = taken(each.requests);
  }
  return made;
}

// What a demand costs with the plan's units.
struct Served {
  double usd = 0, nowhere = 0;
  std::vector<double> used;  // units times slots, by pool
};

Served serve(const Problem& problem, const Problem& planned, const Plan& plan) {
  Served made;
  made.used.resize(problem.pools.size());
  const Mix mix{{{1.0, prices_in(problem, planned, main_prices(plan))}}, 0, 0, true};
  each_share(problem, deployed_in(problem, plan.deployed), mix, [&](const Group& group, std::size_t k, std::size_t s, std::size_t step, double share) {
    if (group.outage()) return;
    const auto tokens = problem.demand->classes[group.classes[k]].at(step);
    const auto& source = group.sources[s];
    if (source.offer == kNothing) made.nowhere += share * tokens.total();
    else made.usd += share * weigh(source.usd, tokens);
    if (source.pool != kNothing) made.used[source.pool] += share * weigh(source.units, tokens) / static_cast<double>(problem.steps_per_slot);
  });
  return made;
}

// What purchases cost until a time, evenly.
double bought_usd(const Plan& plan, WallTime until) {
  double usd = 0;
  for (const auto& each : plan.purchases) {
    const auto end = each.term == "open" ? plan.until : each.until;
    const double part = std::clamp(static_cast<double>(until.ns - each.from.ns) / static_cast<double>(std::max<std::int64_t>(end.ns - each.from.ns, 1)), 0.0, 1.0);
    usd += part * static_cast<double>((each.cost + each.tail).units()) * 1e-15;
  }
  return usd;
}

void compare_classes(const Demand& planned, const Demand& came, Progress& made) {
  std::map<ClassKey, ClassProgress> all;
  const auto add = [&](const Demand& demand, double ClassProgress::*to) {
    for (const auto& each : demand.classes) {
      auto& own = all[key_of(each)];
      std::tie(own.model, own.name, own.place) = key_of(each);
      own.*to += each.input.sum() + each.cached.sum() + each.output.sum();
    }
  };
  add(planned, &ClassProgress::planned);
  add(came, &ClassProgress::came);
  double tokens = 0;
  for (const auto& [key, each] : all) tokens += std::max(each.planned, each.came);
  for (auto& [key, each] : all) {
    const double off = each.came - each.planned;
    if (std::max(each.planned, each.came) > kClassMatters * tokens && std::abs(off) > kClassOff * each.planned)
      made.reasons.push_back(each.planned > 0 ? fmt::format("class {} of {} has {:+.0f} % of the tokens that were planned", each.name, each.model, 100 * off / each.planned)
                                              : fmt::format("class {} of {} is not in the plan", each.name, each.model));
    made.classes.push_back(std::move(each));
  }
}

void compare_pools(const Problem& problem, const Plan& plan, const Served& planned, const Served& came, Progress& made) {
  const auto units = deployed_in(problem, plan.deployed);
  for (std::size_t p = 0; p < problem.pools.size(); ++p) {
    double held = 0;
    for (const double n : units[p]) held += n;
    if (held <= 0) continue;
    made.pools.push_back({(*problem.offers)[problem.pools[p].offer].name, held / static_cast<double>(problem.slots), planned.used[p] / held, came.used[p] / held});
    const auto& each = made.pools.back();
    if (std::abs(each.came - each.planned) > kUseOff) made.reasons.push_back(fmt::format("{} is used to {:.0f} %, {:.0f} % were planned", each.offer, 100 * each.came, 100 * each.planned));
  }
}

}  // namespace

std::expected<Progress, std::string> progress(const Problem& problem, const Rules& rules, const Plan& plan, const Demand& came) {
  if (came.step_s > plan.step_s || plan.step_s % came.step_s != 0) return std::unexpected(fmt::format("found steps of {} s, expected steps that divide those of the plan, {} s", came.step_s, plan.step_s));
  const auto end = std::min(came.until().ns, plan.until.ns);
  const auto steps = static_cast<std::size_t>(std::max<std::int64_t>(end - plan.from.ns, 0) / (plan.step_s * kSecondNs));
  if (steps == 0) return std::unexpected(fmt::format("found demand until {}, expected some of the plan's span, which begins at {}", rfc3339_text(came.until()), rfc3339_text(plan.from)));
  // Growth that rules foresee is in the problem's demand already; classes of outages stand behind its own.
  auto without = rules;
  without.growth_per_year.clear();
  without.n_minus_1.reset();
  auto planned = *problem.demand;
  planned.classes.clear();
  for (const auto& group : problem.groups)
    for (std::size_t k = 0; !group.outage() && k < group.classes.size(); ++k) planned.classes.push_back(problem.demand->classes[group.classes[k]]);
  const auto then = on_grid(planned, plan.from, plan.step_s, steps), now = on_grid(came, plan.from, plan.step_s, steps);
  const auto first = compile(then, *problem.offers, without), second = compile(now, *problem.offers, without);
  const auto expected = serve(first, problem, plan), found = serve(second, problem, plan);
  Progress made;
  made.from = plan.from;
  made.until = then.until();
  const double bought = bought_usd(plan, made.until);
  made.planned = nearest_money(bought + expected.usd);
  made.came = nearest_money(bought + found.usd);
  made.nowhere = found.nowhere;
  const double usd = bought + expected.usd, off = found.usd - expected.usd;
  if (std::abs(off) > kCostOff * usd) made.reasons.push_back(fmt::format("it costs {:+.1f} % of what was planned", 100 * off / std::max(usd, 1e-9)));
  if (found.nowhere > kUnserved * second.tokens) made.reasons.push_back(fmt::format("{:.0f} tokens found no place", found.nowhere));
  compare_classes(then, now, made);
  auto used = found;
  used.used.assign(first.pools.size(), 0);
  for (std::size_t p = 0; p < first.pools.size(); ++p)
    for (std::size_t q = 0; q < second.pools.size(); ++q)
      if (first.pools[p].offer == second.pools[q].offer) used.used[p] = found.used[q];
  compare_pools(first, plan, expected, used, made);
  if (plan.until.ns - made.until.ns <= kDaysBeforeEnd * kDayNs) made.reasons.push_back(fmt::format("it ends at {}", rfc3339_text(plan.until)));
  return made;
}

std::string progress_json(const Progress& progress) {
  std::string out;
  wire::JsonWriter json(out);
  json.begin_object().member("from", std::string_view(rfc3339_text(progress.from))).member("until", std::string_view(rfc3339_text(progress.until)));
  json.member("planned_usd", std::string_view(progress.planned.usd())).member("came_usd", std::string_view(progress.came.usd())).key("unserved_tokens").real(progress.nowhere, 0);
  json.key("classes").begin_array();
  for (const auto& each : progress.classes)
    json.begin_object().member("model", std::string_view(each.model)).member("class", std::string_view(each.name)).member("place", std::string_view(each.place))
        .key("planned_tokens").real(each.planned, 0).key("came_tokens").real(each.came, 0).end_object();
  json.end_array().key("pools").begin_array();
  for (const auto& each : progress.pools)
    json.begin_object().member("offer", std::string_view(each.offer)).key("units").real(each.units, 3).key("planned_use").real(each.planned, 4).key("came_use").real(each.came, 4).end_object();
  json.end_array().member("plan_again", !progress.reasons.empty()).key("reasons").begin_array();
  for (const auto& each : progress.reasons) json.string(each);
  json.end_array().end_object();
  return out;
}

}  // namespace fw::plan
