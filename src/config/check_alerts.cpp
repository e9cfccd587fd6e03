#include <set>

#include <fmt/format.h>

#include "config/check.h"
#include "wire/hash.h"
#include "wire/url.h"

namespace fw::config {
namespace {

constexpr std::string_view kPrefix = "whsec_";

void check_secret(const Secret& secret, const std::string& path, Report& report) {
  const auto key = webhook_key(secret);
  if (secret.reveal().starts_with(kPrefix) && key.empty())
    report.add_at(path, {"`whsec_` and something else", "`whsec_` and base64", "`echo whsec_$(openssl rand -base64 32)` makes one"});
  else if (key.size() < kWebhookKeyBytesMin)
    report.add_at(path, {fmt::format("a secret of {} bytes", key.size()), fmt::format("at least {}, so that it cannot be guessed", kWebhookKeyBytesMin),
                         "`echo whsec_$(openssl rand -base64 32)` makes one"});
}

}  // namespace

std::string webhook_key(const Secret& secret) {
  const std::string_view text = secret.reveal();
  if (!text.starts_with(kPrefix)) return std::string(text);
  return wire::base64_decode(text.substr(kPrefix.size())).value_or("");
}

void check_alerts(const Alerts& alerts, Report& report) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < alerts.webhooks.size(); ++i) {
    const auto& hook = alerts.webhooks[i];
    const auto path = path_item("alerts.webhooks", i);
    if (!hook.name.empty() && !names.insert(hook.name).second)
      report.add_at(path + ".name", {fmt::format("the name {} a second time", quoted(hook.name)), "a name of its own", ""});
    if (const auto url = wire::parse_url(hook.url.reveal()); !hook.url.empty() && !url)
      report.add_at(path + ".url", {"a text that is no URL", "`https://HOST[:PORT]/PATH`, without user, fragment or spaces", ""});
    if (!hook.secret.empty()) check_secret(hook.secret, path + ".secret", report);
    else if (!report.has_error_under(path))
      report.add_at(path, {"no secret", "`secret`, so that the receiver can tell who sent it", "secret: \"${env:WEBHOOK_SECRET}\"", Severity::warning});
  }
}

}  // namespace fw::config
