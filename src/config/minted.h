// A virtual key as the admin plane takes it: a JSON object with the fields of an entry of `keys`, but for the secret.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "config/load.h"

namespace fw::config {

struct LoadedKey {
  std::optional<Key> key = {};          // complete, without digest; absent when any problem is an error
  std::vector<Problem> problems = {};   // every one at once; `path` begins inside of the entry: "limits.requests_per_minute"
};

// Reads and checks it against the configuration, as load() does with those of the file. Nothing in it is a reference: the
// text may come from anybody. sources: time zones; with `now`, an end that has passed is a problem.
LoadedKey load_key(std::string_view json, const Config& config, const Sources& sources);

// The same of one that was accepted under an earlier configuration: models that are gone since are passed over, as long as
// one is left.
LoadedKey load_kept_key(std::string_view json, const Config& config, const Sources& sources);

// The first problems in a line: "models[0]: found …, expected …; …".
std::string in_a_line(const std::vector<Problem>& problems);

}  // namespace fw::config
