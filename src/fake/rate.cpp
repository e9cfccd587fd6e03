#include "fake/rate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace fw::fake {
namespace {

constexpr double kNsPerMinute = 60e9;
constexpr double kMsPerMinute = 60e3;

}  // namespace

void Allowance::refill(MonoTime now) {
  const auto limit = static_cast<double>(limit_);
  level_ = std::min(limit, level_ + limit * static_cast<double>(now.ns - at_.ns) / kNsPerMinute);
  at_ = now;
}

bool Allowance::take(std::int64_t amount, MonoTime now) {
  refill(now);
  if (level_ < static_cast<double>(amount)) return false;
  level_ -= static_cast<double>(amount);
  return true;
}

std::int64_t Allowance::remaining(MonoTime now) {
  refill(now);
  return static_cast<std::int64_t>(level_);
}

std::int64_t Allowance::wait_ms(std::int64_t amount, MonoTime now) {
  refill(now);
  const auto missing = static_cast<double>(std::min(amount, limit_)) - level_;
  if (missing <= 0) return 0;
  return static_cast<std::int64_t>(std::ceil(missing * kMsPerMinute / static_cast<double>(limit_)));
}

std::string duration_text(std::int64_t ms) {
  if (ms < 1'000) return fmt::format_int(ms).str() + "ms";
  const auto minutes = ms / 60'000;
  const auto rest_ms = ms % 60'000;
  auto seconds = rest_ms % 1'000 == 0 ? fmt::format("{}s", rest_ms / 1'000)
                                      : fmt::format("{}s", static_cast<double>(rest_ms) / 1'000);
  if (minutes == 0) return seconds;
  if (minutes < 60) return fmt::format("{}m{}", minutes, seconds);
  return fmt::format("{}h{}m{}", minutes / 60, minutes % 60, seconds);
}

}  // namespace fw::fake
