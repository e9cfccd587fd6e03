// What keys may spend and how fast: 2 of the trunk, reserve, and its end in settle.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "gateway/leases.h"
#include "gateway/snapshot.h"
#include "ledger/budget.h"
#include "ledger/rate.h"
#include "ledger/record.h"
#include "route/pacer.h"

namespace fw::gateway {

// What an attempt holds of its key's budgets, in their order; as many as it took.
struct Held {
  struct Part {
    std::uint16_t account = 0;
    ledger::WindowId window;
  };
  Money amount;
  std::vector<Part> parts;
};
// What a request holds of its key's rates.
struct Paced {
  std::int64_t tokens = 0;   // estimated
  std::size_t accounts = 0;  // as many as it took, of those its key had then
};

struct MoneyKind {
  using Lease = ledger::BudgetLease;
  using Home = ledger::BudgetHome;
  using Grant = ledger::Grant;
  using Return = ledger::Return;
  struct Ask {
    ledger::WindowId window;
    Money amount;
  };
  static Leases<MoneyKind>& of(Core& core);
  static const std::vector<Core*>& cores(Core& core);
  static net::Loop& loop(Core& core);
  static MonoTime now(Core& core);
  static Grant grant(Home& home, std::size_t account, const Ask& ask, MonoTime) {
    return home.grant(account, ask.window, Lease::wanted(ask.amount), ask.amount);
  }
  static void granted(Lease& lease, const Ask& ask, const Grant& grant, MonoTime) { lease.granted(ask.window, grant); }
  static std::vector<Return> recall(Lease& lease) { return lease.recall(); }
  static void returned(Core& core, Home& home, std::size_t account, const Return& r, MonoTime now);
};

struct PaceKind {
  using Lease = ledger::RateLease;
  using Home = ledger::RateHome;
  using Grant = ledger::RateGrant;
  using Return = ledger::RateReturn;
  struct Ask {
    std::int64_t amount = 0;
  };
  static Leases<PaceKind>& of(Core& core);
  static const std::vector<Core*>& cores(Core& core) { return MoneyKind::cores(core); }
  static net::Loop& loop(Core& core) { return MoneyKind::loop(core); }
  static MonoTime now(Core& core) { return MoneyKind::now(core); }
  static Grant grant(Home& home, std::size_t account, const Ask& ask, MonoTime now) {
    return home.grant(account, Lease::wanted(ask.amount), ask.amount, now);
  }
  static void granted(Lease& lease, const Ask&, const Grant& grant, MonoTime now) { lease.granted(grant, now); }
  static std::vector<Return> recall(Lease& lease) { return {lease.recall()}; }
  static void returned(Core&, Home& home, std::size_t account, const Return& r, MonoTime now) { home.returned(account, r, now); }
};

// One per core.
class Purse {
 public:
  explicit Purse(Core& core);
  // For the accounts of this table; what changed of the terms of those there already counts from here on.
  void make_room(const KeyTable& keys);
  // On core 0, before anything is asked and after make_room(). spent: of each budget in its present window.
  void keep_home(std::size_t cores, const std::vector<Money>& spent);

  // The most an attempt may cost, out of all these budgets. Error: one refuses; then nothing is held. `budgets` outlives it.
  net::Task<std::optional<Error>> reserve(const KeyTable& keys, std::span<const std::uint16_t> budgets, Money amount, Held& held);
  // cost: what is booked; of what is not known, the most it can be.
  void settle(Held& held, Money cost);

  // A request and its tokens. Error likewise. `keys`: the exchange's, which outlives it; so in what follows.
  net::Task<std::optional<Error>> admit(const KeyTable& keys, const Key& key, std::int64_t tokens, Paced& paced);
  void ended(const KeyTable& keys, const Key& key, Paced& paced, std::int64_t tokens);
  // `x-ratelimit-*` lines, where the key has limits.
  void append_standing(const KeyTable& keys, const Key& key, std::string& lines) const;

  // On core 0: how each budget stands.
  struct Standing {
    ledger::BudgetState state;
    ledger::WindowSpan span;
  };
  std::vector<Standing> standing(WallTime now) const;

  // On core 0: some of the account was spent. Where a policy paces it, all cores learn what that means.
  void keep_pace(std::size_t account);
  // On the home core: operators are told that so much of a budget is spent.
  void tell_passed(std::size_t account, ledger::WindowId window, unsigned percent);
  // Of these budgets, the most (route/pacer.h); 0 on cores that were told nothing.
  std::uint16_t pressure(std::span<const std::uint16_t> budgets) const;

  Leases<MoneyKind> money;
  Leases<PaceKind> pace;

 private:
  void give_back(const KeyTable& keys, const Key& key, Paced& paced);
  void make_home_room(const KeyTable& keys);
  Core& core_;
  std::vector<ledger::WindowClock> clocks_;  // by budget
  std::vector<bool> paced_;                  // likewise
  std::vector<route::Pacer> pacers_;         // likewise; on core 0
  std::vector<std::uint16_t> pressure_;      // likewise
  std::vector<std::uint32_t> budgets_changed_, rates_changed_;  // on core 0: the terms that count
};

}  // namespace fw::gateway
