#include <memory>

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/output.h"

namespace fw::cli {
namespace {

void add_inputs(Command& command, PlanFiles& files) {
  command.option("--demand", files.demand, "tokens by class and minute: time,model,class,place,input_tokens,cached_tokens,output_tokens,requests", "FILE")
      .option("--offers", files.offers, "what can be bought", "FILE")
      .option("--rules", files.rules, "what the plan must keep to; default: no rules", "FILE");
}

}  // namespace

void add_plan(Command& top) {
  const auto options = std::make_shared<PlanOptions>();
  const auto format = std::make_shared<std::string>("table");
  auto command = top.sub("plan", "what to buy for a demand and where to place it, with a proven lower bound");
  add_inputs(command, options->files);
  command.option("--form", options->form, "the form of the demand's file: Fairway's own, or a trace of single requests", "fairway|azure2023|mooncake")
      .option("--model", options->model, "the model of a trace, which does not name one", "MODEL")
      .option("--mode", options->mode, "whose plan it is", "buyer")
      .option("--seconds", options->seconds, "look for a better plan or bound no longer than this", 1, 86'400)
      .option("--output", *format, "the form of the answer", "table|json")
      .runs([options, format] {
        options->format = format_of(*format);
        return plan(*options);
      });
  const auto checked = std::make_shared<PlanVerifyOptions>();
  auto verify = command.sub("verify", "recompute a plan's feasibility, cost and bound by independent code");
  verify.option("plan", checked->plan, "what `plan --output json` printed", "PLAN").required();
  add_inputs(verify, checked->files);
  verify.runs([checked] { return plan_verify(*checked); });
}

}  // namespace fw::cli
