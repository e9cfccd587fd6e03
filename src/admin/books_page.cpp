#include "admin/pages.h"

#include <string_view>
#include <vector>

#include "wire/json_write.h"

namespace fw::admin {

namespace {

void ledger_part(wire::JsonWriter& json, const store::Bookkeeper* bookkeeper) {
  json.key("ledger");
  if (!bookkeeper) {
    json.null();
    return;
  }
  const auto c = bookkeeper->condition();
  const auto count = [&json](std::string_view key, std::uint64_t value) { json.member(key, static_cast<std::int64_t>(value)); };
  json.begin_object().member("ok", c.ok()).key("trouble");
  if (c.ok()) json.null();
  else json.string(c.words);
  json.member("recovered", c.recovered);
  count("lag_records", c.lag_records);
  json.member("lag_ms", c.lag_ms);
  count("records", c.moved);
  count("transactions", c.transactions);
  count("failures", c.failures);
  count("damaged", c.damaged);
  json.end_object();
}

}  // namespace

std::string books_page(const std::string& data_dir, const Keeping& keeping) {
  const auto* const journal = keeping.journal;
  std::string out;
  wire::JsonWriter json(out);
  json.begin_object().key("data_dir");
  if (!journal) {
    json.null().member("ok", true).key("journal").null().key("ledger").null().end_object();
    return out;
  }
  const auto condition = journal->condition();
  const auto n = journal->counts();
  const bool moves = !keeping.bookkeeper || keeping.bookkeeper->condition().ok();
  json.string(data_dir).member("ok", condition.ok() && moves).key("trouble");
  if (condition.ok()) json.null();
  else json.string(condition.words());
  json.key("since");
  if (condition.ok()) json.null();
  else json.string(rfc3339(condition.since));
  const auto count = [&json](std::string_view key, std::uint64_t value) { json.member(key, static_cast<std::int64_t>(value)); };
  json.key("journal").begin_object();
  count("records", n.appended);
  count("bytes", n.appended_bytes);
  count("refused", n.refused);
  count("unsynced", n.unsynced);
  count("syncs", n.syncs);
  count("sync_failures", n.sync_failures);
  count("segments", n.segments);
  count("segments_retired", n.retired);
  json.member("last_sync_us", n.last_sync_us).member("slowest_sync_us", n.slowest_sync_us).end_object();
  ledger_part(json, keeping.bookkeeper);
  json.end_object();
  return out;
}

std::string books_page(const Keeping& keeping) {
  const bool well = (!keeping.journal || keeping.journal->condition().ok()) && (!keeping.bookkeeper || keeping.bookkeeper->condition().ok());
  std::string out;
  wire::JsonWriter(out).begin_object().key("data_dir").null().member("ok", well).key("journal").null().key("ledger").null().end_object();
  return out;
}

std::string budgets_page(const std::vector<gateway::Purse::Standing>& budgets, const gateway::KeyTable& keys, std::optional<std::uint16_t> tenant) {
  std::string out;
  wire::JsonWriter json(out);
  std::vector<std::vector<std::string_view>> spenders(budgets.size());
  for (const auto& key : keys.keys())
    for (const auto account : key->budgets)
      if (account < spenders.size()) spenders[account].push_back(key->name);
  json.begin_object().key("data").begin_array();
  for (std::size_t i = 0; i < budgets.size(); ++i) {
    const auto& account = keys.budgets()[i];
    if (tenant && account.tenant != *tenant) continue;
    const auto& [state, span] = budgets[i];
    json.begin_object().member("name", account.name).member("limit_usd", state.limit.usd()).member("per", ledger::name(account.rule.per));
    json.member("hard", account.rule.hard).member("time_zone", account.rule.time_zone).member("from", ledger::local_text(span.from, *account.rule.zone)).key("until");
    if (span.ends()) json.string(ledger::local_text(span.until, *account.rule.zone));
    else json.null();
    json.member("settled_usd", state.settled.usd()).member("reserved_usd", state.leased.usd()).member("left_usd", state.left().usd());
    json.member("over", state.over).member("alert_percent", std::int64_t{state.alert_percent}).key("keys").begin_array();
    for (const auto name : spenders[i]) json.string(name);
    json.end_array().end_object();
  }
  json.end_array().key("next").null().end_object();
  return out;
}

}  // namespace fw::admin
