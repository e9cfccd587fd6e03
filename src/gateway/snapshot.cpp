#include "gateway/snapshot.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/offers.h"
#include "offer/scope.h"
#include "wire/json.h"
#include "wire/nearest.h"

namespace fw::gateway {
namespace {

constexpr std::size_t kSuggestions = 3;

template <class T>
std::uint16_t index_of(const std::vector<T>& all, std::string_view name) {
  const auto it = std::ranges::find_if(all, [name](const T& t) { return t.name == name; });
  return static_cast<std::uint16_t>(it - all.begin());
}

bool limited_to(const config::Deployment& d, Dialect dialect) {
  return d.dialects.empty() || std::ranges::find(d.dialects, dialect) != d.dialects.end();
}

bool translatable(Operation operation) { return operation == Operation::chat || operation == Operation::responses; }

// The dialect in which an operation reaches a deployment: the client's own where both speak it, else
// the first that the cloud prefers. Nothing: not at all.
std::optional<Dialect> dialect_for(const Provider& p, const config::Deployment& d, Operation operation) {
  const auto own = dialect::dialect_of(operation);
  const auto spoken = p.adapter->dialects(p.site, d.model);
  const auto speaks = [&](Dialect dialect) { return limited_to(d, dialect) && std::ranges::find(spoken, dialect) != spoken.end(); };
  if (operation == Operation::embeddings) return p.adapter->speaks(p.site, d.model, operation) ? std::optional(own) : std::nullopt;
  if (!translatable(operation))
    return speaks(own) && p.adapter->speaks(p.site, d.model, operation) ? std::optional(own) : std::nullopt;
  if (speaks(own)) return own;
  for (const auto dialect : spoken)
    if (speaks(dialect)) return dialect;
  return std::nullopt;
}

Face face_of(const Provider& p, const config::Deployment& d, Operation operation, Dialect upstream) {
  const bool anew = translatable(operation) && p.adapter->rewrites(upstream);
  const bool other = upstream != dialect::dialect_of(operation);
  Face face{.upstream = upstream, .translated = anew || other, .fates = {}, .head = {}, .stream_head = {}};
  if (translatable(operation)) face.fates = cloud::fates(*p.adapter, upstream, d.model, other);
  face.head = p.adapter->request_head(p.site, cloud::Call{operation, upstream, false, d.model, {}, {}});
  face.stream_head = p.adapter->request_head(p.site, cloud::Call{operation, upstream, true, d.model, {}, {}});
  return face;
}

// Its own price for all time, else what the offer book says of its place.
offer::Timeline prices_of(const config::Deployment& d, const Provider& p, const config::Config& config) {
  if (d.price) return offer::Timeline({{.from = {INT64_MIN}, .until = {}, .absent = false, .priced = true, .features = {}, .sheet = *d.price, .rows = {}}});
  const auto& book = config.book ? *config.book : config::embedded_book();
  auto prices = book.timeline({d.offer, p.adapter->name(), p.site.host, offer::widest(p.scope, p.adapter->scope_of(d.model))});
  prices.set_cache_lifetime(p.adapter->cache_lifetime());
  return prices;
}

std::array<ledger::BoundPrice, route::kTiers> bounds_of(const offer::PriceSheet& sheet) {
  std::array<ledger::BoundPrice, route::kTiers> out;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = ledger::bound_price(sheet, name(static_cast<route::Tier>(i)));
  return out;
}

dialect::Efforts set_of(const std::vector<std::string>& words) {
  dialect::Efforts made = 0;
  for (const auto& word : words) made |= bit(dialect::effort_of(word));
  return made;
}

void add_api(const offer::ApiFeatures& said, ApiAbilities& to) {
  for (const auto& [need, fate] : said.fields) {
    to.refused.set(static_cast<std::size_t>(need), fate == dialect::Fate::refused);
    to.dropped.set(static_cast<std::size_t>(need), fate == dialect::Fate::dropped);
  }
  if (!said.efforts.empty()) {
    to.taken = set_of(said.efforts);
    to.efforts_refused = dialect::kAllEfforts & ~to.taken;
  }
  to.efforts_refused |= set_of(said.efforts_refused);
  if (!said.efforts_ignored.empty()) to.efforts_ignored = set_of(said.efforts_ignored);
  if (!said.output_limit.empty()) to.output_limit = dialect::limit_field_of(said.output_limit);
  if (!said.efforts_with_tools.empty()) to.efforts_with_tools = set_of(said.efforts_with_tools);
}

// What the book says of the place's abilities, whatever its price.
std::vector<DatedFeatures> features_of(const config::Deployment& d, const Provider& p, const config::Config& config) {
  const auto& book = config.book ? *config.book : config::embedded_book();
  const auto line = book.timeline({d.offer, p.adapter->name(), p.site.host, offer::widest(p.scope, p.adapter->scope_of(d.model))});
  std::vector<DatedFeatures> out;
  for (const auto& part : line.parts()) {
    const auto& said = part.features;
    DatedFeatures made{.from = part.from, .until = part.until.value_or(WallTime{INT64_MAX}), .usual = {}, .on_chat = {}};
    add_api(said, made.usual);
    made.on_chat = made.usual;
    add_api(said.on_chat, made.on_chat);
    made.context_tokens = said.context_tokens.value_or(INT64_MAX);
    made.output_tokens = said.max_output_tokens.value_or(INT64_MAX);
    made.efforts_firm = said.efforts_firm;
    made.output_firm = said.max_output_firm;
    out.push_back(made);
  }
  return out;
}

}  // namespace

Result<std::shared_ptr<const Snapshot>> Snapshot::make(const config::Config& config, const cloud::Surroundings& surroundings) {
  auto snapshot = std::shared_ptr<Snapshot>(new Snapshot);
  snapshot->config_ = config;
  if (auto added = snapshot->add_providers(surroundings); !added) return std::unexpected(added.error());
  snapshot->add_models();
  snapshot->add_policies();
  snapshot->add_tenants();
  snapshot->keys_ = KeyTable::make(*snapshot);
  return snapshot;
}

std::shared_ptr<const Snapshot> Snapshot::with_sign_in(const Snapshot& like, std::shared_ptr<const cloud::SignIn> sign_in) {
  auto snapshot = std::shared_ptr<Snapshot>(new Snapshot(like));
  for (auto& p : snapshot->providers_) p.sign_in = sign_in;
  return snapshot;
}

Result<void> Snapshot::add_providers(const cloud::Surroundings& surroundings) {
  for (const auto& p : config_.providers) {
    const auto* const adapter = cloud::find(p.cloud);
    auto site = adapter->site(p.settings);
    if (!site) return std::unexpected(site.error());
    auto sign_in = adapter->sign_in(p.settings, surroundings);
    if (!sign_in) return std::unexpected(sign_in.error());
    const auto cloud = std::ranges::find(clouds_, p.cloud);
    const auto cloud_index = static_cast<std::uint16_t>(cloud - clouds_.begin());
    if (cloud == clouds_.end()) clouds_.push_back(p.cloud);
    Provider provider{.name = p.name, .scope = p.scope, .cloud = cloud_index, .adapter = adapter, .site = *site, .sign_in = std::move(*sign_in), .endpoint = {}, .forward_headers = p.settings.forward_headers, .commitments = {}};
    provider.endpoint = {.host = site->url.host,
                         .port = site->url.port,
                         .tls = site->url.tls,
                         .connections_max = p.connections.per_core,
                         .idle_max = p.connections.idle_per_core,
                         .idle_ms = p.connections.idle_ms};
    for (std::size_t i = 0; i < config_.commitments.size(); ++i)
      if (config_.commitments[i].counts(p)) provider.commitments.push_back(static_cast<std::uint16_t>(i));
    forwarded_.insert(forwarded_.end(), provider.forward_headers.begin(), provider.forward_headers.end());
    providers_.push_back(std::move(provider));
  }
  for (const auto& c : config_.commitments) commitments_.push_back({c.name, c.terms()});
  return {};
}

void Snapshot::add_models() {
  for (const auto& m : config_.models) {
    const auto of_model = static_cast<std::uint16_t>(models_.size());
    Model model{.name = m.name, .places = {}};
    for (const auto& d : m.deployments) {
      Deployment out{.name = d.name, .model = d.model, .scope = {}, .model_json = "\"", .provider = index_of(providers_, d.provider),
                     .of_model = of_model, .timeouts = d.timeouts, .on_cancel = d.on_cancel, .pool = {}, .prices = {}, .quick = {}, .features = {}, .answer_lines = {}, .faces = {}};
      if (d.pool) out.pool = config::routed(*d.pool);
      out.answer_lines = fmt::format("x-fairway-provider: {}\r\nx-fairway-deployment: {}\r\n", d.provider, d.name);
      const auto& provider = providers_[out.provider];
      out.scope = offer::widest(provider.scope, provider.adapter->scope_of(d.model));
      out.prices = prices_of(d, provider, config_);
      out.features = features_of(d, provider, config_);
      wire::json_escape(out.model_json, provider.adapter->body_model(d.model));
      out.model_json.push_back('"');
      for (const auto& part : out.prices.parts())
        out.quick.push_back({part.from, part.until.value_or(WallTime{INT64_MAX}), route::quick_prices(part.sheet), bounds_of(part.sheet)});
      Place place{.deployment = static_cast<std::uint16_t>(deployments_.size()), .provider = out.provider, .cloud = provider.cloud, .weight = d.weight};
      for (std::size_t i = 0; i < kOperations; ++i) {
        const auto operation = static_cast<Operation>(i);
        const auto upstream = dialect_for(provider, d, operation);
        if (!upstream) continue;
        out.faces[i] = face_of(provider, d, operation, *upstream);
        place.operations |= 1u << i;
        if (out.faces[i].translated) place.translated |= 1u << i;
        if (i < place.fates.size()) place.fates[i] = out.faces[i].fates;
      }
      deployments_.push_back(std::move(out));
      model.places.push_back(place);
    }
    model_index_.emplace(m.name, of_model);
    models_.push_back(std::move(model));
  }
}

std::vector<std::string> Snapshot::offers_within(std::uint16_t model, const std::vector<std::string>& scopes, WallTime at) const {
  const auto& book = config_.book ? *config_.book : config::embedded_book();
  std::vector<std::string> out;
  for (const auto& d : config_.models[model].deployments)
    for (const auto& scope : scopes)
      for (const auto* row : book.rows(d.offer, at)) {
        if (row->absent || row->tier != offer::kStandardTier || !offer::matches(row->scope, scope)) continue;
        auto said = fmt::format("{} in {}", row->cloud, scope);
        if (std::ranges::find(out, said) == out.end()) out.push_back(std::move(said));
      }
  return out;
}

std::vector<std::string> Snapshot::offers_that(std::uint16_t model, WallTime at, const std::function<bool(const offer::Features&)>& can) const {
  const auto& book = config_.book ? *config_.book : config::embedded_book();
  std::vector<std::string> out;
  for (const auto& d : config_.models[model].deployments)
    for (const auto* row : book.rows(d.offer, at)) {
      if (row->absent || row->tier != offer::kStandardTier || !can(row->features)) continue;
      auto said = fmt::format("{} in {}", row->cloud, row->scope);
      if (std::ranges::find(out, said) == out.end()) out.push_back(std::move(said));
    }
  return out;
}

void Snapshot::add_policies() {
  for (const auto& p : config_.policies) {
    policies_.push_back(config::routed(p));
  }
  policies_.push_back({});
  for (std::size_t i = 0, n = policies_.size(); i < n; ++i) {
    policies_.push_back(policies_[i]);
    policies_.back().refuse_unknown_price = true;
  }
  const auto written = policies_.size();
  for (std::size_t i = 0; i < written; ++i) {
    first_ruled_.push_back(static_cast<std::uint16_t>(policies_.size()));
    for (std::size_t rule = 0; rule < policies_[i].rules.size(); ++rule) policies_.push_back(route::ruled(policies_[i], rule));
  }
}

std::uint16_t Snapshot::policy_for(std::uint16_t policy, const route::Question& question) const {
  const auto rule = route::rule_for(policies_[policy], question);
  return rule ? static_cast<std::uint16_t>(first_ruled_[policy] + *rule) : policy;
}

std::optional<Money> Deployment::most(const ledger::Reservation& reserved, route::Tier tier, WallTime at) const {
  if (tier == route::Tier::other) return std::nullopt;
  for (const auto& q : quick)
    if (q.from <= at && at < q.until) return ledger::most(reserved, q.bounds[static_cast<std::size_t>(tier)]);
  return std::nullopt;
}

const DatedFeatures* Deployment::features_at(WallTime at) const {
  for (const auto& f : features)
    if (f.from <= at && at < f.until) return &f;
  return nullptr;
}

const route::QuickPrices* Deployment::quick_at(WallTime at) const {
  for (const auto& q : quick)
    if (q.from <= at && at < q.until) return &q.prices;
  return nullptr;
}

dialect::Needs Place::dropped(Operation operation, const dialect::Needs& asked) const {
  const auto at = static_cast<std::size_t>(operation);
  return at < fates.size() ? asked & fates[at].dropped : dialect::Needs{};
}

dialect::Needs Place::mapped(Operation operation, const dialect::Needs& asked) const {
  const auto at = static_cast<std::size_t>(operation);
  return at < fates.size() && translates(operation) ? asked & fates[at].mapped : dialect::Needs{};
}

dialect::Needs Place::doubted(Operation operation, const dialect::Needs& asked) const {
  const auto at = static_cast<std::size_t>(operation);
  return at < fates.size() && !translates(operation) ? asked & fates[at].refused : dialect::Needs{};
}

// Where nothing is translated the cloud itself says what it refuses.
dialect::Needs Place::refused(Operation operation, const dialect::Needs& asked) const {
  const auto at = static_cast<std::size_t>(operation);
  return at < fates.size() && translates(operation) ? asked & fates[at].refused : dialect::Needs{};
}

std::size_t Snapshot::tenant_concurrent_max(std::size_t tenant) const {
  const auto it = std::ranges::find(config_.tenants, tenants_[tenant], &config::Tenant::name);
  return it == config_.tenants.end() ? 0 : it->limits.concurrent_exchanges;
}

void Snapshot::add_tenants() {
  for (const auto& t : config_.tenants) tenants_.push_back(t.name);
  tenants_.emplace_back();
}

std::optional<std::uint16_t> Snapshot::tenant(std::string_view name) const {
  const auto at = std::ranges::find(tenants_, name);
  return at == tenants_.end() ? std::nullopt : std::optional(static_cast<std::uint16_t>(at - tenants_.begin()));
}

std::uint16_t Snapshot::policy(std::string_view name, bool refuse_unknown_price) const {
  const auto index = index_of(config_.policies, name);
  // The same policy, which refuses what it cannot price.
  const bool stricter = refuse_unknown_price && !policies_[index].refuse_unknown_price;
  return stricter ? static_cast<std::uint16_t>(index + config_.policies.size() + 1) : index;
}

std::optional<std::uint16_t> Snapshot::model(std::string_view name) const {
  const auto it = model_index_.find(name);
  if (it == model_index_.end()) return std::nullopt;
  return it->second;
}

std::vector<std::string_view> Snapshot::nearest_models(std::string_view name, const Key& key) const {
  std::vector<std::string> usable;
  for (std::size_t i = 0; i < models_.size(); ++i)
    if (key.may_use(i)) usable.push_back(models_[i].name);
  std::vector<std::string_view> out;
  for (const auto found : wire::nearest(name, usable, kSuggestions)) out.push_back(models_[*model(found)].name);
  return out;
}

bool Snapshot::forwards(std::string_view lower_case_name) const {
  return std::ranges::find(forwarded_, lower_case_name) != forwarded_.end();
}

}  // namespace fw::gateway
