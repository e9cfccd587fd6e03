// OpenAI itself: api.openai.com and its residency hosts.
#include "cloud/openai/openai.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "cloud/openai_http/failure.h"
#include "cloud/openai_http/limits.h"
#include "cloud/openai_http/request.h"

namespace fw::cloud::openai {
namespace {

// openai 7.57.0 `src/internal/data-residency.ts`.
constexpr std::array<std::string_view, 6> kResidencies{"us", "eu", "ae", "au", "in", "jp"};

constexpr std::array<Setting, 6> kSettings{{
    {"auth.api_key", "the project's API key (sk-…)", true, true, SettingKind::text},
    {"base_url", "another address of the same API, ending in /v1", false, false, SettingKind::url},
    {"residency", "a regional host: us, eu, ae, au, in or jp; the project must belong to that region", false, false,
     SettingKind::text},
    {"organization", "sent as OpenAI-Organization", false, false, SettingKind::text},
    {"project", "sent as OpenAI-Project", false, false, SettingKind::text},
    {"forward_headers", "further request fields of clients to pass on", false, false, SettingKind::list},
}};

bool is_canonical(std::string_view host) { return host == "api.openai.com" || host.ends_with(".api.openai.com"); }

const openai_http::SiteRules kRules{"openai", "https://api.openai.com/v1", {"/v1"}, "https://api.openai.com/v1",
                                    is_canonical};

class OpenAi final : public Adapter {
 public:
  std::string_view name() const override { return "openai"; }
  std::span<const Setting> settings() const override { return kSettings; }
  bool speaks(Operation) const override { return true; }
  bool model_in_path(const Site&, Operation) const override { return false; }
  std::span<const FieldRow> fields() const override { return field_rows(); }
  OnCancel on_cancel() const override { return OnCancel::drain; }
  dialect::CacheLifetime cache_lifetime() const override { return dialect::CacheLifetime::m30; }

  Result<Site> site(const ProviderSettings& settings) const override {
    std::string url = settings.base_url;
    if (!settings.residency.empty()) {
      if (!url.empty())
        return openai_http::wrong_setting(settings, "residency",
                                          "found beside a base_url, expected one of the two: each names the host");
      if (std::ranges::find(kResidencies, settings.residency) == kResidencies.end())
        return openai_http::wrong_setting(settings, "residency",
                                          fmt::format("found '{}', expected us, eu, ae, au, in or jp",
                                                      settings.residency));
      url = fmt::format("https://{}.api.openai.com/v1", settings.residency);
    }
    auto base = openai_http::base_url(settings, kRules, url);
    if (!base) return std::unexpected(std::move(base.error()));
    auto site = openai_http::plain_site(settings, *std::move(base));
    if (!site) return site;
    if (auto added = add_lines(settings, *site); !added) return std::unexpected(std::move(added.error()));
    return site;
  }

  std::string request_head(const Site& site, const Call& call) const override {
    return openai_http::head(site, call.operation, openai_http::resource(call), openai_http::safe_query(call.query));
  }

  Verdict classify(const Answer& answer, WallTime now) const override {
    return openai_http::classify(answer, now, openai_http::kind_of);
  }

  Verdict classify_stream(const dialect::ProviderStreamError& error) const override {
    return openai_http::classify_stream(error, openai_http::kind_of);
  }

  StatedLimits limits(std::span<const wire::HeaderField> fields, WallTime) const override {
    return openai_http::limits(fields);
  }

  // API reference, "Debugging requests": ASCII, at most 512 characters.
  std::string_view sender_id_field() const override { return "x-client-request-id: "; }
  std::string_view request_id(std::span<const wire::HeaderField> fields) const override {
    return wire::field_value(fields, wire::HeaderId::x_request_id);
  }

 private:
  static Result<void> add_lines(const ProviderSettings& settings, Site& site) {
    auto key = openai_http::key_line(settings, "Authorization", "Bearer ");
    if (!key) return std::unexpected(std::move(key.error()));
    site.auth_lines = *std::move(key);
    for (const auto& [setting, field] :
         {std::pair{"organization", "OpenAI-Organization"}, std::pair{"project", "OpenAI-Project"}}) {
      const auto found = settings.extra.find(setting);
      if (found == settings.extra.end()) continue;
      auto line = openai_http::field_line(settings, setting, field, found->second);
      if (!line) return std::unexpected(std::move(line.error()));
      site.static_lines += *line;
    }
    return {};
  }
};

}  // namespace

const Adapter& adapter() {
  static const OpenAi instance;
  return instance;
}

}  // namespace fw::cloud::openai
