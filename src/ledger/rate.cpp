#include "ledger/rate.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace fw::ledger {
namespace {

constexpr std::int64_t kMinuteNs = 60'000'000'000;
constexpr std::int64_t kMsNs = 1'000'000;
constexpr Int128 kParts = kMinuteNs;  // of one request or token

// See budget.cpp.
void must(bool holds) {
  if (!holds) std::abort();
}

Int128 ceil_div(Int128 a, Int128 b) { return a <= 0 ? 0 : (a + b - 1) / b; }

// Until a refill has added so many parts.
std::int64_t wait_ms(Int128 parts, std::int64_t limit) {
  return static_cast<std::int64_t>(ceil_div(parts, Int128{limit} * kMsNs));
}

}  // namespace

bool RateLease::take(std::int64_t amount) {
  must(amount >= 0);
  if (amount > unused_) return false;
  unused_ -= amount;
  owed_.used += amount;
  taken_since_ += amount;
  return true;
}

void RateLease::settle(std::int64_t estimated, std::int64_t actual) {
  must(estimated >= 0 && actual >= 0);
  if (actual <= estimated) owed_.refund += estimated - actual;
  else owed_.debt += actual - estimated;
  taken_since_ += actual - estimated;
}

void RateLease::granted(const RateGrant& grant, MonoTime now) {
  unused_ += grant.amount;
  exact_ = grant.exact;
  seen_ = grant.standing;
  seen_at_ = now;
  // What was granted is counted as gone by the home, but is still ours.
  taken_since_ = -unused_;
}

RateReturn RateLease::recall() {
  exact_ = true;
  owed_.unused = std::exchange(unused_, 0);
  return std::exchange(owed_, {});
}

std::optional<RateReturn> RateLease::next_return(Urgency urgency) {
  if (urgency == Urgency::now && !(exact_ && (unused_ > 0 || owed_.refund > 0 || owed_.debt > 0))) return std::nullopt;
  if (exact_) owed_.unused = std::exchange(unused_, 0);
  if (owed_.empty()) return std::nullopt;
  return std::exchange(owed_, {});
}

RateStanding RateLease::standing(MonoTime now) const {
  auto standing = seen_;
  if (seen_.limit == 0) return standing;
  const auto since = std::clamp<std::int64_t>(now.ns - seen_at_.ns, 0, kMinuteNs);
  const auto refilled = static_cast<std::int64_t>(Int128{seen_.limit} * since / kMinuteNs);
  standing.remaining = std::clamp<std::int64_t>(seen_.remaining + refilled - taken_since_, 0, seen_.limit);
  standing.reset_ms = wait_ms((seen_.limit - standing.remaining) * kParts, seen_.limit);
  return standing;
}

void RateHome::refill(Account& account, MonoTime now) {
  if (now > account.at) {
    account.level += Int128{account.limit} * (now.ns - account.at.ns);
    account.at = now;
  }
  account.level = std::min(account.level, (account.limit - account.leased) * kParts);
}

RateStanding RateHome::standing_of(const Account& account) {
  const auto full = account.limit * kParts;
  return {.limit = account.limit,
          .remaining = account.level <= 0 ? 0 : static_cast<std::int64_t>(account.level / kParts),
          .reset_ms = wait_ms(full - account.level, account.limit)};
}

std::size_t RateHome::add(std::int64_t per_minute, MonoTime now) {
  must(per_minute >= 1 && per_minute <= kRateMax);
  accounts_.push_back({.limit = per_minute, .level = per_minute * kParts, .at = now});
  return accounts_.size() - 1;
}

void RateHome::change(std::size_t account, std::int64_t per_minute, MonoTime now) {
  must(per_minute >= 1 && per_minute <= kRateMax);
  auto& a = accounts_[account];
  refill(a, now);
  a.limit = per_minute;
  refill(a, now);
}

RateGrant RateHome::grant(std::size_t account, std::int64_t wanted, std::int64_t least, MonoTime now) {
  must(least >= 0);
  auto& a = accounts_[account];
  refill(a, now);
  RateGrant made{.exact = true};
  if (least > a.limit) {
    made.never = true;
  } else if (least * kParts > a.level) {
    made.recall = a.scattered || a.recalling;
    // While much is leased the level cannot rise so far by itself; what is used of it makes room.
    made.retry_after_ms = std::max<std::int64_t>(1, wait_ms(least * kParts - a.level, a.limit));
  } else {
    made.amount = least;
    const auto second = a.limit / 60;
    if (!a.recalling && second >= least && wanted > least && a.level >= 2 * cores_ * second * kParts) {
      made.amount = std::min(wanted, second);
      made.exact = false;
      a.scattered = true;
    }
    a.level -= made.amount * kParts;
    a.leased += made.amount;
  }
  made.standing = standing_of(a);
  return made;
}

void RateHome::returned(std::size_t account, const RateReturn& from_core, MonoTime now) {
  auto& a = accounts_[account];
  refill(a, now);
  a.leased -= from_core.unused + from_core.used;
  must(a.leased >= 0);
  a.level += (Int128{from_core.unused} + from_core.refund - from_core.debt) * kParts;
  refill(a, now);
}

RateStanding RateHome::standing(std::size_t account, MonoTime now) const {
  auto copy = accounts_[account];
  refill(copy, now);
  return standing_of(copy);
}

}  // namespace fw::ledger
