// What the demand of a plan would cost by rules of thumb that are in use.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/money.h"
#include "plan/problem.h"

namespace fw::plan {

struct Baseline {
  std::string name;           // peak, p95, …; a member of JSON with _usd behind it
  std::optional<Money> cost;  // nothing: it leaves tokens without a place, or what it needs is not in the demand
};

// The words for people: "80 % coverage".
std::string_view baseline_words(std::string_view name);

// Each model on its own, with units of the one offer of it that suits the rule best, bought as cheaply as they can be had for
// the whole span; the rest is paid as it goes. They know the whole demand, except for ski_rental and ladder, which know what
// was. They keep to residency and quotas, not to rules about shares, money and outages, so a plan under such rules may cost
// more. Nothing at all beyond kBaselineWork.
std::vector<Baseline> baselines(const Problem& problem);

// Steps of classes: of a longer demand the rules of thumb are not computed.
inline constexpr std::size_t kBaselineWork = 30'000'000;

}  // namespace fw::plan
