#include "cli/admin_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <tuple>

#include "cli/config_file.h"
#include "cli/exit.h"
#include "net/http_client.h"
#include "wire/json.h"
#include "wire/url.h"

namespace fw::cli {
namespace {

constexpr std::int64_t kPatienceMs = 10'000;
constexpr std::size_t kAnswerMax = std::size_t{256} << 20;

// Where and as whom to ask.
struct Asking {
  net::Endpoint endpoint;
  std::string token;
  std::string ca_file;
};

std::expected<Asking, int> by_url(const std::string& text) {
  const auto url = wire::parse_url(text);
  if (!url) {
    fmt::print(stderr, "--admin: found '{}', expected an address such as http://127.0.0.1:8081 ({})\n", text, url.error());
    return std::unexpected(kUsage);
  }
  const char* token = std::getenv("FAIRWAY_ADMIN_TOKEN");
  if (token == nullptr) {
    fmt::print(stderr, "--admin needs the admin token in the environment variable FAIRWAY_ADMIN_TOKEN\n");
    return std::unexpected(kUsage);
  }
  return Asking{{.host = url->host, .port = url->port, .tls = url->tls}, token, {}};
}

// Of the configuration's tokens the one that may do most.
const config::AdminToken& widest(const std::vector<config::AdminToken>& tokens) {
  return *std::ranges::min_element(tokens, {}, [](const auto& t) { return std::tuple(t.role, !t.tenant.empty(), !t.models.empty() || !t.policies.empty()); });
}

std::expected<Asking, int> by_config(const std::string& path) {
  const auto config = valid_config(path);
  if (!config) return std::unexpected(config.error());
  if (!config->admin) {
    fmt::print(stderr, "{} has no `admin` listener, so nothing can be asked of the gateway; add one\n", path);
    return std::unexpected(kNotReached);
  }
  auto host = config->admin->address.host;
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  const auto& tls = config->admin->tls;
  return Asking{{.host = host, .port = config->admin->address.port, .tls = tls.has_value()}, widest(config->admin->tokens).token.reveal(), tls ? tls->cert : ""};
}

net::Task<void> put_question(net::UpstreamPool& pool, net::Loop& loop, std::string request, wire::Method method, std::expected<AdminAnswer, std::string>& out) {
  using Kind = net::ClientConn::Body::Kind;
  const auto deadline = loop.now().plus_ms(kPatienceMs);
  auto opened = co_await pool.open(deadline);
  if (!opened) {
    out = std::unexpected(opened.error().text);
    co_return loop.stop();
  }
  auto lease = std::move(*opened);
  lease->stream().send(request);
  const auto head = co_await lease->read_head(method, deadline, nullptr);
  AdminAnswer answer;
  bool whole = false;
  if (head) answer.status = lease->head().status;
  for (bool more = head.has_value(); more && answer.body.size() < kAnswerMax;) {
    const auto part = lease->body();
    if (part.kind == Kind::bytes) answer.body.append(part.bytes);
    else if (part.kind != Kind::blocked || co_await lease->stream().readable(deadline) != net::Wake::ready) more = false;
    whole = part.kind == Kind::done;
  }
  if (whole) out = std::move(answer);
  else out = std::unexpected(head ? std::string("its answer broke off") : head.error().text);
  loop.stop();
}

}  // namespace

std::expected<AdminAnswer, int> ask_admin(const AdminPlace& place, const std::string& target) { return ask_admin(place, "GET", target, {}); }

std::expected<AdminAnswer, int> ask_admin(const AdminPlace& place, std::string_view method, const std::string& target, std::string_view body) {
  const auto asking = place.url.empty() ? by_config(place.config) : by_url(place.url);
  if (!asking) return std::unexpected(asking.error());
  net::Loop loop;
  auto tls = net::TlsClient::make(asking->ca_file, asking->endpoint.tls);
  std::expected<AdminAnswer, std::string> out = std::unexpected(tls ? std::string("no answer in time") : tls.error().message);
  if (tls) {
    net::Resolver resolver(loop);
    net::UpstreamPool pool(loop, resolver, **tls, asking->endpoint);
    auto request = fmt::format("{} {} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\nconnection: close\r\n", method, target, asking->endpoint.host, asking->token);
    if (method != "GET") request += fmt::format("content-type: application/json\r\ncontent-length: {}\r\n", body.size());
    loop.spawn(put_question(pool, loop, request.append("\r\n").append(body), wire::method_of(method), out));
    loop.run();
    loop.end_tasks();
  }
  if (out) return std::move(*out);
  fmt::print(stderr, "the gateway's admin listener at {}:{} cannot be reached: {}; is it running?\n", asking->endpoint.host, asking->endpoint.port, out.error());
  return std::unexpected(kNotReached);
}

std::string told(const AdminAnswer& answer) {
  const auto message = wire::json_check(answer.body, 16) ? std::nullopt : wire::json_find(answer.body, {"error", "message"});
  std::string text;
  if (message) wire::json_unescape(wire::json_text(*message), text);
  return text.empty() ? fmt::format("the gateway answered {}", answer.status) : text;
}

}  // namespace fw::cli
