#include "admin/service.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "admin/desk.h"
#include "admin/pages.h"
#include "dialect/error.h"
#include "gateway/ask.h"
#include "wire/hash.h"

namespace fw::admin {
namespace {

constexpr std::string_view kExplain = "/admin/v1/explain/";

std::string error_body(const Error& error) { return dialect::error_json(error); }

// The token a request presents, if it is one of ours. Every token is compared.
const config::AdminToken* token_of(const Desk& desk, const wire::RequestHead& head) {
  constexpr std::string_view kBearer = "Bearer ";
  const auto value = head.get(wire::HeaderId::authorization);
  // The scheme's case does not count (RFC 9110 §11.1).
  if (!wire::equal_ignoring_case(value.substr(0, kBearer.size()), kBearer)) return nullptr;
  const auto presented = wire::sha256(value.substr(kBearer.size()));
  const config::AdminToken* found = nullptr;
  for (const auto& t : desk.server.snapshot().config().admin->tokens)
    if (wire::equal_constant_time(presented, wire::sha256(t.token.reveal()))) found = &t;
  return found;
}

// `limit=N`; nothing for what is no number between 1 and the maximum.
std::optional<std::size_t> limit_of(std::string_view query) {
  std::size_t limit = kPageDefault;
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    if (!pair.starts_with("limit=")) continue;
    const auto* const end = pair.data() + pair.size();
    const auto r = std::from_chars(pair.data() + 6, end, limit);
    if (r.ec != std::errc{} || r.ptr != end || limit == 0 || limit > kPageMax) return std::nullopt;
  }
  return limit;
}

net::Task<gateway::Counts> gather_counts(Desk& desk) {
  gateway::Counts sum;
  for (std::size_t i = 0; i < desk.server.cores().count(); ++i) {
    auto& core = desk.server.core(i);
    auto question = gateway::ask<gateway::Counts>(desk.loop, core.loop(), [&core] { return core.counted(); });
    const auto counts = co_await question;
    sum.merge(counts);
  }
  co_return sum;
}

net::Task<std::vector<ledger::ExchangeRecord>> gather_records(Desk& desk, std::size_t limit, std::string tenant) {
  using Records = std::vector<ledger::ExchangeRecord>;
  Records all;
  for (std::size_t i = 0; i < desk.server.cores().count(); ++i) {
    auto& core = desk.server.core(i);
    const auto wanted = tenant.empty() ? limit : SIZE_MAX;
    auto question = gateway::ask<Records>(desk.loop, core.loop(), [&core, wanted] { return core.records.newest(wanted); });
    auto records = co_await question;
    std::ranges::move(records, std::back_inserter(all));
  }
  const auto& tenants = desk.server.snapshot().tenants();
  if (!tenant.empty())
    std::erase_if(all, [&](const auto& r) { return r.tenant >= tenants.size() || tenants[r.tenant] != tenant; });
  std::ranges::sort(all, [](const auto& a, const auto& b) { return a.time > b.time; });
  all.resize(std::min(all.size(), limit));
  co_return all;
}

// What one core knows of a request.
struct Known {
  std::optional<gateway::KeptDecision> decision;
  std::optional<ledger::ExchangeRecord> record;
};

net::Task<Known> find_request(Desk& desk, std::string id) {
  for (std::size_t i = 0; i < desk.server.cores().count(); ++i) {
    auto& core = desk.server.core(i);
    auto question = gateway::ask<Known>(desk.loop, core.loop(), [&core, &id] {
      const auto* kept = core.senses.decisions.find(id);
      return Known{kept != nullptr ? std::optional(*kept) : std::nullopt, core.records.find(id)};
    });
    auto known = co_await question;
    if (known.decision || known.record) co_return known;
  }
  co_return Known{};
}

bool may_see(const Desk& desk, const config::AdminToken& token, std::uint16_t tenant) {
  const auto& tenants = desk.server.snapshot().tenants();
  return token.tenant.empty() || (tenant < tenants.size() && tenants[tenant] == token.tenant);
}

net::Task<void> answer_explain(Desk& desk, net::HttpConn& client, const config::AdminToken& token) {
  const std::string id(client.head().path.substr(kExplain.size()));
  const auto known = co_await find_request(desk, id);
  const bool visible = known.decision && may_see(desk, token, known.decision->tenant);
  if (!visible)
    co_return client.answer(client_error(Code::not_found, "no decision is kept for this request: the id is that of the x-request-id header; the "
                                                          "latest are kept (limits.records), and a request refused before the choice has none"));
  client.answer(200, "content-type: application/json\r\n", explain_page(*known.decision, known.record, desk.server.snapshot()));
}

net::Task<std::vector<gateway::KeptDecision>> gather_decisions(Desk& desk, std::size_t limit, const config::AdminToken& token) {
  using Kept = std::vector<gateway::KeptDecision>;
  Kept all;
  const auto wanted = token.tenant.empty() ? limit : SIZE_MAX;
  for (std::size_t i = 0; i < desk.server.cores().count(); ++i) {
    auto& core = desk.server.core(i);
    auto question = gateway::ask<Kept>(desk.loop, core.loop(), [&core, wanted] { return core.senses.decisions.newest(wanted); });
    auto some = co_await question;
    std::ranges::move(some, std::back_inserter(all));
  }
  std::erase_if(all, [&](const auto& kept) { return !may_see(desk, token, kept.tenant); });
  std::ranges::sort(all, [](const auto& a, const auto& b) { return a.time > b.time; });
  all.resize(std::min(all.size(), limit));
  co_return all;
}

net::Task<std::vector<gateway::Purse::Standing>> gather_budgets(Desk& desk) {
  using All = std::vector<gateway::Purse::Standing>;
  auto& core = desk.server.core(0);
  auto question = gateway::ask<All>(desk.loop, core.loop(), [&core] { return core.purse.standing(core.loop().wall()); });
  auto all = co_await question;
  co_return all;
}

// Every core knows every credential.
net::Task<Standing> gather_standing(Desk& desk, bool why) {
  auto& core = desk.server.core(0);
  auto question = gateway::ask<Standing>(desk.loop, core.loop(), [&core, why] { return Standing{core.signers, core.utilisation(), core.loop().wall(), why}; });
  auto standing = co_await question;
  co_return standing;
}

net::Task<std::vector<gateway::Commitments::Standing>> gather_commitments(Desk& desk) {
  using All = std::vector<gateway::Commitments::Standing>;
  auto& core = desk.server.core(0);
  auto question = gateway::ask<All>(desk.loop, core.loop(), [&core] { return core.commitments.standing(core.loop().wall()); });
  auto all = co_await question;
  co_return all;
}

net::Task<Alerts> gather_alerts(Desk& desk, std::size_t limit) {
  auto& core = desk.server.core(0);
  auto question = gateway::ask<Alerts>(desk.loop, core.loop(), [&core, limit] { return Alerts{core.notices->newest(limit), core.notices->deliveries()}; });
  auto alerts = co_await question;
  co_return alerts;
}

void answer_probe(const Desk& desk, net::HttpConn& client, std::string_view path) {
  const bool yes = path == "/livez" || desk.ready.load(std::memory_order_relaxed);
  client.answer(yes ? 200 : 503, "content-type: text/plain; charset=utf-8\r\n", yes ? "yes\n" : "no\n");
}

void refuse_limit(net::HttpConn& client) {
  client.answer(client_error(Code::invalid_value, fmt::format("limit must be a whole number from 1 to {}", kPageMax), "limit"));
}

// What requests were asked, chosen and answered.
net::Task<void> answer_requests(Desk& desk, net::HttpConn& client, const config::AdminToken& token) {
  const auto path = client.head().path;
  if (path.starts_with(kExplain)) co_return co_await answer_explain(desk, client, token);
  const auto limit = limit_of(client.head().query);
  if (!limit) co_return refuse_limit(client);
  if (path == "/admin/v1/decisions") {
    const auto decisions = co_await gather_decisions(desk, *limit, token);
    co_return client.answer(200, kJson, decisions_page(decisions, desk.server.snapshot()));
  }
  const auto records = co_await gather_records(desk, *limit, token.tenant);
  client.answer(200, kJson, exchanges_page(records, desk.server.snapshot(), desk.keys()));
}

// The whole gateway's figures, or a tenant's part of them.
net::Task<void> answer_money(Desk& desk, net::HttpConn& client, const config::AdminToken& token) {
  const auto& snapshot = desk.server.snapshot();
  const auto path = client.head().path;
  if (path == "/admin/v1/books") {
    const Keeping keeping{desk.server.journal(), desk.server.bookkeeper()};
    co_return client.answer(200, kJson, token.tenant.empty() ? books_page(snapshot.config().data_dir, keeping) : books_page(keeping));
  }
  if (path == "/admin/v1/budgets") {
    const auto standing = co_await gather_budgets(desk);
    co_return client.answer(200, kJson, budgets_page(standing, desk.keys(), token.tenant.empty() ? std::nullopt : snapshot.tenant(token.tenant)));
  }
  // What was promised to clouds is no tenant's.
  auto standing = co_await gather_commitments(desk);
  if (!token.tenant.empty()) standing.clear();
  client.answer(200, kJson, commitments_page(standing, snapshot));
}

net::Task<void> answer_page(Desk& desk, net::HttpConn& client, const config::AdminToken& token) {
  const auto path = client.head().path;
  const auto& snapshot = desk.server.snapshot();
  if (path == "/metrics") {
    if (!token.tenant.empty()) co_return client.answer(client_error(Code::forbidden, "metrics are not cut by tenant; this token sees one tenant only"));
    const auto counts = co_await gather_counts(desk);
    co_return client.answer(200, "content-type: text/plain; version=0.0.4; charset=utf-8\r\n", metrics_page(counts, snapshot, desk.keys(), {desk.server.journal(), desk.server.bookkeeper()}));
  }
  if (path == "/admin/v1/exchanges" || path == "/admin/v1/decisions" || path.starts_with(kExplain)) co_return co_await answer_requests(desk, client, token);
  if (path == "/admin/v1/books" || path == "/admin/v1/budgets" || path == "/admin/v1/commitments") co_return co_await answer_money(desk, client, token);
  if (path == "/admin/v1/alerts") {
    if (!token.tenant.empty()) co_return client.answer(client_error(Code::forbidden, "alerts are not cut by tenant; this token sees one tenant only"));
    const auto limit = limit_of(client.head().query);
    if (!limit) co_return refuse_limit(client);
    const auto told = co_await gather_alerts(desk, *limit);
    co_return client.answer(200, kJson, alerts_page(told, snapshot));
  }
  if (path == "/admin/v1/deployments") {
    const auto standing = co_await gather_standing(desk, token.tenant.empty());
    co_return client.answer(200, kJson, deployments_page(snapshot, standing, token.models));
  }
  client.answer(client_error(Code::not_found, "there is nothing here; see /metrics, /admin/v1/exchanges, /admin/v1/deployments, /admin/v1/budgets, /admin/v1/commitments, /admin/v1/alerts, /admin/v1/books, /admin/v1/decisions, /admin/v1/explain/ID, /admin/v1/keys, /admin/v1/keys/ID, /admin/v1/keys/ID/rotate, /admin/v1/audit"));
}

bool about_keys(std::string_view path) { return path == kAudit || path == kKeys || (path.starts_with(kKeys) && path[kKeys.size()] == '/' && path.size() > kKeys.size() + 1); }

net::Task<void> serve(Desk& desk, std::unique_ptr<net::Stream> stream) {
  net::HttpConn client(std::move(stream), desk.limits, desk.memory, &error_body);
  while (co_await client.next()) {
    const auto& head = client.head();
    const bool reads = head.method == wire::Method::get || head.method == wire::Method::head;
    if (!reads && !about_keys(head.path)) {
      client.answer(client_error(Code::method_not_allowed, "only GET and HEAD are possible here"), "allow: GET, HEAD\r\n");
      continue;
    }
    if (head.path == "/livez" || head.path == "/readyz" || head.path == "/healthz") {
      answer_probe(desk, client, head.path);
      continue;
    }
    const auto* const token = token_of(desk, head);
    if (!token) {
      client.answer(client_error(Code::admin_token_required, "send the admin token as 'Authorization: Bearer TOKEN'"),
                    "www-authenticate: Bearer\r\n");
      continue;
    }
    if (about_keys(head.path)) co_await answer_keys(desk, client, *token);
    else co_await answer_page(desk, client, *token);
  }
}

net::Task<void> greet(Desk& desk, std::unique_ptr<net::TlsStream> stream) {
  constexpr std::int64_t kHandshakeMs = 10'000;
  const auto shaken = co_await stream->handshake(desk.loop.now().plus_ms(kHandshakeMs));
  if (!shaken) co_return;
  co_await serve(desk, std::move(stream));
}

}  // namespace

void Desk::accepted(net::Fd connection) {
  if (tls) return loop.spawn(greet(*this, tls->stream(loop, std::move(connection))));
  loop.spawn(serve(*this, std::make_unique<net::SocketStream>(loop, std::move(connection))));
}

Result<std::unique_ptr<Service>> Service::start(const config::Config& config, gateway::NoticeSink say) {
  auto service = std::unique_ptr<Service>(new Service);
  std::unique_ptr<net::TlsServer> tls;
  if (config.admin) {
    auto fds = gateway::open_listeners(config.admin->address, 1);
    if (!fds) return std::unexpected(fds.error());
    service->listeners_ = std::move(*fds);
    const auto bound = net::bound(service->listeners_.front());
    if (!bound) return std::unexpected(bound.error());
    service->admin_address_ = *bound;
    if (config.admin->tls) {
      auto made = net::TlsServer::make(config.admin->tls->cert, config.admin->tls->key);
      if (!made) return std::unexpected(made.error());
      tls = std::move(*made);
    }
  }
  auto server = gateway::Server::start(config, std::move(say));
  if (!server) return std::unexpected(server.error());
  service->server_ = std::move(*server);
  service->ready_ = true;
  if (!config.admin) return service;
  auto* const self = service.get();
  service->core_ = std::make_unique<net::Cores>(1, [self, &tls](net::Loop& loop, std::size_t) -> std::unique_ptr<net::Resident> {
    auto desk = std::make_unique<Desk>(loop, *self->server_, self->ready_);
    desk->listen(self->listeners_.front().get(), std::move(tls));
    return desk;
  });
  return service;
}

Service::~Service() { stop(); }

void Service::stop(std::int64_t grace_ms) {
  if (!server_) return;
  ready_ = false;
  if (grace_ms > 0) server_->drain(grace_ms);
  core_.reset();
  server_.reset();
}

}  // namespace fw::admin
