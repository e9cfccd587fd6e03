// A configuration read from disk: the one place where references meet the environment and files.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "config/load.h"

namespace fw::cli {

struct ConfigFile {
  config::Loaded loaded;
  std::vector<std::string> secret_files;  // that references point to, in the order of the file
};

enum class Secrets : std::uint8_t {
  needed,
  made_up,  // a reference to a variable or file that is not there gets a text of its own: for who asks no cloud
};

// Error: why the file cannot be read, for people.
std::expected<ConfigFile, std::string> load_config(const std::string& path, Secrets secrets = Secrets::needed);

// The time of day of this machine.
WallTime wall_now();

// For commands that need a valid one: every problem goes to standard error; the error is the exit status.
std::expected<config::Config, int> valid_config(const std::string& path);

// The problem as people read it, coloured when `colour` is set.
std::string painted(const config::Problem& problem, const std::string& path, bool colour);

}  // namespace fw::cli
