#include "config/clouds.h"

#include <algorithm>
#include <array>
#include <deque>
#include <string>

#include "cloud/adapter.h"
#include "config/codec.h"

namespace fw::config {
namespace {

constexpr std::array<std::string_view, 1> kLaterClouds{"oracle"};

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
  if (self.shape.table && node.kind == NodeKind::map) return reader.table(node, self.field, *self.shape.table, object);
  const bool secret = self.shape.form == Form::secret;
  if (auto text = secret ? reader.secret(node, self.field) : reader.text(node, self.field))
    text_of(settings, self.setting) = std::move(*text);
}

void read_group(Reader& reader, const Node& node, const Entry& self, void* object) {
  reader.table(node, self.field, *self.shape.table, object);
}

void read_forward_headers(Reader& reader, const Node& node, const Entry& self, void* object) {
  auto& headers = static_cast<Provider*>(object)->settings.forward_headers;
  Codec<std::vector<std::string>>::read(reader, node, self.field, headers);
  for (auto& header : headers)
    for (char& c : header)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
}

Entry setting_entry(const cloud::Setting& setting) {
  Entry made{.field = {.name = setting.name.substr(setting.name.rfind('.') + 1), .doc = setting.doc, .required = setting.required,
                       .discreet = setting.secret, .rule = &kPlain},
             .shape = {.form = setting.secret ? Form::secret : Form::text},
             .default_text = {},
             .read = read_setting};
  made.setting = setting.name;
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
  std::deque<std::string> names;  // "provider_openai", "auth_openai", "auth_bedrock_aws"
  std::deque<Table> tables;       // the provider's first

  Table& add(std::string name, std::string_view doc) {
    names.push_back(std::move(name));
    return tables.emplace_back(Table{names.back(), doc, {}});
  }
};

std::string table_name(std::string_view cloud, std::string_view path) {
  std::string name(path.substr(0, path.find('.')));
  name.append("_").append(cloud);
  if (const auto dot = path.find('.'); dot != path.npos) name.append("_").append(path.substr(dot + 1));
  std::ranges::replace(name, '.', '_');
  return name;
}

// The entry of `path` in `table`; made as a group if nothing stands there yet.
Entry& entry_at(Table& table, std::string_view path) {
  const auto it = std::ranges::find(table.entries, path, &Entry::setting);
  if (it != table.entries.end()) return *it;
  const auto name = path.substr(path.rfind('.') + 1);
  Entry group{.field = {.name = name, .doc = name == "auth" ? "How to sign in." : "Its parts.", .discreet = true},
              .shape = {.form = Form::table}, .default_text = {}, .read = read_group};
  group.setting = path;
  return table.entries.emplace_back(std::move(group));
}

// The table in which the setting stands: groups are made on the way down.
Table& home_of(const cloud::Setting& setting, std::string_view cloud, CloudTables& tables) {
  Table* table = &tables.tables.front();
  for (auto dot = setting.name.find('.'); dot != setting.name.npos; dot = setting.name.find('.', dot + 1)) {
    const auto path = setting.name.substr(0, dot);
    Entry& group = entry_at(*table, path);
    group.field.required = group.field.required || (setting.required && path == "auth");
    if (!group.shape.table) {
      Table& below = tables.add(table_name(cloud, path), group.field.doc);
      group.shape = {.form = group.shape.form == Form::text ? Form::text_or_table : Form::table, .table = &below};
    }
    table = const_cast<Table*>(group.shape.table);  // one of `tables`
  }
  return *table;
}

void describe(const cloud::Adapter& adapter, CloudTables& tables) {
  Table& provider = tables.add("provider_" + std::string(adapter.name()), "");
  provider.entries = {cloud_entry(adapter.name(), "The cloud."), scope_entry()};
  for (const auto& setting : adapter.settings()) {
    Table& home = home_of(setting, adapter.name(), tables);
    const auto group = std::ranges::find(home.entries, setting.name, &Entry::setting);
    Entry made = setting_entry(setting);
    if (group == home.entries.end()) {
      home.entries.push_back(std::move(made));
    } else {
      made.shape = {.form = Form::text_or_table, .table = group->shape.table};
      *group = std::move(made);
    }
  }
  const auto auth = std::ranges::find(provider.entries, "auth", &Entry::setting);
  if (auth != provider.entries.end()) std::rotate(provider.entries.begin() + 1, auth, auth + 1);
  provider.entries.push_back(
      entry<&Provider::connections>({.name = "connections", .doc = "Connections to the cloud."}));
}

std::vector<Variant> make_variants() {
  static std::deque<CloudTables> tables;
  std::vector<Variant> variants;
  for (const auto* adapter : cloud::all()) {
    describe(*adapter, tables.emplace_back());
    variants.push_back({adapter->name(), &tables.back().tables.front()});
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
