#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/exit.h"

namespace fw::cli {

int fake(const FakeOptions&) {
  fmt::print(stderr, "fairway fake: not built yet\n");
  return kFailed;
}

}  // namespace fw::cli
