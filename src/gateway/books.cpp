#include "gateway/books.h"

#include <fmt/format.h>

#include "gateway/exchange.h"
#include "route/compact.h"

namespace fw::gateway {

using ledger::NameId;
using ledger::NameTable;

Books::Books(const Snapshot& snapshot, store::Lane* lane) : snapshot_(snapshot), lane_(lane) {
  if (lane_) learn_names();
}

void Books::learn_names() {
  const auto all = [this](NameTable table, const auto& entries, std::vector<NameId>& into, auto text) {
    for (const auto& entry : entries) into.push_back(lane_->name(table, text(entry)));
  };
  const auto name = [](const auto& entry) -> std::string_view { return entry.name; };
  all(NameTable::tenant, snapshot_.tenants(), tenants_, [](const std::string& tenant) -> std::string_view { return tenant; });
  all(NameTable::model, snapshot_.models(), models_, name);
  all(NameTable::policy, snapshot_.policies(), policies_, name);
  policy_hashes_.resize(snapshot_.policies().size());
  for (const auto& d : snapshot_.deployments()) {
    const auto& p = snapshot_.providers()[d.provider];
    deployments_.push_back({.name = lane_->name(NameTable::deployment, d.name),
                            .model = models_[d.of_model],
                            .provider = lane_->name(NameTable::provider, p.name),
                            .cloud = lane_->name(NameTable::cloud, p.adapter->name()),
                            .scope = lane_->name(NameTable::scope, d.scope)});
  }
}

void Books::learn_keys(const KeyTable& keys) {
  if (!lane_) return;
  for (auto i = keys_.size(); i < keys.keys().size(); ++i) keys_.push_back(lane_->name(NameTable::key, keys.key(i).name));
}

NameId Books::of(const std::vector<NameId>& names, std::uint16_t index) const { return index < names.size() ? names[index] : NameId::none; }

std::expected<std::uint64_t, store::Refusal> Books::intent(const Exchange& x) {
  if (!lane_) return 0;
  const auto& d = deployments_[x.running.deployment];
  const auto attempt_id = x.attempt_id(x.running.number);
  const auto written = lane_->append(ledger::Intent{.attempt_id = attempt_id.view(),
                                                    .request_id = x.request_id.view(),
                                                    .client_request_id = x.said ? std::string_view(x.said->client_request_id) : std::string_view(),
                                                    .time = x.running.time,
                                                    .tenant = of(tenants_, x.key().tenant),
                                                    .key = of(keys_, x.key_index),
                                                    .model = of(models_, x.model_index),
                                                    .deployment = d.name,
                                                    .provider = d.provider,
                                                    .cloud = d.cloud,
                                                    .scope = d.scope,
                                                    .price_row = NameId::none,
                                                    .dialect_in = dialect::dialect_of(x.operation),
                                                    .dialect_out = x.face().upstream,
                                                    .operation = x.operation,
                                                    .stream = x.stream,
                                                    .tags = x.tags(),
                                                    .reserved = x.reserved,
                                                    .reserved_cost = x.deployment().most(x.reserved, route::tier_of(x.tier), x.running.time),
                                                    .purpose = x.running.purpose});
  if (!written) return std::unexpected(written.error());
  return written->sequence;
}

// What cannot be written is counted by the lane; the intent stands, and is ambiguous at its bound.
void Books::settled(const ledger::AttemptRecord& a) {
  if (!lane_) return;
  (void)lane_->append(ledger::Settlement{.attempt_id = a.attempt_id.view(),
                                         .state = a.state,
                                         .basis = a.basis,
                                         .outcome = a.outcome,
                                         .status = a.status,
                                         .first_token_ms = a.first_token_ms,
                                         .ended_ms = a.ended_ms,
                                         .price_row = lane_->name(NameTable::price_row, a.price_row.view()),
                                         .tier = a.tier.view(),
                                         .upstream_request_id = a.upstream_request_id.view(),
                                         .usage = a.usage,
                                         .cost = a.cost,
                                         .cost_low = a.cost_low,
                                         .cost_high = a.cost_high});
}

void Books::tell_policy(std::uint16_t policy) {
  const auto text = route::policy_text(snapshot_.policies()[policy]);
  const auto hash = "policy/" + route::policy_hash(text);
  if (lane_->append(ledger::Facts{.hash = hash, .bytes = text})) policy_hashes_[policy] = hash;
}

void Books::decided(const Exchange& x, const route::Decision& decision) {
  if (!lane_) return;
  if (policy_hashes_[x.policy_index].empty()) tell_policy(x.policy_index);
  const auto bytes = route::write_compact({.time = x.time, .policy_hash = policy_hashes_[x.policy_index], .decision = decision}, room_);
  (void)lane_->append(ledger::Facts{.hash = x.request_id.view(), .bytes = bytes});
}

void Books::ended(const ledger::ExchangeRecord& r, std::string_view tags) {
  // Whoever has no key here could fill the disk.
  if (!lane_ || r.key == ledger::kNoIndex) return;
  (void)lane_->append(ledger::ExchangeEnd{.request_id = r.request_id.view(),
                                          .client_request_id = r.client_request_id.view(),
                                          .time = r.time,
                                          .duration_ms = r.duration_ms,
                                          .first_token_ms = r.first_token_ms,
                                          .tenant = of(tenants_, r.tenant),
                                          .key = of(keys_, r.key),
                                          .model = of(models_, r.model),
                                          .policy = of(policies_, r.policy),
                                          .dialect_in = r.dialect_in,
                                          .operation = r.operation,
                                          .stream = r.stream,
                                          .client_left = r.client_left,
                                          .status = r.status,
                                          .outcome = r.outcome.view(),
                                          .attempts = static_cast<std::uint32_t>(r.attempts.size()),
                                          .usage = r.usage,
                                          .cost = r.cost,
                                          .decision = {},
                                          .tags = tags,
                                          .deployment = r.attempts.empty() ? NameId::none : deployments_[r.attempts.back().deployment].name});
}

}  // namespace fw::gateway
