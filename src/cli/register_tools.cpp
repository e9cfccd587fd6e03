#include <memory>

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/output.h"

namespace fw::cli {

void add_tools(Command& top) {
  const auto connection = std::make_shared<ConnectOptions>();
  top.sub("connect", "print what a client needs to use this gateway")
      .option("client", connection->client, "the client", "codex|claude|python|node")
      .required()
      .option("--url", connection->url, "where the gateway listens", "URL")
      .option("--model", connection->model, "the model to ask for", "NAME")
      .option("--key-env", connection->key_env, "the environment variable that holds the key", "NAME")
      .runs([connection] { return connect(*connection); });
  const auto options = std::make_shared<DoctorOptions>();
  const auto format = std::make_shared<std::string>("table");
  top.sub("doctor", "look for what could keep the gateway from serving well on this machine")
      .option("-c,--config", options->config, "the configuration to look at", "FILE")
      .option("--output", *format, "the form of the answer", kFormats)
      .runs([options, format] {
        options->format = format_of(*format);
        return doctor(*options);
      });
}

}  // namespace fw::cli
