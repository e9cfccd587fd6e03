// A bill by request against the books, entry by attempt. It can settle what the books only know bounds of.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ledger/reconcile.h"

namespace fw::ledger {

class AttemptReconciler {
 public:
  // `bills` and the book live longer. `complete`: the bill has every request of its time; an ambiguous attempt that it
  // lacks was not billed.
  AttemptReconciler(const offer::Book& book, std::string cloud, bool complete) : book_(book), cloud_(std::move(cloud)), complete_(complete) {}
  void add(const Bill& bill);
  void add(const Booked& attempt, const PricedBy& by);
  Reconciled result();

 private:
  struct Entry {
    const BilledAttempt* billed = nullptr;
    const Bill* bill = nullptr;
    bool met = false;
  };
  Entry* find(const Booked& attempt);
  void compare(const Booked& attempt, const Entry& entry, std::optional<Money> billed);
  void settle(const Booked& attempt, const Entry& entry, std::optional<Money> billed);
  bool is_judged(WallTime time) const;
  void missed(const Booked& attempt);
  void note(Cause cause, const std::string& model, const std::string& what, std::int64_t tokens, Money amount);

  const offer::Book& book_;
  std::string cloud_;
  bool complete_;
  std::vector<Entry> entries_;
  std::unordered_map<std::string_view, std::size_t> by_attempt_, by_upstream_;
  WallTime from_{INT64_MAX}, until_{INT64_MIN};
  Reconciled out_;
};

}  // namespace fw::ledger
