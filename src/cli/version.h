// What this program is and was made of.
#pragma once

#include <string>

namespace fw::cli {

// "fairway 0.1.0", the compiler, OpenSSL as built and as running; a line each.
std::string version_text();

}  // namespace fw::cli
