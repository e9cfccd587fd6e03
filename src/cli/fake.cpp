// `fairway fake`: one scripted fake cloud until a signal comes.
#include "fake/cloud.h"

#include <fmt/format.h>

#include <cstdio>

#include "cli/commands.h"
#include "cli/exit.h"
#include "cli/fake_options.h"
#include "cli/signals.h"

namespace fw::cli {

Result<net::Address> net_address(const config::Address& address) {
  if (!address.unix_path.empty()) return net::Address::of_unix(address.unix_path);
  return net::Address::of_ip(address.host, address.port);
}

Result<fake::Options> fake_options(const FakeOptions& given) {
  fake::Options o;
  o.cloud = given.cloud;
  for (const auto& at : given.listen) {
    auto address = net_address(at);
    if (!address) return std::unexpected(address.error());
    o.listen.push_back(*address);
  }
  o.keys = given.keys;
  for (const auto& m : given.models) {
    const auto cut = m.find('=');
    o.models.push_back({m.substr(0, cut), cut == std::string::npos ? std::string() : m.substr(cut + 1)});
  }
  o.api_versions = given.api_versions;
  o.speed = given.speed;
  o.first_token_ms = given.first_token_ms;
  o.event_ms = given.event_ms;
  if (given.answer_tokens >= 0) o.answer_tokens = given.answer_tokens;
  o.requests_per_minute = given.requests_per_minute;
  o.tokens_per_minute = given.tokens_per_minute;
  if (!given.region.empty()) o.region = given.region;
  o.host = given.host;
  if (!given.project.empty()) o.project = given.project;
  o.token_lifetime_s = given.token_lifetime_s;
  o.async_filter = given.async_filter;
  o.tool_calls = !given.ignore_tools;
  const auto first = given.faults.find_first_not_of(" \t\r\n");
  const bool json = first != std::string::npos && (given.faults[first] == '{' || given.faults[first] == '[');
  auto faults = json ? fake::parse_faults_json(given.faults) : fake::parse_fault_script(given.faults);
  if (!faults) return std::unexpected(faults.error());
  o.faults = std::move(*faults);
  return o;
}

int fake(const FakeOptions& given) {
  const auto options = fake_options(given);
  if (!options) {
    fmt::print(stderr, "fairway fake: {}\n", options.error().message);
    return kUsage;
  }
  const EndSignals signals;
  const auto cloud = fake::FakeCloud::start(*options);
  if (!cloud) {
    fmt::print(stderr, "fairway fake: {}\n", cloud.error().message);
    return cloud.error().param == "cloud" ? kUsage : kFailed;
  }
  for (const auto& at : (*cloud)->listening()) {
    const auto text = at.text();
    fmt::print("listening {}{}\n", text.starts_with("unix:") ? "" : "http://", text);
  }
  std::fflush(stdout);
  fmt::print(stderr, "fake {}: base_url {}, key {}; bill at /_fake/bill, faults at /_fake/faults\n", given.cloud,
             (*cloud)->base_url(), (*cloud)->key().empty() ? "not needed" : (*cloud)->key());
  signals.wait();
  (*cloud)->stop();
  return kOk;
}

}  // namespace fw::cli
