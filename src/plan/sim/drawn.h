// Requests drawn from a demand: of each step as many as were counted, with all their tokens, at times and of sizes that
// are drawn.
#pragma once

#include <cstdint>
#include <vector>

#include "plan/demand.h"
#include "plan/sim/play.h"

namespace fw::plan::sim {

struct Manner {
  double input_spread = 0.8;   // sigma of the logarithm of a prompt's tokens
  double output_spread = 1.0;  // likewise of an answer's
  double burst = 1;            // requests that come together, on average
  double tokens_each = 2'000;  // of a request, where a step counts none
  std::uint16_t tenants = 20;
  double scale = 1;            // so many times the demand
};

// Whole tokens and requests: what is left of a step is counted in the next. The demand must outlive this.
class Drawn : public Arrivals {
 public:
  Drawn(const Demand& demand, const Manner& manner, std::uint64_t seed);
  const Asked* next() override;

 private:
  // What of a class is not drawn yet.
  struct Rest {
    double requests = 0;
    Tokens tokens;
  };
  void draw_step();
  void draw(std::size_t of_class, std::size_t requests, Rest& rest);
  void sort();

  const Demand& demand_;
  Manner manner_;
  std::uint64_t state_;
  std::vector<Rest> rests_;
  std::vector<float> input_sizes_, output_sizes_;  // of mean 1, by quantile
  std::vector<float> weights_;                     // of one class in one step
  std::vector<Asked> asked_, unsorted_;
  std::vector<std::uint32_t> slots_;
  std::size_t at_ = 0;
  std::size_t step_ = 0;
  std::uint32_t id_ = 0;
};

}  // namespace fw::plan::sim
