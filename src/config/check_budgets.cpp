#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "config/budgets.h"
#include "config/check.h"
#include "ledger/budget.h"
#include "wire/nearest.h"

namespace fw::config {
namespace {

// A budget where the file has it.
struct Place {
  std::string path;
  std::string* name;  // null: the file's own name of it, above it
  BudgetRule* rule;
};

std::vector<Place> places(Config& config) {
  std::vector<Place> all;
  for (std::size_t i = 0; i < config.keys.size(); ++i)
    if (auto& budget = config.keys[i].budget) all.push_back({path_item("keys", i) + ".budget", &budget->name, &budget->rule});
  for (auto& tenant : config.tenants)
    if (tenant.budget) all.push_back({path_step("tenants", tenant.name) + ".budget", &tenant.budget->name, &tenant.budget->rule});
  for (auto& shared : config.budgets) all.push_back({path_step("budgets", shared.name), &shared.name, &shared.rule});
  return all;
}

// Zones by name, each read once.
class Zones {
 public:
  Zones(const Sources& sources, Report& report) : sources_(sources), report_(report) {}

  std::shared_ptr<const TimeZone> find(const std::string& name, const std::string& path) {
    const auto known = zones_.find(name);
    if (known != zones_.end() && known->second) return known->second;
    auto zone = read(name, path);
    zones_[name] = zone;
    return zone ? zone : std::make_shared<const TimeZone>();
  }

 private:
  std::shared_ptr<const TimeZone> read(const std::string& name, const std::string& path) {
    if (name == "UTC" || name == "Etc/UTC") return std::make_shared<const TimeZone>();
    const auto bytes = sources_.zone ? sources_.zone(name) : std::nullopt;
    if (!bytes) {
      absent(name, path);
      return nullptr;
    }
    auto zone = TimeZone::read(name, *bytes);
    if (!zone) {
      report_.add_at(path, {fmt::format("the time zone {}, whose file is {}", quoted(name), zone.error()), "a compiled time zone",
                            "install the package tzdata again"});
      return nullptr;
    }
    return std::make_shared<const TimeZone>(*std::move(zone));
  }

  void absent(const std::string& name, const std::string& path) {
    const auto names = sources_.zone_names ? sources_.zone_names() : std::vector<std::string>();
    const auto near = wire::nearest(name, names, 2);
    std::string hint = "install the package tzdata; without it only UTC is known";
    if (!near.empty()) hint = fmt::format("did you mean {}{}{}?", near[0], near.size() > 1 ? " or " : "", near.size() > 1 ? near[1] : "");
    else if (!names.empty()) hint = "";
    report_.add_at(path, {fmt::format("the time zone {}, which is not known here", quoted(name)), "an IANA name such as Europe/Berlin", hint});
  }

  const Sources& sources_;
  Report& report_;
  std::map<std::string, std::shared_ptr<const TimeZone>> zones_;
};

void check_alerts(const BudgetRule& rule, const std::string& path, Report& report) {
  const auto& alerts = rule.alert_percent;
  if (alerts.size() > ledger::kAlertsMax)
    return report.add_at(path, {fmt::format("{} thresholds", alerts.size()), fmt::format("at most {}", ledger::kAlertsMax), ""});
  if (std::ranges::adjacent_find(alerts, std::greater_equal()) != alerts.end())
    return report.add_at(path, {"thresholds that are not ascending", "each above the one before", "such as [50, 80, 100]"});
  if (rule.hard && !alerts.empty() && alerts.back() > 100)
    report.add_at(path, {fmt::format("the threshold {}", alerts.back()), "at most 100 for a hard budget",
                         "a hard budget is never passed; `hard: false` serves on and tells", Severity::warning});
}

void check_shared(const Config& config, Report& report) {
  const Names tenants(config.tenants), keys(config.keys);
  for (const auto& shared : config.budgets) {
    const auto path = path_step("budgets", shared.name);
    if (shared.tenants.empty() && shared.keys.empty() && shared.teams.empty() && shared.tags.empty() && !report.has_error_under(path))
      report.add_at(path, {"a budget that nobody spends from", "`tenants`, `keys`, `teams` or `tags`", "name them, or remove the budget"});
    for (std::size_t i = 0; i < shared.tenants.size(); ++i) check_known(shared.tenants[i], "tenant", tenants, path_item(path + ".tenants", i), report);
    for (std::size_t i = 0; i < shared.keys.size(); ++i) check_known(shared.keys[i], "key", keys, path_item(path + ".keys", i), report);
  }
}

// A budget cannot count what has no price.
void check_unknown_prices(const Config& config, Report& report) {
  const auto accounts = budget_accounts(config);
  std::set<std::string> told;
  for (std::size_t i = 0; i < config.keys.size(); ++i) {
    const auto policy = std::ranges::find(config.policies, config.keys[i].policy, &Policy::name);
    const auto budgets = accounts.of(config, i);
    if (budgets.empty() || policy == config.policies.end() || policy->unknown_price != UnknownPrice::flag) continue;
    if (!told.insert(policy->name).second) continue;
    report.add_at(path_step("policies", policy->name) + ".unknown_price",
                  {fmt::format("flag, and the key {} under it has the budget {}", quoted(config.keys[i].name),
                               quoted(accounts.accounts[budgets.front()].name)),
                   "refuse", "a budget cannot count what has no price, so such requests would pass it", Severity::warning});
  }
}

}  // namespace

void complete_budgets(Config& config, const Sources& sources, Report& report) {
  for (auto& key : config.keys)
    if (key.budget && key.budget->name.empty()) key.budget->name = "key/" + key.name;
  for (auto& tenant : config.tenants)
    if (tenant.budget && tenant.budget->name.empty()) tenant.budget->name = "tenant/" + tenant.name;
  Zones zones(sources, report);
  for (const auto& place : places(config)) {
    auto& rule = *place.rule;
    rule.zone = zones.find(rule.time_zone, place.path + ".time_zone");
    if (!report.noted(place.path + ".alert_percent")) rule.alert_percent = {50, 80, 100};
  }
}

void check_budgets(Config& config, Report& report) {
  std::unordered_map<std::string, std::string> names;
  for (const auto& place : places(config)) {
    check_alerts(*place.rule, place.path + ".alert_percent", report);
    if (place.rule->per == ledger::Window::total && report.noted(place.path + ".time_zone"))
      report.add_at(place.path + ".time_zone", {"a time zone of a budget that never begins anew", "none with `per: total`", "remove it", Severity::warning});
    if (const auto [first, fresh] = names.emplace(*place.name, place.path); !fresh)
      report.add_at(place.path, {fmt::format("the budget {} a second time", quoted(*place.name)), "a name of its own",
                                 fmt::format("{} has it already; write `name` to tell them apart", first->second)});
  }
  check_shared(config, report);
  check_unknown_prices(config, report);
}

}  // namespace fw::config
