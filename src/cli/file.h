// Files of the command line's user, read whole.
#pragma once

#include <optional>
#include <string>

namespace fw::cli {

// Nothing when it cannot be read or is longer than 16 MiB; `-` is standard input. errno says why.
std::optional<std::string> read_file(const std::string& path);

// The same up to 4 GiB: measurements, not texts that people write.
std::optional<std::string> read_large_file(const std::string& path);

// An existing regular file.
bool is_file(const std::string& path);

}  // namespace fw::cli
