#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/date.h"
#include "cli/commands.h"
#include "cli/exit.h"
#include "cli/file.h"
#include "cli/output.h"
#include "cli/plan_demand.h"
#include "cli/simulate_print.h"
#include "cli/simulated.h"
#include "config/plan_files.h"
#include "config/sim_files.h"
#include "plan/sim/planned.h"
#include "plan/sim/stage.h"
#include "wire/nearest.h"

namespace fw::cli {
namespace {

namespace sim = plan::sim;

// All that the runs have in common.
struct Given {
  DemandFound found;
  sim::Setting setting;
  std::vector<sim::IncidentTerms> incidents;  // of the setting, then of the library's file
  std::shared_ptr<const gateway::Snapshot> snapshot;
  std::optional<sim::Planned> planned;
  DemandSource planned_demand;  // what the plan was made for
  std::vector<plan::Offer> offers;
  plan::Rules rules;
  const plan::Demand& demand() const { return found.demand; }
};

int complain(int status, const std::string& words) {
  fmt::print(stderr, "error: {}\n", words);
  return status;
}

std::optional<std::string> read(const std::string& path) {
  auto text = read_large_file(path);
  if (!text) complain(kFailed, fmt::format("{} cannot be read: {}", path, std::strerror(errno)));
  return text;
}

bool told(const std::vector<config::Problem>& problems, const std::string& path) {
  for (const auto& each : problems) fmt::print(stderr, "{}", config::render(each, path));
  return std::ranges::none_of(problems, [](const auto& each) { return each.severity == config::Severity::error; });
}

int read_setting(const std::string& path, sim::Setting& to) {
  if (path.empty()) return kOk;
  const auto text = read(path);
  if (!text) return kFailed;
  auto loaded = config::load_setting(*text);
  to = std::move(loaded.setting);
  return told(loaded.problems, path) ? kOk : kConfigInvalid;
}

int read_world(const SimulateOptions& options, Given& given) {
  sim::Setting library;
  const int world = read_setting(options.world, given.setting);
  const int incidents = read_setting(options.incidents, library);
  given.incidents = given.setting.incidents;
  given.incidents.insert(given.incidents.end(), library.incidents.begin(), library.incidents.end());
  given.setting.manner.scale = options.scale;
  return world != kOk ? world : incidents;
}

int read_plan(const SimulateOptions& options, Given& given) {
  const auto json = read(options.plan);
  if (!json) return kFailed;
  auto planned = sim::read_planned(*json);
  if (!planned) return complain(kConfigInvalid, fmt::format("{}: {}", options.plan, planned.error()));
  given.planned = *std::move(planned);
  given.planned_demand = read_source(*json);
  const auto& offers_path = options.files.offers.empty() ? given.planned->offers_path : options.files.offers;
  const auto& rules_path = options.files.rules.empty() ? given.planned->rules_path : options.files.rules;
  if (offers_path.empty()) return complain(kUsage, fmt::format("{} was made from the offer book; name what can be bought with --offers FILE", options.plan));
  const auto offers = read(offers_path);
  const auto rules = rules_path.empty() ? std::optional<std::string>("") : read(rules_path);
  if (!offers || !rules) return kFailed;
  auto supply = config::load_supply(*offers);
  auto loaded = config::load_plan_rules(*rules);
  given.offers = std::move(supply.offers);
  given.rules = std::move(loaded.rules);
  const bool good = told(supply.problems, offers_path);
  return told(loaded.problems, rules_path) && good ? kOk : kConfigInvalid;
}

// Names that no place bears are most often misspelt; clouds and scopes are those of a library that is for everybody.
bool known_places(const std::vector<sim::Place>& places, const Given& given) {
  std::vector<std::string> names;
  for (const auto& p : places) names.push_back(p.name);
  bool good = true;
  const auto check = [&](const sim::Which& which, const char* list, std::size_t i) {
    for (const auto& name : which.deployments)
      if (std::ranges::find(names, name) == names.end()) {
        const auto near = wire::nearest(name, names, 1);
        complain(kConfigInvalid, fmt::format("found the deployment {} in {}[{}]; expected one of {}.{}", name, list, i, fmt::join(names, ", "), near.empty() ? "" : fmt::format(" Did you mean {}?", near[0])));
        good = false;
      }
  };
  for (std::size_t i = 0; i < given.setting.places.size(); ++i) check(given.setting.places[i].which, "places", i);
  for (std::size_t i = 0; i < given.incidents.size(); ++i) check(given.incidents[i].which, "incidents", i);
  return good;
}

// The stage without what the world's file says of it.
std::expected<sim::Stage, int> bare_stage(const Given& given, const std::string& policy) {
  if (given.snapshot) return stage_of(*given.snapshot, given.demand(), policy);
  const auto prefer = policy.empty() ? std::optional(route::Prefer::cost) : route::prefer_of(policy);
  if (!prefer) return std::unexpected(complain(kUsage, fmt::format("found --policy {}; expected what a plan's requests may prefer: cost, speed, balanced, cheapest, fastest or ordered", policy)));
  return sim::stage_of(given.demand(), given.offers, given.rules, *prefer);
}

std::expected<sim::Stage, int> make_stage(const SimulateOptions& options, const Given& given, const std::string& policy) {
  auto stage = bare_stage(given, policy);
  if (!stage) return stage;
  for (std::size_t c = 0; c < stage->market.classes.size(); ++c)
    if (stage->market.classes[c].places.empty())
      return std::unexpected(complain(kConfigInvalid, fmt::format("found no offer of the model {}; expected one at least for every model of the demand", stage->market.classes[c].model)));
  if (!known_places(stage->places, given)) return std::unexpected(kConfigInvalid);
  sim::apply(given.setting.places, stage->places);
  if (given.planned) {
    const auto homeless = sim::deploy(*given.planned, given.offers, given.demand(), *stage);
    if (!homeless.empty()) return std::unexpected(complain(kConfigInvalid, fmt::format("found units of {} in the plan; expected a deployment with a pool of that name, and the offer in --offers", fmt::join(homeless, ", "))));
  }
  std::vector<std::size_t> strange;
  stage->incidents = sim::incidents_at(given.incidents, stage->places, given.demand().from, strange);
  for (const auto i : strange) fmt::print(stderr, "note: incidents[{}] hits no place\n", i);
  for (auto& slo : stage->slos) slo.whole_ms = options.whole_ms;
  stage->manner = given.setting.manner;
  stage->crowding = given.setting.crowding.value_or(1);
  stage->seed = static_cast<std::uint64_t>(options.seed);
  return stage;
}

int read_inputs(const SimulateOptions& options, Given& given) {
  if (options.config.empty() && options.plan.empty()) return complain(kUsage, "found neither --config nor --plan; expected a configuration to try, or a plan");
  if (!options.plan.empty())
    if (const int status = read_plan(options, given); status != kOk) return status;
  auto found = find_demand(is_empty(options.demand) ? given.planned_demand : options.demand);
  if (!found) return found.error();
  given.found = *std::move(found);
  if (const int status = read_world(options, given); status != kOk) return status;
  if (const auto words = sim::too_large(given.demand(), given.setting.manner); !words.empty()) return complain(kConfigInvalid, words);
  if (options.config.empty()) return kOk;
  auto snapshot = simulated_snapshot(options.config);
  if (!snapshot) return snapshot.error();
  given.snapshot = *std::move(snapshot);
  return kOk;
}

Simulated simulated(const Given& given, const sim::Stage& stage, const std::string& policy) {
  const auto begin = std::clock();
  auto ran = sim::run(stage, given.demand());
  const double took = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  std::uint64_t requests = 0;
  for (const auto& c : ran.outcome.classes()) requests += c.requests;
  fmt::print(stderr, "{}: {} requests in {:.2f} s of one core, {:.2f} million per second\n", policy.empty() ? "as configured" : policy, requests, took, took > 0 ? static_cast<double>(requests) / 1e6 / took : 0);
  Money fixed = given.planned ? sim::bought_for(*given.planned, given.demand()) : Money();
  if (given.snapshot && !given.planned) fixed += pools_for(*given.snapshot, given.demand());
  return make_simulated(policy, stage, given.demand(), ran, fixed);
}

}  // namespace

int simulate(const SimulateOptions& options) {
  Given given;
  if (const int status = read_inputs(options, given); status != kOk) return status;
  auto policies = options.policies;
  if (policies.empty()) policies.emplace_back();
  std::vector<Simulated> all;
  for (const auto& policy : policies) {
    const auto stage = make_stage(options, given, policy);
    if (!stage) return stage.error();
    all.push_back(simulated(given, *stage, policy));
  }
  const SimulatedInputs inputs{.demand = given.found, .planned = given.planned ? &*given.planned : nullptr, .seed = options.seed, .scale = options.scale};
  if (options.format == Format::json) fmt::print("{}\n", simulated_json(inputs, all));
  else fmt::print("{}", simulated_text(all));
  return kOk;
}

}  // namespace fw::cli
