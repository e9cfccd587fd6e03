#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "config/address.h"
#include "config/check.h"

namespace fw::config {
namespace {

struct ListenerPlace {
  const Address* address;
  std::string path;
};

bool is_loopback(const Address& address) {
  return !address.unix_path.empty() || address.host.starts_with("127.") || address.host == "::1";
}

// Every IPv4 address, or (as Linux does it) every address of both families.
bool covers(const Address& wide, const Address& other) {
  const bool v4 = other.host.find(':') == std::string::npos;
  return wide.host == "::" || (wide.host == "0.0.0.0" && v4);
}

bool same_place(const Address& a, const Address& b) {
  if (!a.unix_path.empty() || !b.unix_path.empty()) return a.unix_path == b.unix_path;
  if (a.port != b.port || a.port == 0 || a.host.empty() || b.host.empty()) return false;
  return a.host == b.host || covers(a, b) || covers(b, a);
}

void check_listeners(const Config& config, Report& report) {
  std::vector<ListenerPlace> places;
  for (std::size_t i = 0; i < config.listen.size(); ++i)
    places.push_back({&config.listen[i].address, path_item("listen", i) + ".address"});
  if (config.admin) places.push_back({&config.admin->address, "admin.address"});
  for (std::size_t i = 0; i < places.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (same_place(*places[i].address, *places[j].address)) {
        report.add_at(places[i].path, {to_text(*places[i].address), "an address of its own",
                                       fmt::format("{} listens on {} already", places[j].path, to_text(*places[j].address))});
        break;
      }
}

void check_admin(const Admin& admin, const Config& config, Report& report) {
  if (admin.tokens.empty() && !report.has_error_under("admin"))
    report.add_at("admin", {"no token", "`token` or `tokens`", "token: \"${env:FAIRWAY_ADMIN_TOKEN}\""});
  if (!is_loopback(admin.address) && !admin.address.host.empty() && !admin.tls)
    report.add_at("admin.address", {to_text(admin.address), "a loopback address, or tls",
                                    "tokens cross the network in clear text", Severity::warning});
  std::set<std::string> names;
  const bool in_short = report.noted("admin.token");
  std::size_t index = 0;
  const Names tenants(config.tenants), models(config.models), policies(config.policies);
  for (const auto& token : admin.tokens) {
    const bool shorthand = in_short && token.name == "token" && token.role == Role::owner && !names.contains("token");
    const auto path = shorthand ? std::string("admin.token") : path_item("admin.tokens", index++);
    if (!names.insert(token.name).second && !token.name.empty())
      report.add_at(path, {fmt::format("the name {} a second time", quoted(token.name)), "a name of its own", ""});
    const auto value_path = shorthand ? path : path + ".token";
    if (!token.token.empty() && token.token.reveal().size() < kKeyCharactersMin)
      report.add_at(value_path, {fmt::format("a token of {} characters", token.token.reveal().size()),
                                 fmt::format("at least {}, so that it cannot be guessed", kKeyCharactersMin),
                                 "`openssl rand -hex 24` makes one", Severity::warning});
    if (!token.tenant.empty()) check_known(token.tenant, "tenant", tenants, path + ".tenant", report);
    for (std::size_t i = 0; i < token.models.size(); ++i) check_known(token.models[i], "model", models, path_item(path + ".models", i), report);
    for (std::size_t i = 0; i < token.policies.size(); ++i) check_known(token.policies[i], "policy", policies, path_item(path + ".policies", i), report);
  }
}

}  // namespace

void check_timeouts(const AttemptTimeouts& timeouts, const std::string& path, Report& report) {
  const std::array<std::pair<const char*, int>, 2> inner{
      {{"connect_ms", timeouts.connect_ms}, {"first_byte_ms", timeouts.first_byte_ms}}};
  for (const auto& [name, value] : inner)
    if (value >= timeouts.total_ms)
      report.add_at(fmt::format("{}.{}", path, report.noted(fmt::format("{}.{}", path, name)) ? name : "total_ms"),
                    {fmt::format("{} {} and total_ms {}", name, value, timeouts.total_ms),
                     fmt::format("{} below total_ms", name), "total_ms is the limit of the whole attempt"});
}

void check_server(const Config& config, Report& report) {
  check_listeners(config, report);
  if (config.admin) check_admin(*config.admin, config, report);
  check_timeouts(config.timeouts.attempt, "timeouts", report);
  check_alerts(config.alerts, report);
  if (config.limits.body_bytes > config.limits.memory_bytes)
    report.add_at("limits.memory_bytes", {fmt::format("{}", config.limits.memory_bytes),
                                          fmt::format("room for one body at least ({})", config.limits.body_bytes),
                                          "raise limits.memory_bytes or lower limits.body_bytes"});
}

}  // namespace fw::config
