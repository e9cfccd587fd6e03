#include <fmt/format.h>

#include "base/date.h"
#include "cli/commands.h"
#include "cli/exit.h"
#include "cli/output.h"
#include "cli/plan_inputs.h"
#include "plan/progress.h"

namespace fw::cli {
namespace {

void print_progress(const plan::Progress& progress) {
  List classes{{"model", "class", "place", "tokens planned", "tokens that came"}, {}};
  for (const auto& each : progress.classes)
    classes.rows.push_back({{each.model}, {each.name}, {each.place}, {fmt::format("{:.0f}", each.planned), true}, {fmt::format("{:.0f}", each.came), true}});
  List pools{{"offer", "units", "use planned %", "use %"}, {}};
  for (const auto& each : progress.pools)
    pools.rows.push_back({{each.offer}, {fmt::format("{:.1f}", each.units), true}, {fmt::format("{:.1f}", 100 * each.planned), true}, {fmt::format("{:.1f}", 100 * each.came), true}});
  fmt::print("{}", to_text(classes, Format::table));
  if (!pools.rows.empty()) fmt::print("\n{}", to_text(pools, Format::table));
  fmt::print("\nfrom {} until {}: {} USD, planned {} USD\n", rfc3339_text(progress.from), rfc3339_text(progress.until), progress.came.usd(), progress.planned.usd());
  for (const auto& each : progress.reasons) fmt::print("plan again: {}\n", each);
  if (progress.reasons.empty()) fmt::print("the plan holds\n");
}

}  // namespace

int plan_status(const PlanStatusOptions& options) {
  int status = kOk;
  const auto loaded = load_plan(options.plan, "", options.files, status);
  if (!loaded) return status;
  auto source = options.came;
  if (is_empty(source)) source = loaded->inputs.source;
  if (source.file.empty() && source.from.empty()) source.from = rfc3339_text(loaded->plan.from);
  if (is_empty(options.came)) source.until.clear();
  source.forecast_weeks = 0;
  const auto found = find_demand(source);
  if (!found) return found.error();
  auto progress = plan::progress(loaded->problem, loaded->inputs.rules, loaded->plan, found->demand);
  if (!progress) {
    fmt::print(stderr, "error: {}: {}\n", found->origin, progress.error());
    return kFailed;
  }
  for (const auto& each : loaded->differs) progress->reasons.push_back(each);
  if (options.format == Format::table) print_progress(*progress);
  else fmt::print("{}\n", plan::progress_json(*progress));
  return progress->reasons.empty() ? kOk : kDifferent;
}

}  // namespace fw::cli
