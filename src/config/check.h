// What must hold between the parts of a configuration, and what follows from them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "config/config.h"
#include "config/report.h"
#include "offer/price.h"

namespace fw::config {

// The configuration as read, before it is complete.
struct Draft {
  Config config;
  std::map<std::string, offer::PriceText> price_texts;  // by the path of the price
};

// The embedded offer book with those of the file over it; what is wrong in them goes to the report.
std::shared_ptr<const offer::Book> load_books(const Config& config, const Sources& sources, Report& report);

// Fills in what one part takes from another: names, timeouts and cancel rules of deployments, the
// price sheets, the policy of each key, the one policy called default.
void complete(Draft& draft, Report& report);

// Listeners, the admin's tokens, timeouts.
void check_server(const Config& config, Report& report);
// Webhooks: names, URLs, secrets.
void check_alerts(const Alerts& alerts, Report& report);
// Providers (their adapter must accept them), models, deployments.
void check_models(const Config& config, Report& report);
// Deployments whose price is not known at a time.
void check_prices(const Config& config, WallTime now, Report& report);
// Where policies and their rules send requests, and where deployments may really be processed.
void check_policies(const Config& config, Report& report);
// Policies, tenants, keys.
void check_access(const Config& config, Report& report);

// Names, time zones and alerts of budgets that the file leaves out.
void complete_budgets(Config& config, const Sources& sources, Report& report);
void check_budgets(Config& config, Report& report);

// Pools that could never fill or never spill, commitments nobody draws from, paces of no budget.
void check_capacity(const Config& config, std::optional<WallTime> now, Report& report);

void check_timeouts(const AttemptTimeouts& timeouts, const std::string& path, Report& report);

// The names of one section, to look references up in.
class Names {
 public:
  template <class T>
  explicit Names(const std::vector<T>& entries) {
    for (const auto& entry : entries) names_.emplace(entry.name);
  }
  bool contains(const std::string& name) const { return names_.contains(name); }
  std::vector<std::string> list() const { return {names_.begin(), names_.end()}; }

 private:
  std::unordered_set<std::string> names_;
};

// Complains about a name that its section does not have. `what`: "provider"; the section is its plural.
void check_known(const std::string& name, std::string_view what, const Names& names, const std::string& path,
                 Report& report);

}  // namespace fw::config
