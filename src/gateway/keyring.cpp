#include "gateway/keyring.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "config/minted.h"
#include "config/rights.h"
#include "wire/hash.h"
#include "wire/json.h"
#include "wire/json_merge.h"

namespace fw::gateway {
namespace {

constexpr std::string_view kConfigured = "config:";  // how ids of the configuration's keys begin
constexpr std::string_view kNoSuchKey = "there is no such key; GET /admin/v1/keys lists those that this token may see";

template <std::size_t N>
std::array<std::uint8_t, N> chance() {
  std::array<std::uint8_t, N> out{};
  [[maybe_unused]] const auto n = getrandom(out.data(), out.size(), 0);
  return out;
}

std::string new_secret() {
  const auto bytes = chance<32>();
  auto text = wire::base64({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  text.erase(text.find('='));
  return fmt::format("{}{}", kSecretPrefix, text);
}

config::Sources zones() {
  config::Sources sources;
  sources.zone = [](const std::string& name) -> std::optional<std::string> {
    std::ifstream file("/usr/share/zoneinfo/" + name, std::ios::binary);
    if (!file) return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  return sources;
}

Error wrong(const std::vector<config::Problem>& problems, Code code = Code::invalid_value) {
  const auto named = std::ranges::find_if(problems, [](const auto& p) { return !p.path.empty(); });
  return client_error(code, config::in_a_line(problems), named == problems.end() ? "" : named->path);
}

Error conflict(std::string message, std::string param = {}) { return client_error(Code::conflict, std::move(message), std::move(param)); }

std::string text_of(std::string_view json, std::string_view member) {
  std::string out;
  if (const auto token = wire::json_find(json, {member})) wire::json_unescape(wire::json_text(*token), out);
  return out;
}

std::string with(std::string_view json, std::string_view member, const std::vector<std::string>& values) {
  std::string patch;
  wire::JsonWriter writer(patch);
  writer.begin_object().key(member).begin_array();
  for (const auto& value : values) writer.string(value);
  writer.end_array().end_object();
  return wire::json_merge(json, patch);
}

std::string with(std::string_view json, std::string_view member, std::string_view value) {
  std::string patch;
  wire::JsonWriter(patch).begin_object().member(member, value).end_object();
  return wire::json_merge(json, patch);
}

// What the audit says of a key: its terms, whether it is off, and nothing of its secret.
std::string told(const store::KeyRow& row) { return wire::json_merge(row.terms, row.disabled ? R"({"disabled":true})" : R"({"disabled":false})"); }

// What of a patch is no change of terms, or none that is possible.
struct Asked {
  std::optional<bool> disabled;
  bool terms = false;
  bool expires = false;
  bool models = false;
  std::vector<config::Problem> problems;
};

Asked read_patch(std::string_view patch) {
  Asked out;
  std::size_t members = 0;
  const auto begin = patch.find_first_not_of(" \t\r\n");
  if (wire::json_check(patch, 32) || begin == patch.npos || patch[begin] != '{') {
    out.problems.push_back({.found = "no JSON object", .expected = "an object with the fields to change", .hint = "such as {\"disabled\": true}"});
    return out;
  }
  wire::JsonObject object(patch, 32);
  for (wire::JsonMember m; object.next(m); ++members) {
    std::string name;
    wire::json_unescape(m.key, name);
    if (name == "disabled") {
      if (m.kind == wire::JsonKind::boolean) out.disabled = m.value == "true";
      else out.problems.push_back({.path = name, .found = std::string(m.value.substr(0, 64)), .expected = "true or false"});
      continue;
    }
    out.terms = true;
    out.expires = out.expires || name == "expires";
    out.models = out.models || name == "models";
    if (name == "name" || name == "tenant")
      out.problems.push_back({.path = name, .found = "another " + name, .expected = "none: the books know the key by it", .hint = "create a new key"});
    // The reader of the whole would not see a key that null removes.
    constexpr std::array<std::string_view, 11> kKnown{"name", "tenant", "models", "policy", "limits", "budget", "expires", "addresses", "endpoints", "team", "tags"};
    if (std::ranges::find(kKnown, name) == kKnown.end() && m.kind == wire::JsonKind::null)
      out.problems.push_back({.path = name.substr(0, 64), .found = "an unknown key", .expected = "one of models, policy, limits, budget, expires, addresses, endpoints, team, tags, disabled"});
  }
  if (members == 0) out.problems.push_back({.found = "an empty object", .expected = "the fields to change", .hint = "such as {\"disabled\": true}"});
  return out;
}

// A budget goes on from what was spent, so only its amount and its alerts may change.
std::optional<config::Problem> other_budget(const config::Key& before, const config::Key& after) {
  constexpr std::string_view kHint = "create a new key with it";
  if (before.budget.has_value() != after.budget.has_value())
    return config::Problem{.path = "budget", .found = after.budget ? "a budget for a key without one" : "none", .expected = "what the key was created with, with another `usd` or `alert_percent`", .hint = std::string(kHint)};
  if (!before.budget) return std::nullopt;
  const auto& was = before.budget->rule;
  const auto& is = after.budget->rule;
  if (before.budget->name == after.budget->name && was.per == is.per && was.time_zone == is.time_zone && was.hard == is.hard) return std::nullopt;
  return config::Problem{.path = "budget", .found = "another `name`, `per`, `time_zone` or `hard`", .expected = "another `usd` or `alert_percent` only", .hint = std::string(kHint)};
}

}  // namespace

std::string_view name(KeyState state) {
  constexpr std::array<std::string_view, 5> kNames{"active", "disabled", "expired", "revoked", "unusable"};
  return kNames[static_cast<std::size_t>(state)];
}

KeyState state_of(const MadeKey& key, WallTime now) {
  if (key.row.revoked) return KeyState::revoked;
  if (!key.key || !key.index) return KeyState::unusable;
  if (key.row.disabled) return KeyState::disabled;
  return key.key->expires && *key.key->expires <= now ? KeyState::expired : KeyState::active;
}

Result<std::unique_ptr<Keyring>> Keyring::open(std::shared_ptr<const Snapshot> snapshot, const std::string& data_dir, WallTime now) {
  std::unique_ptr<Keyring> ring(new Keyring(std::move(snapshot)));
  if (data_dir.empty()) return ring;
  auto store = store::KeyStore::open(data_dir);
  if (!store) return std::unexpected(std::move(store.error()));
  ring->store_ = std::move(*store);
  if (auto loaded = ring->load(now); !loaded) return std::unexpected(std::move(loaded.error()));
  return ring;
}

bool Keyring::knows_name(const std::string& name) const {
  return std::ranges::find(config().keys, name, &config::Key::name) != config().keys.end() || std::ranges::any_of(keys_, [&name](const auto& k) { return k.row.name == name; });
}

bool Keyring::knows_budget(const std::string& name) const {
  return std::ranges::find(table_->budgets(), name, &BudgetAccount::name) != table_->budgets().end();
}

Result<void> Keyring::load(WallTime now) {
  auto rows = store_->keys();
  if (!rows) return std::unexpected(std::move(rows.error()));
  for (auto& row : *rows) {
    if (!row.revoked && std::ranges::find(config().keys, row.name, &config::Key::name) != config().keys.end())
      return std::unexpected(Error{.code = Code::internal_error, .origin = Origin::operator_,
                                   .message = fmt::format("the configuration has a key with the name '{}', and the key {} that was created while the gateway ran has it too; "
                                                          "rename the one in the configuration, or start without it and `fairway keys revoke {}`", row.name, row.id, row.id)});
    auto loaded = config::load_kept_key(row.terms, config(), zones());
    keys_.push_back({.row = std::move(row), .key = std::move(loaded.key), .trouble = config::in_a_line(loaded.problems), .index = {}});
    by_id_.emplace(keys_.back().row.id, keys_.size() - 1);
  }
  auto next = table_->next();
  std::unordered_map<std::string, const MadeKey*> budgets;
  for (auto& key : keys_) {
    if (key.row.revoked || !key.key) continue;
    if (next->full()) key.trouble = "there are more keys and limits than a gateway can have";
    else if (key.key->budget && (knows_budget(key.key->budget->name) || !budgets.emplace(key.key->budget->name, &key).second)) key.trouble = fmt::format("another budget has the name {}", key.key->budget->name);
    if (!key.trouble.empty()) continue;
    key.index = next->add(*snapshot_, *key.key, key.row.disabled);
    next->accept(key.row.digest, *key.index);
    if (key.row.former && now < key.row.former->until) next->accept(key.row.former->digest, *key.index, key.row.former->until);
  }
  table_ = std::move(next);
  return {};
}

const MadeKey* Keyring::find(std::string_view id, const config::AdminToken& token) const {
  const auto at = by_id_.find(std::string(id));
  if (at == by_id_.end()) return nullptr;
  const auto& key = keys_[at->second];
  return token.tenant.empty() || token.tenant == key.row.tenant ? &key : nullptr;
}

// One that the token may see and that can be changed at all.
Result<MadeKey*> Keyring::own(std::string_view id, const config::AdminToken& token) {
  if (!config::may_mint(token)) return std::unexpected(client_error(Code::forbidden, "this token may only read; keys are changed with a token of the role `keys` or `owner`"));
  if (id.starts_with(kConfigured)) {
    const auto key = std::ranges::find(config().keys, id.substr(kConfigured.size()), &config::Key::name);
    if (key != config().keys.end() && (token.tenant.empty() || token.tenant == key->tenant))
      return std::unexpected(conflict("this key stands in the configuration and is changed there"));
  }
  if (!find(id, token)) return std::unexpected(client_error(Code::not_found, std::string(kNoSuchKey)));
  return &keys_[by_id_.find(std::string(id))->second];
}

// Whoever changes a key or is shown its secret must have its rights.
Result<void> Keyring::may_hand_out(const MadeKey& key, const config::AdminToken& token) const {
  if (!key.key || !key.index) return std::unexpected(conflict(fmt::format("the configuration of today does not allow for this key ({}); mend the configuration and restart, or revoke the key", key.trouble)));
  if (const auto lacking = config::beyond(*key.key, token, config()); !lacking.empty())
    return std::unexpected(client_error(Code::forbidden, fmt::format("the key has rights that this token lacks, so the token may only disable and revoke it: {}", config::in_a_line(lacking)), lacking.front().path));
  return {};
}

Result<void> Keyring::put(const store::KeyRow& row, const config::AdminToken& token, std::string_view act, std::string_view before, WallTime now) {
  auto written = store_->put(row, {.number = 0, .time = now, .token = token.name, .act = std::string(act), .key_id = row.id, .key = row.name, .tenant = row.tenant, .before = std::string(before), .after = told(row)});
  if (written) return {};
  return std::unexpected(Error{.code = Code::key_store_unavailable, .origin = Origin::gateway, .retry = Retry::after_delay,
                               .message = fmt::format("nothing was changed: the key store cannot be written ({})", written.error().message)});
}

Result<Keyring::Made> Keyring::create(std::string_view json, const config::AdminToken& token, WallTime now) {
  if (!config::may_mint(token)) return std::unexpected(client_error(Code::forbidden, "this token may only read; keys are created with a token of the role `keys` or `owner`"));
  if (!store_) return std::unexpected(conflict("keys are kept in `data_dir`, and the configuration has none"));
  auto sources = zones();
  sources.now = now;
  // Before anything is said of other tenants.
  const bool object = !wire::json_check(json, 32) && json[json.find_first_not_of(" \t\r\n")] == '{';
  auto terms = object ? wire::json_merge("{}", json) : std::string();
  if (const auto tenant = text_of(terms, "tenant"); object && !token.tenant.empty() && !tenant.empty() && tenant != token.tenant)
    return std::unexpected(client_error(Code::not_found, "there is no such tenant for this token", "tenant"));
  auto loaded = config::load_key(json, config(), sources);
  if (!loaded.key) return std::unexpected(wrong(loaded.problems));
  if (loaded.key->tenant.empty() && !token.tenant.empty()) terms = with(terms, "tenant", token.tenant);
  if (loaded.key->models.empty() && !token.models.empty()) terms = with(terms, "models", token.models);
  loaded = config::load_key(terms, config(), sources);
  if (!loaded.key) return std::unexpected(wrong(loaded.problems));
  auto& key = *loaded.key;
  if (const auto lacking = config::beyond(key, token, config()); !lacking.empty()) return std::unexpected(wrong(lacking, Code::forbidden));
  if (knows_name(key.name)) return std::unexpected(conflict(fmt::format("the name '{}' was used for another key; the books tell keys apart by their names, so it needs one of its own", key.name), "name"));
  if (key.budget && knows_budget(key.budget->name)) return std::unexpected(conflict(fmt::format("another budget has the name '{}'; write `budget.name`", key.budget->name), "budget.name"));
  if (table_->full()) return std::unexpected(conflict(fmt::format("a gateway has at most {} keys between two starts, revoked ones included, and as many limits", config::kEntriesMax)));

  Made made{.id = fmt::format("key_{}", wire::hex(chance<12>())), .secret = new_secret()};
  store::KeyRow row{.id = made.id, .name = key.name, .tenant = key.tenant, .terms = std::move(terms), .digest = wire::sha256(made.secret), .former = {}, .disabled = false, .created = now, .created_by = token.name, .rotated = {}, .revoked = {}};
  if (auto written = put(row, token, "create", "", now); !written) return std::unexpected(std::move(written.error()));
  auto next = table_->next();
  const auto index = next->add(*snapshot_, key, false);
  next->accept(row.digest, index);
  table_ = std::move(next);
  keys_.push_back({.row = std::move(row), .key = std::move(key), .trouble = {}, .index = index});
  by_id_.emplace(made.id, keys_.size() - 1);
  return made;
}

Result<void> Keyring::change(std::string_view id, std::string_view patch, const config::AdminToken& token, WallTime now) {
  const auto found = own(id, token);
  if (!found) return std::unexpected(found.error());
  auto& key = **found;
  const auto asked = read_patch(patch);
  if (!asked.problems.empty()) return std::unexpected(wrong(asked.problems));
  if (key.row.revoked) return std::unexpected(conflict("this key is revoked, for good; create a new one"));
  const bool narrows = !asked.terms && asked.disabled.value_or(false);
  if (auto may = narrows ? Result<void>{} : may_hand_out(key, token); !may) return may;
  auto row = key.row;
  row.disabled = asked.disabled.value_or(row.disabled);
  auto after = key.key;
  if (asked.terms) {
    row.terms = wire::json_merge(wire::json_merge(row.terms, patch), R"({"disabled":null})");
    auto sources = zones();
    if (asked.expires) sources.now = now;
    auto loaded = asked.models ? config::load_key(row.terms, config(), sources) : config::load_kept_key(row.terms, config(), sources);
    if (!loaded.key) return std::unexpected(wrong(loaded.problems));
    if (const auto problem = other_budget(*key.key, *loaded.key)) return std::unexpected(wrong({*problem}));
    if (const auto lacking = config::beyond(*loaded.key, token, config()); !lacking.empty()) return std::unexpected(wrong(lacking, Code::forbidden));
    if (table_->full()) return std::unexpected(conflict("no further limits fit until the gateway is started again"));
    after = std::move(loaded.key);
  }
  const auto* const act = asked.terms ? "change" : row.disabled ? "disable" : "enable";
  if (auto written = put(row, token, act, told(key.row), now); !written) return written;
  key.row = std::move(row);
  key.key = std::move(after);
  if (!key.index) return {};
  auto next = table_->next();
  next->change(*snapshot_, *key.index, *key.key, key.row.disabled);
  table_ = std::move(next);
  return {};
}

Result<Keyring::Made> Keyring::rotate(std::string_view id, std::int64_t grace_s, const config::AdminToken& token, WallTime now) {
  const auto found = own(id, token);
  if (!found) return std::unexpected(found.error());
  auto& key = **found;
  if (key.row.revoked) return std::unexpected(conflict("this key is revoked, for good; create a new one"));
  if (auto may = may_hand_out(key, token); !may) return std::unexpected(std::move(may.error()));
  Made made{.id = key.row.id, .secret = new_secret()};
  auto row = key.row;
  row.former.reset();
  if (grace_s > 0) row.former = store::FormerSecret{row.digest, {now.ns + grace_s * 1'000'000'000}};
  row.digest = wire::sha256(made.secret);
  row.rotated = now;
  if (auto written = put(row, token, "rotate", told(key.row), now); !written) return std::unexpected(std::move(written.error()));
  key.row = std::move(row);
  auto next = table_->next();
  next->forget(*key.index);
  next->accept(key.row.digest, *key.index);
  if (key.row.former) next->accept(key.row.former->digest, *key.index, key.row.former->until);
  table_ = std::move(next);
  return made;
}

Result<void> Keyring::revoke(std::string_view id, const config::AdminToken& token, WallTime now) {
  const auto found = own(id, token);
  if (!found) return std::unexpected(found.error());
  auto& key = **found;
  if (key.row.revoked) return {};
  auto row = key.row;
  row.revoked = now;
  row.former.reset();
  if (auto written = put(row, token, "revoke", told(key.row), now); !written) return written;
  key.row = std::move(row);
  if (!key.index) return {};
  auto next = table_->next();
  next->forget(*key.index);
  table_ = std::move(next);
  return {};
}

Result<std::vector<store::KeyAct>> Keyring::acts(std::size_t limit, std::int64_t before, const std::string& tenant, const std::string& key_id) {
  if (!store_) return std::vector<store::KeyAct>();
  return store_->acts(limit, before, tenant, key_id);
}

}  // namespace fw::gateway
