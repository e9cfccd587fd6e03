// The configuration of the demo, written around the fakes' addresses.
#pragma once

#include <string>

#include "cli/commands.h"
#include "config/load.h"

namespace fw::cli {

// Fresh at every start; they open nothing but the demo.
struct DemoSecrets {
  std::string client_key;
  std::string admin_token;
};
DemoSecrets mint_demo_secrets();

// Where the fakes are: base URLs.
struct DemoClouds {
  std::string openai;
  std::string azure;
  std::string bedrock;  // bedrock, vertex, tokens: origins
  std::string vertex;
  std::string compatible;
  std::string tokens;  // where Google's credentials come from
};

// As a file would hold it: secrets are references to the environment.
std::string demo_yaml(const DemoOptions& options, const DemoClouds& clouds);
// The environment that the text refers to.
config::Sources demo_sources(const DemoSecrets& secrets);

}  // namespace fw::cli
