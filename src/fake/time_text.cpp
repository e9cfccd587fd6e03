#include "fake/time_text.h"

#include <fmt/format.h>
#include <time.h>

namespace fw::fake {

std::string time_text(WallTime time) {
  const time_t seconds = time.seconds();
  tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, time.ns / 1'000'000 % 1'000);
}

}  // namespace fw::fake
