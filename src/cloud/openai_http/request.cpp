#include "cloud/openai_http/request.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace fw::cloud::openai_http {
namespace {

constexpr std::size_t kFieldValueBytesMax = 8192;

// Fields that only we may write: framing, routing, credentials (RFC 9110 §7.6.1 names the
// connection's own).
constexpr std::array<std::string_view, 20> kNotForwarded{
    "authorization", "api-key",    "x-api-key", "x-goog-api-key",    "cookie",     "host",      "content-length",
    "content-type",  "connection", "te",        "trailer",           "upgrade",    "expect",    "keep-alive",
    "transfer-encoding", "proxy-authorization", "proxy-connection", "proxy-authenticate", "forwarded", "set-cookie"};

bool may_forward(std::string_view name) {
  if (!wire::is_token(name)) return false;
  return std::ranges::none_of(kNotForwarded,
                              [name](std::string_view other) { return wire::equal_ignoring_case(name, other); });
}

bool may_stand_in_target(char c) { return c > 0x20 && c < 0x7f && c != '#' && c != '"' && c != '<' && c != '>'; }

bool names_api_version(std::string_view pair) {
  return wire::equal_ignoring_case(pair.substr(0, pair.find('=')), "api-version");
}

bool has_ending(const wire::Url& url, const SiteRules& rules) {
  return std::ranges::any_of(rules.endings, [&url](std::string_view end) { return url.path.ends_with(end); });
}

}  // namespace

std::unexpected<Error> wrong_setting(const ProviderSettings& settings, std::string_view setting, std::string message) {
  return std::unexpected(Error{Code::invalid_value, Origin::operator_, Retry::never,
                               fmt::format("provider '{}': {}", settings.name, message), std::string(setting), 0});
}

Result<wire::Url> base_url(const ProviderSettings& settings, const SiteRules& rules, std::string_view url) {
  const std::string_view text = url.empty() ? rules.default_url : url;
  if (text.empty())
    return wrong_setting(settings, "base_url",
                         fmt::format("found no base_url, expected one such as {}", rules.example));
  auto parsed = wire::parse_url(text);
  if (!parsed) return wrong_setting(settings, "base_url", parsed.error());
  if (!parsed->query.empty())
    return wrong_setting(settings, "base_url", "found a query, expected none; api_version has a field of its own");
  if (!has_ending(*parsed, rules))
    return wrong_setting(settings, "base_url",
                         fmt::format("found the path '{}', expected it to end in '{}'; write it as {}", parsed->path,
                                     fmt::join(rules.endings, "' or '"), rules.example));
  const bool canonical = rules.is_canonical != nullptr && rules.is_canonical(parsed->host);
  if (canonical && !parsed->tls)
    return wrong_setting(settings, "base_url",
                         fmt::format("found http for {}, expected https: the key would travel in the clear",
                                     parsed->host));
  return *std::move(parsed);
}

Result<Site> plain_site(const ProviderSettings& settings, wire::Url url) {
  for (const std::string& name : settings.forward_headers)
    if (!may_forward(name))
      return wrong_setting(settings, "forward_headers",
                           fmt::format("found '{}', expected the name of a field that is neither a credential nor "
                                       "part of the connection", name));
  Site site;
  site.url = std::move(url);
  site.host_line = fmt::format("Host: {}\r\n", site.url.authority());
  site.static_lines = "User-Agent: fairway/" FAIRWAY_VERSION "\r\n";
  return site;
}

Result<std::string> field_line(const ProviderSettings& settings, std::string_view setting, std::string_view name,
                               std::string_view value) {
  const bool visible = std::ranges::all_of(value, [](char c) { return c >= 0x20 && c < 0x7f; });
  const bool trimmed = !value.starts_with(' ') && !value.ends_with(' ');
  if (value.empty() || value.size() > kFieldValueBytesMax || !visible || !trimmed)
    return wrong_setting(settings, setting,
                         "expected visible ASCII without white space around it; does the file or variable it comes "
                         "from end in a line break?");
  return fmt::format("{}: {}\r\n", name, value);
}

Result<std::string> key_line(const ProviderSettings& settings, std::string_view name, std::string_view scheme) {
  constexpr std::string_view kSetting = "auth.api_key";
  if (settings.api_key.empty())
    return wrong_setting(settings, kSetting, "found no key, expected auth: { api_key: ... }");
  auto line = field_line(settings, kSetting, name, settings.api_key);
  if (line) line->insert(name.size() + 2, scheme);
  return line;
}

std::string_view method(Operation operation) {
  if (operation == Operation::responses_get) return "GET";
  return operation == Operation::responses_delete ? "DELETE" : "POST";
}

std::string resource(const Call& call) {
  switch (call.operation) {
    case Operation::chat:
    case Operation::responses: return call.dialect == Dialect::chat ? "/chat/completions" : "/responses";
    case Operation::embeddings: return "/embeddings";
    case Operation::responses_get:
    case Operation::responses_delete: return "/responses/" + wire::percent_encode_segment(call.response_id);
    case Operation::responses_cancel:
      return "/responses/" + wire::percent_encode_segment(call.response_id) + "/cancel";
  }
  return "/";
}

std::string safe_query(std::string_view query) {
  std::string out;
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty() || names_api_version(pair) || !std::ranges::all_of(pair, may_stand_in_target)) continue;
    if (!out.empty()) out += '&';
    out += pair;
  }
  return out;
}

std::string head(const Site& site, Operation operation, std::string_view path, std::string_view query) {
  const bool has_body = operation == Operation::chat || operation == Operation::responses ||
                        operation == Operation::embeddings;
  std::string out;
  out.reserve(160 + site.url.path.size() + path.size() + query.size() + site.host_line.size() +
              site.auth_lines.size() + site.static_lines.size());
  out.append(method(operation)).append(" ").append(site.url.path).append(path);
  if (!query.empty()) out.append("?").append(query);
  out.append(" HTTP/1.1\r\n").append(site.host_line).append(site.auth_lines).append(site.static_lines);
  if (has_body) out.append("Content-Type: application/json\r\n");
  return out;
}

}  // namespace fw::cloud::openai_http
