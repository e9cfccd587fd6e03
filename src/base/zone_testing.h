// Real zones for tests: the compiled database of the system (Debian: tzdata).
#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "base/date.h"
#include "base/time_zone.h"

namespace fw::testing {

inline std::string zone_bytes(const std::string& name) {
  std::ifstream file("/usr/share/zoneinfo/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline TimeZone zone(const std::string& name) {
  auto read = TimeZone::read(name, zone_bytes(name));
  EXPECT_TRUE(read) << name << ": " << (read ? "" : read.error()) << " (is tzdata installed?)";
  return read ? *std::move(read) : TimeZone();
}

inline std::int64_t utc(const char* text) { return parse_rfc3339(text)->seconds(); }

}  // namespace fw::testing
