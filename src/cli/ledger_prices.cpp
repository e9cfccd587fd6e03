#include "cli/ledger_prices.h"

#include <algorithm>

#include "cloud/adapter.h"
#include "config/offers.h"
#include "offer/scope.h"

namespace fw::cli {

LedgerPrices::LedgerPrices(const std::optional<config::Config>& config) : config_(config), book_(config ? *config->book : config::embedded_book()) {}

std::optional<std::expected<ledger::Priced, ledger::UnknownPrice>> LedgerPrices::price(const ledger::Booked& a) {
  if (a.state != ledger::AttemptState::settled_exact || a.basis != ledger::Basis::provider_usage || a.price_row.empty()) return std::nullopt;
  const auto by = of(a);
  if (!by.sheet) return std::nullopt;
  return ledger::price(a.usage, *by.sheet, by.row ? std::string_view() : std::string_view(a.tier));
}

ledger::PricedBy LedgerPrices::of(const ledger::Booked& a) {
  const auto* const own = deployment(a.deployment);
  ledger::PricedBy out{.model = own && !own->offer.empty() ? std::string_view(own->offer) : std::string_view(a.model)};
  if (a.price_row == offer::kConfigRow) {
    if (own && own->price) out.sheet = &*own->price;
    return out;
  }
  // An intent whose end is not known names no row yet: what the deployment's place cost then.
  if (a.price_row.empty() && own) {
    out.sheet = own->price ? &*own->price : timeline_of(*own).price_at(a.time);
    return out;
  }
  const auto& known = of_row(a);
  out.row = known.row;
  if (known.row) out.model = known.row->model;
  if (known.sheet) out.sheet = &*known.sheet;
  return out;
}

const config::Deployment* LedgerPrices::deployment(const std::string& name) const {
  if (!config_) return nullptr;
  for (const auto& model : config_->models)
    for (const auto& d : model.deployments)
      if (d.name == name) return &d;
  return nullptr;
}

const offer::Timeline& LedgerPrices::timeline_of(const config::Deployment& d) {
  const auto [at, made] = timelines_.try_emplace(d.name);
  if (!made) return at->second;
  const auto provider = std::ranges::find(config_->providers, d.provider, &config::Provider::name);
  const auto* const adapter = provider == config_->providers.end() ? nullptr : cloud::find(provider->cloud);
  const auto site = adapter ? adapter->site(provider->settings) : std::unexpected(Error{});
  if (!site) return at->second;
  at->second = book_.timeline({d.offer, provider->cloud, site->host, offer::widest(provider->scope, adapter->scope_of(d.model))});
  at->second.set_cache_lifetime(adapter->cache_lifetime());
  return at->second;
}

// A row alone, as a sheet: its tier is then the ordinary one.
const LedgerPrices::Known& LedgerPrices::of_row(const ledger::Booked& a) {
  const auto key = std::pair(a.price_row, a.cloud);
  if (const auto it = rows_.find(key); it != rows_.end()) return it->second;
  auto& known = rows_[key];
  const auto& rows = book_.rows();
  const auto row = std::ranges::find(rows, a.price_row, &offer::Row::id);
  if (a.price_row.empty() || row == rows.end()) return known;
  known.row = &*row;
  auto& sheet = known.sheet.emplace();
  sheet.meters = row->meters;
  sheet.long_context = row->long_context;
  sheet.apart = true;
  sheet.row = row->id;
  if (const auto* const adapter = cloud::find(a.cloud)) sheet.cache_lifetime = adapter->cache_lifetime();
  return known;
}

}  // namespace fw::cli
