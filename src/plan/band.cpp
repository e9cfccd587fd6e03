#include "plan/band.h"

#include <algorithm>
#include <vector>

#include "plan/plan.h"

namespace fw::plan {
namespace {

constexpr std::size_t kScenariosMax = 200;
constexpr std::size_t kScenariosMin = 20;
constexpr std::size_t kStepsInAll = 20'000'000;  // of all classes and scenarios

// What pay-as-you-go costs beside given units, with the rules about shares priced as in the plan.
struct Placed {
  double usd = 0, nowhere = 0;
};

Placed placed(const Problem& problem, const Solution& solution) {
  Placed made;
  each_share(problem, solution.units, solution.mix, [&](const Group& group, std::size_t k, std::size_t s, std::size_t step, double share) {
    if (group.outage()) return;
    const auto tokens = problem.demand->classes[group.classes[k]].at(step);
    const auto& source = group.sources[s];
    if (source.offer == kNothing) made.nowhere += share * tokens.total();
    else made.usd += share * weigh(source.usd, tokens);
  });
  return made;
}

}  // namespace

CostBand cost_band(const Problem& problem, const Rules& rules, const Solution& solution, const Forecast& forecast, const std::function<bool()>& go_on) {
  const auto steps = std::max<std::size_t>(forecast.middle.steps * forecast.middle.classes.size(), 1);
  const auto wanted = std::clamp(kStepsInAll / steps, kScenariosMin, kScenariosMax);
  CostBand band;
  std::vector<double> costs;
  const double fixed = solution.usd() - placed(problem, solution).usd;
  for (std::size_t i = 0; i < wanted && go_on(); ++i) {
    const auto demand = scenario(forecast, i);
    const auto other = compile(demand, *problem.offers, rules);
    const auto now = placed(other, solution);
    costs.push_back(fixed + now.usd);
    band.unserved += now.nowhere > kUnserved * other.tokens ? 1 : 0;
  }
  band.scenarios = costs.size();
  band.low = nearest_money(quantile_of(costs, kBandLow));
  band.middle = nearest_money(quantile_of(costs, 0.5));
  band.high = nearest_money(quantile_of(costs, kBandHigh));
  return band;
}

}  // namespace fw::plan
