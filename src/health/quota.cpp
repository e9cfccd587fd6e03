#include "health/quota.h"

#include <cmath>

namespace fw::health {
namespace {
constexpr double kNsPerMs = 1e6;
double between(MonoTime from, MonoTime to) { return static_cast<double>(std::max<std::int64_t>(0, to.ns - from.ns)); }
}  // namespace

void Quota::note(std::int64_t limit, std::int64_t remaining, std::int64_t reset_ms, MonoTime now) {
  const auto reset = reset_ms <= 0 ? kMinuteMs : std::min(reset_ms, kKeptMs);
  limit_ = static_cast<double>(std::max<std::int64_t>(0, limit));
  const double stated = std::clamp(static_cast<double>(remaining), 0.0, limit_);
  level_ = stated * share(now);
  withheld_ = stated - level_;
  per_ns_ = (limit_ - level_) / (static_cast<double>(reset) * kNsPerMs);
  noted_ = at_ = now;
  reset_ = now.plus_ms(reset);
  known_ = true;
}

double Quota::share(MonoTime now) const {
  return std::min(1.0, share_ + between(cut_, now) / 1e9 * kShareGrowthPerSecond);
}

double Quota::level(MonoTime now) const {
  const double grown = between(at_, std::min(now, reset_)) * per_ns_;
  const double after = between(std::max(at_, reset_), now) * (limit_ * (1 / (kMinuteMs * kNsPerMs)));
  return std::min(limit_, level_ + grown + after);
}

void Quota::give_back(std::int64_t amount, MonoTime begun) {
  if (known_ && begun > noted_) level_ = std::min(limit_, level_ + static_cast<double>(amount));
}

void Quota::refused(MonoTime now) {
  if (!known(now)) return;
  level_ = level(now);
  at_ = now;
  if (level_ <= kRoom * limit_ || now.ms_since(cut_) < 1'000) return;
  share_ = std::max(kShareMin, share(now) * kCut);
  cut_ = now;
  withheld_ += level_;
  level_ = 0;
}

std::int64_t Quota::left(MonoTime now) const {
  return known(now) ? static_cast<std::int64_t>(std::max(0.0, level(now))) : -1;
}

double Quota::share_stated(MonoTime now) const {
  if (!known(now)) return -1;
  return limit_ <= 0 ? 0 : std::clamp((level(now) + withheld_) / limit_, 0.0, 1.0);
}

void LearnedQuota::refused(std::int64_t asked, MonoTime start, MonoTime until, MonoTime now) {
  const double need = static_cast<double>(asked);
  sent_ -= need;
  // Sent before the last wait was over it tells no more than that one.
  if (any_ && start < from_) return;
  window_sent_ += sent_;
  const double length = between(window_from_, until);
  const bool first = !any_ || now.ms_since(noted_) > 2 * kKeptMs;
  if (!first && length >= kShortMs * kNsPerMs) {
    const double seen = std::max(0.0, need - window_held_ + window_sent_) / length;
    per_ns_ = per_ns_ > 0 ? per_ns_ + (seen - per_ns_) * kLatest : seen;
  }
  if (first || length >= kShortMs * kNsPerMs) window_from_ = until, window_held_ = need, window_sent_ = 0;
  held_ = need;
  sent_ = 0;
  from_ = until;
  noted_ = now;
  any_ = true;
}

std::int64_t LearnedQuota::left(MonoTime now) const {
  if (per_ns_ <= 0 || now.ms_since(noted_) > kKeptMs) return -1;
  return static_cast<std::int64_t>(std::max(0.0, held_ + between(from_, now) * per_ns_ * kMore - sent_));
}

bool Throttle::refused(MonoTime start, std::uint32_t retry_after_ms, MonoTime now) {
  const bool first = in_vain_ == 0;
  const bool vain = !first && start >= until_;
  // Those sent before the wait was over tell nothing new, unless the cloud says how long.
  if (retry_after_ms) until_ = std::max(until_, now.plus_ms(std::min<std::int64_t>(retry_after_ms, kMaxMs)));
  if (!first && !vain) return false;
  ++in_vain_;
  since_ = now;
  if (!retry_after_ms)
    until_ = std::max(until_, now.plus_ms(std::min(kGrownMaxMs, kFirstMs << std::min(in_vain_ - 1, 10U))));
  return vain;
}

void Slots::congested(MonoTime start, MonoTime now) {
  if (limit_ >= 0 && start < cut_) return;  // sent before the last cut
  const double borne = limit_ < 0 ? peak_ : std::min(limit_, static_cast<double>(peak_));
  slow_from_ = std::max(1.0, borne * kCut);
  peak_ = in_flight_;
  limit_ = slow_from_;
  ramp_ = false;
  cut_ = now;
}

void Slots::served(MonoTime now) {
  if (limit_ < 0) return;
  if (limit_ < slow_from_) {
    limit_ += 1;
  } else if (in_flight_ * 2 >= limit_) {
    limit_ += 1 / limit_;
  }
  if (ended(now) || (ramp_ && limit_ >= slow_from_)) {
    limit_ = -1;
    ramp_ = false;
  }
}

void Slots::restart(MonoTime now) {
  limit_ = kFirst;
  slow_from_ = std::max(8, peak_);
  peak_ = std::max(in_flight_, peak_ / 2);
  ramp_ = true;
  cut_ = now;
}

std::int32_t Slots::free(MonoTime now) const {
  if (limit_ < 0 || ended(now)) return -1;
  return std::max(in_flight_ == 0 ? 1 : 0, static_cast<std::int32_t>(limit_) - in_flight_);
}

}  // namespace fw::health
