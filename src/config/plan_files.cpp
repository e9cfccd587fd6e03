#include "config/plan_files.h"

#include <fmt/format.h>

#include "config/document.h"
#include "config/field.h"
#include "config/reader.h"
#include "config/report.h"
#include "config/tables_plan.h"

namespace fw::config {
namespace {

// Names of meters have dots of their own.
std::string noted_path(const std::string& parent, std::string_view path) {
  constexpr std::string_view kPrices = "usd_per_million.";
  if (path.starts_with(kPrices)) return path_step(fmt::format("{}.usd_per_million", parent), path.substr(kPrices.size()));
  return parent.empty() ? std::string(path) : fmt::format("{}.{}", parent, path);
}

void report_faults(const std::vector<offer::Fault>& faults, std::string_view list, Report& report) {
  for (const auto& fault : faults) {
    const auto parent = fault.row < 0 ? std::string() : path_item(list, static_cast<std::size_t>(fault.row));
    report.add_at(noted_path(parent, fault.path), {fault.found, fault.expected, fault.hint});
  }
}

}  // namespace

LoadedSupply load_supply(std::string_view text) {
  Report report;
  LoadedSupply loaded;
  const Text file(text, report);
  if (file.root.kind == NodeKind::nothing) {
    report.add({0, 1, 1}, "", {"an empty file", "a list of offers", ""});
  } else if (file.root.kind != NodeKind::broken) {
    Sources sources;
    sources.literal = true;
    Reader reader(report, sources);
    SupplyText texts;
    const bool bare = file.root.kind == NodeKind::list;
    if (bare) read_plan_offers(reader, file.root, texts.offers);
    else reader.table(file.root, {}, supply_table(), &texts);
    // What could not be read keeps its default, of which the rest would complain again.
    if (!report.has_errors()) {
      std::vector<offer::Fault> faults;
      loaded.offers = plan::read_offers(texts.offers, faults);
      report_faults(faults, bare ? "" : "offers", report);
      if (report.has_errors()) loaded.offers.clear();
    }
  }
  loaded.problems = report.finish(file.lines, file.root);
  return loaded;
}

LoadedRules load_plan_rules(std::string_view text) {
  Report report;
  LoadedRules loaded;
  const Text file(text, report);
  if (file.root.kind != NodeKind::broken && file.root.kind != NodeKind::nothing) {
    Sources sources;
    sources.literal = true;
    Reader reader(report, sources);
    plan::RulesText texts;
    reader.table(file.root, {}, rules_table(), &texts);
    if (!report.has_errors()) {
      std::vector<offer::Fault> faults;
      loaded.rules = plan::read_rules(texts, faults);
      report_faults(faults, "", report);
    }
  }
  loaded.problems = report.finish(file.lines, file.root);
  return loaded;
}

}  // namespace fw::config
