#include "plan/outage.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "plan/carry.h"
#include "plan/number.h"
#include "wire/json.h"

namespace fw::plan {
namespace {

constexpr int kDigits = 6;
constexpr int kDepth = 8;
constexpr double kSameShare = 2e-6;  // it is written with six digits

// Critical tokens by step.
std::vector<double> critical_tokens(const Problem& problem) {
  std::vector<double> tokens(problem.demand->steps);
  for (const auto& group : problem.groups)
    for (std::size_t k = 0; !group.outage() && k < group.classes.size(); ++k)
      for (std::size_t step = 0; group.critical[k] && step < tokens.size(); ++step) tokens[step] += problem.demand->classes[group.classes[k]].at(step).total();
  return tokens;
}

}  // namespace

std::vector<OutageResult> outage_results(const Demand& demand, const std::vector<Offer>& offers, const Rules& rules, const std::vector<Deployment>& deployed) {
  auto all = rules;
  all.n_minus_1 = 1;
  const auto problem = compile(demand, offers, all);
  const auto units = deployed_in(problem, deployed);
  std::map<std::string, std::vector<double>> lost;  // by cloud and step
  for (const auto& group : problem.groups)
    for (const auto& source : group.sources)
      if (source.cloud != kNothing) lost[problem.clouds[source.cloud]].resize(demand.steps);
  const auto nothing = no_prices(problem);
  each_share(problem, units, {{{1.0, nothing}}, 0, 0, true}, [&](const Group& group, std::size_t k, std::size_t s, std::size_t step, double share) {
    if (group.outage() && group.sources[s].offer == kNothing) lost[problem.clouds[group.without]][step] += share * problem.demand->classes[group.classes[k]].at(step).total();
  });
  const auto tokens = critical_tokens(problem);
  std::vector<OutageResult> made;
  for (const auto& [cloud, steps] : lost) {
    OutageResult result{cloud, 1, 1};
    double wanted = 0, missed = 0;
    for (std::size_t step = 0; step < steps.size(); ++step) {
      wanted += tokens[step];
      missed += steps[step];
      if (tokens[step] > 0) result.served_least = std::min(result.served_least, std::max(1 - steps[step] / tokens[step], 0.0));
    }
    if (wanted > 0) result.served = std::max(1 - missed / wanted, 0.0);
    made.push_back(result);
  }
  return made;
}

std::string outage_member(const std::vector<OutageResult>& results) {
  std::string out;
  wire::JsonWriter json(out);
  json.begin_object().key("n_minus_1").begin_array();
  for (const auto& each : results)
    json.begin_object().member("without", std::string_view(each.cloud)).key("served").real(each.served, kDigits).key("served_least").real(each.served_least, kDigits).end_object();
  json.end_array().end_object();
  return out.substr(1, out.size() - 2);
}

bool says_outages(std::string_view plan_json, const std::vector<OutageResult>& results) {
  const auto list = wire::json_find(plan_json, {"n_minus_1"});
  if (!list || !list->starts_with('[')) return false;
  wire::JsonArray array(*list, kDepth);
  std::size_t count = 0;
  for (wire::JsonMember each; array.next(each); ++count) {
    if (count >= results.size()) return false;
    const auto& result = results[count];
    const auto number = [&](const char* key) {
      const auto found = wire::json_find(each.value, {key});
      return found ? number_of(*found).value_or(-1) : -1;
    };
    const auto without = wire::json_find(each.value, {"without"});
    if (!without || wire::json_text(*without) != result.cloud || std::abs(number("served") - result.served) > kSameShare || std::abs(number("served_least") - result.served_least) > kSameShare) return false;
  }
  return count == results.size();
}

}  // namespace fw::plan
