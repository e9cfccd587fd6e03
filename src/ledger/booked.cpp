#include "ledger/booked.h"

#include "base/date.h"

namespace fw::ledger {

using wire::JsonWriter;

void Booked::take(const Settlement& s, std::string_view row) {
  outcome = s.outcome;
  status = s.status;
  first_token_ms = s.first_token_ms;
  ended_ms = s.ended_ms;
  price_row = row;
  tier = s.tier;
  upstream_request_id = s.upstream_request_id;
  if (by > EntryKind::settlement) return;
  by = EntryKind::settlement;
  state = s.state;
  basis = s.basis;
  usage = s.usage;
  cost = s.cost;
  cost_low = s.cost_low;
  cost_high = s.cost_high;
}

void Booked::take(const Adjustment& a) {
  by = EntryKind::adjustment;
  state = a.state;
  basis = a.basis;
  if (a.usage) usage = *a.usage;
  cost = a.cost;
  cost_low = a.cost_low;
  cost_high = a.cost_high;
}

void Booked::give_up() {
  by = EntryKind::recovered;
  state = AttemptState::ambiguous;
  basis = Basis::reservation;
}

Money Booked::charged() const { return cost.value_or(cost_high.value_or(reserved_cost.value_or(Money{}))); }

bool unpriced(AttemptState state, const std::optional<Money>& cost, const std::optional<Money>& cost_high) {
  return state == AttemptState::open || state == AttemptState::ambiguous ? !cost_high : !cost;
}

void write_usage(JsonWriter& json, const dialect::Usage& u) {
  json.begin_object();
  json.key("input").number(u.input);
  json.key("cache_read").number(u.cache_read);
  json.key("cache_write").begin_object();
  for (std::size_t i = 0; i < u.cache_write.size(); ++i)
    if (u.cache_write[i] != 0) json.key(dialect::name(static_cast<dialect::CacheLifetime>(i))).number(u.cache_write[i]);
  json.end_object();
  json.key("output").number(u.output);
  json.key("reasoning").number(u.reasoning);
  json.key("audio_in").number(u.audio_in);
  json.key("audio_out").number(u.audio_out);
  json.key("image").number(u.image);
  json.key("tool_calls").number(u.tool_calls);
  json.end_object();
}

void write_money(JsonWriter& json, std::string_view key, const std::optional<Money>& money) {
  json.key(key);
  if (money) json.string(money->usd());
  else json.null();
}

void write_text(JsonWriter& json, std::string_view key, std::string_view text) {
  json.key(key);
  if (text.empty()) json.null();
  else json.string(text);
}

void write_ms(JsonWriter& json, std::string_view key, std::int32_t ms) {
  json.key(key);
  if (ms < 0) json.null();
  else json.number(ms);
}

void write_tags(JsonWriter& json, std::string_view tags) {
  json.begin_object();
  each_tag(tags, [&](std::string_view name, std::string_view value) { json.member(name, value); });
  json.end_object();
}

void write_booked(JsonWriter& json, const Booked& a) {
  json.begin_object();
  json.member("attempt_id", a.attempt_id).member("request_id", a.request_id);
  write_text(json, "client_request_id", a.client_request_id);
  json.member("time", rfc3339_ms_text(a.time));
  write_text(json, "tenant", a.tenant);
  write_text(json, "key", a.key);
  write_text(json, "team", a.team());
  json.key("tags");
  write_tags(json, a.tags);
  write_text(json, "model", a.model);
  write_text(json, "deployment", a.deployment);
  write_text(json, "provider", a.provider);
  write_text(json, "cloud", a.cloud);
  write_text(json, "scope", a.scope);
  json.member("dialect_in", dialect::name(a.dialect_in)).member("dialect_out", dialect::name(a.dialect_out));
  json.member("operation", dialect::name(a.operation)).member("stream", a.stream);
  json.member("purpose", name(a.purpose)).member("account", name(a.account()));
  json.member("outcome", cloud::name(a.outcome)).member("state", name(a.state)).member("status", a.status);
  write_ms(json, "first_token_ms", a.first_token_ms);
  json.member("ended_ms", a.ended_ms);
  write_text(json, "upstream_request_id", a.upstream_request_id);
  write_text(json, "tier", a.tier);
  json.key("usage");
  write_usage(json, a.usage);
  write_text(json, "price_row", a.price_row);
  write_money(json, "cost_usd", a.cost);
  write_money(json, "cost_low_usd", a.cost_low);
  write_money(json, "cost_high_usd", a.cost_high);
  json.member("basis", name(a.basis));
  json.end_object();
}

}  // namespace fw::ledger
