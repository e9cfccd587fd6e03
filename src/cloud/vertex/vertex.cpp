// Google Cloud: GPT by Responses, open models and Gemini by the OpenAI-compatible surface, Gemini
// by generateContent as well.
#include "cloud/vertex/vertex.h"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

#include "cloud/google/failure.h"
#include "cloud/google/places.h"
#include "cloud/google/sign_in.h"
#include "cloud/openai_http/request.h"
#include "cloud/vertex/fields.h"
#include "cloud/vertex/generate_decode.h"
#include "cloud/vertex/generate_write.h"
#include "cloud/vertex/places.h"

namespace fw::cloud::vertex {
namespace {

using openai_http::wrong_setting;

constexpr std::array<Setting, 7> kOwnSettings{{
    {"project", "the Google Cloud project's id", true, false, SettingKind::text},
    {"location", "global (default), us, eu or a region such as europe-west4", false, false, SettingKind::text},
    {"base_url", "an origin instead of the location's own, without a path", false, false, SettingKind::url},
    {"quota_project", "the project whose quota is used, where it is another", false, false, SettingKind::text},
    {"request_type", "dedicated (provisioned throughput only) or shared (never)", false, false, SettingKind::text},
    {"shared_request_type", "priority or flex, for every request of this provider", false, false, SettingKind::text},
    {"forward_headers", "further request fields of clients to pass on", false, false, SettingKind::list},
}};

std::span<const Setting> all_settings() {
  static constexpr auto kAll = [] {
    std::array<Setting, kOwnSettings.size() + std::size(google::kGoogleSettings)> all{};
    auto at = std::ranges::copy(kOwnSettings, all.begin()).out;
    std::ranges::copy(google::kGoogleSettings, at);
    return all;
  }();
  return kAll;
}

std::string setting(const ProviderSettings& settings, const char* name) {
  const auto it = settings.extra.find(name);
  return it == settings.extra.end() ? std::string() : it->second;
}

// Only OpenAI's own API knows them, and Google refuses them (openai 7.57.0 vertex.ts).
bool is_openai_account(std::string_view header) {
  return wire::equal_ignoring_case(header, "openai-organization") ||
         wire::equal_ignoring_case(header, "openai-project");
}

struct Word {
  const char* setting;
  std::string_view header;
  std::array<std::string_view, 2> words;
};
constexpr std::array<Word, 2> kWords{{
    {"request_type", "X-Vertex-AI-LLM-Request-Type", {"dedicated", "shared"}},
    {"shared_request_type", "X-Vertex-AI-LLM-Shared-Request-Type", {"priority", "flex"}},
}};

Result<std::string> header_lines(const ProviderSettings& settings) {
  std::string lines;
  for (const Word& word : kWords) {
    const std::string value = setting(settings, word.setting);
    if (value.empty()) continue;
    if (std::ranges::find(word.words, value) == word.words.end())
      return wrong_setting(settings, word.setting,
                           fmt::format("found '{}', expected {}", value, fmt::join(word.words, " or ")));
    lines += fmt::format("{}: {}\r\n", word.header, value);
  }
  if (const std::string quota = setting(settings, "quota_project"); !quota.empty()) {
    if (!google::is_project(quota)) return wrong_setting(settings, "quota_project", "expected a project's id");
    lines += fmt::format("X-Goog-User-Project: {}\r\n", quota);
  }
  return lines;
}

class Vertex final : public Adapter {
 public:
  std::string_view name() const override { return "vertex"; }
  std::span<const Setting> settings() const override { return all_settings(); }
  std::span<const FieldRow> fields() const override { return vertex::fields(); }
  bool model_in_path(const Site&, Operation) const override { return false; }
  // Whoever leaves early pays for what was generated; no rule says how much, so it is read to the end.
  bool refusals_pass() const override { return false; }
  OnCancel on_cancel() const override { return OnCancel::drain; }
  dialect::CacheLifetime cache_lifetime() const override { return dialect::CacheLifetime::h1; }

  Result<Site> site(const ProviderSettings& settings) const override {
    if (std::ranges::any_of(settings.forward_headers, is_openai_account))
      return wrong_setting(settings, "forward_headers",
                           "found OpenAI-Organization or OpenAI-Project, which Google refuses");
    auto lines = header_lines(settings);
    if (!lines) return std::unexpected(std::move(lines.error()));
    auto site = google::project_site(settings);
    if (site) site->static_lines += *lines;
    return site;
  }

  std::span<const Dialect> dialects(const Site&, std::string_view model) const override {
    return place_of(model).dialects;
  }

  // Nothing is stored there, so nothing can be fetched, deleted or cancelled.
  bool speaks(Operation operation) const override {
    return operation == Operation::chat || operation == Operation::responses || operation == Operation::embeddings;
  }
  bool speaks(const Site&, std::string_view model, Operation operation) const override {
    if (operation == Operation::embeddings) return place_of(model).dialects.front() == Dialect::chat;
    return speaks(operation);
  }

  std::string request_head(const Site& site, const Call& call) const override {
    // A client's query is not passed on: alt, key, fields and the like are Google's own parameters.
    const std::string path =
        call.operation == Operation::embeddings ? embeddings_path() : path_of(call.model, call.dialect, call.stream);
    return openai_http::head(site, call.operation, path, "");
  }

  std::string body_model(std::string_view deployment_model) const override {
    return std::string(place_of(deployment_model).publisher) + std::string(deployment_model);
  }

  Result<std::unique_ptr<const SignIn>> sign_in(const ProviderSettings& settings,
                                                const Surroundings& surroundings) const override {
    return google::google_sign_in(settings, surroundings);
  }

  Result<void> write_request(const Site& site, Dialect upstream, const dialect::inner::Request& request,
                             const dialect::inner::Target& target, std::string& out) const override {
    if (upstream == Dialect::generate_content) return write_generate_request(request, target, out);
    if (upstream != Dialect::responses) return Adapter::write_request(site, upstream, request, target, out);
    return write_unstored(site, request, target, out);
  }

  // A Responses request that passed as it is would be stored: that is its default.
  bool rewrites(Dialect upstream) const override { return upstream == Dialect::responses; }

  std::unique_ptr<dialect::AnswerDecoder> decoder(const Site& site, Dialect upstream,
                                                  dialect::RelayLimits limits) const override {
    if (upstream != Dialect::generate_content) return Adapter::decoder(site, upstream, limits);
    return std::make_unique<GenerateDecoder>(limits);
  }

  Verdict classify(const Answer& answer, WallTime now) const override { return google::classify(answer, now); }
  Verdict classify_stream(const dialect::ProviderStreamError& error) const override {
    return google::classify_stream(error);
  }

  std::string_view request_id(std::span<const wire::HeaderField> fields) const override {
    return wire::field_value(fields, wire::HeaderId::x_request_id);
  }

 private:
  // With "store":false whatever the client said of it: Google documents no other way.
  Result<void> write_unstored(const Site& site, const dialect::inner::Request& request,
                              const dialect::inner::Target& target, std::string& out) const {
    dialect::Fates fates = target.fates == nullptr ? dialect::Fates{} : *target.fates;
    fates.apply(dialect::Need::store, dialect::Fate::dropped);
    dialect::inner::Target unstored = target;
    unstored.fates = &fates;
    const auto start = out.size();
    auto written = Adapter::write_request(site, Dialect::responses, request, unstored, out);
    if (written) out.insert(out.find('{', start) + 1, R"("store":false,)");
    return written;
  }
};

}  // namespace

const Adapter& adapter() {
  static const Vertex instance;
  return instance;
}

}  // namespace fw::cloud::vertex
