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

void add_status(Command& plan) {
  const auto options = std::make_shared<PlanStatusOptions>();
  const auto format = std::make_shared<std::string>("table");
  auto status = plan.sub("status", "what came beside what a running plan is for, and whether to plan again");
  status.option("plan", options->plan, "what `plan --output json` printed", "PLAN").required();
  status.option("--demand", options->came.file, "what came, as a file; default: the books or the file that the plan was made from, as they are now", "FILE")
      .option("--offers", options->files.offers, "default: what the plan names", "FILE")
      .option("--rules", options->files.rules, "default: what the plan names", "FILE");
  add_demand_books(status, options->came);
  status.option("--output", *format, "the form of the answer", "table|json").runs([options, format] {
    options->format = format_of(*format);
    return plan_status(*options);
  });
}

void add_what_if(Command& plan) {
  const auto asked = std::make_shared<PlanWhatIfOptions>();
  const auto form = std::make_shared<std::string>("table");
  auto what_if = plan.sub("what-if", "what a plan becomes when a price, a quota, a cloud or the demand changes");
  what_if.option("plan", asked->plan, "what `plan --output json` printed", "PLAN").required();
  what_if.option("changes", asked->changes, "'price NAME x0.9', 'price OFFER month 240', 'quota OFFER x2', 'leaves CLOUD', 'growth x1.3'; several with commas come together", "CHANGE").required();
  add_inputs(what_if, asked->demand, asked->files);
  what_if.option("--output", *form, "the form of the answer", "table|json").runs([asked, form] {
    asked->format = format_of(*form);
    return plan_what_if(*asked);
  });
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
      .option("--what-if", options->what_if, "answer besides what the plan becomes with this change: 'price OFFER x0.9', 'quota OFFER x2', 'leaves CLOUD', 'growth x1.3'", "CHANGE")
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
  add_what_if(command);
  add_status(command);
}

}  // namespace fw::cli
