// `fairway keys`: virtual keys of a running gateway.
#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/admin_client.h"
#include "cli/commands.h"
#include "cli/exit.h"
#include "cli/file.h"
#include "cli/json_text.h"
#include "cli/ledger_books.h"
#include "cli/output.h"
#include "wire/json.h"
#include "wire/url.h"

namespace fw::cli {
namespace {

constexpr std::string_view kKeys = "/admin/v1/keys";
constexpr int kPageMax = 1000;

AdminPlace place_of(const KeysPlace& place) { return {place.config, place.admin}; }

int complain(const AdminAnswer& answer) {
  fmt::print(stderr, "{}\n", told(answer));
  return kFailed;
}

void print(const List& list, Format format) { fmt::print("{}", to_text(list, format)); }

// Texts joined by spaces; of null: what it means.
std::string joined(std::optional<std::string_view> array, std::string_view otherwise) {
  std::string out;
  for (const auto e : elements(array)) out += fmt::format("{}{}", out.empty() ? "" : " ", plain(e));
  return out.empty() ? std::string(otherwise) : out;
}

std::string budget_text(std::string_view key) {
  const auto usd = at(key, {"budget", "usd"});
  return usd.empty() ? "" : fmt::format("{}/{}", usd, at(key, {"budget", "per"}));
}

std::vector<std::string> columns() {
  return {"id", "name", "tenant", "state", "origin", "models", "policy", "budget_usd", "requests_per_minute", "tokens_per_minute", "endpoints", "addresses", "expires", "created", "created_by", "team"};
}

std::vector<Cell> row_of(std::string_view key) {
  const auto member = [key](std::string_view name) { return wire::json_find(key, {name}); };
  std::vector<Cell> row;
  for (const auto* name : {"id", "name", "tenant", "state", "origin"}) row.push_back({plain(member(name))});
  row.push_back({joined(member("models"), "all")});
  row.push_back({plain(member("policy"))});
  row.push_back({budget_text(key)});
  for (const auto* name : {"requests_per_minute", "tokens_per_minute"}) row.push_back({at(key, {"limits", name})});
  row.push_back({joined(member("endpoints"), "all")});
  row.push_back({joined(member("addresses"), "any")});
  for (const auto* name : {"expires", "created", "created_by", "team"}) row.push_back({plain(member(name))});
  return row;
}

// Every entry of a list, page by page: each as it was told. `more`: what the next page is asked for by.
std::expected<std::vector<std::string>, int> all_of(const KeysPlace& place, const std::string& target, std::string_view more, std::size_t most) {
  std::vector<std::string> out;
  for (std::string next;;) {
    std::string page = fmt::format("{}limit={}", target, std::min<std::size_t>(kPageMax, most - out.size()));
    if (!next.empty()) page += fmt::format("&{}={}", more, wire::percent_encode_segment(next));
    const auto answer = ask_admin(place_of(place), page);
    if (!answer) return std::unexpected(answer.error());
    if (answer->status != 200) return std::unexpected(complain(*answer));
    for (const auto entry : elements(wire::json_find(answer->body, {"data"}))) out.emplace_back(entry);
    next = at(answer->body, {"next"});
    if (next.empty() || out.size() >= most) return out;
  }
}

// What was told, as it is: json and ndjson lose nothing.
bool print_raw(const std::vector<std::string>& entries, Format format) {
  if (format != Format::json && format != Format::ndjson) return false;
  if (format == Format::ndjson)
    for (const auto& e : entries) fmt::print("{}\n", e);
  else fmt::print("[{}]\n", fmt::join(entries, ",\n "));
  return true;
}

// The id of a key that is named by its id or its name. Nothing, after a complaint: an exit status.
std::expected<std::string, int> id_of(const KeyOptions& options) {
  if (options.key.starts_with("key_") || options.key.starts_with("config:")) return options.key;
  const auto found = all_of(options.place, fmt::format("{}?name={}&", kKeys, wire::percent_encode_segment(options.key)), "after", kPageMax);
  if (!found) return std::unexpected(found.error());
  if (found->empty()) {
    fmt::print(stderr, "no key has the id or the name '{}'; `fairway keys list` prints those that the token may see\n", options.key);
    return std::unexpected(kFailed);
  }
  return at(found->front(), {"id"});
}

std::string target_of(const std::string& id) { return fmt::format("{}/{}", kKeys, wire::percent_encode_segment(id)); }

// The one secret there is: alone on a line, or with its id where a program reads.
void print_secret(const std::string& body, Format format) {
  const auto id = at(body, {"id"}), key = at(body, {"key"});
  if (format == Format::table) {
    fmt::print("{}\n", key);
    fmt::print(stderr, "this is the key of {}; it is told once, keep it now\n", id);
    return;
  }
  print({{"id", "key"}, {{{id}, {key}}}}, format);
}

void write_list(wire::JsonWriter& json, std::string_view name, const std::vector<std::string>& values) {
  if (values.empty()) return;
  json.key(name).begin_array();
  for (const auto& value : values) json.string(value);
  json.end_array();
}

// removed: fields that are told to be null.
std::string body_of(const KeyTerms& terms, const std::vector<std::string>& removed = {}) {
  std::string out;
  wire::JsonWriter json(out);
  json.begin_object();
  for (const auto& field : removed) json.key(field).null();
  for (const auto& [name, value] : {std::pair{"name", &terms.name}, {"tenant", &terms.tenant}, {"policy", &terms.policy}, {"expires", &terms.expires}, {"team", &terms.team}})
    if (!value->empty()) json.member(name, *value);
  write_list(json, "models", terms.models);
  write_list(json, "addresses", terms.addresses);
  write_list(json, "endpoints", terms.endpoints);
  if (!terms.tags.empty()) {
    json.key("tags").begin_object();
    for (const auto& tag : terms.tags) json.member(tag.substr(0, tag.find('=')), tag.substr(tag.find('=') + 1));
    json.end_object();
  }
  if (!terms.budget.empty()) {
    json.key("budget").begin_object().member("usd", terms.budget);
    if (!terms.per.empty()) json.member("per", terms.per);
    json.end_object();
  }
  if (terms.requests_per_minute + terms.tokens_per_minute + terms.concurrent > 0) {
    json.key("limits").begin_object();
    for (const auto& [name, value] : {std::pair{"requests_per_minute", terms.requests_per_minute}, {"tokens_per_minute", terms.tokens_per_minute}, {"concurrent_exchanges", terms.concurrent}})
      if (value > 0) json.member(name, value);
    json.end_object();
  }
  json.end_object();
  return out;
}

int change(const KeyOptions& options, std::string_view method, std::string_view body) {
  const auto id = id_of(options);
  if (!id) return id.error();
  const auto answer = ask_admin(place_of(options.place), method, target_of(*id), body);
  if (!answer) return answer.error();
  if (answer->status != 200) return complain(*answer);
  if (!print_raw({answer->body}, options.place.format)) print({columns(), {row_of(answer->body)}}, options.place.format);
  return kOk;
}

}  // namespace

int keys_create(const KeysCreateOptions& options) {
  auto body = body_of(options.terms);
  if (!options.file.empty()) {
    auto text = read_file(options.file);
    if (!text) {
      fmt::print(stderr, "{} cannot be read\n", options.file);
      return kUsage;
    }
    body = *std::move(text);
  } else if (options.terms.name.empty()) {
    fmt::print(stderr, "a key needs a name: --name, or a JSON object with --file\n");
    return kUsage;
  }
  if (!are_tags(options.terms.tags)) return kUsage;
  const auto answer = ask_admin(place_of(options.place), "POST", std::string(kKeys), body);
  if (!answer) return answer.error();
  if (answer->status != 201) return complain(*answer);
  print_secret(answer->body, options.place.format);
  return kOk;
}

int keys_list(const KeysListOptions& options) {
  auto target = fmt::format("{}?", kKeys);
  for (const auto& [name, value] : {std::pair{"tenant", &options.tenant}, {"name", &options.name}, {"state", &options.state}})
    if (!value->empty()) target += fmt::format("{}={}&", name, wire::percent_encode_segment(*value));
  const auto keys = all_of(options.place, target, "after", SIZE_MAX);
  if (!keys) return keys.error();
  if (print_raw(*keys, options.place.format)) return kOk;
  List list{columns(), {}};
  for (const auto& key : *keys) list.rows.push_back(row_of(key));
  print(list, options.place.format);
  if (keys->empty() && options.place.format == Format::table) fmt::print(stderr, "no key; `fairway keys create --name NAME` makes one\n");
  return kOk;
}

int keys_update(const KeysUpdateOptions& options) {
  auto patch = body_of(options.terms, options.removed);
  if (!options.file.empty()) {
    auto text = read_file(options.file);
    if (!text) {
      fmt::print(stderr, "{} cannot be read\n", options.file);
      return kUsage;
    }
    patch = *std::move(text);
  } else if (patch == "{}") {
    fmt::print(stderr, "nothing to change is said: a field's option, --remove FIELD, or a JSON object with --file\n");
    return kUsage;
  }
  if (!are_tags(options.terms.tags)) return kUsage;
  return change({options.place, options.key, 0}, "PATCH", patch);
}

int keys_show(const KeyOptions& options) { return change(options, "GET", {}); }
int keys_disable(const KeyOptions& options) { return change(options, "PATCH", R"({"disabled":true})"); }
int keys_enable(const KeyOptions& options) { return change(options, "PATCH", R"({"disabled":false})"); }
int keys_revoke(const KeyOptions& options) { return change(options, "DELETE", {}); }

int keys_rotate(const KeyOptions& options) {
  const auto id = id_of(options);
  if (!id) return id.error();
  const auto answer = ask_admin(place_of(options.place), "POST", target_of(*id) + "/rotate", fmt::format("{{\"grace_s\":{}}}", options.grace_s));
  if (!answer) return answer.error();
  if (answer->status != 200) return complain(*answer);
  print_secret(answer->body, options.place.format);
  return kOk;
}

int keys_log(const KeysLogOptions& options) {
  auto target = std::string("/admin/v1/audit?");
  if (!options.key.empty()) {
    const auto id = id_of({options.place, options.key, 0});
    if (!id) return id.error();
    target += fmt::format("key={}&", wire::percent_encode_segment(*id));
  }
  const auto acts = all_of(options.place, target, "before", static_cast<std::size_t>(options.limit));
  if (!acts) return acts.error();
  if (print_raw(*acts, options.place.format)) return kOk;
  List list{{"number", "time", "token", "act", "key", "key_id", "tenant", "before", "after"}, {}};
  for (const auto& act : *acts) {
    std::vector<Cell> row{{at(act, {"number"}), true}};
    for (std::size_t i = 1; i < list.columns.size(); ++i) row.push_back({at(act, {list.columns[i]})});
    list.rows.push_back(std::move(row));
  }
  print(list, options.place.format);
  return kOk;
}

}  // namespace fw::cli
