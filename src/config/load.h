// From the bytes of a configuration file to a Config, or to every problem in it at once.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "config/config.h"

namespace fw::config {

enum class Severity : std::uint8_t { error, warning };

// One thing that is wrong, for people: where, what stands there, what should, how to fix it.
// No field ever holds the value of a secret; `excerpt` has literal ones replaced by stars.
struct Problem {
  int line = 0;    // 1-based; 0: the file as a whole
  int column = 0;  // 1-based, in characters
  std::string path = {};      // "providers.azure.auth.api_key", "models.gpt-6-sol.deployments[0].provider"
  std::string found = {};
  std::string expected = {};
  std::string hint = {};      // may be empty
  Severity severity = Severity::error;
  std::string excerpt = {};   // the line of the file
  std::string file = {};      // another file than the one that was loaded: an offer book's path
};

// The outside world, as far as references need it: nothing means unset or unreadable.
struct Sources {
  std::function<std::optional<std::string>(const std::string& name)> env = {};
  std::function<std::optional<std::string>(const std::string& path)> file = {};
  std::string base_dir = {};  // relative paths in the file are taken from here; empty: left as they are
  std::function<std::optional<std::string>(const std::string& path)> offers = {};  // the text of an offer book
  std::optional<WallTime> now = {};  // absent: nothing that depends on the time is said
  bool literal = false;              // values are what they say: no references are looked for
  std::function<std::optional<std::string>(const std::string& name)> zone = {};  // the bytes of a compiled time zone
  std::function<std::vector<std::string>()> zone_names = {};  // all there are; asked for when one is not
  bool preview = false;              // reads also what this release refuses because nothing enforces it: for its tests
};

struct Loaded {
  std::optional<Config> config = {};    // absent when any problem is an error
  std::vector<Problem> problems = {};   // by line and column
};

// Never throws, whatever the bytes. Limits: 4 MiB, depth 32, 100,000 nodes, 200 problems.
Loaded load(std::string_view text, const Sources& sources);

// The problem as people like to read it: place, excerpt with a caret, hint. Several lines, no colour.
std::string render(const Problem& problem, std::string_view file_name);

// JSON Schema 2020-12 of the file.
std::string json_schema();

// The reference page docs/configuration.md.
std::string markdown_reference();

}  // namespace fw::config
