// Requests and tokens per minute: a bucket that holds one minute's allowance and refills evenly. The home keeps the
// bucket, every core takes from a lease of its own; the protocol is that of ledger/budget.h, with RateGrant and
// RateReturn as the letters.
//
// What is promised: what is booked (a request when it is admitted; tokens at their estimate when it is admitted, at what
// they were from its end on) never grows by more than limit + limit in any 60 seconds, over all cores: a full bucket and
// a minute's refill. In the long run it is the limit per minute. An answer that needed more tokens than estimated is
// booked all the same, as a debt that the refill pays first. A refund counts when it reaches the home, and never beyond
// a full bucket: what is at the cores counts as being in it until they tell that it was used (a timer, 100 ms).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/money.h"

namespace fw::ledger {

enum class Rate : std::uint8_t { requests, tokens };

// For `x-ratelimit-limit-*`, `-remaining-*` and `-reset-*`.
struct RateStanding {
  std::int64_t limit = 0;      // per minute
  std::int64_t remaining = 0;  // not negative
  std::int64_t reset_ms = 0;   // until all of the limit is there again
};

struct RateGrant {
  std::int64_t amount = 0;  // 0: not now
  bool exact = false;       // scarce: give back at once what is unused or refunded
  bool recall = false;      // nothing yet: recall from all cores, then ask again
  bool never = false;       // more than the limit: waiting does not help
  std::int64_t retry_after_ms = 0;   // refused, but not for ever: at the earliest
  RateStanding standing = {};  // after it
};

struct RateReturn {
  std::int64_t unused = 0;  // of the lease, given back
  std::int64_t used = 0;    // taken from it since the last one
  std::int64_t refund = 0;  // estimated and not needed
  std::int64_t debt = 0;    // needed and not estimated
  bool empty() const { return unused == 0 && used == 0 && refund == 0 && debt == 0; }
};

// One per core and account.
class RateLease {
 public:
  bool take(std::int64_t amount);
  // Corrects an estimate. `actual` 0: the request was not sent.
  void settle(std::int64_t estimated, std::int64_t actual);

  // What to ask for beside the next request.
  static std::int64_t wanted(std::int64_t amount) { return amount * kAhead; }
  void granted(const RateGrant& grant, MonoTime now);
  RateReturn recall();
  enum class Urgency : std::uint8_t { soon, now };
  // `now`: only what a scarce account owes its home at once.
  std::optional<RateReturn> next_return(Urgency urgency);

  // As this core knows it: the home's word of the last grant, the refill since, less what it took itself. Exact while
  // the account is scarce; else what other cores took since is missing.
  RateStanding standing(MonoTime now) const;
  std::int64_t unused() const { return unused_; }

 private:
  static constexpr std::int64_t kAhead = 64;
  std::int64_t unused_ = 0;
  RateReturn owed_;
  bool exact_ = false;
  RateStanding seen_;
  MonoTime seen_at_;
  std::int64_t taken_since_ = 0;
};

// All accounts of one home core, by index.
class RateHome {
 public:
  explicit RateHome(std::size_t cores) : cores_(static_cast<std::int64_t>(cores)) {}

  // Full at first. A limit is at least 1 and at most kRateMax.
  std::size_t add(std::int64_t per_minute, MonoTime now);
  void change(std::size_t account, std::int64_t per_minute, MonoTime now);

  // At most what a second refills while much is left, exactly `least` when not, nothing when that is not there.
  RateGrant grant(std::size_t account, std::int64_t wanted, std::int64_t least, MonoTime now);
  void recall_begun(std::size_t account) { accounts_[account].recalling = true; }
  void recall_done(std::size_t account) { accounts_[account].recalling = accounts_[account].scattered = false; }
  bool recalling(std::size_t account) const { return accounts_[account].recalling; }
  void returned(std::size_t account, const RateReturn& from_core, MonoTime now);

  std::size_t size() const { return accounts_.size(); }
  RateStanding standing(std::size_t account, MonoTime now) const;

 private:
  // Levels are counted in parts, of which a refill adds `limit` every nanosecond: nothing is rounded.
  struct Account {
    std::int64_t limit = 0;   // per minute
    Int128 level = 0;         // parts; negative: in debt
    MonoTime at;              // when the level was that
    std::int64_t leased = 0;  // with the cores, as far as they have not told that it was used
    bool scattered = false;
    bool recalling = false;
  };
  static void refill(Account& account, MonoTime now);
  static RateStanding standing_of(const Account& account);

  std::int64_t cores_;
  std::vector<Account> accounts_;
};

inline constexpr std::int64_t kRateMax = 1'000'000'000'000;

}  // namespace fw::ledger
