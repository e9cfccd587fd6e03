// Cores, their mailboxes and one budget account, as the protocol in ledger/budget.h says it: letters between two cores
// keep their order, everything else happens in the order a seed says.
#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "ledger/budget.h"

namespace fw::ledger::testing {

inline constexpr std::size_t kHomeCore = 0;
inline constexpr std::size_t kWindows = 3;

struct Request {
  enum class State : std::uint8_t { waiting, admitted, refused, ended };
  std::size_t core = 0;
  WindowId window;
  Money amount;
  State state = State::waiting;
  bool gone = false;  // its client left while it waited
};

// What truly happened in a window, whoever knows of it.
struct Truth {
  Money reserved, settled, overdraft;
  Money unused;  // at the cores and in letters
};

class BudgetRig {
 public:
  BudgetRig(std::size_t cores, BudgetTerms terms, std::uint64_t seed)
      : random(seed), home(cores), leases(cores, BudgetLease(terms.hard)), terms_(terms), letters_(2 * cores) {
    home.add(terms);
  }

  // A client's request; the answer is in requests[the result] once the letters are delivered.
  std::size_t request(std::size_t core, WindowId window, Money amount) {
    requests.push_back({core, window, amount});
    reserve(requests.size() - 1);
    return requests.size() - 1;
  }

  void settle(std::size_t which, Money cost) {
    auto& r = requests[which];
    auto& t = truth(r.window);
    t.reserved = t.reserved - r.amount;
    t.settled += cost;
    const auto before = leases[r.core].unused(r.window);
    leases[r.core].settle(r.window, r.amount, cost);
    if (!terms_.hard) t.overdraft += cost;
    else if (cost > r.amount) t.overdraft += cost - r.amount - (before - leases[r.core].unused(r.window));
    r.state = Request::State::ended;
    report(r.core, BudgetLease::Urgency::now);
  }

  void report(std::size_t core, BudgetLease::Urgency urgency) {
    while (auto r = leases[core].next_return(urgency)) post_home(core, {.kind = Kind::returned, .returned = *r});
  }

  // Delivers one letter of a mailbox that has one. False: all are empty.
  bool deliver_one() {
    std::size_t full = 0;
    for (const auto& box : letters_) full += box.empty() ? 0 : 1;
    if (full == 0) return false;
    auto pick = random() % full;
    for (std::size_t at = 0; at < letters_.size(); ++at)
      if (!letters_[at].empty() && pick-- == 0) {
        const auto letter = letters_[at].front();
        letters_[at].pop_front();
        at < leases.size() ? at_home(at, letter) : at_core(at - leases.size(), letter);
        break;
      }
    return true;
  }
  void deliver_all() {
    while (deliver_one()) check();
  }

  // The promise of budget.h, and that no unit is lost or made.
  void check() {
    for (std::size_t w = 0; w < kWindows; ++w) {
      const WindowId window{static_cast<std::int64_t>(w)};
      auto t = truths_[w];
      for (const auto& lease : leases) t.unused += lease.unused(window);
      for (std::size_t at = 0; at < letters_.size(); ++at)
        for (const auto& letter : letters_[at])
          if (letter.kind == Kind::granted && requests[letter.request].window == window) t.unused += letter.grant.amount;
          else if (letter.kind == Kind::returned && letter.returned.window == window) t.unused += letter.returned.unused;
      const auto state = home.state(0, window);
      if (terms_.hard) ASSERT_LE(t.settled + t.reserved + t.unused, terms_.limit + t.overdraft);
      // Every unit the home counts is somewhere; only overdraft may be on its way.
      const auto known = state.settled + state.leased;
      const auto there = t.settled + t.unused + (terms_.hard ? t.reserved : Money());
      ASSERT_LE(known, there);
      ASSERT_LE(there, known + t.overdraft);
    }
  }

  Truth& truth(WindowId window) { return truths_[static_cast<std::size_t>(window.value)]; }
  std::size_t count(Request::State state) const {
    std::size_t n = 0;
    for (const auto& r : requests) n += r.state == state ? 1 : 0;
    return n;
  }
  // Everybody reports and gives back all; what is leased then is reserved.
  void recall_all() {
    for (std::size_t core = 0; core < leases.size(); ++core)
      for (const auto& r : leases[core].recall()) post_home(core, {.kind = Kind::returned, .returned = r});
    deliver_all();
  }

  std::mt19937_64 random;
  BudgetHome home;
  std::vector<BudgetLease> leases;
  std::vector<Request> requests;
  std::vector<Passed> passed;  // of every Return
  std::size_t rounds = 0;

 private:
  enum class Kind : std::uint8_t { ask, granted, recall, returned, answered };
  struct Letter {
    Kind kind = Kind::ask;
    std::size_t request = 0;
    Grant grant = {};
    Return returned = {};
  };

  void post_home(std::size_t from, Letter letter) { letters_[from].push_back(letter); }
  void post_core(std::size_t to, Letter letter) { letters_[leases.size() + to].push_back(letter); }

  void reserve(std::size_t which) {
    auto& r = requests[which];
    if (leases[r.core].take(r.window, r.amount).ok) {
      truth(r.window).reserved += r.amount;
      r.state = Request::State::admitted;
    } else {
      post_home(r.core, {.kind = Kind::ask, .request = which});
    }
  }

  void ask(std::size_t which) {
    const auto& r = requests[which];
    const auto grant = home.grant(0, r.window, BudgetLease::wanted(r.amount), r.amount);
    if (!grant.recall) return decide(which, grant);
    waiting_.push_back(which);
    if (home.recalling(0)) return;
    home.recall_begun(0);
    ++rounds;
    answers_missing_ = leases.size();
    for (std::size_t core = 0; core < leases.size(); ++core) post_core(core, {.kind = Kind::recall});
  }

  void decide(std::size_t which, const Grant& grant) {
    const auto& r = requests[which];
    if (grant.amount == Money()) {
      // A refusal is never for what lies unused at another core.
      for (const auto& lease : leases) ASSERT_EQ(lease.unused(r.window).usd(), "0");
    }
    post_core(r.core, {.kind = Kind::granted, .request = which, .grant = grant});
  }

  void at_home(std::size_t, const Letter& letter) {
    if (letter.kind == Kind::ask) return ask(letter.request);
    if (letter.kind == Kind::returned) return passed.push_back(home.returned(0, letter.returned));
    if (--answers_missing_ > 0) return;
    home.recall_done(0);
    for (const auto which : std::exchange(waiting_, {})) ask(which);
  }

  void at_core(std::size_t core, const Letter& letter) {
    if (letter.kind == Kind::recall) {
      for (const auto& r : leases[core].recall()) post_home(core, {.kind = Kind::returned, .returned = r});
      return post_home(core, {.kind = Kind::answered});
    }
    auto& r = requests[letter.request];
    leases[core].granted(r.window, letter.grant);
    if (r.gone || letter.grant.amount == Money()) r.state = Request::State::refused;
    else reserve(letter.request);
    report(core, BudgetLease::Urgency::now);
  }

  BudgetTerms terms_;
  std::array<Truth, kWindows> truths_;
  std::vector<std::deque<Letter>> letters_;  // to the home from each core, then to each core from the home
  std::vector<std::size_t> waiting_;
  std::size_t answers_missing_ = 0;
};

}  // namespace fw::ledger::testing
