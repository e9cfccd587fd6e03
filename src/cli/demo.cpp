#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/exit.h"

namespace fw::cli {

int demo(const DemoOptions&) {
  fmt::print(stderr, "fairway demo: not built yet\n");
  return kFailed;
}

}  // namespace fw::cli
