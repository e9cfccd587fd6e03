#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/exit.h"

namespace fw::cli {

int serve(const ServeOptions&) {
  fmt::print(stderr, "fairway serve: not built yet\n");
  return kFailed;
}

}  // namespace fw::cli
