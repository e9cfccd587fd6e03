#include "cloud/sign_in.h"

#include <algorithm>

namespace fw::cloud {

WallTime refresh_time(WallTime now, WallTime expires, std::int64_t ahead_s) {
  if (expires.ns == INT64_MAX) return expires;
  const auto half = now.ns + (expires.ns - now.ns) / 2;
  return {std::max(half, expires.ns - ahead_s * 1'000'000'000)};
}

}  // namespace fw::cloud
