#include <memory>

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/output.h"

namespace fw::cli {
namespace {

void add_check(Command& config) {
  const auto options = std::make_shared<CheckOptions>(CheckOptions{kDefaultConfig});
  const auto format = std::make_shared<std::string>("table");
  config.sub("check", "say everything that is wrong with a configuration, at once")
      .option("-c,--config", options->config, "the configuration; - is standard input", "FILE")
      .option("--output", *format, "the form of the answer", kFormats)
      .runs([options, format] {
        options->format = format_of(*format);
        return config_check(*options);
      });
}

void add_schema(Command& config) {
  const auto form = std::make_shared<std::string>("json");
  config.sub("schema", "print the JSON Schema of the configuration, for editors")
      .option("--output", *form, "JSON Schema, or the reference page", "json|markdown")
      .runs([form] { return config_schema({*form == "markdown"}); });
}

void add_fields(Command& config) {
  config.sub("fields", "print what becomes of each field of a request at each cloud, with its source")
      .runs([] { return config_fields(); });
}

}  // namespace

void add_config(Command& top) {
  auto config = top.sub("config", "check and describe the configuration");
  add_check(config);
  add_schema(config);
  add_fields(config);
}

}  // namespace fw::cli
