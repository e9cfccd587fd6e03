// Makes a data directory from attempts told in lines of JSON on standard input: reconcile_books DIR.
// {"id", "time", "tenant", "key", "policy" (an exchange is told then), "provider", "cloud", "scope", "model", "row", "tier", "state": "settled_exact" | "ambiguous" (default: its
//  intent alone), "input", "cache_read", "cache_write_30m", "output", "reasoning", "cost", "most", "input_max", "output_max"}
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <string>

#include "base/date.h"
#include "store/journal.h"
#include "wire/json.h"

namespace {

using namespace fw;

struct Told {
  std::string line;
  std::string text(std::string_view key) const { return std::string(wire::json_text(wire::json_find(line, {key}).value_or("\"\""))); }
  std::int64_t count(std::string_view key) const { return wire::json_int(wire::json_find(line, {key}).value_or("0")).value_or(0); }
};

template <class R>
void append(store::Journal& journal, store::Lane& lane, const R& record) {
  while (!lane.append(record)) journal.round();
}

void write(store::Journal& journal, store::Lane& lane, const Told& t) {
  using ledger::NameTable;
  const auto id = t.text("id"), tier = t.text("tier");
  ledger::Intent intent;
  intent.attempt_id = id;
  intent.request_id = id;
  intent.time = *parse_date(t.text("time"));
  const auto tenant = t.text("tenant"), key = t.text("key"), policy = t.text("policy");
  intent.tenant = lane.name(NameTable::tenant, tenant.empty() ? "acme" : tenant);
  intent.key = lane.name(NameTable::key, key.empty() ? "team-a" : key);
  intent.model = lane.name(NameTable::model, t.text("model"));
  intent.deployment = lane.name(NameTable::deployment, "direct");
  intent.provider = lane.name(NameTable::provider, t.text("provider"));
  intent.cloud = lane.name(NameTable::cloud, t.text("cloud"));
  intent.scope = lane.name(NameTable::scope, t.text("scope"));
  intent.price_row = lane.name(NameTable::price_row, t.text("row"));
  intent.reserved = {t.count("input_max"), t.count("input_max"), t.count("output_max")};
  intent.reserved_cost = Money::parse_usd(t.text("most"));
  append(journal, lane, intent);
  if (t.text("state") != "settled_exact") return;
  ledger::Settlement end;
  end.attempt_id = id;
  end.state = ledger::AttemptState::settled_exact;
  end.basis = ledger::Basis::provider_usage;
  end.status = 200;
  end.tier = tier;
  end.price_row = intent.price_row;
  end.usage.reported = true;
  end.usage.input = t.count("input");
  end.usage.cache_read = t.count("cache_read");
  end.usage.cache_write[static_cast<std::size_t>(dialect::CacheLifetime::m30)] = t.count("cache_write_30m");
  end.usage.output = t.count("output");
  end.usage.reasoning = t.count("reasoning");
  end.cost = end.cost_low = end.cost_high = Money::parse_usd(t.text("cost"));
  append(journal, lane, end);
  if (policy.empty()) return;
  ledger::ExchangeEnd exchange{.request_id = id, .time = intent.time, .tenant = intent.tenant, .key = intent.key, .model = intent.model};
  exchange.policy = lane.name(NameTable::policy, policy);
  exchange.status = 200;
  exchange.outcome = "ok";
  exchange.attempts = 1;
  append(journal, lane, exchange);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  auto journal = store::Journal::open({.data_dir = argv[1], .side_thread = false});
  if (!journal) {
    fmt::print(stderr, "{}\n", journal.error().message);
    return 1;
  }
  Told told;
  for (int c = std::getchar(); c != EOF; c = std::getchar()) {
    if (c != '\n') {
      told.line += static_cast<char>(c);
      continue;
    }
    write(**journal, (*journal)->lane(0), told);
    told.line.clear();
  }
  return (*journal)->close() ? 0 : 1;
}
