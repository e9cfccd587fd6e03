#include <memory>

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/output.h"

namespace fw::cli {
namespace {

void add_inputs(Command& command, std::string& demand, PlanFiles& files) {
  command.option("--demand", demand, "tokens by class and minute: time,model,class,place,input_tokens,cached_tokens,output_tokens,requests", "FILE")
      .option("--offers", files.offers, "what can be bought; default: what the offer book has of these models", "FILE")
      .option("--rules", files.rules, "what the plan must keep to; default: no rules", "FILE");
}

}  // namespace

void add_plan(Command& top) {
  const auto options = std::make_shared<PlanOptions>();
  const auto format = std::make_shared<std::string>("table");
  auto command = top.sub("plan", "what to buy for a demand and where to place it, with a proven lower bound");
  add_inputs(command, options->demand.file, options->files);
  add_demand_books(command, options->demand);
  command.option("--at", options->at, "without --offers: the day whose prices the offer book gives; default: today", "DATE")
      .option("--forecast", options->demand.forecast_weeks, "plan for so many weeks to come, foretold from the demand", 1, 104)
      .option("--seed", options->demand.seed, "of the forecast's scenarios; default: 1", 0, 1'000'000'000)
      .option("--report", options->report, "write the plan there as a page of HTML, too", "FILE")
      .option("--mode", options->mode, "whose plan it is: who buys tokens, or who runs replicas of the model", "buyer|operator")
      .option("--seconds", options->seconds, "look for a better plan or bound no longer than this", 1, 86'400)
      .option("--output", *format, "the form of the answer", "table|json")
      .runs([options, format] {
        options->format = format_of(*format);
        return plan(*options);
      });
  add_plan_demand(command);
  const auto checked = std::make_shared<PlanVerifyOptions>();
  auto verify = command.sub("verify", "recompute a plan's feasibility, cost and bound by independent code");
  verify.option("plan", checked->plan, "what `plan --output json` printed", "PLAN").required();
  add_inputs(verify, checked->demand, checked->files);
  verify.runs([checked] { return plan_verify(*checked); });
}

}  // namespace fw::cli
