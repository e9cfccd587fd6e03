// `plan regret DATA`: the rolling plan and rules of thumb against the clairvoyant bound on published traces.
#include <cstdio>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

#include "regret.h"

namespace {

using namespace fw::plan;

constexpr std::size_t kDayHours = 24;
constexpr std::size_t kYearHours = 8'760;
constexpr std::size_t kMonth = 720;
constexpr std::size_t kDayWindows = 144;  // of ten minutes
constexpr double kDayPrice = 0.75;

void print(const std::string& name, const UnitMarket& market, const Load& load) {
  const double bound = clairvoyant_usd(market, load);
  const double payg = cost_of(market, load, {});
  fmt::print("{:<34} bound {:.4f} of pay as you go\n", name, bound / payg);
  for (const auto& each : outcomes(market, load)) fmt::print("    {:<20} {:.4f}\n", each.name, each.usd / bound);
}

UnitMarket months_and_years(double month, double year) {
  return {.load_usd = 1, .terms = {{kMonth, month * kMonth}, {kYearHours, year * kYearHours}}, .day_slots = kDayHours, .start_slots = kDayHours, .month_slots = kMonth};
}

int regret(const std::string& data) {
  const auto shaved = read_trace(data + "/shavedice.csv");
  struct Ratio {
    double month, year;
  };
  for (const auto& [month, year] : {Ratio{0.75, 0.60}, Ratio{1.0, 0.85}, Ratio{0.50, 0.35}}) {
    const auto market = months_and_years(month, year);
    for (std::size_t c = 0; c < shaved.loads.size(); ++c) print(fmt::format("Shaved Ice {} {:.2f}/{:.2f}", shaved.names[c], month, year), market, {shaved.loads[c], kYearHours});
    const auto all = pooled(shaved);
    print(fmt::format("Shaved Ice pooled {:.2f}/{:.2f}", month, year), market, {all, kYearHours});
  }
  const auto served = read_trace(data + "/servegen.csv");
  const UnitMarket market{.load_usd = 1, .terms = {{kDayWindows, kDayPrice * kDayWindows}}, .day_slots = kDayWindows, .start_slots = 1, .month_slots = 30 * kDayWindows};
  for (std::size_t c = 0; c < served.loads.size(); ++c) print(fmt::format("ServeGen {} day {:.2f}", served.names[c], kDayPrice), market, {served.loads[c], 7 * kDayWindows});
  return 0;
}

}  // namespace

int main(int count, char** words) {
  try {
    if (count == 3 && std::string(words[1]) == "regret") return regret(words[2]);
  } catch (const std::exception& failed) {
    fmt::print(stderr, "error: {}\n", failed.what());
    return 1;
  }
  fmt::print(stderr, "usage: plan regret DATA\n");
  return 2;
}
