#include "gateway/metrics.h"

#include <algorithm>

namespace fw::gateway {
namespace {

constexpr std::int64_t kMs = 1'000'000;

}  // namespace

void Histogram::add(std::int64_t ns) {
  const auto seconds = static_cast<double>(ns) / 1e9;
  const auto at = std::ranges::lower_bound(kBounds, seconds) - kBounds.begin();
  ++counts[static_cast<std::size_t>(at)];
  sum_ns += ns;
}

void Histogram::merge(const Histogram& o) {
  for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += o.counts[i];
  sum_ns += o.sum_ns;
}

void Counts::merge(const Counts& o) {
  models.resize(std::max(models.size(), o.models.size()));
  for (std::size_t i = 0; i < o.models.size(); ++i) {
    for (std::size_t c = 0; c < models[i].requests.size(); ++c) models[i].requests[c] += o.models[i].requests[c];
    models[i].duration.merge(o.models[i].duration);
    models[i].first_token.merge(o.models[i].first_token);
  }
  deployments.resize(std::max(deployments.size(), o.deployments.size()));
  for (std::size_t i = 0; i < o.deployments.size(); ++i) {
    auto& to = deployments[i];
    const auto& from = o.deployments[i];
    for (std::size_t k = 0; k < to.attempts.size(); ++k) to.attempts[k] += from.attempts[k];
    to.duration.merge(from.duration);
    to.usage.add(from.usage);
    to.cost += from.cost;
    to.cost_unknown += from.cost_unknown;
    for (std::size_t k = 0; k < to.spills.size(); ++k) to.spills[k] += from.spills[k];
    to.spill_cost += from.spill_cost;
    to.utilisation = std::max(to.utilisation, from.utilisation);
  }
  sign_ins.resize(std::max(sign_ins.size(), o.sign_ins.size()));
  for (std::size_t i = 0; i < o.sign_ins.size(); ++i) {
    sign_ins[i].fetched += o.sign_ins[i].fetched;
    sign_ins[i].failed += o.sign_ins[i].failed;
  }
  drawn.resize(std::max(drawn.size(), o.drawn.size()));
  for (std::size_t i = 0; i < o.drawn.size(); ++i) drawn[i] = std::max(drawn[i], o.drawn[i]);
  budget_alerts.resize(std::max(budget_alerts.size(), o.budget_alerts.size()));
  for (std::size_t i = 0; i < o.budget_alerts.size(); ++i) budget_alerts[i] += o.budget_alerts[i];
  connections += o.connections;
  connections_open += o.connections_open;
  exchanges_open += o.exchanges_open;
  refused_http += o.refused_http;
  retries_refused += o.retries_refused;
  clients_left += o.clients_left;
  hedges += o.hedges;
  hedges_won += o.hedges_won;
  hedges_refused += o.hedges_refused;
  for (std::size_t i = 0; i < notices.size(); ++i) notices[i] += o.notices[i];
  if (!o.webhooks.empty()) webhooks = o.webhooks;
}

namespace {

void count_spill(Counts& counts, const ledger::ExchangeRecord& record) {
  if (record.spilled_from == ledger::kNoIndex) return;
  auto& pool = counts.deployments[record.spilled_from];
  for (std::size_t k = 0; k < pool.spills.size(); ++k)
    if (name(static_cast<route::WhySpilled>(k)) == record.spilled_why.view()) ++pool.spills[k];
  pool.spill_cost += record.spill_cost.value_or(Money());
}

}  // namespace

void count(Counts& counts, const ledger::ExchangeRecord& record) {
  auto& model = counts.models[std::min<std::size_t>(record.model, counts.models.size() - 1)];
  ++model.requests[std::min<std::size_t>(static_cast<std::size_t>(record.status) / 100, 5)];
  model.duration.add(record.duration_ms * kMs);
  if (record.first_token_ms >= 0) model.first_token.add(record.first_token_ms * kMs);
  if (record.client_left) ++counts.clients_left;
  count_spill(counts, record);
  for (const auto& a : record.attempts) {
    auto& d = counts.deployments[a.deployment];
    ++d.attempts[static_cast<std::size_t>(a.outcome)];
    d.duration.add(a.ended_ms * kMs);
    d.usage.add(a.usage);
    if (a.cost) d.cost += *a.cost;
    if (a.basis == ledger::Basis::price_unknown) ++d.cost_unknown;
  }
}

}  // namespace fw::gateway
