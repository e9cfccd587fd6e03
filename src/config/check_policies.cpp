// Policies that can never do what they say: places nobody knows, rules no request reaches, lists that
// leave nothing over.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "cloud/adapter.h"
#include "config/check.h"
#include "offer/scope.h"
#include "route/decision.h"

namespace fw::config {
namespace {

Names deployment_names(const Config& config) {
  std::vector<Deployment> all;
  for (const auto& model : config.models) all.insert(all.end(), model.deployments.begin(), model.deployments.end());
  return Names(all);
}

class Policies {
 public:
  Policies(const Config& config, Report& report)
      : config_(config), report_(report), providers_(config.providers), models_(config.models), deployments_(deployment_names(config)) {}

  void check(const Policy& policy) {
    const auto path = path_step("policies", policy.name);
    places(policy.only, path + ".only");
    places(policy.never, path + ".never");
    const auto routed = config::routed(policy);
    for (std::size_t i = 0; i < policy.rules.size(); ++i) {
      const auto& rule = policy.rules[i];
      const auto at = path_item(path + ".rules", i);
      places(rule.only, at + ".only");
      places(rule.never, at + ".never");
      for (std::size_t m = 0; m < rule.when.models.size(); ++m)
        check_known(rule.when.models[m], "model", models_, list_path(at + ".when.models", m, rule.when.models.size()), report_);
    }
    if (report_.noted(path + ".hedge") && !policy.hedge.on())
      report_.add_at(path + ".hedge", {"no time after which another cloud is asked", "after_ms, after_percentile or both", ""});
    if (report_.has_error_under(path)) return;
    leaves_some(routed, path, {});
    finds_another(routed, path + ".hedge");
    shares_add_up(routed, path + ".max_share");
    for (std::size_t i = 0; i < policy.rules.size(); ++i) means_something(routed.rules[i], path_item(path + ".rules", i));
    for (std::size_t i = 0; i < policy.rules.size(); ++i) reached(routed, i, path_item(path + ".rules", i));
    for (std::size_t i = 0; i < policy.rules.size(); ++i)
      leaves_some(route::ruled(routed, i), path_item(path + ".rules", i), policy.rules[i].when.models);
  }

 private:
  // A list of one may stand without its brackets.
  std::string list_path(const std::string& list, std::size_t index, std::size_t count) const {
    const auto item = path_item(list, index);
    return count == 1 && !report_.noted(item) ? list : item;
  }

  void places(const Places& places, const std::string& path) {
    for (std::size_t i = 0; i < places.clouds.size(); ++i)
      if (cloud::find(places.clouds[i]) == nullptr)
        report_.add_at(list_path(path + ".clouds", i, places.clouds.size()),
                       {fmt::format("the unknown cloud {}", quoted(places.clouds[i])), "a word that `cloud` of a provider may be", ""});
    for (std::size_t i = 0; i < places.providers.size(); ++i)
      check_known(places.providers[i], "provider", providers_, list_path(path + ".providers", i, places.providers.size()), report_);
    for (std::size_t i = 0; i < places.deployments.size(); ++i)
      if (!deployments_.contains(places.deployments[i]))
        report_.add_at(list_path(path + ".deployments", i, places.deployments.size()),
                       {fmt::format("the unknown deployment {}", quoted(places.deployments[i])), "the name of a deployment in `models`",
                        "it is PROVIDER/MODEL where the deployment has no `name`"});
  }

  // True if every request that `later` is for is one of `earlier`'s, as far as lists and bounds tell.
  static bool covers(const route::When& earlier, const route::When& later) {
    const auto within = [](const auto& all, const auto& part) {
      return all.empty() || (!part.empty() && std::ranges::all_of(part, [&all](const auto& one) { return std::ranges::find(all, one) != all.end(); }));
    };
    const bool features = earlier.features.none() || (later.features.any() && (later.features & ~earlier.features).none());
    return within(earlier.models, later.models) && within(earlier.operations, later.operations) && within(earlier.tiers, later.tiers) && features &&
           earlier.input_tokens_above <= later.input_tokens_above && (!earlier.stream || earlier.stream == later.stream);
  }

  void reached(const route::Policy& policy, std::size_t at, const std::string& path) {
    for (std::size_t i = 0; i < at; ++i)
      if (covers(policy.rules[i].when, policy.rules[at].when))
        return report_.add_at(path, {"a rule that no request reaches", "a `when` that an earlier rule does not cover",
                                     fmt::format("rules[{}] takes all of them; put this one before it", i)});
  }

  // A rule that no request can meet, or that leaves what it meets as it is.
  void means_something(const route::Rule& rule, const std::string& path) {
    const auto& when = rule.when;
    const bool embeds = when.operations == std::vector{dialect::Operation::embeddings};
    if (embeds && (when.stream == true || when.features.any()))
      report_.add_at(path + ".when", {fmt::format("embeddings that {}", when.stream == true ? "are streamed" : "ask for features"), "what a request can be",
                                      "embeddings are never streamed and have no features; no request meets this rule"});
    if (!rule.prefer && !rule.first_token_ms && !rule.lossy && rule.only.empty() && rule.never.empty())
      report_.add_at(path, {"a rule that changes nothing", "prefer, slo, lossy, only or never beside `when`",
                            "requests it is for stay as the policy says, whatever later rules say of them", Severity::warning});
  }

  // What the caps leave to the clouds that may serve must be all of it, and each cap must be of one of them.
  void shares_add_up(const route::Policy& policy, const std::string& path) {
    std::vector<std::string_view> clouds;
    for (const auto& model : config_.models)
      for (const auto& deployment : model.deployments) {
        const auto provider = std::ranges::find(config_.providers, deployment.provider, &Provider::name);
        if (provider != config_.providers.end() && may_serve(policy, deployment)) clouds.push_back(provider->cloud);
      }
    std::int64_t left = 0;
    for (const auto& cap : policy.max_share) {
      left += cap.share;
      if (std::ranges::find(clouds, cap.cloud) == clouds.end())
        report_.add_at(path_step(path, cap.cloud), {fmt::format("a share of {}, where no deployment may serve under this policy", cap.cloud),
                                                    "a cloud of its deployments", "", Severity::warning});
    }
    const bool all_capped = std::ranges::all_of(clouds, [&policy](const auto& cloud) { return std::ranges::find(policy.max_share, cloud, &route::ShareCap::cloud) != policy.max_share.end(); });
    constexpr std::int64_t kRounding = 64;  // shares are kept of 65,536
    if (!policy.max_share.empty() && !clouds.empty() && all_capped && left + kRounding < route::kWhole)
      report_.add_at(path, {fmt::format("shares of {} % together, of all clouds that may serve", left * 100 / route::kWhole + 1), "100 % or more, or a cloud without a cap",
                            "the rest of the requests breaks one of the caps, as a cap turns nobody away", Severity::warning});
  }

  bool may_serve(const route::Policy& policy, const Deployment& deployment) const {
    const auto provider = std::ranges::find(config_.providers, deployment.provider, &Provider::name);
    if (provider == config_.providers.end()) return true;
    const auto* const adapter = cloud::find(provider->cloud);
    const auto scope = adapter ? offer::widest(provider->scope, adapter->scope_of(deployment.model)) : std::string_view(provider->scope);
    const auto in = [&](const route::Among& among) { return among.holds(provider->cloud, provider->name, deployment.name); };
    return route::admits(policy, scope) && (policy.only.empty() || in(policy.only)) && !in(policy.never);
  }

  // A rule or policy under which no deployment of any model it is for may serve refuses everything.
  void leaves_some(const route::Policy& policy, const std::string& path, const std::vector<std::string>& models) {
    if (policy.only.empty() && policy.never.empty()) return;
    for (const auto& model : config_.models) {
      if (!models.empty() && std::ranges::find(models, model.name) == models.end()) continue;
      if (std::ranges::any_of(model.deployments, [&](const auto& d) { return may_serve(policy, d); })) return;
    }
    report_.add_at(path, {"`only`, `never` and `residency` that together leave out every deployment", "one at least that may serve",
                          "every request they are for would be refused"});
  }

  // A hedge goes to another cloud.
  void finds_another(const route::Policy& policy, const std::string& path) {
    if (!policy.hedge.on()) return;
    for (const auto& model : config_.models) {
      std::string_view first;
      for (const auto& deployment : model.deployments) {
        const auto provider = std::ranges::find(config_.providers, deployment.provider, &Provider::name);
        if (provider == config_.providers.end() || !may_serve(policy, deployment)) continue;
        if (!first.empty() && first != provider->cloud) return;
        first = provider->cloud;
      }
    }
    report_.add_at(path, {"a hedge for which there is no place", "a model that two clouds may serve under this policy",
                          "deployments of one cloud are never asked both", Severity::warning});
  }

  const Config& config_;
  Report& report_;
  Names providers_;
  Names models_;
  Names deployments_;
};

// A profile that may be processed outside of what its provider's scope says is treated as the wider one.
void check_profiles(const Config& config, Report& report) {
  for (const auto& model : config.models)
    for (std::size_t i = 0; i < model.deployments.size(); ++i) {
      const auto& deployment = model.deployments[i];
      const auto provider = std::ranges::find(config.providers, deployment.provider, &Provider::name);
      if (provider == config.providers.end()) continue;
      const auto* const adapter = cloud::find(provider->cloud);
      if (adapter == nullptr) continue;
      const auto scope = offer::widest(provider->scope, adapter->scope_of(deployment.model));
      if (scope == provider->scope) continue;
      report.add_at(path_item(path_step("models", model.name) + ".deployments", i) + ".model",
                    {fmt::format("{}, which may be processed outside of its provider's scope {}", quoted(deployment.model), provider->scope),
                     "a name that stays inside of it", fmt::format("it is treated as {}, and stored responses may lie anywhere there", scope), Severity::warning});
    }
}

}  // namespace

void check_policies(const Config& config, Report& report) {
  Policies policies(config, report);
  for (const auto& policy : config.policies) policies.check(policy);
  check_profiles(config, report);
}

}  // namespace fw::config
