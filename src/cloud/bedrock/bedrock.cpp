#include "cloud/bedrock/bedrock.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "cloud/aws/failure.h"
#include "cloud/aws/sign_in.h"
#include "cloud/bedrock/converse_decode.h"
#include "cloud/bedrock/converse_write.h"
#include "cloud/bedrock/endpoints.h"
#include "cloud/bedrock/fields.h"
#include "cloud/openai_http/request.h"

namespace fw::cloud::bedrock {
namespace {

using openai_http::wrong_setting;

constexpr std::string_view kDefaultProject = "default";

std::vector<Setting> all_settings() {
  std::vector<Setting> all{
      {"region", "the AWS Region that is asked and that requests are signed for, such as us-east-1", true, false,
       SettingKind::text},
      {"host",
       "runtime (the default): profile ids such as us.openai.gpt-6-sol, Converse; or mantle: bare ids, Projects", false,
       false, SettingKind::text},
      {"base_url", "another address of the same host: an origin such as a VPC endpoint's, without a path", false, false,
       SettingKind::url},
      {"project", "sent as OpenAI-Project: a Project of mantle's (proj_…)", false, false, SettingKind::text},
      {"auth.api_key", "a Bedrock API key", false, true, SettingKind::text},
      {"forward_headers", "further request fields of clients to pass on", false, false, SettingKind::list},
  };
  all.insert(all.end(), aws::kAwsSettings.begin(), aws::kAwsSettings.end());
  return all;
}

std::string_view extra(const ProviderSettings& settings, const char* name) {
  const auto found = settings.extra.find(name);
  return found == settings.extra.end() ? std::string_view() : std::string_view(found->second);
}

Result<Host> read_host(const ProviderSettings& settings) {
  const std::string_view word = extra(settings, "host");
  if (word.empty()) return Host::runtime;
  if (const auto host = aws::host_of(word)) return *host;
  return wrong_setting(settings, "host", fmt::format("found '{}', expected runtime or mantle", word));
}

Result<void> add_project(const ProviderSettings& settings, Host host, Site& site) {
  site.project = extra(settings, "project");
  if (site.project.empty()) return {};
  if (host == Host::runtime && site.project != kDefaultProject)
    return wrong_setting(settings, "project", "found one for the runtime host, expected none: Projects are mantle's");
  auto line = openai_http::field_line(settings, "project", "OpenAI-Project", site.project);
  if (!line) return std::unexpected(std::move(line.error()));
  site.static_lines += *line;
  return {};
}

Host at(const Site& site) { return aws::host_of(std::string_view(site.host)).value_or(Host::runtime); }

bool is_generation(Operation operation) { return operation == Operation::chat || operation == Operation::responses; }

class Bedrock final : public Adapter {
 public:
  std::string_view name() const override { return "bedrock"; }
  std::span<const Setting> settings() const override {
    static const std::vector<Setting> all = all_settings();
    return all;
  }
  bool model_in_path(const Site&, Operation) const override { return false; }
  // Who leaves is billed for the whole answer (BerriAI/litellm#34147).
  bool refusals_pass() const override { return false; }
  OnCancel on_cancel() const override { return OnCancel::drain; }
  // Of GPT's caches (AWS model card, openai-gpt-6-astra); Converse's own are five minutes, see its decoder.
  dialect::CacheLifetime cache_lifetime() const override { return dialect::CacheLifetime::m30; }

  Result<Site> site(const ProviderSettings& settings) const override {
    const auto host = read_host(settings);
    if (!host) return std::unexpected(host.error());
    auto url = aws::bedrock_url(settings, *host);
    if (!url) return std::unexpected(std::move(url.error()));
    auto site = openai_http::plain_site(settings, *std::move(url));
    if (!site) return site;
    site->region = settings.region;
    site->host = aws::name(*host);
    if (auto added = add_project(settings, *host, *site); !added) return std::unexpected(std::move(added.error()));
    return site;
  }

  std::string_view scope_of(std::string_view model) const override { return profile_scope(model); }
  std::span<const Dialect> dialects(const Site& site, std::string_view model) const override {
    return bedrock::dialects(at(site), model);
  }

  bool speaks(Operation operation) const override { return operation != Operation::embeddings; }
  bool speaks(const Site& site, std::string_view model, Operation operation) const override {
    const auto spoken = dialects(site, model);
    return speaks(operation) &&
           (is_generation(operation) || std::ranges::find(spoken, Dialect::responses) != spoken.end());
  }

  std::string request_head(const Site& site, const Call& call) const override {
    if (is_generation(call.operation) && call.dialect == Dialect::converse)
      return openai_http::head(
          site, call.operation,
          fmt::format("/model/{}/converse{}", wire::percent_encode_segment(call.model), call.stream ? "-stream" : ""),
          {});
    // The dialect decides: a chat request may be asked as Responses.
    Call asked = call;
    if (is_generation(call.operation))
      asked.operation = call.dialect == Dialect::responses ? Operation::responses : Operation::chat;
    const std::string path = std::string(openai_prefix(at(site), call.model)) + openai_http::resource(asked);
    return openai_http::head(site, asked.operation, path, openai_http::safe_query(call.query));
  }

  Result<std::unique_ptr<const SignIn>> sign_in(const ProviderSettings& settings,
                                                const Surroundings& surroundings) const override {
    return aws::aws_sign_in(settings, surroundings);
  }

  void authorize(const Site& site, const Credential& credential, const ToSign& request,
                 std::string& lines) const override {
    aws::sign_aws(credential, site.region, aws::signing_service(site.host), site.url.authority(), request, lines);
  }

  std::span<const FieldRow> fields() const override { return bedrock::fields(); }

  Result<void> write_request(const Site& site, Dialect upstream, const dialect::inner::Request& request,
                             const dialect::inner::Target& target, std::string& out) const override {
    if (upstream == Dialect::converse) return write_converse_request(request, target, out);
    return Adapter::write_request(site, upstream, request, target, out);
  }

  std::unique_ptr<dialect::AnswerDecoder> decoder(const Site& site, Dialect upstream,
                                                  dialect::RelayLimits limits) const override {
    return upstream == Dialect::converse ? converse_decoder(limits) : Adapter::decoder(site, upstream, limits);
  }

  Verdict classify(const Answer& answer, WallTime now) const override { return aws::classify(answer, now); }
  Verdict classify_stream(const dialect::ProviderStreamError& error) const override {
    return aws::classify_stream(error);
  }

  std::string_view request_id(std::span<const wire::HeaderField> fields) const override {
    const auto id = wire::field_value(fields, wire::HeaderId::x_amzn_requestid);
    return id.empty() ? wire::field_value(fields, wire::HeaderId::x_request_id) : id;
  }
};

}  // namespace

const Adapter& adapter() {
  static const Bedrock instance;
  return instance;
}

}  // namespace fw::cloud::bedrock
