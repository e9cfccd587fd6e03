#include <algorithm>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "cloud/adapter.h"
#include "config/check.h"
#include "route/decision.h"

namespace fw::config {
namespace {

void add_fault(const Error& fault, const Provider& provider, const std::string& path, Report& report) {
  // The path says already which provider it is.
  const std::string prefix = fmt::format("provider '{}': ", provider.name);
  const auto message = fault.message.starts_with(prefix) ? fault.message.substr(prefix.size()) : fault.message;
  report.add_at(fault.param.empty() ? path : path + "." + fault.param, {message});
}

void check_settings(const Provider& provider, const std::string& path, Report& report) {
  const auto* adapter = cloud::find(provider.cloud);
  if (!adapter || report.has_error_under(path)) return;
  const auto site = adapter->site(provider.settings);
  if (!site) return add_fault(site.error(), provider, path, report);
  // What the process was started with is not looked at: a check means the same everywhere.
  const auto sign_in = adapter->sign_in(provider.settings, {});
  if (!sign_in) add_fault(sign_in.error(), provider, path, report);
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

std::string dialect_words(std::span<const dialect::Dialect> dialects) {
  std::string words;
  for (const auto dialect : dialects) words.append(words.empty() ? "" : ", ").append(dialect::name(dialect));
  return words;
}

// A deployment can be limited to dialects its cloud speaks, not taught others.
void check_dialects(const Deployment& deployment, const Config& config, const std::string& path, Report& report) {
  if (deployment.dialects.empty()) return;
  const auto provider = std::ranges::find(config.providers, deployment.provider, &Provider::name);
  if (provider == config.providers.end() || report.has_error_under(path_step("providers", provider->name))) return;
  const auto* adapter = cloud::find(provider->cloud);
  const auto site = adapter ? adapter->site(provider->settings) : std::unexpected(Error{});
  if (!site) return;
  const auto spoken = adapter->dialects(*site, deployment.model);
  for (std::size_t i = 0; i < deployment.dialects.size(); ++i)
    if (std::ranges::find(spoken, deployment.dialects[i]) == spoken.end())
      report.add_at(path_item(path + ".dialects", i),
                    {fmt::format("the dialect {}, which {} does not speak for this model",
                                 dialect::name(deployment.dialects[i]), provider->cloud),
                     dialect_words(spoken), "remove it"});
}

// The names of deployments mean one thing in records and headers, so they are unique in a model.
void check_deployments(const Model& model, const Config& config, const Names& providers, Report& report) {
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
    check_dialects(deployment, config, path, report);
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
    check_deployments(model, config, providers, report);
    deployments += model.deployments.size();
  }
  check_providers(config, report);
  for (const auto& [path, count] : {std::pair{"providers", config.providers.size()}, {"models", config.models.size()},
                                    {"models", deployments}, {"tenants", config.tenants.size()}, {"keys", config.keys.size()}})
    if (count > kEntriesMax) report.add_at(path, {fmt::format("{} entries", count), fmt::format("at most {}", kEntriesMax), ""});
}

}  // namespace fw::config
