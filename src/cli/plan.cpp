#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <optional>

#include <fmt/format.h>

#include "base/date.h"
#include "cli/commands.h"
#include "cli/config_file.h"
#include "cli/exit.h"
#include "cli/plan_forecast.h"
#include "cli/plan_inputs.h"
#include "cli/plan_print.h"
#include "cli/plan_what_if.h"
#include "plan/band.h"
#include "plan/conflict.h"
#include "plan/entry.h"
#include "plan/leaving.h"
#include "plan/outage.h"
#include "plan/plan.h"
#include "plan/regions.h"
#include "plan/report.h"
#include "wire/json.h"

namespace fw::cli {
namespace {

constexpr std::string_view kOperator = "operator";
constexpr std::size_t kDayText = std::string_view("2026-11-22").size();

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

// What a plan says besides itself.
struct Told {
  std::optional<plan::CostBand> band;
  std::vector<plan::OutageResult> outages;
  std::vector<plan::EntryPrice> entries;
  std::vector<plan::Leaving> leavings;
  std::vector<plan::Region> regions;
  std::vector<plan::WhatIfAnswer> answers;
};

int tell_infeasible(const Inputs& inputs, Format format) {
  const auto why = plan::explain_conflict(inputs.demand(), inputs.offers, inputs.rules);
  if (format == Format::json) fmt::print("{}\n", plan::infeasible_json(why));
  for (const auto& each : why.conflict) fmt::print(stderr, "infeasible: {}\n", each);
  fmt::print(stderr, "{}\n", why.relaxation);
  return kFailed;
}

std::string json_of(const plan::Plan& made, const plan::Problem& problem, const Inputs& inputs, const Told& told, bool by_operator) {
  auto members = plan::plan_members(made, problem) + "," + plan::outage_member(told.outages) + "," + plan::entry_member(told.entries) + "," + plan::leaving_member(told.leavings);
  if (by_operator) members += "," + plan::regions_member(told.regions, made);
  if (!told.answers.empty()) members += "," + plan::what_if_member(told.answers, made);
  return with_inputs(members, inputs, told.band);
}

void print_all(const plan::Plan& made, const Inputs& inputs, const Told& told) {
  print_table(made, told.entries);
  print_baselines(made);
  print_entries(told.entries);
  print_leavings(told.leavings);
  print_outages(told.outages);
  print_regions(told.regions);
  print_what_if(told.answers, made);
  if (told.band) fmt::print("{}", forecast_text(*inputs.found.forecast, told.band));
}

// Files and books in order, and the plan's mode fits them.
int read_all(const PlanOptions& options, Inputs& inputs) {
  if (is_empty(options.demand)) {
    fmt::print(stderr, "error: found no --demand, no --config and no --data-dir; expected a file of demand, or the books to plan from\n");
    return kUsage;
  }
  inputs.at = options.at.empty() ? date_text(wall_now()).substr(0, kDayText) : options.at;
  if (const int status = read_inputs(options.demand, options.files, inputs); status != kOk) return status;
  if (options.mode != kOperator || std::ranges::find(inputs.offers, plan::OfferKind::replicas, &plan::Offer::kind) != inputs.offers.end()) return kOk;
  fmt::print(stderr, "{}: error: found no replicas; expected offers of `kind: replicas` for an operator's plan\n", options.files.offers);
  return kConfigInvalid;
}

}  // namespace

int plan(const PlanOptions& options) {
  Inputs inputs;
  if (const int status = read_all(options, inputs); status != kOk) return status;
  const auto changes = read_changes(options.what_if, inputs);
  if (!changes) return kUsage;
  const auto problem = plan::compile(inputs.demand(), inputs.offers, inputs.rules);
  for (const auto& each : problem.left_out) fmt::print(stderr, "note: {}\n", each);
  plan::Solution found;
  if (problem.conflict.empty()) found = search(problem, options.seconds);
  if (plan::infeasible(problem, found)) return tell_infeasible(inputs, options.format);
  auto made = plan::make_plan(problem, found);
  made.baselines = plan::baselines(problem);
  Told told;
  const auto go_on = [] { return interrupted == 0; };
  if (inputs.found.forecast) told.band = plan::cost_band(problem, inputs.rules, found, *inputs.found.forecast, go_on);
  if (told.band && told.band->scenarios == 0) told.band.reset();
  told.outages = plan::outage_results(inputs.demand(), inputs.offers, inputs.rules, made.deployed);
  told.entries = plan::entry_prices(problem, made.multipliers);
  told.leavings = plan::leavings(problem, made);
  const bool by_operator = options.mode == kOperator;
  if (by_operator) told.regions = plan::regions(problem, inputs.rules, inputs.demand(), made, go_on);
  if (!changes->empty()) told.answers = answer_changes(inputs, problem, made, *changes);
  const auto json = json_of(made, problem, inputs, told, by_operator);
  if (options.format == Format::table) print_all(made, inputs, told);
  else fmt::print("{}\n", json);
  if (options.report.empty()) return kOk;
  plan::Report report{problem, made, json, {}, {}, {}, inputs.found.notes};
  if (told.band) report.low = told.band->low, report.high = told.band->high, report.lines = lines_of(forecast_text(*inputs.found.forecast, told.band));
  return write_file(options.report, plan::report_html(report));
}

int plan_verify(const PlanVerifyOptions& options) {
  int status = kOk;
  const auto loaded = load_plan(options.plan, options.demand, options.files, status);
  if (!loaded) return status;
  const auto& [json, inputs, problem, made, differs] = *loaded;
  auto differences = differs;
  for (auto& each : plan::verify(made, problem)) differences.push_back(std::move(each));
  const auto outages = plan::outage_results(inputs.demand(), inputs.offers, inputs.rules, made.deployed);
  if (!plan::says_outages(json, outages)) differences.push_back("what is deployed says another " + plan::outage_member(outages));
  const auto entries = plan::entry_prices(problem, made.multipliers);
  if (!plan::says_entries(json, entries)) differences.push_back("the certificate says another " + plan::entry_member(entries));
  for (const auto& each : differences) fmt::print("{}\n", each);
  if (differences.empty()) fmt::print("{}: cost {} USD and bound {} USD hold\n", options.plan, made.cost.usd(), made.lower_bound.usd());
  return differences.empty() ? kOk : kDifferent;
}

}  // namespace fw::cli
