// Who asks what and when: traces laid over themselves, or drawn from the shape of a service.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "world.h"

namespace fw::routing {

inline constexpr double kSeconds = 3'420;  // of every run

struct Shape {
  struct Row {
    std::int64_t ms = 0;
    std::uint32_t input = 0, output = 0;
  };
  struct Client {
    double part = 0;                        // of the requests
    std::array<double, 4> input{}, output{};  // tokens at 10, 50, 90 and 99 %
  };
  std::vector<Row> rows;        // a trace of single requests, or ...
  std::vector<double> rates;    // ... a day in windows, relative to its mean,
  std::vector<Client> clients;  // and who sends in it
  double at_load_1 = 0;         // copies of the trace, or requests per second
  double demand = 0;            // tokens per second at load 1, on average
};

// Reads bench/routing/data/FILE.csv; empty `demand`: it could not be read.
Shape read_shape(const std::string& path);
// load: a multiple of 0.25. Sorted by time.
std::vector<Asked> draw(const Shape& shape, double load, std::uint64_t seed, double seconds);

}  // namespace fw::routing
