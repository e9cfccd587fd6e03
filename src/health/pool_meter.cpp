#include "health/pool_meter.h"

#include <algorithm>

namespace fw::health {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kWhole = 65'536;
constexpr std::int64_t kPartMax = 64 * kWhole;  // beyond that it is full many times over

}  // namespace

PoolMeter::PoolMeter(const PoolSize& size)
    : capacity_(static_cast<std::int64_t>(std::clamp<__int128>(__int128{size.tokens_per_minute} * size.window_ms / kMinuteMs, 1, INT64_MAX))),
      slice_ns_(std::max<std::int64_t>(1, size.window_ms * 1'000'000 / kSlices)) {}

void PoolMeter::take(std::int64_t tokens, MonoTime now) {
  const auto number = now.ns / slice_ns_;
  if (number < 0) return;  // before the clock began
  auto& slice = slices_[static_cast<std::size_t>(number % (kSlices + 1))];
  if (slice.number > number) return;  // news from long ago
  if (slice.number < number) slice = {number, 0};
  slice.tokens += tokens;
}

std::int64_t PoolMeter::taken(MonoTime now) const {
  const auto number = now.ns / slice_ns_;
  std::int64_t sum = 0;
  for (const auto& slice : slices_) {
    const auto age = number - slice.number;
    if (slice.number < 0 || age < 0 || age > kSlices) continue;
    const auto inside = age < kSlices ? slice_ns_ : slice_ns_ - now.ns % slice_ns_;
    sum += static_cast<std::int64_t>(__int128{slice.tokens} * inside / slice_ns_);
  }
  return std::max<std::int64_t>(0, sum);
}

std::int64_t PoolMeter::own_part(MonoTime now) const {
  return static_cast<std::int64_t>(std::min<__int128>(__int128{taken(now)} * kWhole / capacity_, kPartMax));
}

void PoolMeter::note(std::uint16_t utilisation, MonoTime now) { stated_ = {now, utilisation, own_part(now)}; }

std::uint16_t PoolMeter::utilisation(MonoTime now) const {
  auto part = own_part(now);
  if (stated_ && now.ms_since(stated_->at) <= kStatedKeptMs) part += stated_->part - stated_->own;
  return static_cast<std::uint16_t>(std::clamp<std::int64_t>(part, 0, kFull));
}

}  // namespace fw::health
