// When nothing served the request: what was tried, and the answer that says so.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/attempt.h"

namespace fw::gateway {

struct Failures {
  struct Tried {
    std::uint16_t deployment;
    Outcome outcome;
  };
  std::vector<Tried> tried;
  std::string_view stopped;  // why no further place was tried, where places were left
  void add(std::uint16_t deployment, Outcome outcome) { tried.push_back({deployment, std::move(outcome)}); }
};

// The client's own mistakes are told in the cloud's words; all else names every deployment that was
// tried and why it failed. Always with x-should-retry: false.
void answer_failures(Exchange& x, const Failures& failures);

}  // namespace fw::gateway
