#include "cli/app.h"

#include <exception>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/cli11.inc"
#include "cli/command.h"
#include "cli/completions.h"
#include "cli/exit.h"
#include "cli/version.h"
#include "wire/nearest.h"

namespace fw::cli {
namespace {

constexpr const char* kFooter =
    "Exit status: 0 ok, 1 failed, 2 usage, 3 configuration invalid, 4 gateway not reached, 5 differences found.\n";

// The command the arguments led to.
const CLI::App& reached(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? app : reached(*chosen.front());
}

std::string full_name(const CLI::App& app) {
  const auto* parent = app.get_parent();
  return parent ? full_name(*parent) + " " + app.get_name() : app.get_name();
}

// What people may have meant by a word that is no command or option.
std::string unknown_word(const CLI::App& app, const std::string& word) {
  std::vector<std::string> known;
  const bool option = word.starts_with('-');
  const auto text = describe(app);
  for (const auto& each : text.options)
    if (option) known.insert(known.end(), each.names.begin(), each.names.end());
  for (const auto& each : text.commands)
    if (!option) known.push_back(each.name);
  const auto name = word.substr(0, word.find('='));
  const auto near = wire::nearest(name, known, 1);
  const auto* what = option ? "option" : text.commands.empty() ? "argument" : "command";
  return fmt::format("unknown {} '{}'{}", what, name, near.empty() ? "" : fmt::format("; did you mean {}?", near[0]));
}

int complain(const CLI::App& app, const CLI::ParseError& error) {
  const auto& command = reached(app);
  const auto extras = command.remaining();
  const bool unknown = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError) && !extras.empty();
  fmt::print(stderr, "error: {}\n", unknown ? unknown_word(command, extras.front()) : std::string(error.what()));
  fmt::print(stderr, "try: {} --help\n", full_name(command));
  return kUsage;
}

void add_completions(Command& top, const CLI::App& app) {
  const auto shell = std::make_shared<std::string>();
  top.sub("completions", "print the completions of a shell")
      .option("shell", *shell, "the shell", "bash|zsh|fish")
      .required()
      .runs([shell, &app] {
        fmt::print("{}", completions(*shell, describe(app)));
        return static_cast<int>(kOk);
      });
}

int parse_and_run(int argc, const char* const* argv) {
  CLI::App app("One OpenAI-compatible endpoint in front of every hosting of a model.", "fairway");
  app.set_version_flag("--version", version_text(), "print the version, and what it was built with");
  app.footer(kFooter);
  Chosen chosen;
  Command top(app, chosen);
  add_serving(top);
  add_config(top);
  add_offers(top);
  add_ledger(top);
  add_keys(top);
  add_routing(top);
  add_plan(top);
  add_simulate(top);
  add_tools(top);
  add_completions(top, app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wanted) {
    return app.exit(wanted) == 0 ? kOk : kFailed;
  } catch (const CLI::ParseError& error) {
    return complain(app, error);
  }
  if (chosen) return chosen();
  fmt::print(stderr, "{}", app.help());
  return kUsage;
}

}  // namespace

int run(int argc, const char* const* argv) {
  try {
    return parse_and_run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return kFailed;
  }
}

}  // namespace fw::cli
