// What an attempt pays on its core for being in the books, on the disk of the temporary directory: its intent and
// its settlement.
#include <benchmark/benchmark.h>
#include <stdlib.h>
#include <time.h>

#include <filesystem>

#include "store/journal.h"

namespace fw::store {
namespace {

struct Books {
  Books() {
    std::string pattern = std::filesystem::temp_directory_path() / "fw-journal-bench-XXXXXX";
    folder = ::mkdtemp(pattern.data());
    journal = std::move(*Journal::open({.data_dir = folder, .side_thread = false}));
  }
  ~Books() {
    journal.reset();
    std::filesystem::remove_all(folder);
  }
  std::string folder;
  std::unique_ptr<Journal> journal;
};

ledger::Intent an_intent(Lane& lane) {
  using ledger::NameTable;
  ledger::Intent r;
  r.attempt_id = "0123456789abcdef0123456789abcdef-1";
  r.request_id = r.attempt_id.substr(0, 32);
  r.time.ns = 1'795'400'000'123'456'789;
  r.tenant = lane.name(NameTable::tenant, "acme");
  r.key = lane.name(NameTable::key, "team-a");
  r.model = lane.name(NameTable::model, "gpt-6-sol");
  r.deployment = lane.name(NameTable::deployment, "azure-sweden/sol-prod");
  r.provider = lane.name(NameTable::provider, "azure-sweden");
  r.cloud = lane.name(NameTable::cloud, "azure");
  r.scope = lane.name(NameTable::scope, "eu");
  r.price_row = lane.name(NameTable::price_row, "gpt-6-sol azure eu standard 2026-11-01");
  r.stream = true;
  r.reserved = {4'321, 1'081, 128'000};
  r.reserved_cost = Money::of_units(static_cast<Int128>(1'288'642) * 1'000'000'000);
  return r;
}

ledger::Settlement a_settlement(Lane& lane) {
  ledger::Settlement r;
  r.attempt_id = "0123456789abcdef0123456789abcdef-1";
  r.state = ledger::AttemptState::settled_exact;
  r.basis = ledger::Basis::provider_usage;
  r.status = 200;
  r.first_token_ms = 412;
  r.ended_ms = 2'345;
  r.price_row = lane.name(ledger::NameTable::price_row, "gpt-6-sol azure eu standard 2026-11-01");
  r.tier = "default";
  r.upstream_request_id = "req_0123456789abcdef0123456789abcdef";
  r.usage.input = 1'000;
  r.usage.cache_read = 512;
  r.usage.output = 300;
  r.usage.reported = true;
  r.cost = r.cost_low = r.cost_high = Money::of_units(static_cast<Int128>(5'256) * 1'000'000'000);
  return r;
}

constexpr int kAttempts = 500;  // between two syncs: 50 ms at 10,000 attempts a second

std::int64_t cpu_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

// The core's CPU time for one attempt, page faults and new segments included, the side thread's turns not.
void attempt(benchmark::State& state) {
  Books books;
  auto& lane = books.journal->lane(0);
  const auto intent = an_intent(lane);
  std::int64_t refused = 0;  // would be cheap: there must be none
  for (auto _ : state) {
    const auto began = cpu_ns();
    for (int i = 0; i < kAttempts; ++i) {
      refused += lane.append(intent) ? 0 : 1;
      refused += lane.append(a_settlement(lane)) ? 0 : 1;
    }
    state.SetIterationTime(static_cast<double>(cpu_ns() - began) / kAttempts * 1e-9);
    books.journal->round();
  }
  const auto counts = books.journal->counts();
  state.counters["refused"] = static_cast<double>(refused);
  state.counters["bytes"] =
      static_cast<double>(counts.appended_bytes) / static_cast<double>(state.iterations() * kAttempts);
  state.counters["slowest_sync_us"] = static_cast<double>(counts.slowest_sync_us);
}
BENCHMARK(attempt)->Iterations(400)->UseManualTime()->Repetitions(5);

void encode_only(benchmark::State& state) {
  Books books;
  auto& lane = books.journal->lane(0);
  const auto intent = an_intent(lane);
  const auto settlement = a_settlement(lane);
  std::vector<std::byte> out(4096);
  std::uint64_t sequence = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(ledger::encode(intent, {++sequence, 7}, std::span(out).first(ledger::size_bound(intent))));
    benchmark::DoNotOptimize(
        ledger::encode(settlement, {++sequence, 7}, std::span(out).first(ledger::size_bound(settlement))));
  }
}
BENCHMARK(encode_only);

}  // namespace
}  // namespace fw::store

BENCHMARK_MAIN();
