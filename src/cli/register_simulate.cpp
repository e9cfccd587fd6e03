#include <memory>

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/output.h"

namespace fw::cli {

void add_simulate(Command& top) {
  const auto options = std::make_shared<SimulateOptions>();
  const auto format = std::make_shared<std::string>("table");
  auto command = top.sub("simulate", "try a configuration or a plan on a demand in virtual time, request by request, with the gateway's own choice");
  command.option("--demand", options->demand.file, "what is asked: time,model,class,place,input_tokens,cached_tokens,output_tokens,requests; default: the books, or the plan's own", "FILE");
  add_demand_books(command, options->demand);
  command.option("--plan", options->plan, "a plan as `plan --output json` printed it: its units are the pools; without --config its offers are the places", "PLAN")
      .option("--offers", options->files.offers, "what could be bought; default: the file that the plan names", "FILE")
      .option("--rules", options->files.rules, "what the plan keeps to; default: the file that the plan names", "FILE")
      .option("--world", options->world, "quotas and latencies of the places, how requests come, what goes wrong", "FILE")
      .option("--incidents", options->incidents, "more of what goes wrong, in the same form", "FILE")
      .option("--policy", options->policies, "try this policy for all requests; several times: one run each, side by side", "NAME")
      .option("--seed", options->seed, "of all that is drawn; default: 1", 0, 1'000'000'000)
      .option("--scale", options->scale, "so many times the demand; default: 1", 0.000001, 1'000'000)
      .option("--whole-ms", options->whole_ms, "how long a whole answer may take; default: that is not judged", 1, 3'600'000)
      .option("--output", *format, "the form of the answer", "table|json")
      .runs([options, format] {
        options->format = format_of(*format);
        options->config = options->demand.config;
        return simulate(*options);
      });
}

}  // namespace fw::cli
