// What `fairway doctor` looks at. Every check may block for a moment; none changes anything.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/config_file.h"

namespace fw::cli {

enum class Health : std::uint8_t { ok, warn, fail };

struct Finding {
  std::string check;
  Health health = Health::ok;
  std::string found;
  std::string fix = {};  // empty when all is well
};
using Findings = std::vector<Finding>;

// `exchanges`: how many requests the configuration allows at one time.
void check_machine(std::size_t exchanges, Findings& findings);
void check_files(const std::string& path, const ConfigFile& file, Findings& findings);
void check_certificates(const config::Config& config, Findings& findings);
// Whether the gateway runs, and if not, whether it could listen.
void check_listeners(const config::Config& config, const std::string& path, Findings& findings);

}  // namespace fw::cli
