#include "cli/plan_forecast.h"

#include <fmt/format.h>

#include "base/date.h"
#include "cli/commands.h"
#include "cli/exit.h"
#include "cli/plan_demand.h"
#include "plan/demand_look.h"

namespace fw::cli {
namespace {

constexpr std::size_t kTokenScenarios = 200;

int usage_of(const DemandSource& source) {
  if (!is_empty(source)) return kOk;
  fmt::print(stderr, "error: found no --demand, no --config and no --data-dir; expected a file of demand, or the books to read it from\n");
  return kUsage;
}

// Quantiles of a simulation are not exact to begin with.
std::string cents(Money money) { return fmt::format("{:.2f}", static_cast<double>(money.units()) * 1e-15); }

void write_score(wire::JsonWriter& json, const char* name, const plan::Score& score, bool bands) {
  json.key(name).begin_object().key("wape").real(score.wape, 6);
  if (bands) json.key("pinball").real(score.pinball, 6).key("coverage").real(score.coverage, 4);
  json.end_object();
}

}  // namespace

std::string forecast_text(const plan::Forecast& f, const std::optional<plan::CostBand>& band) {
  const auto& b = f.backtest;
  auto out = fmt::format("forecast from {} until {}, growing by {:.2f} % a week at first\n", rfc3339_text(f.middle.from), rfc3339_text(f.middle.until()), 100 * f.growth_per_week);
  out += fmt::format("backtest from {} origins, up to {} weeks ahead: off by {:.2f} % of demand; the same {} a week before is off by {:.2f} %{}\n", b.origins, b.weeks, 100 * b.ours.wape,
                     f.slots_per_day == 1 ? "day" : "hour", 100 * b.last_week.wape, b.ours.wape <= b.last_week.wape ? "" : ": a forecast is no gain here");
  if (b.bands)
    out += fmt::format("bands of 90 %: {:.1f} % of slots inside, pinball loss {:.2f} % (a week before: {:.1f} %, {:.2f} %)\n", 100 * b.ours.coverage, 100 * b.ours.pinball,
                       100 * b.last_week.coverage, 100 * b.last_week.pinball);
  if (b.week_coverage) out += fmt::format("{:.1f} % of {} totals of a week were inside their band\n", 100 * *b.week_coverage, b.week_totals);
  else out += "too few weeks to tell how often the total of a week is inside its band\n";
  if (band)
    out += fmt::format("the same purchases cost {} to {} USD in 90 % of {} scenarios, half of them below {} USD\n", cents(band->low), cents(band->high), band->scenarios, cents(band->middle));
  if (band && band->unserved > 0) out += fmt::format("in {} scenarios quotas leave a part unserved, which is not in that cost\n", band->unserved);
  return out;
}

void write_forecast(wire::JsonWriter& json, const plan::Forecast& f, const std::optional<plan::CostBand>& band) {
  const auto& b = f.backtest;
  const auto tokens = plan::token_band(f, kTokenScenarios);
  json.key("forecast").begin_object().member("from", std::string_view(rfc3339_text(f.middle.from))).member("until", std::string_view(rfc3339_text(f.middle.until())));
  json.key("growth_per_week").real(f.growth_per_week, 6);
  json.key("tokens").begin_object().key("low").real(tokens.low, 0).key("middle").real(tokens.middle, 0).key("high").real(tokens.high, 0).end_object();
  json.key("backtest").begin_object().member("origins", static_cast<std::int64_t>(b.origins)).member("weeks", static_cast<std::int64_t>(b.weeks));
  write_score(json, "ours", b.ours, b.bands);
  write_score(json, "last_week", b.last_week, b.bands);
  json.key("week_coverage");
  if (b.week_coverage) json.real(*b.week_coverage, 4);
  else json.null();
  json.member("week_totals", static_cast<std::int64_t>(b.week_totals)).end_object().end_object();
  if (!band) return;
  json.key("band_usd").begin_object().member("low", std::string_view(band->low.usd())).member("middle", std::string_view(band->middle.usd())).member("high", std::string_view(band->high.usd()));
  json.member("scenarios", static_cast<std::int64_t>(band->scenarios)).member("unserved", static_cast<std::int64_t>(band->unserved)).end_object();
}

int plan_demand(const DemandSource& source) {
  if (const int wrong = usage_of(source); wrong != kOk) return wrong;
  const auto found = find_demand(source);
  if (!found) return found.error();
  fmt::print("{}", plan::demand_csv(found->demand));
  return kOk;
}

int plan_forecast(const PlanForecastOptions& options) {
  if (const int wrong = usage_of(options.source); wrong != kOk) return wrong;
  const auto found = find_demand(options.source);
  if (!found) return found.error();
  if (options.format == Format::json) {
    std::string out;
    wire::JsonWriter json(out);
    json.begin_object();
    write_forecast(json, *found->forecast, std::nullopt);
    json.end_object();
    fmt::print("{}\n", out);
    return kOk;
  }
  fmt::print(stderr, "{}", forecast_text(*found->forecast, std::nullopt));
  fmt::print("{}", plan::demand_csv(found->demand));
  return kOk;
}

}  // namespace fw::cli
