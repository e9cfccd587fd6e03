// What was asked for: tokens by class and step of time, in disjoint columns as the ledger counts them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"

namespace fw::plan {

// Tokens of one class in one step; `input` is what no cache held.
struct Tokens {
  double input = 0;
  double cached = 0;
  double output = 0;
  double total() const { return input + cached + output; }
};

// One number per step. Whole numbers below 2^32 take four bytes each, so that a year of minutes of a hundred models
// stays under a gigabyte; anything else is kept as it is.
class Series {
 public:
  Series() = default;
  explicit Series(std::vector<double> values);
  std::size_t size() const;
  double operator[](std::size_t step) const;
  double sum() const;
  // Calls `use` with the vector as it is stored, for loops over millions of steps.
  template <class Use>
  decltype(auto) visit(Use&& use) const { return std::visit(use, values_); }

 private:
  std::variant<std::vector<std::uint32_t>, std::vector<double>> values_;
};

// Requests that may be served in the same places and have the same rights.
struct DemandClass {
  std::string model;
  std::string name;   // the class as the rules name it
  std::string place;  // where the customers are
  Series input, cached, output, requests;
  int line = 0, column = 0;  // where a file names its model first; 0: nowhere
  Tokens at(std::size_t step) const { return {input[step], cached[step], output[step]}; }
};

// An hour or more in which no class asked for anything.
struct Hole {
  WallTime from;
  WallTime until;
};

struct Demand {
  WallTime from;                     // the beginning of the first step
  std::int64_t step_s = 60;          // of one row of the file
  std::size_t steps = 0;
  std::vector<DemandClass> classes;  // by model, name and place
  std::vector<Hole> holes;
  WallTime time(std::size_t step) const { return {from.ns + static_cast<std::int64_t>(step) * step_s * 1'000'000'000}; }
  WallTime until() const { return time(steps); }
};

inline constexpr std::size_t kClassesMax = 10'000;
inline constexpr std::size_t kStepsMax = 10'000'000;   // 19 years of minutes
inline constexpr double kTokensMax = 1e15;             // of one class in one step

}  // namespace fw::plan
