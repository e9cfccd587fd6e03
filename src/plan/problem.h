// Demand, offers and rules as one problem in plain numbers: USD and units, by step and slot.
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "plan/demand.h"
#include "plan/intervals.h"
#include "plan/shares.h"
#include "plan/supply.h"
#include "plan/value.h"

namespace fw::plan {

// The part of all tokens that may be lost to rounding: one in ten million.
inline constexpr double kUnserved = 1e-7;

inline constexpr std::size_t kNothing = SIZE_MAX;

// Tokens by column, weighed.
inline double weigh(const Tokens& per_token, const Tokens& tokens) {
  return per_token.input * tokens.input + per_token.cached * tokens.cached + per_token.output * tokens.output;
}

// Where tokens of a model can go: an offer, or (without one) nowhere, at a price that nobody would pay.
struct Source {
  std::size_t offer = kNothing;
  std::size_t cloud = kNothing;
  std::size_t pool = kNothing;  // of a provisioned offer
  Tokens usd;                   // pay-as-you-go: USD per token
  Tokens units;                 // provisioned: units that a token takes of its step
  double tokens_max = std::numeric_limits<double>::infinity();  // in a step
  double requests_max = std::numeric_limits<double>::infinity();
  std::size_t from = 0, until = SIZE_MAX;  // steps in which it is there
  bool at(std::size_t step) const { return from <= step && step < until; }
  bool limited() const { return tokens_max < std::numeric_limits<double>::infinity() || requests_max < std::numeric_limits<double>::infinity(); }
};

// Classes and sources of one model. Sources of several models are bought together at most, never used for each other.
// An outage is a group of its own: what must still be served when a cloud is gone, by the same pools; nothing is paid in
// it and its tokens are no one's share.
struct Group {
  std::string model;
  std::size_t without = kNothing;          // outage: the cloud that is gone
  Tokens usual;                            // USD per token, about: the measure of steps where only limited sources are
  bool outage() const { return without != kNothing; }
  std::vector<std::size_t> classes;        // of the demand
  std::vector<Source> sources;
  std::vector<std::vector<bool>> admits;   // by class of the group and source
  std::vector<bool> critical;              // by class of the group
};

// Where a pool's units are used: normally, and in outages of other clouds.
struct PoolUse {
  std::size_t group = 0, source = 0;
};

// Units of one offer, deployed by the hour.
struct Pool {
  std::size_t offer = 0, family = 0;
  std::vector<PoolUse> uses;  // the normal one first
  Lumps lumps;
  double open_usd = 0;        // for the span, if any are deployed in it
  Money open;                 // the same, exactly
};

// What buys units: terms that begin at any day, hours at any hour.
struct Family {
  std::string name;
  std::size_t cloud = 0;
  std::vector<std::size_t> pools;
  std::vector<IntervalTerm> terms;
  std::vector<std::string_view> words;  // "hour", "month", "year", by term
  std::vector<Money> prices;            // by term
  std::size_t hour = kNothing;          // the term that is a single slot
  std::int64_t boot_s = 0;              // paid before hours begin
};

// An offer that is no source since its price is unknown, so that it can be told which price would make it one.
struct UnpricedTerm {
  std::string_view word;
  std::size_t slots = 0;
  std::vector<std::size_t> starts;
};
struct Unpriced {
  std::size_t group = 0;
  Source source;                    // what is known of its prices
  std::vector<bool> admits;         // by class of the group
  std::vector<UnpricedTerm> terms;  // of units: those that could be sold
};

// The most that may be spent in some slots.
struct BudgetPeriod {
  double usd = 0;
  std::size_t from = 0, until = 0;
};

// What is to be spent at a cloud in some slots; the part of a commitment that falls into the span by time.
struct Contract {
  std::size_t cloud = 0;
  Money commit;
  double usd = 0;
  std::size_t from = 0, until = 0;
  double part_of(const BudgetPeriod& period) const;  // of its slots
};

struct Problem {
  const Demand* demand = nullptr;     // with growth and outages
  const std::vector<Offer>* offers = nullptr;
  std::size_t steps_per_slot = 1;  // a slot is an hour, or a step where that is longer
  std::size_t slots = 0;
  std::int64_t slot_hours = 1;
  std::vector<Group> groups;
  std::vector<Pool> pools;
  std::vector<Family> families;
  std::vector<std::string> clouds;
  ShareRules shares;
  std::vector<BudgetPeriod> budgets;
  std::vector<Contract> contracts;
  double tokens = 0;               // of all classes, outages not counted
  double outage_served = 0;        // share of each critical class when a cloud is gone
  std::vector<std::string> left_out;  // offers that could not be used, and why
  std::vector<Unpriced> unpriced;     // those of them whose price is unknown
  std::vector<std::string> conflict;  // rules that leave a class nowhere to go
  std::shared_ptr<const Demand> changed;  // where the given demand is not the one that is planned for

  std::size_t begin(std::size_t slot) const { return slot * steps_per_slot; }
  std::size_t end(std::size_t slot) const { return std::min((slot + 1) * steps_per_slot, demand->steps); }
};

// What a rule about many choices asks to be paid beyond prices; empty vectors: nothing.
struct CloudPrices {
  std::vector<double> token;   // by cloud: USD per token, for rules about shares
  std::vector<double> budget;  // by period: USD for a USD that is spent in it
  std::vector<double> drawn;   // by contract: USD that a USD spent under it gives back
  bool operator==(const CloudPrices&) const = default;
};
CloudPrices no_prices(const Problem& problem);

// What a USD spent at a cloud in a slot counts for under such prices.
class MoneyFactors {
 public:
  MoneyFactors(const Problem& problem, const CloudPrices& prices);
  double at(std::size_t cloud, std::size_t slot) const { return by_cloud_.empty() || cloud == kNothing ? 1 : by_cloud_[cloud][slot]; }
  bool plain() const { return by_cloud_.empty(); }
  std::vector<IntervalTerm> terms(const Family& family) const;
  double open_usd(const Problem& problem, const Pool& pool) const;

 private:
  std::vector<std::vector<double>> by_cloud_;
};

// The demand and the offers must outlive the problem.
Problem compile(const Demand& demand, const std::vector<Offer>& offers, const Rules& rules);

}  // namespace fw::plan
