// A configuration read from disk: the one place where references meet the environment and files.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "config/load.h"

namespace fw::cli {

struct ConfigFile {
  config::Loaded loaded;
  std::vector<std::string> secret_files;  // that references point to, in the order of the file
};

// Error: why the file cannot be read, for people.
std::expected<ConfigFile, std::string> load_config(const std::string& path);

// The time of day of this machine.
WallTime wall_now();

// For commands that need a valid one: every problem goes to standard error; the error is the exit status.
std::expected<config::Config, int> valid_config(const std::string& path);

// The problem as people read it, coloured when `colour` is set.
std::string painted(const config::Problem& problem, const std::string& path, bool colour);

}  // namespace fw::cli
