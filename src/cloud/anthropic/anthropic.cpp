#include "cloud/anthropic/anthropic.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "cloud/anthropic/failure.h"
#include "cloud/anthropic/fields.h"
#include "cloud/anthropic/hosts.h"
#include "cloud/anthropic/messages_decode.h"
#include "cloud/anthropic/messages_write.h"
#include "cloud/aws/bedrock_hosts.h"
#include "cloud/aws/sign_in.h"
#include "cloud/google/sign_in.h"
#include "cloud/openai_http/request.h"

namespace fw::cloud::anthropic {
namespace {

using openai_http::wrong_setting;

constexpr std::array<Dialect, 1> kMessages{Dialect::messages};

constexpr std::array<Setting, 8> kOwnSettings{{
    {"host", "direct (the default: Anthropic's own), foundry (Microsoft), bedrock (Amazon) or vertex (Google)", false,
     false, SettingKind::text},
    {"base_url",
     "foundry: the resource's, such as https://RESOURCE.services.ai.azure.com/anthropic; else an origin instead of "
     "the host's own",
     false, false, SettingKind::url},
    {"region", "bedrock: the AWS Region that is asked and that requests are signed for", false, false,
     SettingKind::text},
    {"project", "vertex: the Google Cloud project's id", false, false, SettingKind::text},
    {"location", "vertex: global (default), us, eu or a region such as europe-west1", false, false, SettingKind::text},
    {"auth.api_key", "direct, foundry: the API key; bedrock: a Bedrock API key", false, true, SettingKind::text},
    {"auth.sts_url", "bedrock: AWS's token service; vertex: where federated tokens are traded; each its own unless given",
     false, false, SettingKind::url},
    {"forward_headers", "further request fields of clients to pass on", false, false, SettingKind::list},
}};

// Both of Amazon's and Google's sign-ins may be told another token service by the one name.
std::vector<Setting> all_settings() {
  std::vector<Setting> all(kOwnSettings.begin(), kOwnSettings.end());
  const auto add = [&all](const Setting& setting) {
    if (std::ranges::find(all, setting.name, &Setting::name) == all.end()) all.push_back(setting);
  };
  std::ranges::for_each(aws::kAwsSettings, add);
  std::ranges::for_each(google::kGoogleSettings, add);
  return all;
}

Result<Host> read_host(const ProviderSettings& settings) {
  const auto found = settings.extra.find("host");
  if (found == settings.extra.end() || found->second.empty()) return Host::direct;
  if (const auto host = host_of(std::string_view(found->second))) return *host;
  return wrong_setting(settings, "host",
                       fmt::format("found '{}', expected direct, foundry, bedrock or vertex", found->second));
}

bool has_extra(const ProviderSettings& settings, const char* name) {
  const auto found = settings.extra.find(name);
  return found != settings.extra.end() && !found->second.empty();
}

// What another of the hosts would need: most likely `host` was forgotten.
Result<void> check_unused(const ProviderSettings& settings, Host host) {
  const auto unused = [&](std::string_view name, Host owner) -> Result<void> {
    return wrong_setting(settings, name,
                         fmt::format("found one for host {}, expected none: it is host {}'s", row(host).word,
                                     row(owner).word));
  };
  if (host != Host::bedrock && !settings.region.empty()) return unused("region", Host::bedrock);
  for (const char* name : {"project", "location"})
    if (host != Host::vertex && has_extra(settings, name)) return unused(name, Host::vertex);
  return {};
}

class Anthropic final : public Adapter {
 public:
  std::string_view name() const override { return "anthropic"; }
  std::span<const Setting> settings() const override {
    static const std::vector<Setting> all = all_settings();
    return all;
  }
  std::span<const FieldRow> fields() const override { return anthropic::fields(); }
  std::span<const Dialect> dialects(const Site&, std::string_view) const override { return kMessages; }
  // Nothing is stored there, and nothing embedded.
  bool speaks(Operation operation) const override {
    return operation == Operation::chat || operation == Operation::responses;
  }
  bool model_in_path(const Site& site, Operation) const override { return !row(host_of(site)).model_in_body; }
  // No rule says what of an abandoned stream is billed, so it is read to the end.
  OnCancel on_cancel() const override { return OnCancel::drain; }
  dialect::CacheLifetime cache_lifetime() const override { return dialect::CacheLifetime::m5; }

  Result<Site> site(const ProviderSettings& settings) const override {
    const auto host = read_host(settings);
    if (!host) return std::unexpected(host.error());
    if (auto checked = check_unused(settings, *host); !checked) return std::unexpected(std::move(checked.error()));
    return make_site(settings, *host);
  }

  std::string request_head(const Site& site, const Call& call) const override {
    // A client's query is OpenAI's and says nothing here.
    return openai_http::head(site, Operation::chat, path_of(host_of(site), call.model, call.stream), "");
  }

  Result<std::unique_ptr<const SignIn>> sign_in(const ProviderSettings& settings,
                                                const Surroundings& surroundings) const override {
    const auto host = read_host(settings);
    if (!host) return std::unexpected(host.error());
    if (*host == Host::bedrock) return aws::aws_sign_in(settings, surroundings);
    if (*host == Host::vertex) {
      if (!settings.api_key.empty())
        return wrong_setting(settings, "auth.api_key", "found a key for host vertex, expected one of Google's sign-ins");
      return google::google_sign_in(settings, surroundings);
    }
    for (const auto& [name, value] : settings.extra)
      if (name.starts_with("auth.") && !value.empty())
        return wrong_setting(settings, name, fmt::format("found it for host {}, expected auth.api_key", row(*host).word));
    return nullptr;
  }

  void authorize(const Site& site, const Credential& credential, const ToSign& request,
                 std::string& lines) const override {
    if (host_of(site) != Host::bedrock) return Adapter::authorize(site, credential, request, lines);
    aws::sign_aws(credential, site.region, aws::signing_service(aws::name(aws::Host::runtime)), site.url.authority(),
                  request, lines);
  }

  Result<void> write_request(const Site& site, Dialect, const dialect::inner::Request& request,
                             const dialect::inner::Target& target, std::string& out) const override {
    return write_messages_request(host_of(site), request, target, out);
  }

  std::unique_ptr<dialect::AnswerDecoder> decoder(const Site& site, Dialect,
                                                  dialect::RelayLimits limits) const override {
    return messages_decoder(row(host_of(site)).framed, limits);
  }

  // Amazon's quote ARNs, Google's the names of projects.
  bool refusals_pass() const override { return false; }
  Verdict classify(const Answer& answer, WallTime now) const override { return anthropic::classify(answer, now); }
  Verdict classify_stream(const dialect::ProviderStreamError& error) const override {
    return anthropic::classify_stream(error);
  }

  StatedLimits limits(std::span<const wire::HeaderField> fields, WallTime now) const override {
    return anthropic::limits(fields, now);
  }

  std::string_view request_id(std::span<const wire::HeaderField> fields) const override {
    for (const std::string_view name : {"request-id", "x-amzn-requestid", "x-request-id"})
      for (const auto& field : fields)
        if (wire::equal_ignoring_case(field.name, name)) return field.value;
    return {};
  }
};

}  // namespace

const Adapter& adapter() {
  static const Anthropic instance;
  return instance;
}

}  // namespace fw::cloud::anthropic
