// Demand, offers and rules as one problem in plain numbers: USD and units, by step and slot.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "plan/demand.h"
#include "plan/intervals.h"
#include "plan/supply.h"
#include "plan/value.h"

namespace fw::plan {

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
struct Group {
  std::string model;
  std::vector<std::size_t> classes;        // of the demand
  std::vector<Source> sources;
  std::vector<std::vector<bool>> admits;   // by class of the group and source
};

// Units of one provisioned offer, deployed by the hour.
struct Pool {
  std::size_t offer = 0, group = 0, source = 0, family = 0;
  Lumps lumps;
};

// What buys units: terms that begin at any day, hours at any hour.
struct Family {
  std::string name;
  std::vector<std::size_t> pools;
  std::vector<IntervalTerm> terms;
  std::vector<std::string_view> words;  // "hour", "month", "year", by term
  std::vector<Money> prices;            // by term
  std::size_t hour = kNothing;          // the term that is a single slot
};

struct ShareCap {
  std::size_t cloud = 0;
  double share = 1;
};

struct Problem {
  const Demand* demand = nullptr;
  const std::vector<Offer>* offers = nullptr;
  std::size_t steps_per_slot = 1;  // a slot is an hour, or a step where that is longer
  std::size_t slots = 0;
  std::int64_t slot_hours = 1;
  std::vector<Group> groups;
  std::vector<Pool> pools;
  std::vector<Family> families;
  std::vector<std::string> clouds;
  std::vector<ShareCap> caps;
  double tokens = 0;               // of all classes
  std::vector<std::string> left_out;  // offers that could not be used, and why
  std::vector<std::string> conflict;  // rules that leave a class nowhere to go

  std::size_t begin(std::size_t slot) const { return slot * steps_per_slot; }
  std::size_t end(std::size_t slot) const { return std::min((slot + 1) * steps_per_slot, demand->steps); }
};

// The demand and the offers must outlive the problem.
Problem compile(const Demand& demand, const std::vector<Offer>& offers, const Rules& rules);

}  // namespace fw::plan
