// Makes a data directory as a gateway leaves it: ledger_books DIR ATTEMPTS [moved|measure].
// Every attempt is priced by the first row of the embedded offer book that has prices, and has used 1,000 + n tokens of
// input and 10 of output; every tenth stays open. "moved": the bookkeeper has had it all but the last ten attempts.
// "measure": tells how fast the bookkeeper moves what was written, with an exchange of 600 bytes for each attempt.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "config/offers.h"
#include "ledger/pricing.h"
#include "store/bookkeeper.h"

namespace {

using namespace fw;

const offer::Row& priced_row() {
  const auto& rows = config::embedded_book().rows();
  return *std::ranges::find_if(rows, [](const offer::Row& r) { return r.cloud == "openai" && r.tier == "standard" && r.meters.input && r.meters.output; });
}

class Writer {
 public:
  explicit Writer(store::Journal& journal) : journal_(journal), lane_(journal.lane(0)) {
    sheet_.meters = priced_row().meters;
    sheet_.apart = true;
    sheet_.row = priced_row().id;
  }

  void attempt(std::int64_t n, std::size_t decision_bytes) {
    using enum ledger::NameTable;
    const auto request = fmt::format("req_{:016x}{:016x}", static_cast<std::uint64_t>(n) * 0x9e3779b97f4a7c15, n);
    const auto id = request + "-1";
    ledger::Intent intent;
    intent.attempt_id = id;
    intent.request_id = request;
    intent.time.ns = 1'795'305'600'000'000'000 + n * 1'000'000;
    intent.tenant = lane_.name(tenant, n % 2 == 0 ? "acme" : "umbrella, inc");
    intent.key = lane_.name(key, "team-a");
    intent.model = lane_.name(model, priced_row().model);
    intent.deployment = lane_.name(deployment, "direct");
    intent.provider = lane_.name(provider, "openai");
    intent.cloud = lane_.name(cloud, "openai");
    intent.scope = lane_.name(scope, "global");
    intent.reserved = {4'000, 1'000, 100};
    intent.reserved_cost = Money::parse_usd("0.5");
    append(intent);
    if (n % 10 == 9) return;
    ledger::Settlement end;
    end.attempt_id = id;
    end.state = ledger::AttemptState::settled_exact;
    end.basis = ledger::Basis::provider_usage;
    end.status = 200;
    end.price_row = lane_.name(price_row, sheet_.row);
    end.usage.reported = true;
    end.usage.input = 1'000 + n;
    end.usage.output = 10;
    end.cost = end.cost_low = end.cost_high = ledger::price(end.usage, sheet_, "")->cost;
    append(end);
    const std::string decision(decision_bytes, 'd');
    append(ledger::ExchangeEnd{.request_id = request, .time = intent.time, .tenant = intent.tenant, .key = intent.key, .model = intent.model,
                               .stream = false, .status = 200, .outcome = "ok", .attempts = 1, .cost = end.cost, .decision = decision});
  }

 private:
  template <class R>
  void append(const R& record) {
    while (!lane_.append(record)) journal_.round();
  }
  store::Journal& journal_;
  store::Lane& lane_;
  offer::PriceSheet sheet_;
};

bool drain(store::Bookkeeper& keeper) {
  for (;;) {
    const auto moved = keeper.step();
    if (!moved) fmt::print(stderr, "{}\n", moved.error().message);
    if (!moved) return false;
    if (*moved == 0) return true;
  }
}

int make(const std::string& folder, std::int64_t attempts, std::string_view how) {
  auto journal = store::Journal::open({.data_dir = folder, .side_thread = false});
  if (!journal) return 1;
  Writer writer(**journal);
  const bool measured = how == "measure";
  const auto last = how == "moved" ? std::max<std::int64_t>(attempts - 10, 0) : attempts;
  std::int64_t n = 0;
  for (; n < last; ++n) writer.attempt(n, measured ? 600 : 20);
  if (how.empty()) return 0;
  auto keeper = store::Bookkeeper::open(**journal, {.thread = false});
  if (!keeper) return 1;
  const auto begin = std::chrono::steady_clock::now();
  if (!drain(**keeper)) return 1;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  if (measured) fmt::print("{} attempts in {:.2f} s: {:.0f} a second\n", attempts, took.count(), static_cast<double>(attempts) / took.count());
  for (; n < attempts; ++n) writer.attempt(n, 20);
  std::fflush(stdout);
  std::_Exit(0);  // as a crash leaves it: nothing is closed
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  return make(argv[1], std::strtoll(argv[2], nullptr, 10), argc > 3 ? argv[3] : "");
}
