// Azure OpenAI: the v1 path, and the classic one that names the deployment and a version.
#include "cloud/azure/azure.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "cloud/azure/failure.h"
#include "cloud/azure/sign_in.h"
#include "cloud/openai_http/failure.h"
#include "cloud/openai_http/limits.h"
#include "cloud/openai_http/request.h"

namespace fw::cloud::azure {
namespace {

constexpr std::array<Setting, 4> kOwnSettings{{
    {"base_url", "https://RESOURCE.openai.azure.com/openai/v1, or …/openai together with api_version", true, false,
     SettingKind::url},
    {"auth.api_key", "one of the resource's two keys", false, true},
    {"api_version", "YYYY-MM-DD or YYYY-MM-DD-preview: selects the classic path"},
    {"forward_headers", "further request fields of clients to pass on", false, false, SettingKind::list},
}};

constexpr auto kSettings = [] {
  std::array<Setting, kOwnSettings.size() + kSignInSettings.size()> all{};
  std::ranges::copy(kSignInSettings, std::ranges::copy(kOwnSettings, all.begin()).out);
  return all;
}();

bool is_canonical(std::string_view host) {
  constexpr std::array<std::string_view, 4> kSuffixes{".openai.azure.com", ".services.ai.azure.com",
                                                      ".cognitiveservices.azure.com", ".openai.azure.us"};
  return std::ranges::any_of(kSuffixes, [host](std::string_view suffix) { return host.ends_with(suffix); });
}

const openai_http::SiteRules kRules{"azure", "", {"/openai/v1", "/openai"},
                                    "https://RESOURCE.openai.azure.com/openai/v1", is_canonical};

bool is_classic(const Site& site) { return site.url.path.ends_with("/openai"); }

// What may stand in a query as it is.
bool is_version(std::string_view text) {
  return text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '.';
  });
}

// The classic paths of chat and embeddings name the deployment, those of Responses do not.
bool names_deployment(const Call& call) {
  const bool either = call.operation == Operation::chat || call.operation == Operation::responses;
  return call.operation == Operation::embeddings || (either && call.dialect == Dialect::chat);
}

constexpr double kUtilisationMax = 1'000;  // %; more is no utilisation

class Azure final : public Adapter {
 public:
  std::string_view name() const override { return "azure"; }
  std::span<const Setting> settings() const override { return kSettings; }
  bool speaks(Operation) const override { return true; }
  std::span<const FieldRow> fields() const override { return field_rows(); }
  OnCancel on_cancel() const override { return OnCancel::drain; }
  dialect::CacheLifetime cache_lifetime() const override { return dialect::CacheLifetime::m30; }

  Result<Site> site(const ProviderSettings& settings) const override {
    auto base = openai_http::base_url(settings, kRules, settings.base_url);
    if (!base) return std::unexpected(std::move(base.error()));
    auto site = openai_http::plain_site(settings, *std::move(base));
    if (!site) return site;
    if (is_classic(*site) && settings.api_version.empty())
      return openai_http::wrong_setting(settings, "api_version",
                                        "found none for a base_url that ends in /openai, expected a version such as "
                                        "2024-10-21; or let the base_url end in /openai/v1");
    if (!is_version(settings.api_version))
      return openai_http::wrong_setting(settings, "api_version",
                                        "expected YYYY-MM-DD, YYYY-MM-DD-preview, v1 or preview");
    const auto way = way_of(settings);
    if (!way) return std::unexpected(way.error());
    if (*way == Way::key) {
      auto key = openai_http::key_line(settings, "api-key", "");
      if (!key) return std::unexpected(std::move(key.error()));
      site->auth_lines = *std::move(key);
    }
    site->api_version = settings.api_version;
    return site;
  }

  Result<std::unique_ptr<const SignIn>> sign_in(const ProviderSettings& settings,
                                                const Surroundings& surroundings) const override {
    return make_sign_in(settings, surroundings);
  }

  bool model_in_path(const Site& site, Operation operation) const override {
    return is_classic(site) && (operation == Operation::chat || operation == Operation::embeddings);
  }

  std::string request_head(const Site& site, const Call& call) const override {
    std::string path = openai_http::resource(call);
    if (is_classic(site) && names_deployment(call))
      path = "/deployments/" + wire::percent_encode_segment(call.model) + path;
    std::string query;
    if (!site.api_version.empty()) query = "api-version=" + site.api_version;
    const std::string rest = openai_http::safe_query(call.query);
    if (!query.empty() && !rest.empty()) query += '&';
    return openai_http::head(site, call.operation, path, query + rest);
  }

  Verdict classify(const Answer& answer, WallTime now) const override {
    return with_billing(openai_http::classify(answer, now, kind_of));
  }

  Verdict classify_stream(const dialect::ProviderStreamError& error) const override {
    return with_billing(openai_http::classify_stream(error, kind_of));
  }

  StatedLimits limits(std::span<const wire::HeaderField> fields, WallTime) const override {
    auto out = openai_http::limits(fields);
    out.utilisation = utilisation(wire::field_value(fields, wire::HeaderId::azure_deployment_utilization));
    return out;
  }

  // Azure REST API guidelines, "Distributed tracing & telemetry".
  std::string_view sender_id_field() const override { return "x-ms-client-request-id: "; }
  std::string_view request_id(std::span<const wire::HeaderField> fields) const override {
    const auto id = wire::field_value(fields, wire::HeaderId::apim_request_id);
    return id.empty() ? wire::field_value(fields, wire::HeaderId::x_request_id) : id;
  }

 private:
  // "24.3%" of a provisioned deployment, of 65,536 (Azure/azure-openai-benchmark, oairequester.py).
  static std::optional<std::uint32_t> utilisation(std::string_view text) {
    if (!text.ends_with('%')) return std::nullopt;
    const auto percent = openai_http::decimal(text.substr(0, text.size() - 1));
    if (!percent || !(*percent >= 0 && *percent <= kUtilisationMax)) return std::nullopt;
    return static_cast<std::uint32_t>(*percent * 655.36);
  }

  // A filtered prompt is charged (Microsoft: "Content filtering", pricing note).
  static Verdict with_billing(Verdict verdict) {
    if (verdict.kind == FailureKind::content_filter) verdict.billing = Billing::billed;
    return verdict;
  }
};

}  // namespace

const Adapter& adapter() {
  static const Azure instance;
  return instance;
}

}  // namespace fw::cloud::azure
