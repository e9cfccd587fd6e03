// What a core writes into the journal: every attempt's intent before its first byte goes upstream, its
// end, what the choice saw, and the end of each exchange.
#pragma once

#include <coroutine>
#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "gateway/snapshot.h"
#include "ledger/record.h"
#include "route/decision.h"
#include "store/journal.h"

namespace fw::gateway {

class Exchange;

class Books {
 public:
  // lane: null keeps no books (tests of other things).
  Books(const Snapshot& snapshot, store::Lane* lane);

  // The sequence to wait for under `durability: strict`; 0: there is nothing to wait for.
  std::expected<std::uint64_t, store::Refusal> intent(const Exchange& x);
  void settled(const ledger::AttemptRecord& attempt);
  // What the choice saw, under the request's id.
  void decided(const Exchange& x, const route::Decision& decision);
  // tags: as ledger/tags.h writes them.
  void ended(const ledger::ExchangeRecord& exchange, std::string_view tags);
  // Keys of this table that are new here get their numbers.
  void learn_keys(const KeyTable& keys);

  store::Lane* lane() { return lane_; }

 private:
  struct OfDeployment {
    ledger::NameId name, model, provider, cloud, scope;
  };
  // Numbers of words, given out by the lane once.
  void learn_names();
  void tell_policy(std::uint16_t policy);
  ledger::NameId of(const std::vector<ledger::NameId>& names, std::uint16_t index) const;

  const Snapshot& snapshot_;
  store::Lane* lane_;
  std::vector<OfDeployment> deployments_;
  std::vector<ledger::NameId> tenants_, keys_, models_, policies_;
  std::vector<std::string> policy_hashes_;  // empty: not told yet
  std::string room_;                        // for a decision
};

// co_await: until the record is on disk. False: syncing fails at the moment; the record is journaled
// all the same. May be destroyed meanwhile.
class Synced : store::Lane::Waiter {
 public:
  Synced(store::Lane& lane, std::uint64_t sequence_in) : lane_(lane) { sequence = sequence_in; }
  ~Synced() { lane_.cancel(*this); }
  Synced(const Synced&) = delete;
  Synced& operator=(const Synced&) = delete;
  bool await_ready() const { return lane_.synced() >= sequence; }
  bool await_suspend(std::coroutine_handle<> waiting) {
    waiting_ = waiting;
    done = [](Waiter& waiter, bool good) {
      auto& self = static_cast<Synced&>(waiter);
      self.good_ = good;
      self.waiting_.resume();
    };
    return lane_.wait(*this);
  }
  bool await_resume() const { return good_; }

 private:
  store::Lane& lane_;
  std::coroutine_handle<> waiting_;
  bool good_ = true;
};

}  // namespace fw::gateway
