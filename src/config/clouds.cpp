#include "config/clouds.h"

#include <algorithm>
#include <array>
#include <deque>
#include <string>

#include "cloud/adapter.h"
#include "config/codec.h"

namespace fw::config {
namespace {

constexpr std::array<std::string_view, 3> kLaterClouds{"bedrock", "vertex", "oracle"};

// Ways to sign in that version 1 names and no adapter of this release describes.
constexpr std::array<std::string_view, 15> kLaterAuth{
    "access_key_id", "secret_access_key", "session_token", "aws", "sts_url", "imds_url", "container_url",
    "entra", "managed_identity", "service_account_file", "google", "authority", "token_url", "metadata_url",
    "workload_identity_file"};
constexpr std::string_view kAuthPrefix = "auth.";

// Where a setting of this name is kept.
std::string& text_of(cloud::ProviderSettings& settings, std::string_view name) {
  if (name == "base_url") return settings.base_url;
  if (name == "api_version") return settings.api_version;
  if (name == "region") return settings.region;
  if (name == "residency") return settings.residency;
  if (name == "auth.api_key") return settings.api_key;
  return settings.extra[std::string(name)];
}

void read_setting(Reader& reader, const Node& node, const Entry& self, void* object) {
  auto& settings = static_cast<Provider*>(object)->settings;
  const bool secret = self.shape.form == Form::secret;
  if (auto text = secret ? reader.secret(node, self.field) : reader.text(node, self.field))
    text_of(settings, self.field.name) = std::move(*text);
}

void read_auth_setting(Reader& reader, const Node& node, const Entry& self, void* object) {
  auto& settings = static_cast<Provider*>(object)->settings;
  const bool secret = self.shape.form == Form::secret;
  if (auto text = secret ? reader.secret(node, self.field) : reader.text(node, self.field))
    text_of(settings, std::string(kAuthPrefix) + std::string(self.field.name)) = std::move(*text);
}

void read_forward_headers(Reader& reader, const Node& node, const Entry& self, void* object) {
  auto& headers = static_cast<Provider*>(object)->settings.forward_headers;
  Codec<std::vector<std::string>>::read(reader, node, self.field, headers);
  for (auto& header : headers)
    for (char& c : header)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
}

Entry setting_entry(const cloud::Setting& setting) {
  Entry made{.field = {.name = setting.name, .doc = setting.doc, .required = setting.required,
                       .discreet = setting.secret, .rule = &kPlain},
             .shape = {.form = setting.secret ? Form::secret : Form::text},
             .default_text = {},
             .read = read_setting};
  if (setting.kind == cloud::SettingKind::list) {
    made.field.rule = &kHeaderName;
    made.shape = Codec<std::vector<std::string>>::shape(made.field);
    made.read = read_forward_headers;
  }
  return made;
}

Entry scope_entry() {
  return entry<&Provider::scope>(
      {.name = "scope", .doc = "Where it processes requests: `global`, a geography such as `eu`, a region such as "
                               "`eu/sweden-central`, or `on-premises`.", .rule = &kScope});
}

Entry cloud_entry(std::string_view word, std::string_view doc) {
  return {.field = {.name = "cloud", .doc = doc, .required = true},
          .shape = {.form = Form::word, .words = {word}},
          .default_text = {},
          .read = [](Reader&, const Node&, const Entry& self, void* object) {
            static_cast<Provider*>(object)->cloud = std::string(self.shape.words.front());
          }};
}

// The tables of one cloud; they stay where they are.
struct CloudTables {
  std::string provider_name;  // "provider_openai"
  std::string auth_name;
  Table provider;
  Table auth;
};

void describe(const cloud::Adapter& adapter, CloudTables& tables) {
  tables.provider_name = "provider_" + std::string(adapter.name());
  tables.auth_name = "auth_" + std::string(adapter.name());
  tables.provider = {tables.provider_name, "", {cloud_entry(adapter.name(), "The cloud."), scope_entry()}};
  tables.auth = {tables.auth_name, "How to sign in.", {}};
  bool auth_required = false;
  for (const auto& setting : adapter.settings()) {
    auto made = setting_entry(setting);
    if (!setting.name.starts_with(kAuthPrefix)) {
      tables.provider.entries.push_back(std::move(made));
      continue;
    }
    made.field.name.remove_prefix(kAuthPrefix.size());
    made.read = read_auth_setting;
    auth_required = auth_required || setting.required;
    tables.auth.entries.push_back(std::move(made));
  }
  for (const auto name : kLaterAuth)
    if (std::none_of(tables.auth.entries.begin(), tables.auth.entries.end(),
                     [&](const Entry& e) { return e.field.name == name; })) {
      auto refused = unsupported(name, "Another way to sign in.", "sign in with `api_key`");
      refused.field.discreet = true;
      tables.auth.entries.push_back(std::move(refused));
    }
  const auto after_cloud = tables.provider.entries.begin() + 1;
  tables.provider.entries.insert(
      after_cloud, {.field = {.name = "auth", .doc = "How to sign in.", .required = auth_required, .discreet = true},
                    .shape = {.form = Form::table, .table = &tables.auth},
                    .default_text = {},
                    .read = [](Reader& reader, const Node& node, const Entry& self, void* object) {
                      reader.table(node, self.field, *self.shape.table, object);
                    }});
  tables.provider.entries.push_back(
      entry<&Provider::connections>({.name = "connections", .doc = "Connections to the cloud."}));
}

std::vector<Variant> make_variants() {
  static std::deque<CloudTables> tables;
  std::vector<Variant> variants;
  for (const auto* adapter : cloud::all()) {
    describe(*adapter, tables.emplace_back());
    variants.push_back({adapter->name(), &tables.back().provider});
  }
  return variants;
}

}  // namespace

template <>
const Table* table_of<Connections>() {
  static const Table table{
      "connections",
      "Connections to one cloud.",
      {entry<&Connections::per_core>({.name = "per_core", .doc = "At one time, per core; beyond: the next deployment.", .min = 1, .max = 1'000'000}),
       entry<&Connections::idle_per_core>({.name = "idle_per_core", .doc = "Kept open while idle, per core.", .min = 0, .max = 1'000'000}),
       entry<&Connections::idle_ms>({.name = "idle_ms", .doc = "An idle connection is closed after so long.", .unit = "ms", .min = 100, .max = 3'600'000})}};
  return &table;
}

std::vector<std::string_view> cloud_words() {
  std::vector<std::string_view> words;
  for (const auto* adapter : cloud::all()) words.push_back(adapter->name());
  return words;
}

std::span<const Variant> provider_tables() {
  static const std::vector<Variant> variants = make_variants();
  return variants;
}

bool is_later_cloud(std::string_view word) {
  return !cloud::find(word) && std::find(kLaterClouds.begin(), kLaterClouds.end(), word) != kLaterClouds.end();
}

}  // namespace fw::config
