#include "gateway/request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace fw::gateway {
namespace {

using wire::HeaderId;
using wire::Method;

constexpr std::size_t kIdBytesMax = 256;

struct Fixed {
  std::string_view path;
  Operation operation;
};
constexpr std::array<Fixed, 3> kPosts{{{"/v1/chat/completions", Operation::chat},
                                       {"/v1/responses", Operation::responses},
                                       {"/v1/embeddings", Operation::embeddings}}};

bool is_id(std::string_view id) {
  return !id.empty() && id.size() <= kIdBytesMax && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

Route response_route(Method method, std::string_view rest) {
  using Kind = Route::Kind;
  constexpr std::string_view kCancel = "/cancel";
  if (rest.ends_with(kCancel)) {
    rest.remove_suffix(kCancel.size());
    if (!is_id(rest)) return {};
    if (method != Method::post) return {Kind::wrong_method, {}, {}, "POST"};
    return {Kind::exchange, Operation::responses_cancel, rest, {}};
  }
  if (!is_id(rest)) return {};
  if (method == Method::get) return {Kind::exchange, Operation::responses_get, rest, {}};
  if (method == Method::del) return {Kind::exchange, Operation::responses_delete, rest, {}};
  return {Kind::wrong_method, {}, {}, "GET, DELETE"};
}

bool equal_folded(std::string_view a, std::string_view lower) {
  return a.size() == lower.size() && wire::equal_ignoring_case(a, lower);
}

constexpr std::array<HeaderId, 7> kAllowed{HeaderId::accept,          HeaderId::openai_beta,     HeaderId::anthropic_beta,
                                           HeaderId::anthropic_version, HeaderId::idempotency_key, HeaderId::traceparent,
                                           HeaderId::tracestate};

}  // namespace

Route find_route(Method method, std::string_view path) {
  using Kind = Route::Kind;
  for (const auto& p : kPosts) {
    if (path != p.path) continue;
    if (method == Method::post) return {Kind::exchange, p.operation, {}, {}};
    return {Kind::wrong_method, {}, {}, "POST"};
  }
  constexpr std::string_view kResponses = "/v1/responses/";
  constexpr std::string_view kModels = "/v1/models";
  if (path.starts_with(kResponses)) return response_route(method, path.substr(kResponses.size()));
  if (path == kModels || (path.starts_with(kModels) && path.size() > kModels.size() + 1 && path[kModels.size()] == '/')) {
    if (method != Method::get && method != Method::head) return {Kind::wrong_method, {}, {}, "GET, HEAD"};
    if (path == kModels) return {Kind::models, {}, {}, {}};
    return {Kind::model, {}, path.substr(kModels.size() + 1), {}};
  }
  return {};
}

Result<std::string_view> presented_key(const wire::RequestHead& head) {
  constexpr std::string_view kHow = "send it as 'Authorization: Bearer KEY', 'api-key: KEY' or 'x-api-key: KEY'";
  std::string_view found;
  for (const auto& f : head.fields) {
    std::string_view key;
    if (f.id == HeaderId::authorization) {
      constexpr std::string_view kBearer = "bearer ";
      if (f.value.size() <= kBearer.size() || !equal_folded(f.value.substr(0, kBearer.size()), kBearer))
        return std::unexpected(client_error(Code::invalid_api_key, fmt::format("the Authorization header is not of the form 'Bearer KEY'; {}", kHow)));
      key = f.value.substr(f.value.find_first_not_of(' ', kBearer.size()));
    } else if (f.id == HeaderId::api_key || f.id == HeaderId::x_api_key) {
      key = f.value;
    } else {
      continue;
    }
    if (!found.empty() && found != key)
      return std::unexpected(client_error(Code::invalid_api_key, "the request presents two different keys; send one"));
    found = key;
  }
  if (found.empty()) return std::unexpected(client_error(Code::invalid_api_key, fmt::format("no API key was sent; {}", kHow)));
  return found;
}

std::optional<Error> refuse_use(const Key& key, Operation operation, const net::HttpConn& client, WallTime now) {
  auto refused = refuse_key(key, now, key.addresses.empty() ? std::nullopt : client.peer());
  return refused ? refused : refuse_endpoint(key, operation);
}

Forwarded forwarded_fields(const wire::RequestHead& head, const Snapshot& snapshot) {
  Forwarded out;
  for (const auto& f : head.fields) {
    if (std::ranges::find(kAllowed, f.id) != kAllowed.end()) {
      out.lines.append(wire::header_name(f.id)).append(": ").append(f.value).append("\r\n");
      continue;
    }
    if (!snapshot.forwards_any() || f.name.size() > kIdBytesMax) continue;
    std::string name(f.name);
    std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (snapshot.forwards(name)) out.further.emplace_back(std::move(name), f.value);
  }
  return out;
}

std::uint64_t session_hash(const wire::RequestHead& head) {
  for (const auto& f : head.fields)
    if (f.id == HeaderId::session_id || f.id == HeaderId::x_session_id || f.id == HeaderId::x_claude_code_session_id)
      return std::hash<std::string_view>{}(f.value) | 1;
  return 0;
}

std::optional<Error> refuse_media(const wire::RequestHead& head) {
  const auto coding = head.get(HeaderId::content_encoding);
  if (!coding.empty() && !wire::equal_ignoring_case(coding, "identity"))
    return client_error(Code::unsupported_media_type, "the body has a Content-Encoding; send it uncompressed");
  auto type = head.get(HeaderId::content_type);
  if (type.empty()) return std::nullopt;
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
  if (wire::equal_ignoring_case(type, "application/json")) return std::nullopt;
  return client_error(Code::unsupported_media_type, "the Content-Type is not application/json; send JSON and say so");
}

}  // namespace fw::gateway
