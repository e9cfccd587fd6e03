// Keys over HTTP: who may see and change which, and how the cores come to know.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "admin/desk.h"
#include "admin/keys_page.h"
#include "admin/query.h"
#include "config/rights.h"
#include "gateway/ask.h"
#include "wire/json.h"

namespace fw::admin {
namespace {

constexpr std::size_t kBodyBytesMax = std::size_t{64} << 10;
constexpr std::string_view kRotate = "/rotate";

// Every core has the table of keys when this returns: what was asked for counts.
net::Task<void> spread(Desk& desk) {
  const auto table = desk.server.keyring().table();
  for (std::size_t i = 0; i < desk.server.cores().count(); ++i) {
    auto& core = desk.server.core(i);
    auto question = gateway::ask<bool>(desk.loop, core.loop(), [&core, table] {
      core.make_room(*table);
      return true;
    });
    co_await question;
  }
  for (std::size_t i = 0; i < desk.server.cores().count(); ++i) {
    auto& core = desk.server.core(i);
    auto question = gateway::ask<bool>(desk.loop, core.loop(), [&core, table] {
      core.adopt(table);
      return true;
    });
    co_await question;
  }
}

// Keys of both origins in one order: the configuration's, then those made, by time.
struct Listed {
  const config::Key* configured = nullptr;
  const gateway::MadeKey* made = nullptr;
  std::string id() const { return configured ? configured_id(*configured) : made->row.id; }
  const std::string& name() const { return configured ? configured->name : made->row.name; }
  const std::string& tenant() const { return configured ? configured->tenant : made->row.tenant; }
  std::string_view state(WallTime now) const { return configured ? configured_state(*configured, now) : gateway::name(state_of(*made, now)); }
};

std::vector<Listed> visible(const Desk& desk, const config::AdminToken& token) {
  std::vector<Listed> out;
  for (const auto& key : desk.server.snapshot().config().keys)
    if (token.tenant.empty() || key.tenant == token.tenant) out.push_back({.configured = &key});
  for (const auto& key : desk.server.keyring().keys())
    if (token.tenant.empty() || key.row.tenant == token.tenant) out.push_back({.made = &key});
  return out;
}

void write(wire::JsonWriter& json, const Listed& key, WallTime now) {
  if (key.configured) write_key(json, *key.configured, now);
  else write_key(json, *key.made, now);
}

Result<std::string> list(const Desk& desk, std::string_view text, const config::AdminToken& token) {
  constexpr std::array<std::string_view, 6> kKnown{"tenant", "name", "state", "origin", "limit", "after"};
  const auto query = read_query(text, kKnown);
  if (!query) return std::unexpected(query.error());
  const auto limit = number_of(*query, "limit", kPageDefault, kPageMax);
  if (!limit) return std::unexpected(limit.error());
  const auto said = [&query](std::string_view name) {
    const auto at = query->find(name);
    return at == query->end() ? std::optional<std::string>() : at->second;
  };
  constexpr std::array<std::string_view, 5> kStates{"active", "disabled", "expired", "revoked", "unusable"};
  if (const auto state = said("state"); state && std::ranges::find(kStates, *state) == kStates.end())
    return std::unexpected(client_error(Code::invalid_value, fmt::format("state: found '{}', expected one of active, disabled, expired, revoked, unusable", state->substr(0, 64)), "state"));
  if (const auto origin = said("origin"); origin && *origin != "config" && *origin != "minted")
    return std::unexpected(client_error(Code::invalid_value, fmt::format("origin: found '{}', expected one of config, minted", origin->substr(0, 64)), "origin"));
  const auto now = desk.loop.wall();
  auto after = said("after");
  std::string out, next;
  wire::JsonWriter json(out);
  json.begin_object().key("data").begin_array();
  std::size_t count = 0;
  for (const auto& key : visible(desk, token)) {
    if (after) {
      if (key.id() == *after) after.reset();
      continue;
    }
    if (said("tenant").value_or(key.tenant()) != key.tenant() || said("name").value_or(key.name()) != key.name()) continue;
    if (said("state") && *said("state") != key.state(now)) continue;
    if (const auto origin = said("origin"); origin && (*origin == "config") != (key.configured != nullptr)) continue;
    if (count++ == *limit) break;
    write(json, key, now);
    next = key.id();
  }
  json.end_array().key("next");
  if (count > *limit) json.string(next);
  else json.null();
  json.end_object();
  if (after) return std::unexpected(client_error(Code::invalid_value, "after: found no key of this id, expected the `next` of the page before", "after"));
  return out;
}

Result<std::string> show(const Desk& desk, std::string_view id, const config::AdminToken& token) {
  for (const auto& key : visible(desk, token)) {
    if (key.id() != id) continue;
    std::string out;
    wire::JsonWriter json(out);
    write(json, key, desk.loop.wall());
    return out;
  }
  return std::unexpected(client_error(Code::not_found, "there is no such key; GET /admin/v1/keys lists those that this token may see"));
}

Result<std::string> audit(Desk& desk, std::string_view text, const config::AdminToken& token) {
  constexpr std::array<std::string_view, 3> kKnown{"key", "limit", "before"};
  const auto query = read_query(text, kKnown);
  if (!query) return std::unexpected(query.error());
  const auto limit = number_of(*query, "limit", kPageDefault, kPageMax);
  if (!limit) return std::unexpected(limit.error());
  const auto before = number_of(*query, "before", 0, INT64_MAX);
  if (!before) return std::unexpected(before.error());
  const auto key = query->find("key");
  const auto acts = desk.server.keyring().acts(*limit, static_cast<std::int64_t>(*before), token.tenant, key == query->end() ? "" : key->second);
  if (!acts) return std::unexpected(acts.error());
  return audit_page(*acts, *limit);
}

// {"grace_s": 60}, {} or nothing at all.
Result<std::int64_t> grace_of(std::string_view body) {
  const auto wrong = [](std::string found) {
    return std::unexpected(client_error(Code::invalid_value, fmt::format("grace_s: found {}, expected a whole number of seconds from 0 to {}", found, gateway::kGraceMaxS), "grace_s"));
  };
  const auto begin = body.find_first_not_of(" \t\r\n");
  if (begin == body.npos) return 0;
  if (wire::json_check(body, 4) || body[begin] != '{') return std::unexpected(client_error(Code::invalid_json, "found no JSON object, expected none, or one such as {\"grace_s\": 60}"));
  std::int64_t grace = 0;
  wire::JsonObject object(body, 4);
  for (wire::JsonMember m; object.next(m);) {
    if (m.key != "grace_s")
      return std::unexpected(client_error(Code::invalid_value, fmt::format("{0}: found the unknown key '{0}', expected `grace_s` or nothing", m.key.substr(0, 64)), std::string(m.key.substr(0, 64))));
    const auto value = wire::json_int(m.value);
    if (!value || *value < 0 || *value > gateway::kGraceMaxS) return wrong(std::string(m.value.substr(0, 64)));
    grace = *value;
  }
  return grace;
}

// What was asked for, read before the body suspends: views of the head live no longer.
struct Request {
  wire::Method method = wire::Method::get;
  std::string id;  // empty: the list
  std::string query;
  bool rotate = false;
  bool audit = false;
};

Request read_request(const wire::RequestHead& head) {
  Request out{.method = head.method, .id = {}, .query = std::string(head.query), .rotate = false, .audit = head.path == kAudit};
  if (out.audit || head.path.size() <= kKeys.size()) return out;
  auto rest = head.path.substr(kKeys.size() + 1);
  out.rotate = rest.ends_with(kRotate);
  if (out.rotate) rest.remove_suffix(kRotate.size());
  // Ids of the configuration's keys may need escapes: names are any printable ASCII.
  const std::string pair = fmt::format("id={}", rest);
  constexpr std::array<std::string_view, 1> kId{"id"};
  const auto decoded = rest.find('&') == rest.npos && rest.find('+') == rest.npos ? read_query(pair, kId) : Result<Query>(std::unexpected(Error{}));
  out.id = decoded && decoded->contains("id") ? decoded->at("id") : std::string(rest);
  return out;
}

std::string_view allowed(const Request& request) {
  if (request.audit) return "GET, HEAD";
  if (request.rotate) return "POST";
  return request.id.empty() ? "GET, HEAD, POST" : "GET, HEAD, PATCH, DELETE";
}

bool is_allowed(const Request& request) {
  using enum wire::Method;
  const bool reads = request.method == get || request.method == head;
  if (request.audit) return reads;
  if (request.rotate) return request.method == post;
  return reads || (request.id.empty() ? request.method == post : request.method == patch || request.method == del);
}

// An answer to somebody who may change keys; `body`: what came with it.
Result<std::string> act(Desk& desk, const Request& request, std::string_view body, const config::AdminToken& token) {
  auto& ring = desk.server.keyring();
  const auto now = desk.loop.wall();
  if (request.rotate) {
    const auto grace = grace_of(body);
    if (!grace) return std::unexpected(grace.error());
    const auto made = ring.rotate(request.id, *grace, token, now);
    if (!made) return std::unexpected(made.error());
    return made_page(*made);
  }
  if (request.method == wire::Method::post) {
    const auto made = ring.create(body, token, now);
    if (!made) return std::unexpected(made.error());
    return made_page(*made);
  }
  const auto changed = request.method == wire::Method::del ? ring.revoke(request.id, token, now) : ring.change(request.id, body, token, now);
  if (!changed) return std::unexpected(changed.error());
  return show(desk, request.id, token);
}

Result<std::string> look(Desk& desk, const Request& request, const config::AdminToken& token) {
  if (request.audit) return audit(desk, request.query, token);
  return request.id.empty() ? list(desk, request.query, token) : show(desk, request.id, token);
}

}  // namespace

net::Task<void> answer_keys(Desk& desk, net::HttpConn& client, const config::AdminToken& token) {
  const auto request = read_request(client.head());
  if (!is_allowed(request))
    co_return client.answer(client_error(Code::method_not_allowed, fmt::format("possible here: {}", allowed(request))), fmt::format("allow: {}\r\n", allowed(request)));
  if (request.method == wire::Method::get || request.method == wire::Method::head) {
    const auto page = look(desk, request, token);
    if (page) co_return client.answer(200, kJson, *page);
    co_return client.answer(page.error());
  }
  const auto body = co_await client.body(kBodyBytesMax);
  if (!body) {
    client.close_after();
    co_return client.answer(body.error());
  }
  const auto page = act(desk, request, *body, token);
  if (!page) co_return client.answer(page.error());
  co_await spread(desk);
  const bool created = request.method == wire::Method::post && !request.rotate;
  // A secret is for whoever asked for it, and for no cache on the way.
  client.answer(created ? 201 : 200, "content-type: application/json\r\ncache-control: no-store\r\n", *page);
}

}  // namespace fw::admin
