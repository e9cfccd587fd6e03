// Any server that speaks the OpenAI API.
#include "cloud/compatible/compatible.h"

#include <array>

#include "cloud/compatible/failure.h"
#include "cloud/openai_http/failure.h"
#include "cloud/openai_http/limits.h"
#include "cloud/openai_http/request.h"

namespace fw::cloud::compatible {
namespace {

constexpr std::array<Setting, 3> kSettings{{
    {"base_url", "where the server listens, ending in /v1", true, false, SettingKind::url},
    {"auth.api_key", "sent as a bearer token, where the server wants one", false, true, SettingKind::text},
    {"forward_headers", "further request fields of clients to pass on", false, false, SettingKind::list},
}};

const openai_http::SiteRules kRules{"compatible", "", {"/v1"}, "http://127.0.0.1:8000/v1", nullptr};

class Compatible final : public Adapter {
 public:
  std::string_view name() const override { return "compatible"; }
  std::span<const Setting> settings() const override { return kSettings; }
  bool speaks(Operation) const override { return true; }
  bool model_in_path(const Site&, Operation) const override { return false; }
  std::span<const FieldRow> fields() const override { return field_rows(); }
  OnCancel on_cancel() const override { return OnCancel::estimate; }
  dialect::CacheLifetime cache_lifetime() const override { return dialect::CacheLifetime::m30; }

  Result<Site> site(const ProviderSettings& settings) const override {
    auto base = openai_http::base_url(settings, kRules, settings.base_url);
    if (!base) return std::unexpected(std::move(base.error()));
    auto site = openai_http::plain_site(settings, *std::move(base));
    if (!site || settings.api_key.empty()) return site;
    auto key = openai_http::key_line(settings, "Authorization", "Bearer ");
    if (!key) return std::unexpected(std::move(key.error()));
    site->auth_lines = *std::move(key);
    return site;
  }

  std::string request_head(const Site& site, const Call& call) const override {
    return openai_http::head(site, call.operation, openai_http::resource(call), openai_http::safe_query(call.query));
  }

  Verdict classify(const Answer& answer, WallTime now) const override {
    return openai_http::classify(answer, now, kind_of);
  }

  Verdict classify_stream(const dialect::ProviderStreamError& error) const override {
    return openai_http::classify_stream(error, kind_of);
  }

  StatedLimits limits(std::span<const wire::HeaderField> fields, WallTime) const override {
    return openai_http::limits(fields);
  }

  std::string_view request_id(std::span<const wire::HeaderField> fields) const override {
    const auto id = wire::field_value(fields, wire::HeaderId::x_request_id);
    return id.empty() ? wire::field_value(fields, wire::HeaderId::request_id) : id;
  }
};

}  // namespace

const Adapter& adapter() {
  static const Compatible instance;
  return instance;
}

}  // namespace fw::cloud::compatible
