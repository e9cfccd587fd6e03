// The command line: from the arguments to an exit status.
#pragma once

namespace fw::cli {

int run(int argc, const char* const* argv);

}  // namespace fw::cli
