#include "plan/leaving.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/date.h"
#include "wire/json_write.h"

namespace fw::plan {
namespace {

constexpr Int128 kMicro = 1'000'000'000;  // units of money in a millionth of a USD

// price * part / whole, to a millionth of a USD.
Money part_of(Money price, std::int64_t part, std::int64_t whole) { return Money::of_units((price.units() / kMicro * part + whole / 2) / whole * kMicro); }

std::size_t models_of(const Problem& problem, std::string_view family) {
  std::set<std::string_view> models;
  for (const auto& pool : problem.pools)
    if (problem.families[pool.family].name == family) models.insert((*problem.offers)[pool.offer].model);
  return models.size();
}

}  // namespace

std::vector<Leaving> leavings(const Problem& problem, const Plan& plan) {
  std::vector<Leaving> made;
  for (const auto& bought : plan.purchases) {
    const auto hours = (bought.until.ns - bought.from.ns) / kHourNs;
    if (bought.term == "hour" || bought.term == "open" || hours <= kReplacedAfterMonths.front() * kMonthHours) continue;
    Leaving each{bought.offer, bought.family, bought.term, bought.units, models_of(problem, bought.family), bought.cost + bought.tail, {}, {}};
    for (std::size_t i = 0; i < kReplacedAfterMonths.size(); ++i) {
      const auto used = std::min<std::int64_t>(kReplacedAfterMonths[i] * kMonthHours, hours);
      each.idle[i] = part_of(each.usd, hours - used, hours);
      each.unit_month[i] = part_of(each.usd, kMonthHours, used * each.units);
    }
    made.push_back(std::move(each));
  }
  return made;
}

std::string leaving_member(const std::vector<Leaving>& leavings) {
  std::string out;
  wire::JsonWriter json(out);
  json.begin_object().key("if_replaced").begin_array();
  for (const auto& each : leavings) {
    json.begin_object().member("offer", std::string_view(each.offer)).member("family", std::string_view(each.family)).member("term", std::string_view(each.term)).member("units", each.units)
        .member("models", static_cast<std::int64_t>(each.models)).member("usd", std::string_view(each.usd.usd())).key("after").begin_array();
    for (std::size_t i = 0; i < kReplacedAfterMonths.size(); ++i)
      json.begin_object().member("months", kReplacedAfterMonths[i]).member("idle_usd", std::string_view(each.idle[i].usd())).member("usd_per_unit_and_month", std::string_view(each.unit_month[i].usd())).end_object();
    json.end_array().end_object();
  }
  json.end_array().end_object();
  return out.substr(1, out.size() - 2);
}

}  // namespace fw::plan
