// The simulator's file: the places as they are, how requests come, what goes wrong when.
#pragma once

#include <string_view>
#include <vector>

#include "config/load.h"
#include "plan/sim/setting.h"

namespace fw::config {

struct LoadedSetting {
  plan::sim::Setting setting = {};
  std::vector<Problem> problems = {};  // by line and column
};

// YAML or JSON. The limits of load() hold. Never throws.
LoadedSetting load_setting(std::string_view text);

}  // namespace fw::config
