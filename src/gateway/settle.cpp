#include "gateway/settle.h"

#include <fmt/format.h>

#include "dialect/error.h"
#include "ledger/pricing.h"

namespace fw::gateway {
namespace {

// Served by another place although a pool could have: what that cost more than in the pool.
void note_spill(const Exchange& x, ledger::ExchangeRecord& r) {
  r.spilled_from = ledger::kNoIndex;
  r.spilled_why = std::string_view();
  r.spill_cost.reset();
  if (x.pool == ledger::kNoIndex || x.attempts.empty() || x.attempts.back().outcome != cloud::FailureKind::none) return;
  const auto& served = x.attempts.back();
  const auto& deployments = x.core.snapshot().deployments();
  if (deployments[served.deployment].pool) return;
  r.spilled_from = x.pool;
  r.spilled_why = name(x.why_not_pool);
  const auto* const sheet = deployments[x.pool].price_at(served.start);
  if (!served.cost || sheet == nullptr) return;
  if (const auto there = ledger::price(served.usage, *sheet, served.tier.view())) r.spill_cost = *served.cost - there->cost;
}

void write_record(Exchange& x) {
  auto& r = x.core.records.add();
  r.request_id = x.request_id;
  r.client_request_id = x.said ? std::string_view(x.said->client_request_id) : std::string_view();
  r.time = x.time;
  r.duration_ms = static_cast<std::int32_t>(x.core.loop().now().ms_since(x.start));
  r.first_token_ms = x.first_token_ms;
  r.key = x.key_index;
  r.tenant = x.key_index == ledger::kNoIndex ? ledger::kNoIndex : x.key().tenant;
  r.model = x.model_index;
  r.policy = x.key_index == ledger::kNoIndex ? ledger::kNoIndex : x.policy_index;
  r.dialect_in = dialect::dialect_of(x.operation);
  r.operation = x.operation;
  r.stream = x.stream;
  r.client_left = x.left;
  r.status = x.status;
  r.tags = x.key_index == ledger::kNoIndex ? std::string_view() : x.tags();
  r.outcome = !x.said || x.said->outcome.empty() ? ledger::ShortText<40>(x.left ? "client_left" : "ok") : x.said->outcome;
  r.usage = {};
  for (const auto& a : x.attempts) r.usage.add(a.usage);
  r.cost = cost_so_far(x);
  r.attempts.assign(x.attempts.begin(), x.attempts.end());
  note_spill(x, r);
  count(x.core.counts, r);
  x.core.books.ended(r, x.tags());
}

}  // namespace

ledger::AttemptRecord& close_attempt(Exchange& x, cloud::FailureKind outcome) {
  auto& a = x.attempts.emplace_back();
  a.attempt_id = x.attempt_id(x.running.number);
  a.upstream_request_id = x.running.upstream_request_id;
  a.deployment = x.running.deployment;
  a.provider = x.running.provider;
  a.first_token_ms = x.running.first_token_ms;
  a.start = x.running.time;
  a.ended_ms = static_cast<std::int32_t>(x.core.loop().now().ms_since(x.running.start));
  a.status = x.running.status;
  a.outcome = outcome;
  a.purpose = x.running.purpose;
  a.dialect_out = x.deployment().face(x.operation).upstream;
  a.tier = x.tier.view();
  x.running.open = false;
  return a;
}

void book(Exchange& x, const ledger::AttemptRecord& a) {
  x.core.books.settled(a);
  // What is not known counts with the least it can be: a commitment is not taken for met by a guess.
  x.core.draw(a.provider, a.cost.value_or(a.cost_low.value_or(Money())), a.start);
  if (!x.spending) return;
  // What is not known counts with the most it can be, until it is.
  auto& held = x.spending->held;
  x.core.purse.settle(held, a.cost.value_or(a.cost_high.value_or(held.amount)));
}

std::optional<Money> cost_so_far(const Exchange& x) {
  Money sum;
  for (const auto& a : x.attempts) {
    if (!a.cost) return std::nullopt;
    sum += *a.cost;
  }
  return sum;
}

Exchange::~Exchange() {
  // Destroyed half-way (the process is stopping): what was sent is not forgotten.
  if (running.open && running.number > 0) {
    auto& a = close_attempt(*this, cloud::FailureKind::truncated);
    ledger::settle_ambiguous(a, reserved, {deployment().price_at(a.start), a.tier.view()});
    book(*this, a);
  }
  if (spending) core.purse.settle(spending->held, Money());
  if (drains) core.shared().drains.give();
  if (twin_of) {
    twin_of->attempts.insert(twin_of->attempts.end(), attempts.begin(), attempts.end());
    return;
  }
  if (spending) {
    std::int64_t tokens = 0;
    for (const auto& a : attempts) tokens += a.usage.total();
    core.purse.ended(*keys, key(), spending->paced, tokens);
  }
  if (holds_key_permit) key().permits->give();
  if (holds_tenant_permit) core.shared().tenants[key().tenant]->give();
  if (holds_permit) core.shared().exchanges.give();
  --core.counts.exchanges_open;
  write_record(*this);
}

ledger::AttemptId Exchange::attempt_id(std::size_t number) const {
  auto& id = core.fields;
  id.clear();
  append_attempt_id(number, id);
  return ledger::AttemptId(std::string_view(id));
}

void Exchange::append_attempt_id(std::size_t number, std::string& to) const {
  to.append(request_id.view()).append("-").append(fmt::format_int(number).c_str());
}

bool Exchange::refuse(const Error& error) {
  auto& fields = answer_fields();
  if (error.origin != Origin::client) fields.append("x-should-retry: true\r\n");
  status = static_cast<std::int16_t>(row(error.code).status);
  say().outcome = row(error.code).text;
  client.answer(error, fields);
  return false;
}

std::string& Exchange::answer_fields() {
  auto& out = core.fields;
  out.assign("x-request-id: ").append(request_id.view()).append("\r\n");
  if (key_index != ledger::kNoIndex && !key().rates.empty()) core.purse.append_standing(*keys, key(), out);
  if (running.deployment == ledger::kNoIndex) return out;
  out.append(deployment().answer_lines);
  const auto count = attempts.size() + (running.open ? 1 : 0);
  out.append("x-fairway-attempts: ").append(fmt::format_int(count).c_str()).append("\r\n");
  if (asked && asked->dropped.any()) out.append("x-fairway-dropped: ").append(need_names(*asked, asked->dropped)).append("\r\n");
  if (running.open) return out;  // a stream: its cost is in the records
  if (const auto cost = cost_so_far(*this)) out.append("x-fairway-cost-usd: ").append(cost->usd()).append("\r\n");
  return out;
}

void Exchange::commit(int answer_status) {
  committed = true;
  status = static_cast<std::int16_t>(answer_status);
  if (asked && asked->inner) core.give_inner(std::move(asked->inner));
  asked.reset();
}

void Exchange::client_left() {
  if (left) return;
  left = true;
  client.abandon();
}

}  // namespace fw::gateway
