#include "admin/keys_page.h"

#include "admin/pages.h"
#include "ledger/booked.h"
#include "wire/json_write.h"

namespace fw::admin {
namespace {

using ledger::write_text;
using wire::JsonWriter;

void write_time(JsonWriter& json, std::string_view name, const std::optional<WallTime>& time) {
  json.key(name);
  if (time) json.string(rfc3339(*time));
  else json.null();
}

void write_number(JsonWriter& json, std::string_view name, std::int64_t value) {
  json.key(name);
  if (value > 0) json.number(value);
  else json.null();
}

void write_names(JsonWriter& json, std::string_view name, const std::vector<std::string>& names) {
  json.key(name);
  if (names.empty()) {
    json.null();
    return;
  }
  json.begin_array();
  for (const auto& n : names) json.string(n);
  json.end_array();
}

void write_budget(JsonWriter& json, const std::optional<config::Budget>& budget) {
  json.key("budget");
  if (!budget) {
    json.null();
    return;
  }
  const auto& rule = budget->rule;
  json.begin_object().member("name", budget->name).member("usd", rule.limit.usd()).member("per", ledger::name(rule.per)).member("time_zone", rule.time_zone);
  json.member("hard", rule.hard).key("alert_percent").begin_array();
  for (const auto percent : rule.alert_percent) json.number(percent);
  json.end_array().end_object();
}

void write_limits(JsonWriter& json, const config::KeyLimits& limits) {
  json.key("limits").begin_object();
  write_number(json, "concurrent_exchanges", static_cast<std::int64_t>(limits.concurrent_exchanges));
  write_number(json, "requests_per_minute", limits.requests_per_minute);
  write_number(json, "tokens_per_minute", limits.tokens_per_minute);
  json.end_object();
}

void write_terms(JsonWriter& json, const config::Key& key) {
  write_names(json, "models", key.models);
  write_text(json, "policy", key.policy);
  write_budget(json, key.budget);
  write_limits(json, key.limits);
  write_time(json, "expires", key.expires);
  write_text(json, "team", key.team);
  json.key("tags").begin_object();
  for (const auto& [name, value] : key.tags) json.member(name, value);
  json.end_object().key("endpoints");
  if (key.endpoints.empty()) {
    json.null();
    return;
  }
  json.begin_array();
  for (const auto operation : key.endpoints) json.string(dialect::name(operation));
  json.end_array();
}

void write_no_terms(JsonWriter& json) {
  for (const auto* name : {"models", "policy", "budget", "limits", "expires", "team", "tags", "endpoints"}) json.key(name).null();
}

void write_blocks(JsonWriter& json, const std::vector<wire::Cidr>& blocks) {
  json.key("addresses");
  if (blocks.empty()) {
    json.null();
    return;
  }
  json.begin_array();
  for (const auto& block : blocks) json.string(wire::to_text(block));
  json.end_array();
}

}  // namespace

void write_key(JsonWriter& json, const gateway::MadeKey& key, WallTime now) {
  const auto& row = key.row;
  json.begin_object().member("id", row.id).member("name", row.name).member("origin", "minted").member("state", name(state_of(key, now)));
  write_text(json, "tenant", row.tenant);
  if (key.key) write_terms(json, *key.key);
  else write_no_terms(json);
  write_blocks(json, key.key ? key.key->addresses : std::vector<wire::Cidr>());
  json.member("disabled", row.disabled).member("created", rfc3339(row.created)).member("created_by", row.created_by);
  write_time(json, "rotated", row.rotated);
  write_time(json, "former_until", row.former ? std::optional(row.former->until) : std::nullopt);
  write_time(json, "revoked", row.revoked);
  write_text(json, "trouble", row.revoked ? std::string_view() : std::string_view(key.trouble));
  json.end_object();
}

std::string configured_id(const config::Key& key) { return "config:" + key.name; }

std::string_view configured_state(const config::Key& key, WallTime now) { return key.expires && *key.expires <= now ? "expired" : "active"; }

void write_key(JsonWriter& json, const config::Key& key, WallTime now) {
  json.begin_object().member("id", configured_id(key)).member("name", key.name).member("origin", "config").member("state", configured_state(key, now));
  write_text(json, "tenant", key.tenant);
  write_terms(json, key);
  write_blocks(json, key.addresses);
  json.member("disabled", false);
  for (const auto* name : {"created", "created_by", "rotated", "former_until", "revoked", "trouble"}) json.key(name).null();
  json.end_object();
}

std::string made_page(const gateway::Keyring::Made& made) {
  std::string out;
  JsonWriter(out).begin_object().member("id", made.id).member("key", made.secret).end_object();
  return out;
}

std::string audit_page(const std::vector<store::KeyAct>& acts, std::size_t limit) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("data").begin_array();
  for (const auto& act : acts) {
    json.begin_object().member("number", act.number).member("time", rfc3339(act.time)).member("token", act.token).member("act", act.act);
    json.member("key_id", act.key_id).member("key", act.key);
    write_text(json, "tenant", act.tenant);
    json.key("before");
    if (act.before.empty()) json.null();
    else json.raw(act.before);
    json.key("after").raw(act.after).end_object();
  }
  json.end_array().key("next");
  if (!acts.empty() && acts.size() == limit) json.string(std::to_string(acts.back().number));
  else json.null();
  json.end_object();
  return out;
}

}  // namespace fw::admin
