#include "cli/plan_what_if.h"

#include <ctime>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/exit.h"
#include "cli/plan_print.h"

namespace fw::cli {

std::optional<std::vector<plan::WhatIf>> read_changes(const std::vector<std::string>& texts, const Inputs& inputs) {
  std::vector<plan::WhatIf> made;
  for (const auto& text : texts) {
    auto change = plan::read_what_if(text, inputs.demand(), inputs.offers);
    if (change) made.push_back(*std::move(change));
    else fmt::print(stderr, "error: what if '{}': {}\n", text, change.error());
  }
  if (made.size() < texts.size()) return std::nullopt;
  return made;
}

std::vector<plan::WhatIfAnswer> answer_changes(const Inputs& inputs, const plan::Problem& problem, const plan::Plan& made, const std::vector<plan::WhatIf>& changes) {
  std::vector<plan::WhatIfAnswer> answers;
  for (const auto& each : changes) {
    const auto begin = std::clock();  // of the processor: others may use the machine
    answers.push_back(plan::what_if({inputs.demand(), inputs.offers, inputs.rules}, problem, made, each));
    fmt::print(stderr, "what if '{}': {:.1f} ms\n", each.text, 1e3 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
  }
  return answers;
}

int plan_what_if(const PlanWhatIfOptions& options) {
  int status = kOk;
  const auto loaded = load_plan(options.plan, options.demand, options.files, status);
  if (!loaded) return status;
  for (const auto& each : loaded->differs) fmt::print(stderr, "note: {}; the answers are about what is there now\n", each);
  const auto changes = read_changes(options.changes, loaded->inputs);
  if (!changes) return kUsage;
  const auto answers = answer_changes(loaded->inputs, loaded->problem, loaded->plan, *changes);
  if (options.format == Format::table) print_what_if(answers, loaded->plan);
  else fmt::print("{{\"cost_usd\":\"{}\",{}}}\n", loaded->plan.cost.usd(), plan::what_if_member(answers, loaded->plan));
  return kOk;
}

}  // namespace fw::cli
