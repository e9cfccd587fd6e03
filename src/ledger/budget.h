// Budgets without locks: the truth of each account lives on one core, the home; every core takes from a lease of its
// own. Both are plain single-threaded classes; what travels between them are the structs Grant and Return.
//
// The protocol, for one account and one window (letters between two cores arrive in the order they were posted):
//
//   to reserve         while (!lease.take(window, amount).ok) {
//     on a core          ask the home: home.grant(account, window, lease.wanted(amount), amount)
//                        in the letter that brings the grant, before anything else runs: lease.granted(window, grant)
//                        if nothing was granted: refuse. Else take again at once, in the same letter: it is there now.
//                      }
//   at the home        grant.recall says: other cores may hold what is missing. Join the round that runs for the account,
//                      or begin one: home.recall_begun(), a letter to every core, each answers with every Return of
//                      lease.recall(), home.returned() for each; when all have answered, home.recall_done(); then ask
//                      grant() again for everyone who waited, in order of arrival.
//   to settle          lease.settle(window, reserved, cost); on every exit, with cost 0 where nothing was sent.
//   to report          after settle() and granted(): while (auto r = lease.next_return(now or soon)) post it to home.returned().
//                      `now`: only what the home waits for (the account is scarce). On a timer (100 ms): everything.
//
// The grant is booked by its letter, not by whoever waits for it: a client that leaves meanwhile then leaks nothing.
// An exchange under several budgets takes from one after the other and settles those it has with 0 when one refuses.
//
// What holds at every moment, hard budgets, over all cores and letters under way:
//   settled + reserved + leased and unused <= limit, by zero units, as long as no cost exceeds its reservation. A cost
//   that does is booked in full all the same, from what the core holds and beyond that as overdraft: then
//   settled + reserved <= limit + overdraft, and nothing is granted until the home is below its limit again.
// A refusal means: the amount did not fit into the limit beside what was settled and reserved when the home decided,
// but for Returns that were still under way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/money.h"
#include "ledger/window.h"

namespace fw::ledger {

inline constexpr std::size_t kAlertsMax = 8;     // per budget
inline constexpr std::size_t kWindowsKept = 16;  // per account and core, beside those with reservations open

// What the home gives a core.
struct Grant {
  Money amount;         // zero: not now
  bool exact = false;   // the account is scarce: keep nothing back, return what is unused at once
  bool recall = false;  // nothing yet: recall from all cores, then ask again
};

// What a core gives back and tells.
struct Return {
  WindowId window;
  Money unused;     // of the lease, given back
  Money spent;      // settled since the last one
  Money overdraft;  // the part of it that no lease covered; soft: all of it
};

// One per core and account.
class BudgetLease {
 public:
  explicit BudgetLease(bool hard = true) : hard_(hard) {}

  struct Taken {
    bool ok = false;
    bool over = false;  // soft: admitted although the limit is passed, as far as this core knows
    Money short_by;     // not ok: so much more is needed
  };
  // Reserves. A soft budget always has it.
  Taken take(WindowId window, Money amount);
  // Ends a reservation in the window it was made in. Cost more than reserved: see above.
  void settle(WindowId window, Money reserved, Money cost);

  // What to ask for so that the next requests of this kind need no letter.
  static Money wanted(Money amount) { return amount * kAhead; }
  void granted(WindowId window, const Grant& grant);
  // Everything unused and everything to tell, of every window; the account is scarce from here on.
  std::vector<Return> recall();
  enum class Urgency : std::uint8_t { soon, now };
  // One window's, until there is nothing to tell. `now`: only what a scarce account owes its home at once.
  std::optional<Return> next_return(Urgency urgency);
  // Soft: the home says that the limit of a window is passed.
  void note_over(WindowId window);

  // What this core holds, for the books and tests.
  Money unused(WindowId window) const;
  Money reserved(WindowId window) const;

 private:
  static constexpr std::int64_t kAhead = 64;
  struct Slot {
    WindowId window;
    Money unused = {}, reserved = {}, spent = {}, overdraft = {};
    bool exact = false;
    bool over = false;
    bool tells() const { return spent != Money() || overdraft != Money(); }
  };
  Slot& slot(WindowId window);
  const Slot* find(WindowId window) const;
  Return drained(Slot& slot, bool with_unused);
  void forget_old();

  bool hard_;
  std::vector<Slot> slots_;  // the one used last comes first
};

struct BudgetTerms {
  Money limit;
  bool hard = true;
  std::vector<std::uint16_t> alert_percent{50, 80, 100};  // of the limit, as settled; at most kAlertsMax, ascending
};

// The thresholds that one settlement passed; each is told once per window.
struct Passed {
  bool limit = false;  // the limit itself was reached just now: of a soft budget, tell every core (note_over)
  std::uint8_t count = 0;
  std::uint16_t percent[kAlertsMax] = {};
  std::span<const std::uint16_t> list() const { return {percent, count}; }
};

struct BudgetState {
  Money limit;
  Money settled;
  Money leased;                     // with the cores: reserved, unused, or settled and not told yet
  std::uint16_t alert_percent = 0;  // the highest threshold passed; 0: none
  bool over = false;                // settled has reached the limit
  Money left() const { return limit - settled - leased; }  // negative: overdrawn
};

// All accounts of one home core, by index.
class BudgetHome {
 public:
  // `cores`: so many leases each account has.
  explicit BudgetHome(std::size_t cores) : cores_(static_cast<std::int64_t>(cores)) {}

  std::size_t add(BudgetTerms terms);
  // New terms; what is settled and leased stays. A lower limit binds what is granted from here on; alerts that the new
  // terms have passed already count as told.
  void change(std::size_t account, BudgetTerms terms);
  // What the ledger has for a window, at start, before anything is granted there. Alerts it passed count as told.
  void restore(std::size_t account, WindowId window, Money settled);

  // Hard budgets only. Generous while much is left, exactly `least` near the limit, nothing when `least` does not fit.
  Grant grant(std::size_t account, WindowId window, Money wanted, Money least);
  void recall_begun(std::size_t account);
  void recall_done(std::size_t account);
  bool recalling(std::size_t account) const { return accounts_[account].recalling; }
  Passed returned(std::size_t account, const Return& from_core);

  std::size_t size() const { return accounts_.size(); }
  BudgetState state(std::size_t account, WindowId window) const;

 private:
  struct Slot {
    WindowId window;
    Money settled = {}, leased = {};
    std::uint8_t alerts_told = 0;  // so many of the terms' list
  };
  struct Account {
    BudgetTerms terms;
    std::vector<Slot> slots;   // the one used last comes first
    bool scattered = false;    // some core may hold what is unused
    bool recalling = false;
  };
  static Slot& slot(Account& account, WindowId window);
  static std::uint8_t alerts_reached(const BudgetTerms& terms, Money settled);

  std::int64_t cores_;
  std::vector<Account> accounts_;
};

}  // namespace fw::ledger
