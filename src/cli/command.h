// A thin face over CLI11, so that only command.cpp and app.cpp pay for its headers.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace CLI {
class App;
class Option;
}

namespace fw::cli {

struct DemandSource;

// What was chosen on the command line.
using Chosen = std::function<int()>;

class Command {
 public:
  Command(CLI::App& app, Chosen& chosen) : app_(app), chosen_(chosen) {}

  Command sub(const std::string& name, const std::string& doc);
  // `names`: "-c,--config", or a bare word for a positional. `value` is what help shows for the value:
  // "FILE", or words with bars between them, of which one must be given.
  Command& option(const std::string& names, std::string& to, const std::string& doc, const std::string& value);
  // A positional takes all that follow, an option one value each time it is given.
  Command& option(const std::string& names, std::vector<std::string>& to, const std::string& doc, const std::string& value);
  Command& option(const std::string& names, std::int64_t& to, const std::string& doc, std::int64_t min, std::int64_t max);
  Command& option(const std::string& names, double& to, const std::string& doc, double min, double max);
  Command& option(const std::string& names, config::Address& to, const std::string& doc);
  Command& option(const std::string& names, std::vector<config::Address>& to, const std::string& doc);
  Command& flag(const std::string& names, bool& to, const std::string& doc);
  // The option added last must be given.
  Command& required();
  Command& runs(Chosen run);

 private:
  CLI::App& app_;
  Chosen& chosen_;
  CLI::Option* last_ = nullptr;
};

// The commands as data, for completions.
struct OptionText {
  std::vector<std::string> names;  // "-c", "--config"; none: a positional
  std::string doc;
  std::string value;  // empty: a flag
};
struct CommandText {
  std::string name;
  std::string doc;
  std::vector<OptionText> options;
  std::vector<CommandText> commands;
};
CommandText describe(const CLI::App& app);

// "a|b" -> {"a", "b"}; nothing for a value that is one word such as FILE.
std::vector<std::string> words_of(std::string_view value);

// The groups of commands.
void add_serving(Command& top);  // serve, demo, fake
void add_config(Command& top);   // config check, config schema
void add_offers(Command& top);   // offers
void add_ledger(Command& top);   // ledger export, verify and reconcile; budget
void add_keys(Command& top);     // keys create, list, show, rotate, disable, enable, revoke, log
void add_routing(Command& top);  // explain, replay
void add_plan(Command& top);     // plan, plan verify
void add_plan_demand(Command& plan);                            // plan demand, plan forecast
void add_demand_books(Command& command, DemandSource& source);  // the options that say where demand comes from
void add_simulate(Command& top); // simulate
void add_tools(Command& top);    // connect, doctor

}  // namespace fw::cli
