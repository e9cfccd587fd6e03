#include "gateway/serve.h"

#include <fmt/format.h>

#include "dialect/error.h"
#include "gateway/exchange.h"
#include "wire/json.h"

namespace fw::gateway {
namespace {

std::string error_body(const Error& error) { return dialect::error_json(error); }

struct OpenConnection {
  explicit OpenConnection(Core& c) : core(c) {
    ++core.counts.connections;
    ++core.counts.connections_open;
  }
  ~OpenConnection() { --core.counts.connections_open; }
  OpenConnection(const OpenConnection&) = delete;
  OpenConnection& operator=(const OpenConnection&) = delete;
  Core& core;
};

std::string request_id_line(Core& core) {
  std::string line("x-request-id: req_");
  core.append_unique_id(line);
  return line.append("\r\n");
}

// What HttpConn refuses by itself still gets an id, and is counted.
void dress_refusal(void* who, std::string& fields) {
  auto& core = *static_cast<Core*>(who);
  ++core.counts.refused_http;
  fields.append(request_id_line(core));
}

void write_model(wire::JsonWriter& json, const Snapshot& snapshot, std::size_t index) {
  constexpr std::int64_t kCreated = 1'735'689'600;  // the names are ours, so is the date: 2025-01-01
  const auto& model = snapshot.models()[index];
  json.begin_object();
  json.key("id").string(model.name);
  json.key("object").string("model");
  json.key("created").number(kCreated);
  json.key("owned_by").string("fairway");
  json.end_object();
}

// GET /v1/models and /v1/models/{id}: only what the key may use.
void answer_models(Core& core, net::HttpConn& client, const Route& route) {
  auto fields = request_id_line(core);
  const auto presented = presented_key(client.head());
  const auto now = core.loop().wall();
  const auto found = presented ? core.keys().find(*presented, now) : std::nullopt;
  if (!found)
    return client.answer(presented ? client_error(Code::invalid_api_key, "the API key is not known here") : presented.error(), fields);
  const auto& key = core.keys().key(*found);
  if (const auto refused = key.conditional ? refuse_key(key, now, client.peer()) : std::nullopt) return client.answer(*refused, fields);
  std::string body;
  wire::JsonWriter json(body);
  if (route.kind == Route::Kind::model) {
    const auto model = core.snapshot().model(route.id);
    if (!model || !key.may_use(*model))
      return client.answer(client_error(Code::model_not_found, fmt::format("the model '{}' does not exist here", route.id.substr(0, 128)), "model"), fields);
    write_model(json, core.snapshot(), *model);
  } else {
    json.begin_object();
    json.key("object").string("list");
    json.key("data").begin_array();
    for (std::size_t i = 0; i < core.snapshot().models().size(); ++i)
      if (key.may_use(i)) write_model(json, core.snapshot(), i);
    json.end_array();
    json.end_object();
  }
  fields.append("content-type: application/json\r\n");
  client.answer(200, fields, body);
}

// An upgrade we do not know is never entered: h2c may be ignored (RFC 9110 §7.8), anything else is
// told, since the client would otherwise wait for a protocol that does not come.
bool wants_other_protocol(const wire::RequestHead& head) {
  return head.upgrade && !wire::equal_ignoring_case(head.get(wire::HeaderId::upgrade), "h2c");
}

void answer_plainly(Core& core, net::HttpConn& client, const Route& route) {
  const auto& head = client.head();
  auto fields = request_id_line(core);
  switch (route.kind) {
    case Route::Kind::models:
    case Route::Kind::model:
      return answer_models(core, client, route);
    case Route::Kind::wrong_method:
      fields.append("allow: ").append(route.allow).append("\r\n");
      return client.answer(client_error(Code::method_not_allowed, fmt::format("{} is not possible here; allowed: {}",
                                        head.method_text.substr(0, 32), route.allow)), fields);
    default:
      return client.answer(client_error(Code::unknown_url,
                                        "there is nothing here; the API is at /v1/chat/completions, /v1/responses, /v1/embeddings and /v1/models"), fields);
  }
}

}  // namespace

namespace {

// What can be answered without asking anybody is answered; else the route of an exchange.
[[gnu::noinline]] std::optional<Route> take_request(Core& core, net::HttpConn& client) {
  const auto& head = client.head();
  if (core.draining()) client.close_after();
  if (wants_other_protocol(head)) {
    client.close_after();
    client.answer(client_error(Code::upgrade_refused, "this listener speaks HTTP/1.1 only; send the request without Upgrade"), request_id_line(core));
    return std::nullopt;
  }
  const auto route = find_route(head.method, head.path);
  if (route.kind == Route::Kind::exchange) return route;
  answer_plainly(core, client, route);
  return std::nullopt;
}

}  // namespace

net::Task<void> serve(Core& core, std::unique_ptr<net::Stream> stream, net::Lasting) {
  const OpenConnection open(core);
  net::HttpConn client(std::move(stream), core.limits(), core.memory(), &error_body);
  client.on_refusal(&dress_refusal, &core);
  while (co_await client.next()) {
    const auto route = take_request(core, client);
    if (route) co_await exchange(core, client, *route);
  }
}

}  // namespace fw::gateway
