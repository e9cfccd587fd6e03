// What a request costs on a board: facts, observations, a ticket.
#include <benchmark/benchmark.h>

#include <array>
#include <vector>

#include "health/board.h"

namespace fw::health {
namespace {

struct Bench {
  std::vector<std::uint16_t> providers = std::vector<std::uint16_t>(16, 0);
  Board board{providers, 1, 1};
  MonoTime now{1'000'000'000};

  Bench() {
    for (int i = 0; i < 10'000; ++i) {
      now.ns += 2'000'000;
      board.observe(observation(i, What::first_token));
    }
    for (std::uint16_t d = 0; d < 16; ++d) board.note_limit(d, {Limit::Kind::tokens, 1'000'000, 500'000, 60'000}, now);
  }
  Observation observation(int i, What what) const {
    Observation o;
    o.at = now;
    o.what = what;
    o.deployment = static_cast<std::uint16_t>(i % 16);
    o.size = static_cast<SizeClass>(i / 16 % 5);
    o.tenant = static_cast<std::uint32_t>(i % 50);
    o.stream = true;
    o.first_token_us = 300'000 + static_cast<std::uint32_t>(i * 7'919 % 900'000);
    o.duration_ms = 2'000;
    o.output_tokens = 200;
    return o;
  }
};

// 16 places at 2,000 requests a second: each fact is refreshed once in 20 askings. Some samples keep them alive.
void service(benchmark::State& state) {
  Bench b;
  std::uint16_t d = 0;
  int rounds = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(b.board.service(d, SizeClass::tokens_8k, 2'000, b.now));
    d = (d + 1) % 16;
    if (d != 0) continue;
    b.now.ns += 500'000;
    if (++rounds % 2'000 == 0)
      for (int i = 0; i < 80; ++i) b.board.observe(b.observation(i, What::first_token));
  }
}
BENCHMARK(service);

void service_kept(benchmark::State& state) {
  Bench b;
  for (auto _ : state) benchmark::DoNotOptimize(b.board.service(3, SizeClass::tokens_8k, 2'000, b.now));
}
BENCHMARK(service_kept);

void service_refreshed(benchmark::State& state) {
  Bench b;
  int calls = 0;
  for (auto _ : state) {
    b.now.ns += 10'000'000;
    benchmark::DoNotOptimize(b.board.service(3, SizeClass::tokens_8k, 2'000, b.now));
    if (++calls % 100 == 0) b.board.observe(b.observation(16 + 3, What::first_token));
  }
}
BENCHMARK(service_refreshed);

// Nobody asks it any more: all sizes are looked at.
void service_of_an_idle_place(benchmark::State& state) {
  Bench b;
  for (auto _ : state) {
    b.now.ns += 10'000'000;
    benchmark::DoNotOptimize(b.board.service(3, SizeClass::tokens_8k, 2'000, b.now));
  }
}
BENCHMARK(service_of_an_idle_place);

void observe(benchmark::State& state, What what, cloud::FailureKind kind) {
  Bench b;
  int i = 0;
  for (auto _ : state) {
    b.now.ns += 500'000;
    auto o = b.observation(++i, what);
    if (kind != cloud::FailureKind::none) o.kind = kind, o.status = 500;
    b.board.observe(o);
  }
}
BENCHMARK_CAPTURE(observe, first_token, What::first_token, cloud::FailureKind::none);
BENCHMARK_CAPTURE(observe, served, What::served, cloud::FailureKind::none);
BENCHMARK_CAPTURE(observe, failed, What::failed, cloud::FailureKind::server_error);
BENCHMARK_CAPTURE(observe, refused, What::failed, cloud::FailureKind::invalid_request);
BENCHMARK_CAPTURE(observe, throttled, What::failed, cloud::FailureKind::rate_limited);

void ticket(benchmark::State& state) {
  Bench b;
  for (auto _ : state) {
    b.now.ns += 500'000;
    auto t = b.board.begin(3, 1'000, true, b.now);
    b.board.finish(t, 500, b.now);
  }
}
BENCHMARK(ticket);

}  // namespace
}  // namespace fw::health

BENCHMARK_MAIN();
