#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "base/date.h"
#include "cli/commands.h"
#include "cli/config_file.h"
#include "cli/exit.h"
#include "cli/file.h"
#include "cli/output.h"
#include "cli/plan_demand.h"
#include "cli/plan_forecast.h"
#include "config/plan_files.h"
#include "plan/band.h"
#include "plan/conflict.h"
#include "plan/outage.h"
#include "plan/plan.h"
#include "plan/regions.h"
#include "plan/report.h"
#include "wire/hash.h"
#include "wire/json.h"
#include "wire/nearest.h"

namespace fw::cli {
namespace {

constexpr std::string_view kOperator = "operator";
constexpr std::size_t kDayText = std::string_view("2026-11-22").size();

// What a plan is made from, and where it came from.
struct Input {
  std::string path, sha256;
};
struct Inputs {
  DemandSource source;
  DemandFound found;
  std::vector<plan::Offer> offers;
  plan::Rules rules;
  Input offers_file, rules_file;
  std::string at;  // of the offer book's prices, where no file of offers was named
  const plan::Demand& demand() const { return found.demand; }
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

// An exit status, after a complaint unless it is kOk.
int read_demand(const DemandSource& source, Inputs& inputs) {
  inputs.source = source;
  auto found = find_demand(source);
  if (!found) return found.error();
  inputs.found = *std::move(found);
  return kOk;
}

// The book's rows are an input like a file's.
std::optional<std::string> read_book(const std::string& config, Inputs& inputs, int& status) {
  auto text = book_offers(inputs.found, config, inputs.at);
  if (!text) {
    status = text.error();
    return std::nullopt;
  }
  inputs.offers_file = {"", wire::hex(wire::sha256(*text))};
  return *std::move(text);
}

int read_supply(const PlanFiles& files, Inputs& inputs) {
  int status = kFailed;
  const auto offers = files.offers.empty() ? read_book(inputs.source.config, inputs, status) : read(files.offers, inputs.offers_file);
  if (!offers) return status;
  auto supply = config::load_supply(*offers);
  bool good = told(supply.problems, files.offers.empty() ? "the offer book" : files.offers);
  inputs.offers = std::move(supply.offers);
  if (!files.rules.empty()) {
    const auto rules = read(files.rules, inputs.rules_file);
    if (!rules) return kFailed;
    auto loaded = config::load_plan_rules(*rules);
    good = told(loaded.problems, files.rules) && good;
    inputs.rules = std::move(loaded.rules);
  }
  // What the books' own policies say, where the rules do not speak of the class.
  for (const auto& [name, scopes] : inputs.found.residency)
    if (!inputs.rules.classes.contains(name)) inputs.rules.classes[name].residency = scopes;
  return good ? kOk : kConfigInvalid;
}

// Names that no demand has are most often misspelt.
bool known_names(const Inputs& inputs, const std::string& rules_path) {
  bool good = true;
  for (const auto& [name, rule] : inputs.rules.classes)
    if (std::ranges::find(inputs.demand().classes, name, &plan::DemandClass::name) == inputs.demand().classes.end()) {
      fmt::print(stderr, "{}: error: classes.{}: found a class that the demand does not have; expected a name from its column class\n", rules_path, name);
      good = false;
    }
  for (const auto& [place, growth] : inputs.rules.growth_per_year)
    if (std::ranges::find(inputs.demand().classes, place, &plan::DemandClass::place) == inputs.demand().classes.end()) {
      fmt::print(stderr, "{}: error: places.{}: found growth of a place that the demand does not have; expected a name from its column place\n", rules_path, place);
      good = false;
    }
  std::vector<std::string> offered;
  for (const auto& each : inputs.offers) offered.push_back(each.model);
  for (const auto& each : inputs.demand().classes)
    if (std::ranges::find(offered, each.model) == offered.end()) {
      const auto near = wire::nearest(each.model, offered, 1);
      const auto place = each.line > 0 ? fmt::format("{}:{}:{}: ", inputs.found.origin, each.line, each.column) : std::string();
      fmt::print(stderr, "{}error: found no offer of the model {}; expected one at least for every model of the demand.{}\n", place, each.model,
                 near.empty() ? "" : fmt::format(" Did you mean {}?", near[0]));
      good = false;
      break;
    }
  return good;
}

std::string with_inputs(const std::string& members, const Inputs& inputs, const std::optional<plan::CostBand>& band) {
  std::string out;
  wire::JsonWriter json(out);
  json.begin_object().key("inputs").begin_object();
  const auto add = [&](const char* name, const Input& input) {
    if (!input.path.empty()) json.key(name).begin_object().member("path", std::string_view(input.path)).member("sha256", std::string_view(input.sha256)).end_object();
  };
  write_source(json, inputs.source, inputs.found);
  if (inputs.offers_file.path.empty())
    json.key("offers").begin_object().member("book_at", std::string_view(inputs.at)).member("sha256", std::string_view(inputs.offers_file.sha256)).end_object();
  add("offers", inputs.offers_file);
  add("rules", inputs.rules_file);
  json.member("form", std::string_view(inputs.source.form)).member("model", std::string_view(inputs.source.model)).end_object();
  json.key("notes").begin_array();
  for (const auto& words : inputs.found.notes) json.string(words);
  json.end_array();
  if (inputs.found.forecast) write_forecast(json, *inputs.found.forecast, band);
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

void print_outages(const std::vector<plan::OutageResult>& outages) {
  List list{{"without", "served %", "in the worst step %"}, {}};
  for (const auto& each : outages) list.rows.push_back({{each.cloud}, {fmt::format("{:.2f}", 100 * each.served), true}, {fmt::format("{:.2f}", 100 * each.served_least), true}});
  if (!list.rows.empty()) fmt::print("\n{}", to_text(list, Format::table));
}

void print_regions(const std::vector<plan::Region>& regions) {
  List list{{"cloud", "region", "replicas at most", "share %", "cost USD without it"}, {}};
  for (const auto& each : regions)
    list.rows.push_back({{each.cloud}, {each.scope}, {fmt::to_string(each.replicas_most), true}, {fmt::format("{:.2f}", 100 * each.share), true}, {each.without ? each.without->usd() : "no plan", true}});
  if (!list.rows.empty()) fmt::print("\n{}", to_text(list, Format::table));
}

void print_all(const plan::Plan& made, const std::vector<plan::OutageResult>& outages, const std::vector<plan::Region>& regions) {
  print_table(made);
  print_outages(outages);
  print_regions(regions);
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

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    lines.emplace_back(line);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return lines;
}

// An exit status, after a complaint unless it is kOk.
int write_file(const std::string& path, std::string_view text) {
  auto* file = std::fopen(path.c_str(), "wb");
  const bool written = file && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  if (file && std::fclose(file) == 0 && written) return kOk;
  fmt::print(stderr, "error: {} cannot be written: {}\n", path, std::strerror(errno));
  return kFailed;
}

// The members of an object inside a plan.
std::string text_at(std::string_view json, std::initializer_list<std::string_view> path) {
  std::string out;
  if (const auto found = wire::json_find(json, path); found && found->starts_with('"')) wire::json_unescape(wire::json_text(*found), out);
  return out;
}

bool same_input(std::string_view json, const char* name, const std::string& origin, const std::string& sha256) {
  const auto wanted = text_at(json, {"inputs", name, "sha256"});
  if (wanted == sha256) return true;
  fmt::print("{} is not what the plan was made from\n", origin.empty() ? fmt::format("no {} file", name) : origin);
  return false;
}

}  // namespace

int plan(const PlanOptions& options) {
  if (is_empty(options.demand)) {
    fmt::print(stderr, "error: found no --demand, no --config and no --data-dir; expected a file of demand, or the books to plan from\n");
    return kUsage;
  }
  Inputs inputs;
  inputs.at = options.at.empty() ? date_text(wall_now()).substr(0, kDayText) : options.at;
  const int demand = read_demand(options.demand, inputs);
  if (demand != kOk && demand != kConfigInvalid) return demand;
  if (demand == kConfigInvalid && options.files.offers.empty()) return demand;
  const int supply = read_supply(options.files, inputs);
  if (supply != kOk || demand != kOk) return supply == kFailed || supply == kUsage ? supply : kConfigInvalid;
  if (!known_names(inputs, options.files.rules)) return kConfigInvalid;
  if (options.mode == kOperator && std::ranges::find(inputs.offers, plan::OfferKind::replicas, &plan::Offer::kind) == inputs.offers.end()) {
    fmt::print(stderr, "{}: error: found no replicas; expected offers of `kind: replicas` for an operator's plan\n", options.files.offers);
    return kConfigInvalid;
  }
  const auto problem = plan::compile(inputs.demand(), inputs.offers, inputs.rules);
  for (const auto& each : problem.left_out) fmt::print(stderr, "note: {}\n", each);
  plan::Solution found;
  if (problem.conflict.empty()) found = search(problem, options.seconds);
  if (plan::infeasible(problem, found)) {
    const auto why = std::optional(plan::explain_conflict(inputs.demand(), inputs.offers, inputs.rules));
    if (options.format == Format::json) fmt::print("{}\n", plan::infeasible_json(*why));
    for (const auto& each : why->conflict) fmt::print(stderr, "infeasible: {}\n", each);
    fmt::print(stderr, "{}\n", why->relaxation);
    return kFailed;
  }
  const auto made = plan::make_plan(problem, found);
  std::optional<plan::CostBand> band;
  if (inputs.found.forecast) band = plan::cost_band(problem, inputs.rules, found, *inputs.found.forecast, [] { return !interrupted; });
  if (band && band->scenarios == 0) band.reset();
  const auto outages = plan::outage_results(inputs.demand(), inputs.offers, inputs.rules, made.deployed);
  std::vector<plan::Region> regions;
  if (options.mode == kOperator) regions = plan::regions(problem, inputs.rules, inputs.demand(), made, [] { return interrupted == 0; });
  auto members = plan::plan_members(made, problem) + "," + plan::outage_member(outages);
  if (options.mode == kOperator) members += "," + plan::regions_member(regions, made);
  const auto json = with_inputs(members, inputs, band);
  if (options.format == Format::table) print_all(made, outages, regions);
  if (options.format == Format::table && band) fmt::print("{}", forecast_text(*inputs.found.forecast, band));
  if (options.format != Format::table) fmt::print("{}\n", json);
  if (options.report.empty()) return kOk;
  plan::Report report{problem, made, json, {}, {}, {}, inputs.found.notes};
  if (band) report.low = band->low, report.high = band->high, report.lines = lines_of(forecast_text(*inputs.found.forecast, band));
  return write_file(options.report, plan::report_html(report));
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
  const PlanFiles files{path(options.files.offers, "offers"), path(options.files.rules, "rules")};
  auto source = read_source(*json);
  if (!options.demand.empty()) source.file = options.demand;
  Inputs inputs;
  inputs.at = text_at(*json, {"inputs", "offers", "book_at"});
  if (is_empty(source) || read_demand(source, inputs) != kOk || read_supply(files, inputs) != kOk) {
    fmt::print(stderr, "error: the plan's files cannot be used; name them with --demand, --offers and --rules\n");
    return kFailed;
  }
  bool good = same_input(*json, "demand", inputs.found.origin, inputs.found.sha256);
  good = same_input(*json, "offers", inputs.offers_file.path.empty() ? "the offer book" : inputs.offers_file.path, inputs.offers_file.sha256) && good;
  good = same_input(*json, "rules", inputs.rules_file.path, inputs.rules_file.sha256) && good;
  const auto problem = plan::compile(inputs.demand(), inputs.offers, inputs.rules);
  std::string fault;
  const auto made = plan::read_plan(*json, problem, fault);
  if (!made) {
    fmt::print("{}: {}\n", options.plan, fault);
    return kDifferent;
  }
  auto differences = plan::verify(*made, problem);
  const auto outages = plan::outage_results(inputs.demand(), inputs.offers, inputs.rules, made->deployed);
  if (!plan::says_outages(*json, outages)) differences.push_back("what is deployed says another " + plan::outage_member(outages));
  for (const auto& each : differences) fmt::print("{}\n", each);
  if (good && differences.empty()) fmt::print("{}: cost {} USD and bound {} USD hold\n", options.plan, made->cost.usd(), made->lower_bound.usd());
  return good && differences.empty() ? kOk : kDifferent;
}

}  // namespace fw::cli
