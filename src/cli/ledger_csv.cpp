#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "base/date.h"
#include "cli/ledger.h"
#include "cli/output.h"
#include "offer/price.h"

namespace fw::cli {
namespace {

using Line = std::span<const std::string>;

std::string joined(Line cells) {
  std::string out;
  for (const auto& cell : cells) {
    if (!out.empty() || &cell != cells.data()) out += ',';
    out += csv_cell(cell);
  }
  return out;
}

std::string usd(const std::optional<Money>& amount) { return amount ? amount->usd() : std::string(); }

// "2026-11-01T00:00:00Z" of the month that a time is in, or of the one after it.
std::string month(WallTime time, int ahead) {
  const auto text = rfc3339_text(time);
  int year = (text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
  int number = (text[5] - '0') * 10 + (text[6] - '0') + ahead;
  if (number > 12) {
    number -= 12;
    ++year;
  }
  return fmt::format("{:04}-{:02}-01T00:00:00Z", year, number);
}

}  // namespace

std::string csv_header() {
  return "attempt_id,request_id,client_request_id,time,tenant,key,model,deployment,provider,cloud,scope,dialect_in,dialect_out,operation,"
         "stream,outcome,state,status,first_token_ms,ended_ms,upstream_request_id,tier,usage.input,usage.cache_read,"
         "usage.cache_write.default,usage.cache_write.5m,usage.cache_write.30m,usage.cache_write.1h,usage.cache_write.12h,usage.output,"
         "usage.reasoning,usage.audio_in,usage.audio_out,usage.image,usage.tool_calls,price_row,cost_usd,cost_low_usd,cost_high_usd,basis,team,tags,purpose,account";
}

std::string csv_line(const ledger::Booked& a) {
  const auto n = [](std::int64_t value) { return fmt::format("{}", value); };
  const auto& u = a.usage;
  const std::array cells{a.attempt_id, a.request_id, a.client_request_id, rfc3339_ms_text(a.time), a.tenant, a.key, a.model, a.deployment, a.provider,
                         a.cloud, a.scope, std::string(dialect::name(a.dialect_in)), std::string(dialect::name(a.dialect_out)),
                         std::string(dialect::name(a.operation)), std::string(a.stream ? "true" : "false"), std::string(cloud::name(a.outcome)),
                         std::string(ledger::name(a.state)), n(a.status), a.first_token_ms < 0 ? std::string() : n(a.first_token_ms), n(a.ended_ms),
                         a.upstream_request_id, a.tier, n(u.input), n(u.cache_read), n(u.cache_write[0]), n(u.cache_write[1]), n(u.cache_write[2]),
                         n(u.cache_write[3]), n(u.cache_write[4]), n(u.output), n(u.reasoning), n(u.audio_in), n(u.audio_out), n(u.image),
                         n(u.tool_calls), a.price_row, usd(a.cost), usd(a.cost_low), usd(a.cost_high), std::string(ledger::name(a.basis)),
                         std::string(a.team()), a.tags, std::string(ledger::name(a.purpose)), std::string(ledger::name(a.account()))};
  return joined(cells);
}

std::string focus_header() {
  return "BilledCost,BillingAccountId,BillingAccountName,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargeCategory,ChargeClass,"
         "ChargeDescription,ChargeFrequency,ChargePeriodEnd,ChargePeriodStart,ConsumedQuantity,ConsumedUnit,ContractedCost,EffectiveCost,"
         "InvoiceIssuerName,ListCost,PricingCategory,PricingQuantity,PricingUnit,ProviderName,PublisherName,RegionId,RegionName,ResourceId,"
         "ResourceName,ServiceCategory,ServiceName,ServiceSubcategory,SkuId,SkuPriceId,SubAccountId,SubAccountName,Tags,x_AttemptId,"
         "x_RequestId,x_State,x_Basis,x_CostLow,x_CostHigh,x_InputTokens,x_CacheReadTokens,x_CacheWriteTokens,x_OutputTokens,x_ReasoningTokens,x_Purpose,x_Account";
}

std::string focus_line(const ledger::Booked& a) {
  const auto n = [](std::int64_t value) { return fmt::format("{}", value); };
  const auto cost = usd(a.cost);
  const auto tokens = n(a.usage.total());
  std::string tags;
  wire::JsonWriter json(tags);
  json.begin_object().member("key", a.key).member("deployment", a.deployment);
  ledger::each_tag(a.tags, [&](std::string_view name, std::string_view value) { json.member(name, value); });
  json.end_object();
  const std::array cells{cost, a.provider, a.provider, std::string("USD"), month(a.time, 1), month(a.time, 0), std::string("Usage"), std::string(),
                         fmt::format("{} at {}: {}", a.model, a.deployment, ledger::name(a.state)), std::string("Usage-Based"),
                         rfc3339_text({a.time.ns + (std::int64_t{std::max(a.ended_ms, 0)} / 1'000 + 1) * 1'000'000'000}), rfc3339_text(a.time), tokens,
                         std::string("Tokens"), cost, cost, a.cloud, cost, std::string(offer::is_ordinary_tier(a.tier) ? "Standard" : "Other"), tokens,
                         std::string("Tokens"), a.cloud, a.cloud, a.scope, a.scope, a.deployment, a.deployment, std::string("AI and Machine Learning"),
                         a.model, std::string("Generative AI"), a.model, a.price_row, a.tenant, a.tenant, tags, a.attempt_id, a.request_id,
                         std::string(ledger::name(a.state)), std::string(ledger::name(a.basis)), usd(a.cost_low), usd(a.cost_high), n(a.usage.input),
                         n(a.usage.cache_read), n(a.usage.cache_written()), n(a.usage.output), n(a.usage.reasoning), std::string(ledger::name(a.purpose)), std::string(ledger::name(a.account()))};
  return joined(cells);
}

}  // namespace fw::cli
