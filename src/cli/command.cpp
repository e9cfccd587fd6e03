#include "cli/command.h"

#include <fmt/format.h>

#include "cli/cli11.inc"
#include "config/address.h"

namespace fw::cli {
namespace {

config::Address parse_address(const std::string& text) {
  auto address = config::parse_address(text);
  if (address) return *std::move(address);
  const auto& fault = address.error();
  throw CLI::ValidationError(fmt::format("'{}' is no address: expected {}; {}", text, fault.expected, fault.hint));
}

// CLI11 would list the words twice, in the type and in the check.
CLI::Option* with_value(CLI::Option* option, const std::string& value) {
  option->type_name(value);
  const auto words = words_of(value);
  if (words.empty()) return option;
  option->check([words](const std::string& text) {
    for (const auto& word : words)
      if (word == text) return std::string();
    return fmt::format("'{}' is none of {}", text, fmt::join(words, ", "));
  });
  return option;
}

template <class Number>
CLI::Option* with_range(CLI::Option* option, Number min, Number max) {
  option->type_name("N");
  option->check([min, max](const std::string& text) {
    Number value{};
    if (CLI::detail::lexical_cast(text, value) && value >= min && value <= max) return std::string();
    return fmt::format("'{}' is no number from {} to {}", text, min, max);
  });
  return option;
}

}  // namespace

Command Command::sub(const std::string& name, const std::string& doc) {
  auto* made = app_.add_subcommand(name, doc);
  made->get_formatter()->column_width(34);
  return {*made, chosen_};
}

Command& Command::option(const std::string& names, std::string& to, const std::string& doc, const std::string& value) {
  last_ = with_value(app_.add_option(names, to, doc), value);
  if (!to.empty()) last_->capture_default_str();
  return *this;
}

Command& Command::option(const std::string& names, std::vector<std::string>& to, const std::string& doc,
                         const std::string& value) {
  last_ = with_value(app_.add_option(names, to, doc)->allow_extra_args(!names.starts_with('-')), value);
  return *this;
}

Command& Command::option(const std::string& names, std::int64_t& to, const std::string& doc, std::int64_t min,
                         std::int64_t max) {
  last_ = with_range(app_.add_option(names, to, doc), min, max);
  return *this;
}

Command& Command::option(const std::string& names, double& to, const std::string& doc, double min, double max) {
  last_ = with_range(app_.add_option(names, to, doc), min, max);
  return *this;
}

Command& Command::option(const std::string& names, config::Address& to, const std::string& doc) {
  const auto take = [&to](const std::string& text) { to = parse_address(text); };
  last_ = app_.add_option_function<std::string>(names, take, doc)->type_name("ADDR")->default_str(config::to_text(to));
  return *this;
}

Command& Command::option(const std::string& names, std::vector<config::Address>& to, const std::string& doc) {
  const auto take = [&to](const std::vector<std::string>& texts) {
    for (const auto& text : texts) to.push_back(parse_address(text));
  };
  last_ = app_.add_option_function<std::vector<std::string>>(names, take, doc)->type_name("ADDR")->allow_extra_args(false);
  return *this;
}

Command& Command::flag(const std::string& names, bool& to, const std::string& doc) {
  last_ = app_.add_flag(names, to, doc);
  return *this;
}

Command& Command::required() {
  last_->required();
  return *this;
}

Command& Command::runs(Chosen run) {
  // A command with commands of its own runs only where none of these was given.
  app_.callback([&app = app_, &chosen = chosen_, run = std::move(run)] {
    if (app.get_subcommands().empty()) chosen = run;
  });
  return *this;
}

CommandText describe(const CLI::App& app) {
  CommandText text{app.get_name(), app.get_description(), {}, {}};
  for (const auto* option : app.get_options()) {
    OptionText made{{}, option->get_description(), option->get_items_expected_max() == 0 ? "" : option->get_type_name()};
    for (const auto& name : option->get_snames()) made.names.push_back("-" + name);
    for (const auto& name : option->get_lnames()) made.names.push_back("--" + name);
    text.options.push_back(std::move(made));
  }
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
    text.commands.push_back(describe(*command));
  return text;
}

std::vector<std::string> words_of(std::string_view value) {
  std::vector<std::string> words;
  while (value.find('|') != value.npos || !words.empty()) {
    const auto bar = value.find('|');
    words.emplace_back(value.substr(0, bar));
    if (bar == value.npos) break;
    value.remove_prefix(bar + 1);
  }
  return words;
}

}  // namespace fw::cli
