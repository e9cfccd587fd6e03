// What a plan becomes when something changes, as commands ask for it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/plan_inputs.h"
#include "plan/what_if.h"

namespace fw::cli {

// What is wrong goes to standard error, all of it.
std::optional<std::vector<plan::WhatIf>> read_changes(const std::vector<std::string>& texts, const Inputs& inputs);

// How long each took, in time of the processor, goes to standard error.
std::vector<plan::WhatIfAnswer> answer_changes(const Inputs& inputs, const plan::Problem& problem, const plan::Plan& made, const std::vector<plan::WhatIf>& changes);

}  // namespace fw::cli
