#include <memory>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/commands.h"
#include "cli/exit.h"
#include "cli/file.h"
#include "cli/output.h"

namespace fw::cli {
namespace {

constexpr double kTrafficMax = 100'000;
constexpr double kSecondsMax = 365.0 * 86'400;
constexpr std::int64_t kMsMax = 3'600'000;
constexpr std::int64_t kPerMinuteMax = 1'000'000'000;

void add_demo(Command& top) {
  const auto options = std::make_shared<DemoOptions>();
  top.sub("demo", "the whole product without an account: fake clouds, gateway, a key and a curl line")
      .option("--listen", options->listen, "where clients are served")
      .option("--admin", options->admin, "the admin listener")
      .option("--traffic", options->traffic_rps, "requests per second of its own, so that there is something to see", 0, kTrafficMax)
      .option("--config-out", options->config_out, "write the demo's configuration there, without its secrets", "FILE")
      .option("--exit-after", options->exit_after_seconds, "stop after so many seconds", 0, kSecondsMax)
      .runs([options] { return demo(*options); });
}

// A file of that name, or else the script itself.
bool read_faults(std::string& faults) {
  if (faults.empty() || !is_file(faults)) return true;
  auto text = read_file(faults);
  if (!text) return false;
  faults = *std::move(text);
  return true;
}

void add_fake(Command& top) {
  const auto options = std::make_shared<FakeOptions>();
  top.sub("fake", "one scripted fake cloud: its quirks, faults and its own bill")
      .option("--cloud", options->cloud, "which cloud", "openai|azure|compatible|bedrock|vertex|tokens")
      .required()
      .option("--listen", options->listen, "where it listens")
      .required()
      .option("--key", options->keys, "a key it accepts; may be given more than once", "KEY")
      .option("--model", options->models, "a model or deployment it knows; may be given more than once", "NAME[=MODEL]")
      .option("--faults", options->faults, "a script of faults, or the file that holds it", "SCRIPT")
      .option("--speed", options->speed, "delays are multiplied by it: 1 plausible, 0 none", 0, 1000)
      .option("--first-token-ms", options->first_token_ms, "before the first event, at speed 1", 0, kMsMax)
      .option("--event-ms", options->event_ms, "between two events, at speed 1", 0, kMsMax)
      .option("--answer-tokens", options->answer_tokens, "tokens of an answer; 0: the whole recorded text", 0, kMsMax)
      .option("--requests-per-minute", options->requests_per_minute, "a rate limit; 0: none", 0, kPerMinuteMax)
      .option("--tokens-per-minute", options->tokens_per_minute, "a rate limit; 0: none", 0, kPerMinuteMax)
      .option("--api-version", options->api_versions, "azure: a version the classic path accepts; may be given more than once", "VERSION")
      .option("--region", options->region, "azure: the region its answers name; bedrock: the one to be signed for", "REGION")
      .option("--host", options->host, "bedrock: which of its two hosts it is; both, unless given", "runtime|mantle")
      .option("--project", options->project, "vertex: the project whose paths it serves", "PROJECT")
      .option("--token-lifetime", options->token_lifetime_s, "tokens: seconds that those live which it issues; negative: over at once", -kDayS, kDayS)
      .flag("--async-filter", options->async_filter, "azure: filter results in chunks of their own, as its asynchronous filter sends")
      .flag("--ignore-tools", options->ignore_tools, "answer in words although a request brings tools")
      .runs([options] {
        if (read_faults(options->faults)) return fake(*options);
        fmt::print(stderr, "error: the fault script {} cannot be read\n", options->faults);
        return static_cast<int>(kUsage);
      });
}

}  // namespace

void add_serving(Command& top) {
  const auto options = std::make_shared<ServeOptions>(ServeOptions{kDefaultConfig});
  top.sub("serve", "run the gateway")
      .option("-c,--config", options->config, "the configuration", "FILE")
      .runs([options] { return serve(*options); });
  add_demo(top);
  add_fake(top);
}

}  // namespace fw::cli
