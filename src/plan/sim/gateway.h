// The gateway's choice in virtual time: route::decide over a health::Board, filled as gateway/look.cpp fills it, for one
// core that sees everything.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cloud/adapter.h"
#include "health/account_marks.h"
#include "health/board.h"
#include "health/retry_budget.h"
#include "plan/sim/chooser.h"
#include "route/cloud_shares.h"
#include "route/decision.h"
#include "route/expected.h"
#include "route/policy.h"
#include "route/pool.h"

namespace fw::plan::sim {

// What the gateway knows of a place by its configuration. The n-th is the world's n-th place.
struct Known {
  std::string name, provider_name, cloud, scope;
  std::uint16_t provider = 0;
  std::uint16_t of_cloud = 0;
  std::uint32_t weight = 1;
  route::QuickPrice price;
  std::optional<route::Pool> pool;
  bool serves_special = true;
  bool unbilled_when_left = false;  // what is given up before its first token costs nothing
};

// Requests of one kind: where they can go and under which policy.
struct KnownClass {
  std::string model;
  std::vector<std::uint16_t> places;  // in the order of the configuration
  std::uint16_t usual = 0;            // classes of one model learn together
  route::Policy policy;
};

struct KnownMarket {
  std::vector<Known> places;
  std::vector<KnownClass> classes;
  std::size_t providers = 0, clouds = 0, models = 0;
  std::uint32_t output_max = 4'096;   // a client's max_tokens
};

// What is booked for a request that was served there.
route::Pico cost_of(const Known& place, const Asked& asked);

class Gateway : public Chooser {
 public:
  Gateway(KnownMarket market, std::uint64_t seed);

  int next(Running& r, MonoTime now) override;
  void begin(Running& r, Attempt& a, MonoTime now) override;
  void first_token(Running& r, Attempt& a, MonoTime now) override;
  void served(Running& r, Attempt& a, MonoTime now) override;
  void failed(Running& r, Attempt& a, MonoTime now) override;
  void outrun(Running& r, Attempt& a, MonoTime now) override;
  std::int64_t hedge_after_ms(Running& r, MonoTime now) override;
  int hedge(Running& r, MonoTime now) override;

  // What heads say of quotas comes from there; null: no head says anything.
  void hears(const World* world) { world_ = world; }
  // The pool is of another size from now on, as its owner knows.
  void resize(std::uint16_t place, std::int64_t tokens_per_minute);
  void price(std::uint16_t place, const route::QuickPrice& price) { market_.places[place].price = price; }
  const KnownMarket& market() const { return market_; }

 private:
  // A class with its decision, whose places' unchanging part is filled in once.
  struct Desk {
    route::Decision decision;
    std::vector<route::Policy> ruled;  // by rule of the policy
  };
  const KnownClass& of(const Running& r) const { return market_.classes[r.asked.of_class]; }
  std::uint64_t bytes(const Running& r) const;
  std::uint32_t warm(const Running& r) const;
  std::size_t shape(const Running& r) const { return (std::size_t{r.asked.of_class} << 8) + std::size_t{r.asked.tenant} * 2 + (r.asked.special ? 1 : 0); }
  health::Observation observed(const Running& r, const Attempt& a, health::What what, MonoTime now) const;
  void opinion(Running& r, health::What what, MonoTime now);
  void ask(const Running& r, route::Question& q) const;
  void see(route::Seen& seen, const Running& r, const route::Policy& policy, MonoTime now);
  void choose(Running& r, MonoTime now);
  std::int64_t pool_tokens(const Running& r, const route::Pool& pool) const;
  void settle_pool(const Attempt& a, std::int64_t tokens, MonoTime now);

  KnownMarket market_;
  std::vector<Desk> desks_;          // by class
  std::vector<route::Usual> usual_;  // by model
  health::Board board_;
  health::AccountMarks marks_;
  route::CloudShares shares_;
  std::vector<health::RetryBudget> hedges_;  // by class
  std::vector<bool> known_;                  // by shape
  const World* world_ = nullptr;
  std::uint64_t seed_;
};

}  // namespace fw::plan::sim
