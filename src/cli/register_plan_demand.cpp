#include <memory>

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/output.h"

namespace fw::cli {
namespace {

constexpr const char* kForms = "fairway|azure2023|mooncake|servegen|openai-usage|azure|aws|google|focus|attempts";

}  // namespace

void add_demand_books(Command& command, DemandSource& source) {
  command.option("--form", source.form, "the form of the demand's file: Fairway's own, a trace, or what a cloud exports", kForms)
      .option("--tokens", source.tokens, "servegen: the file of token counts beside that of rates", "FILE")
      .option("--model", source.model, "the model of a trace, which does not name one; of the books: only this model", "MODEL")
      .option("-c,--config", source.config, "without --demand: the configuration whose data_dir holds the books; its policies say where requests may go", "FILE")
      .option("--data-dir", source.data_dir, "without --demand: the directory of the books itself", "DIR")
      .option("--from", source.from, "of the books: only what began then or later", "DATE")
      .option("--until", source.until, "of the books: only what began before; default: the last step that is over", "DATE")
      .option("--tenant", source.tenant, "of the books: only of this tenant", "NAME")
      .option("--key", source.key, "of the books: only of this key", "NAME")
      .option("--team", source.team, "of the books: only of this team", "NAME")
      .option("--tag", source.tags, "of the books: only what is tagged so; given again, only what has all of them", "NAME=VALUE")
      .option("--class-by", source.class_by, "of the books: what the class of a request is; a rule makes RESIDENCY/TIER/WARMTH of it", "rule|key|tenant|policy|model")
      .option("--step", source.step_s, "of the books: the length of a step in seconds; default: 60", 60, 86'400);
}

void add_plan_demand(Command& plan) {
  const auto asked = std::make_shared<DemandSource>();
  auto demand = plan.sub("demand", "print what clients asked for, of the books or of a file of any form, as CSV");
  demand.option("--demand", asked->file, "a file instead of the books", "FILE");
  add_demand_books(demand, *asked);
  demand.runs([asked] { return plan_demand(*asked); });
  const auto options = std::make_shared<PlanForecastOptions>();
  options->source.forecast_weeks = 4;
  const auto format = std::make_shared<std::string>("csv");
  auto forecast = plan.sub("forecast", "print the demand of the coming weeks as CSV, and how wrong such forecasts were");
  forecast.option("--demand", options->source.file, "a file instead of the books", "FILE");
  add_demand_books(forecast, options->source);
  forecast.option("--weeks", options->source.forecast_weeks, "how many; default: 4", 1, 104)
      .option("--seed", options->source.seed, "of the scenarios; default: 1", 0, 1'000'000'000)
      .option("--output", *format, "csv: the demand; json: its errors and its band", "csv|json")
      .runs([options, format] {
        options->format = format_of(*format);
        return plan_forecast(*options);
      });
}

}  // namespace fw::cli
