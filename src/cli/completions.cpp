#include "cli/completions.h"

#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace fw::cli {
namespace {

// One command with the words that lead to it: "config check".
struct Place {
  std::string path;  // empty: the program itself
  const CommandText* command = nullptr;
};

void collect(const CommandText& command, const std::string& path, std::vector<Place>& places) {
  places.push_back({path, &command});
  for (const auto& inner : command.commands) collect(inner, path.empty() ? inner.name : path + " " + inner.name, places);
}

// What may come next that is no value of an option.
std::vector<std::string> next_words(const CommandText& command) {
  std::vector<std::string> words;
  for (const auto& inner : command.commands) words.push_back(inner.name);
  for (const auto& option : command.options) {
    words.insert(words.end(), option.names.begin(), option.names.end());
    const auto values = option.names.empty() ? words_of(option.value) : std::vector<std::string>{};
    words.insert(words.end(), values.begin(), values.end());
  }
  return words;
}

bool takes_file(const OptionText& option) { return option.value == "FILE" || option.value == "SCRIPT"; }

// In single quotes, for any of the shells.
std::string in_quotes(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// Finds the command by going through the words before the cursor. Zsh runs the same by bashcompinit.
constexpr std::string_view kBashBegin = R"(_fairway() {
  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" path="" word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="${COMP_WORDS[i]}"
    case "$path/$word" in
)";

std::string bash(const CommandText& top) {
  std::vector<Place> places;
  collect(top, "", places);
  std::string out(kBashBegin);
  for (const auto& place : places)
    for (const auto& inner : place.command->commands)
      out += fmt::format("      {0}) path={1} ;;\n", in_quotes(place.path + "/" + inner.name),
                         in_quotes(place.path.empty() ? inner.name : place.path + " " + inner.name));
  out += "    esac\n  done\n  case \"$path $previous\" in\n";
  for (const auto& place : places)
    for (const auto& option : place.command->options)
      for (const auto& name : option.value.empty() ? std::vector<std::string>{} : option.names) {
        const auto values = words_of(option.value);
        const auto how = takes_file(option) ? std::string("-f") : fmt::format("-W {}", in_quotes(fmt::format("{}", fmt::join(values, " "))));
        out += fmt::format("    {}) COMPREPLY=($(compgen {} -- \"$current\")); return ;;\n", in_quotes(place.path + " " + name), how);
      }
  out += "  esac\n  case \"$path\" in\n";
  for (const auto& place : places)
    out += fmt::format("    {}) COMPREPLY=($(compgen -W {} -- \"$current\")) ;;\n", in_quotes(place.path),
                       in_quotes(fmt::format("{}", fmt::join(next_words(*place.command), " "))));
  return out + "  esac\n}\ncomplete -F _fairway fairway\n";
}

std::string zsh(const CommandText& top) {
  return "#compdef fairway\nautoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n" + bash(top);
}

// True where exactly the words of `path` were given.
std::string fish_condition(const Place& place) {
  if (place.path.empty()) return "__fish_use_subcommand";
  std::vector<std::string> conditions;
  for (std::size_t at = 0; at < place.path.size();) {
    const auto space = std::min(place.path.find(' ', at), place.path.size());
    conditions.push_back("__fish_seen_subcommand_from " + place.path.substr(at, space - at));
    at = space + 1;
  }
  std::vector<std::string> inner;
  for (const auto& command : place.command->commands) inner.push_back(command.name);
  if (!inner.empty()) conditions.push_back(fmt::format("not __fish_seen_subcommand_from {}", fmt::join(inner, " ")));
  return fmt::format("{}", fmt::join(conditions, "; and "));
}

std::string fish_option(const OptionText& option) {
  std::string out;
  for (const auto& name : option.names) out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  if (option.value.empty()) return out;
  out += takes_file(option) ? " -r -F" : " -x";
  const auto words = words_of(option.value);
  return words.empty() ? out : out + fmt::format(" -a {}", in_quotes(fmt::format("{}", fmt::join(words, " "))));
}

std::string fish(const CommandText& top) {
  std::vector<Place> places;
  collect(top, "", places);
  std::string out = "complete -c fairway -f\n";
  for (const auto& place : places) {
    const auto begin = fmt::format("complete -c fairway -n {}", in_quotes(fish_condition(place)));
    for (const auto& inner : place.command->commands) out += fmt::format("{} -a {} -d {}\n", begin, inner.name, in_quotes(inner.doc));
    for (const auto& option : place.command->options) {
      const auto words = option.names.empty() ? words_of(option.value) : std::vector<std::string>{};
      const auto what = words.empty() ? fish_option(option) : fmt::format(" -a {}", in_quotes(fmt::format("{}", fmt::join(words, " "))));
      out += fmt::format("{}{} -d {}\n", begin, what, in_quotes(option.doc));
    }
  }
  return out;
}

}  // namespace

std::string completions(std::string_view shell, const CommandText& top) {
  if (shell == "bash") return bash(top);
  return shell == "zsh" ? zsh(top) : fish(top);
}

}  // namespace fw::cli
