#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "base/date.h"
#include "cli/commands.h"
#include "cli/exit.h"
#include "cli/file.h"
#include "cli/output.h"
#include "config/plan_files.h"
#include "plan/demand_csv.h"
#include "plan/plan.h"
#include "wire/hash.h"
#include "wire/json.h"

namespace fw::cli {
namespace {

// What a plan is made from, and where it came from.
struct Input {
  std::string path, sha256;
};
struct Inputs {
  plan::Demand demand;
  std::vector<plan::Offer> offers;
  plan::Rules rules;
  Input demand_file, offers_file, rules_file;
};

std::optional<std::string> read(const std::string& path, Input& input) {
  auto text = read_large_file(path);
  if (!text) fmt::print(stderr, "error: {} cannot be read: {}\n", path, std::strerror(errno));
  else input = {path, wire::hex(wire::sha256(*text))};
  return text;
}

bool told(const std::vector<config::Problem>& problems, const std::string& path) {
  bool good = true;
  for (const auto& each : problems) {
    fmt::print(stderr, "{}", config::render(each, path));
    good = good && each.severity != config::Severity::error;
  }
  return good;
}

// Error: an exit status, after a complaint.
int read_demand(const std::string& path, const std::string& form, const std::string& model, Inputs& inputs) {
  const auto text = read(path, inputs.demand_file);
  if (!text) return kFailed;
  plan::TraceNames names;
  if (!model.empty()) names.model = model;
  auto made = form == "azure2023" ? plan::import_azure2023(*text, names) : form == "mooncake" ? plan::import_mooncake(*text, names) : plan::read_demand(*text);
  for (const auto& note : made.notes) fmt::print(stderr, "{}: {}: {}\n", path, note.warning ? "warning" : "error", plan::say(note));
  if (!made.ok()) return kConfigInvalid;
  for (const auto& hole : made.demand.holes)
    fmt::print(stderr, "{}: warning: no demand of any class from {} to {}; it counts as zero\n", path, rfc3339_text(hole.from), rfc3339_text(hole.until));
  inputs.demand = std::move(made.demand);
  return kOk;
}

int read_supply(const PlanFiles& files, Inputs& inputs) {
  const auto offers = read(files.offers, inputs.offers_file);
  if (!offers) return kFailed;
  auto supply = config::load_supply(*offers);
  bool good = told(supply.problems, files.offers);
  inputs.offers = std::move(supply.offers);
  if (!files.rules.empty()) {
    const auto rules = read(files.rules, inputs.rules_file);
    if (!rules) return kFailed;
    auto loaded = config::load_plan_rules(*rules);
    good = told(loaded.problems, files.rules) && good;
    inputs.rules = std::move(loaded.rules);
  }
  return good ? kOk : kConfigInvalid;
}

// Names that no demand has are most often misspelt.
bool known_names(const Inputs& inputs, const std::string& rules_path) {
  bool good = true;
  for (const auto& [name, rule] : inputs.rules.classes)
    if (std::ranges::find(inputs.demand.classes, name, &plan::DemandClass::name) == inputs.demand.classes.end()) {
      fmt::print(stderr, "{}: error: classes.{}: found a class that the demand does not have; expected a name from its column class\n", rules_path, name);
      good = false;
    }
  for (const auto& each : inputs.demand.classes)
    if (std::ranges::find(inputs.offers, each.model, &plan::Offer::model) == inputs.offers.end()) {
      fmt::print(stderr, "error: found no offer of the model {}; expected one at least for every model of the demand\n", each.model);
      good = false;
      break;
    }
  return good;
}

std::string with_inputs(const std::string& members, const Inputs& inputs, const PlanOptions& options) {
  std::string out;
  wire::JsonWriter json(out);
  json.begin_object().key("inputs").begin_object();
  const auto add = [&](const char* name, const Input& input) {
    if (!input.path.empty()) json.key(name).begin_object().member("path", std::string_view(input.path)).member("sha256", std::string_view(input.sha256)).end_object();
  };
  add("demand", inputs.demand_file);
  add("offers", inputs.offers_file);
  add("rules", inputs.rules_file);
  json.member("form", std::string_view(options.form)).member("model", std::string_view(options.model)).end_object();
  out += "," + members + "}";
  return out;
}

void print_table(const plan::Plan& made) {
  List bought{{"offer", "term", "units", "from", "until", "cost USD", "behind the span"}, {}};
  for (const auto& each : made.purchases)
    bought.rows.push_back({{each.offer}, {each.term}, {fmt::to_string(each.units), true}, {rfc3339_text(each.from)}, {rfc3339_text(each.until)}, {each.cost.usd(), true}, {each.tail.usd(), true}});
  List placed{{"model", "class", "place", "offer", "share %", "cost USD"}, {}};
  for (const auto& each : made.placements)
    placed.rows.push_back({{each.model}, {each.name}, {each.place}, {each.offer}, {fmt::format("{:.2f}", 100 * each.share), true}, {each.cost.usd(), true}});
  if (bought.rows.empty()) fmt::print("Buy no units.\n\n");
  else fmt::print("{}\n", to_text(bought, Format::table));
  fmt::print("{}\ncost {} USD, at least {} USD is needed", to_text(placed, Format::table), made.cost.usd(), made.lower_bound.usd());
  fmt::print("; all pay-as-you-go: {}\n", made.all_pay_as_you_go ? made.all_pay_as_you_go->usd() + " USD" : "quotas do not allow it");
}

volatile std::sig_atomic_t interrupted = 0;

// The best plan so far when time is up or Ctrl-C was pressed; both are looked at between two searches.
plan::Solution search(const plan::Problem& problem, std::int64_t seconds) {
  const auto begin = std::chrono::steady_clock::now();
  std::signal(SIGINT, [](int) { interrupted = 1; });
  const auto go_on = [&](double usd, double bound) {
    fmt::print(stderr, "plan {:.2f} USD, bound {:.2f} USD, gap {:.3f} %\n", usd, bound, usd > 0 ? 100 * (1 - bound / usd) : 0);
    const bool late = std::chrono::steady_clock::now() - begin > std::chrono::seconds(seconds);
    if (interrupted || late) fmt::print(stderr, "{}: the best plan so far\n", late ? "time is up" : "interrupted");
    return !interrupted && !late;
  };
  plan::Effort effort;
  effort.go_on = go_on;
  auto found = plan::solve(problem, effort);
  std::signal(SIGINT, SIG_DFL);
  return found;
}

// The members of an object inside a plan.
std::string text_at(std::string_view json, std::initializer_list<std::string_view> path) {
  std::string out;
  if (const auto found = wire::json_find(json, path); found && found->starts_with('"')) wire::json_unescape(wire::json_text(*found), out);
  return out;
}

bool same_file(std::string_view json, const char* name, const Input& input) {
  const auto wanted = text_at(json, {"inputs", name, "sha256"});
  if (wanted == input.sha256) return true;
  fmt::print("{} is not the file that the plan was made from\n", input.path.empty() ? fmt::format("no {} file", name) : input.path);
  return false;
}

}  // namespace

int plan(const PlanOptions& options) {
  if (options.files.demand.empty() || options.files.offers.empty()) {
    fmt::print(stderr, "error: found no {}; expected both --demand FILE and --offers FILE. This release does not plan from the ledger yet.\n", options.files.demand.empty() ? "--demand" : "--offers");
    return kUsage;
  }
  Inputs inputs;
  const int demand = read_demand(options.files.demand, options.form, options.model, inputs);
  if (demand == kFailed) return kFailed;
  const int supply = read_supply(options.files, inputs);
  if (supply != kOk || demand != kOk) return supply == kFailed ? kFailed : kConfigInvalid;
  if (!known_names(inputs, options.files.rules)) return kConfigInvalid;
  const auto problem = plan::compile(inputs.demand, inputs.offers, inputs.rules);
  for (const auto& each : problem.left_out) fmt::print(stderr, "note: {}\n", each);
  plan::Solution found;
  if (problem.conflict.empty()) found = search(problem, options.seconds);
  if (const auto why = plan::infeasible(problem, found)) {
    if (options.format == Format::json) fmt::print("{}\n", plan::infeasible_json(*why));
    for (const auto& each : why->conflict) fmt::print(stderr, "infeasible: {}\n", each);
    fmt::print(stderr, "{}\n", why->relaxation);
    return kFailed;
  }
  const auto made = plan::make_plan(problem, found);
  if (options.format == Format::table) print_table(made);
  else fmt::print("{}\n", with_inputs(plan::plan_members(made, problem), inputs, options));
  return kOk;
}

int plan_verify(const PlanVerifyOptions& options) {
  const auto json = read_large_file(options.plan);
  if (!json) {
    fmt::print(stderr, "error: {} cannot be read: {}\n", options.plan, std::strerror(errno));
    return kFailed;
  }
  if (wire::json_check(*json, 32)) {
    fmt::print("{} is no valid JSON\n", options.plan);
    return kDifferent;
  }
  const auto path = [&](const std::string& given, const char* name) { return given.empty() ? text_at(*json, {"inputs", name, "path"}) : given; };
  const PlanFiles files{path(options.files.demand, "demand"), path(options.files.offers, "offers"), path(options.files.rules, "rules")};
  Inputs inputs;
  if (files.demand.empty() || files.offers.empty() || read_demand(files.demand, text_at(*json, {"inputs", "form"}), text_at(*json, {"inputs", "model"}), inputs) != kOk || read_supply(files, inputs) != kOk) {
    fmt::print(stderr, "error: the plan's files cannot be used; name them with --demand, --offers and --rules\n");
    return kFailed;
  }
  bool good = same_file(*json, "demand", inputs.demand_file);
  good = same_file(*json, "offers", inputs.offers_file) && good;
  good = same_file(*json, "rules", inputs.rules_file) && good;
  const auto problem = plan::compile(inputs.demand, inputs.offers, inputs.rules);
  std::string fault;
  const auto made = plan::read_plan(*json, problem, fault);
  if (!made) {
    fmt::print("{}: {}\n", options.plan, fault);
    return kDifferent;
  }
  const auto differences = plan::verify(*made, problem);
  for (const auto& each : differences) fmt::print("{}\n", each);
  if (good && differences.empty()) fmt::print("{}: cost {} USD and bound {} USD hold\n", options.plan, made->cost.usd(), made->lower_bound.usd());
  return good && differences.empty() ? kOk : kDifferent;
}

}  // namespace fw::cli
