#include "admin/pages.h"

#include <algorithm>

#include "base/date.h"
#include "ledger/booked.h"
#include "wire/json.h"

namespace fw::admin {
namespace {

using ledger::write_money;
using ledger::write_ms;
using ledger::write_text;
using ledger::write_usage;
using wire::JsonWriter;

void write_attempt(JsonWriter& json, const ledger::AttemptRecord& a, const gateway::Snapshot& s) {
  const auto& p = s.providers()[a.provider];
  json.begin_object();
  json.key("attempt_id").string(a.attempt_id.view());
  json.key("time").string(rfc3339(a.start));
  json.key("deployment").string(s.deployments()[a.deployment].name);
  json.key("provider").string(p.name);
  json.key("cloud").string(p.adapter->name());
  json.key("scope").string(s.deployments()[a.deployment].scope);
  json.key("dialect_out").string(dialect::name(a.dialect_out));
  json.key("outcome").string(cloud::name(a.outcome));
  json.key("state").string(ledger::name(a.state));
  json.member("purpose", ledger::name(a.purpose)).member("account", ledger::name(ledger::account_of(a.purpose, a.outcome)));
  json.key("status").number(a.status);
  write_ms(json, "first_token_ms", a.first_token_ms);
  json.key("ended_ms").number(a.ended_ms);
  write_text(json, "upstream_request_id", a.upstream_request_id);
  write_text(json, "tier", a.tier);
  json.key("usage");
  write_usage(json, a.usage);
  write_text(json, "price_row", a.price_row);
  write_money(json, "cost_usd", a.cost);
  write_money(json, "cost_low_usd", a.cost_low);
  write_money(json, "cost_high_usd", a.cost_high);
  json.key("basis").string(ledger::name(a.basis));
  json.end_object();
}

void write_spill(JsonWriter& json, const ledger::ExchangeRecord& r, const gateway::Snapshot& s) {
  json.key("spill");
  if (r.spilled_from >= s.deployments().size()) {
    json.null();
    return;
  }
  json.begin_object().member("from", s.deployments()[r.spilled_from].name).member("why", r.spilled_why.view());
  write_money(json, "more_usd", r.spill_cost);
  json.end_object();
}

void write_exchange(JsonWriter& json, const ledger::ExchangeRecord& r, const gateway::Snapshot& s, const gateway::KeyTable& keys) {
  json.begin_object();
  json.key("request_id").string(r.request_id.view());
  write_text(json, "client_request_id", r.client_request_id);
  json.key("time").string(rfc3339(r.time));
  write_text(json, "tenant", r.tenant < s.tenants().size() ? std::string_view(s.tenants()[r.tenant]) : std::string_view{});
  write_text(json, "key", r.key < keys.keys().size() ? std::string_view(keys.key(r.key).name) : std::string_view{});
  write_text(json, "team", ledger::tag_of(r.tags, ledger::kTeamTag));
  json.key("tags");
  ledger::write_tags(json, r.tags);
  write_text(json, "model", r.model < s.models().size() ? std::string_view(s.models()[r.model].name) : std::string_view{});
  json.key("dialect_in").string(dialect::name(r.dialect_in));
  json.key("operation").string(dialect::name(r.operation));
  json.key("stream").boolean(r.stream);
  json.key("status").number(r.status);
  json.key("outcome").string(r.outcome.view());
  json.key("client_left").boolean(r.client_left);
  json.key("duration_ms").number(r.duration_ms);
  write_ms(json, "first_token_ms", r.first_token_ms);
  json.key("usage");
  write_usage(json, r.usage);
  write_money(json, "cost_usd", r.cost);
  json.key("attempts").begin_array();
  for (const auto& a : r.attempts) write_attempt(json, a, s);
  json.end_array();
  write_spill(json, r, s);
  json.end_object();
}

}  // namespace

std::string rfc3339(WallTime time) { return rfc3339_ms_text(time); }

std::string exchanges_page(const std::vector<ledger::ExchangeRecord>& records, const gateway::Snapshot& snapshot, const gateway::KeyTable& keys) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.key("data").begin_array();
  for (const auto& r : records) write_exchange(json, r, snapshot, keys);
  json.end_array();
  json.key("next").null();
  json.end_object();
  return out;
}

namespace {

void write_sign_in(JsonWriter& json, const gateway::Provider& p, const gateway::Signer& signer, const Standing& standing) {
  json.key("sign_in");
  if (!p.sign_in) {
    json.null();
    return;
  }
  json.begin_object();
  json.member("how", p.sign_in->describe()).member("valid", signer.usable(standing.now) != nullptr).key("expires");
  if (signer.credential && signer.credential->expires.ns != INT64_MAX) json.string(rfc3339(signer.credential->expires));
  else json.null();
  json.key("failure");
  if (standing.why && !signer.failure.empty()) json.string(signer.failure);
  else json.null();
  json.end_object();
}

void write_pool(JsonWriter& json, const gateway::Deployment& d, std::uint16_t utilisation) {
  json.key("pool");
  if (!d.pool) {
    json.null();
    return;
  }
  const auto& pool = *d.pool;
  const auto weight = [&json](std::string_view name, std::int64_t thousandths) { json.key(name).real(static_cast<double>(thousandths) / 1e3, 3); };
  json.begin_object().member("tokens_per_minute", pool.tokens_per_minute).member("window_s", std::int64_t{pool.window_s});
  json.key("weights").begin_object();
  weight("input", pool.weights.input);
  weight("cache_read", pool.weights.cache_read);
  weight("output", pool.weights.output);
  json.end_object();
  write_money(json, "usd_per_hour", pool.usd_per_hour);
  json.key("utilisation_percent").real(100.0 * utilisation / UINT16_MAX, 2);
  json.member("bid_usd_per_million", per_million_usd(route::bid_price(pool.bid, utilisation))).end_object();
}

}  // namespace

std::string deployments_page(const gateway::Snapshot& snapshot, const Standing& standing, const std::vector<std::string>& models) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.key("data").begin_array();
  for (const auto& d : snapshot.deployments()) {
    if (!models.empty() && std::ranges::find(models, snapshot.models()[d.of_model].name) == models.end()) continue;
    const auto& p = snapshot.providers()[d.provider];
    json.begin_object();
    json.key("deployment").string(d.name);
    json.key("model").string(snapshot.models()[d.of_model].name);
    json.key("provider").string(p.name);
    json.key("cloud").string(p.adapter->name());
    json.key("scope").string(d.scope);
    json.key("price_known").boolean(d.price_at(standing.now) != nullptr);
    write_sign_in(json, p, standing.signers[d.provider], standing);
    write_pool(json, d, standing.utilisation[static_cast<std::size_t>(&d - snapshot.deployments().data())]);
    json.end_object();
  }
  json.end_array();
  json.key("next").null();
  json.end_object();
  return out;
}

}  // namespace fw::admin
