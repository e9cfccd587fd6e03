#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "cloud/adapter.h"
#include "config/check.h"
#include "route/choose.h"

namespace fw::config {
namespace {

void check_settings(const Provider& provider, const std::string& path, Report& report) {
  const auto* adapter = cloud::find(provider.cloud);
  if (!adapter || report.has_error_under(path)) return;
  if (const auto site = adapter->site(provider.settings); !site) {
    const auto& fault = site.error();
    // The path says already which provider it is.
    const std::string prefix = fmt::format("provider '{}': ", provider.name);
    const auto message = fault.message.starts_with(prefix) ? fault.message.substr(prefix.size()) : fault.message;
    report.add_at(fault.param.empty() ? path : path + "." + fault.param, {message});
  }
}

void check_providers(const Config& config, Report& report) {
  std::set<std::string_view> used;
  for (const auto& model : config.models)
    for (const auto& deployment : model.deployments) used.insert(deployment.provider);
  for (const auto& provider : config.providers) {
    const auto path = path_step("providers", provider.name);
    check_settings(provider, path, report);
    if (!used.contains(provider.name) && !report.has_error_under("models"))
      report.add_at(key_path(path), path, {fmt::format("the provider {}, which no deployment names", quoted(provider.name)),
                                           "a use for it", "remove it, or add a deployment", Severity::warning});
  }
}

void check_dialects(const Deployment& deployment, const std::string& path, Report& report) {
  for (std::size_t i = 0; i < deployment.dialects.size(); ++i) {
    const auto dialect = deployment.dialects[i];
    if (dialect != dialect::Dialect::chat && dialect != dialect::Dialect::responses)
      report.add_at(path_item(path + ".dialects", i),
                    {fmt::format("the dialect {}, which this version does not support", dialect::name(dialect)),
                     "chat, responses", "remove it"});
  }
}

// The names of deployments mean one thing in records and headers, so they are unique in a model.
void check_deployments(const Model& model, const Names& providers, Report& report) {
  const auto list = path_step("models", model.name) + ".deployments";
  std::unordered_map<std::string_view, std::size_t> seen;
  for (std::size_t i = 0; i < model.deployments.size(); ++i) {
    const auto& deployment = model.deployments[i];
    const auto path = path_item(list, i);
    if (!deployment.provider.empty()) check_known(deployment.provider, "provider", providers, path + ".provider", report);
    const auto [first, fresh] = seen.emplace(deployment.name, i);
    if (!fresh && !report.has_error_under(path))
      report.add_at(report.noted(path + ".name") ? path + ".name" : path,
                    {fmt::format("the deployment {} a second time", quoted(deployment.name)), "a name of its own",
                     fmt::format("{} has it already; write `name` to tell them apart", path_item(list, first->second))});
    check_dialects(deployment, path, report);
    if (report.noted(path + ".timeouts")) check_timeouts(deployment.timeouts, path + ".timeouts", report);
  }
  if (model.deployments.size() > route::kCandidatesMax)
    report.add_at(list, {fmt::format("{} deployments", model.deployments.size()),
                         fmt::format("at most {}", route::kCandidatesMax), ""});
}

}  // namespace

void check_models(const Config& config, Report& report) {
  const Names providers(config.providers);
  std::size_t deployments = 0;
  for (const auto& model : config.models) {
    check_deployments(model, providers, report);
    deployments += model.deployments.size();
  }
  check_providers(config, report);
  for (const auto& [path, count] : {std::pair{"providers", config.providers.size()}, {"models", config.models.size()},
                                    {"models", deployments}, {"tenants", config.tenants.size()}, {"keys", config.keys.size()}})
    if (count > kEntriesMax) report.add_at(path, {fmt::format("{} entries", count), fmt::format("at most {}", kEntriesMax), ""});
}

}  // namespace fw::config
