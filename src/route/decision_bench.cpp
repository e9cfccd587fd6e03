// What deciding among 16 deployments costs, with all that is weighed, and how often it allocates: ninja fw_route_bench.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdlib>
#include <new>

#include "route/decision.h"

namespace {
std::size_t allocations = 0;
}

void* operator new(std::size_t n) {
  ++allocations;
  if (void* const p = std::malloc(n)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace fw::route {
namespace {

Decision sixteen() {
  Decision d;
  for (std::uint16_t i = 0; i < 16; ++i) {
    Seen s;
    s.deployment = s.provider = i;
    s.scope = i % 3 == 0 ? "eu/sweden-central" : "eu";
    s.cloud = std::array<std::string_view, 4>{"openai", "azure", "bedrock", "vertex"}[i % 4];
    s.cost = 1'000'000'000 + i * 7'919'000 % 500'000'000;
    s.miss = static_cast<std::uint16_t>(i * 977);
    s.error = static_cast<std::uint16_t>(i * 131);
    s.first_token_ms = 300u + i * 37u;
    s.share = static_cast<std::uint16_t>(i * 2'000);
    if (i % 4 == 1) {
      s.pool = true;
      s.cost = 0;
      s.utilisation = static_cast<std::uint16_t>(i * 4'000);
      s.bid = i * 90'000'000;
    }
    if (i % 4 == 2) s.paid = UINT16_MAX;
    d.seen.push_back(s);
  }
  return d;
}

void decides(benchmark::State& state) {
  auto d = sixteen();
  Policy policy;
  policy.prefer = static_cast<Prefer>(state.range(0));
  policy.residency = {"eu"};
  policy.max_share = {{"openai", 20'000}};
  decide(d, policy);  // the room it needs stays
  const auto before = allocations;
  for (auto _ : state) {
    decide(d, policy);
    benchmark::DoNotOptimize(d.ranked.data());
  }
  state.counters["allocations"] = static_cast<double>(allocations - before);
}
BENCHMARK(decides)->DenseRange(0, 6);

}  // namespace
}  // namespace fw::route

BENCHMARK_MAIN();
