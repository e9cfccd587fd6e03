// `${env:NAME}` and `${file:PATH}` inside values.
#pragma once

#include <string>
#include <string_view>

#include "config/load.h"

namespace fw::config {

struct Expanded {
  std::string value;
  bool referred = false;    // held a reference
  bool only = false;        // was one reference and nothing else
  std::string fault = {};   // what was found; empty: all is well. Never the value of a reference
  std::string expected = {};
  std::string hint = {};
};

// `$${` stands for a literal `${`. One line end at the end of a file's text is dropped. The result is at
// most 64 KiB.
Expanded expand(std::string_view text, const Sources& sources);

// `path` as it counts for this file: relative ones from Sources::base_dir.
std::string resolved_path(std::string_view path, const Sources& sources);

}  // namespace fw::config
