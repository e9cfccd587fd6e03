// /_fake/…: what tests and people ask of the fake itself. No key: it listens where its operator says.
#include <fmt/format.h>

#include <charconv>

#include "fake/exchange.h"
#include "fake/service_account.h"
#include "fake/time_text.h"
#include "wire/json.h"
#include "wire/json_write.h"

namespace fw::fake {
namespace {

constexpr std::size_t kLastUsual = 1'000;

After say(Exchange& x, int status, std::string_view body) {
  x.conn.answer(status, "content-type: application/json\r\n", body);
  return After::keep;
}

After say_error(Exchange& x, int status, std::string_view message, std::string_view param = {}) {
  Refusal r{.status = status, .message = std::string(message), .param = std::string(param)};
  return say(x, status, openai_refusal_json(r));
}

std::size_t last_of(std::string_view query) {
  constexpr std::string_view kLast = "last=";
  if (!query.starts_with(kLast)) return kLastUsual;
  std::size_t n = kLastUsual;
  std::from_chars(query.data() + kLast.size(), query.data() + query.size(), n);
  return n;
}

After faults(Exchange& x) {
  auto& queue = x.core.faults;
  switch (x.request.method) {
    case wire::Method::get: return say(x, 200, faults_json(queue.waiting()));
    case wire::Method::del: queue.clear(); return say(x, 200, faults_json(queue.waiting()));
    case wire::Method::post: {
      const auto& body = x.request.body;
      const auto first = body.find_first_not_of(" \t\r\n");
      const bool json = first != std::string::npos && (body[first] == '{' || body[first] == '[');
      auto parsed = json ? parse_faults_json(body) : parse_fault_script(body);
      if (!parsed) return say_error(x, 400, parsed.error().message, parsed.error().param);
      if (!queue.add(std::move(*parsed))) return say_error(x, 400, "more faults than one fake keeps (1000)");
      return say(x, 200, faults_json(queue.waiting()));
    }
    default: return say_error(x, 405, "GET, POST or DELETE");
  }
}

std::string about(const Core& core) {
  std::string out;
  wire::JsonWriter w(out);
  w.begin_object()
      .member("cloud", core.manner.name())
      .member("base_path", core.manner.base_path())
      .key("models")
      .begin_array();
  for (const auto& m : core.options.models) w.string(m.name);
  w.end_array().key("recordings").begin_array();
  for (const auto& r : recordings()) w.string(r.name);
  w.end_array().member("key_needed", !core.options.keys.empty()).end_object();
  return out;
}

// {"token_lifetime_s","clock_ahead_s","revoke":true}: each member is optional.
After standing(Exchange& x) {
  auto& now = x.core.standing;
  if (x.request.method == wire::Method::post) {
    const std::string_view body = x.request.body;
    if (wire::json_check(body, 2)) return say_error(x, 400, "expected a JSON object");
    const auto number = [body](std::string_view key, std::int64_t& to) {
      if (const auto n = wire::json_int(wire::json_find(body, {key}).value_or(""))) to = *n;
    };
    number("token_lifetime_s", now.token_lifetime_s);
    number("clock_ahead_s", now.clock_ahead_s);
    if (wire::json_find(body, {"revoke"}).value_or("") == "true") now.revoked_before = x.core.wall();
  }
  std::string out;
  wire::JsonWriter w(out);
  w.begin_object().member("token_lifetime_s", now.token_lifetime_s).member("clock_ahead_s", now.clock_ahead_s);
  w.member("revoked_before", time_text(now.revoked_before)).end_object();
  return say(x, 200, out);
}

std::string host_of(const Exchange& x) {
  ParsedHead again;
  return parse_again(x.request, again) ? std::string(again.head.host) : std::string();
}

}  // namespace

After answer_admin(Exchange& x) {
  const auto name = x.request.path.substr(std::string_view("/_fake/").size());
  const bool get = x.request.method == wire::Method::get;
  if (name == "faults") return faults(x);
  if (name == "reset" && x.request.method == wire::Method::post) {
    x.core.forget_all();
    return say(x, 200, R"({"reset":true})");
  }
  if (name == "bill" && get) return say(x, 200, x.core.bill.json(x.core.manner.name(), last_of(x.request.query)));
  if (name == "requests" && get) return say(x, 200, x.core.inbox.json(last_of(x.request.query)));
  if (name == "about" && get) return say(x, 200, about(x.core));
  if (name == "standing") return standing(x);
  if (name == "service_account" && get)
    return say(x, 200, service_account_file(x.core.options.project, fmt::format("http://{}/token", host_of(x))));
  return say_error(
      x, 404,
      "GET /_fake/bill, /_fake/requests, /_fake/about, /_fake/service_account; GET, POST, DELETE /_fake/faults; GET, "
      "POST /_fake/standing; POST /_fake/reset");
}

}  // namespace fw::fake
