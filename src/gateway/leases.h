// Accounts whose truth lives on one core, the home, while every core takes from a lease of its own: the
// letters of the protocol that ledger/budget.h and ledger/rate.h describe. Kind says which of the two.
#pragma once

#include <coroutine>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "net/loop.h"
#include "net/task.h"

namespace fw::gateway {

class Core;

// A letter that runs a function.
template <class F>
void post(net::Loop& loop, F what) {
  struct Errand final : net::Letter {
    explicit Errand(F w) : f(std::move(w)) {}
    void run() override { f(); }
    F f;
  };
  loop.post(std::make_unique<Errand>(std::move(what)));
}

// Kind: Lease, Home, Ask, Grant; of(Core&) -> Leases<Kind>&; cores(Core&), loop(Core&), now(Core&);
// grant(), granted(), recall() -> Returns, returned().
template <class Kind>
class Leases {
 public:
  using Ask = typename Kind::Ask;
  using Grant = typename Kind::Grant;

  explicit Leases(Core& core) : core_(core) {}

  typename Kind::Lease& lease(std::size_t account) { return leases_[account]; }
  std::vector<typename Kind::Lease>& all() { return leases_; }
  const typename Kind::Lease& lease(std::size_t account) const { return leases_[account]; }
  typename Kind::Home* home() { return home_.get(); }  // null: not here
  const typename Kind::Home* home() const { return home_.get(); }
  void keep_home(std::unique_ptr<typename Kind::Home> home) {
    home_ = std::move(home);
    home_grew();
  }
  // It has more accounts than before.
  void home_grew() {
    waiting_.resize(home_->size());
    missing_.resize(home_->size());
  }

 private:
  struct Waiter {
    explicit Waiter(std::coroutine_handle<> h) : handle(h) {}
    std::coroutine_handle<> handle;  // of its core only, as is the rest
    std::optional<Grant> grant;
  };
  struct Question {
    Core* from;
    std::size_t account;
    Ask ask;
    std::shared_ptr<Waiter> waiter;
  };

 public:
  // co_await: the home's grant, booked in this core's lease already. May be destroyed meanwhile: the grant
  // then stays in the lease.
  class Asking {
   public:
    Asking(Leases& leases, std::size_t account, Ask ask) : leases_(leases), account_(account), ask_(std::move(ask)) {}
    ~Asking() {
      if (waiter_) waiter_->handle = nullptr;
    }
    Asking(const Asking&) = delete;
    Asking& operator=(const Asking&) = delete;
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> handle) {
      waiter_ = std::make_shared<Waiter>(handle);
      auto& home = Kind::cores(leases_.core_).front();
      post(Kind::loop(*home), [to = home, q = Question{&leases_.core_, account_, ask_, waiter_}]() mutable { Kind::of(*to).decide(std::move(q)); });
    }
    Grant await_resume() { return *std::exchange(waiter_, nullptr)->grant; }

   private:
    Leases& leases_;
    std::size_t account_;
    Ask ask_;
    std::shared_ptr<Waiter> waiter_;
  };

  // What this core owes the home now; the rest within kTellMs.
  void tell(std::size_t account) {
    tell_some(account, Kind::Lease::Urgency::now);
    if (telling_) return;
    telling_ = true;
    Kind::loop(core_).spawn(tell_rest());
  }
  static constexpr std::int64_t kTellMs = 100;

 private:
  // At the home.
  void decide(Question q) {
    const auto grant = Kind::grant(*home_, q.account, q.ask, Kind::now(core_));
    if (!grant.recall) {
      auto* const to = q.from;
      return post(Kind::loop(*to), [to, q = std::move(q), grant]() mutable { Kind::of(*to).receive(std::move(q), grant); });
    }
    const auto account = q.account;
    waiting_[account].push_back(std::move(q));
    if (home_->recalling(account)) return;
    home_->recall_begun(account);
    missing_[account] = Kind::cores(core_).size();
    for (auto* const core : Kind::cores(core_)) post(Kind::loop(*core), [core, account] { Kind::of(*core).give_all(account); });
  }
  void answered(std::size_t account) {
    if (--missing_[account] > 0) return;
    home_->recall_done(account);
    for (auto& q : std::exchange(waiting_[account], {})) decide(std::move(q));
  }
  void returned(std::size_t account, const typename Kind::Return& r) { Kind::returned(core_, *home_, account, r, Kind::now(core_)); }

  // At a core.
  void receive(Question q, const Grant& grant) {
    Kind::granted(leases_[q.account], q.ask, grant, Kind::now(core_));
    if (q.waiter->handle) {
      q.waiter->grant = grant;
      std::exchange(q.waiter->handle, nullptr).resume();
    }
    tell(q.account);
  }
  void give_all(std::size_t account) {
    for (const auto& r : Kind::recall(leases_[account])) send(account, r);
    auto* const home = Kind::cores(core_).front();
    post(Kind::loop(*home), [home, account] { Kind::of(*home).answered(account); });
  }
  void send(std::size_t account, const typename Kind::Return& r) {
    auto* const home = Kind::cores(core_).front();
    post(Kind::loop(*home), [home, account, r] { Kind::of(*home).returned(account, r); });
  }
  void tell_some(std::size_t account, typename Kind::Lease::Urgency urgency) {
    while (const auto r = leases_[account].next_return(urgency)) send(account, *r);
  }
  net::Task<void> tell_rest() {
    co_await Kind::loop(core_).sleep_until(Kind::now(core_).plus_ms(kTellMs));
    telling_ = false;
    for (std::size_t account = 0; account < leases_.size(); ++account) tell_some(account, Kind::Lease::Urgency::soon);
  }

  Core& core_;
  std::vector<typename Kind::Lease> leases_;
  bool telling_ = false;
  std::unique_ptr<typename Kind::Home> home_;      // on the home core only, as are:
  std::vector<std::vector<Question>> waiting_;     // by account, for a recall
  std::vector<std::size_t> missing_;               // cores that have not answered it
};

}  // namespace fw::gateway
