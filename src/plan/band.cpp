#include "plan/band.h"

#include <algorithm>
#include <vector>

#include "plan/plan.h"

namespace fw::plan {
namespace {

constexpr std::size_t kScenariosMax = 200;
constexpr std::size_t kScenariosMin = 20;
constexpr std::size_t kStepsInAll = 20'000'000;  // of all classes and scenarios
constexpr double kUnserved = 1e-7;

// What pay-as-you-go costs beside given units.
struct Placed {
  double usd = 0, nowhere = 0;
  bool kept = true;
};

Placed placed(const Problem& problem, const std::vector<std::vector<double>>& units) {
  CloudPrices prices(problem.clouds.size());
  const auto mix = problem.caps.empty() ? Mix{{{1.0, {}}}, 0, true} : mix_placements(problem, units, prices);
  Placed made;
  made.kept = mix.kept;
  each_share(problem, units, mix, [&](const Group& group, std::size_t k, std::size_t s, std::size_t step, double share) {
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
  const double fixed = solution.usd() - placed(problem, solution.units).usd;
  for (std::size_t i = 0; i < wanted && go_on(); ++i) {
    const auto demand = scenario(forecast, i);
    const auto other = compile(demand, *problem.offers, rules);
    const auto now = placed(other, solution.units);
    costs.push_back(fixed + now.usd);
    band.unserved += now.nowhere > kUnserved * other.tokens ? 1 : 0;
    band.uncapped += now.kept ? 0 : 1;
  }
  band.scenarios = costs.size();
  band.low = nearest_money(quantile_of(costs, kBandLow));
  band.middle = nearest_money(quantile_of(costs, 0.5));
  band.high = nearest_money(quantile_of(costs, kBandHigh));
  return band;
}

}  // namespace fw::plan
