// Completions of the shells, from the commands as data.
#pragma once

#include <string>
#include <string_view>

#include "cli/command.h"

namespace fw::cli {

// `shell`: bash, zsh or fish.
std::string completions(std::string_view shell, const CommandText& top);

}  // namespace fw::cli
