// RFC 3339 in UTC with milliseconds.
#pragma once

#include <string>

#include "base/clock.h"

namespace fw::fake {

std::string time_text(WallTime time);

}  // namespace fw::fake
