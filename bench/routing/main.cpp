// routing SHAPE.csv LOAD CROWDING FIRST_SEED LAST_SEED [POLICY...]: one line of comma-separated figures per seed and policy.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "chooser.h"
#include "town.h"

namespace fw::routing {
namespace {

int compare(int argc, char** argv) {
  if (argc < 6) {
    fmt::print(stderr, "routing: found {} arguments, expected SHAPE.csv LOAD CROWDING FIRST_SEED LAST_SEED [POLICY...]\n", argc - 1);
    return 2;
  }
  const auto shape = read_shape(argv[1]);
  if (shape.demand <= 0) {
    fmt::print(stderr, "routing: '{}' is no shape; bench/routing/data has some\n", argv[1]);
    return 2;
  }
  const double load = std::strtod(argv[2], nullptr);
  const Weather weather{.troubled = true, .crowding = std::strtod(argv[3], nullptr)};
  std::vector<std::string_view> policies(argv + 6, argv + argc);
  if (policies.empty()) policies = policy_names();
  for (auto seed = std::strtoull(argv[4], nullptr, 10); seed <= std::strtoull(argv[5], nullptr, 10); ++seed) {
    const auto asked = draw(shape, load, seed, kSeconds);
    for (const auto policy : policies) {
      const auto t = run(policy, {.shape = shape, .asked = asked, .seed = seed, .weather = weather});
      if (!t) {
        fmt::print(stderr, "routing: no policy '{}'; there are: {}\n", policy, fmt::join(policy_names(), ", "));
        return 2;
      }
      fmt::print("{},{},{},{},{},{},{},{:.4f},{},{:.4f},{:.4f},{:.4f},{:.1f},{:.1f}\n", seed, policy, t->requests, t->served, t->missed,
                 t->throttled, t->attempts, t->cost_usd, t->forbidden, t->p50_s, t->p95_s, t->p99_s, t->shed_s, t->return_s);
    }
  }
  return 0;
}

}  // namespace
}  // namespace fw::routing

int main(int argc, char** argv) { return fw::routing::compare(argc, argv); }
